/*
 * fuzz_text.c - text survives percent-encoding and JSON, and excerpts of anything may be quoted.
 */
#include "fuzz.h"

#include "base/json_text.h"
#include "jsonapi/query.h"

static void check_percent(struct arena *a, struct text text, bool is_plain)
{
    struct buf b;
    buf_init(&b, a, 0);
    percent_encode(&b, text);
    struct text encoded = { .at = b.at, .n = b.n };
    for (size_t i = 0; i < encoded.n; i++) {
        HOLDS(encoded.at[i] > 0x20 && encoded.at[i] < 0x7F);
    }
    for (int plus_is_space = 0; plus_is_space < 2; plus_is_space++) {
        struct text back = { .at = "", .n = 0 };
        HOLDS(percent_decode(a, encoded, plus_is_space, &back) == is_plain);
        HOLDS(!is_plain || text_equal(back, text));
    }
    struct text decoded;
    if (percent_decode(a, text, true, &decoded)) {
        HOLDS(decoded.n <= text.n);
        HOLDS(text_is_utf8(decoded) && strlen(decoded.at) == decoded.n);
    }
}

static void check_json(struct arena *a, struct text text)
{
    struct buf b;
    buf_init(&b, a, 0);
    json_text_write(&b, text);
    json_t *back = json_loadb(b.at, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    HOLDS((back != NULL) == text_is_utf8(text));
    if (back != NULL) {
        struct text same = { .at = json_string_value(back), .n = json_string_length(back) };
        HOLDS(text_equal(same, text));
    }
    json_decref(back);
}

static void check_quotable(struct arena *a, struct text text, size_t max_bytes)
{
    const char *quotable = text_quotable(a, text, max_bytes);
    HOLDS(fuzz_is_clean(quotable));
    HOLDS(strlen(quotable) <= max_bytes + strlen("…"));
    if (text.n <= max_bytes) {
        HOLDS(strlen(quotable) == text.n); /* one "?" for each byte replaced */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    size_t max_bytes = fuzz_choice(&input);
    struct arena *a = arena_new(FUZZ_BUDGET);
    bool is_plain =
        text_is_utf8(input) && (input.n == 0 || memchr(input.at, '\0', input.n) == NULL);
    check_percent(a, input, is_plain);
    check_json(a, input);
    check_quotable(a, input, max_bytes);

    static const char *const names[] = { "name", "created_at", "" };
    size_t nearest = text_nearest(input, names, ARRAY_SIZE(names));
    HOLDS(nearest <= ARRAY_SIZE(names));
    HOLDS(!text_is(input, names[0]) || nearest == 0);
    HOLDS(!arena_failed(a));
    arena_free(a);
    return 0;
}
