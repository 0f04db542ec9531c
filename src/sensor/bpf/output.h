/* The loader's standard output: records are gathered and written in large pieces. */
#pragma once
#include <stddef.h>

/* Exits when the reader is gone. */
void output_write(const void *bytes, size_t size);
void output_flush(void);
