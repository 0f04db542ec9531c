import { constants } from 'node:fs';
import { LAYER } from '../../probe/layout.js';
import { type FlagTable, flagNames } from './flags.js';

/** Falco's own numbers for the flags of an open (PPM_O_* in libs' ppm_events_public.h), shown in `evt.args`. */
export const OPEN = {
  readOnly: 1 << 0,
  writeOnly: 1 << 1,
  readWrite: 3,
  create: 1 << 2,
  append: 1 << 3,
  dsync: 1 << 4,
  exclusive: 1 << 5,
  nonBlocking: 1 << 6,
  sync: 1 << 7,
  truncate: 1 << 8,
  direct: 1 << 9,
  directory: 1 << 10,
  largeFile: 1 << 11,
  closeOnExec: 1 << 12,
  temporary: 1 << 13,
  created: 1 << 14,
  upperLayer: 1 << 15,
  lowerLayer: 1 << 16,
} as const;

const SHOWN: FlagTable = [
  ['O_LARGEFILE', OPEN.largeFile],
  ['O_DIRECTORY', OPEN.directory],
  ['O_DIRECT', OPEN.direct],
  ['O_TRUNC', OPEN.truncate],
  ['O_SYNC', OPEN.sync],
  ['O_NONBLOCK', OPEN.nonBlocking],
  ['O_EXCL', OPEN.exclusive],
  ['O_DSYNC', OPEN.dsync],
  ['O_APPEND', OPEN.append],
  ['O_CREAT', OPEN.create],
  ['O_RDWR', OPEN.readWrite],
  ['O_WRONLY', OPEN.writeOnly],
  ['O_RDONLY', OPEN.readOnly],
  ['O_CLOEXEC', OPEN.closeOnExec],
  ['O_TMPFILE', OPEN.temporary],
  ['O_F_CREATED', OPEN.created],
  ['FD_UPPER_LAYER', OPEN.upperLayer],
  ['FD_LOWER_LAYER', OPEN.lowerLayer],
];

/** Bits of Linux on x86-64 that node:fs does not define (include/uapi/asm-generic/fcntl.h). */
const O_CLOEXEC = 0o2000000;
const O_TMPFILE = 0o20000000;
const O_PATH = 0o10000000;
const O_LARGEFILE = 0o100000;

const SIMPLE: readonly (readonly [linux: number, falco: number])[] = [
  [constants.O_CREAT, OPEN.create],
  [constants.O_APPEND, OPEN.append],
  [constants.O_DSYNC, OPEN.dsync],
  [constants.O_EXCL, OPEN.exclusive],
  [constants.O_NONBLOCK, OPEN.nonBlocking],
  [constants.O_SYNC, OPEN.sync],
  [constants.O_TRUNC, OPEN.truncate],
  [constants.O_DIRECT, OPEN.direct],
  [constants.O_DIRECTORY, OPEN.directory],
  [O_LARGEFILE, OPEN.largeFile],
  [O_CLOEXEC, OPEN.closeOnExec],
];

/** FMODE_CREATED in the kernel's include/linux/fs.h. */
const FMODE_CREATED = 1 << 20;

/** What the kernel recorded about an opened file. */
export interface Opened {
  readonly layer: number;
  readonly fileMode: number;
}

/** The flags of an open in Falco's numbers, including those that describe the opened file. */
export function openFlags(linux: number, opened: Opened | undefined): number {
  let flags = accessFlags(linux);
  for (const [bit, flag] of SIMPLE) {
    if ((linux & bit) === bit) flags |= flag;
  }
  if ((linux & O_TMPFILE) !== 0) flags |= OPEN.temporary;
  if (opened === undefined) return flags;
  if ((opened.fileMode & FMODE_CREATED) !== 0) flags |= OPEN.created;
  if (opened.layer === LAYER.upper) flags |= OPEN.upperLayer;
  if (opened.layer === LAYER.lower) flags |= OPEN.lowerLayer;
  return flags;
}

/** With O_PATH a descriptor can neither read nor write the file. */
function accessFlags(linux: number): number {
  if ((linux & O_PATH) !== 0) return 0;
  const access = linux & (constants.O_WRONLY | constants.O_RDWR);
  if (access === constants.O_WRONLY) return OPEN.writeOnly;
  return access === constants.O_RDWR ? OPEN.readWrite : OPEN.readOnly;
}

/** `O_RDONLY|O_CLOEXEC`; for both reading and writing only `O_RDWR` is shown. */
export function openFlagNames(flags: number): string {
  if ((flags & OPEN.readWrite) !== OPEN.readWrite) return flagNames(SHOWN, flags) || 'O_NONE';
  const single = new Set<number>([OPEN.readOnly, OPEN.writeOnly]);
  return flagNames(
    SHOWN.filter(([, bit]) => !single.has(bit)),
    flags,
  );
}
