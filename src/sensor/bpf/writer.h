/* Records are assembled in a per-CPU buffer and submitted to the ring buffer as a whole. */
#pragma once

#define OFFSET_MASK 0x3fff
#define PIECE 4096
#define OFFSET_LIMIT (OFFSET_MASK - PIECE - 8)
#define WAKE_AT_BYTES (256 * 1024)
#define PATH_BYTES 4096
#define NAME_BYTES 256

struct buffer {
  struct record head;
  u8 data[OFFSET_MASK + 1 + PIECE + 8];
  /* Index of the next message of a sendmmsg. */
  u32 message;
  /* Scratch space of path.h: the text fills `path` from its end backwards and starts at `path_at`. */
  u32 path_at;
  u8 path[PATH_BYTES + NAME_BYTES];
};

/* One buffer per kind of record, so that a fork record can't overwrite a half-built system call record. */
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 3);
  __type(key, u32);
  __type(value, struct buffer);
} buffers SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 32 * 1024 * 1024);
} ring SEC(".maps");

struct counters {
  u64 events;
  u64 drops[DROP_KINDS];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct counters);
} counted SEC(".maps");

struct container_key {
  char id[CONTAINER_ID_BYTES];
};

/* Lost events by container. When it is full, what further containers lose is in `counted` alone, and belongs to nobody in particular. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, struct container_key);
  __type(value, u64);
} lost_by_container SEC(".maps");

static __always_inline struct buffer *buffer_for(u32 kind) {
  u32 slot = kind - 1;
  return bpf_map_lookup_elem(&buffers, &slot);
}

/* Prevents clang from optimizing away a mask: clang can prove the bound, but the verifier needs to see it. */
#define OPAQUE(x) asm volatile("" : "+r"(x))

/* Where the bytes of the next part go, or null when the buffer is full. Tag and length are stored before them. */
static __always_inline u8 *part(struct buffer *b) {
  u32 at = b->head.len;
  if (at > OFFSET_LIMIT) return 0;
  OPAQUE(at);
  return &b->data[(at & OFFSET_MASK) + 4];
}

static __always_inline void end_part(struct buffer *b, u16 tag, u32 size) {
  u32 at = b->head.len;
  if (at > OFFSET_LIMIT) return;
  OPAQUE(at);
  at &= OFFSET_MASK;
  *(u16 *)&b->data[at] = tag;
  *(u16 *)&b->data[at + 2] = size;
  b->head.len = at + 4 + size;
}

static __always_inline void put_user_text(struct buffer *b, u16 tag, const void *text) {
  u8 *to = part(b);
  if (!to) return;
  long size = bpf_probe_read_user_str(to, PIECE, text);
  if (size > 0) end_part(b, tag, size - 1);
}

/* The caller must make sure that `size` is bounded. */
static __always_inline void put_user_bytes(struct buffer *b, u16 tag, const void *from, u32 size) {
  u8 *to = part(b);
  if (!to || size == 0) return;
  if (size > PIECE) size = PIECE;
  OPAQUE(size);
  size &= 2 * PIECE - 1;
  if (bpf_probe_read_user(to, size, from) == 0) end_part(b, tag, size);
}

static __always_inline u32 number_in_namespace(struct pid *pid) {
  u32 level = pid->level;
  u32 nr = 0;
  const char *numbers = (const char *)pid + OFFSET_OF(struct pid, numbers);
  bpf_probe_read_kernel(&nr, sizeof(nr), numbers + level * bpf_core_type_size(struct upid));
  return nr;
}

/* Starts a record about `task`. */
static __always_inline void begin(struct buffer *b, u16 kind, struct task_struct *task, struct container *container) {
  struct record *r = &b->head;
  struct signal_struct *signal = task->signal;
  r->len = 0;
  r->kind = kind;
  r->time_ns = bpf_ktime_get_boot_ns();
  r->pid = task->tgid;
  r->tid = task->pid;
  r->ppid = task->real_parent->tgid;
  r->vpid = number_in_namespace(task->group_leader->thread_pid);
  r->vtid = r->pid == r->tid ? r->vpid : number_in_namespace(task->thread_pid);
  r->pgid = number_in_namespace(signal->pids[2]);
  r->sid = number_in_namespace(signal->pids[3]);
  r->uid = task->cred->euid.val;
  r->gid = task->cred->egid.val;
  r->loginuid = bpf_core_field_exists(task->loginuid) ? task->loginuid.val : (u32)-1;
  bpf_probe_read_kernel(r->comm, sizeof(r->comm), task->comm);
  __builtin_memcpy(r->container, container->id, CONTAINER_ID_BYTES);
}

/*
 * The container's count first: the loader reads the totals before the containers' counts, so what it finds in the totals is already in the
 * count of a container.
 */
static __always_inline void count_lost(struct record *of, u32 drop, u64 events) {
  u32 zero = 0;
  struct container_key *key = (struct container_key *)of->container;
  u64 none = 0;
  bpf_map_update_elem(&lost_by_container, key, &none, BPF_NOEXIST);
  u64 *sum = bpf_map_lookup_elem(&lost_by_container, key);
  if (sum) __sync_fetch_and_add(sum, events);
  struct counters *count = bpf_map_lookup_elem(&counted, &zero);
  if (count && drop < DROP_KINDS) count->drops[drop] += events;
}

/*
 * Submits the record to the ring buffer. `urgent` wakes the reader immediately; otherwise it reads at the next poll, or when enough data is
 * waiting.
 */
static __always_inline void submit(struct buffer *b, u32 drop, int urgent) {
  u32 zero = 0;
  u32 size = b->head.len;
  if (size > OFFSET_MASK) size = OFFSET_MASK;
  size += sizeof(struct record);
  b->head.len = size;
  struct counters *count = bpf_map_lookup_elem(&counted, &zero);
  if (!count) return;
  count->events++;
  int wake = urgent || bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) > WAKE_AT_BYTES;
  u64 flags = wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
  if (bpf_ringbuf_output(&ring, b, size, flags) != 0) count_lost(&b->head, drop, 1);
}
