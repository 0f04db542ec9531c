/* The loader's table of system calls. */
#pragma once
#include "record.h"

struct call_entry {
  /* On x86-64, and as seen from 32 bit; -1 where there is none. */
  int nr, nr32;
  struct call call;
};

extern const struct call_entry call_entries[];
extern const unsigned int call_entry_count;
