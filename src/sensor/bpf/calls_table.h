/* The table of system calls that the loader uses. */
#pragma once
#include "record.h"

struct call_entry {
  /* The number on x86-64 and in the 32-bit ABI; -1 if the call does not exist there. */
  int nr, nr32;
  struct call call;
};

extern const struct call_entry call_entries[];
extern const unsigned int call_entry_count;
