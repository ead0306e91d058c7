/*
 * related_fetch.c - GET /{type}/{id}/{relationship}: a page of the related resources themselves.
 */
#include "resource/operations.h"
#include "resource/steps.h"

enum { OWNER_FOUND = 1, RELATED = 2 }; /* columns; see fetch_related() */

static enum step plan_related(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct relationship_statements *of = &x->service->statements->of_relationship[rel->id];
    return plan_page_of(x, of->related[x->query.page.direction],
                        page_arguments(x, &x->target.key, rel->target));
}

static enum step answer_related(struct exchange *x)
{
    const struct rows *rows = &x->rows[0];
    if (!cell_bool(rows_row(rows, 0)[OWNER_FOUND])) {
        return refuse_missing(x);
    }
    const struct resource *target = x->target.relationship->target;
    bool is_empty = cell_is_null(rows_row(rows, 0)[RELATED]);
    struct page_view view = page_view_of(&x->query.page, is_empty ? 0 : rows->n_rows);
    struct cell first = view.n == 0 ? cell_null() : rows_row(rows, view.first)[RELATED];
    struct cell last = view.n == 0 ? cell_null() : rows_row(rows, view.first + view.n - 1)[RELATED];
    struct document_links links =
        page_links(x, relationship_path(x, false), &view, first, last, target);
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 1024 + view.n * 512);
    document_begin(b, &links);
    buf_add_char(b, '[');
    for (size_t i = 0; i < view.n; i++) {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        document_write_resource(b, target, rows_row(rows, view.first + i) + RELATED, links.prefix);
    }
    buf_add_char(b, ']');
    document_end(b);
    return exchange_answer(x, 200);
}

const struct operation related_fetch = {
    .name = "related-fetch",
    .query = QUERY_PAGE,
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_related,    /* query -> x->plan                400      */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_related,  /* rows  -> 200                    404      */
    },
};
