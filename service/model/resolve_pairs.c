/*
 * resolve_pairs.c - "back_populates": both sides name each other and mean the same links.
 *
 * SQLAlchemy is silent about most of what is refused here and then stores wrong data or shows one
 * side only: an inverse that does not name this side back, a triangle, two different association
 * tables, columns that are not swapped.
 */
#include "model/names.h"
#include "model/resolving.h"

/* A mistake in what `end` says of its inverse. */
static void refuse(struct draft *d, struct draft_end *end, const char *reason, const char *remedy)
{
    draft_refuse(d, end, "back_populates", reason, remedy);
}

static void refuse_unknown_inverse(struct draft *d, struct draft_end *end, const char *name)
{
    const char *type = draft_type(end->target);
    const char **names = arena_zalloc(d->scratch, d->n_ends, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < d->n_ends; i++) {
        if (d->ends[i].owner == end->target) {
            names[n++] = d->ends[i].declared->name;
        }
    }
    if (resource_find_attribute(end->target->resource, text_of(name)) != NULL) {
        refuse(d, end, draft_text(d, "%s.%s is an attribute", type, name),
               draft_text(d, "name a relationship of %s: it has %s", type,
                          names_list(d->scratch, names, n)));
    } else {
        refuse(d, end, draft_text(d, "%s has no relationship \"%s\"", type, name),
               draft_text(d, "%sit has %s", names_suggest(d->scratch, name, names, n),
                          names_list(d->scratch, names, n)));
    }
}

/* `inverse` has no say of its own about its other side. */
static bool refuse_decided(struct draft *d, struct draft_end *end, const struct draft_end *inverse)
{
    if (inverse->is_symmetric) {
        refuse(d, end,
               draft_text(d, "%s is symmetric: its own inverse", draft_end_name(d, inverse)),
               "remove it here, or \"symmetric\" there");
        return true;
    }
    if (inverse->by_backref || inverse->declared->backref != NULL) {
        refuse(d, end,
               draft_text(d, "%s belongs to the \"backref\" at %s", draft_end_name(d, inverse),
                          inverse->by_backref ? inverse->declared->pointer
                                              : inverse->declared->backref->pointer),
               "use \"back_populates\" on both sides, or \"backref\" on one");
        return true;
    }
    return false;
}

/* `inverse` is not the other side of `end`: say in which way. */
static void refuse_inverse(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    const char *name = draft_end_name(d, inverse);
    const char *back = inverse->declared->back_populates;
    if (inverse->target != end->owner) {
        refuse(d, end,
               draft_text(d, "%s targets %s, not %s", name, draft_type(inverse->target),
                          draft_type(end->owner)),
               draft_text(d, "name a relationship of %s that targets %s", draft_type(end->target),
                          draft_type(end->owner)));
        return;
    }
    if (refuse_decided(d, end, inverse)) {
        return;
    }
    if (back == NULL) {
        refuse(d, end, draft_text(d, "%s has no \"back_populates\"", name),
               draft_text(d, "add \"back_populates\": \"%s\" there", end->declared->name));
        inverse->broken = true; /* it is not complained about again */
        return;
    }
    const struct draft_end *third = draft_end_find(d, end->owner, back);
    const char *back_of_third = third == NULL ? NULL : third->declared->back_populates;
    if (back_of_third != NULL && strcmp(back_of_third, inverse->declared->name) == 0) {
        refuse(d, end, draft_text(d, "%s belongs to %s already", name, draft_end_name(d, third)),
               "give this relationship an inverse and links of its own");
    } else {
        refuse(d, end,
               draft_text(d, "%s names \"%s\" as its other side, not \"%s\"", name, back,
                          end->declared->name),
               "let the two name each other");
    }
}

static void refuse_tables(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    struct draft_end *sides[] = { end, inverse };
    for (size_t i = 0; i < ARRAY_SIZE(sides); i++) {
        const struct draft_end *other = sides[1 - i];
        draft_refuse(d, sides[i], "secondary",
                     draft_text(d, "\"%s\" here, but \"%s\" at the other side, %s",
                                sides[i]->declared->secondary, other->declared->secondary,
                                draft_end_name(d, other)),
                     "name the same association table on both sides");
    }
}

/* One side is stored in an association table, the other in a foreign key. */
static void refuse_kinds(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    bool has_table = end->kind == RELATIONSHIP_MANY_TO_MANY;
    struct draft_end *with = has_table ? end : inverse;
    struct draft_end *without = has_table ? inverse : end;
    draft_refuse(d, with, "secondary",
                 draft_text(d,
                            "the other side, %s, has none: it is the foreign key \"%s\" of \"%s\"",
                            draft_end_name(d, without), draft_foreign_key(without)->name,
                            without->table->name),
                 "name the same association table on both sides, or none on either");
    without->broken = true;
}

