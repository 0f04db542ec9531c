import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { Finding, FindingPlace } from '../finding.js';
import { placesOf } from '../findings/places.js';
import { samePlace } from '../findings/same-place.js';

/** A longer text may have been truncated before, so it may stand for several places. */
const MAX_PLACE = 1_000;
/** The local port of a connection differs each time; the peer does not. */
const CONNECTION = /^\S+->(\S+)$/;
const HTTPS = /:443$/;
/** Where a program listens for others on the same machine. */
const OWN_ADDRESS = /^127\.[\d.]+:\d+$/;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const TIME = /(?<!\d)\d{4}-\d\d-\d\d(?:[T_ -]\d\d[-:._]?\d\d(?:[-:._]?\d\d)?(?:[._]\d+)?Z?)?(?!\d)/g;
const VERSION = /\bv?\d+(?:\.\d+)+(?:-(?:alpha|beta|rc|next|canary|pre)[\w.]*)?(?![\w])/g;
const HASH = /(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{8,}(?![0-9a-z])/gi;
const NUMBER = /\d{3,}/g;
/** Sequences of upper and lower case letters and digits, which only occur in random or encoded text. */
const OPAQUE = /[A-Za-z0-9+=]{16,}/g;
/** The suffix that `mkdtemp` appends to a name. */
const TEMPORARY = /(?<=[-._]|^)[A-Za-z0-9]{6}$/;
/** The longer random parts that libraries use in names of temporary files. */
const TEMPORARY_TOKEN = /(?<=[-._]|^)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{8,}(?=[-._]|$)/g;

/**
 * The part of a finding's places that is the same on every machine and at every time: `~/.npmrc`, `./node_modules/NAME/x`, a host.
 * Undefined if one of the places has no such part, so that the finding can't be compared.
 */
export function kindsOf(finding: Finding): readonly string[] | undefined {
  const kindOf = finding.alert.source === 'EGRESS' ? hostKind : placeKind;
  const kinds = placesOf(finding).flatMap(({ subject, command, others = [] }) => {
    return [kindOf({ subject, command }), ...others.map((file) => kindOf({ subject: file, command }))];
  });
  return kinds.every((kind) => kind !== undefined) ? [...new Set(kinds)] : undefined;
}

/** A host name, with its port unless it is 443. */
function hostKind({ subject }: Pick<FindingPlace, 'subject'>): string | undefined {
  return subject === '' ? undefined : subject.replace(HTTPS, '');
}

/** The file or the peer; without either, the command line. */
function placeKind({ subject, command }: Pick<FindingPlace, 'subject' | 'command'>): string | undefined {
  if (subject === '') return command === '' ? undefined : commandKind(command);
  // This dot replaced a control or invisible character (`text/plain.ts`), and it is not known which one it was.
  if (subject.includes('·')) return undefined;
  if (OWN_ADDRESS.test(subject)) return samePlace(subject);
  const peer = CONNECTION.exec(subject)?.[1];
  return peer ?? pathKind(subject);
}

function commandKind(command: string): string | undefined {
  if (command.length > MAX_PLACE || command.includes('·')) return undefined;
  const words = command.split(' ').map((word) => (word.startsWith('/') ? pathKind(word) : word));
  return words.every((word) => word !== undefined) ? `$ ${words.join(' ')}` : undefined;
}

/** The kind of an absolute path; undefined if the path may lead somewhere else. */
export function pathKind(path: string): string | undefined {
  if (!path.startsWith('/') || path.length > MAX_PLACE) return undefined;
  const segments = path.split('/');
  if (segments.includes('..') || segments.includes('.')) return undefined;
  const [root, below] = rootOf(path);
  const first = root === '/tmp' ? below.slice(0, 1).map(temporaryName) : [];
  const { kept, rest } = packageFolder(below.slice(first.length));
  return [root, ...first, ...kept, ...rest.map(segmentKind)].join('/');
}

function rootOf(path: string): readonly [root: string, below: readonly string[]] {
  const roots: readonly (readonly [string, string])[] = [
    [PROJECT, '.'],
    [HOME, '~'],
    ['/tmp', '/tmp'],
  ];
  const known = roots.find(([folder]) => path === folder || path.startsWith(`${folder}/`));
  if (known === undefined) return ['', path.split('/').slice(1)];
  return [known[1], path.slice(known[0].length).split('/').slice(1)];
}

/** Keeps only the innermost package folder, which has the package's name; in which folders it lies depends on the package manager. */
function packageFolder(segments: readonly string[]): { kept: readonly string[]; rest: readonly string[] } {
  const at = segments.lastIndexOf('node_modules');
  if (at === -1) return { kept: [], rest: segments };
  const end = at + (segments[at + 1]?.startsWith('@') === true ? 3 : 2);
  return { kept: segments.slice(at, end), rest: segments.slice(end) };
}

function temporaryName(segment: string): string {
  return segmentKind(segment.replace(UUID, '*').replace(TEMPORARY, '*').replace(TEMPORARY_TOKEN, '*'));
}

function segmentKind(segment: string): string {
  return segment
    .replace(UUID, '*')
    .replace(OPAQUE, (text) => (isMixed(text) ? '*' : text))
    .replace(TIME, '*')
    .replace(VERSION, '*')
    .replace(HASH, '*')
    .replace(NUMBER, '*')
    .replace(/\*(?:[-_.:]?\*)+/g, '*');
}

function isMixed(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
}
