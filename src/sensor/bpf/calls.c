/* Which system calls are recorded, and how. The 32-bit numbers are those of arch/x86/entry/syscalls/syscall_32.tbl. */
#include "calls_table.h"
#include <sys/syscall.h>

#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif

#define N NO_ARG
#define PLAIN(name, nr32) { __NR_##name, nr32, { CALL_PLAIN, DROP_OTHER, N, N, N, N, N, N, N, __NR_##name } }
#define TEXT(name, nr32, text) { __NR_##name, nr32, { CALL_PLAIN, DROP_OTHER, N, N, N, N, text, N, N, __NR_##name } }
#define FD(name, nr32, drop) { __NR_##name, nr32, { CALL_FD, drop, N, N, N, N, N, 0, N, __NR_##name } }
#define OPEN(name, nr32, path, dir, how) { __NR_##name, nr32, { CALL_OPEN, DROP_OPEN, path, dir, N, N, how, N, N, __NR_##name } }
#define PATH(name, nr32, path, dir) { __NR_##name, nr32, { CALL_PATH, DROP_DIR_FILE, path, dir, N, N, N, N, N, __NR_##name } }
#define PATHS(name, nr32, a, dir_a, b, dir_b) { __NR_##name, nr32, { CALL_PATH, DROP_DIR_FILE, a, dir_a, b, dir_b, N, N, N, __NR_##name } }
#define LINK(name, nr32, path, dir, text) { __NR_##name, nr32, { CALL_PATH, DROP_DIR_FILE, path, dir, N, N, text, N, N, __NR_##name } }
#define KIND(name, nr32, kind, drop) { __NR_##name, nr32, { kind, drop, N, N, N, N, N, N, N, __NR_##name } }
#define EXEC(name, nr32, path, dir) { __NR_##name, nr32, { CALL_EXEC, DROP_EXECVE, path, dir, N, N, N, N, N, __NR_##name } }
#define COPY(name, nr32, to, from) { __NR_##name, nr32, { CALL_COPY, DROP_DIR_FILE, N, N, N, N, N, to, from, __NR_##name } }
/* Calls that exist twice in the 32-bit ABI, for two integer sizes; the arguments we read are at the same positions. */
#define TWIN_PATH(name, nr32, path) { -1, nr32, { CALL_PATH, DROP_DIR_FILE, path, N, N, N, N, N, N, __NR_##name } }
#define TWIN_FD(name, nr32) { -1, nr32, { CALL_FD, DROP_DIR_FILE, N, N, N, N, N, 0, N, __NR_##name } }
#define TWIN_COPY(name, nr32, to, from) { -1, nr32, { CALL_COPY, DROP_DIR_FILE, N, N, N, N, N, to, from, __NR_##name } }
#define SUB(name, sub, kind, drop) { -1, SOCKETCALLS + sub, { kind, drop, N, N, N, N, N, 0, N, __NR_##name } }

