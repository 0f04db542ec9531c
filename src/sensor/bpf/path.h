/* Paths from the kernel's directory tree: names from the leaf up to the task's root, across mounts. */
#pragma once

#define MAX_COMPONENTS 64
#define NAME_BYTES 256

/* The write position lives in the record, not in a register: so the verifier sees one state per turn of the loop. */
static __always_inline void put_path(struct buffer *b, u16 tag, struct path *path, struct task_struct *task) {
  volatile u32 *at = &b->head.len;
  u32 start = *at;
  if (start > OFFSET_LIMIT) return;
  struct dentry *dentry = BPF_CORE_READ(path, dentry);
  struct vfsmount *vfs = BPF_CORE_READ(path, mnt);
  struct dentry *root = task->fs->root.dentry;
  struct vfsmount *root_vfs = task->fs->root.mnt;
  *at = start + 4;
  for (int i = 0; i < MAX_COMPONENTS; i++) {
    if (!dentry || (dentry == root && vfs == root_vfs)) break;
    struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
    if (dentry == BPF_CORE_READ(vfs, mnt_root)) {
      struct mount *mount = (void *)vfs - OFFSET_OF(struct mount, mnt);
      struct mount *above = BPF_CORE_READ(mount, mnt_parent);
      if (above == mount) break;
      dentry = BPF_CORE_READ(mount, mnt_mountpoint);
      vfs = (void *)above + OFFSET_OF(struct mount, mnt);
      continue;
    }
    u32 to = *at;
    if (to > OFFSET_MASK - NAME_BYTES) break;
    long size = bpf_probe_read_kernel_str(&b->data[to & OFFSET_MASK], NAME_BYTES, BPF_CORE_READ(dentry, d_name.name));
    if (size <= 0) break;
    *at = to + size;
    if (dentry == parent) break;
    dentry = parent;
  }
  u32 size = *at - start - 4;
  *at = start;
  end_part(b, tag, size);
}

static __always_inline struct file *file_of(struct task_struct *task, int fd) {
  struct file *file = 0;
  struct fdtable *table = task->files->fdt;
  if (fd < 0 || (u32)fd >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file **slots = BPF_CORE_READ(table, fd);
  bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
  return file;
}

/* The folder that a relative path starts from. */
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

/* A path argument and, when it is relative, the folder it starts from. */
static __always_inline void put_path_arg(struct buffer *b, u16 tag, struct task_struct *task, u64 text, int dirfd) {
  u32 at = b->head.len;
  put_user_text(b, tag, (const void *)text);
  if (at > OFFSET_LIMIT || b->head.len == at) return;
  if (b->data[(at & OFFSET_MASK) + 4] == '/' && b->head.len > at + 4) return;
  put_base(b, tag + 1, task, dirfd);
}

/* On an overlay, whether the file was written since the image (upper) or is the image's (lower). As Falco finds it:
 * the upper dentry stands right behind the inode in struct ovl_inode. */
static __always_inline u32 layer_of(struct inode *inode) {
  if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_MAGIC) return 0;
  struct dentry *upper = 0;
  bpf_probe_read_kernel(&upper, sizeof(upper), (char *)inode + bpf_core_type_size(struct inode));
  return upper && BPF_CORE_READ(upper, d_inode) ? LAYER_UPPER : LAYER_LOWER;
}
