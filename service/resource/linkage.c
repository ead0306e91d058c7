/*
 * linkage.c - see linkage.h. Plain links share the statements of relationship/link.h with whoever
 * asks at the same time; everything else is planned by itself (relationship/write.h).
 */
#include "resource/linkage.h"

#include "relationship/foreign_key.h"
#include "relationship/link.h"

static enum step read_members(struct exchange *x, bool must_exist)
{
    struct document_reader reader = document_reader_of(x);
    return exchange_next(x, document_read_linkage(&reader, x->request.body, x->target.relationship,
                                                  must_exist, &x->linkage));
}

enum step linkage_step_read(struct exchange *x)
{
    return read_members(x, true);
}

enum step linkage_step_read_unlink(struct exchange *x)
{
    return read_members(x, false);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static bool gives_columns(const struct linkage *linkage)
{
    for (size_t i = 0; i < linkage->n; i++) {
        if (linkage->members[i].n_columns > 0) {
            return true;
        }
    }
    return false;
}

/* Do the shared statements serve this change? */
static bool is_shared(const struct exchange *x, enum change_kind kind)
{
    return kind != CHANGE_REPLACE && link_is_plain(x->target.relationship) &&
           !gives_columns(&x->linkage);
}

/*
 * Linking trusts that what it is told to link exists, unless that was wrong a moment ago: the
 * statement that judges takes half as long again, but the other one has worked for nothing when a
 * foreign key stops it. A part of an atomic request is judged: its transaction is not run twice.
 */
static const struct statement *choose_link_statement(struct exchange *x,
                                                     const struct relationship_statements *of)
{
    const struct relationship *rel = x->target.relationship;
    const struct statement *judging = of->link_judging[x->wants_representation];
    bool trusts = x->linkage.n > 0 && !x->is_part && link_may_trust(rel) &&
                  x->started_ms >= *service_trusts_from_ms(x->service, x->worker, rel);
    x->plan.fallback = trusts ? judging : NULL;
    return trusts ? of->link[x->wants_representation] : judging;
}

/* Requests that name several members lock the owner first. */
static void plan_shared_change(struct exchange *x, enum change_kind kind)
{
    const struct relationship_statements *of =
        &x->service->statements->of_relationship[x->target.relationship->id];
    size_t n_rows = 0;
    const struct argument *arguments =
        link_arguments(x->arena, x->target.key, &x->linkage, &n_rows);
    x->plan = (struct plan){ .shared = true, .writes = true, .repeatable = true, .n_rows = n_rows };
    if (x->linkage.n > 1) {
        x->plan.statements[x->plan.n_statements++] = (struct step_plan){
            .statement = of->lock_owners,
            .arguments = one_row(x->arena, &x->target.key, 1),
        };
    }
    x->plan.judged = x->plan.n_statements;
    x->plan.statements[x->plan.n_statements++] = (struct step_plan){
        .statement =
            kind == CHANGE_ADD ? choose_link_statement(x, of) : of->unlink[x->wants_representation],
        .arguments = arguments,
    };
}

/* The statements by which one member joins or leaves; NULL: they do not serve this change. */
static const struct statement *const *one_member_statements(const struct exchange *x,
                                                            enum change_kind kind)
{
    const struct relationship *rel = x->target.relationship;
    const struct relationship_statements *of = &x->service->statements->of_relationship[rel->id];
    if (x->linkage.n != 1 || !foreign_key_is_plain(rel, kind)) {
        return NULL;
    }
    return kind == CHANGE_ADD ? of->join : of->leave;
}

static void plan_one_member(struct exchange *x, const struct statement *const *statements)
{
    const struct cell keys[2] = { x->target.key, x->linkage.members[0].key };
    x->plan = (struct plan){ .shared = true,
                             .writes = true,
                             .repeatable = true,
                             .n_rows = 1,
                             .n_statements = 2,
                             .judged = 1,
                             .exclusive = &x->linkage.members[0].key };
    for (size_t i = 0; i < 2; i++) {
        x->plan.statements[i] = (struct step_plan){ .statement = statements[i],
                                                    .arguments = one_row(x->arena, keys, 2) };
    }
}

/* x->linkage as a document that holds nothing else. */
static bool make_document(struct exchange *x)
{
    struct relationship_value *value = arena_alloc(x->arena, sizeof *value);
    if (value == NULL) {
        return false;
    }
    *value = (struct relationship_value){ .relationship = x->target.relationship,
                                          .linkage = x->linkage };
    x->document = (struct document){ .n_relationships = 1, .relationships = value };
    return true;
}

/* What the answer may show: the first page of the relationship's linkage. */
static enum step plan_first_page(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    x->query.page = (struct page){ .size = x->service->settings->page_size };
    return reading_plan(x, (struct selection){ .kind = SELECT_LINKAGE,
                                               .resource = rel->target,
                                               .relationship = rel,
                                               .key = x->target.key });
}

enum step linkage_plan(struct exchange *x, enum change_kind kind)
{
    const struct relationship *rel = x->target.relationship;
    bool may_answer_document = x->wants_representation || write_tells_moves(rel, kind);
    bool is_counted = !x->operation->has_body; /* one link: 201 or 204 */
    if (!make_document(x)) {
        return exchange_next(x, 0);
    }
    if (kind != CHANGE_REMOVE && written_step_agrees(x) != STEP_NEXT) {
        return STEP_DONE;
    }
    int r = 0;
    const struct statement *const *of_one = one_member_statements(x, kind);
    if (is_shared(x, kind)) {
        plan_shared_change(x, kind);
    } else if (of_one != NULL) {
        plan_one_member(x, of_one);
    } else {
        r = write_plan_links(x->arena, x->target.key, &x->document, kind,
                             x->wants_representation || is_counted, &x->plan);
    }
    return r == 0 && may_answer_document ? plan_first_page(x) : written_next(x, r);
}

/* ---- the outcome ----------------------------------------------------------------------------- */

static size_t read_keys(struct exchange *x, struct cell array, const struct cell **ret_keys)
{
    struct cell *keys;
    size_t n = cell_array_read(x->arena, array, &keys);
    *ret_keys = keys;
    return n;
}

static const struct cell *shared_row(const struct exchange *x)
{
    return rows_row(&x->rows[x->plan.judged], 0);
}

static enum step judge_shared(struct exchange *x, enum change_kind kind, struct link_change *ret)
{
    const struct cell *row = shared_row(x);
    if (!cell_bool(row[LINK_OWNER_FOUND])) {
        return refuse_missing(x);
    }
    if (!cell_is_null(row[LINK_MISSING_AT])) {
        size_t index = 0;
        while (x->linkage.members[index].at != (uint32_t)cell_int(row[LINK_MISSING_AT])) {
            index++;
        }
        written_refuse_missing(x, 0, index);
        return exchange_refuse(x);
    }
    if (x->wants_representation && kind == CHANGE_REMOVE) {
        ret->n_removed = read_keys(x, row[LINK_CHANGED], &ret->removed);
    } else if (x->wants_representation) {
        ret->n_added = read_keys(x, row[LINK_CHANGED], &ret->added);
    }
    return STEP_NEXT;
}

enum step linkage_judge(struct exchange *x, enum change_kind kind, struct link_change *ret_change)
{
    *ret_change = (struct link_change){
        .relationship = x->target.relationship,
        .owner = x->target.key,
        .asked = &x->linkage,
    };
    if (is_shared(x, kind)) {
        return judge_shared(x, kind, ret_change);
    }
    if (!cell_bool(rows_row(&x->rows[x->plan.judged], 0)[WRITE_ALLOWED])) {
        return refuse_missing(x);
    }
    if (written_judge(x) != STEP_NEXT) {
        return STEP_DONE;
    }
    ret_change->n_added = read_keys(x, written_outcome(x, 0, WRITE_ADDED), &ret_change->added);
    ret_change->n_removed =
        read_keys(x, written_outcome(x, 0, WRITE_REMOVED), &ret_change->removed);
    ret_change->n_updated =
        read_keys(x, written_outcome(x, 0, WRITE_UPDATED), &ret_change->updated);
    ret_change->n_robbed = read_keys(x, written_outcome(x, 0, WRITE_ROBBED), &ret_change->robbed);
    return STEP_NEXT;
}

size_t linkage_n_changed(const struct exchange *x, enum change_kind kind,
                         const struct link_change *change)
{
    if (is_shared(x, kind)) {
        return (size_t)cell_int(shared_row(x)[LINK_N_CHANGED]);
    }
    return kind == CHANGE_REMOVE ? change->n_removed : change->n_added;
}

enum step linkage_answer_document(struct exchange *x, int status, enum change_kind kind,
                                  const struct link_change *change)
{
    struct reading_extra extra = { .change = change, .is_unlink = kind == CHANGE_REMOVE };
    x->answer.preference_applied = x->wants_representation;
    return reading_answer(x, status, relationship_path(x, true), &extra);
}

enum step linkage_answer(struct exchange *x, enum change_kind kind)
{
    struct link_change change;
    if (linkage_judge(x, kind, &change) != STEP_NEXT) {
        return STEP_DONE;
    }
    if (!x->wants_representation && change.n_robbed == 0) {
        return exchange_answer(x, 204);
    }
    return linkage_answer_document(x, 200, kind, &change);
}
