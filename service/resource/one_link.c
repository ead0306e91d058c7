/*
 * one_link.c - GET, PUT and DELETE /{type}/{id}/{relationship}/{related id}: one link, without a
 * body.
 *
 * The form for a command line: the whole request is its URL, and repeating it does no harm.
 */
#include "resource/linkage.h"
#include "resource/operations.h"
#include "resource/precondition.h"

static enum step plan_find(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct cell keys[2] = { x->target.key, x->target.related_key };
    return plan_shared(x, x->service->statements->of_relationship[rel->id].find_link,
                       one_row(x->arena, keys, 2), 1);
}

static const char *link_path(struct exchange *x)
{
    struct buf b;
    buf_init(&b, x->arena, 96);
    document_write_related_path(&b, x->target.relationship, x->target.key, false);
    buf_add_char(&b, '/');
    percent_encode(&b, x->target.related_id);
    return buf_terminate(&b);
}

static enum step answer_found(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct cell *row = rows_row(&x->rows[0], 0);
    if (!cell_bool(row[LINKAGE_OWNER_FOUND])) {
        return refuse_missing(x);
    }
    if (cell_is_null(row[LINKAGE_MEMBER])) {
        problem_add(&x->problems, PROBLEM_NOT_FOUND, problem_nowhere(),
                    "\"%s\" of \"%s\" \"%s\" does not hold \"%s\" \"%s\"; PUT links them",
                    rel->name, rel->owner->type, text_quotable(x->arena, x->target.id, 60),
                    rel->target->type, text_quotable(x->arena, x->target.related_id, 60));
        return exchange_refuse(x);
    }
    struct document_links links = {
        .prefix = x->service->settings->public_url,
        .self = link_path(x),
        .related = resource_path(x, rel->target, x->target.related_key),
    };
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 512);
    document_begin(b, &links);
    document_write_identifier(b, rel, row[LINKAGE_MEMBER], row + LINKAGE_COLUMNS);
    document_end(b);
    precondition_tag_link(x, row + LINKAGE_MEMBER);
    return exchange_answer(x, 200);
}

/* The member that the path names, as if it were the body's only one. */
static enum step plan_change(struct exchange *x, enum change_kind kind)
{
    struct member *member = arena_alloc(x->arena, sizeof *member);
    if (member == NULL) {
        return exchange_next(x, 0);
    }
    *member = (struct member){ .key = x->target.related_key };
    x->linkage = (struct linkage){ .n = 1, .members = member };
    x->wants_representation = false; /* the form without bodies */
    return linkage_plan(x, kind);
}

/* The one of a to-one takes the place of what is there. */
static enum change_kind kind_of_add(const struct exchange *x)
{
    return x->target.relationship->is_to_one ? CHANGE_REPLACE : CHANGE_ADD;
}

static enum step plan_add(struct exchange *x)
{
    return plan_change(x, kind_of_add(x));
}

static enum step plan_remove(struct exchange *x)
{
    return plan_change(x, CHANGE_REMOVE);
}

static enum step answer_added(struct exchange *x)
{
    enum change_kind kind = kind_of_add(x);
    struct link_change change;
    if (linkage_judge(x, kind, &change) != STEP_NEXT) {
        return STEP_DONE;
    }
    if (change.n_robbed > 0) { /* somebody else has lost it: that is worth a body */
        return linkage_answer_document(x, 201, kind, &change);
    }
    return exchange_answer(x, linkage_n_changed(x, kind, &change) > 0 ? 201 : 204);
}

static enum step answer_removed(struct exchange *x)
{
    struct link_change change;
    return linkage_judge(x, CHANGE_REMOVE, &change) == STEP_NEXT ? exchange_answer(x, 204)
                                                                 : STEP_DONE;
}

const struct operation link_fetch = {
    .name = "link-fetch",
    .steps = {
        read_query,      /* query -> x->query               400      */
        plan_find,       /* keys  -> x->plan                         */
        exchange_submit, /* plan  -> x->rows   (suspends)   503, 504 */
        answer_found,    /* rows  -> 200                    404      */
    },
};

const struct operation link_add = {
    .name = "link-add",
    .links = LINKS_ADDED,
    .steps = {
        read_query,        /* query -> x->query               400           */
        written_step_open, /*                                 403           */
        plan_add,          /* keys  -> x->plan                422           */
        precondition_plan_link, /* If-Match -> x->precondition 412 */
        exchange_submit,   /* plan  -> x->rows   (suspends)   503, 504      */
        answer_added,      /* rows  -> 201 or 204             404, 409, 422 */
    },
};

const struct operation link_remove = {
    .name = "link-remove",
    .links = LINKS_REMOVED,
    .steps = {
        read_query,        /* query -> x->query               400      */
        written_step_open, /*                                 403      */
        plan_remove,       /* keys  -> x->plan                         */
        precondition_plan_link, /* If-Match -> x->precondition 412 */
        exchange_submit,   /* plan  -> x->rows   (suspends)   503, 504 */
        answer_removed,    /* rows  -> 204                    404, 422 */
    },
};
