/*
 * cmocka_all.h - cmocka with the headers it needs before it, in the order it needs them.
 */
#ifndef BACKREF_TESTS_CMOCKA_ALL_H
#define BACKREF_TESTS_CMOCKA_ALL_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Fixture: each test gets an arena of a megabyte as its state. */
static inline int arena_setup(void **state)
{
    *state = arena_new(1 << 20);
    return *state == NULL ? -1 : 0;
}

static inline int arena_teardown(void **state)
{
    *state = arena_free(*state);
    return 0;
}

#define arena_test(f) cmocka_unit_test_setup_teardown(f, arena_setup, arena_teardown)

#endif
