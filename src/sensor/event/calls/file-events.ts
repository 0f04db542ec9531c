import { PART } from '../../probe/layout.js';
import type { ProcessRecord } from '../../probe/record.js';
import {
  descriptor,
  directory,
  flags,
  type GivenPath,
  givenPath,
  number,
  path,
  result,
  text,
  WORKING_DIRECTORY,
} from '../arguments.js';
import type { Build } from '../call.js';
import type { EventArgument, EventDetails } from '../details.js';
import { viewFd } from '../fd-view.js';
import { isError } from '../values/errno.js';
import {
  AT_FLAGS,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  type FlagTable,
  flagNames,
  MOUNT_FLAGS,
  modeNames,
  RENAME_FLAGS,
} from '../values/flags.js';

/** `0755(S_IXOTH|…)`. */
function mode(record: ProcessRecord, index: number): EventArgument {
  const value = record.uint(index) & 0o7777;
  return { name: 'mode', value: `0${value.toString(8)}`, resolved: modeNames(value) };
}

/** Falco prints the modes of folders in hexadecimal: `mode=1ED`. */
function hexMode(record: ProcessRecord): EventArgument {
  return { name: 'mode', value: record.uint(2).toString(16).toUpperCase() };
}

/** Falco fills `fs.path.*` only for calls that succeeded (recorded from Falco 0.40). */
function whenDone(record: ProcessRecord, given: GivenPath): Pick<EventDetails, 'path' | 'raw'> {
  return isError(record.ret) || given.text === undefined ? {} : { path: given.full, raw: { path: given.text } };
}

function twoWhenDone(record: ProcessRecord, source: GivenPath, target: GivenPath): Partial<EventDetails> {
  if (isError(record.ret)) return {};
  const raw = {
    ...(source.text !== undefined && { source: source.text }),
    ...(target.text !== undefined && { target: target.text }),
  };
  return { source: source.full, target: target.full, raw };
}

type Argument = (record: ProcessRecord) => EventArgument;

/** Whether a call follows a symbolic link in the last position of its path. */
type Follows = (record: ProcessRecord) => boolean;

const follows: Follows = () => true;
const namesTheLink: Follows = () => false;

/** `fchownat` and similar calls follow a link unless a flag says otherwise. */
function unlessFlagged(index: number, flag: number): Follows {
  return (record) => (record.uint(index) & flag) === 0;
}

/** A call with one path in the first argument, shown as `name`; `rest` are the arguments after it. */
function onePath(name: string, follow: Follows, ...rest: readonly Argument[]): Build {
  return (call) => {
    const { record } = call;
    const given = givenPath(call, 1, WORKING_DIRECTORY, follow(record));
    const args = [result(record.ret), path(name, given), ...rest.map((make) => make(record))];
    return { args, ...whenDone(record, given) };
  };
}

/** A call with a folder's descriptor and a path. */
function onePathAt(name: string, follow: Follows, ...rest: readonly Argument[]): Build {
  return (call) => {
    const { record } = call;
    const given = givenPath(call, 1, record.int(0), follow(record));
    const args = [result(record.ret), directory('dirfd', record.int(0)), path(name, given)];
    return { args: [...args, ...rest.map((make) => make(record))], ...whenDone(record, given) };
  };
}

function flagsAt(index: number, table: FlagTable): Argument {
  return (record) => flags('flags', record.uint(index), flagNames(table, record.uint(index)));
}

function numberAt(name: string, index: number): Argument {
  return (record) => number(name, record.int(index));
}

/** A call with a descriptor in the first argument. */
function onDescriptor(...rest: readonly Argument[]): Build {
  return ({ record }) => {
    const fd = viewFd(record.int(0), record);
    const args = [result(record.ret), descriptor('fd', record.int(0), fd), ...rest.map((make) => make(record))];
    const named = fd === undefined || isError(record.ret) ? {} : { path: fd.name };
    return { args, ...(fd && { fd }), ...named };
  };
}

function rename(at: boolean, follow = namesTheLink): Build {
  return (call) => {
    const { record } = call;
    const oldPath = givenPath(call, 1, at ? record.int(0) : WORKING_DIRECTORY, follow(record));
    const newPath = givenPath(call, 2, at ? record.int(2) : WORKING_DIRECTORY, follow(record));
    const args = [
      result(record.ret),
      ...(at ? [directory('olddirfd', record.int(0))] : []),
      path('oldpath', oldPath),
      ...(at ? [directory('newdirfd', record.int(2))] : []),
      path('newpath', newPath),
    ];
    return { args, ...twoWhenDone(record, oldPath, newPath) };
  };
}

const renameWithFlags: Build = (call) => {
  const details = rename(true)(call);
  return { ...details, args: [...details.args, flagsAt(4, RENAME_FLAGS)(call.record)] };
};

