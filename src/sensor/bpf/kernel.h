/*
 * The fields of kernel structures that we read. They are relocated at load time to their offsets in the running kernel (CO-RE), so
 * compiling needs no headers generated from a kernel.
 */
#pragma once
#include <linux/types.h>
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

struct qstr { u32 len; const unsigned char *name; };
struct super_block { unsigned long s_magic; u32 s_dev; };
struct inode { u16 i_mode; unsigned long i_ino; struct super_block *i_sb; };
struct dentry { struct dentry *d_parent; struct qstr d_name; struct inode *d_inode; };
struct vfsmount { struct dentry *mnt_root; };
struct mount { struct mount *mnt_parent; struct dentry *mnt_mountpoint; struct vfsmount mnt; };
struct path { struct vfsmount *mnt; struct dentry *dentry; };
struct file { u32 f_mode; struct path f_path; struct inode *f_inode; void *private_data; };
struct fdtable { unsigned int max_fds; struct file **fd; };
struct files_struct { struct fdtable *fdt; };
struct fs_struct { struct path root; struct path pwd; };

struct in6_addr { u8 bytes[16]; };
struct sock_common {
  u32 skc_daddr, skc_rcv_saddr;
  u16 skc_dport, skc_num, skc_family;
  struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
};
struct sock { struct sock_common __sk_common; u16 sk_type, sk_protocol; };
struct socket { struct sock *sk; };

struct kernfs_node { struct kernfs_node *__parent; const char *name; u64 id; };
/* Before Linux 6.15. */
struct kernfs_node___old { struct kernfs_node *parent; };
struct cgroup { struct kernfs_node *kn; };
struct cgroup_subsys_state { struct cgroup *cgroup; };
struct css_set { struct cgroup_subsys_state *subsys[1]; struct cgroup *dfl_cgrp; };
enum cgroup_subsys_id { pids_cgrp_id = 1 };

struct upid { int nr; void *ns; };
struct pid { unsigned int level; struct upid numbers[1]; };
struct tty_driver { int major, minor_start; };
struct tty_struct { int index; struct tty_driver *driver; };
typedef struct { int counter; } atomic_t;
struct signal_struct { atomic_t live; struct pid *pids[4]; struct tty_struct *tty; };
typedef struct { u32 val; } kuid_t;
typedef struct { u32 val; } kgid_t;
typedef struct { u64 val; } kernel_cap_t;
struct cred { kuid_t euid; kgid_t egid; kernel_cap_t cap_inheritable, cap_permitted, cap_effective; };
struct mm_struct { unsigned long arg_start, arg_end, env_start, env_end; struct file *exe_file; };
struct thread_info { u32 status; };
struct task_struct {
  struct thread_info thread_info;
  int pid, tgid, exit_code;
  char comm[16];
  kuid_t loginuid;
  struct task_struct *real_parent, *group_leader;
  struct pid *thread_pid;
  struct signal_struct *signal;
  const struct cred *cred;
  struct mm_struct *mm;
  struct fs_struct *fs;
  struct files_struct *files;
  struct css_set *cgroups;
};
struct pt_regs { unsigned long bx, cx, dx, si, di, bp, r8, r9, r10, ax, orig_ax; };
#pragma clang attribute pop

/* Offset of a field in the running kernel; libbpf < 0.8 has no macro for it. */
#define OFFSET_OF(type, field) __builtin_preserve_field_info(((type *)0)->field, BPF_FIELD_BYTE_OFFSET)

/* Structures that callers pass in; their layout is the same on every kernel. */
struct iovec { void *base; unsigned long len; };
struct msghdr_user {
  void *name;
  int namelen;
  struct iovec *iov;
  unsigned long iovlen;
  void *control;
  unsigned long controllen;
  int flags;
};
struct mmsghdr_user { struct msghdr_user header; unsigned int len; };

#define AT_FDCWD (-100)
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_DGRAM 2
#define S_IFMT 0170000
#define S_IFREG 0100000
#define S_IFSOCK 0140000
#define S_IFIFO 0010000
#define OVERLAYFS_MAGIC 0x794c7630
#define TS_COMPAT 2
