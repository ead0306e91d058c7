/*
 * resolve_end.c - one side of a relationship: declared, or created by the backref of another.
 */
#include "model/names.h"
#include "model/resolving.h"

static void find_target(struct draft *d, struct draft_end *end)
{
    const char *type = end->declared->target;
    end->target = type == NULL ? NULL : draft_resource_find(d, type);
    if (end->target != NULL || type == NULL) {
        return;
    }
    const char **types = arena_zalloc(d->scratch, d->n_resources, sizeof *types);
    size_t n = types == NULL ? 0 : d->n_resources;
    for (size_t i = 0; i < n; i++) {
        types[i] = draft_type(&d->resources[i]);
    }
    bool is_table = catalog_find_table(d->catalog, type) != NULL;
    draft_refuse(d, end, "target",
                 draft_text(d, "there is no type \"%s\"%s", type,
                            is_table ? ": that is a table, not a type of this model" : ""),
                 draft_text(d, "%sthe types are %s", names_suggest(d->scratch, type, types, n),
                            names_list(d->scratch, types, n)));
}

/* Of what only an association table has; false when there is none. */
static bool check_without_secondary(struct draft *d, struct draft_end *end)
{
    const struct declared_relationship *declared = end->declared;
    if (declared->has_secondary_attributes) {
        draft_refuse(d, end, "secondary_attributes",
                     "there is no \"secondary\" whose columns they could show",
                     "remove it, or name the association table in \"secondary\"");
    }
    if (declared->symmetric == CHOICE_YES) {
        draft_refuse(d, end, "symmetric", "only links of an association table can be mutual",
                     "name the association table in \"secondary\"");
        return false;
    }
    return true;
}

static void check_symmetric(struct draft *d, struct draft_end *end)
{
    const struct declared_relationship *declared = end->declared;
    bool is_symmetric = declared->symmetric == CHOICE_YES;
    if (declared->allow_self != CHOICE_OPEN && !is_symmetric) {
        draft_refuse(d, end, "allow_self", "is asked of symmetric relationships only",
                     "remove it: others may link a resource to itself");
    }
    if (!is_symmetric) {
        return;
    }
    if (end->target != NULL && end->target != end->owner) {
        draft_refuse(d, end, "symmetric",
                     draft_text(d, "%s are not %s: a link between two types has two sides",
                                draft_type(end->target), draft_type(end->owner)),
                     "remove it, and name the other side with \"backref\" or \"back_populates\"");
        return;
    }
    if (declared->back_populates != NULL || declared->backref != NULL) {
        draft_refuse(d, end, declared->backref != NULL ? "backref" : "back_populates",
                     "a symmetric relationship is its own inverse", "remove it, or \"symmetric\"");
    }
    end->is_symmetric = true;
}

/* Can nothing be written from this side: as declared, or because a view or a type is only read? */
static bool is_view_only(const struct draft_end *end, enum declared_choice declared)
{
    bool is_targets_row = end->kind == RELATIONSHIP_ONE_TO_MANY;
    return declared == CHOICE_YES || end->owner->resource->view_only ||
           (end->target != NULL && end->target->table != NULL && end->target->table->is_view) ||
           (is_targets_row && end->target != NULL && end->target->resource->view_only);
}

void resolve_end(struct draft *d, struct draft_end *end)
{
    const struct declared_relationship *declared = end->declared;
    end->broken = declared->broken;
    if (declared->backref != NULL && declared->back_populates != NULL) {
        draft_refuse(d, end, "backref", "cannot stand beside \"back_populates\"",
                     draft_text(d,
                                "keep \"back_populates\" if %s declares \"%s\" itself, else "
                                "\"backref\"",
                                declared->target == NULL ? "the target" : declared->target,
                                declared->back_populates));
    }
    find_target(d, end);
    check_symmetric(d, end);
    if (declared->secondary != NULL) {
        resolve_secondary(d, end);
    } else if (!declared->broken && check_without_secondary(d, end)) {
        resolve_foreign_key(d, end); /* a broken one may have meant to name a table */
    }
    end->is_to_one = end->kind == RELATIONSHIP_MANY_TO_ONE || declared->uselist == CHOICE_NO;
    end->view_only = is_view_only(end, declared->view_only);
}

static enum relationship_kind inverse_kind(enum relationship_kind kind)
{
    switch (kind) {
    case RELATIONSHIP_MANY_TO_MANY:
        return RELATIONSHIP_MANY_TO_MANY;
    case RELATIONSHIP_MANY_TO_ONE:
        return RELATIONSHIP_ONE_TO_MANY;
    case RELATIONSHIP_ONE_TO_MANY:
        return RELATIONSHIP_MANY_TO_ONE;
    }
    UNREACHABLE();
}

bool resolve_backref(struct draft *d, struct draft_end *end, struct draft_end *ret)
{
    const struct declared_relationship *declared = end->declared->backref;
    enum relationship_kind kind = inverse_kind(end->kind);
    *ret = (struct draft_end){
        .declared = declared,
        .by_backref = true,
        .owner = end->target,
        .target = end->owner,
        .kind = kind,
        .table = end->table,
        .near = end->far,
        .far = end->near,
        .near_is_first = !end->near_is_first,
        .is_to_one = kind == RELATIONSHIP_MANY_TO_ONE || declared->uselist == CHOICE_NO,
        .n_link_columns = end->n_link_columns,
        .link_columns = end->link_columns,
        .inverse = end,
        .broken = end->broken || declared->broken,
    };
    if (end->target == NULL) {
        return false;
    }
    ret->view_only = is_view_only(ret, declared->view_only == CHOICE_OPEN ? end->declared->view_only
                                                                          : declared->view_only);
    struct draft_end *other = draft_end_find(d, end->target, declared->name);
    if (other != NULL) {
        other->broken = end->broken = true;
        draft_error(d, declared->pointer,
                    draft_text(d, "%s has a relationship \"%s\" already, at %s",
                               draft_type(end->target), declared->name, other->declared->pointer),
                    other->by_backref || other == end
                        ? "choose another name"
                        : "choose another name, or \"back_populates\" on both sides");
        return false;
    }
    end->inverse = ret;
    return true;
}

static void check_name(struct draft *d, struct draft_end *end)
{
    const char *name = end->declared->name;
    if (name_is_reserved_field(name)) {
        draft_refuse(d, end, "", draft_text(d, "\"%s\" is reserved by JSON:API", name),
                     "give the relationship another name");
    } else if (strcmp(name, "relationships") == 0) {
        draft_refuse(d, end, "", "\"relationships\" is a segment of the service's own paths",
                     "give the relationship another name");
    } else if (!name_is_segment(name)) {
        draft_refuse(d, end, "",
                     draft_text(d, "\"%s\" cannot be a relationship: they stand in paths", name),
                     "use letters and digits, with \"-\" and \"_\" between them");
    } else if (resource_find_attribute(end->owner->resource, text_of(name)) != NULL) {
        draft_refuse(d, end, "",
                     draft_text(d, "%s has an attribute \"%s\" already, and both are fields",
                                draft_type(end->owner), name),
                     end->by_backref ? "choose another name" : "rename one of them");
    }
}

void check_names(struct draft *d)
{
    for (size_t i = 0; i < d->n_ends; i++) {
        check_name(d, &d->ends[i]);
    }
}
