/*
 * precondition.c - see precondition.h. The rows that a state is made from are read behind a lock of
 * the resource in question, in front of the write, in the write's own transaction. Links may be
 * made and undone from their other end as well: there the lock is one that a new link waits for,
 * and the links that are there are locked with it.
 */
#include "resource/precondition.h"

#include <errno.h>

#include "base/digest.h"
#include "exchange/entity_tag.h"
#include "plan/sql.h"
#include "resource/reading.h"

enum { HALF_DIGITS = DIGEST_DIGITS / 2 }; /* of a tag: 64 bits tell enough in each */

/* ---- states ---------------------------------------------------------------------------------- */

/* Everything that the cells hold, told in a few digits. */
static const char *state_of(struct arena *a, const struct cell *cells, size_t n)
{
    struct buf b;
    char digits[DIGEST_DIGITS];
    buf_init(&b, a, 256);
    for (size_t i = 0; i < n; i++) {
        buf_add(&b, &cells[i].n, sizeof cells[i].n);
        if (cells[i].n > 0) {
            buf_add(&b, cells[i].at, (size_t)cells[i].n);
        }
    }
    if (b.failed) {
        return NULL;
    }
    digest_write((struct text){ .at = b.at, .n = b.n }, 0, digits);
    return arena_copy(a, digits, HALF_DIGITS);
}

static const char *state_of_resource(struct exchange *x, const struct cell *columns)
{
    return state_of(x->arena, columns, resource_width(x->target.resource));
}

static const char *state_of_link(struct exchange *x, const struct cell *columns)
{
    return state_of(x->arena, columns, 1 + x->target.relationship->n_link_columns);
}

/* ---- tags ------------------------------------------------------------------------------------ */

static void tag_answer(struct exchange *x, const char *state)
{
    struct text body = { .at = x->answer.body.at, .n = x->answer.body.n };
    char digits[DIGEST_DIGITS];
    struct buf tag;
    buf_init(&tag, x->arena, DIGEST_DIGITS + 8);
    digest_write(body, x->representation, digits);
    buf_add_text(&tag, state == NULL ? "W/\"" : "\"");
    if (state != NULL) {
        buf_add_text(&tag, state);
        buf_add_char(&tag, '-');
    }
    buf_add(&tag, digits, HALF_DIGITS);
    buf_add_char(&tag, '"');
    x->answer.etag = buf_terminate(&tag);
}

void precondition_tag_resource(struct exchange *x, const struct cell *columns)
{
    tag_answer(x, state_of(x->arena, columns, resource_width(x->reading.selection.resource)));
}

void precondition_tag_linkage(struct exchange *x, struct cell state)
{
    tag_answer(x, cell_is_null(state) ? NULL : state_of(x->arena, &state, 1));
}

void precondition_tag_link(struct exchange *x, const struct cell *columns)
{
    tag_answer(x, state_of_link(x, columns));
}

/* ---- judgement ------------------------------------------------------------------------------- */

/* The state that the locked rows have now; false when there is nothing to compare with. */
static bool find_state(struct exchange *x, const char **ret_state)
{
    const struct rows *rows = &x->precondition.rows[x->precondition.n - 1];
    switch (x->precondition.about) {
    case PRECONDITION_RESOURCE:
        if (rows->n_rows > 0) {
            *ret_state = state_of_resource(x, rows_row(rows, 0) + 1);
        }
        return rows->n_rows > 0;
    case PRECONDITION_LINKAGE: {
        const struct cell *row = rows_row(rows, 0);
        struct cell state = row[SELECTION_STATE];
        *ret_state = cell_is_null(state) ? "" : state_of(x->arena, &state, 1);
        return cell_bool(row[SELECTION_FOUND]);
    }
    case PRECONDITION_LINK: {
        const struct cell *row = rows_row(rows, 0);
        bool is_linked = !cell_is_null(row[LINK_ROW_MEMBER]);
        *ret_state = is_linked ? state_of_link(x, row + LINK_ROW_MEMBER) : NULL;
        return cell_bool(row[LINK_ROW_OWNER]);
    }
    }
    UNREACHABLE();
}

/* Does the field ask for a state that cannot be told? "*" asks for none. */
static bool asks_too_much(const char *state, const char *field)
{
    return state != NULL && state[0] == '\0' && !entity_tags_are_any(field);
}

