/* The loader's standard output. Records are buffered and written in large chunks. */
#pragma once
#include <stddef.h>

/* Exits when standard output can't be written. */
void output_write(const void *bytes, size_t size);
void output_flush(void);