/* Both sides are stored in foreign keys, but not in one seen from its two ends. */
static void refuse_foreign_keys(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    const char *here = draft_foreign_key(inverse)->name;
    const char *there = draft_foreign_key(end)->name;
    if (end->kind == inverse->kind && draft_foreign_key(end) == draft_foreign_key(inverse)) {
        draft_refuse(d, inverse, "",
                     draft_text(d, "it is %s, as is its other side, %s", draft_kind(inverse),
                                draft_end_name(d, end)),
                     draft_text(d, "set \"%s\": \"%s\" on one of them, \"%s\" on the other",
                                "local_columns", here, "remote_columns"));
    } else {
        draft_refuse(
            d, inverse, "",
            draft_text(d, "its foreign key is \"%s\" of \"%s\", but that of %s is \"%s\" of \"%s\"",
                       here, inverse->table->name, draft_end_name(d, end), there, end->table->name),
            draft_text(d, "name one column on both sides: in \"local_columns\" where it "
                          "is the type's own, else in \"remote_columns\""));
    }
    end->broken = true;
}

static void share_link_columns(struct draft_end *end, struct draft_end *inverse)
{
    struct draft_end *speaking = end->declared->has_secondary_attributes ? end : inverse;
    struct draft_end *silent = speaking == end ? inverse : end;
    if (!silent->declared->has_secondary_attributes) {
        silent->n_link_columns = speaking->n_link_columns;
        silent->link_columns = speaking->link_columns;
    }
}

/* Two sides that name each other: do they mean the same columns of the same table? */
static void join_sides(struct draft *d, struct draft_end *end, struct draft_end *inverse)
{
    bool is_many = end->kind == RELATIONSHIP_MANY_TO_MANY;
    end->inverse = inverse;
    inverse->inverse = end;
    if (end->table == NULL || inverse->table == NULL) {
        return;
    }
    if (is_many && inverse->kind == end->kind && end->table != inverse->table) {
        refuse_tables(d, end, inverse);
    } else if (!draft_end_is_resolved(end) || !draft_end_is_resolved(inverse)) {
        return;
    } else if (is_many != (inverse->kind == RELATIONSHIP_MANY_TO_MANY)) {
        refuse_kinds(d, end, inverse);
    } else if (end->near == inverse->far && end->far == inverse->near) {
        share_link_columns(end, inverse);
    } else if (is_many) {
        draft_refuse(d, inverse, "",
                     draft_text(d, "its columns (%s, %s) are not those of %s (%s, %s) swapped",
                                inverse->near->name, inverse->far->name, draft_end_name(d, end),
                                end->near->name, end->far->name),
                     draft_text(d,
                                "set \"local_columns\": \"%s\" and \"remote_columns\": \"%s\" "
                                "here",
                                end->far->name, end->near->name));
        end->broken = true;
    } else {
        refuse_foreign_keys(d, end, inverse);
    }
}

static bool names_back(const struct draft_end *inverse, const struct draft_end *end)
{
    return inverse->target == end->owner && inverse->declared->back_populates != NULL &&
           strcmp(inverse->declared->back_populates, end->declared->name) == 0;
}

static void resolve_back_populates(struct draft *d, struct draft_end *end)
{
    const char *name = end->declared->back_populates;
    if (name == NULL || end->target == NULL || end->inverse != NULL ||
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
        refuse(d, end, "names the relationship itself",
               "declare a second relationship for the other direction and name that, or set "
               "\"symmetric\": true when the links are mutual");
    } else if (names_back(inverse, end)) {
        join_sides(d, end, inverse);
    } else {
        refuse_inverse(d, end, inverse);
    }
}

/* Does `end` know that it shares its links with `other`? */
static bool lists_overlap(struct draft *d, const struct draft_end *end,
                          const struct draft_end *other)
{
    const char *name = draft_end_name(d, other);
    for (size_t i = 0; i < end->declared->overlaps.n; i++) {
        if (strcmp(end->declared->overlaps.at[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Two relationships that write the same links and do not know of each other. */
static void check_overlap(struct draft *d, struct draft_end *first, struct draft_end *second)
{
    bool is_pair = first->inverse == second || second->inverse == first;
    bool is_judged = first->broken || second->broken;
    bool is_read = first->view_only || second->view_only;
    if (is_pair || is_judged || is_read || first->table != second->table ||
        lists_overlap(d, first, second) || lists_overlap(d, second, first)) {
        return;
    }
    bool same = first->near == second->near && first->far == second->far;
    bool swapped = first->near == second->far && first->far == second->near;
    if (same || swapped) {
        bool has_table = second->declared->secondary != NULL;
        draft_refuse(
            d, second, has_table ? "secondary" : "",
            draft_text(d, "the same %s of \"%s\" %s written by %s",
                       second->kind == RELATIONSHIP_MANY_TO_MANY ? "columns" : "foreign key",
                       second->table->name,
                       second->kind == RELATIONSHIP_MANY_TO_MANY ? "are" : "is",
                       draft_end_name(d, first)),
            draft_text(d, "%s; or make this one \"view_only\", or list \"%s\" in \"overlaps\"",
                       swapped ? "make them two sides of one, with \"back_populates\" on both"
                               : "remove one, or give it links of its own",
                       draft_end_name(d, first)));
    }
}

void resolve_pairs(struct draft *d)
{
    for (size_t i = 0; i < d->n_ends; i++) {
        if (d->ends[i].is_symmetric) {
            d->ends[i].inverse = &d->ends[i];
        }
    }
    for (size_t i = 0; i < d->n_ends; i++) {
        resolve_back_populates(d, &d->ends[i]);
    }
    for (size_t second = 1; second < d->n_ends; second++) {
        for (size_t first = 0; first < second; first++) {
            check_overlap(d, &d->ends[first], &d->ends[second]);
        }
    }
}
