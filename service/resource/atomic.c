/*
 * atomic.c - POST /operations: several writes in one transaction (Atomic Operations).
 *
 * Each operation is an exchange of its own, a part, that runs the steps of the plain request: the
 * same reading, the same statements, the same judgement. Their statements leave in one flush; when
 * all are back, and the transaction still open, each part says what became of it, in order. The
 * first that would refuse takes everything back.
 *
 * Resources that are added under a local id get their keys before anything is written, so that
 * later operations can name them.
 */
#include <errno.h>

#include "exchange/refusal.h"
#include "exchange/target.h"
#include "jsonapi/document_atomic.h"
#include "jsonapi/media_type.h"
#include "plan/sql.h"
#include "resource/operations.h"
#include "resource/steps.h"

/* One operation on its way. */
struct part {
    const struct atomic_operation *operation;
    struct exchange *exchange;
    size_t resume_at; /* the step behind exchange_submit() */
    size_t first;     /* position of its statements in the plan of all */
};

struct atomic {
    struct atomic_request request;
    struct part *parts;
};

/* ---- what is asked --------------------------------------------------------------------------- */

static enum step read_operations(struct exchange *x)
{
    struct document_reader reader = document_reader_of(x);
    struct atomic *atomic = arena_zalloc(x->arena, 1, sizeof *atomic);
    if (atomic == NULL) {
        return exchange_next(x, -ENOMEM);
    }
    x->atomic = atomic;
    return exchange_next(x, atomic_read(&reader, x->request.body,
                                        x->service->settings->max_operations, &atomic->request));
}

/* ---- keys for local ids ---------------------------------------------------------------------- */

/* Must a key be made for this lid? Not when the client chose the id as well. */
static bool needs_key(const struct exchange *x, const struct atomic_lid *lid,
                      const struct resource *resource)
{
    return x->atomic->request.operations[lid->added_by].id.n == 0 &&
           resource->key_default != NULL && text_is(text_of(lid->type), resource->type);
}

static size_t count_keys(const struct exchange *x, const struct resource *resource)
{
    size_t n = 0;
    for (size_t i = 0; i < x->atomic->request.n_lids; i++) {
        n += needs_key(x, &x->atomic->request.lids[i], resource);
    }
    return n;
}

/* One statement per type: so many new keys. */
static void plan_keys_of(struct exchange *x, const struct resource *resource, size_t n)
{
    struct sql s = sql_begin(x->arena, false);
    sql_add(&s, "select 0, %s from generate_series(1, $%zu)", resource->key_default,
            sql_parameter_oid(&s, OID_INT8, 0));
    struct cell count = cell_from_int8(x->arena, (int64_t)n);
    x->plan.statements[x->plan.n_statements++] = (struct step_plan){
        .statement = sql_finish(&s),
        .arguments = one_row(x->arena, &count, 1),
    };
}

static enum step plan_keys(struct exchange *x)
{
    const struct model *model = x->service->model;
    x->plan = (struct plan){ .writes = true, .repeatable = true };
    for (size_t i = 0; i < model->n_resources; i++) {
        size_t n = count_keys(x, &model->resources[i]);
        if (n > 0 && x->plan.n_statements < PLAN_MAX_STATEMENTS) {
            plan_keys_of(x, &model->resources[i], n);
        }
    }
    return exchange_next(x, 0);
}

static enum step submit_keys(struct exchange *x)
{
    if (x->plan.n_statements == 0) {
        return STEP_NEXT;
    }
    if (x->submitter == NULL) {
        problem_add(&x->problems, PROBLEM_BAD_DOCUMENT, problem_nowhere(),
                    "nothing is sent here, so that no ids can be made for lids: give ids instead");
        return exchange_refuse(x);
    }
    return exchange_submit(x);
}

