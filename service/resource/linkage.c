/*
 * linkage.c - see linkage.h.
 */
#include "resource/linkage.h"

#include "relationship/link.h"

enum step linkage_plan_first_page(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    x->query.page.direction = PAGE_FIRST;
    x->query.page.size = x->service->settings->page_size;
    return reading_plan(x, (struct selection){ .kind = SELECT_LINKAGE,
                                               .resource = rel->target,
                                               .relationship = rel,
                                               .key = x->target.key });
}

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

enum step linkage_answer_change(struct exchange *x, const struct link_change *change,
                                bool is_unlink)
{
    if (!x->wants_representation) {
        return exchange_answer(x, 204);
    }
    x->answer.preference_applied = true;
    struct reading_extra extra = { .change = change, .is_unlink = is_unlink };
    return reading_answer(x, 200, relationship_path(x, true), &extra);
}

/* Where linkage_plan_change() puts the write: behind the lock, if there is one. */
static size_t outcome_at(const struct exchange *x)
{
    return x->linkage.n > 1 ? 1 : 0;
}

enum step linkage_plan_change(struct exchange *x, const struct statement *const statements[2])
{
    const struct relationship *rel = x->target.relationship;
    size_t n_rows = 0;
    const struct argument *arguments =
        link_arguments(x->arena, x->target.key, &x->linkage, &n_rows);
    x->plan = (struct plan){ .shared = true, .writes = true, .repeatable = true, .n_rows = n_rows };
    if (outcome_at(x) > 0) {
        x->plan.statements[x->plan.n_statements++] = (struct step_plan){
            .statement = x->service->statements->of_relationship[rel->id].lock_owners,
            .arguments = one_row(x->arena, &x->target.key, 1),
        };
    }
    x->plan.statements[x->plan.n_statements++] = (struct step_plan){
        .statement = statements[x->wants_representation],
        .arguments = arguments,
    };
    return x->wants_representation ? linkage_plan_first_page(x) : exchange_next(x, 0);
}

const struct cell *linkage_outcome(const struct exchange *x)
{
    return rows_row(&x->rows[outcome_at(x)], 0);
}

enum step linkage_answer_outcome(struct exchange *x, bool is_unlink)
{
    const struct cell *row = linkage_outcome(x);
    if (!cell_bool(row[LINK_OWNER_FOUND])) {
        return refuse_missing(x);
    }
    struct link_change change = {
        .relationship = x->target.relationship,
        .owner = x->target.key,
        .asked = &x->linkage,
    };
    if (x->wants_representation && is_unlink) {
        change.n_removed = linkage_keys(x, row[LINK_CHANGED], &change.removed);
    } else if (x->wants_representation) {
        change.n_added = linkage_keys(x, row[LINK_CHANGED], &change.added);
    }
    return linkage_answer_change(x, &change, is_unlink);
}

size_t linkage_keys(struct exchange *x, struct cell array, const struct cell **ret_keys)
{
    struct cell *keys;
    size_t n = cell_array_read(x->arena, array, &keys);
    *ret_keys = keys;
    return n;
}
