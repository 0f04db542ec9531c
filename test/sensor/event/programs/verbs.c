/*
 * Does everything that can be done to a file without opening it, by every way to name its folder; test/sensor/event/verbs.real.test.ts
 * runs it in a container. A file is called VERB-WAY, so that its own path tells which call it was.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FOLDER "/tmp/secret/"

static char own[256], named[256];

/* The file's own path in `own`, what the call is given in `named`. */
static void file(const char *way, const char *prefix, const char *verb) {
  snprintf(own, sizeof(own), FOLDER "%s-%s", verb, way);
  snprintf(named, sizeof(named), "%s%s-%s", prefix, verb, way);
}

static void new_file(const char *way, const char *prefix, const char *verb) {
  file(way, prefix, verb);
  close(open(own, O_CREAT | O_WRONLY, 0600));
}

static const char *other(const char *verb, const char *way) {
  static char path[256];
  snprintf(path, sizeof(path), "/tmp/plain/%s-%s", verb, way);
  return path;
}

static void moves(const char *way, const char *prefix) {
  new_file(way, prefix, "renamed-from");
  rename(named, other("renamed-from", way));
  file(way, prefix, "renamed-to");
  close(open(other("renamed-to", way), O_CREAT | O_WRONLY, 0600));
  renameat(AT_FDCWD, other("renamed-to", way), AT_FDCWD, named);
  new_file(way, prefix, "exchanged");
  close(open(other("exchanged", way), O_CREAT | O_WRONLY, 0600));
  syscall(SYS_renameat2, AT_FDCWD, other("exchanged", way), AT_FDCWD, named, RENAME_EXCHANGE);
  new_file(way, prefix, "linked-from");
  link(named, other("linked-from", way));
  file(way, prefix, "linked-to");
  linkat(AT_FDCWD, other("renamed-from", way), AT_FDCWD, named, 0);
  file(way, prefix, "symlinked-from");
  /* A relative target starts where the link is, and a descriptor is whoever's follows it. */
  int is_usable = *prefix && !strstr(prefix, "/fd/");
  symlink(is_usable ? named : own, other("symlinked-from", way));
  file(way, prefix, "symlinked-to");
  symlinkat("nowhere", AT_FDCWD, named);
}

static void changes(const char *way, const char *prefix) {
  new_file(way, prefix, "truncated");
  truncate(named, 0);
  new_file(way, prefix, "chmodded");
  chmod(named, 0644);
  new_file(way, prefix, "fchmodatted");
  fchmodat(AT_FDCWD, named, 0644, 0);
  new_file(way, prefix, "chowned");
  chown(named, -1, -1);
  new_file(way, prefix, "lchowned");
  lchown(named, -1, -1);
  new_file(way, prefix, "fchownatted");
  fchownat(AT_FDCWD, named, -1, -1, 0);
  new_file(way, prefix, "unlinked");
  unlink(named);
  new_file(way, prefix, "unlinkatted");
  unlinkat(AT_FDCWD, named, 0);
  file(way, prefix, "made-folder");
  mkdir(named, 0700);
  file(way, prefix, "made-folder-at");
  mkdirat(AT_FDCWD, named, 0700);
  file(way, prefix, "made-folder");
  rmdir(named);
  file(way, prefix, "made-fifo");
  syscall(SYS_mknod, named, S_IFIFO | 0600, 0);
  file(way, prefix, "made-fifo-at");
  mknodat(AT_FDCWD, named, S_IFIFO | 0600, 0);
}

static void refused(const char *way, const char *prefix) {
  file(way, prefix, "missing");
  open(named, O_RDONLY);
  unlink(named);
  truncate(named, 0);
  char *const arguments[] = { "x", NULL };
  execve(named, arguments, NULL);
}

static void everything(const char *way, const char *prefix) {
  moves(way, prefix);
  changes(way, prefix);
  refused(way, prefix);
}