static void name_lids(struct exchange *x)
{
    const struct model *model = x->service->model;
    const struct atomic_request *request = &x->atomic->request;
    size_t statement = 0;
    for (size_t i = 0; i < model->n_resources; i++) {
        const struct resource *resource = &model->resources[i];
        size_t row = 0;
        for (size_t j = 0; j < request->n_lids; j++) {
            if (!needs_key(x, &request->lids[j], resource)) {
                continue;
            }
            struct buf id;
            buf_init(&id, x->arena, 40);
            key_write(&id, resource->key_type, rows_row(&x->rows[statement], row++)[1]);
            request->lids[j].id = (struct text){ .at = id.at, .n = id.n };
        }
        statement += row > 0 ? 1 : 0;
    }
    for (size_t j = 0; j < request->n_lids; j++) {
        if (request->lids[j].id.n ==
            0) { /* the client's own, or missing: then the add is refused */
            request->lids[j].id = request->operations[request->lids[j].added_by].id;
        }
    }
}

/* ---- parts ----------------------------------------------------------------------------------- */

/* Problems of a part become problems of the request, at the operation. */
static void adopt_problems(struct exchange *x, const struct part *part)
{
    for (const struct problem *p = part->exchange->problems.first; p != NULL; p = p->next) {
        const char *below = p->source == SOURCE_POINTER ? p->where : "";
        problem_add(&x->problems, p->code,
                    problem_at(&x->problems, "%s%s", part->operation->pointer, below), "%s",
                    p->detail);
        problem_explain(&x->problems, p->type_link, p->meta);
    }
}

static int refuse_part(struct exchange *x, const struct part *part, const char *below,
                       const char *detail)
{
    return problem_add(&x->problems, PROBLEM_BAD_DOCUMENT,
                       problem_at(&x->problems, "%s%s", part->operation->pointer, below), "%s",
                       detail);
}

enum { MAX_SEGMENTS = 4 };

/* The member of "ref" or "data" that names what there is not. */
static const char *missed_member(const struct target_names *names, const struct target *found,
                                 const struct atomic_operation *o)
{
    if (found->resource == NULL) {
        return "/type";
    }
    if (names->relationship.at != NULL && found->relationship == NULL) {
        return "/relationship";
    }
    return o->lid != NULL ? "/lid" : "/id";
}

/* "/persons/1/relationships/phones", with or without the public prefix. */
static bool split_href(const struct exchange *x, struct text href, struct target_names *ret)
{
    struct text segments[MAX_SEGMENTS];
    size_t n = 0;
    size_t n_prefix = strlen(x->service->settings->public_url);
    if (n_prefix > 0 && href.n > n_prefix &&
        memcmp(href.at, x->service->settings->public_url, n_prefix) == 0) {
        href.at += n_prefix;
        href.n -= n_prefix;
    }
    while (href.n > 0 && href.at[0] == '/' && n < MAX_SEGMENTS) {
        const char *end = memchr(href.at + 1, '/', href.n - 1);
        size_t n_segment = end == NULL ? href.n - 1 : (size_t)(end - href.at - 1);
        segments[n].at = href.at + 1;
        segments[n].n = n_segment;
        n++;
        href.at += n_segment + 1;
        href.n -= n_segment + 1;
    }
    bool is_linkage = n == MAX_SEGMENTS && text_is(segments[2], "relationships");
    if (href.n > 0 || n == 0 || n == 3 || (n == MAX_SEGMENTS && !is_linkage)) {
        return false;
    }
    *ret = (struct target_names){ .type = segments[0] };
    if (n > 1) {
        ret->id = segments[1];
    }
    if (is_linkage) {
        ret->relationship = segments[3];
    }
    return true;
}

/* The names that path segments would have: percent-encoded, as target_resolve() wants them. */
static struct text encoded(struct exchange *x, struct text raw)
{
    struct buf b;
    buf_init(&b, x->arena, raw.n + 8);
    percent_encode(&b, raw);
    const char *text = buf_terminate(&b);
    struct text none = { 0 };
    return text == NULL ? none : (struct text){ .at = text, .n = b.n };
}

