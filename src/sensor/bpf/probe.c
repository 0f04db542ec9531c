/*
 * packwarden-probe: loads and attaches the eBPF programs and writes their records to standard output until the parent process closes
 * standard input. Each line on standard input lists the calls to record, by their x86-64 numbers; until the first line all of them are
 * recorded.
 *
 * Usage: packwarden-probe [--ring-bytes N], N a power of two.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "calls_table.h"
#include "output.h"

/* Maximum delay of records that do not wake the reader themselves. */
#define POLL_MS 10
#define STATS_EVERY_NS 1000000000ll

extern const char program_start[], program_end[];
__asm__(".section .rodata\n.balign 8\nprogram_start: .incbin \"" PROGRAM_FILE "\"\nprogram_end:\n.byte 0\n.previous\n");

struct counters {
  unsigned long long events;
  unsigned long long drops[DROP_KINDS];
};

static int stopping;
static long long wall_offset_ns;

static void fail(const char *what, int error) {
  fprintf(stderr, "packwarden-probe: %s: %s\n", what, strerror(error < 0 ? -error : error));
  exit(1);
}

static long long clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Print libbpf's warnings only. They appear when loading fails, and contain the verifier's log. */
static int print_warnings(enum libbpf_print_level level, const char *format, va_list args) {
  return level == LIBBPF_WARN ? vfprintf(stderr, format, args) : 0;
}

static int on_record(void *context, void *data, size_t size) {
  (void)context;
  struct record head;
  if (size < sizeof(head)) return 0;
  memcpy(&head, data, sizeof(head));
  head.len = size;
  head.time_ns += wall_offset_ns;
  output_write(&head, sizeof(head));
  output_write((char *)data + sizeof(head), size - sizeof(head));
  return 0;
}

static struct bpf_object *load(unsigned int ring_bytes) {
  struct bpf_object *object = bpf_object__open_mem(program_start, program_end - program_start, NULL);
  if (libbpf_get_error(object)) fail("cannot read the eBPF program", libbpf_get_error(object));
  struct bpf_map *ring = bpf_object__find_map_by_name(object, "ring");
  int error = bpf_map__set_max_entries(ring, ring_bytes);
  if (error) fail("--ring-bytes", error);
  error = bpf_object__load(object);
  if (error) fail("the kernel rejected the eBPF program (needs root and Linux >= 5.15 with BTF)", error);
  return object;
}

static int map_fd(struct bpf_object *object, const char *name) { return bpf_object__find_map_fd_by_name(object, name); }

static void fill_kinds(struct bpf_object *object) {
  static const char *programs[CALL_KINDS] = { NULL, "call_plain", "call_path", "call_fd", "call_socket", "call_send",
                                              "call_send_many", "call_exec", "call_dup", "call_open", "call_copy" };
  for (unsigned int kind = 1; kind < CALL_KINDS; kind++) {
    int program = bpf_program__fd(bpf_object__find_program_by_name(object, programs[kind]));
    if (bpf_map_update_elem(map_fd(object, "kinds"), &kind, &program, BPF_ANY)) fail(programs[kind], errno);
  }
}

/* The calls that are not to be recorded, by x86-64 number. */
static unsigned char unwanted[CALLS_32BIT];

static void fill_calls(struct bpf_object *object) {
  for (unsigned int i = 0; i < call_entry_count; i++) {
    const struct call_entry *entry = &call_entries[i];
    struct call call = entry->call;
    if (unwanted[call.nr]) call.kind = 0;
    unsigned int index = entry->nr;
    if (entry->nr >= 0) bpf_map_update_elem(map_fd(object, "calls"), &index, &call, BPF_ANY);
    index = entry->nr32 + CALLS_32BIT;
    bpf_map_update_elem(map_fd(object, "calls"), &index, &call, BPF_ANY);
  }
}

static void attach(struct bpf_object *object) {
  static const char *entries[] = { "on_fork", "on_exit", "on_return" };
  for (unsigned int i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
    struct bpf_link *link = bpf_program__attach(bpf_object__find_program_by_name(object, entries[i]));
    if (libbpf_get_error(link)) fail(entries[i], libbpf_get_error(link));
  }
}

/* How often the kernel skipped a program because it was already running on that CPU. */
static unsigned long long skipped_runs(struct bpf_object *object) {
  struct bpf_prog_info info = { 0 };
  unsigned int size = sizeof(info);
  int program = bpf_program__fd(bpf_object__find_program_by_name(object, "on_return"));
  return bpf_obj_get_info_by_fd(program, &info, &size) ? 0 : info.recursion_misses;
}

