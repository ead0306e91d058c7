/*
 * written.c - see written.h.
 */
#include "resource/written.h"

#include <errno.h>

enum { QUOTED_BYTES = 60 }; /* how much of an id a message repeats */

enum step written_step_open(struct exchange *x)
{
    const struct relationship *rel = x->target.relationship;
    const struct resource *resource = x->target.resource;
    if (rel != NULL && rel->view_only) {
        problem_add(&x->problems, PROBLEM_FORBIDDEN, problem_nowhere(),
                    "\"%s\" of \"%s\" is view-only: the model declares that it is read, never "
                    "written",
                    rel->name, resource->type);
    } else if (rel == NULL && resource->view_only) {
        problem_add(&x->problems, PROBLEM_FORBIDDEN, problem_nowhere(),
                    "\"%s\" is view-only: the model declares that it is read, never written",
                    resource->type);
    }
    return exchange_next(x, 0);
}

enum step written_next(struct exchange *x, int r)
{
    if (r == -E2BIG) {
        problem_add(&x->problems, PROBLEM_TOO_MANY_MEMBERS, problem_nowhere(),
                    "the document changes more fields than one request can: split it");
        return exchange_refuse(x);
    }
    return exchange_next(x, r);
}

/* ---- places and words ------------------------------------------------------------------------ */

static const char *quote_key(struct exchange *x, const struct resource *resource, struct cell key)
{
    struct buf id;
    buf_init(&id, x->arena, 32);
    key_write(&id, resource->key_type, key);
    const char *text = buf_terminate(&id);
    return text == NULL ? "" : text_quotable(x->arena, text_of(text), QUOTED_BYTES);
}

/* Where the linkage of the document's relationship `i` stands; nowhere when there is no body. */
static struct problem_place linkage_place(struct exchange *x, size_t i)
{
    if (!x->operation->has_body) {
        return problem_nowhere();
    }
    if (x->target.relationship != NULL) {
        return problem_at(&x->problems, "/data");
    }
    const char *name = x->document.relationships[i].relationship->name;
    return problem_at(&x->problems, "/data/relationships/%s/data", problem_escape(x->arena, name));
}

/* Where its member `index` stands. */
static struct problem_place member_place(struct exchange *x, size_t i, size_t index)
{
    const struct relationship_value *v = &x->document.relationships[i];
    struct problem_place place = linkage_place(x, i);
    return v->relationship->is_to_one || place.where == NULL
               ? place
               : problem_at(&x->problems, "%s/%u", place.where, v->linkage.members[index].at);
}

static bool same_key(struct cell a, struct cell b)
{
    return a.n == b.n && (a.n <= 0 || memcmp(a.at, b.at, (size_t)a.n) == 0);
}

/* The member of this key; linkage->n when it is not among them. */
static size_t find_member(const struct linkage *linkage, struct cell key)
{
    size_t i = 0;
    while (i < linkage->n && !same_key(linkage->members[i].key, key)) {
        i++;
    }
    return i;
}

/* ---- the resource itself as a member --------------------------------------------------------- */

static bool names_itself(const struct exchange *x, const struct relationship_value *v)
{
    return find_member(&v->linkage, x->target.key) < v->linkage.n;
}

static void check_mutual(struct exchange *x, size_t i)
{
    const struct relationship_value *v = &x->document.relationships[i];
    const struct relationship *rel = v->relationship;
    if (rel->is_symmetric && !rel->allows_self && names_itself(x, v)) {
        problem_add(&x->problems, PROBLEM_INVALID,
                    member_place(x, i, find_member(&v->linkage, x->target.key)),
                    "\"%s\" links two of \"%s\" to each other, and none to itself; nothing was "
                    "changed",
                    rel->name, rel->target->type);
    }
}

static void check_two_sides(struct exchange *x, size_t i)
{
    const struct relationship_value *v = &x->document.relationships[i];
    const struct relationship *inverse = v->relationship->inverse;
    for (size_t j = i + 1; inverse != NULL && j < x->document.n_relationships; j++) {
        const struct relationship_value *other = &x->document.relationships[j];
        if (other->relationship == inverse && names_itself(x, v) != names_itself(x, other)) {
            problem_add(&x->problems, PROBLEM_INVALID, linkage_place(x, j),
                        "\"%s\" and \"%s\" are two sides of the same links: either both name "
                        "\"%s\" itself or none; nothing was changed",
                        v->relationship->name, inverse->name,
                        text_quotable(x->arena, x->target.id, QUOTED_BYTES));
        }
    }
}

