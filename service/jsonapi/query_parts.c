/*
 * query_parts.c - see query_parts.h: pieces of values, and the words of refusals.
 */
#include "jsonapi/query_parts.h"

#include "model/names.h"

enum { QUOTED_BYTES = 80 }; /* how much of a name or value a message repeats */

/* Whether one more problem would be counted only, so that wording it is wasted. */
static bool has_enough_problems(const struct reading *r)
{
    return r->reterr->n >= MAX_PROBLEMS;
}

struct names query_names(struct reading *r, size_t capacity)
{
    struct names names = { .capacity = has_enough_problems(r) ? 0 : capacity };
    names.at = arena_zalloc(r->arena, names.capacity, sizeof *names.at);
    if (names.at == NULL) {
        names.capacity = 0;
    }
    return names;
}

void query_add_name(struct names *names, const char *name)
{
    if (names->n < names->capacity && name != NULL) {
        names->at[names->n++] = name;
    }
}

const char *query_offer(struct reading *r, struct text wrong, const char *lead,
                        const struct names *names)
{
    if (has_enough_problems(r)) {
        return "";
    }
    size_t nearest = text_nearest(wrong, names->at, names->n);
    const char *list = names_list(r->arena, names->at, names->n);
    const char *offer =
        nearest == names->n || list == NULL
            ? arena_printf(r->arena, "%s %s", lead, list == NULL ? "" : list)
            : arena_printf(r->arena, "did you mean \"%s\"? %s %s", names->at[nearest], lead, list);
    return offer == NULL ? "" : offer;
}

const char *query_quote(struct reading *r, struct text t)
{
    return has_enough_problems(r) ? "" : text_quotable(r->arena, t, QUOTED_BYTES);
}

bool query_next_piece(struct text *rest, char separator, struct text *ret)
{
    if (rest->at == NULL) {
        return false;
    }
    const char *end = memchr(rest->at, separator, rest->n);
    *ret = *rest;
    if (end == NULL) {
        *rest = (struct text){ 0 };
    } else {
        ret->n = (size_t)(end - rest->at);
        *rest = (struct text){ .at = end + 1, .n = rest->n - ret->n - 1 };
    }
    return true;
}
