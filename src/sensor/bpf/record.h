/*
 * The records between the eBPF program, its loader and src/sensor/probe/record.ts: a fixed header, then parts
 * (tag, length, bytes). Little endian, no padding. A change here is a change there.
 */
#pragma once

#define RECORD_SYSCALL 1
/* Seen from the parent: `ret` is the child's pid, the part PART_CHILD its ids in the container. */
#define RECORD_FORK 2
/* The last thread of a process ended: `ret` is the wait status. */
#define RECORD_EXIT 3
/* Made by the loader: struct stats behind the length and the kind. */
#define RECORD_STATS 4
/* Made by the loader once everything is attached; length and kind only. */
#define RECORD_READY 5

#define PART_PATH1 1
/* Folder that a relative path starts from, or what the descriptor is that /proc/self/fd/N begins with. Paths of the kernel's begin with a slash; one whose beginning is not known,
 * because it is too deep, does not. */
#define PART_BASE1 2
#define PART_PATH2 3
#define PART_BASE2 4
/* struct fd_part: what the descriptor in question is. */
#define PART_FD 5
/* Its path; of an open only where it is not, letter by letter, PART_PATH1. */
#define PART_FD_PATH 6
/* A struct sockaddr as the caller handed it in. */
#define PART_ADDRESS 7
/* The first bytes that are sent. */
#define PART_DATA 8
/* argv, NUL behind each. */
#define PART_ARGV 9
/* Path of the executable. */
#define PART_EXE 10
/* The working directory; after an exec and a change of it. */
#define PART_CWD 11
/* struct exec_part */
#define PART_EXEC 12
/* struct child_part */
#define PART_CHILD 13
/* A string argument that is no path. */
#define PART_TEXT 14
/* struct open_how's flags, mode, resolve. */
#define PART_HOW 15
/* The descriptor that is read from, where PART_FD is the one that is written to; and its path. */
#define PART_FROM 16
#define PART_FROM_PATH 17
/* The environment, NUL behind each variable. */
#define PART_ENV 18
/* The path of the file that standard input is at an exec; none where it is no file. */
#define PART_STDIN 19

#define LAYER_UPPER 1
#define LAYER_LOWER 2

#define ARGV_BYTES 4096
/* As much as Falco's drivers take. */
#define ENV_BYTES 4096
#define DATA_BYTES 80
#define CONTAINER_ID_BYTES 64

struct record {
  unsigned int len;
  unsigned short kind;
  unsigned short nr;
  /* Since boot in the kernel; the loader turns it into nanoseconds since the epoch. */
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
  /* The kernel's f_mode: FMODE_CREATED tells that the open made the file. */
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

/* What Falco names its drop counters after; the index into struct stats. */
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
  /* Runs of the program that the kernel skipped because it was running already. */
  unsigned long long skipped;
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

/* Stands for "no such argument". */
#define NO_ARG 7

struct call {
  unsigned char kind;
  unsigned char drop;
  /* Which arguments are the paths, their folder descriptors (NO_ARG: the working directory), and a text. */
  unsigned char path1, dir1, path2, dir2, text;
  /* Which argument is a descriptor to describe; of those that copy, the one that is written to, and the other. */
  unsigned char fd, from;
  /* The number on this architecture, for calls that came by way of 32 bit. */
  unsigned short nr;
};

/* Calls that came by way of 32 bit are indexed from here; the sub-calls of its `socketcall` stand behind them. */
#define CALLS_32BIT 512
#define SOCKETCALL_32BIT 102
#define SOCKETCALLS 480
#define CALLS 1024

/* x86-64's number, by which the program tells sendmsg from sendto. */
#define NR_SENDMSG 46
#define NR_CHDIR 80
