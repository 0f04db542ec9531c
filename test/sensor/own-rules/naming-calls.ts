import { dirname, relative } from 'node:path';
import { SYSCALLS } from '../../../src/sensor/event/syscalls.js';
import { PART, type PartTag } from '../../../src/sensor/probe/layout.js';
import type { RecordSpec } from '../records.js';

const NUMBERS = new Map([...SYSCALLS].map(([nr, type]) => [type, nr]));
const AT_FDCWD = -100;
const AT_FOLDER = 5;
const RENAME_EXCHANGE = 2;
const REGULAR_FILE = 0o100644;
const ELSEWHERE = '/tmp/elsewhere';

type Parts = readonly (readonly [PartTag, Buffer | string])[];

/** A path as a caller names it: what it hands over, the folder it starts from, and the descriptor of that folder. */
export interface Named {
  readonly text: string;
  readonly base?: string;
  readonly folder: number;
}

const atRoot = (text: string): Named => ({ text, folder: AT_FDCWD });

/** The ways to name a file; `/tmp/home` is a link to HOME. */
export const WAYS: Readonly<Record<string, (path: string) => Named>> = {
  absolute: atRoot,
  'with detours': (path) => atRoot(`/home/../tmp//.${path.replace('/', '/../')}`),
  relative: (path) => ({ text: relative('/home/ci/project', path), base: '/home/ci/project', folder: AT_FDCWD }),
  'beside a descriptor': (path) => ({
    text: relative(dirname(path), path),
    base: dirname(path),
    folder: AT_FOLDER,
  }),
  "by the process' root": (path) => atRoot(`/proc/self/root${path}`),
  'by a link to the folder': (path) => atRoot(path.replace(/^\/home\/ci(?=\/)/, '/tmp/home')),
};

/** A call of the sandbox's user, as the probe records it. */
export function call(type: string, args: readonly number[], parts: Parts = [], more: RecordSpec = {}): RecordSpec {
  return { nr: NUMBERS.get(type) ?? 0, args, parts, uid: 1000, gid: 1000, ...more };
}

function first({ text, base }: Named): Parts {
  return [[PART.path1, text], ...(base === undefined ? [] : [[PART.base1, base] as const])];
}

function second({ text, base }: Named): Parts {
  return [[PART.path2, text], ...(base === undefined ? [] : [[PART.base2, base] as const])];
}

function two(type: string, from: Named, to: Named, flags = 0): RecordSpec {
  return call(type, [from.folder, 0, to.folder, 0, flags], [...first(from), ...second(to)]);
}

type Verb = (named: Named) => RecordSpec;

const away = atRoot(ELSEWHERE);

/** A file, or the folder that holds it, gets another name. */
export const TAKING: Readonly<Record<string, Verb>> = {
  'rename from': (named) => two('rename', named, away),
  'renameat from': (named) => two('renameat', named, away),
  'renameat2 from': (named) => two('renameat2', named, away),
  'exchange with': (named) => two('renameat2', away, named, RENAME_EXCHANGE),
  'link from': (named) => two('link', named, away),
  'linkat from': (named) => two('linkat', named, away),
};

/** A file's name comes to stand for something else, or the file is changed by its name. */
export const CHANGING: Readonly<Record<string, Verb>> = {
  ...TAKING,
  'rename to': (named) => two('rename', away, named),
  'renameat to': (named) => two('renameat', away, named),
  'link to': (named) => two('link', away, named),
  'linkat to': (named) => two('linkat', away, named),
  'symlink to': (named) => call('symlink', [], [[PART.text, ELSEWHERE], ...first(named)]),
  'symlinkat to': (named) => call('symlinkat', [0, named.folder], [[PART.text, ELSEWHERE], ...first(named)]),
  unlink: (named) => call('unlink', [], first(named)),
  unlinkat: (named) => call('unlinkat', [named.folder, 0, 0], first(named)),
  truncate: (named) => call('truncate', [0, 0], first(named)),
  chmod: (named) => call('chmod', [0, 0o600], first(named)),
  fchmodat: (named) => call('fchmodat', [named.folder, 0, 0o600], first(named)),
  fchmodat2: (named) => call('fchmodat2', [named.folder, 0, 0o600, 0], first(named)),
  chown: (named) => call('chown', [0, 1, 1], first(named)),
  lchown: (named) => call('lchown', [0, 1, 1], first(named)),
  fchownat: (named) => call('fchownat', [named.folder, 0, 1, 1, 0], first(named)),
  mknod: (named) => call('mknod', [0, 0o600, 0], first(named)),
  mknodat: (named) => call('mknodat', [named.folder, 0, 0o600, 0], first(named)),
};

/** `at` calls start from a descriptor; the others know the working directory only. */
export function canName(verb: string, named: Named): boolean {
  return named.folder === AT_FDCWD || /at\b|at2|exchange/.test(verb);
}

function descriptorOf(path: string, fd: PartTag, fdPath: PartTag): Parts {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt16LE(REGULAR_FILE, 0);
  return [
    [fd, bytes],
    [fdPath, path],
  ];
}

/** By the descriptor of a file that was opened before. */
export const BY_DESCRIPTOR: Readonly<Record<string, (path: string) => RecordSpec>> = {
  fchmod: (path) => call('fchmod', [3, 0o600], descriptorOf(path, PART.fd, PART.fdPath)),
  fchown: (path) => call('fchown', [3, 1, 1], descriptorOf(path, PART.fd, PART.fdPath)),
  ftruncate: (path) => call('ftruncate', [3, 0], descriptorOf(path, PART.fd, PART.fdPath)),
};

/** Copies that neither read nor write. */
export const COPYING: Readonly<Record<string, (path: string) => RecordSpec>> = Object.fromEntries(
  ['copy_file_range', 'splice'].map((type) => [
    type,
    (path: string) =>
      call(
        type,
        [3, 0, 4, 0, 10],
        [...descriptorOf(path, PART.from, PART.fromPath), ...descriptorOf(ELSEWHERE, PART.fd, PART.fdPath)],
      ),
  ]),
);

/** A symbolic link at `to` that leads to `target`. */
export function symlink(target: string, to: string): RecordSpec {
  return call('symlink', [], [[PART.text, target], ...first(atRoot(to))]);
}

const O_WRONLY = 1;
const O_CREAT = 0o100;

/** An open for reading, or for overwriting a file. */
export function open(path: string, mode: 'read' | 'write'): RecordSpec {
  const flags = mode === 'read' ? 0 : O_WRONLY | O_CREAT;
  const parts: Parts = [...first(atRoot(path)), ...descriptorOf(path, PART.fd, PART.fdPath)];
  return call('openat', [AT_FDCWD, 0, flags, 0o644], parts, { ret: 3 });
}

/** An open by a file's handle. */
export function openByHandle(path: string): RecordSpec {
  return call('open_by_handle_at', [4, 0, 0], descriptorOf(path, PART.fd, PART.fdPath), { ret: 3 });
}

/** The same call in the worker's own fetch. */
export function fetching(record: RecordSpec): RecordSpec {
  return { ...record, gid: 2000 };
}
