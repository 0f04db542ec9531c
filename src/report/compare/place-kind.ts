import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { Finding } from '../finding.js';
import { placesOf } from '../findings/places.js';
import { cut, plain } from '../text/plain.js';

/** Characters of a place's kind: a host name has at most 253. */
const MAX = 253;

/**
 * What kinds of places a finding is about, the same in every run: the decoy's name, a host, a folder without what is made up
 * anew each time. One that is empty where the rule says it all, as of findings that are put together from others.
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

/** A path's folder, as far down as it is the same in every run; what is no path is an address, whose port may be anyone's. */
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

/** Folders in which names are made up. */
const TEMPORARY: ReadonlySet<string> = new Set(['tmp', 'dev', 'run']);

function withoutHome(path: string): { readonly home: string; readonly rest: string } {
  if (path === PROJECT || path.startsWith(`${PROJECT}/`)) return { home: 'project', rest: path.slice(PROJECT.length) };
  if (path === HOME || path.startsWith(`${HOME}/`)) return { home: '~', rest: path.slice(HOME.length) };
  return { home: '', rest: path };
}

/** The innermost package whose folder it is: the way there depends on how a manager lays them out. */
function modulesKind(parts: readonly string[]): string {
  const at = parts.lastIndexOf('node_modules');
  const [first = '', second = ''] = parts.slice(at + 1);
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return cut(`node_modules/${name}`, MAX);
}

/** A part without numbers and digests, which are another one in each run. */
function steady(part: string): string {
  return part.replace(/[0-9a-f]{8,}|\d+/gi, '*');
}

/** `10.0.0.1:40000->93.184.216.34:443` is about `93.184.216.34`; other words stay. */
function addressKind(words: string): string {
  const peer = words.split('->').at(-1) ?? words;
  return cut(peer.replace(/:\d+$/, ''), MAX);
}
