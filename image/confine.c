/*
 * confine COMMAND [ARGS...]: runs a command that can't use io_uring. What is asked of the kernel through a ring is no
 * system call, so no sensor sees it (Falco neither): a file read that way would look like nothing. Docker's own filter
 * allows io_uring up to engine 24. The call is answered as by a kernel without it, which every honest program knows.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* io_uring_setup, io_uring_enter, io_uring_register: the same numbers on every architecture (since Linux 5.1). */
#define FIRST 425
#define LAST 427
/* x86's x32 calls are the same numbers with this bit. */
#define X32_BIT 0x40000000u

int main(int argc, char **argv) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, ~X32_BIT),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST, 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
  if (argc < 2) return 2;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
    fprintf(stderr, "confine: %s\n", strerror(errno));
    return 125;
  }
  execvp(argv[1], argv + 1);
  fprintf(stderr, "confine: %s: %s\n", argv[1], strerror(errno));
  return 127;
}