static int find_target(struct exchange *x, const struct part *part)
{
    const struct atomic_operation *o = part->operation;
    const char *below = o->href.n > 0 ? "/href" : o->has_ref ? "/ref" : "/data";
    struct target_names names = { 0 };
    if (o->href.n > 0 && !split_href(x, o->href, &names)) {
        return refuse_part(x, part, below,
                           "\"href\" leads to no resource or relationship here; it is such as "
                           "\"/persons/1\" or \"/persons/1/relationships/phones\"");
    }
    if (o->href.n == 0) {
        names.type = encoded(x, text_of(o->type));
    }
    if (o->href.n == 0 && o->relationship != NULL) {
        names.relationship = encoded(x, text_of(o->relationship));
    }
    bool is_named = o->verb != ATOMIC_ADD || o->has_ref;
    if (o->href.n == 0 && is_named) {
        names.id = encoded(x, o->lid != NULL ? o->lid->id : o->id);
    }
    struct problems found = { .arena = x->arena };
    int r = target_resolve(x->arena, x->service->model, &names, &part->exchange->target, &found);
    if (r > 0) {
        const char *member = o->href.n > 0 ? "" : missed_member(&names, &part->exchange->target, o);
        problem_add(&x->problems, found.code,
                    problem_at(&x->problems, "%s%s%s", o->pointer, below, member), "%s",
                    found.first->detail);
    }
    return r;
}

/* The plain request that the operation stands for. */
static int find_operation(struct exchange *x, const struct part *part)
{
    struct exchange *p = part->exchange;
    const struct relationship *rel = p->target.relationship;
    bool has_id = p->target.id.at != NULL;
    static const struct operation *const on_linkage[] = {
        [ATOMIC_ADD] = &relationship_add,
        [ATOMIC_UPDATE] = &relationship_replace,
        [ATOMIC_REMOVE] = &relationship_remove,
    };
    static const struct operation *const on_resource[] = {
        [ATOMIC_ADD] = &resource_create,
        [ATOMIC_UPDATE] = &resource_update,
        [ATOMIC_REMOVE] = &resource_remove,
    };
    enum atomic_verb verb = part->operation->verb;
    if (rel != NULL && rel->is_to_one && verb != ATOMIC_UPDATE) {
        return refuse_part(x, part, "/op", "a to-one relationship is changed by \"update\" alone");
    }
    if (rel == NULL && verb == ATOMIC_ADD && has_id) {
        return refuse_part(x, part, "",
                           "a resource is added to its type: leave out \"ref\", and let \"href\" "
                           "name the type alone");
    }
    if (verb != ATOMIC_ADD && !has_id) {
        return refuse_part(x, part, "/href", "\"href\" names no resource");
    }
    p->operation = rel != NULL ? on_linkage[verb] : on_resource[verb];
    return 0;
}

static struct exchange *part_exchange(struct exchange *x)
{
    struct exchange *p = arena_zalloc(x->arena, 1, sizeof *p);
    if (p != NULL) {
        p->arena = x->arena;
        p->service = x->service;
        p->worker = x->worker;
        p->submitter = x->submitter;
        p->problems.arena = x->arena;
        p->request.client_fd = -1;
        p->answer.body = (struct buf){ .arena = x->arena };
        p->is_part = true;
    }
    return p;
}

/* Runs a part up to its plan; what it refuses by then is the request's. */
static int begin_part(struct exchange *x, struct part *part)
{
    struct document_reader reader = document_reader_of(x);
    part->exchange = part_exchange(x);
    if (part->exchange == NULL) {
        return -ENOMEM;
    }
    part->exchange->has_made_id = part->operation->verb == ATOMIC_ADD &&
                                  part->operation->lid != NULL && part->operation->id.n == 0;
    int r = find_target(x, part);
    if (r == 0) {
        r = find_operation(x, part);
    }
    if (r == 0) {
        r = atomic_body(&reader, &x->atomic->request, part->operation,
                        &part->exchange->request.body);
    }
    if (r == 0 && !exchange_run_to_submit(part->exchange)) {
        adopt_problems(x, part);
    }
    part->resume_at = part->exchange->at;
    return r < 0 ? r : 0;
}

/* All parts' statements, one after the other, as the plan. */
static int join_plans(struct exchange *x)
{
    size_t n = 0;
    bool repeatable = true;
    for (size_t i = 0; i < x->atomic->request.n; i++) {
        const struct plan *plan = &x->atomic->parts[i].exchange->plan;
        x->atomic->parts[i].first = n;
        n += plan->n_statements;
        repeatable = repeatable && plan->repeatable;
    }
    struct step_plan *listed = arena_alloc(x->arena, n * sizeof *listed);
    if (listed == NULL) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < x->atomic->request.n; i++) {
        const struct plan *plan = &x->atomic->parts[i].exchange->plan;
        for (size_t j = 0; j < plan->n_statements; j++) {
            listed[x->atomic->parts[i].first + j] = *plan_statement(plan, j);
        }
    }
    x->plan = (struct plan){
        .n_statements = n, .listed = listed, .writes = true, .repeatable = repeatable
    };
    return 0;
}

