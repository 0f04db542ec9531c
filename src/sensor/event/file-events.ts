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
  result,
  text,
  WORKING_DIRECTORY,
} from './arguments.js';
import type { EventArgument, EventDetails } from './details.js';
import { isError } from './errno.js';
import { viewFd } from './fd-view.js';
import { AT_FLAGS, type FlagTable, flagNames, MOUNT_FLAGS, modeNames, RENAME_FLAGS } from './flags.js';

type Build = (record: ProcessRecord, process: Process) => EventDetails;

/** `0755(S_IXOTH|…)`. */
function mode(record: ProcessRecord, index: number): EventArgument {
  const value = record.uint(index) & 0o7777;
  return { name: 'mode', value: `0${value.toString(8)}`, resolved: modeNames(value) };
}

/** Folders' modes are in hexadecimal in Falco: `mode=1ED`. */
function hexMode(record: ProcessRecord): EventArgument {
  return { name: 'mode', value: record.uint(2).toString(16).toUpperCase() };
}

/** Falco fills `fs.path.*` for calls that succeeded (facts/measured.md). */
function whenDone(record: ProcessRecord, given: GivenPath): { path?: string } {
  return isError(record.ret) || given.text === undefined ? {} : { path: given.full };
}

/** One path in the first argument, named `name`; `rest` are the arguments behind it. */
function onePath(name: string, ...rest: ((record: ProcessRecord) => EventArgument)[]): Build {
  return (record, process) => {
    const given = givenPath(record, process, 1, WORKING_DIRECTORY);
    const args = [result(record.ret), path(name, given), ...rest.map((make) => make(record))];
    return { args, ...whenDone(record, given) };
  };
}

/** A folder's descriptor, then a path. */
function onePathAt(name: string, ...rest: ((record: ProcessRecord) => EventArgument)[]): Build {
  return (record, process) => {
    const given = givenPath(record, process, 1, record.int(0));
    const args = [result(record.ret), directory('dirfd', record.int(0)), path(name, given)];
    return { args: [...args, ...rest.map((make) => make(record))], ...whenDone(record, given) };
  };
}

function flagsAt(index: number, table: FlagTable): (record: ProcessRecord) => EventArgument {
  return (record) => flags('flags', record.uint(index), flagNames(table, record.uint(index)));
}

function numberAt(name: string, index: number): (record: ProcessRecord) => EventArgument {
  return (record) => number(name, record.int(index));
}

/** A descriptor in the first argument. */
function onDescriptor(...rest: ((record: ProcessRecord) => EventArgument)[]): Build {
  return (record) => {
    const fd = viewFd(record.int(0), record);
    const args = [result(record.ret), descriptor('fd', record.int(0), fd), ...rest.map((make) => make(record))];
    const named = fd === undefined || isError(record.ret) ? {} : { path: fd.name };
    return { args, ...(fd && { fd }), ...named };
  };
}

function rename(at: boolean): Build {
  return (record, process) => {
    const oldPath = givenPath(record, process, 1, at ? record.int(0) : WORKING_DIRECTORY);
    const newPath = givenPath(record, process, 2, at ? record.int(2) : WORKING_DIRECTORY);
    const args = [
      result(record.ret),
      ...(at ? [directory('olddirfd', record.int(0))] : []),
      path('oldpath', oldPath),
      ...(at ? [directory('newdirfd', record.int(2))] : []),
      path('newpath', newPath),
    ];
    const done = isError(record.ret) ? {} : { source: oldPath.full, target: newPath.full };
    return { args, ...done };
  };
}

const renameWithFlags: Build = (record, process) => {
  const details = rename(true)(record, process);
  return { ...details, args: [...details.args, flagsAt(4, RENAME_FLAGS)(record)] };
};

/** Falco calls what a link points to its target, and the link itself the source (libs' sinsp_filtercheck_fspath). */
function link(at: boolean): Build {
  return (record, process) => {
    const oldPath = givenPath(record, process, 1, at ? record.int(0) : WORKING_DIRECTORY);
    const newPath = givenPath(record, process, 2, at ? record.int(2) : WORKING_DIRECTORY);
    const args = [
      result(record.ret),
      ...(at ? [directory('olddir', record.int(0))] : []),
      path('oldpath', oldPath),
      ...(at ? [directory('newdir', record.int(2))] : []),
      path('newpath', newPath),
      ...(at ? [flagsAt(4, AT_FLAGS)(record)] : []),
    ];
    const done = isError(record.ret) ? {} : { source: newPath.full, target: oldPath.full };
    return { args, ...done };
  };
}

function symlink(at: boolean): Build {
  return (record, process) => {
    const linkPath = givenPath(record, process, 1, at ? record.int(1) : WORKING_DIRECTORY);
    const target = record.text(PART.text) ?? '';
    const folder = at ? [directory('linkdirfd', record.int(1))] : [];
    const args = [result(record.ret), text('target', target), ...folder, path('linkpath', linkPath)];
    return { args, ...(isError(record.ret) ? {} : { source: linkPath.full, target }) };
  };
}

const mount: Build = (record, process) => {
  const folder = givenPath(record, process, 1, WORKING_DIRECTORY);
  const device = record.text(PART.path2) ?? '';
  const args = [
    result(record.ret),
    text('dev', device),
    path('dir', folder),
    text('type', record.text(PART.text) ?? ''),
    flagsAt(3, MOUNT_FLAGS)(record),
  ];
  return { args, ...(isError(record.ret) ? {} : { source: device, target: folder.full }) };
};

const changeFolder: Build = (record, process) => {
  const given = givenPath(record, process, 1, WORKING_DIRECTORY);
  return { args: [result(record.ret), path('path', given)] };
};

const owner = (first: number) => [numberAt('uid', first), numberAt('gid', first + 1)];
const device = (index: number) => numberAt('dev', index);

/** How the events about files and folders are shown. */
export const FILE_EVENTS: Readonly<Record<string, Build>> = {
  unlink: onePath('path'),
  unlinkat: onePathAt('name', flagsAt(2, AT_FLAGS)),
  rmdir: onePath('path'),
  mkdir: onePath('path'),
  mkdirat: onePathAt('path', hexMode),
  mknod: onePath('path', (record) => mode(record, 1), device(2)),
  mknodat: onePathAt('path', (record) => mode(record, 2), device(3)),
  rename: rename(false),
  renameat: rename(true),
  renameat2: renameWithFlags,
  link: link(false),
  linkat: link(true),
  symlink: symlink(false),
  symlinkat: symlink(true),
  chmod: onePath('filename', (record) => mode(record, 1)),
  fchmodat: onePathAt('filename', (record) => mode(record, 2)),
  fchmodat2: onePathAt('filename', (record) => mode(record, 2)),
  fchmod: onDescriptor((record) => mode(record, 1)),
  chown: onePath('path', ...owner(1)),
  lchown: onePath('path', ...owner(1)),
  fchown: onDescriptor(...owner(1)),
  fchownat: onePathAt('pathname', ...owner(2), flagsAt(4, AT_FLAGS)),
  chdir: changeFolder,
  fchdir: onDescriptor(),
  chroot: onePath('path'),
  umount2: onePath('name'),
  pivot_root: rename(false),
  mount,
};