const struct call_entry call_entries[] = {
  EXEC(execve, 11, 0, N), EXEC(execveat, 358, 1, 0),
  OPEN(open, 5, 0, N, N), OPEN(openat, 295, 1, 0, N), OPEN(openat2, 437, 1, 0, 2), OPEN(creat, 8, 0, N, N),
  OPEN(open_by_handle_at, 342, N, N, N),
  KIND(connect, 362, CALL_SOCKET, DROP_CONNECT), KIND(bind, 361, CALL_SOCKET, DROP_OTHER),
  KIND(sendto, 369, CALL_SEND, DROP_OTHER), KIND(sendmsg, 370, CALL_SEND, DROP_OTHER),
  KIND(sendmmsg, 345, CALL_SEND_MANY, DROP_OTHER),
  SUB(socket, 1, CALL_PLAIN, DROP_OTHER), SUB(bind, 2, CALL_SOCKET, DROP_OTHER),
  SUB(connect, 3, CALL_SOCKET, DROP_CONNECT), SUB(listen, 4, CALL_FD, DROP_OTHER),
  SUB(sendto, 11, CALL_SEND, DROP_OTHER), SUB(sendmsg, 16, CALL_SEND, DROP_OTHER),
  SUB(sendmmsg, 20, CALL_SEND_MANY, DROP_OTHER),
  FD(listen, 363, DROP_OTHER), PLAIN(socket, 359),
  PATH(unlink, 10, 0, N), PATH(unlinkat, 301, 1, 0), PATH(rmdir, 40, 0, N),
  PATH(mkdir, 39, 0, N), PATH(mkdirat, 296, 1, 0), PATH(mknod, 14, 0, N), PATH(mknodat, 297, 1, 0),
  PATHS(rename, 38, 0, N, 1, N), PATHS(renameat, 302, 1, 0, 3, 2), PATHS(renameat2, 353, 1, 0, 3, 2),
  PATHS(link, 9, 0, N, 1, N), PATHS(linkat, 303, 1, 0, 3, 2),
  LINK(symlink, 83, 1, N, 0), LINK(symlinkat, 304, 2, 1, 0),
  PATH(chmod, 15, 0, N), PATH(fchmodat, 306, 1, 0), PATH(fchmodat2, 452, 1, 0), FD(fchmod, 94, DROP_DIR_FILE),
  PATH(chown, 212, 0, N), PATH(lchown, 198, 0, N), PATH(fchownat, 298, 1, 0), FD(fchown, 207, DROP_DIR_FILE),
  TWIN_PATH(chown, 182, 0), TWIN_PATH(lchown, 16, 0), TWIN_FD(fchown, 95),
  PATH(truncate, 92, 0, N), TWIN_PATH(truncate, 193, 0), FD(ftruncate, 93, DROP_DIR_FILE), TWIN_FD(ftruncate, 194),
  COPY(sendfile, 187, 0, 1), TWIN_COPY(sendfile, 239, 0, 1), COPY(splice, 313, 2, 0), COPY(copy_file_range, 377, 2, 0),
  PATH(chdir, 12, 0, N), FD(fchdir, 133, DROP_DIR_FILE), PATH(chroot, 61, 0, N), PATH(umount2, 52, 0, N),
  PATHS(pivot_root, 217, 0, N, 1, N),
  { __NR_mount, 21, { CALL_PATH, DROP_DIR_FILE, 1, N, 0, N, 2, N, N, __NR_mount } },
  KIND(dup, 41, CALL_DUP, DROP_OTHER), KIND(dup2, 63, CALL_DUP, DROP_OTHER), KIND(dup3, 330, CALL_DUP, DROP_OTHER),
  PLAIN(setsid, 66), PLAIN(ptrace, 26), TEXT(memfd_create, 356, 0), PLAIN(unshare, 310), FD(setns, 346, DROP_OTHER),
  PLAIN(setuid, 213), PLAIN(setgid, 214), PLAIN(setreuid, 203), PLAIN(setregid, 204),
  PLAIN(setresuid, 208), PLAIN(setresgid, 210), PLAIN(setpgid, 57),
  PLAIN(kill, 37), PLAIN(tkill, 238), PLAIN(tgkill, 270),
  PLAIN(process_vm_readv, 347), PLAIN(process_vm_writev, 348), PLAIN(io_uring_setup, 425), PLAIN(bpf, 357),
  PLAIN(init_module, 128), FD(finit_module, 350, DROP_OTHER), PLAIN(userfaultfd, 374), PLAIN(pidfd_getfd, 438),
  PLAIN(open_tree, 428), PLAIN(move_mount, 429), PLAIN(fsopen, 430), PLAIN(fsmount, 432), PLAIN(fspick, 433),
  PLAIN(mount_setattr, 442),
  /* Listed only for their names. They are not recorded on return; the fork itself is (on_fork). */
  { __NR_clone, 120, { 0, 0, N, N, N, N, N, N, N, __NR_clone } },
  { __NR_fork, 2, { 0, 0, N, N, N, N, N, N, N, __NR_fork } },
  { __NR_vfork, 190, { 0, 0, N, N, N, N, N, N, N, __NR_vfork } },
  { __NR_clone3, 435, { 0, 0, N, N, N, N, N, N, N, __NR_clone3 } },
};

const unsigned int call_entry_count = sizeof(call_entries) / sizeof(call_entries[0]);
