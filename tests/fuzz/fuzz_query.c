/*
 * fuzz_query.c - any query string is read or refused at a parameter, and what was read can be
 * written so that it is read as the same.
 */
#include "fuzz.h"

#include "jsonapi/query.h"

static const struct query_limits limits = { .page_size = 50,
                                            .max_page_size = 1000,
                                            .max_parameters = 20 };

static void check_rewritten(struct arena *a, const struct query *query)
{
    struct buf b;
    buf_init(&b, a, 64);
    buf_addf(&b, "page%%5Bsize%%5D=%u", query->page.size);
    if (query->page.direction != PAGE_FIRST) {
        buf_addf(&b, "&page[%s]=", query->page.direction == PAGE_AFTER ? "after" : "before");
        percent_encode(&b, query->page.cursor);
    }
    struct problems problems = { .arena = a };
    struct query again;
    struct text text = { .at = b.at, .n = b.n };
    HOLDS(query_read(a, text, QUERY_PAGE, &limits, &again, &problems) == 0);
    HOLDS(again.page.size == query->page.size);
    HOLDS(again.page.direction == query->page.direction);
    HOLDS(text_equal(again.page.cursor, query->page.cursor));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    unsigned accepts = fuzz_choice(&input) % 2 == 0 ? QUERY_PAGE : 0;
    struct arena *a = arena_new(FUZZ_BUDGET);
    struct problems problems = { .arena = a };
    struct query query;
    int result = query_read(a, input, accepts, &limits, &query, &problems);
    fuzz_check_problems(&problems, result);
    for (const struct problem *p = problems.first; p != NULL; p = p->next) {
        HOLDS(problem_status(p->code) == 400);
        HOLDS(p->source == (p->code == PROBLEM_BAD_REQUEST ? SOURCE_NONE : SOURCE_PARAMETER));
        HOLDS((p->meta != NULL) == (p->code == PROBLEM_PAGE_TOO_LARGE));
    }
    if (result == 0) {
        HOLDS(query.page.size >= 1 && query.page.size <= limits.max_page_size);
        HOLDS((query.page.direction == PAGE_FIRST) == (query.page.cursor.n == 0));
        HOLDS(accepts != 0 || !query.page.size_given);
        HOLDS(text_equal(query.raw, input));
        check_rewritten(a, &query);
    }
    arena_free(a);
    return 0;
}
