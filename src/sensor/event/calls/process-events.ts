import { PART } from '../../probe/layout.js';
import type { ProcessRecord } from '../../probe/record.js';
import { argsOf, type Process } from '../../process/process.js';
import { descriptor, flags, givenPath, number, path, result, text, WORKING_DIRECTORY } from '../arguments.js';
import type { Build } from '../call.js';
import type { EventArgument } from '../details.js';
import { viewFd } from '../fd-view.js';
import { isError } from '../values/errno.js';
import { AT_SYMLINK_NOFOLLOW, CLONE_FLAGS, flagNames, MEMFD_FLAGS } from '../values/flags.js';

/** A call whose arguments are plain numbers. */
function numbers(...names: readonly string[]): Build {
  return ({ record }) => ({
    args: [result(record.ret), ...names.map((name, index) => number(name, record.int(index)))],
  });
}

/** What Falco shows about the process in exec and fork events. */
function processArguments(record: ProcessRecord, process: Process): EventArgument[] {
  return [
    text('exe', process.argv[0] ?? process.name),
    text('args', argsOf(process)),
    number('tid', record.id('tid')),
    number('pid', record.id('pid')),
    number('ptid', record.id('ppid')),
    text('cwd', process.cwd),
    text('comm', process.name),
  ];
}

/** A failed exec shows the calling process and the path it tried to execute. */
function exec(at: boolean): Build {
  return (call) => {
    const { record, process } = call;
    if (!isError(record.ret)) return { args: [result(record.ret), ...processArguments(record, process)] };
    const asked = givenPath(
      call,
      1,
      at ? record.int(0) : WORKING_DIRECTORY,
      !at || (record.int(4) & AT_SYMLINK_NOFOLLOW) === 0,
    );
    return { args: [result(record.ret), ...processArguments(record, process), path('filename', asked)] };
  };
}

const fork: Build = ({ record, process }) => ({
  args: [
    number('res', record.ret),
    ...processArguments(record, process),
    number('vtid', record.id('vtid')),
    number('vpid', record.id('vpid')),
  ],
});

const exit: Build = ({ record }) => {
  const status = record.ret;
  const signal = status & 0x7f;
  return {
    args: [
      number('status', status),
      number('ret', (status >> 8) & 0xff),
      number('sig', signal),
      number('core', (status >> 7) & 1),
    ],
  };
};

const memfd: Build = ({ record }) => ({
  args: [
    result(record.ret, 'fd'),
    text('name', record.text(PART.text)),
    flags('flags', record.uint(1), flagNames(MEMFD_FLAGS, record.uint(1))),
  ],
});

const unshare: Build = ({ record }) => ({
  args: [result(record.ret), flags('flags', record.uint(0), flagNames(CLONE_FLAGS, record.uint(0)))],
});

/** setns(2) and finit_module(2): a descriptor, then a number. */
function onDescriptor(second: string): Build {
  return ({ record }) => {
    const fd = viewFd(record.int(0), record);
    const args = [result(record.ret), descriptor('fd', record.int(0), fd), number(second, record.int(1))];
    return fd === undefined ? { args } : { args, fd };
  };
}

/** include/uapi/linux/ptrace.h. */
const PTRACE: Readonly<Record<number, string>> = {
  0: 'PTRACE_TRACEME',
  1: 'PTRACE_PEEKTEXT',
  2: 'PTRACE_PEEKDATA',
  4: 'PTRACE_POKETEXT',
  5: 'PTRACE_POKEDATA',
  7: 'PTRACE_CONT',
  16: 'PTRACE_ATTACH',
  17: 'PTRACE_DETACH',
  16902: 'PTRACE_SEIZE',
};

const ptrace: Build = ({ record }) => ({
  args: [
    result(record.ret),
    flags('request', record.int(0), PTRACE[record.int(0)] ?? ''),
    number('pid', record.int(1)),
    text('addr', record.hex(2)),
    text('data', record.hex(3)),
  ],
});

const kill = numbers('pid', 'sig');

/** Builds the details of events about processes. */
export const PROCESS_EVENTS: Readonly<Record<string, Build>> = {
  execve: exec(false),
  execveat: exec(true),
  clone: fork,
  clone3: fork,
  fork,
  vfork: fork,
  procexit: exit,
  setsid: numbers(),
  setpgid: numbers('pid', 'pgid'),
  setuid: numbers('uid'),
  setgid: numbers('gid'),
  setreuid: numbers('ruid', 'euid'),
  setregid: numbers('rgid', 'egid'),
  setresuid: numbers('ruid', 'euid', 'suid'),
  setresgid: numbers('rgid', 'egid', 'sgid'),
  kill,
  tkill: numbers('tid', 'sig'),
  tgkill: numbers('pid', 'tid', 'sig'),
  ptrace,
  unshare,
  setns: onDescriptor('nstype'),
  memfd_create: memfd,
  process_vm_readv: numbers('pid'),
  process_vm_writev: numbers('pid'),
  io_uring_setup: numbers('entries'),
  bpf: ({ record }) => ({ args: [result(record.ret, 'fd'), number('cmd', record.int(0))] }),
  init_module: numbers(),
  finit_module: onDescriptor('flags'),
  userfaultfd: numbers('flags'),
  pidfd_getfd: ({ record }) => ({
    args: [
      result(record.ret, 'fd'),
      number('pid_fd', record.int(0)),
      number('target_fd', record.int(1)),
      number('flags', record.int(2)),
    ],
  }),
  open_tree: numbers(),
  move_mount: numbers(),
  fsopen: numbers(),
  fsmount: numbers(),
  fspick: numbers(),
  mount_setattr: numbers(),
};
