/*
 * resource_create.c - POST /{type}: a new resource and its links, in one transaction.
 */
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
        return written_next(x, r);
    }
    x->plan.together = write_may_be_together(&x->document, true);
    return reading_plan(
        x, (struct selection){ .kind = SELECT_CREATED, .resource = x->target.resource });
}

static enum step refuse_taken(struct exchange *x)
{
    struct buf id;
    buf_init(&id, x->arena, 32);
    key_write(&id, x->target.resource->key_type, x->document.key);
    const char *text = buf_terminate(&id);
    problem_add(&x->problems, PROBLEM_TAKEN, problem_at(&x->problems, "/data/id"),
                "the id \"%s\" is taken: there is such a resource of type \"%s\"; choose another",
                text == NULL ? "" : text_quotable(x->arena, text_of(text), 60),
                x->target.resource->type);
    return exchange_refuse(x);
}

static enum step answer_created(struct exchange *x)
{
    if (!cell_bool(rows_row(&x->rows[x->plan.judged], 0)[WRITE_ALLOWED])) {
        return refuse_taken(x);
    }
    if (written_judge(x) != STEP_NEXT) {
        return STEP_DONE;
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
    .links = LINKS_ADDED,
    .steps = {
        read_query,        /* query    -> x->query               400                     */
        written_step_open, /*                                    403                     */
        read_create,       /* body     -> x->document            400, 403, 409, 413, 422 */
        plan_create,       /* document -> x->plan                413                     */
        exchange_submit,   /* plan     -> x->rows   (suspends)   409, 422, 503, 504      */
        answer_created,    /* rows     -> 201                    404, 409                */
    },
};
