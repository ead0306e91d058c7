/*
 * resource_update.c - PATCH /{type}/{id}: attributes changed, relationships replaced, in one
 * transaction.
 */
#include "resource/operations.h"
#include "resource/precondition.h"
#include "resource/written.h"

static enum step read_update(struct exchange *x)
{
    struct document_reader reader = document_reader_of(x);
    return exchange_next(x, document_read_update(&reader, x->request.body, x->target.resource,
                                                 x->target.id, &x->document));
}

static enum step plan_update(struct exchange *x)
{
    const struct resource *resource = x->target.resource;
    int r = write_plan_update(x->arena, resource, x->target.key, &x->document, &x->plan);
    if (r != 0) {
        return written_next(x, r);
    }
    x->plan.together = write_may_be_together(&x->document, false);
    return reading_plan(
        x, (struct selection){ .kind = SELECT_BY_KEY, .resource = resource, .key = x->target.key });
}

static bool same_value(struct cell a, struct cell b)
{
    return a.n == b.n && (a.n <= 0 || memcmp(a.at, b.at, (size_t)a.n) == 0);
}

/* A read-only attribute may be sent back as it is (edit forms send whole records), not changed. */
static enum step refuse_read_only(struct exchange *x)
{
    const struct cell *stored = rows_row(&x->rows[x->plan.locked], 0) + 2;
    for (size_t i = 0; i < x->document.n_attributes; i++) {
        const struct attribute_value *v = &x->document.attributes[i];
        if (v->attribute->read_only && !same_value(v->value, stored[v->attribute->index])) {
            problem_add(&x->problems, PROBLEM_READ_ONLY,
                        problem_at(&x->problems, "/data/attributes/%s",
                                   problem_escape(x->arena, v->attribute->name)),
                        "\"%s\" is set by the database; leave it out, or send it as it is",
                        v->attribute->name);
        }
    }
    if (x->problems.n == 0) { /* same in value, though not in bytes: numbers such as 0 and -0 */
        problem_add(&x->problems, PROBLEM_READ_ONLY, problem_at(&x->problems, "/data/attributes"),
                    "a read-only attribute differs from what is stored; leave it out");
    }
    return exchange_refuse(x);
}

static enum step answer_updated(struct exchange *x)
{
    if (x->rows[x->plan.locked].n_rows == 0) {
        return refuse_missing(x);
    }
    if (!cell_bool(rows_row(&x->rows[x->plan.judged], 0)[WRITE_ALLOWED])) {
        return refuse_read_only(x);
    }
    if (written_judge(x) != STEP_NEXT) {
        return STEP_DONE;
    }
    return reading_answer(x, 200, resource_path(x, x->target.resource, x->target.key), NULL);
}

const struct operation resource_update = {
    .name = "resource-update",
    .query = QUERY_RESOURCE,
    .has_body = true,
    .links = LINKS_REPLACED,
    .steps = {
        read_query,          /* query    -> x->query               400                     */
        written_step_open,   /*                                    403                     */
        read_update,         /* body     -> x->document            400, 404, 409, 413, 422 */
        written_step_agrees, /*                                    422                     */
        plan_update,         /* document -> x->plan                413                     */
        precondition_plan_resource, /* If-Match -> x->precondition 412 */
        exchange_submit,     /* plan     -> x->rows   (suspends)   409, 422, 503, 504      */
        answer_updated,      /* rows     -> 200                    403, 404, 409, 422      */
    },
};
