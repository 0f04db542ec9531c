/* Describes a descriptor: a file with its path, or a socket with its addresses. */
#pragma once

static __always_inline void read_addresses(struct fd_part *into, struct sock *sk) {
  into->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  into->type = BPF_CORE_READ(sk, sk_type);
  into->protocol = BPF_CORE_READ(sk, sk_protocol);
  if (into->family != AF_INET && into->family != AF_INET6) return;
  into->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
  into->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
  if (into->family == AF_INET) {
    BPF_CORE_READ_INTO(&into->local, sk, __sk_common.skc_rcv_saddr);
    BPF_CORE_READ_INTO(&into->remote, sk, __sk_common.skc_daddr);
    return;
  }
  BPF_CORE_READ_INTO(&into->local, sk, __sk_common.skc_v6_rcv_saddr);
  BPF_CORE_READ_INTO(&into->remote, sk, __sk_common.skc_v6_daddr);
}

/* Returns null when there is no room for the part. */
static __always_inline struct fd_part *put_fd(struct buffer *b, u16 tag, struct file *file) {
  struct fd_part *into = (struct fd_part *)part(b);
  if (!into) return 0;
  __builtin_memset(into, 0, sizeof(*into));
  struct inode *inode = BPF_CORE_READ(file, f_inode);
  into->mode = BPF_CORE_READ(inode, i_mode);
  into->ino = BPF_CORE_READ(inode, i_ino);
  into->dev = BPF_CORE_READ(inode, i_sb, s_dev);
  into->layer = layer_of(inode);
  into->file_mode = BPF_CORE_READ(file, f_mode);
  if ((into->mode & S_IFMT) == S_IFSOCK) {
    struct socket *socket = BPF_CORE_READ(file, private_data);
    struct sock *sk = BPF_CORE_READ(socket, sk);
    if (sk) read_addresses(into, sk);
  }
  end_part(b, tag, sizeof(*into));
  return into;
}

/* Pipes and sockets have no path. */
static __always_inline int has_path(struct fd_part *what) {
  u32 kind = what->mode & S_IFMT;
  return kind != S_IFSOCK && kind != S_IFIFO;
}

/* The descriptor and, if it has one, its path, which gets the next tag. */
static __always_inline void put_fd_with_path(struct buffer *b, u16 tag, struct task_struct *task, int fd) {
  struct file *file = file_of(task, fd);
  if (!file) return;
  struct fd_part *what = put_fd(b, tag, file);
  if (!what || !has_path(what)) return;
  put_path(b, tag + 1, (void *)file + OFFSET_OF(struct file, f_path), task);
}
