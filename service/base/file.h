/*
 * file.h - a whole file as text in an arena, or a sentence that says why not.
 */
#ifndef BACKREF_BASE_FILE_H
#define BACKREF_BASE_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

/*
 * file_read() - everything that stands in the file at `path`.
 *
 * limit_bytes  a larger file is refused
 * ret_text     in `a`, with a NUL behind it; set only on 0
 * reterr       in `a`: "path: reason"
 * Returns:     0 | 1 with reterr set
 */
int file_read(struct arena *a, const char *path, size_t limit_bytes, struct text *ret_text,
              const char **reterr) MUST_CHECK;

#endif