/* ---- judgement ------------------------------------------------------------------------------- */

/* While the transaction is open; may be called again when the whole of it has to be repeated. */
static bool judge_parts(struct exchange *x)
{
    for (size_t i = 0; i < x->atomic->request.n && x->problems.n == 0; i++) {
        struct part *part = &x->atomic->parts[i];
        struct exchange *p = part->exchange;
        p->rows = &x->rows[part->first];
        p->at = part->resume_at;
        p->problems = (struct problems){ .arena = x->arena };
        p->answer = (struct answer){ .body = { .arena = x->arena } };
        exchange_run(p);
        adopt_problems(x, part);
    }
    return x->problems.n == 0;
}

/*
 * PostgreSQL refused a statement: the part that it belongs to knows what it means. Of what is only
 * judged when all is done, such as a deferred constraint, it does not say who broke it.
 */
static void report_refusal(struct exchange *x, const struct pg_error *error, size_t statement)
{
    size_t i = 0;
    if (statement >= x->plan.n_statements && x->atomic->request.n > 1) {
        refusal_report(x, error);
        return;
    }
    while (i + 1 < x->atomic->request.n && x->atomic->parts[i + 1].first <= statement) {
        i++;
    }
    refusal_report(x->atomic->parts[i].exchange, error);
    adopt_problems(x, &x->atomic->parts[i]);
}

static enum step plan_operations(struct exchange *x)
{
    struct atomic *atomic = x->atomic;
    name_lids(x);
    atomic->parts = arena_zalloc(x->arena, atomic->request.n, sizeof atomic->parts[0]);
    if (atomic->parts == NULL) {
        return exchange_next(x, -ENOMEM);
    }
    int r = 0;
    for (size_t i = 0; r == 0 && i < atomic->request.n; i++) {
        atomic->parts[i].operation = &atomic->request.operations[i];
        r = begin_part(x, &atomic->parts[i]);
    }
    if (r == 0 && x->problems.n == 0) {
        r = join_plans(x);
        x->judge = judge_parts;
        x->on_refused = report_refusal;
    }
    return exchange_next(x, r);
}

static enum step answer_results(struct exchange *x)
{
    struct buf *b = &x->answer.body;
    x->answer.is_atomic = x->representation == REPRESENTATION_JSONAPI;
    buf_init(b, x->arena, 256 * x->atomic->request.n);
    buf_add_literal(b, "{\"jsonapi\":{\"version\":\"1.1\"");
    if (x->answer.is_atomic) { /* plain JSON names no extension, in its media type or here */
        buf_add_literal(b, ",\"ext\":[\"" ATOMIC_EXTENSION "\"]");
    }
    buf_add_literal(b, "},\"atomic:results\":[");
    for (size_t i = 0; i < x->atomic->request.n; i++) {
        const struct buf *result = &x->atomic->parts[i].exchange->answer.body;
        exchange_count_links(x->atomic->parts[i].exchange);
        buf_add_text(b, i > 0 ? "," : "");
        if (result->n > 0) {
            buf_add(b, result->at, result->n);
        } else {
            buf_add_literal(b, "{}");
        }
    }
    buf_add_literal(b, "]}");
    return exchange_answer(x, 200);
}

const struct operation atomic_perform = {
    .name = "atomic-perform",
    .has_body = true,
    .takes_atomic = true,
    .steps = {
        read_query,      /* query      -> x->query               400                          */
        read_operations, /* body       -> x->atomic              400, 413                     */
        plan_keys,       /* lids       -> x->plan                                             */
        submit_keys,     /* plan       -> x->rows   (may suspend) 503, 504                    */
        plan_operations, /* operations -> x->plan                400, 403, 404, 409, 413, 422 */
        exchange_submit, /* plan       -> x->rows   (suspends)   404, 409, 422, 503, 504      */
        answer_results,  /* rows       -> 200                                                 */
    },
};
