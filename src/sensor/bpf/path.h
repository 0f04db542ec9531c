/* Builds paths from the kernel's directory tree: from the leaf up to the task's root, across mounts. */
#pragma once

/* The path of a deeper folder is truncated at its beginning. */
#define MAX_COMPONENTS 128

/* Prepends a slash and a name to the path built so far. Returns 0 when there is no room. */
static __always_inline int prepend(struct buffer *b, struct dentry *dentry) {
  u32 size = BPF_CORE_READ(dentry, d_name.len);
  u32 at = b->path_at;
  if (size > NAME_BYTES - 1 || size + 1 > at) return 0;
  at -= size + 1;
  OPAQUE(at);
  at &= PATH_BYTES - 1;
  OPAQUE(size);
  bpf_probe_read_kernel(&b->path[at + 1], size & (NAME_BYTES - 1), BPF_CORE_READ(dentry, d_name.name));
  b->path[at] = '/';
  b->path_at = at;
  return 1;
}

/*
 * Builds the path's text in `b->path`. A path that is too deep starts with a name instead of a slash. The position is kept in the buffer,
 * not in a register, so that the verifier sees a single state per iteration of the loop.
 */
static __always_inline void find_path(struct buffer *b, struct path *path, struct task_struct *task) {
  struct dentry *dentry = BPF_CORE_READ(path, dentry);
  struct vfsmount *vfs = BPF_CORE_READ(path, mnt);
  struct dentry *mount_root = BPF_CORE_READ(vfs, mnt_root);
  struct dentry *root = task->fs->root.dentry;
  struct vfsmount *root_vfs = task->fs->root.mnt;
  int is_whole = 0;
  *(volatile u32 *)&b->path_at = PATH_BYTES - 1;
  for (int i = 0; i < MAX_COMPONENTS; i++) {
    is_whole = 1;
    if (!dentry || (dentry == root && vfs == root_vfs)) break;
    struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
    if (dentry == mount_root) {
      struct mount *mount = (void *)vfs - OFFSET_OF(struct mount, mnt);
      struct mount *above = BPF_CORE_READ(mount, mnt_parent);
      if (above == mount) break;
      dentry = BPF_CORE_READ(mount, mnt_mountpoint);
      vfs = (void *)above + OFFSET_OF(struct mount, mnt);
      mount_root = BPF_CORE_READ(vfs, mnt_root);
    } else {
      is_whole = prepend(b, dentry);
      if (!is_whole || dentry == parent) break;
      dentry = parent;
    }
    is_whole = 0;
  }
  u32 at = *(volatile u32 *)&b->path_at;
  if (at == PATH_BYTES - 1) {
    b->path[at - 1] = '/';
    b->path_at = at - 1;
  } else if (!is_whole) {
    b->path_at = at + 1;
  }
}

/* Adds the result of `find_path` to the record. */
static __always_inline void put_found(struct buffer *b, u16 tag) {
  u32 size = PATH_BYTES - 1 - b->path_at;
  u8 *to = part(b);
  if (!to || size > PATH_BYTES - 1) return;
  u32 from = b->path_at;
  OPAQUE(size);
  OPAQUE(from);
  size &= PATH_BYTES - 1;
  if (bpf_probe_read_kernel(to, size, &b->path[from & (PATH_BYTES - 1)]) == 0) end_part(b, tag, size);
}

static __always_inline void put_path(struct buffer *b, u16 tag, struct path *path, struct task_struct *task) {
  find_path(b, path, task);
  put_found(b, tag);
}

/* Paths longer than this many 8-byte words are treated as different. */
#define COMPARED_WORDS 64

/* Whether the text of `size` bytes at offset `at` of the record equals the path in `b->path`. */
static __always_inline int is_found(struct buffer *b, u32 at, u32 size) {
  if (size != PATH_BYTES - 1 - b->path_at) return 0;
  for (u32 i = 0; i < COMPARED_WORDS; i++) {
    u32 done = i * 8;
    if (done >= size) return 1;
    u64 mine = *(u64 *)&b->data[(at + done) & OFFSET_MASK];
    u64 found = *(u64 *)&b->path[(b->path_at + done) & (PATH_BYTES - 1)];
    u64 differing = mine ^ found;
    u32 left = size - done;
    if (left < 8) differing <<= (8 - left) * 8;
    if (differing) return 0;
  }
  return 0;
}

static __always_inline struct file *file_of(struct task_struct *task, int fd) {
  struct file *file = 0;
  struct fdtable *table = task->files->fdt;
  if (fd < 0 || (u32)fd >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file **slots = BPF_CORE_READ(table, fd);
  bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
  return file;
}

/* The folder that a relative path is resolved against. */
static __always_inline void put_base(struct buffer *b, u16 tag, struct task_struct *task, int dirfd) {
  struct path *base = 0;
  if (dirfd == AT_FDCWD) {
    base = (void *)task->fs + OFFSET_OF(struct fs_struct, pwd);
  } else {
    struct file *file = file_of(task, dirfd);
    if (!file) return;
    base = (void *)file + OFFSET_OF(struct file, f_path);
  }
  put_path(b, tag, base, task);
}

#define DESCRIPTOR_DIGITS 7

static __always_inline int begins_with(const u8 *text, const char *start, u32 size) {
#pragma unroll
  for (u32 i = 0; i < size; i++) {
    if (text[i] != start[i]) return 0;
  }
  return 1;
}

/* The descriptor number if the text starts with /dev/fd/N or /proc/self/fd/N, otherwise -1. */
static __always_inline int descriptor_of(const u8 *text) {
  u32 at = 0;
  if (begins_with(text, "/dev/fd/", 8)) at = 8;
  else if (begins_with(text, "/proc/self/fd/", 14)) at = 14;
  else return -1;
  int fd = 0;
  for (u32 i = 0; i < DESCRIPTOR_DIGITS; i++) {
    u8 c = text[at + i];
    if (c < '0' || c > '9') return i > 0 && (c == '/' || c == 0) ? fd : -1;
    fd = fd * 10 + (c - '0');
  }
  return -1;
}

/* Records a path argument and, if it is relative or starts with a descriptor's path, the folder or file it is resolved against. */
static __always_inline void put_path_arg(struct buffer *b, u16 tag, struct task_struct *task, u64 text, int dirfd) {
  u32 at = b->head.len;
  put_user_text(b, tag, (const void *)text);
  if (at > OFFSET_LIMIT || b->head.len == at) return;
  OPAQUE(at);
  const u8 *given = &b->data[(at & OFFSET_MASK) + 4];
  if (*given == '/' && b->head.len > at + 4) {
    dirfd = descriptor_of(given);
    if (dirfd < 0) return;
  }
  put_base(b, tag + 1, task, dirfd);
}

/*
 * On an overlay: whether the file was written after the image was built (upper) or belongs to the image (lower). The same trick as Falco's:
 * in struct ovl_inode the upper dentry directly follows the inode.
 */
static __always_inline u32 layer_of(struct inode *inode) {
  if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_MAGIC) return 0;
  struct dentry *upper = 0;
  bpf_probe_read_kernel(&upper, sizeof(upper), (char *)inode + bpf_core_type_size(struct inode));
  return upper && BPF_CORE_READ(upper, d_inode) ? LAYER_UPPER : LAYER_LOWER;
}
