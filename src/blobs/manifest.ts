import { ArchiveError } from './errors.js';

/** The file that makes a folder a project of some ecosystem. */
export interface Manifest {
  /** Its names, without a folder: of several in one folder the first counts. */
  readonly files: readonly [string, ...string[]];
  /** @throws ArchiveError `bad-manifest` */
  check(content: Buffer, maxDepth: number): void;
}

/** npm, yarn and pnpm: a JSON object in UTF-8, with or without a byte order mark (npm takes both). */
export const PACKAGE_JSON: Manifest = {
  files: ['package.json'],
  check(content, maxDepth) {
    const text = decodeUtf8(content);
    if (nesting(text) > maxDepth) throw refused(`nested deeper than ${maxDepth} levels`);
    const value = parseJson(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused('not a JSON object');
  },
};

/** Bundler's, as it looks for it (tried with 2.3): Ruby code, of which only an interpreter could tell more than that it is text. */
export const GEMFILE: Manifest = {
  files: ['gems.rb', 'Gemfile'],
  check(content) {
    const isText = content.length > 0 && !content.includes(0);
    if (!isText) throw new ArchiveError('bad-manifest', 'the Gemfile is not text');
  },
};

function refused(reason: string, cause?: unknown): ArchiveError {
  return new ArchiveError('bad-manifest', `package.json is ${reason}`, { cause });
}

function decodeUtf8(content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (error) {
    throw refused('not UTF-8', error);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused('not valid JSON', error);
  }
}

/** The deepest nesting of brackets outside strings: a scan, because a parser or a later reader may recurse. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      if (character === '"') inString = false;
      continue;
    }
    if (character === '"') inString = true;
    if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    if (character === '}' || character === ']') depth--;
  }
  return deepest;
}
