import { constants } from 'node:fs';
import { PART, STRUCT_BYTES } from '../../probe/layout.js';
import type { ProcessRecord } from '../../probe/record.js';
import {
  descriptor,
  directory,
  flags,
  type GivenPath,
  givenPath,
  number,
  path,
  text,
  WORKING_DIRECTORY,
} from '../arguments.js';
import type { Build, Call } from '../call.js';
import type { EventArgument, EventDetails } from '../details.js';
import { type FdView, readFd, viewFile } from '../fd-view.js';
import { OPEN, openFlagNames, openFlags } from '../values/open-flags.js';

/** The positions of arguments in the calls of the open family. */
interface OpenCall {
  readonly dirfd: number | undefined;
  /** The Linux flags, and the mode. */
  readonly how: (record: ProcessRecord) => { readonly flags: number; readonly mode: number };
}

/** With both flags a link in the last position is not followed, since the file must not exist. */
const NEW_ONLY = constants.O_CREAT | constants.O_EXCL;

/** creat(2) implies O_CREAT | O_WRONLY | O_TRUNC. */
const CREAT_FLAGS = 0o1101;

/** struct open_how: flags, mode, resolve; 8 bytes each. */
function openHow(record: ProcessRecord): { readonly flags: number; readonly mode: number } {
  const bytes = record.part(PART.how, STRUCT_BYTES.how);
  if (bytes === undefined) return { flags: 0, mode: 0 };
  return { flags: bytes.readUInt32LE(0), mode: bytes.readUInt32LE(8) };
}

const CALLS = {
  open: { dirfd: undefined, how: (record) => ({ flags: record.uint(1), mode: record.uint(2) }) },
  openat: { dirfd: 0, how: (record) => ({ flags: record.uint(2), mode: record.uint(3) }) },
  openat2: { dirfd: 0, how: openHow },
  creat: { dirfd: undefined, how: (record) => ({ flags: CREAT_FLAGS, mode: record.uint(1) }) },
} as const satisfies Record<string, OpenCall>;

/**
 * The path as requested, or as the kernel resolved it. If the caller has already unmapped the text, the kernel still knows which file was
 * opened.
 */
function openedPath(call: Call, dirfd: number, how: number): GivenPath {
  const { record, reading } = call;
  const text = record.text(PART.path1);
  const found = reading.opened(record) ?? (text === undefined ? record.path(PART.fdPath) : undefined);
  return found === undefined ? givenPath(call, 1, dirfd, followsLast(how)) : { text: text ?? found, full: found };
}

function followsLast(how: number): boolean {
  return (how & constants.O_NOFOLLOW) === 0 && (how & NEW_ONLY) !== NEW_ONLY;
}

function build({ dirfd, how }: OpenCall, call: Call): EventDetails {
  const { record } = call;
  const asked = how(record);
  const folder = dirfd === undefined ? WORKING_DIRECTORY : record.int(dirfd);
  const given = openedPath(call, folder, asked.flags);
  const kernel = readFd(record);
  const open = { flags: openFlags(asked.flags, kernel), mode: asked.mode };
  const fd = viewFile(record.ret, given.full, kernel, (open.flags & OPEN.directory) !== 0);
  const args: EventArgument[] = [
    descriptor('fd', record.ret, fd),
    ...(dirfd === undefined ? [] : [directory('dirfd', folder)]),
    path('name', given),
    flags('flags', open.flags, openFlagNames(open.flags)),
    { name: 'mode', value: `0${(open.mode & 0o7777).toString(8)}` },
    ...device(fd),
  ];
  if (given.text === undefined) return { args, open };
  const raw = { path: given.text };
  return { args, open, fd: { ...fd, nameRaw: given.text }, path: given.full, raw };
}

/** An open by handle contains no path, only the one that the kernel finds. */
const openByHandle: Build = ({ record }) => {
  const kernel = readFd(record);
  const open = { flags: openFlags(record.uint(2), kernel), mode: 0 };
  const found = record.path(PART.fdPath);
  const fd = viewFile(record.ret, found ?? '<NA>', kernel, (open.flags & OPEN.directory) !== 0);
  const args: EventArgument[] = [
    descriptor('fd', record.ret, fd),
    directory('mountfd', record.int(0)),
    flags('flags', open.flags, openFlagNames(open.flags)),
    text('path', found),
    ...device(fd),
  ];
  return found === undefined ? { args, open } : { args, open, fd, path: found };
};

function device({ dev = 0, ino = 0 }: FdView): EventArgument[] {
  return [{ name: 'dev', value: dev.toString(16).toUpperCase() }, number('ino', ino)];
}

/** Builds the details of the open family's events. As in Falco, failed attempts contain the path, too. */
export const OPEN_EVENTS: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(
    Object.entries(CALLS).map(([name, open]): [string, Build] => [name, (call) => build(open, call)]),
  ),
  open_by_handle_at: openByHandle,
};
