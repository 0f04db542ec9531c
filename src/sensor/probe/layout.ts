/** The record format of src/sensor/bpf/record.h, byte for byte. Keep both in sync. */
export const RECORD_KIND = { syscall: 1, fork: 2, exit: 3, stats: 4, ready: 5, loss: 6 } as const;

/** Offsets in the header of a record about a process. */
export const HEADER = {
  kind: 4,
  nr: 6,
  timeNs: 8,
  ret: 16,
  args: 24,
  pid: 72,
  tid: 76,
  ppid: 80,
  vpid: 84,
  vtid: 88,
  sid: 92,
  pgid: 96,
  uid: 100,
  gid: 104,
  loginuid: 108,
  comm: 112,
  container: 128,
  size: 192,
} as const;

/** Tags of the parts that follow the header. */
export const PART = {
  path1: 1,
  base1: 2,
  path2: 3,
  base2: 4,
  fd: 5,
  fdPath: 6,
  address: 7,
  data: 8,
  argv: 9,
  exe: 10,
  cwd: 11,
  exec: 12,
  child: 13,
  text: 14,
  how: 15,
  from: 16,
  fromPath: 17,
  env: 18,
  stdin: 19,
} as const;

/** Sizes of the parts that are structures: `struct fd_part`, `exec_part`, `child_part`; of `open_how` what is read. */
export const STRUCT_BYTES = { fd: 64, exec: 40, child: 8, how: 16 } as const;

/** One of the tags. */
export type PartTag = (typeof PART)[keyof typeof PART];

/** The overlay layer of a file: written after the image was built, or part of the image. */
export const LAYER = { upper: 1, lower: 2 } as const;

/** The kinds of lost events, in the order of the loader's counters and named as in Falco's. */
export const DROP_KINDS = ['clone_fork', 'execve', 'open', 'connect', 'dir_file', 'proc_exit', 'other'] as const;

/** One of the kinds of lost events. */
export type DropKind = (typeof DROP_KINDS)[number];
