/*
 * packwarden-witness PID PATH…: reports which processes open and read files of a container, by fanotify marks on their inodes. A mark stays
 * with its file however it is reached: hard link, rename, symbolic link, /proc/self/fd. PID is the host's pid of the container's first
 * process, PATH an absolute path in the container. Needs root. Prints one line of JSON per event: {"ready":true} when the marks are set,
 * then the accesses. Stops at the end of its standard input, after reporting everything that happened until then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The kernel reports no access for a file that is opened read-only and then mapped; but it reports that it is closed. */
#define WATCHED (FAN_OPEN | FAN_ACCESS | FAN_CLOSE_NOWRITE)
#define TEXT_BYTES 256
/* Repeated accesses of a process to a file are reported once per this time, in microseconds. */
#define QUIET_US 1000000
/* Hash table of recent reports. If another process takes over an entry, the only effect is a repeated report. */
#define RECENT 4096

struct file {
  const char *path;
  dev_t dev;
  ino_t ino;
};

struct recent {
  size_t file;
  pid_t pid;
  uint64_t mask;
  int64_t at;
};

static struct file *files;
static size_t file_count;
static struct recent recent[RECENT];
static char own_pids[TEXT_BYTES];

static void fail(const char *what) {
  fprintf(stderr, "witness: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Reads /proc/PID/comm. False if the process has ended. */
static bool read_comm(pid_t pid, char text[TEXT_BYTES]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t size = read(fd, text, TEXT_BYTES - 1);
  close(fd);
  if (size <= 0) return false;
  text[size - 1] = '\0';
  return true;
}

/* Reads the link /proc/PID/NAME. False if the process has ended, even if it has not been reaped yet. */
static bool read_link(pid_t pid, const char *name, char text[TEXT_BYTES]) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
  ssize_t size = readlink(path, text, TEXT_BYTES - 1);
  if (size < 0) return false;
  text[size] = '\0';
  return true;
}

/* Prints a JSON member whose value may have been chosen by a process. */
static void print_text(const char *name, const char *text) {
  printf(",\"%s\":\"", name);
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    if (*at < 0x20 || *at == '"' || *at == '\\' || *at == 0x7f) printf("\\u%04x", *at);
    else putchar(*at);
  }
  putchar('"');
}

/* Opens a path inside the container's root, without following links. */
static int open_in(int root, const char *path) {
  struct open_how how = {
      .flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC,
      .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

static void mark(int notices, int root, struct file *file) {
  struct stat status;
  int fd = open_in(root, file->path);
  if (fd < 0) fail(file->path);
  if (fstat(fd, &status) < 0) fail(file->path);
  if (fanotify_mark(notices, FAN_MARK_ADD, WATCHED, fd, NULL) < 0) fail(file->path);
  file->dev = status.st_dev;
  file->ino = status.st_ino;
  close(fd);
}

/* The index of the file that an event is about; file_count if it is not one of ours. */
static size_t file_of(int fd) {
  struct stat status;
  if (fstat(fd, &status) < 0) return file_count;
  size_t index = 0;
  while (index < file_count && (files[index].ino != status.st_ino || files[index].dev != status.st_dev)) index++;
  return index;
}

/* Whether the same access of the same process was reported a moment ago. */
static bool is_repeated(size_t file, pid_t pid, uint64_t mask, int64_t at) {
  struct recent *entry = &recent[((size_t)pid * 31 + file) % RECENT];
  bool same = entry->file == file && entry->pid == pid && at - entry->at < QUIET_US;
  if (same && (mask & ~entry->mask) == 0) return true;
  *entry = (struct recent){file, pid, same ? entry->mask | mask : mask, same ? entry->at : at};
  return false;
}

static void report(const struct fanotify_event_metadata *event) {
  size_t file = file_of(event->fd);
  int64_t at = now_us();
  uint64_t mask = event->mask & WATCHED;
  /* Setting a mark opens the file, too: ignore our own accesses. */
  if (event->pid == getpid()) return;
  if (file == file_count || is_repeated(file, event->pid, mask, at)) return;
  printf("{\"at\":%lld,\"pid\":%d", (long long)at, (int)event->pid);
  print_text("path", files[file].path);
  printf(",\"opened\":%s,\"read\":%s", mask & FAN_OPEN ? "true" : "false",
         mask & (FAN_ACCESS | FAN_CLOSE_NOWRITE) ? "true" : "false");
  /* These values are not available if the process has ended. */
  char text[TEXT_BYTES];
  if (read_link(event->pid, "ns/pid", text)) printf(",\"outside\":%s", strcmp(text, own_pids) == 0 ? "true" : "false");
  if (read_comm(event->pid, text)) print_text("comm", text);
  if (read_link(event->pid, "exe", text)) print_text("exe", text);
  puts("}");
}

/* Reports pending events. False if there were none. */
static bool report_pending(int notices) {
  char buffer[64 * 1024] __attribute__((aligned(__alignof__(struct fanotify_event_metadata))));
  ssize_t size = read(notices, buffer, sizeof buffer);
  if (size < 0 && errno != EAGAIN && errno != EINTR) fail("reading events");
  if (size < 0) return errno == EINTR;
  struct fanotify_event_metadata *event = (struct fanotify_event_metadata *)buffer;
  for (; FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
    if (event->vers != FANOTIFY_METADATA_VERSION) fail("another version of fanotify");
    if (event->mask & FAN_Q_OVERFLOW) puts("{\"lost\":\"more happened to the decoys than the kernel keeps\"}");
    if (event->fd < 0) continue;
    report(event);
    close(event->fd);
  }
  if (fflush(stdout) != 0) fail("writing");
  return true;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: packwarden-witness PID PATH...\n");
    return 2;
  }
  /* The end of its input stops it; signals to the whole process group are handled by the worker. */
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  file_count = (size_t)argc - 2;
  files = calloc(file_count, sizeof *files);
  if (files == NULL) fail("memory");

  char root_path[64];
  pid_t pid = (pid_t)atoi(argv[1]);
  snprintf(root_path, sizeof root_path, "/proc/%d/root", (int)pid);
  int root = open(root_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) fail(root_path);
  if (!read_link(getpid(), "ns/pid", own_pids)) fail("/proc");
  int notices = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
  if (notices < 0) fail("fanotify");
  for (size_t index = 0; index < file_count; index++) {
    files[index].path = argv[index + 2];
    mark(notices, root, &files[index]);
  }
  close(root);
  puts("{\"ready\":true}");
  fflush(stdout);

  struct pollfd waits[] = {{.fd = notices, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  for (;;) {
    if (poll(waits, 2, -1) < 0 && errno != EINTR) fail("waiting");
    bool is_over = false;
    if (waits[1].revents != 0) {
      char ignored[64];
      is_over = read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
    }
    bool is_more = report_pending(notices);
    while (is_over && is_more) is_more = report_pending(notices);
    if (is_over) return 0;
  }
}
