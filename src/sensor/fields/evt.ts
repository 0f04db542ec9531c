import { argumentsText, argumentText } from '../event/details.js';
import type { SensorEvent } from '../event/event.js';
import { isError, resultName } from '../event/values/errno.js';
import { OPEN } from '../event/values/open-flags.js';
import { type FieldMaker, plain } from './table.js';

/** Falco's categories of the recorded calls (libs' ppm_event_category). */
const CATEGORIES: readonly (readonly [string, ReadonlySet<string>])[] = [
  ['net', new Set(['socket', 'connect', 'bind', 'listen', 'sendto', 'sendmsg', 'sendmmsg'])],
  [
    'process',
    new Set([
      ...['execve', 'execveat', 'clone', 'clone3', 'fork', 'vfork', 'procexit', 'setsid', 'setpgid', 'ptrace'],
      ...['unshare', 'setns', 'process_vm_readv', 'process_vm_writev', 'pidfd_getfd'],
    ]),
  ],
  ['user', new Set(['setuid', 'setgid', 'setreuid', 'setregid', 'setresuid', 'setresgid'])],
  ['signal', new Set(['kill', 'tkill', 'tgkill'])],
  ['system', new Set(['init_module', 'finit_module', 'bpf', 'userfaultfd'])],
  ['IO', new Set(['dup', 'dup2', 'dup3', 'io_uring_setup'])],
  ['memory', new Set(['memfd_create'])],
];

const CATEGORY = new Map(CATEGORIES.flatMap(([category, types]) => [...types].map((type) => [type, category])));

/** An exit is not a system call and has no result. */
function isResultless(event: SensorEvent): boolean {
  return event.type === 'procexit';
}

function openFlag(...flags: readonly number[]): FieldMaker {
  return plain(3, ({ details }) => {
    if (details.open === undefined) return false;
    const set = details.open.flags;
    return flags.some((flag) => (set & flag) !== 0);
  });
}

/** An open that creates a file with an execute bit in its mode. */
const opensExecutable = plain(3, ({ details }) => {
  if (details.open === undefined) return false;
  const { flags, mode } = details.open;
  return (flags & (OPEN.create | OPEN.temporary)) !== 0 && (mode & 0o111) !== 0;
});

/** The `evt.*` fields that this sensor fills; the rule engine adds the times. */
export const EVT_FIELDS: Readonly<Record<string, FieldMaker>> = {
  'evt.num': plain(0, (event) => event.num),
  'evt.type': plain(0, (event) => event.type),
  'syscall.type': plain(0, (event) => (isResultless(event) ? undefined : event.type)),
  'evt.category': plain(1, (event) => CATEGORY.get(event.type) ?? 'file'),
  'evt.args': plain(3, (event) => argumentsText(event.details)),
  'evt.arg': (argument) => {
    if (argument === undefined) return undefined;
    const index = /^\d{1,2}$/.test(argument) ? Number(argument) : undefined;
    const extract = ({ details }: SensorEvent) =>
      argumentText(details, index === undefined ? argument : (details.args[index]?.name ?? ''));
    return { extract, cost: 3 };
  },
  'evt.rawarg': (argument) => {
    if (argument === undefined) return undefined;
    return { extract: ({ details }) => details.args.find(({ name }) => name === argument)?.value, cost: 3 };
  },
  'evt.res': plain(1, (event) => (isResultless(event) ? undefined : resultName(event.record.ret))),
  'evt.rawres': plain(1, (event) => (isResultless(event) ? undefined : event.record.ret)),
  'evt.failed': plain(1, (event) => !isResultless(event) && isError(event.record.ret)),
  'evt.is_io': plain(1, ({ type }) => type.startsWith('send')),
  'evt.is_io_read': plain(0, () => false),
  'evt.is_io_write': plain(1, ({ type }) => type.startsWith('send')),
  'evt.buffer': plain(3, ({ details }) => details.buffer),
  'evt.buflen': plain(3, ({ details }) => details.buffer?.length),
  'evt.is_open_read': openFlag(OPEN.readOnly),
  'evt.is_open_write': openFlag(OPEN.writeOnly),
  'evt.is_open_create': openFlag(OPEN.created, OPEN.temporary),
  'evt.is_open_exec': opensExecutable,
  'evt.is_async': plain(0, () => false),
  'evt.count': plain(0, () => 1),
  'evt.abspath': plain(3, ({ details }) => details.path),
};
