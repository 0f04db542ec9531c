/* Opens one file by many names; test/sensor/event/names.real.test.ts runs it in a container and looks for the file's own path. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_PATH "/tmp/secret/key"

/* The flag tells the calls apart: none of these is used for anything else here. */
static void mark(int number) {
  char path[64];
  snprintf(path, sizeof(path), "/tmp/mark-%d", number);
  close(open(path, O_RDONLY));
}

static void by_descriptor(int fd) {
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  open(path, O_RDONLY);
  snprintf(path, sizeof(path), "/dev/fd/%d", fd);
  open(path, O_RDONLY);
}

static long beneath(int folder, const char *path, unsigned long long resolve) {
  struct open_how how = { .flags = O_RDONLY, .resolve = resolve };
  return syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

int main(void) {
  mkdir("/tmp/secret", 0755);
  mkdir("/tmp/elsewhere", 0755);
  close(open(FILE_PATH, O_CREAT | O_WRONLY, 0600));
  symlink(FILE_PATH, "/tmp/elsewhere/a");
  symlink("../secret", "/tmp/elsewhere/b");
  symlink("elsewhere/b", "/tmp/c");
  int folder = open("/tmp/secret", O_PATH | O_DIRECTORY);
  int named = open(FILE_PATH, O_PATH);

  mark(1);
  open("/tmp/elsewhere/a", O_RDONLY);
  open("/tmp/elsewhere/b/key", O_RDONLY);
  open("/tmp/c/key", O_RDONLY);
  open("/tmp/c/../secret/key", O_RDONLY);
  open("/tmp//secret/./key", O_RDONLY);
  open("/proc/self/root/tmp/secret/key", O_RDONLY);
  openat(folder, "key", O_RDONLY);
  openat(folder, "../elsewhere/a", O_RDONLY);
  by_descriptor(named);
  beneath(folder, "/key", RESOLVE_IN_ROOT);
  beneath(folder, "key", RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
  chdir("/tmp/c");
  open("key", O_RDONLY);
  open("/proc/self/cwd/key", O_RDONLY);
  chdir("/");
  fchdir(folder);
  open("./key", O_RDONLY);
  rename("/tmp/secret", "/tmp/moved");
  openat(folder, "key", O_RDONLY);
  rename("/tmp/moved", "/tmp/secret");

  mark(2);
  link(FILE_PATH, "/tmp/elsewhere/hard");
  open("/tmp/elsewhere/hard", O_RDONLY);
  struct stat is;
  stat(FILE_PATH, &is);
  char path[64];
  snprintf(path, sizeof(path), "/tmp/is-%lu-%lu", is.st_dev, is.st_ino);
  open(path, O_RDONLY);

  mark(3);
  open("/proc/self/environ", O_RDONLY);
  open("/proc/thread-self/maps", O_RDONLY);
  return 0;
}
