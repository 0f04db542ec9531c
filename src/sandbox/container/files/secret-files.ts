import { Readable } from 'node:stream';
import { Parser, type ReadEntry } from 'tar';
import type { SecretTrace } from '../../../egress/content/secrets/secret-matcher.js';
import type { ContentSearch, SecretSearch } from '../../../egress/content/secrets/secret-search.js';
import type { SearchedFiles } from '../../../jobs/ports.js';
import type { SecretInFile } from '../../../report/evidence/found-secrets.js';
import type { ContainerCommands } from '../exec/commands.js';

const MIB = 1024 ** 2;
/** How much of all files of one search leaves the sandbox, with the headers between them. */
const MAX_BYTES = 64 * MIB;
/** Larger files are searched as they are, but not decoded further. */
const MAX_DECODED = 128 * 1024;
/** The same for all files of one search together; the smallest come first. */
const MAX_DECODED_TOTAL = MIB;

/** How many bytes of small files are kept for decoding until all have come. */
const MAX_KEPT = 8 * MIB;
/** How many files that can't be read are named. */
const MAX_UNREADABLE = 50;

/**
 * Packs those of the files named on standard input (separated by NUL) that are files or links, up to a number of bytes in total. These are
 * programs of the image, and they open no other file. For each file that can't be opened, tar prints a line to standard error.
 */
const PACK =
  '/usr/bin/find -files0-from - -maxdepth 0 \\( -type f -o -type l \\) -print0 2>/dev/null | ' +
  'LC_ALL=C /usr/bin/tar -c -P --null --no-recursion --quoting-style=literal -T - -f - | /usr/bin/head -c "$1"';
const NOT_OPENED = /^\S+: (\/.*): Cannot open: Permission denied$/gm;

const TIMES = ['/usr/bin/find', '-files0-from', '-', '-maxdepth', '0', '-printf', '%C@\\0%p\\0'] as const;
const MAX_TIMES_BYTES = 16 * MIB;
/** The kernel's time of change may be a tick behind. */
const TICK_MS = 50;

/**
 * The files among `searched` (when each was searched, in milliseconds since the epoch) that changed since then, by the time that the
 * kernel sets.
 */
export async function changedSince(
  searched: ReadonlyMap<string, number>,
  commands: ContainerCommands,
): Promise<readonly string[]> {
  if (searched.size === 0) return [];
  const stdin = Readable.from([asInput([...searched.keys()])]);
  const { stdout } = await commands.capture(TIMES, { cwd: '/', stdin, keep: MAX_TIMES_BYTES });
  const parts = stdout.split('\0');
  const changed: string[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const path = parts[at + 1] ?? '';
    if (Number(parts[at]) * 1000 + TICK_MS >= (searched.get(path) ?? 0)) changed.push(path);
  }
  return changed;
}

function asInput(paths: readonly string[]): string {
  return paths.map((path) => `${path}\0`).join('');
}

/** A file that came out of the sandbox. `parts`: its bytes, if there are few. */
interface Packed {
  readonly entry: ReadEntry;
  readonly content: ContentSearch;
  readonly parts: Buffer[];
  readonly isKept: boolean;
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
  if (paths.length === 0) return { found: [], unsearched: 0, unreadable: [] };
  const packed: Packed[] = [];
  let kept = 0;
  const parser = new Parser({
    onReadEntry: (entry) => {
      const one = readEntry(entry, search.open(), kept);
      if (one.isKept) kept += entry.size;
      packed.push(one);
    },
  });
  // What is cut off at the limit ends in the middle of an entry, which is no error here.
  parser.on('error', () => undefined);
  let bytes = 0;
  const stdin = Readable.from([asInput(paths)]);
  const { stderr } = await commands.read(['sh', '-c', PACK, 'sh', String(MAX_BYTES)], {
    cwd: '/',
    stdin,
    onStdout: (chunk) => {
      bytes += chunk.length;
      parser.write(chunk);
    },
  });
  parser.end();
  const found = [
    ...paths.flatMap((path) => named(path, search.inText(path.slice(path.lastIndexOf('/') + 1)))),
    ...packed.flatMap(({ entry, content }) => [
      ...named(entry.path, content.found()),
      ...named(entry.path, search.inText(entry.linkpath ?? '')),
    ]),
    ...(await decodedIn(packed, search)),
  ];
  const unreadable = [...stderr.matchAll(NOT_OPENED)].map(([, path = '']) => path).slice(0, MAX_UNREADABLE);
  const unsearched = bytes < MAX_BYTES ? 0 : paths.length - packed.length;
  return { found: onceEach(found), unsearched, unreadable };
}

/** `kept`: how many bytes of other files are kept already. */
function readEntry(entry: ReadEntry, content: ContentSearch, kept: number): Packed {
  const isKept = entry.size > 0 && entry.size <= MAX_DECODED && kept + entry.size <= MAX_KEPT;
  const parts: Buffer[] = [];
  entry.on('data', (chunk: Buffer) => {
    content.push(chunk);
    // A slice would keep all of the parser's chunk in memory.
    if (isKept) parts.push(Buffer.from(chunk));
  });
  return { entry, content, parts, isKept };
}

async function decodedIn(packed: readonly Packed[], search: SecretSearch): Promise<readonly SecretInFile[]> {
  const found: SecretInFile[] = [];
  let left = MAX_DECODED_TOTAL;
  for (const { entry, parts } of packed
    .filter(({ isKept }) => isKept)
    .toSorted((a, b) => a.entry.size - b.entry.size)) {
    left -= entry.size;
    if (left < 0) break;
    found.push(...named(entry.path, await search.decoded(Buffer.concat(parts))));
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
