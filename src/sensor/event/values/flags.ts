/** Flags in the order in which Falco prints them (`falco --list-events`): Falco's name and the kernel's bit. */
export type FlagTable = readonly (readonly [name: string, bit: number])[];

/** The names of the flags that are set, as Falco prints them. */
export function flagNames(table: FlagTable, flags: number): string {
  return table
    .filter(([, bit]) => (flags & bit) >>> 0 === bit >>> 0 && bit !== 0)
    .map(([name]) => name)
    .join('|');
}

/** The mode bits of include/uapi/linux/stat.h, in Falco's order. */
const MODES: FlagTable = [
  ['S_IXOTH', 0o1],
  ['S_IWOTH', 0o2],
  ['S_IROTH', 0o4],
  ['S_IXGRP', 0o10],
  ['S_IWGRP', 0o20],
  ['S_IRGRP', 0o40],
  ['S_IXUSR', 0o100],
  ['S_IWUSR', 0o200],
  ['S_IRUSR', 0o400],
  ['S_ISVTX', 0o1000],
  ['S_ISGID', 0o2000],
  ['S_ISUID', 0o4000],
];

/** `S_IXOTH|S_IROTH|…` */
export function modeNames(mode: number): string {
  return flagNames(MODES, mode);
}

/** clone(2) and unshare(2): include/uapi/linux/sched.h. */
export const CLONE_FLAGS: FlagTable = [
  ['CLONE_FILES', 0x400],
  ['CLONE_FS', 0x200],
  ['CLONE_IO', 0x8000_0000],
  ['CLONE_NEWIPC', 0x0800_0000],
  ['CLONE_NEWNET', 0x4000_0000],
  ['CLONE_NEWNS', 0x2_0000],
  ['CLONE_NEWPID', 0x2000_0000],
  ['CLONE_NEWUTS', 0x0400_0000],
  ['CLONE_PARENT', 0x8000],
  ['CLONE_PARENT_SETTID', 0x10_0000],
  ['CLONE_PTRACE', 0x2000],
  ['CLONE_SIGHAND', 0x800],
  ['CLONE_SYSVSEM', 0x4_0000],
  ['CLONE_THREAD', 0x1_0000],
  ['CLONE_UNTRACED', 0x80_0000],
  ['CLONE_VM', 0x100],
  ['CLONE_NEWUSER', 0x1000_0000],
  ['CLONE_CHILD_CLEARTID', 0x20_0000],
  ['CLONE_CHILD_SETTID', 0x100_0000],
  ['CLONE_SETTLS', 0x8_0000],
  ['CLONE_VFORK', 0x4000],
  ['CLONE_NEWCGROUP', 0x200_0000],
];

/** include/uapi/linux/fcntl.h. */
export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_SYMLINK_FOLLOW = 0x400;

/** unlinkat(2), linkat(2), fchownat(2): include/uapi/linux/fcntl.h. */
export const AT_FLAGS: FlagTable = [
  ['AT_REMOVEDIR', 0x200],
  ['AT_SYMLINK_FOLLOW', AT_SYMLINK_FOLLOW],
  ['AT_EMPTY_PATH', 0x1000],
];

/** renameat2(2). */
export const RENAME_FLAGS: FlagTable = [
  ['RENAME_NOREPLACE', 1],
  ['RENAME_EXCHANGE', 2],
  ['RENAME_WHITEOUT', 4],
];

/** memfd_create(2). */
export const MEMFD_FLAGS: FlagTable = [
  ['MFD_CLOEXEC', 1],
  ['MFD_ALLOW_SEALING', 2],
  ['MFD_HUGETLB', 4],
];

/** mount(2). */
export const MOUNT_FLAGS: FlagTable = [
  ['RDONLY', 0x1],
  ['NOSUID', 0x2],
  ['NODEV', 0x4],
  ['NOEXEC', 0x8],
  ['SYNCHRONOUS', 0x10],
  ['REMOUNT', 0x20],
  ['MANDLOCK', 0x40],
  ['DIRSYNC', 0x80],
  ['NOATIME', 0x400],
  ['NODIRATIME', 0x800],
  ['BIND', 0x1000],
  ['MOVE', 0x2000],
  ['REC', 0x4000],
  ['SILENT', 0x8000],
  ['UNBINDABLE', 0x2_0000],
  ['PRIVATE', 0x4_0000],
  ['SLAVE', 0x8_0000],
  ['SHARED', 0x10_0000],
  ['RELATIME', 0x20_0000],
  ['STRICTATIME', 0x100_0000],
];
