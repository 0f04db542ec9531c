/* Which Docker container a task belongs to: the container id is the name of the task's pids cgroup or of one of its ancestors. */
#pragma once

#define CGROUP_DEPTH 6
#define DOCKER_PREFIX 7 /* "docker-", as in systemd's docker-<id>.scope */

struct container {
  char id[CONTAINER_ID_BYTES];
  u32 found;
};

/* Cache of cgroups that were already looked up, whether they belong to a container or not. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 8192);
  __type(key, u64);
  __type(value, struct container);
} containers SEC(".maps");

/* Scratch space per CPU: a container entry is too large for the eBPF stack. */
struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, struct container);
} new_container SEC(".maps");

static __always_inline struct kernfs_node *parent_of(struct kernfs_node *node) {
  if (bpf_core_field_exists(node->__parent)) return BPF_CORE_READ(node, __parent);
  return BPF_CORE_READ((struct kernfs_node___old *)node, parent);
}

static __always_inline struct kernfs_node *cgroup_node(struct task_struct *task) {
  struct css_set *set = task->cgroups;
  if (bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id)) {
    struct cgroup_subsys_state *state = 0;
    u64 index = bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
    bpf_probe_read_kernel(&state, sizeof(state), (char *)set + OFFSET_OF(struct css_set, subsys) + index * sizeof(state));
    if (state) return BPF_CORE_READ(state, cgroup, kn);
  }
  return BPF_CORE_READ(set, dfl_cgrp, kn);
}

static __always_inline int is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/* Reads `node`'s name into `into->id` when it is a container's id. */
static __always_inline int read_id(struct kernfs_node *node, struct container *into) {
  const char *name = BPF_CORE_READ(node, name);
  char start[2] = {};
  char end = 0;
  bpf_probe_read_kernel(start, sizeof(start), name);
  /* Test the second letter, not the first: one id in sixteen starts with a hexadecimal d. */
  int scope = start[1] == 'o';
  if (scope) name += DOCKER_PREFIX;
  if (bpf_probe_read_kernel(into->id, CONTAINER_ID_BYTES, name) != 0) return 0;
  for (int i = 0; i < CONTAINER_ID_BYTES; i++) {
    if (!is_hex(into->id[i])) return 0;
  }
  bpf_probe_read_kernel(&end, 1, name + CONTAINER_ID_BYTES);
  return end == 0 || (scope && end == '.');
}

/* Returns null if the task is not in a container. */
static __always_inline struct container *container_of_task(struct task_struct *task) {
  struct kernfs_node *node = cgroup_node(task);
  u64 key = BPF_CORE_READ(node, id);
  struct container *known = bpf_map_lookup_elem(&containers, &key);
  if (known) return known->found ? known : 0;
  u32 zero = 0;
  struct container *fresh = bpf_map_lookup_elem(&new_container, &zero);
  if (!fresh) return 0;
  fresh->found = 0;
  for (int i = 0; i < CGROUP_DEPTH && node; i++) {
    if (read_id(node, fresh)) {
      fresh->found = 1;
      break;
    }
    node = parent_of(node);
  }
  bpf_map_update_elem(&containers, &key, fresh, BPF_ANY);
  return fresh->found ? fresh : 0;
}
