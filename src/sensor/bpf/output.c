#include "output.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPACITY (1024 * 1024)

static char pending[CAPACITY];
static size_t used;

void output_flush(void) {
  for (size_t done = 0; done < used;) {
    ssize_t written = write(STDOUT_FILENO, pending + done, used - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      fprintf(stderr, "packwarden-probe: cannot write records: %s\n", strerror(errno));
      exit(1);
    }
    done += (size_t)written;
  }
  used = 0;
}

void output_write(const void *bytes, size_t size) {
  if (used + size > CAPACITY) output_flush();
  memcpy(pending + used, bytes, size);
  used += size;
}
