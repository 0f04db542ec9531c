/** A process as the rules see it. Mutable: it changes with what it does. */
export interface Process {
  /** As the host numbers it. */
  readonly pid: number;
  ppid: number;
  vpid: number;
  /** In the container's numbers. */
  sid: number;
  pgid: number;
  uid: number;
  gid: number;
  /** 4294967295: none. */
  loginuid: number;
  /** The thread's name at the last exec (at most 15 bytes): renames do not count, as in Falco. */
  name: string;
  argv: readonly string[];
  /** Empty when not known. */
  exePath: string;
  /** Without a slash at its end. Empty when not known. */
  cwd: string;
  /** `NAME=value` each, as it was when the program started; empty where it was not seen to. */
  environment: readonly string[];
  /** The file that standard input was when the program started; empty where it was none. */
  stdin: string;
  /** Device number of the controlling terminal, 0 without one. */
  tty: number;
  layer: number;
  exeIno: number;
  capabilities: { readonly permitted: bigint; readonly effective: bigint; readonly inheritable: bigint } | undefined;
  /** Nanoseconds since the epoch; undefined when it ran before the sensor did. */
  startedNs: bigint | undefined;
  /** Who made it, or adopted it. Undefined when not known (any more). */
  parent: Process | undefined;
  /** Seen at its fork or exec; false when all that is known was read later, from /proc or from a record's header. */
  witnessed: boolean;
}

/** A process of which nothing is known but its number. */
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
    witnessed: false,
  };
}

/** Arguments change with the program only, and rules ask for them on every event. */
const joined = new WeakMap<readonly string[], string>();

/** `proc.args`. */
export function argsOf({ argv }: Process): string {
  const known = joined.get(argv);
  if (known !== undefined) return known;
  const args = argv.slice(1).join(' ');
  joined.set(argv, args);
  return args;
}

/** `proc.cmdline`: the name, then the arguments, as Falco has it. */
export function cmdlineOf(process: Process): string {
  return process.argv.length > 1 ? `${process.name} ${argsOf(process)}` : process.name;
}

/** The ancestor `level` generations up: 0 is the process itself, 1 its parent. */
export function ancestorOf(process: Process, level: number): Process | undefined {
  let found: Process | undefined = process;
  for (let i = 0; i < level && found !== undefined; i++) found = found.parent;
  return found;
}
