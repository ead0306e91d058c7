/*
 * resource_fetch.c - GET /{type}/{id}: one resource.
 */
#include "resource/operations.h"
#include "resource/steps.h"

static enum step plan_fetch(struct exchange *x)
{
    const struct resource *resource = x->target.resource;
    return plan_shared(x, x->service->statements->of_resource[resource->index].fetch,
                       one_row(x->arena, &x->target.key, 1), 1);
}

static enum step answer_resource(struct exchange *x)
{
    if (x->rows[0].n_rows == 0) {
        return refuse_missing(x);
    }
    const struct resource *resource = x->target.resource;
    struct document_links links = {
        .prefix = x->service->settings->public_url,
        .self = own_link(x, resource_path(x, resource, x->target.key)),
    };
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 1024);
    document_begin(b, &links);
    document_write_resource(b, resource, rows_row(&x->rows[0], 0) + 1, links.prefix);
    document_end(b);
    return exchange_answer(x, 200);
}

const struct operation resource_fetch = {
    .name = "resource-fetch",
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_fetch,      /* key   -> x->plan                         */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_resource, /* rows  -> 200                    404      */
    },
};
