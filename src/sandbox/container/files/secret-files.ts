import { Readable } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import type { SecretTrace } from '../../../egress/content/secret-matcher.js';
import type { ContentSearch, SecretSearch } from '../../../egress/content/secret-search.js';
import type { SearchedFiles } from '../../../jobs/ports.js';
import type { SecretInFile } from '../../../report/evidence/found-secrets.js';
import type { ContainerCommands } from '../exec/commands.js';

const MIB = 1024 ** 2;
/** How much of all files of one search leaves the sandbox, with the headers between them. */
const MAX_BYTES = 256 * MIB;
/** Larger files are searched as they are, but not decoded further. */
const MAX_DECODED = 128 * 1024;
/** The same for all files of one search together; the smallest come first. */
const MAX_DECODED_TOTAL = MIB;

/**
 * Packs those of the files named on standard input (separated by NUL) that are files or links, up to a number of bytes in total. Programs
 * of the image, which open no other file.
 */
const PACK =
  '/usr/bin/find -files0-from - -maxdepth 0 \\( -type f -o -type l \\) -print0 2>/dev/null | ' +
  '/usr/bin/tar -c -P --null --no-recursion -T - -f - 2>/dev/null | /usr/bin/head -c "$1"';

interface Decodable {
  readonly path: string;
  readonly bytes: Buffer;
}

/**
 * Searches files of a sandbox for planted secrets: their content, where links lead, and their names. Files that are gone are left out. The
 * files come out of the sandbox as a tar, so nothing is read on the host and no secret is handed to a program in the sandbox.
 */
export async function searchFiles(
  paths: readonly string[],
  search: SecretSearch,
  commands: ContainerCommands,
): Promise<SearchedFiles> {
  if (paths.length === 0) return { found: [], unsearched: 0 };
  const found = paths.flatMap((path) => named(path, search.inText(path.slice(path.lastIndexOf('/') + 1))));
  const small: Decodable[] = [];
  let searched = 0;
  const parser = new Parser({
    onReadEntry: (entry) => {
      searched += 1;
      readEntry(entry, search.open(), (traces, bytes) => {
        const link = entry.linkpath === undefined ? [] : search.inText(entry.linkpath);
        found.push(...named(entry.path, [...traces, ...link]));
        if (bytes !== null) small.push({ path: entry.path, bytes });
      });
    },
  });
  // What is cut off at the limit ends in the middle of an entry, which is no error here.
  parser.on('error', () => undefined);
  const stdin = Readable.from([paths.map((path) => `${path}\0`).join('')]);
  const { exitCode } = await commands.read(['sh', '-c', PACK, 'sh', String(MAX_BYTES)], {
    cwd: '/',
    stdin,
    onStdout: (chunk) => parser.write(chunk),
  });
  parser.end();
  found.push(...(await decodedIn(small, search)));
  return { found: onceEach(found), unsearched: exitCode === 0 ? 0 : Math.max(0, paths.length - searched) };
}

/** Passes each chunk to `content`; `end` also gets all bytes, if they are few enough to be decoded. */
function readEntry(
  entry: ReadEntry,
  content: ContentSearch,
  end: (traces: readonly SecretTrace[], bytes: Buffer | null) => void,
): void {
  const isSmall = entry.size > 0 && entry.size <= MAX_DECODED;
  const parts: Buffer[] = [];
  entry.on('data', (chunk: Buffer) => {
    content.push(chunk);
    // The parser reuses nothing, but a slice of a large chunk would keep all of it in memory.
    if (isSmall) parts.push(Buffer.from(chunk));
  });
  entry.on('end', () => end(content.found(), isSmall ? Buffer.concat(parts) : null));
}

async function decodedIn(files: readonly Decodable[], search: SecretSearch): Promise<readonly SecretInFile[]> {
  const found: SecretInFile[] = [];
  let left = MAX_DECODED_TOTAL;
  for (const { path, bytes } of files.toSorted((a, b) => a.bytes.length - b.bytes.length)) {
    left -= bytes.length;
    if (left < 0) break;
    found.push(...named(path, await search.decoded(bytes)));
  }
  return found;
}

function named(path: string, traces: readonly SecretTrace[]): readonly SecretInFile[] {
  return traces.map(({ secret, encoding }) => ({ path, secret, encoding }));
}

/** The simplest form of each secret in each file: it was found first. */
function onceEach(found: readonly SecretInFile[]): readonly SecretInFile[] {
  return [...new Map(found.toReversed().map((one) => [`${one.path}\0${one.secret}`, one])).values()].toReversed();
}
