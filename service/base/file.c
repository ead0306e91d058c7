/*
 * file.c - reads until the end instead of asking for the size first, so that pipes work as well
 * (`--model /dev/stdin`).
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"

enum { CHUNK_BYTES = 16384 };

/* Appends the rest of the descriptor; 0 | errno | EFBIG beyond the limit. */
static int read_all(int fd, size_t limit_bytes, struct buf *b)
{
    for (;;) {
        if (!buf_reserve(b, CHUNK_BYTES)) {
            return ENOMEM;
        }
        ssize_t n = read(fd, b->at + b->n, CHUNK_BYTES);
        if (n == 0) {
            return 0;
        }
        if (n < 0 && errno != EINTR) {
            return errno;
        }
        b->n += n < 0 ? 0 : (size_t)n;
        if (b->n > limit_bytes) {
            return EFBIG;
        }
    }
}

int file_read(struct arena *a, const char *path, size_t limit_bytes, struct text *ret_text,
              const char **reterr)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        *reterr = arena_printf(a, "%s: %s", path, strerrordesc_np(errno));
        return 1;
    }
    struct buf b;
    buf_init(&b, a, CHUNK_BYTES);
    int r = read_all(fd, limit_bytes, &b);
    close(fd);
    const char *at = r == 0 ? buf_terminate(&b) : NULL;
    if (r == EFBIG) {
        *reterr = arena_printf(a, "%s: larger than %zu bytes", path, limit_bytes);
        return 1;
    }
    if (at == NULL) {
        *reterr = arena_printf(a, "%s: %s", path, strerrordesc_np(r == 0 ? ENOMEM : r));
        return 1;
    }
    *ret_text = (struct text){ .at = at, .n = b.n };
    return 0;
}
