import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { Finding } from '../finding.js';
import { placesOf } from '../findings/places.js';
import { cut, plain } from '../text/plain.js';

/** The maximum length of a kind in characters; a host name has at most 253. */
const MAX = 253;

/**
 * The kinds of places that a finding touched, which are the same in every run: a decoy's name, a host, or a folder without the
 * parts of its path that are generated. One empty kind if there is no place of its own, as for correlated findings.
 */
export function placeKindsOf(finding: Finding): readonly string[] {
  const { alert, parts } = finding;
  if (parts !== undefined) return [''];
  const isEgress = alert.source === 'EGRESS';
  const kinds = placesOf(finding).map(({ subject, decoy }) => {
    if (isEgress) return cut(plain(subject.replace(/:\d+$/, '')), MAX);
    return decoy ?? kindOfPath(subject);
  });
  return [...new Set(kinds)];
}

/** The part of a path's folder that is the same in every run. Text that is not a path is an address, and its port is left out. */
export function kindOfPath(path: string): string {
  if (path === '') return '';
  if (!path.startsWith('/')) return addressKind(path);
  const { home, rest } = withoutHome(path);
  const parts = rest.split('/').filter((part) => part !== '');
  if (parts[0] === 'node_modules') return modulesKind(parts);
  const depth = home === '' && TEMPORARY.has(parts[0] ?? '') ? 1 : 2;
  const shown = parts.slice(0, depth).map(steady).join('/');
  return cut(`${home}/${shown}${parts.length > depth ? '/…' : ''}`, MAX);
}

/** Folders in which file names are generated. */
const TEMPORARY: ReadonlySet<string> = new Set(['tmp', 'dev', 'run']);

function withoutHome(path: string): { readonly home: string; readonly rest: string } {
  if (path === PROJECT || path.startsWith(`${PROJECT}/`)) return { home: 'project', rest: path.slice(PROJECT.length) };
  if (path === HOME || path.startsWith(`${HOME}/`)) return { home: '~', rest: path.slice(HOME.length) };
  return { home: '', rest: path };
}

/** The innermost package in the path, because the folders before it depend on how a manager arranges packages. */
function modulesKind(parts: readonly string[]): string {
  const at = parts.lastIndexOf('node_modules');
  const [first = '', second = ''] = parts.slice(at + 1);
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return cut(`node_modules/${name}`, MAX);
}

/** Replaces numbers and digests, which differ in each run. */
function steady(part: string): string {
  return part.replace(/[0-9a-f]{8,}|\d+/gi, '*');
}

/** `10.0.0.1:40000->93.184.216.34:443` becomes `93.184.216.34`; other text stays. */
function addressKind(words: string): string {
  const peer = words.split('->').at(-1) ?? words;
  return cut(peer.replace(/:\d+$/, ''), MAX);
}
