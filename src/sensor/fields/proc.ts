import type { SensorEvent } from '../event/event.js';
import { ancestorOf, argsOf, cmdlineOf, type Process } from '../process/process.js';
import { type FieldMaker, known, plain } from './table.js';

type Of<T> = (process: Process) => T | undefined;

const exe: Of<string> = (process) => known(process.argv[0] ?? process.name);
const exePath: Of<string> = (process) => known(process.exePath);
const name: Of<string> = (process) => known(process.name);
const cmdline: Of<string> = (process) => known(cmdlineOf(process));
const pid: Of<number> = (process) => process.pid;

function own<T extends string | number | boolean>(of: Of<T>, cost = 0): FieldMaker {
  return plain(cost, ({ process }) => of(process));
}

function parents<T extends string | number>(of: Of<T>, cost = 0): FieldMaker {
  return plain(cost, ({ process }) => (process.parent === undefined ? undefined : of(process.parent)));
}

/** `proc.aname[2]`; without a number the values of all ancestors, of which any may match. */
function ancestors<T extends string | number>(of: Of<T>): FieldMaker {
  return (argument) => {
    if (argument === undefined) return { extract: ({ process }) => lineage(process, of) as string[], cost: 3 };
    if (!/^\d{1,3}$/.test(argument)) return undefined;
    const level = Number(argument);
    return {
      extract: ({ process }) => {
        const found = ancestorOf(process, level);
        return found === undefined ? undefined : of(found);
      },
      cost: 1,
    };
  };
}

/** `proc.env[NAME]`; without a name the whole environment as one text (as in Falco 0.40). */
const environment: FieldMaker = (name) => {
  if (name === undefined) return { extract: ({ process }) => known(process.environment.join(' ')), cost: 3 };
  const start = `${name}=`;
  const extract = ({ process }: SensorEvent): string | undefined =>
    known(process.environment.find((variable) => variable.startsWith(start))?.slice(start.length) ?? '');
  return { extract, cost: 3 };
};

const MAX_ANCESTORS = 100;

function lineage<T>(process: Process, of: Of<T>): T[] {
  const values: T[] = [];
  for (let at = process.parent, i = 0; at !== undefined && i < MAX_ANCESTORS; at = at.parent, i++) {
    const value = of(at);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** Whether this process leads the session or group: then its own pid inside the container equals the session's or group's id. */
function leads(of: (process: Process) => number): FieldMaker {
  return plain(1, ({ process }) => of(process) === process.vpid);
}

/** How long a process has been running, in nanoseconds. */
function durationOf(process: Process | undefined, event: SensorEvent): bigint | undefined {
  if (process?.startedNs === undefined) return undefined;
  return event.record.timeNs - process.startedNs;
}

/** A program executed from memory has no folder: the kernel calls it `memfd:NAME`. */
function isFromMemory(process: Process): boolean {
  return process.exePath.startsWith('/memfd:');
}

/** With a slash at the end, as in Falco (recorded from Falco 0.40). */
function shownFolder(process: Process): string | undefined {
  if (process.cwd === '') return undefined;
  return process.cwd.endsWith('/') ? process.cwd : `${process.cwd}/`;
}

const UPPER = 1;
const LOWER = 2;

/** The fields `proc.*` and `thread.*` that this sensor fills. */
export const PROC_FIELDS: Readonly<Record<string, FieldMaker>> = {
  'proc.exe': own(exe),
  'proc.pexe': parents(exe),
  'proc.aexe': ancestors(exe),
  'proc.exepath': own(exePath),
  'proc.pexepath': parents(exePath),
  'proc.aexepath': ancestors(exePath),
  'proc.name': own(name),
  'proc.pname': parents(name),
  'proc.aname': ancestors(name),
  'proc.args': own(argsOf, 1),
  'proc.cmdline': own(cmdline, 1),
  'proc.pcmdline': parents(cmdline, 1),
  'proc.acmdline': ancestors(cmdline),
  'proc.cmdnargs': own((process) => Math.max(0, process.argv.length - 1)),
  'proc.cmdlenargs': own((process) => process.argv.slice(1).reduce((sum, arg) => sum + Buffer.byteLength(arg), 0), 1),
  'proc.exeline': own((process) => known([exe(process), ...process.argv.slice(1)].join(' ')), 1),
  'proc.env': environment,
  'proc.cwd': own(shownFolder),
  'proc.stdin.name': own((process) => known(process.stdin)),
  'proc.tty': own((process) => process.tty),
  'proc.pid': own(pid),
  'proc.ppid': own((process) => process.ppid),
  'proc.apid': ancestors(pid),
  'proc.vpid': own((process) => process.vpid),
  'proc.pvpid': parents((process) => process.vpid),
  'proc.sid': own((process) => process.sid),
  'proc.pgid': own((process) => process.pgid),
  'proc.vpgid': own((process) => process.pgid),
  'proc.duration': plain(1, (event) => durationOf(event.process, event)),
  'proc.ppid.duration': plain(1, (event) => durationOf(event.process.parent, event)),
  'proc.pid.ts': own((process) => (process.startedNs === undefined ? undefined : Number(process.startedNs))),
  'proc.is_exe_upper_layer': own((process) => process.layer === UPPER),
  'proc.is_exe_lower_layer': own((process) => process.layer === LOWER),
  'proc.is_exe_from_memfd': own(isFromMemory),
  'proc.is_sid_leader': leads((process) => process.sid),
  'proc.is_pgid_leader': leads((process) => process.pgid),
  'proc.is_vpgid_leader': leads((process) => process.pgid),
  'proc.exe_ino': own((process) => process.exeIno),
  'thread.tid': plain(1, ({ record }) => record.id('tid')),
  'thread.vtid': plain(1, ({ record }) => record.id('vtid')),
  'thread.ismain': plain(1, ({ record }) => record.id('tid') === record.id('pid')),
  'thread.cap_permitted': own((process) => capabilityNames(process.capabilities?.permitted), 1),
  'thread.cap_effective': own((process) => capabilityNames(process.capabilities?.effective), 1),
  'thread.cap_inheritable': own((process) => capabilityNames(process.capabilities?.inheritable), 1),
};

/** In the order of their numbers (include/uapi/linux/capability.h). */
const CAPABILITIES = (
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'
).split(' ');

function capabilityNames(set: bigint | undefined): string | undefined {
  if (set === undefined) return undefined;
  return CAPABILITIES.filter((_, bit) => ((set >> BigInt(bit)) & 1n) === 1n)
    .map((capability) => `CAP_${capability}`)
    .join(' ');
}
