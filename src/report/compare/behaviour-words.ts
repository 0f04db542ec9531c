import { plain } from '../text/plain.js';
import type { Behaviour } from './behaviour.js';

/** Rules with names that begin like this describe what was done, e.g. `Read of an SSH key`. */
const PHRASES: readonly (readonly [pattern: RegExp, say: (rest: string) => string])[] = [
  [/^Read of (.+)$/, (rest) => `reads ${rest}`],
  [/^Write (.+)$/, (rest) => `writes ${rest}`],
  [/^Link to (.+)$/, (rest) => `links to ${rest}`],
  [/^Contact with (.+)$/, (rest) => `contacts ${rest}`],
  [/^Search for (.+)$/, (rest) => `searches for ${rest}`],
];

/** A behaviour in words that complete the sentence `NAME now …`. */
export function wordsOf({ kind, what, where, phase }: Behaviour): string {
  const when = phase === '' ? '' : ` (${plain(phase)})`;
  return `${action(kind, plain(what), plain(where))}${when}`;
}

function action(kind: Behaviour['kind'], what: string, where: string): string {
  if (kind === 'script') return `has a ${what} script`;
  if (kind === 'host') return `asks ${what}`;
  if (kind === 'program') return `starts ${what}`;
  if (kind === 'files') return `writes files of ${what}`;
  const about = where === '' ? '' : `: ${where}`;
  for (const [pattern, say] of PHRASES) {
    const rest = pattern.exec(what)?.[1];
    if (rest !== undefined) return `${say(rest)}${about}`;
  }
  return `shows “${what}”${about}`;
}
