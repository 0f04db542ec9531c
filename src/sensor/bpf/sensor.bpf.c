/*
 * The kernel side of the embedded sensor: records what processes in Docker containers ask of the kernel, and the results. Everything is
 * read when a system call returns (as in Falco), so failed attempts are recorded with their error. Limits shared with Falco: operations
 * submitted through io_uring are not seen (only its set-up is), and another thread may change a string argument after the kernel read it
 * and before we do. Requires Linux 5.15 (tp_btf, ring buffer, bpf_task_pt_regs; no bpf_loop).
 */
#include <linux/bpf.h>
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>
#include "record.h"
#include "container.h"
#include "writer.h"
#include "path.h"
#include "fd.h"
#include "calls.h"

char LICENSE[] SEC("license") = "GPL";

/* Filled by the loader: which calls are recorded, and how. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, CALLS);
  __type(key, u32);
  __type(value, struct call);
} calls SEC(".maps");

/* One program per kind of call, so that each stays small enough for the verifier. */
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, CALL_KINDS);
  __type(key, u32);
  __type(value, u32);
} kinds SEC(".maps");

static __always_inline int is_32bit(struct task_struct *task) { return task->thread_info.status & TS_COMPAT; }

static __always_inline struct call *call_of(struct task_struct *task, struct pt_regs *regs) {
  u64 nr = regs->orig_ax;
  int narrow = is_32bit(task);
  if (narrow && nr == SOCKETCALL_32BIT) nr = SOCKETCALLS + (regs->bx & 31);
  if (nr >= CALLS_32BIT) return 0;
  u32 index = narrow ? nr + CALLS_32BIT : nr;
  return bpf_map_lookup_elem(&calls, &index);
}

/* In the 32-bit ABI the arguments of `socketcall` are in memory. */
static __always_inline void read_socketcall(struct record *into, struct pt_regs *regs) {
  u32 words[6] = {};
  bpf_probe_read_user(words, sizeof(words), (void *)(u64)(u32)regs->cx);
  for (int i = 0; i < 6; i++) into->args[i] = words[i];
}

static __always_inline void read_arguments(struct record *into, struct pt_regs *regs, int narrow) {
  if (narrow && regs->orig_ax == SOCKETCALL_32BIT) return read_socketcall(into, regs);
  into->args[0] = narrow ? (u32)regs->bx : regs->di;
  into->args[1] = narrow ? (u32)regs->cx : regs->si;
  into->args[2] = narrow ? (u32)regs->dx : regs->dx;
  into->args[3] = narrow ? (u32)regs->si : regs->r10;
  into->args[4] = narrow ? (u32)regs->di : regs->r8;
  into->args[5] = narrow ? (u32)regs->bp : regs->r9;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_return, struct pt_regs *regs, long ret) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct call *call = call_of(task, regs);
  if (!call || call->kind == 0) return 0;
  struct container *container = container_of_task(task);
  struct buffer *b = buffer_for(RECORD_SYSCALL);
  if (!container || !b) return 0;
  read_arguments(&b->head, regs, is_32bit(task));
  if (call->kind == CALL_DUP && b->head.args[1] > 2 && (u64)ret > 2) return 0;
  begin(b, RECORD_SYSCALL, task, container);
  b->head.nr = call->nr;
  b->head.ret = ret;
  b->message = 0;
  bpf_tail_call(ctx, &kinds, call->kind);
  return 0;
}

/* The common beginning of the programs below. */
#define RECORDING                                              \
  struct task_struct *task = bpf_get_current_task_btf();       \
  struct call *call = call_of(task, regs);                     \
  struct buffer *b = buffer_for(RECORD_SYSCALL);               \
  if (!call || !b) return 0;                                   \
  struct record *r __attribute__((unused)) = &b->head

