import { createHash } from 'node:crypto';
import semver from 'semver';
import { UsageError } from '../frame/usage.js';
import { HELP_COMMAND } from './options.js';

/** Names of npm packages, including old ones that today's naming rules would not allow. */
const NAME = /^(?:@[\w.~-]+\/)?[\w.~-]+$/;
const TAG = /^[A-Za-z][\w.-]*$/;
const ANY = '*';
const MAX_SLUG = 80;

/** One line of a list: packages to install together. */
export interface Line {
  /** The line's text without its comment and extra spaces. */
  readonly text: string;
  /** File name for its results, unique for each line. */
  readonly slug: string;
  /** Name → range, as in a manifest. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The lines of a list without duplicates: `name[@range] …`, `#` starts a comment. @throws UsageError that names the line */
export function parseList(text: string): readonly Line[] {
  const lines = new Map<string, Line>();
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const words = raw
      .replace(/(?:^|\s)#.*$/, '')
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) continue;
    const line = lineOf(words, index + 1);
    lines.set(line.text, line);
  }
  if (lines.size === 0) throw new UsageError('the list names no package', HELP_COMMAND);
  return [...lines.values()];
}

function lineOf(words: readonly string[], number: number): Line {
  const text = words.join(' ');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const slug = `${text.replaceAll(/[^\w.-]+/g, '_').slice(0, MAX_SLUG)}-${hash}`;
  return { text, slug, dependencies: Object.fromEntries(words.map((word) => dependencyOf(word, number))) };
}

function dependencyOf(word: string, number: number): readonly [name: string, range: string] {
  const at = word.indexOf('@', 1);
  const name = at === -1 ? word : word.slice(0, at);
  const range = at === -1 ? ANY : word.slice(at + 1);
  // Only packages of the registry: a tarball or Git address would tell nothing about the registry's package of that name.
  if (NAME.test(name) && range !== '' && (semver.validRange(range) !== null || TAG.test(range))) return [name, range];
  throw new UsageError(`line ${number} of the list: ${word} is not NAME or NAME@RANGE of the registry`, HELP_COMMAND);
}