enum step written_step_agrees(struct exchange *x)
{
    for (size_t i = 0; i < x->document.n_relationships; i++) {
        const struct relationship *rel = x->document.relationships[i].relationship;
        if (rel->owner == rel->target) {
            check_mutual(x, i);
            check_two_sides(x, i);
        }
    }
    return exchange_next(x, 0);
}

/* ---- the judgement --------------------------------------------------------------------------- */

static const struct cell *judged_row(const struct exchange *x)
{
    return rows_row(&x->rows[x->plan.judged], 0);
}

struct cell written_outcome(const struct exchange *x, size_t i, size_t which)
{
    return judged_row(x)[WRITE_RELATIONSHIPS + WRITE_PER_RELATIONSHIP * i + which];
}

void written_refuse_missing(struct exchange *x, size_t i, size_t index)
{
    const struct relationship_value *v = &x->document.relationships[i];
    const struct resource *target = v->relationship->target;
    problem_add(&x->problems, PROBLEM_NOT_FOUND, member_place(x, i, index),
                "there is no resource of type \"%s\" with the id \"%s\"; nothing was changed",
                target->type, quote_key(x, target, v->linkage.members[index].key));
}

/* A member that belongs to somebody else. */
static void refuse_taken(struct exchange *x, size_t i, size_t index, struct cell holder)
{
    const struct relationship_value *v = &x->document.relationships[i];
    const struct relationship *rel = v->relationship;
    const char *member = quote_key(x, rel->target, v->linkage.members[index].key);
    const char *owner = quote_key(x, rel->owner, holder);
    if (rel->refuses_move) {
        problem_add(
            &x->problems, PROBLEM_CONFLICT, member_place(x, i, index),
            "\"%s\" of \"%s\" \"%s\" holds \"%s\" \"%s\", and the model refuses to move it: "
            "unlink it there first; nothing was changed",
            rel->name, rel->owner->type, owner, rel->target->type, member);
    } else {
        problem_add(&x->problems, PROBLEM_CONFLICT, member_place(x, i, index),
                    "\"%s\" of \"%s\" \"%s\" holds \"%s\" \"%s\" and may not be without: link that "
                    "one to another first; nothing was changed",
                    rel->name, rel->owner->type, owner, rel->target->type, member);
    }
}

/* A member that would have to leave, and cannot be without an owner. */
static void refuse_kept(struct exchange *x, size_t i, struct cell key)
{
    const struct relationship_value *v = &x->document.relationships[i];
    const struct relationship *rel = v->relationship;
    size_t index = find_member(&v->linkage, key);
    bool is_named = index < v->linkage.n;
    bool makes_room = rel->is_to_one && v->linkage.n > 0 && !is_named;
    struct problem_place place = is_named ? member_place(x, i, index) : linkage_place(x, i);
    if (rel->kind == RELATIONSHIP_MANY_TO_ONE) {
        problem_add(&x->problems, PROBLEM_REQUIRED, place,
                    "\"%s\" may not be empty: link another of \"%s\" instead; nothing was changed",
                    rel->name, rel->target->type);
    } else {
        problem_add(&x->problems, makes_room ? PROBLEM_CONFLICT : PROBLEM_REQUIRED, place,
                    "\"%s\" \"%s\" may not be without one of \"%s\": link it to another instead; "
                    "nothing was changed",
                    rel->target->type, quote_key(x, rel->target, key), rel->owner->type);
    }
}

static void judge_relationship(struct exchange *x, size_t i)
{
    struct cell missing = written_outcome(x, i, WRITE_MISSING_AT);
    struct cell taken = written_outcome(x, i, WRITE_TAKEN_AT);
    struct cell kept = written_outcome(x, i, WRITE_KEPT);
    if (!cell_is_null(missing)) {
        written_refuse_missing(x, i, (size_t)cell_int(missing));
    } else if (!cell_is_null(taken)) {
        refuse_taken(x, i, (size_t)cell_int(taken), written_outcome(x, i, WRITE_HOLDER));
    } else if (!cell_is_null(kept)) {
        refuse_kept(x, i, kept);
    }
}

enum step written_judge(struct exchange *x)
{
    for (size_t i = 0; i < x->document.n_relationships; i++) {
        judge_relationship(x, i);
    }
    return x->problems.n > 0 ? exchange_refuse(x) : STEP_NEXT;
}
