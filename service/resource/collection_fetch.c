/*
 * collection_fetch.c - GET /{type}: a page of all resources of a type, ordered by id.
 */
#include "resource/operations.h"
#include "resource/steps.h"

static enum step plan_page(struct exchange *x)
{
    const struct resource *resource = x->target.resource;
    const struct resource_statements *of = &x->service->statements->of_resource[resource->index];
    return plan_page_of(x, of->page[x->query.page.direction], page_arguments(x, NULL, resource));
}

static enum step answer_page(struct exchange *x)
{
    const struct resource *resource = x->target.resource;
    const struct rows *rows = &x->rows[0];
    struct page_view view = page_view_of(&x->query.page, rows->n_rows);
    struct buf path;
    buf_init(&path, x->arena, 64);
    buf_add_char(&path, '/');
    percent_encode(&path, text_of(resource->type));
    struct cell first = view.n == 0 ? cell_null() : rows_row(rows, view.first)[1];
    struct cell last = view.n == 0 ? cell_null() : rows_row(rows, view.first + view.n - 1)[1];
    struct document_links links = page_links(x, buf_terminate(&path), &view, first, last, resource);
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 1024 + view.n * 512);
    document_begin(b, &links);
    buf_add_char(b, '[');
    for (size_t i = 0; i < view.n; i++) {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        document_write_resource(b, resource, rows_row(rows, view.first + i) + 1, links.prefix);
    }
    buf_add_char(b, ']');
    document_end(b);
    return exchange_answer(x, 200);
}

const struct operation collection_fetch = {
    .name = "collection-fetch",
    .query = QUERY_PAGE,
    .steps = {
        read_query,      /* query      -> x->query                   400      */
        plan_page,       /* query      -> x->plan                    400      */
        exchange_submit, /* plan       -> x->rows       (suspends)   503, 504 */
        answer_page,     /* rows       -> 200                                 */
    },
};