static int read_stats(struct bpf_object *object, struct stats *stats) {
  int cpus = libbpf_num_possible_cpus();
  struct counters per_cpu[cpus];
  unsigned int zero = 0;
  *stats = (struct stats){ .len = sizeof(*stats), .kind = RECORD_STATS };
  if (bpf_map_lookup_elem(map_fd(object, "counted"), &zero, per_cpu)) return -1;
  for (int cpu = 0; cpu < cpus; cpu++) {
    stats->events += per_cpu[cpu].events;
    for (int kind = 0; kind < DROP_KINDS; kind++) stats->drops[kind] += per_cpu[cpu].drops[kind];
  }
  stats->skipped = skipped_runs(object);
  return 0;
}

static unsigned long long lost(const struct stats *stats) {
  unsigned long long sum = stats->skipped;
  for (int kind = 0; kind < DROP_KINDS; kind++) sum += stats->drops[kind];
  return sum;
}

/* The count of each container that lost something. Called after the totals were read (count_lost in writer.h says why). */
static void write_losses(struct bpf_object *object) {
  int map = map_fd(object, "lost_by_container");
  struct container_loss loss = { .len = sizeof(loss), .kind = RECORD_LOSS };
  char *key = NULL;
  while (bpf_map_get_next_key(map, key, loss.container) == 0) {
    key = loss.container;
    if (bpf_map_lookup_elem(map, key, &loss.events) == 0) output_write(&loss, sizeof(loss));
  }
}

/*
 * Written once a second, and immediately when records were lost, so that a reader that waits for earlier events doesn't assume that it has
 * received all of them.
 */
static void write_stats(struct bpf_object *object, int due) {
  static unsigned long long reported;
  struct stats stats;
  if (read_stats(object, &stats) || (!due && lost(&stats) == reported)) return;
  if (lost(&stats) != reported) write_losses(object);
  reported = lost(&stats);
  output_write(&stats, sizeof(stats));
}

/* A line from the parent lists the numbers of all calls to record from now on. */
static void select_calls(struct bpf_object *object, char *line) {
  memset(unwanted, 1, sizeof(unwanted));
  for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
    unsigned long nr = strtoul(word, NULL, 10);
    if (nr < CALLS_32BIT) unwanted[nr] = 0;
  }
  fill_calls(object);
}

/* Handles pending commands from the parent; stops when the parent has closed our standard input. */
static void read_commands(struct bpf_object *object) {
  static char input[8192];
  static size_t length;
  struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
  if (poll(&in, 1, 0) <= 0) return;
  ssize_t got = read(STDIN_FILENO, input + length, sizeof(input) - 1 - length);
  if (got < 0 && errno == EINTR) return;
  stopping = got <= 0;
  if (stopping) return;
  length += (size_t)got;
  input[length] = 0;
  for (char *end = strchr(input, '\n'); end; end = strchr(input, '\n')) {
    *end = 0;
    select_calls(object, input);
    length -= (size_t)(end + 1 - input);
    memmove(input, end + 1, length + 1);
  }
}

static void run(struct bpf_object *object) {
  struct ring_buffer *ring = ring_buffer__new(map_fd(object, "ring"), on_record, NULL, NULL);
  if (libbpf_get_error(ring)) fail("ring buffer", libbpf_get_error(ring));
  unsigned int ready[2] = { 8, RECORD_READY };
  output_write(ready, sizeof(ready));
  for (long long next = 0; !stopping;) {
    long long now = clock_ns(CLOCK_BOOTTIME);
    int due = now >= next;
    if (due) {
      wall_offset_ns = clock_ns(CLOCK_REALTIME) - now;
      next = now + STATS_EVERY_NS;
    }
    read_commands(object);
    int error = ring_buffer__poll(ring, POLL_MS);
    if (error == 0) error = ring_buffer__consume(ring);
    if (error < 0 && error != -EINTR) fail("reading the ring buffer", error);
    write_stats(object, due);
    output_flush();
  }
}

int main(int argc, char **argv) {
  unsigned int ring_bytes = 32 * 1024 * 1024;
  if (argc == 3 && strcmp(argv[1], "--ring-bytes") == 0) ring_bytes = (unsigned int)strtoul(argv[2], NULL, 10);
  /* Ignore signals sent to the whole process group: the parent handles them and closes our standard input. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  /* Only kernels before 5.11 charge eBPF memory against this limit, so a failure (EPERM) is not fatal elsewhere. */
  setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
  libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
  libbpf_set_print(print_warnings);
  struct bpf_object *object = load(ring_bytes);
  fill_kinds(object);
  fill_calls(object);
  attach(object);
  run(object);
  return 0;
}
