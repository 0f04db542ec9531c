/*
 * confine [step=ID] COMMAND [ARGS...]: runs a command without the system calls that no install needs, on top of the engine's own
 * filter, which differs from version to version. Each is answered as by a kernel that lacks it or keeps it for root, so
 * that honest programs go their other way. A refused call still is an event for the sensor.
 *
 * Refused is what could reach out of the container, and what a sensor can't see through: io_uring (what is asked through
 * a ring is no system call), another process's memory, registers or descriptors, and foreign tables of calls.
 * step=ID names the worker's step for the reader of the trace of started programs: it is an argument of this program alone,
 * which only the worker starts without having been started in the container itself.
 * The file is executable and not readable: the kernel then lets no process of the same user into the memory of a
 * confine that has not set its filter yet.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "no table of system calls for this machine"
#endif

/* x86's x32 calls have this bit in their number; nothing else has. */
#define X32_BIT 0x40000000u
#define NAMESPACES \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
/* Asks for the personality and changes nothing. */
#define ASK 0xffffffffu

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
/* Goes on with the next `skip` statements if it is so, and behind them if not. */
#define IF(test, value, skip) BPF_JUMP(BPF_JMP | test | BPF_K, value, 0, skip)
/* Skips statements if it is so. */
#define SKIP(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, skip, 0)
#define NO(name, error) IF(BPF_JEQ, SYS_##name, 1), REFUSE(error)

static struct sock_filter filter[] = {
    /*
     * 32-bit x86 and x32: no call of theirs is checked below, and socketcall's arguments could not be. This is what a
     * kernel without them answers; gVisor has none either.
     */
    LOAD(arch), SKIP(NATIVE, 1), REFUSE(ENOSYS),
    LOAD(nr), IF(BPF_JGE, X32_BIT, 1), REFUSE(ENOSYS),

    NO(io_uring_setup, ENOSYS), NO(io_uring_enter, ENOSYS), NO(io_uring_register, ENOSYS),
    /* The kernel's keys have no namespace: one job could leave something there for another. */
    NO(keyctl, ENOSYS), NO(add_key, ENOSYS), NO(request_key, ENOSYS),
    NO(bpf, EPERM), NO(perf_event_open, EPERM), NO(userfaultfd, EPERM), NO(fanotify_init, EPERM),

    NO(mount, EPERM), NO(umount2, EPERM), NO(pivot_root, EPERM), NO(move_mount, EPERM), NO(open_tree, EPERM),
    NO(fsopen, EPERM), NO(fsconfig, EPERM), NO(fsmount, EPERM), NO(fspick, EPERM), NO(mount_setattr, EPERM),
    NO(open_by_handle_at, EPERM), NO(quotactl, EPERM), NO(swapon, EPERM), NO(swapoff, EPERM), NO(acct, EPERM),
    NO(setns, EPERM), NO(unshare, EPERM),
    /* Here and below, only the lower half of an argument is checked; the kernel ignores the rest. */
    IF(BPF_JEQ, SYS_clone, 4), LOAD(args[0]), IF(BPF_JSET, NAMESPACES, 1), REFUSE(EPERM), ALLOW,
    /* Its flags are in memory, which a filter can't read; the C library falls back to clone. */
    NO(clone3, ENOSYS),

    NO(init_module, EPERM), NO(finit_module, EPERM), NO(delete_module, EPERM), NO(kexec_load, EPERM),
    NO(kexec_file_load, EPERM), NO(reboot, EPERM), NO(syslog, EPERM), NO(settimeofday, EPERM),
    NO(clock_settime, EPERM), NO(sethostname, EPERM), NO(setdomainname, EPERM),
#ifdef __x86_64__
    NO(iopl, EPERM), NO(ioperm, EPERM), NO(modify_ldt, ENOSYS),
#endif

    NO(process_vm_readv, EPERM), NO(process_vm_writev, EPERM), NO(kcmp, EPERM), NO(pidfd_getfd, EPERM),
    /* Being traced is harmless, because nobody can trace; malware calls it to find out whether it is watched. */
    IF(BPF_JEQ, SYS_ptrace, 4), LOAD(args[0]), IF(BPF_JEQ, PTRACE_TRACEME, 1), ALLOW, REFUSE(EPERM),
    IF(BPF_JEQ, SYS_personality, 5), LOAD(args[0]), SKIP(0, 1), IF(BPF_JEQ, ASK, 1), ALLOW, REFUSE(EPERM),

    /* A virtual machine's vsock reaches its host past every network; nothing else is needed either. */
    IF(BPF_JEQ, SYS_socket, 7), LOAD(args[0]), SKIP(AF_UNIX, 3), SKIP(AF_INET, 2), SKIP(AF_INET6, 1),
    IF(BPF_JEQ, AF_NETLINK, 1), ALLOW, REFUSE(EAFNOSUPPORT),

    ALLOW,
};

/* Node and its tools open thousands; the engine allows a million, or what its own machine does. */
#define OPEN_FILES 65536

/* Lowers: an engine that may not raise a limit refuses to start a container that asks for more than its own. */
static int limit_open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit)) return -1;
  if (limit.rlim_max > OPEN_FILES) limit.rlim_max = OPEN_FILES;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv) {
  struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
  char **command = argv + 1;
  if (argc > 1 && !strncmp(argv[1], "step=", 5)) command += 1;
  if (argc < 1 || !*command) return 2;
  if (limit_open_files() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    fprintf(stderr, "confine: %s\n", strerror(errno));
    return 125;
  }
  execvp(command[0], command);
  fprintf(stderr, "confine: %s: %s\n", command[0], strerror(errno));
  return 127;
}
