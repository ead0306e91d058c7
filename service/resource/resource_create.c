/*
 * resource_create.c - POST /{type}: a new resource and its links, in one transaction.
 */
#include "relationship/write.h"
#include "resource/operations.h"
#include "resource/written.h"

static enum step read_create(struct exchange *x)
{
    struct document_reader reader = document_reader_of(x);
    return exchange_next(
        x, document_read_create(&reader, x->request.body, x->target.resource, &x->document));
}

static enum step plan_create(struct exchange *x)
{
    int r = write_plan_create(x->arena, x->target.resource, &x->document, &x->plan);
    if (r != 0) {
        return exchange_next(x, r);
    }
    return reading_plan(
        x, (struct selection){ .kind = SELECT_CREATED, .resource = x->target.resource });
}

static enum step answer_created(struct exchange *x)
{
    if (!written_is_whole(x, 0)) {
        return exchange_refuse(x);
    }
    const char *path = resource_path(x, x->target.resource, reading_row(x)[0]);
    const char *prefix = x->service->settings->public_url;
    if (path != NULL) {
        x->answer.location = arena_printf(x->arena, "%s%s", prefix, path);
    }
    return reading_answer(x, 201, path, NULL);
}

const struct operation resource_create = {
    .name = "resource-create",
    .query = QUERY_RESOURCE,
    .has_body = true,
    .steps = {
        read_query,      /* query    -> x->query               400                     */
        read_create,     /* body     -> x->document            400, 403, 409, 413, 422 */
        plan_create,     /* document -> x->plan                                        */
        exchange_submit, /* plan     -> x->rows   (suspends)   409, 422, 503, 504      */
        answer_created,  /* rows     -> 201                    404                     */
    },
};
