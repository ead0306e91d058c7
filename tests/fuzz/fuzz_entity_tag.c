/*
 * fuzz_entity_tag.c - a field on one line, a tag on the next. What is valid stays so in a longer
 * list, and what matches strongly matches weakly.
 */
#include "fuzz.h"

#include "exchange/entity_tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    struct arena *a = arena_new(FUZZ_BUDGET);
    struct text line = fuzz_line(&input);
    const char *field = arena_copy(a, line.at, line.n);
    line = fuzz_line(&input);
    const char *etag = arena_copy(a, line.at, line.n);
    bool is_valid = entity_tags_are_valid(field);
    bool is_any = is_valid && field[strspn(field, " \t")] == '*';
    HOLDS(entity_tags_are_valid(arena_printf(a, "%s, \"x\"", field)) ==
          ((is_valid && !is_any) || strspn(field, " \t,") == strlen(field)));
    bool is_tag = entity_tags_are_valid(etag) && (etag[0] == '"' || etag[0] == 'W') &&
                  strpbrk(etag, " \t,") == NULL;
    if (is_valid && is_tag) {
        bool weakly = entity_tag_matches(field, text_of(etag), true);
        bool strongly = entity_tag_matches(field, text_of(etag), false);
        HOLDS(weakly || !strongly);
        HOLDS(!is_any || strongly);
        HOLDS(!weakly || is_any || strstr(field, strchr(etag, '"')) != NULL);
        const char *longer = arena_printf(a, "%s, %s", is_any ? "" : field, etag);
        HOLDS(entity_tag_matches(longer, text_of(etag), true));
        HOLDS(etag[0] == 'W' || entity_tag_matches(longer, text_of(etag), false));
    }
    HOLDS(!is_valid || !entity_tag_matches(field, (struct text){ 0 }, true));
    arena_free(a);
    return 0;
}
