/*
 * defs.h - the few macros that every room uses.
 *
 * Assertions state preconditions and stay on in release builds: a broken promise stops the process
 * where it was broken instead of corrupting an answer later.
 */
#ifndef BACKREF_BASE_DEFS_H
#define BACKREF_BASE_DEFS_H

#include <stdio.h>
#include <stdlib.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The result says whether the call worked; the compiler does not let it be dropped. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Marks printf-like functions: `f` is the format's position, `a` the first argument's. */
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (__builtin_expect(!(condition), 0)) {                                                   \
            fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition);      \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define UNREACHABLE()                                                                              \
    do {                                                                                           \
        fprintf(stderr, "%s:%d: reached what cannot be reached\n", __FILE__, __LINE__);            \
        abort();                                                                                   \
    } while (0)

#endif
