/*
 * entity_tag.c - see entity_tag.h. One tag is read at a time, without copying.
 */
#include "exchange/entity_tag.h"

struct tag {
    bool is_weak;
    struct text opaque; /* with its quotes */
};

static void skip_separators(const char **at)
{
    *at += strspn(*at, " \t,");
}

/* An etagc: anything that is visible, but for the quote, and bytes beyond ASCII. */
static bool is_tag_char(unsigned char c)
{
    return c == 0x21 || (c >= 0x23 && c != 0x7F);
}

/* The next tag of a list, with what separates it from the one behind; false: none, or malformed. */
static bool read_tag(const char **at, struct tag *ret)
{
    ret->is_weak = strncmp(*at, "W/", 2) == 0;
    const char *begin = *at + (ret->is_weak ? 2 : 0);
    const char *end = begin;
    if (*end != '"') {
        return false;
    }
    do {
        end++;
    } while (is_tag_char((unsigned char)*end));
    if (*end != '"') {
        return false;
    }
    end++;
    ret->opaque = (struct text){ .at = begin, .n = (size_t)(end - begin) };
    end += strspn(end, " \t");
    if (*end != ',' && *end != '\0') {
        return false;
    }
    *at = end;
    skip_separators(at);
    return true;
}

bool entity_tags_are_any(const char *field)
{
    field += strspn(field, " \t");
    return field[0] == '*' && field[1 + strspn(field + 1, " \t")] == '\0';
}

bool entity_tags_are_valid(const char *field)
{
    struct tag tag;
    if (entity_tags_are_any(field)) {
        return true;
    }
    skip_separators(&field);
    bool is_valid = *field != '\0';
    while (is_valid && *field != '\0') {
        is_valid = read_tag(&field, &tag);
    }
    return is_valid;
}

bool entity_tag_matches(const char *field, struct text etag, bool weak)
{
    struct tag tag;
    if (etag.n == 0 || entity_tags_are_any(field)) {
        return etag.n > 0;
    }
    bool is_weak = etag.at[0] == 'W';
    struct text opaque = { .at = etag.at + (is_weak ? 2 : 0), .n = etag.n - (is_weak ? 2 : 0) };
    skip_separators(&field);
    while (*field != '\0' && read_tag(&field, &tag)) {
        if (text_equal(tag.opaque, opaque) && (weak || (!tag.is_weak && !is_weak))) {
            return true;
        }
    }
    return false;
}

/* `opaque` has its quotes. */
static bool begins_with_state(struct text opaque, struct text state)
{
    bool is_long_enough = opaque.n >= state.n + 2;
    char behind = is_long_enough ? opaque.at[state.n + 1] : '\0';
    return is_long_enough && memcmp(opaque.at + 1, state.at, state.n) == 0 &&
           (behind == '-' || behind == '"');
}

bool entity_tag_names_state(const char *field, const char *state)
{
    struct tag tag;
    if (state == NULL || entity_tags_are_any(field)) {
        return state != NULL;
    }
    skip_separators(&field);
    while (*field != '\0' && read_tag(&field, &tag)) {
        if (!tag.is_weak && begins_with_state(tag.opaque, text_of(state))) {
            return true;
        }
    }
    return false;
}
