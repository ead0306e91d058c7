/*
 * resolve_pairs.c - "back_populates": both sides name each other and mean the same links.
 *
 * SQLAlchemy is silent about most of what is refused here and then stores wrong data or shows one
 * side only: an inverse that does not name this side back, a triangle, two different association
 * tables, columns that are not swapped.
 */
#include "model/draft.h"
#include "model/names.h"

/* A mistake in what `end` says of its inverse; neither side is complained about again. */
static void refuse(struct draft *d, struct draft_end *end, struct draft_end *inverse,
                   const char *reason, const char *remedy)
{
    draft_error(d, pointer_join(d->scratch, end->pointer, "back_populates"), reason, remedy);
    end->broken = true;
    if (inverse != NULL) {
        inverse->broken = true;
    }
}

static void refuse_unknown_inverse(struct draft *d, struct draft_end *end, const char *name)
{
    const char *type = draft_type(end->target);
    const char **names = arena_zalloc(d->scratch, d->n_ends, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < d->n_ends; i++) {
        if (d->ends[i].owner == end->target) {
            names[n++] = d->ends[i].name;
        }
    }
    if (resource_find_attribute(end->target->resource, text_of(name)) != NULL) {
        refuse(d, end, NULL, draft_text(d, "%s.%s is an attribute", type, name),
               draft_text(d, "name a relationship of %s: it has %s", type,
                          names_list(d->scratch, names, n)));
    } else {
        refuse(d, end, NULL, draft_text(d, "%s has no relationship \"%s\"", type, name),
               draft_text(d, "%sit has %s", names_suggest(d->scratch, name, names, n),
                          names_list(d->scratch, names, n)));
    }
}

/* `inverse` is not the other side of `end`: say in which way. */
static void refuse_inverse(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    const char *type = draft_type(end->target);
    const char *back = inverse->by_backref ? NULL : inverse->declared->back_populates;
    if (inverse->target != end->owner) {
        refuse(d, end, NULL,
               draft_text(d, "%s.%s targets %s, not %s", type, inverse->name,
                          draft_type(inverse->target), draft_type(end->owner)),
               draft_text(d, "name a relationship of %s that targets %s", type,
                          draft_type(end->owner)));
        return;
    }
    if (inverse->by_backref || inverse->declared->backref != NULL) {
        refuse(d, end, NULL,
               draft_text(d, "%s.%s belongs to the \"backref\" at %s", type, inverse->name,
                          inverse->by_backref
                              ? inverse->pointer
                              : pointer_join(d->scratch, inverse->pointer, "backref")),
               "use \"back_populates\" on both sides, or \"backref\" on one");
        return;
    }
    if (back == NULL) {
        refuse(d, end, inverse,
               draft_text(d, "%s.%s has no \"back_populates\"", type, inverse->name),
               draft_text(d, "add \"back_populates\": \"%s\" there", end->name));
        return;
    }
    const struct draft_end *third = draft_end_find(d, end->owner, back);
    const char *back_of_third = third == NULL ? NULL : third->declared->back_populates;
    if (back_of_third != NULL && strcmp(back_of_third, inverse->name) == 0) {
        refuse(d, end, NULL,
               draft_text(d, "%s.%s belongs to %s.%s already", type, inverse->name,
                          draft_type(end->owner), back),
               "give this relationship an inverse and an association table of its own");
    } else {
        refuse(d, end, NULL,
               draft_text(d, "%s.%s names \"%s\" as its other side, not \"%s\"", type,
                          inverse->name, back, end->name),
               "let the two name each other");
    }
}

static void refuse_tables(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    struct draft_end *sides[] = { end, inverse };
    for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
        const struct draft_end *other = sides[1 - i];
        draft_error(d, pointer_join(d->scratch, sides[i]->pointer, "secondary"),
                    draft_text(d, "\"%s\" here, but \"%s\" at the other side, %s.%s",
                               sides[i]->declared->secondary, other->declared->secondary,
                               draft_type(other->owner), other->name),
                    "name the same association table on both sides");
        sides[i]->broken = true;
    }
}

/* Two sides that name each other: do they mean the same columns of the same table? */
static void join_sides(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    end->inverse = inverse;
    inverse->inverse = end;
    if (end->table == NULL || inverse->table == NULL) {
        return;
    }
    if (end->table != inverse->table) {
        refuse_tables(d, end, inverse);
        return;
    }
    if (end->near == NULL || end->far == NULL || inverse->near == NULL || inverse->far == NULL) {
        return;
    }
    if (end->near != inverse->far || end->far != inverse->near) {
        draft_error(d, inverse->pointer,
                    draft_text(d, "its columns (%s, %s) are not those of %s.%s (%s, %s) swapped",
                               inverse->near->name, inverse->far->name, draft_type(end->owner),
                               end->name, end->near->name, end->far->name),
                    draft_text(d,
                               "set \"local_columns\": \"%s\" and \"remote_columns\": \"%s\" "
                               "here",
                               end->far->name, end->near->name));
        end->broken = inverse->broken = true;
        return;
    }
    struct draft_end *speaking = end->declared->has_secondary_attributes ? end : inverse;
    struct draft_end *silent = speaking == end ? inverse : end;
    if (!silent->declared->has_secondary_attributes) {
        silent->n_link_columns = speaking->n_link_columns;
        silent->link_columns = speaking->link_columns;
    }
}

static void resolve_back_populates(struct draft *d, struct draft_end *end)
{
    const char *name = end->declared->back_populates;
    if (end->by_backref || name == NULL || end->target == NULL || end->inverse != NULL ||
        end->declared->backref != NULL) {
        return;
    }
    struct draft_end *inverse = draft_end_find(d, end->target, name);
    bool judged = inverse == NULL ? end->target->declared->broken
                                  : inverse->declared->broken || inverse->target == NULL;
    if (judged) {
        end->broken = true; /* what is wrong with the other side has been said there */
    } else if (inverse == NULL) {
        refuse_unknown_inverse(d, end, name);
    } else if (inverse == end) {
        refuse(d, end, NULL, "names the relationship itself",
               "declare a second relationship for the other direction and name that");
    } else if (inverse->target == end->owner && !inverse->by_backref &&
               inverse->declared->back_populates != NULL &&
               strcmp(inverse->declared->back_populates, end->name) == 0) {
        join_sides(d, end, inverse);
    } else {
        refuse_inverse(d, end, inverse);
    }
}

/* Two relationships that write the same rows and do not know of each other. */
static void check_overlap(struct draft *d, struct draft_end *first, struct draft_end *second)
{
    if (first->broken || second->broken || first->inverse == second || second->inverse == first ||
        first->table != second->table) {
        return;
    }
    bool same = first->near == second->near && first->far == second->far;
    bool swapped = first->near == second->far && first->far == second->near;
    if (same || swapped) {
        draft_error(d,
                    second->by_backref ? second->pointer
                                       : pointer_join(d->scratch, second->pointer, "secondary"),
                    draft_text(d, "the same columns of \"%s\" are written by %s.%s",
                               second->table->name, draft_type(first->owner), first->name),
                    swapped ? "make them two sides of one: \"back_populates\" on both"
                            : "remove one, or give it an association table of its own");
        second->broken = true;
    }
}

void resolve_pairs(struct draft *d)
{
    for (size_t i = 0; i < d->n_ends; i++) {
        resolve_back_populates(d, &d->ends[i]);
    }
    for (size_t second = 1; second < d->n_ends; second++) {
        for (size_t first = 0; first < second; first++) {
            check_overlap(d, &d->ends[first], &d->ends[second]);
        }
    }
}
