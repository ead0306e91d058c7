/*
 * query_page.c - page[size], page[after], page[before], page[number] and page[total].
 */
#include "jsonapi/media_type.h"
#include "jsonapi/query_parts.h"

/* Offsets stay whole numbers that every client can hold (RFC 8259, section 6). */
static const uint64_t too_far = (uint64_t)1 << 53;

/* A whole number from 1, without sign or leading zeros; more than 64 bits hold is UINT64_MAX. */
static bool read_number(struct text t, uint64_t *ret)
{
    uint64_t number = 0;
    bool is_number = t.n > 0 && t.at[0] != '0';
    for (size_t i = 0; is_number && i < t.n; i++) {
        is_number = t.at[i] >= '0' && t.at[i] <= '9';
        if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(t.at[i] - '0'), &number)) {
            number = UINT64_MAX;
        }
    }
    *ret = number;
    return is_number;
}

void query_read_page_size(struct reading *r, const struct given *given)
{
    uint32_t most = r->limits->max_page_size;
    uint64_t size;
    if (!read_number(given->value, &size)) {
        REFUSE(r, given, "\"%s\" is no page size: give a whole number from 1 to %u",
               query_quote(r, given->value), most);
        return;
    }
    if (size > most) {
        problem_add(r->reterr, PROBLEM_PAGE_TOO_LARGE, problem_parameter(given->name),
                    "a page holds at most %u items, and %s were asked for", most,
                    query_quote(r, given->value));
        problem_explain(r->reterr, CURSOR_PROFILE "/max-size-exceeded",
                        arena_printf(r->arena, "{\"page\":{\"maxSize\":%u}}", most));
        return;
    }
    r->query->page.size = (uint32_t)size;
    r->query->page.size_given = true;
}

/* Both together, in any order, are a range. */
static void read_cursor(struct reading *r, const struct given *given, enum page_direction direction)
{
    struct page *page = &r->query->page;
    if (given->value.n == 0) {
        REFUSE(r, given, "\"%s\" names no cursor: take one from the links of a page", given->name);
    } else if (page->direction == PAGE_FIRST) {
        page->direction = direction;
        page->cursor = given->value;
    } else if (direction == PAGE_BEFORE) {
        page->end = given->value;
    } else {
        page->end = page->cursor;
        page->direction = PAGE_AFTER;
        page->cursor = given->value;
    }
}

void query_read_page_after(struct reading *r, const struct given *given)
{
    read_cursor(r, given, PAGE_AFTER);
}

void query_read_page_before(struct reading *r, const struct given *given)
{
    read_cursor(r, given, PAGE_BEFORE);
}

void query_read_page_number(struct reading *r, const struct given *given)
{
    uint64_t number;
    if (!read_number(given->value, &number)) {
        REFUSE(r, given, "\"%s\" is no number of a page: give a whole number from 1",
               query_quote(r, given->value));
    } else if (number > UINT32_MAX) {
        REFUSE(r, given, "page %s is too far: the last one that can be asked for is %u",
               query_quote(r, given->value), UINT32_MAX);
    } else {
        r->query->page.number = (uint32_t)number;
    }
}

void query_read_page_total(struct reading *r, const struct given *given)
{
    static const char *const words[] = {
        [TOTAL_NONE] = "none",
        [TOTAL_EXACT] = "exact",
        [TOTAL_ESTIMATED] = "estimated",
    };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (text_is(given->value, words[i])) {
            r->query->page.total = (enum page_total)i;
            r->query->page.total_given = true;
            return;
        }
    }
    REFUSE(r, given, "\"%s\" is no way to count: give none, exact or estimated",
           query_quote(r, given->value));
}

void query_finish_page(struct reading *r)
{
    struct page *page = &r->query->page;
    const struct given number = { .name = "page[number]" };
    if (page->end.n > 0 && !page->size_given) {
        page->size = r->limits->max_page_size; /* a range is asked for to be had whole */
    }
    if (page->number == 0) {
        return;
    }
    if (page->direction != PAGE_FIRST) {
        REFUSE(r, &number,
               "a page is found by its number or by a cursor: give page[number], or page[after] "
               "or page[before]");
    } else if ((uint64_t)page->number * page->size >= too_far) {
        REFUSE(r, &number,
               "page %u is too far: with %u items on a page the last one that can be asked for is "
               "%llu",
               page->number, page->size, (unsigned long long)((too_far - 1) / page->size));
    }
}