SEC("tp_btf/sys_exit")
int BPF_PROG(call_plain, struct pt_regs *regs, long ret) {
  RECORDING;
  if (call->text != NO_ARG) put_user_text(b, PART_TEXT, (const void *)argument(r, call->text));
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_path, struct pt_regs *regs, long ret) {
  RECORDING;
  put_paths(b, call, task);
  if (call->text != NO_ARG) put_user_text(b, PART_TEXT, (const void *)argument(r, call->text));
  if (call->nr == NR_CHDIR && ret == 0) put_base(b, PART_CWD, task, AT_FDCWD);
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_open, struct pt_regs *regs, long ret) {
  RECORDING;
  put_path_arg(b, PART_PATH1, task, argument(r, call->path1), dirfd_of(r, call->dir1));
  u32 texts = r->len;
  if (call->text != NO_ARG) put_user_bytes(b, PART_HOW, (const void *)argument(r, call->text), OPEN_HOW_BYTES);
  if (ret >= 0) put_opened(b, task, ret, texts);
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_fd, struct pt_regs *regs, long ret) {
  RECORDING;
  put_fd_with_path(b, PART_FD, task, (int)argument(r, call->fd));
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_copy, struct pt_regs *regs, long ret) {
  RECORDING;
  put_fd_with_path(b, PART_FD, task, (int)argument(r, call->fd));
  put_fd_with_path(b, PART_FROM, task, (int)argument(r, call->from));
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_dup, struct pt_regs *regs, long ret) {
  RECORDING;
  put_fd_with_path(b, PART_FD, task, ret >= 0 ? (int)ret : (int)r->args[0]);
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_socket, struct pt_regs *regs, long ret) {
  RECORDING;
  struct file *file = file_of(task, (int)r->args[0]);
  if (file) put_fd(b, PART_FD, file);
  put_user_bytes(b, PART_ADDRESS, (const void *)r->args[1], address_size(r->args[2]));
  submit(b, call->drop, 0);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_send, struct pt_regs *regs, long ret) {
  RECORDING;
  struct message message;
  if (!read_message(&message, r, is_32bit(task))) return 0;
  if (!put_send(b, task, &message)) return 0;
  submit(b, call->drop, 0);
  return 0;
}

/* Records one message of a sendmmsg, then tail-calls itself for the next one, since the verifier does not accept a loop here. */
SEC("tp_btf/sys_exit")
int BPF_PROG(call_send_many, struct pt_regs *regs, long ret) {
  RECORDING;
  int narrow = is_32bit(task);
  u32 index = b->message++;
  u32 known = ret >= 0 ? ret : 1;
  if (index >= known || index >= (u32)r->args[2]) return 0;
  struct message message;
  void *header = (void *)r->args[1] + index * (narrow ? sizeof(struct mmsghdr_32) : sizeof(struct mmsghdr_user));
  r->len = 0;
  if (!(narrow ? read_header_32(&message, header) : read_header(&message, header))) return 0;
  if (!put_send(b, task, &message)) return 0;
  u32 sent = 0;
  bpf_probe_read_user(&sent, sizeof(sent), header + (narrow ? sizeof(struct msghdr_32) : sizeof(struct msghdr_user)));
  if (ret >= 0) r->ret = sent;
  submit(b, call->drop, 0);
  if (b->message < SEND_MANY_MAX) bpf_tail_call(ctx, &kinds, CALL_SEND_MANY);
  if (known > SEND_MANY_MAX) count_lost(r, call->drop, known - SEND_MANY_MAX);
  return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(call_exec, struct pt_regs *regs, long ret) {
  RECORDING;
  if (ret == 0) put_executed(b, task);
  else put_attempted(b, call, task);
  submit(b, call->drop, 1);
  return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
  if (child->pid != child->tgid) return 0;
  struct container *container = container_of_task(parent);
  struct buffer *b = buffer_for(RECORD_FORK);
  if (!container || !b) return 0;
  struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(parent);
  struct call *call = call_of(parent, regs);
  read_arguments(&b->head, regs, is_32bit(parent));
  begin(b, RECORD_FORK, parent, container);
  b->head.nr = call ? call->nr : 0xffff;
  struct child_part *into = (struct child_part *)part(b);
  if (!into) return 0;
  into->pid = child->pid;
  into->vpid = number_in_namespace(child->thread_pid);
  b->head.ret = into->vpid;
  end_part(b, PART_CHILD, sizeof(*into));
  submit(b, DROP_CLONE_FORK, 0);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
  if (task->signal->live.counter != 0) return 0;
  struct container *container = container_of_task(task);
  struct buffer *b = buffer_for(RECORD_EXIT);
  if (!container || !b) return 0;
  begin(b, RECORD_EXIT, task, container);
  b->head.nr = 0xffff;
  b->head.ret = task->exit_code;
  submit(b, DROP_PROC_EXIT, 0);
  return 0;
}
