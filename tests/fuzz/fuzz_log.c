/*
 * fuzz_log.c - any message and fields, one per line of the input. A line of the log is one line, in
 * either format, and as JSON it says what was to be said, unless that was too long.
 */
#include "fuzz.h"

#include "base/log.h"

enum { N_TEXTS = 4, LONGEST_LINE = 4096, SURE_TO_FIT = 600 };

/* The bytes of a line, which end in the only line feed. */
static struct text log_it(const struct log *log, const char *message,
                          const struct log_field *fields, struct log_batch *b)
{
    log_batch_init(b, log);
    log_batch_add(b, LOG_INFO, message, fields, N_TEXTS);
    struct text line = { .at = b->at, .n = b->n };
    HOLDS(line.n > 1 && line.n <= LONGEST_LINE);
    HOLDS(memchr(line.at, '\n', line.n) == line.at + line.n - 1);
    HOLDS(text_is_utf8(line));
    for (size_t i = 0; i + 1 < line.n; i++) {
        HOLDS((unsigned char)line.at[i] >= 0x20 && line.at[i] != 0x7F);
    }
    return line;
}

/* What was UTF-8 and no longer than fits is found again as it was. */
static void check_member(const json_t *object, const char *name, struct text text, bool is_short)
{
    const json_t *member = json_object_get(object, name);
    HOLDS(member == NULL ? !is_short : json_is_string(member));
    bool is_same_text = text_is_utf8(text) && memchr(text.at, 0, text.n) == NULL;
    if (is_short && is_same_text) {
        struct text found = { .at = json_string_value(member), .n = json_string_length(member) };
        HOLDS(text_equal(found, text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct log for_people = { .level = LOG_INFO };
    static const struct log for_programs = { .level = LOG_INFO, .json = true };
    struct text input = { .at = (const char *)data, .n = n };
    bool is_short = n < SURE_TO_FIT;
    struct arena *a = arena_new(FUZZ_BUDGET);
    struct log_batch b;
    struct text line = fuzz_line(&input);
    const char *message = arena_copy(a, line.at, line.n);
    struct text texts[N_TEXTS - 1] = { fuzz_line(&input), fuzz_line(&input), input };
    const struct log_field fields[N_TEXTS] = {
        log_text("a", texts[0].n == 0 ? TEXT_LITERAL("") : texts[0]),
        log_text("b", texts[1].n == 0 ? TEXT_LITERAL("") : texts[1]),
        log_thousandths("n", n),
        log_text("c", texts[2].n == 0 ? TEXT_LITERAL("") : texts[2]),
    };
    log_it(&for_people, message, fields, &b);
    line = log_it(&for_programs, message, fields, &b);
    json_t *object = json_loadb(line.at, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    HOLDS(json_is_object(object));
    check_member(object, "message", text_of(message), is_short);
    check_member(object, "a", texts[0], is_short);
    check_member(object, "b", texts[1], is_short);
    check_member(object, "c", texts[2], is_short);
    json_decref(object);
    arena_free(a);
    return 0;
}