/** Falco's "target" is the existing file, and its "source" is the new link (libs' sinsp_filtercheck_fspath). */
function link(at: boolean): Build {
  return (call) => {
    const { record } = call;
    const follow = at && (record.uint(4) & AT_SYMLINK_FOLLOW) !== 0;
    const oldPath = givenPath(call, 1, at ? record.int(0) : WORKING_DIRECTORY, follow);
    const newPath = givenPath(call, 2, at ? record.int(2) : WORKING_DIRECTORY, false);
    const args = [
      result(record.ret),
      ...(at ? [directory('olddir', record.int(0))] : []),
      path('oldpath', oldPath),
      ...(at ? [directory('newdir', record.int(2))] : []),
      path('newpath', newPath),
      ...(at ? [flagsAt(4, AT_FLAGS)(record)] : []),
    ];
    return { args, ...twoWhenDone(record, newPath, oldPath) };
  };
}

function symlink(at: boolean): Build {
  return (call) => {
    const { record, reading } = call;
    const linkPath = givenPath(call, 1, at ? record.int(1) : WORKING_DIRECTORY, false);
    const target = record.text(PART.text) ?? '';
    const folder = at ? [directory('linkdirfd', record.int(1))] : [];
    const pointed = { text: target, full: reading.target(linkPath.full, target) };
    const args = [result(record.ret), path('target', pointed), ...folder, path('linkpath', linkPath)];
    return { args, ...twoWhenDone(record, linkPath, pointed) };
  };
}

const mount: Build = (call) => {
  const { record } = call;
  const folder = givenPath(call, 1, WORKING_DIRECTORY, true);
  const device = record.text(PART.path2) ?? '';
  const args = [
    result(record.ret),
    text('dev', device),
    path('dir', folder),
    text('type', record.text(PART.text) ?? ''),
    flagsAt(3, MOUNT_FLAGS)(record),
  ];
  return { args, ...twoWhenDone(record, { text: device, full: device }, folder) };
};

const changeFolder: Build = (call) => {
  const given = givenPath(call, 1, WORKING_DIRECTORY, true);
  return { args: [result(call.record.ret), path('path', given)] };
};

/** Calls that copy data without read and write. `fd.*` describes the destination; the source is only in the arguments. */
function copy(to: readonly [string, number], from: readonly [string, number], size: readonly [string, number]): Build {
  return ({ record }) => {
    const fd = viewFd(record.int(to[1]), record);
    const args = [
      result(record.ret),
      descriptor(to[0], record.int(to[1]), fd),
      descriptor(from[0], record.int(from[1]), viewFd(record.int(from[1]), record, 'from')),
      number(size[0], record.long(size[1])),
    ];
    return fd === undefined ? { args } : { args, fd };
  };
}

const owner = (first: number) => [numberAt('uid', first), numberAt('gid', first + 1)];
const device = (index: number) => numberAt('dev', index);
const modeAt = (index: number) => (record: ProcessRecord) => mode(record, index);
const length: Argument = (record) => number('length', record.long(1));
const UMOUNT_NOFOLLOW = 8;

/** Builds the details of events about files and folders. */
export const FILE_EVENTS: Readonly<Record<string, Build>> = {
  unlink: onePath('path', namesTheLink),
  unlinkat: onePathAt('name', namesTheLink, flagsAt(2, AT_FLAGS)),
  rmdir: onePath('path', namesTheLink),
  mkdir: onePath('path', namesTheLink),
  mkdirat: onePathAt('path', namesTheLink, hexMode),
  mknod: onePath('path', namesTheLink, modeAt(1), device(2)),
  mknodat: onePathAt('path', namesTheLink, modeAt(2), device(3)),
  rename: rename(false),
  renameat: rename(true),
  renameat2: renameWithFlags,
  link: link(false),
  linkat: link(true),
  symlink: symlink(false),
  symlinkat: symlink(true),
  chmod: onePath('filename', follows, modeAt(1)),
  fchmodat: onePathAt('filename', follows, modeAt(2)),
  fchmodat2: onePathAt('filename', unlessFlagged(3, AT_SYMLINK_NOFOLLOW), modeAt(2)),
  fchmod: onDescriptor(modeAt(1)),
  chown: onePath('path', follows, ...owner(1)),
  lchown: onePath('path', namesTheLink, ...owner(1)),
  fchown: onDescriptor(...owner(1)),
  fchownat: onePathAt('pathname', unlessFlagged(4, AT_SYMLINK_NOFOLLOW), ...owner(2), flagsAt(4, AT_FLAGS)),
  truncate: onePath('path', follows, length),
  ftruncate: onDescriptor(length),
  sendfile: copy(['out_fd', 0], ['in_fd', 1], ['size', 3]),
  splice: copy(['fd_out', 2], ['fd_in', 0], ['size', 4]),
  copy_file_range: copy(['fdout', 2], ['fdin', 0], ['len', 4]),
  chdir: changeFolder,
  fchdir: onDescriptor(),
  chroot: onePath('path', follows),
  umount2: onePath('name', unlessFlagged(1, UMOUNT_NOFOLLOW)),
  pivot_root: rename(false, follows),
  mount,
};
