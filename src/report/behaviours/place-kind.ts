import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { Finding, FindingPlace } from '../finding.js';
import { placesOf } from '../findings/places.js';
import { samePlace } from '../findings/same-place.js';

/** What is longer was perhaps cut on its way, and stands for more than can be seen. */
const MAX_PLACE = 1_000;
/** A connection's own port is another one each time; the peer stays. */
const CONNECTION = /^\S+->(\S+)$/;
const HTTPS = /:443$/;
/** Where a program listens for others on the same machine. */
const OWN_ADDRESS = /^127\.[\d.]+:\d+$/;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const TIME = /(?<!\d)\d{4}-\d\d-\d\d(?:[T_ -]\d\d[-:.]?\d\d(?:[-:.]?\d\d)?(?:[._]\d+)?Z?)?(?!\d)/g;
const VERSION = /\bv?\d+(?:\.\d+)+(?:-(?:alpha|beta|rc|next|canary|pre)[\w.]*)?(?![\w])/g;
const HASH = /(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{8,}(?![0-9a-z])/gi;
const NUMBER = /\d{3,}/g;
/** Letters of both cases and digits, as only chance and encodings put them together. */
const OPAQUE = /[A-Za-z0-9+=]{16,}/g;
/** What `mkdtemp` puts behind a name. */
const TEMPORARY = /(?<=[-._]|^)[A-Za-z0-9]{6}$/;
/** As `mkdtemp`, by libraries that make more of it. */
const TEMPORARY_TOKEN = /(?<=[-._]|^)(?=[A-Za-z0-9]*[a-z])(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{8,}(?=[-._]|$)/g;

/**
 * What is the same of a finding's places on every machine and at every time: `~/.npmrc`, `./node_modules/NAME/x`, a host. Undefined
 * where one of them can't be told: then nothing is said of it.
 */
export function kindsOf(finding: Finding): readonly string[] | undefined {
  const kindOf = finding.alert.source === 'EGRESS' ? hostKind : placeKind;
  const kinds = placesOf(finding).flatMap(({ subject, command, others = [] }) => {
    return [kindOf({ subject, command }), ...others.map((file) => kindOf({ subject: file, command }))];
  });
  return kinds.every((kind) => kind !== undefined) ? [...new Set(kinds)] : undefined;
}

/** A host's name; its port, where that is not the one of https. */
function hostKind({ subject }: Pick<FindingPlace, 'subject'>): string | undefined {
  return subject === '' ? undefined : subject.replace(HTTPS, '');
}

/** By the file or the peer; where there is none, the command line says it all. */
function placeKind({ subject, command }: Pick<FindingPlace, 'subject' | 'command'>): string | undefined {
  if (subject === '') return command === '' ? undefined : commandKind(command);
  // Some character stands here that a display would obey: which one is not known any more.
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

/** The kind of an absolute path; undefined for one that may lead elsewhere than it says. */
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

/** The package's own folder is called as the package is; in which other one's it lies is the package manager's business. */
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