/* By a descriptor that the caller has, of the folder or of the file. */
static void by_descriptor(const char *way, const char *folder_name) {
  int folder = open(folder_name, O_PATH | O_DIRECTORY);
  new_file(way, "", "renamed-from");
  renameat(folder, named, AT_FDCWD, other("renamed-from", way));
  new_file(way, "", "linked-from");
  linkat(open(own, O_PATH), "", AT_FDCWD, other("linked-from", way), AT_EMPTY_PATH);
  linkat(folder, named, AT_FDCWD, other("linked-from", way), 0);
  new_file(way, "", "unlinkatted");
  unlinkat(folder, named, 0);
  new_file(way, "", "chmodded");
  fchmod(open(own, O_RDONLY), 0644);
  new_file(way, "", "truncated");
  ftruncate(open(own, O_WRONLY), 0);
  new_file(way, "", "reopened");
  char path[64];
  snprintf(path, sizeof(path), "/proc/self/fd/%d", open(own, O_PATH));
  truncate(path, 0);
  new_file(way, "", "fchownatted");
  fchownat(open(own, O_PATH), "", -1, -1, AT_EMPTY_PATH);
}

static void copies(void) {
  new_file("open", "", "copied-from");
  int from = open(own, O_RDWR);
  write(from, "content", 7);
  lseek(from, 0, SEEK_SET);
  new_file("open", "", "copied-to");
  int to = open(own, O_RDWR);
  copy_file_range(from, NULL, to, NULL, 7, 0);
  lseek(from, 0, SEEK_SET);
  sendfile(to, from, NULL, 7);
  int ends[2];
  pipe(ends);
  lseek(from, 0, SEEK_SET);
  splice(from, NULL, ends[1], NULL, 7, 0);
  splice(ends[0], NULL, to, NULL, 7, 0);
}

int main(void) {
  char prefix[64];
  mkdir("/tmp/secret", 0755);
  mkdir("/tmp/plain", 0755);
  mkdir("/tmp/links", 0755);
  everything("direct", "/tmp/secret/");
  everything("dots", "/tmp/plain/.././/secret/");
  symlink("/tmp/secret", "/tmp/links/absolute");
  everything("absolute", "/tmp/links/absolute/");
  symlink("../secret", "/tmp/links/relative");
  everything("relative", "/tmp/links/relative/");
  symlink("links/relative/.", "/tmp/chain");
  everything("chain", "/tmp/chain/");
  everything("behind", "/tmp/links/relative/../secret/");
  rename("/tmp/links", "/tmp/other");
  everything("moved", "/tmp/other/absolute/");
  link("/tmp/other/absolute", "/tmp/hard");
  everything("hard", "/tmp/hard/");
  syscall(SYS_renameat2, AT_FDCWD, "/tmp/plain", AT_FDCWD, "/tmp/hard", RENAME_EXCHANGE);
  everything("swapped", "/tmp/plain/../secret/");
  syscall(SYS_renameat2, AT_FDCWD, "/tmp/plain", AT_FDCWD, "/tmp/hard", RENAME_EXCHANGE);
  unlink("/tmp/other/absolute");
  symlink("/tmp/plain", "/tmp/other/absolute");
  everything("root", "/proc/self/root/tmp/secret/");
  chdir("/tmp/other/relative");
  everything("folder", "");
  everything("cwd", "/proc/self/cwd/");
  everything("thread", "/proc/thread-self/cwd/./");
  chdir("/");
  everything("image", "/var/run/../tmp/secret/");
  int folder = open("/tmp/secret", O_PATH | O_DIRECTORY);
  snprintf(prefix, sizeof(prefix), "/proc/self/fd/%d/", folder);
  everything("fd", prefix);
  snprintf(prefix, sizeof(prefix), "/dev/fd/%d/", folder);
  everything("device", prefix);
  by_descriptor("descriptor", "/tmp/secret");
  by_descriptor("link", "/tmp/other/relative");
  copies();
  return 0;
}
