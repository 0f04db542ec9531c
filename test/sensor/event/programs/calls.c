/*
 * Makes calls that scripts seldom make, some by roundabout ways; test/sensor/event/events.real.test.ts runs it in a container.
 * Of what another machine answers differently it prints the answer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long by_32bit(long nr, long a, long b, long c) {
  long ret;
  __asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
  return ret;
}

/* What a call was answered. */
static void tell(const char *call, long result) { printf("%s %s\n", call, result < 0 ? strerrorname_np(errno) : "SUCCESS"); }

static struct sockaddr_in to(const char *ip, int port) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
  inet_pton(AF_INET, ip, &address.sin_addr);
  return address;
}

/* open(2) is 5 and socketcall(2) is 102 there; addresses have 32 bits, so what they point to must lie low. */
static void as_32bit(void) {
  char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
  strcpy(memory, "/etc/shadow");
  by_32bit(5, (long)memory, O_RDONLY, 0);
  struct sockaddr_in address = to("203.0.113.32", 32);
  memcpy(memory, &address, sizeof(address));
  unsigned int *arguments = (unsigned int *)(memory + 64);
  arguments[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  arguments[1] = (unsigned int)(long)memory;
  arguments[2] = sizeof(address);
  by_32bit(102, 3, (long)arguments, 0);
}

/*
 * In a process of its own: a machine without 32-bit calls ends who tries one by a signal. Its exit code is one that no
 * other process here has.
 */
static void try_32bit(void) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    as_32bit();
    _exit(32);
  }
  waitpid(child, &status, 0);
  printf("32-bit calls: %s\n", WIFSIGNALED(status) ? sigabbrev_np(WTERMSIG(status)) : "made");
}

static void by_folder(void) {
  mkdir("/tmp/a", 0755);
  mkdir("/tmp/a/b", 0755);
  int folder = open("/tmp/a", O_RDONLY | O_DIRECTORY);
  openat(folder, "b/../made-by-openat", O_CREAT | O_RDWR, 0600);
  struct open_how how = { .flags = O_CREAT | O_WRONLY, .mode = 0700 };
  syscall(SYS_openat2, folder, "b/made-by-openat2", &how, sizeof(how));
  symlinkat("/etc/passwd", folder, "link");
  linkat(folder, "made-by-openat", folder, "hard-link", 0);
  renameat(folder, "hard-link", AT_FDCWD, "/tmp/a/renamed");
  fchmodat(folder, "renamed", 04755, 0);
  fchdir(folder);
  unlinkat(AT_FDCWD, "renamed", 0);
  chdir("/dev/shm");
  creat("on-another-mount", 0600);
}

/* More messages in one call than the sensor shows. */
static void many_messages(void) {
  struct sockaddr_in address = to("127.0.0.40", 40);
  struct iovec data = { .iov_base = "one of many", .iov_len = 11 };
  struct mmsghdr messages[40];
  memset(messages, 0, sizeof(messages));
  for (int i = 0; i < 40; i++) {
    messages[i].msg_hdr = (struct msghdr){ .msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &data, .msg_iovlen = 1 };
  }
  sendmmsg(socket(AF_INET, SOCK_DGRAM, 0), messages, 40, 0);
}

/* To an address without a connect: TCP fast open, an echo request, a message. */
static void without_connect(void) {
  struct sockaddr_in address = to("203.0.113.11", 443);
  sendto(socket(AF_INET, SOCK_STREAM, 0), "fast", 4, MSG_FASTOPEN, (struct sockaddr *)&address, sizeof(address));
  address = to("203.0.113.12", 0);
  sendto(socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP), "\10\0\0\0\0\0\0\1", 8, 0, (struct sockaddr *)&address, sizeof(address));
  address = to("203.0.113.13", 13);
  struct iovec data = { .iov_base = "message", .iov_len = 7 };
  struct msghdr message = { .msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = &data, .msg_iovlen = 1 };
  sendmsg(socket(AF_INET, SOCK_STREAM, 0), &message, MSG_FASTOPEN);
}

static void on_the_network(void) {
  struct sockaddr_in address = to("203.0.113.9", 9999);
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  sendto(udp, "no address before", 17, 0, (struct sockaddr *)&address, sizeof(address));
  struct sockaddr_in6 wide = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
  inet_pton(AF_INET6, "2001:db8::7", &wide.sin6_addr);
  tell("connect", connect(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&wide, sizeof(wide)));
  inet_pton(AF_INET6, "::ffff:203.0.113.10", &wide.sin6_addr);
  connect(socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *)&wide, sizeof(wide));
  tell("socket", socket(AF_PACKET, SOCK_RAW, 0));
  int tcp = socket(AF_INET, SOCK_STREAM, 0);
  dup3(tcp, 0, O_CLOEXEC);
}

int main(void) {
  try_32bit();
  by_folder();
  on_the_network();
  without_connect();
  many_messages();
  tell("memfd_create", memfd_create("payload", MFD_CLOEXEC));
  mount("none", "/tmp/a", "tmpfs", MS_NOSUID, "");
  unshare(CLONE_NEWUSER);
  setuid(0);
  kill(1, 0);
  ptrace(PTRACE_ATTACH, 1, 0, 0);
  tell("process_vm_readv", syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0));
  syscall(SYS_bpf, 0, 0, 0);
  setsid();
  fflush(stdout);
  char *const arguments[] = { "renamed-argv0", "first", "second argument", NULL };
  execve("/nonexistent/program", arguments, NULL);
  int shell = open("/bin/true", O_RDONLY | O_PATH);
  syscall(SYS_execveat, shell, "", arguments, NULL, AT_EMPTY_PATH);
  return 0;
}
