/*
 * fuzz_cursor.c - every key comes back from its cursor, no other type's list takes it, and what is
 * accepted as a cursor is exactly what would have been written.
 */
#include "fuzz.h"

#include "plan/cursor.h"
#include "plan/plan.h"
#include "support/small_model.h"

static struct text written(struct arena *a, const struct resource *of, struct cell key)
{
    struct buf b;
    buf_init(&b, a, 0);
    cursor_write(&b, CURSOR_KEY_ONLY(of), NULL, key);
    HOLDS(!b.failed);
    return (struct text){ .at = b.at, .n = b.n };
}

static bool same(struct cell a, struct cell b)
{
    return a.n == b.n && (a.n <= 0 || memcmp(a.at, b.at, (size_t)a.n) == 0);
}

/* Of a list sorted by a text and an integer: what is read comes back from what is written. */
static void check_sorted(struct arena *a, const struct resource *of, struct text input)
{
    const struct column_type *const types[2] = { column_type_find(OID_TEXT),
                                                 column_type_find(OID_INT4) };
    struct cursor_form form = { .of = of, .shape = 7, .n_values = 2, .types = types };
    const struct cell *values;
    const struct cell *back;
    int result = cursor_read(a, &form, input, &values);
    HOLDS(result == 0 || result == PROBLEM_BAD_PARAMETER);
    if (result != 0) {
        return;
    }
    struct buf b;
    buf_init(&b, a, 0);
    cursor_write(&b, &form, values, values[2]);
    HOLDS(!b.failed);
    HOLDS(cursor_read(a, &form, (struct text){ .at = b.at, .n = b.n }, &back) == 0);
    for (size_t i = 0; i < 3; i++) {
        HOLDS(same(values[i], back[i]));
    }
}

static void check_key(struct arena *a, const struct model *model, struct cell key)
{
    const struct resource *phones = &model->resources[SMALL_PHONES];
    struct text cursor = written(a, phones, key);
    const struct cell *back;
    HOLDS(cursor_read(a, CURSOR_KEY_ONLY(phones), cursor, &back) == 0);
    HOLDS(same(back[0], key));
    HOLDS(cursor_read(a, CURSOR_KEY_ONLY(&model->resources[SMALL_PERSONS]), cursor, &back) ==
          PROBLEM_BAD_PARAMETER);
    cursor.n--;
    HOLDS(cursor_read(a, CURSOR_KEY_ONLY(phones), cursor, &back) == PROBLEM_BAD_PARAMETER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint32_t key_oids[] = { 20, 21, 23, 25, 2950 };
    struct text input = { .at = (const char *)data, .n = n };
    uint32_t oid = key_oids[fuzz_choice(&input) % ARRAY_SIZE(key_oids)];
    struct arena *a = arena_new(FUZZ_BUDGET);
    const struct model *model = small_model_new(a, oid);
    const struct resource *phones = &model->resources[SMALL_PHONES];
    const struct cell *values;
    int result = cursor_read(a, CURSOR_KEY_ONLY(phones), input, &values);
    HOLDS(result == 0 || result == PROBLEM_BAD_PARAMETER);
    if (result == 0) {
        HOLDS(text_equal(written(a, phones, values[0]), input));
        check_key(a, model, values[0]);
    }
    check_sorted(a, phones, input);
    struct cell key;
    if (key_read(a, phones->key_type, input, &key)) {
        check_key(a, model, key);
    }
    HOLDS(!arena_failed(a));
    arena_free(a);
    return 0;
}
