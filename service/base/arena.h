/*
 * arena.h - all memory of one request, one model or one file: taken piece by piece, given back at
 * once.
 *
 * An arena has a budget. A request that wants more gets NULL, from then on always: callers may
 * build
 * on and check once, with arena_failed(). Other resources (results, parsed documents) are adopted.
 */
#ifndef BACKREF_BASE_ARENA_H
#define BACKREF_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"

struct arena; /* owned by one thread at a time */

/* arena_new() - an empty arena that hands out at most `budget_bytes`; NULL when out of memory. */
struct arena *arena_new(size_t budget_bytes) MUST_CHECK;

/* Blocks of arenas that ended, for those that begin. Of one thread, like the arenas it serves. */
struct arena_stock;

/* arena_stock_new() - empty; NULL when out of memory. */
struct arena_stock *arena_stock_new(void) MUST_CHECK;

/* arena_stock_free() - its arenas must have ended. NULL in, NULL out. */
struct arena_stock *arena_stock_free(struct arena_stock *stock);

/*
 * arena_new_from() - like arena_new(), with blocks from `stock`, which gets them back.
 *
 * For arenas that come and go by the thousand: malloc() joins and splits blocks of that size, and
 * gives memory back to the system and asks for it again. The stock keeps at most 2.5 MiB.
 */
struct arena *arena_new_from(struct arena_stock *stock, size_t budget_bytes) MUST_CHECK;

/* arena_free() - release adopted things, last first, then all memory. NULL in, NULL out. */
struct arena *arena_free(struct arena *a);

/*
 * arena_alloc() - `n_bytes` (0 allowed), aligned for any type, not zeroed; NULL over budget
 * (latched).
 */
void *arena_alloc(struct arena *a, size_t n_bytes);

/*
 * arena_zalloc() - like arena_alloc(), `n` times `n_bytes` zeroed; NULL also when that overflows.
 */
void *arena_zalloc(struct arena *a, size_t n, size_t n_bytes);

/*
 * arena_grow() - `old` (from this arena, handed out with `n_old` bytes) with room for `n_new`
 * bytes.
 *
 * Cost:     in place when `old` was the last piece handed out or a large one; else a copy
 * Returns:  NULL over budget (latched); `old` is then unchanged
 */
void *arena_grow(struct arena *a, void *old, size_t n_old, size_t n_new);

/* arena_copy() - `n_bytes` from `bytes` with a NUL behind them; NULL over budget. */
char *arena_copy(struct arena *a, const void *bytes, size_t n_bytes);

/* arena_strdup() - a copy of the NUL-terminated `s`; NULL over budget. */
char *arena_strdup(struct arena *a, const char *s);

/* arena_printf() - formatted text; NULL over budget. */
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

/* arena_vprintf() - arena_printf() with a va_list. */
char *arena_vprintf(struct arena *a, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/*
 * arena_adopt() - have `release(owned)` run at arena_free().
 *
 * owned     taken, even on failure
 * Returns:  false when over budget; `release(owned)` has then already run
 */
bool arena_adopt(struct arena *a, void (*release)(void *owned), void *owned) MUST_CHECK;

/* arena_failed() - has any call been refused since arena_new()? */
bool arena_failed(const struct arena *a);

#endif
