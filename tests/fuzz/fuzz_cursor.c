/*
 * fuzz_cursor.c - every key comes back from its cursor, no other type's list takes it, and what is
 * accepted as a cursor is exactly what would have been written.
 */
#include "fuzz.h"

#include "plan/cursor.h"
#include "support/small_model.h"

static struct text written(struct arena *a, const struct resource *of, struct cell key)
{
    struct buf b;
    buf_init(&b, a, 0);
    cursor_write(&b, of, key);
    HOLDS(!b.failed);
    return (struct text){ .at = b.at, .n = b.n };
}

static void check_key(struct arena *a, const struct model *model, struct cell key)
{
    const struct resource *phones = &model->resources[SMALL_PHONES];
    struct text cursor = written(a, phones, key);
    struct cell back;
    HOLDS(cursor_read(a, phones, cursor, &back) == 0);
    HOLDS(back.n == key.n && memcmp(back.at, key.at, (size_t)key.n) == 0);
    HOLDS(cursor_read(a, &model->resources[SMALL_PERSONS], cursor, &back) == PROBLEM_BAD_PARAMETER);
    cursor.n--;
    HOLDS(cursor_read(a, phones, cursor, &back) == PROBLEM_BAD_PARAMETER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const uint32_t key_oids[] = { 20, 21, 23, 25, 2950 };
    struct text input = { .at = (const char *)data, .n = n };
    uint32_t oid = key_oids[fuzz_choice(&input) % ARRAY_SIZE(key_oids)];
    struct arena *a = arena_new(FUZZ_BUDGET);
    const struct model *model = small_model_new(a, oid);
    const struct resource *phones = &model->resources[SMALL_PHONES];
    struct cell key;
    int result = cursor_read(a, phones, input, &key);
    HOLDS(result == 0 || result == PROBLEM_BAD_PARAMETER);
    if (result == 0) {
        HOLDS(text_equal(written(a, phones, key), input));
        check_key(a, model, key);
    }
    if (key_read(a, phones->key_type, input, &key)) {
        check_key(a, model, key);
    }
    HOLDS(!arena_failed(a));
    arena_free(a);
    return 0;
}
