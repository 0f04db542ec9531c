import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import {
  descriptor,
  directory,
  flags,
  type GivenPath,
  givenPath,
  number,
  path,
  WORKING_DIRECTORY,
} from './arguments.js';
import type { EventArgument, EventDetails } from './details.js';
import { readFd, viewFile } from './fd-view.js';
import { OPEN, openFlagNames, openFlags } from './open-flags.js';
import { pathFromComponents } from './path.js';

/** Where the calls of the open family have their arguments. */
interface OpenCall {
  readonly dirfd: number | undefined;
  /** Linux' flags and the mode. */
  readonly how: (record: ProcessRecord) => { readonly flags: number; readonly mode: number };
}

/** O_CREAT | O_WRONLY | O_TRUNC: what creat(2) stands for. */
const CREAT_FLAGS = 0o1101;

/** struct open_how: flags, mode, resolve; 8 bytes each. */
function openHow(record: ProcessRecord): { readonly flags: number; readonly mode: number } {
  const bytes = record.part(PART.how);
  if (bytes === undefined || bytes.length < 16) return { flags: 0, mode: 0 };
  return { flags: bytes.readUInt32LE(0), mode: bytes.readUInt32LE(8) };
}

const CALLS = {
  open: { dirfd: undefined, how: (record) => ({ flags: record.uint(1), mode: record.uint(2) }) },
  openat: { dirfd: 0, how: (record) => ({ flags: record.uint(2), mode: record.uint(3) }) },
  openat2: { dirfd: 0, how: openHow },
  creat: { dirfd: undefined, how: (record) => ({ flags: CREAT_FLAGS, mode: record.uint(1) }) },
} as const satisfies Record<string, OpenCall>;

/** Where the caller took the text away before it could be read, the kernel still knows what was opened. */
function openedPath(record: ProcessRecord): GivenPath | undefined {
  const opened = record.part(PART.path1) === undefined ? record.part(PART.fdPath) : undefined;
  if (opened === undefined) return undefined;
  const full = pathFromComponents(opened);
  return { text: full, full };
}

function build(call: OpenCall, record: ProcessRecord, process: Process): EventDetails {
  const dirfd = call.dirfd === undefined ? WORKING_DIRECTORY : record.int(call.dirfd);
  const given = openedPath(record) ?? givenPath(record, process, 1, dirfd);
  const kernel = readFd(record);
  const how = call.how(record);
  const open = { flags: openFlags(how.flags, kernel), mode: how.mode };
  const fd = viewFile(record.ret, given.full, kernel, (open.flags & OPEN.directory) !== 0);
  const args: EventArgument[] = [
    descriptor('fd', record.ret, fd),
    ...(call.dirfd === undefined ? [] : [directory('dirfd', dirfd)]),
    path('name', given),
    flags('flags', open.flags, openFlagNames(open.flags)),
    { name: 'mode', value: `0${(open.mode & 0o7777).toString(8)}` },
    { name: 'dev', value: (fd.dev ?? 0).toString(16).toUpperCase() },
    number('ino', fd.ino ?? 0),
  ];
  return given.text === undefined ? { args, open } : { args, open, fd, path: given.full };
}

/** How the events of the open family are shown. Failed attempts carry the path too, as in Falco. */
export const OPEN_EVENTS = Object.fromEntries(
  Object.entries(CALLS).map(([name, call]) => [
    name,
    (record: ProcessRecord, process: Process) => build(call, record, process),
  ]),
);