static bool judge(struct exchange *x)
{
    const char *state = NULL;
    if (!find_state(x, &state)) {
        return true;
    }
    const char *if_match = x->request.if_match;
    const char *if_none_match = x->request.if_none_match;
    if (asks_too_much(state, if_match != NULL ? if_match : if_none_match)) {
        problem_add(&x->problems, PROBLEM_PRECONDITION_FAILED,
                    problem_header(if_match != NULL ? "If-Match" : "If-None-Match"),
                    "the relationship holds too many links for a precondition (more than %d): name "
                    "the links to add and to remove instead of replacing all of them",
                    STATE_MAX_MEMBERS);
    } else if (if_match != NULL && !entity_tag_names_state(if_match, state)) {
        problem_add(&x->problems, PROBLEM_PRECONDITION_FAILED, problem_header("If-Match"),
                    "what is here was changed since: read it again, and try with its new ETag");
    } else if (if_none_match != NULL && entity_tag_names_state(if_none_match, state)) {
        problem_add(&x->problems, PROBLEM_PRECONDITION_FAILED, problem_header("If-None-Match"),
                    "what is here is what If-None-Match rules out");
    }
    return x->problems.n == 0;
}

/* ---- plans ----------------------------------------------------------------------------------- */

/* The target resource's row, locked against other writers; of links, also against their keys. */
static void plan_lock(struct exchange *x, enum precondition_about about, struct step_plan *ret)
{
    const struct resource *resource = x->target.resource;
    struct sql s = sql_begin(x->arena, false);
    size_t key = sql_parameter(&s, resource->key_type, false);
    sql_add(&s, "select 0, ");
    sql_add_resource(&s, resource, "r");
    sql_add(&s, " from %s r where r.%s = $%zu for %supdate of r", resource->table, resource->key,
            key, about == PRECONDITION_RESOURCE ? "no key " : "");
    *ret = (struct step_plan){ .statement = sql_finish(&s),
                               .arguments = one_row(x->arena, &x->target.key, 1) };
}

static enum step plan(struct exchange *x, enum precondition_about about)
{
    struct precondition *p = &x->precondition;
    if (x->request.if_match == NULL && x->request.if_none_match == NULL) {
        return STEP_NEXT;
    }
    p->about = about;
    p->n = 1;
    plan_lock(x, about, &p->statements[0]);
    x->plan.shared = x->plan.together = false;
    x->judge = judge;
    return STEP_NEXT;
}

static enum step finish_plan(struct exchange *x)
{
    for (size_t i = 0; i < x->precondition.n; i++) {
        const struct step_plan *s = &x->precondition.statements[i];
        if (s->statement == NULL || s->arguments == NULL) {
            return exchange_next(x, -ENOMEM);
        }
    }
    return exchange_next(x, 0);
}

enum step precondition_plan_resource(struct exchange *x)
{
    plan(x, PRECONDITION_RESOURCE);
    return finish_plan(x);
}

enum step precondition_plan_linkage(struct exchange *x)
{
    plan(x, PRECONDITION_LINKAGE);
    if (x->precondition.n > 0) {
        const struct relationship *rel = x->target.relationship;
        struct query *first = arena_zalloc(x->arena, 1, sizeof *first);
        struct selection *selection = arena_alloc(x->arena, sizeof *selection);
        if (first != NULL && selection != NULL) { /* the plan points into both until it is sent */
            first->page.size = 1;
            *selection = (struct selection){ .kind = SELECT_LINKAGE,
                                             .resource = rel->target,
                                             .relationship = rel,
                                             .key = x->target.key,
                                             .locks_links = true,
                                             .query = first };
            selection_plan(x->arena, selection, NULL, &x->precondition.statements[1]);
        }
        x->precondition.n = 2;
    }
    return finish_plan(x);
}

enum step precondition_plan_link(struct exchange *x)
{
    plan(x, PRECONDITION_LINK);
    if (x->precondition.n > 0) {
        const struct cell keys[2] = { x->target.key, x->target.related_key };
        size_t id = x->target.relationship->id;
        x->precondition.statements[1] = (struct step_plan){
            .statement = x->service->statements->of_relationship[id].find_link,
            .arguments = one_row(x->arena, keys, 2),
        };
        x->precondition.n = 2;
    }
    return finish_plan(x);
}
