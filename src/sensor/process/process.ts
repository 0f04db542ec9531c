/** A process as the rules see it. Mutable, since it is updated with every record about it. */
export interface Process {
  /** In the host's pid namespace. */
  readonly pid: number;
  ppid: number;
  vpid: number;
  /** In the container's pid namespace. */
  sid: number;
  pgid: number;
  uid: number;
  gid: number;
  /** 4294967295 means none. */
  loginuid: number;
  /** The thread's name at the last exec (at most 15 bytes): renames do not count, as in Falco. */
  name: string;
  argv: readonly string[];
  /** Empty if unknown. */
  exePath: string;
  /** Without a trailing slash. Empty if unknown. */
  cwd: string;
  /** `NAME=value` texts from the start of the program; empty if the sensor did not see it start. */
  environment: readonly string[];
  /** The file on standard input when the program started; empty if it was not a regular file. */
  stdin: string;
  /** Device number of the controlling terminal, 0 without one. */
  tty: number;
  layer: number;
  exeIno: number;
  capabilities: { readonly permitted: bigint; readonly effective: bigint; readonly inheritable: bigint } | undefined;
  /** Nanoseconds since the epoch; undefined if it started before the sensor. */
  startedNs: bigint | undefined;
  /** The process that created or adopted it. Undefined if unknown (or no longer known). */
  parent: Process | undefined;
  /** Its fork or exec was recorded; false if all information was read later, from /proc or from a record's header. */
  startRecorded: boolean;
}

/** A process of which only the pid is known. */
export function unknownProcess(pid: number): Process {
  return {
    pid,
    ppid: 0,
    vpid: 0,
    sid: 0,
    pgid: 0,
    uid: 0,
    gid: 0,
    loginuid: 0xffff_ffff,
    name: '',
    argv: [],
    exePath: '',
    cwd: '',
    environment: [],
    stdin: '',
    tty: 0,
    layer: 0,
    exeIno: 0,
    capabilities: undefined,
    startedNs: undefined,
    parent: undefined,
    startRecorded: false,
  };
}

/** Cache: the arguments only change with the program, and rules read them on every event. */
const joined = new WeakMap<readonly string[], string>();

/** `proc.args`. */
export function argsOf({ argv }: Process): string {
  const known = joined.get(argv);
  if (known !== undefined) return known;
  const args = argv.slice(1).join(' ');
  joined.set(argv, args);
  return args;
}

/** `proc.cmdline`: the name followed by the arguments, as in Falco. */
export function cmdlineOf(process: Process): string {
  return process.argv.length > 1 ? `${process.name} ${argsOf(process)}` : process.name;
}

/** The ancestor `level` generations up: 0 is the process itself, 1 its parent. */
export function ancestorOf(process: Process, level: number): Process | undefined {
  let found: Process | undefined = process;
  for (let i = 0; i < level && found !== undefined; i++) found = found.parent;
  return found;
}
