/*
 * The record format shared by the eBPF programs, the loader and src/sensor/probe/record.ts: a fixed header followed by parts (tag, length,
 * bytes). Little endian, no padding. Keep it in sync with src/sensor/probe/layout.ts.
 */
#pragma once

#define RECORD_SYSCALL 1
/* Reported for the parent: `ret` is the child's pid, PART_CHILD holds the child's ids inside the container. */
#define RECORD_FORK 2
/* The last thread of a process ended: `ret` is the wait status. */
#define RECORD_EXIT 3
/* Written by the loader: struct stats, which starts with the length and the kind. */
#define RECORD_STATS 4
/* Written by the loader once all programs are attached; consists of length and kind only. */
#define RECORD_READY 5
/* Written by the loader: struct container_loss, one for each container that has lost events, before the next RECORD_STATS. */
#define RECORD_LOSS 6

#define PART_PATH1 1
/*
 * The folder that a relative path is resolved against, or the file behind the descriptor if the path starts with /proc/self/fd/N. Paths
 * from the kernel start with a slash, unless they are so deep that their beginning is missing.
 */
#define PART_BASE1 2
#define PART_PATH2 3
#define PART_BASE2 4
/* struct fd_part: describes the descriptor that the call uses. */
#define PART_FD 5
/* Path of that descriptor; for an open only if it differs from PART_PATH1. */
#define PART_FD_PATH 6
/* The struct sockaddr as the caller passed it. */
#define PART_ADDRESS 7
/* The first bytes of the data that is sent. */
#define PART_DATA 8
/* argv, each argument terminated by NUL. */
#define PART_ARGV 9
/* Path of the executable. */
#define PART_EXE 10
/* The working directory, after an exec or a successful chdir. */
#define PART_CWD 11
/* struct exec_part */
#define PART_EXEC 12
/* struct child_part */
#define PART_CHILD 13
/* A string argument that is not a path. */
#define PART_TEXT 14
/* The flags, mode and resolve fields of struct open_how. */
#define PART_HOW 15
/* The source descriptor of a copy (PART_FD is the destination), and its path. */
#define PART_FROM 16
#define PART_FROM_PATH 17
/* The environment, each variable terminated by NUL. */
#define PART_ENV 18
/* Path of the file on standard input at the time of an exec; missing if it is not a regular file. */
#define PART_STDIN 19

#define LAYER_UPPER 1
#define LAYER_LOWER 2

#define ARGV_BYTES 4096
/* The same limit as in Falco's drivers. */
#define ENV_BYTES 4096
#define DATA_BYTES 80
#define CONTAINER_ID_BYTES 64

struct record {
  unsigned int len;
  unsigned short kind;
  unsigned short nr;
  /* The kernel side fills in the time since boot; the loader converts it to nanoseconds since the epoch. */
  unsigned long long time_ns;
  long long ret;
  unsigned long long args[6];
  unsigned int pid, tid, ppid, vpid, vtid, sid, pgid, uid, gid, loginuid;
  char comm[16];
  char container[CONTAINER_ID_BYTES];
};

struct fd_part {
  unsigned short mode;
  unsigned short family;
  unsigned short type;
  unsigned short protocol;
  unsigned short local_port;
  unsigned short remote_port;
  unsigned int layer;
  unsigned char local[16];
  unsigned char remote[16];
  unsigned long long ino;
  unsigned int dev;
  /* The kernel's f_mode: FMODE_CREATED means that this open created the file. */
  unsigned int file_mode;
};

struct exec_part {
  unsigned int tty;
  unsigned int layer;
  unsigned long long cap_permitted, cap_effective, cap_inheritable;
  unsigned long long ino;
};

struct child_part {
  unsigned int pid, vpid;
};

/* The names of Falco's drop counters; used as indexes of stats.drops. */
#define DROP_CLONE_FORK 0
#define DROP_EXECVE 1
#define DROP_OPEN 2
#define DROP_CONNECT 3
#define DROP_DIR_FILE 4
#define DROP_PROC_EXIT 5
#define DROP_OTHER 6
#define DROP_KINDS 7

struct stats {
  unsigned int len;
  unsigned short kind;
  unsigned short reserved;
  unsigned long long events;
  unsigned long long drops[DROP_KINDS];
  /* How often the kernel skipped a program because it was already running on that CPU. */
  unsigned long long skipped;
};

/* How many events of one container were lost since the programs were attached. */
struct container_loss {
  unsigned int len;
  unsigned short kind;
  unsigned short reserved;
  unsigned long long events;
  char container[CONTAINER_ID_BYTES];
};

/* How a system call is recorded. */
#define CALL_PLAIN 1
#define CALL_PATH 2
#define CALL_FD 3
#define CALL_SOCKET 4
#define CALL_SEND 5
#define CALL_SEND_MANY 6
#define CALL_EXEC 7
#define CALL_DUP 8
#define CALL_OPEN 9
#define CALL_COPY 10
#define CALL_KINDS 11

/* Means "the call has no such argument". */
#define NO_ARG 7

struct call {
  unsigned char kind;
  unsigned char drop;
  /* Which arguments hold the paths, the descriptors of the folders they are relative to (NO_ARG: the working directory), and a text. */
  unsigned char path1, dir1, path2, dir2, text;
  /* Which argument is the descriptor to describe; for calls that copy, `fd` is the destination and `from` the source. */
  unsigned char fd, from;
  /* The x86-64 number, also for calls made through the 32-bit ABI. */
  unsigned short nr;
};

/* Calls made through the 32-bit ABI are indexed from here; the sub-calls of its `socketcall` follow after them. */
#define CALLS_32BIT 512
#define SOCKETCALL_32BIT 102
#define SOCKETCALLS 480
#define CALLS 1024

/* The x86-64 numbers that the program needs to distinguish. */
#define NR_SENDMSG 46
#define NR_CHDIR 80
