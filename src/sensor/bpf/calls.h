/* Reads the arguments of individual system calls. */
#pragma once

/* How many messages of one sendmmsg are recorded; the rest are counted as dropped. A chain of tail calls has at most 33 links. */
#define SEND_MANY_MAX 30
#define ADDRESS_BYTES 128
/* struct open_how: flags, mode, resolve. */
#define OPEN_HOW_BYTES 24

static __always_inline u64 argument(struct record *r, u32 index) { return index < 6 ? r->args[index & 7] : 0; }

static __always_inline int dirfd_of(struct record *r, u32 index) {
  return index == NO_ARG ? AT_FDCWD : (int)argument(r, index);
}

static __always_inline void put_paths(struct buffer *b, struct call *call, struct task_struct *task) {
  struct record *r = &b->head;
  put_path_arg(b, PART_PATH1, task, argument(r, call->path1), dirfd_of(r, call->dir1));
  if (call->path2 == NO_ARG) return;
  put_path_arg(b, PART_PATH2, task, argument(r, call->path2), dirfd_of(r, call->dir2));
}

/*
 * What an open returned: device, inode, overlay layer, and the path if it differs from the caller's text. It differs when a symbolic link,
 * a descriptor or a working directory was part of it. `texts` is the size of the parts written so far; the first of them is the caller's
 * text.
 */
static __always_inline void put_opened(struct buffer *b, struct task_struct *task, int fd, u32 texts) {
  struct file *file = file_of(task, fd);
  if (!file) return;
  struct fd_part *what = put_fd(b, PART_FD, file);
  if (!what || !has_path(what)) return;
  find_path(b, (void *)file + OFFSET_OF(struct file, f_path), task);
  if (texts == 0 || !is_found(b, 4, *(u16 *)&b->data[2])) put_found(b, PART_FD_PATH);
}

static __always_inline u32 address_size(u64 given) { return given > ADDRESS_BYTES ? ADDRESS_BYTES : given; }

/* One datagram: its destination, and where its data is. */
struct message {
  void *address;
  u64 address_size;
  void *data;
  u64 size;
};

static __always_inline int read_header(struct message *into, void *from) {
  struct msghdr_user header;
  struct iovec first = {};
  if (bpf_probe_read_user(&header, sizeof(header), from) != 0) return 0;
  if (header.iovlen > 0) bpf_probe_read_user(&first, sizeof(first), header.iov);
  into->address = header.name;
  into->address_size = header.namelen;
  into->data = first.base;
  into->size = first.len;
  return 1;
}

struct msghdr_32 { u32 name; int namelen; u32 iov, iovlen, control, controllen, flags; };
struct mmsghdr_32 { struct msghdr_32 header; u32 len; };
struct iovec_32 { u32 base, len; };

static __always_inline int read_header_32(struct message *into, void *from) {
  struct msghdr_32 header;
  struct iovec_32 first = {};
  if (bpf_probe_read_user(&header, sizeof(header), from) != 0) return 0;
  if (header.iovlen > 0) bpf_probe_read_user(&first, sizeof(first), (void *)(u64)header.iov);
  into->address = (void *)(u64)header.name;
  into->address_size = header.namelen;
  into->data = (void *)(u64)first.base;
  into->size = first.len;
  return 1;
}

/* sendto(fd, data, size, flags, address, address size) or sendmsg(fd, header, flags). */
static __always_inline int read_message(struct message *into, struct record *r, int narrow) {
  if (r->nr == NR_SENDMSG) {
    void *header = (void *)r->args[1];
    return narrow ? read_header_32(into, header) : read_header(into, header);
  }
  into->data = (void *)r->args[1];
  into->size = r->args[2];
  into->address = (void *)r->args[4];
  into->address_size = r->args[5];
  return 1;
}

/* A datagram, or anything sent to an explicit address. Returns 0 for data on a connection, which is not recorded. */
static __always_inline int put_send(struct buffer *b, struct task_struct *task, struct message *message) {
  struct file *file = file_of(task, (int)b->head.args[0]);
  if (!file) return 0;
  struct fd_part *what = put_fd(b, PART_FD, file);
  if (!what || (what->mode & S_IFMT) != S_IFSOCK) return 0;
  int inet = what->family == AF_INET || what->family == AF_INET6;
  if (!message->address && !(inet && what->type == SOCK_DGRAM)) return 0;
  if (message->address) put_user_bytes(b, PART_ADDRESS, message->address, address_size(message->address_size));
  put_user_bytes(b, PART_DATA, message->data, message->size > DATA_BYTES ? DATA_BYTES : message->size);
  return 1;
}

static __always_inline void put_argv(struct buffer *b, struct mm_struct *mm) {
  u64 start = mm->arg_start;
  u64 size = mm->arg_end - start;
  put_user_bytes(b, PART_ARGV, (const void *)start, size > ARGV_BYTES ? ARGV_BYTES : size);
}

static __always_inline void put_env(struct buffer *b, struct mm_struct *mm) {
  u64 start = mm->env_start;
  u64 size = mm->env_end - start;
  put_user_bytes(b, PART_ENV, (const void *)start, size > ENV_BYTES ? ENV_BYTES : size);
}

static __always_inline void put_exec_part(struct buffer *b, struct task_struct *task, struct file *exe) {
  struct exec_part *into = (struct exec_part *)part(b);
  if (!into) return;
  __builtin_memset(into, 0, sizeof(*into));
  struct tty_struct *tty = task->signal->tty;
  if (tty) {
    u32 minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);
    into->tty = BPF_CORE_READ(tty, driver, major) << 8 | minor;
  }
  struct inode *inode = BPF_CORE_READ(exe, f_inode);
  into->layer = layer_of(inode);
  into->ino = BPF_CORE_READ(inode, i_ino);
  /* kernel_cap_t is a number or an array of two words: eight bytes either way. */
  const char *cred = (const char *)task->cred;
  bpf_probe_read_kernel(&into->cap_permitted, 8, cred + OFFSET_OF(struct cred, cap_permitted));
  bpf_probe_read_kernel(&into->cap_effective, 8, cred + OFFSET_OF(struct cred, cap_effective));
  bpf_probe_read_kernel(&into->cap_inheritable, 8, cred + OFFSET_OF(struct cred, cap_inheritable));
  end_part(b, PART_EXEC, sizeof(*into));
}

static __always_inline void put_stdin(struct buffer *b, struct task_struct *task) {
  struct file *file = file_of(task, 0);
  if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFREG) return;
  put_path(b, PART_STDIN, (void *)file + OFFSET_OF(struct file, f_path), task);
}

static __always_inline void put_executed(struct buffer *b, struct task_struct *task) {
  struct file *exe = task->mm->exe_file;
  put_exec_part(b, task, exe);
  put_path(b, PART_EXE, (void *)exe + OFFSET_OF(struct file, f_path), task);
  put_base(b, PART_CWD, task, AT_FDCWD);
  put_argv(b, task->mm);
  put_env(b, task->mm);
  put_stdin(b, task);
}

/* A failed exec: records the requested path only, since the process keeps running its old program. */
static __always_inline void put_attempted(struct buffer *b, struct call *call, struct task_struct *task) {
  struct record *r = &b->head;
  put_path_arg(b, PART_PATH1, task, argument(r, call->path1), dirfd_of(r, call->dir1));
}
