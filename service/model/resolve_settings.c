/*
 * resolve_settings.c - what one side of a relationship says of itself, when its kind, its columns
 * and its other side are known: single or not, read or written, moved or refused, in which order.
 */
#include "model/names.h"
#include "model/resolving.h"

static void check_uselist(struct draft *d, struct draft_end *end)
{
    enum declared_choice uselist = end->declared->uselist;
    if (uselist == CHOICE_YES && end->kind == RELATIONSHIP_MANY_TO_ONE) {
        draft_refuse(d, end, "uselist",
                     draft_text(d, "foreign key \"%s\" of \"%s\" holds one %s at most",
                                end->far->name, end->table->name, draft_type(end->target)),
                     "remove it: this side is many-to-one");
    } else if (uselist == CHOICE_NO && end->is_symmetric) {
        draft_refuse(d, end, "uselist",
                     "no constraint could keep a mutual link single, since either column may hold "
                     "either side",
                     "remove it, or \"symmetric\"");
    } else if (uselist == CHOICE_NO && !end->table->is_view &&
               !table_has_unique(end->table, end->near->name)) {
        draft_refuse(d, end, "uselist",
                     draft_text(d,
                                "\"%s\" of \"%s\" is not unique, so one of %s may have several %s",
                                end->near->name, end->table->name, draft_type(end->owner),
                                draft_type(end->target)),
                     draft_text(d, "alter table %s add unique (%s), or leave out \"uselist\"",
                                draft_table_sql(d, end->table), draft_column_sql(d, end->near)));
    }
}

static void check_on_move(struct draft *d, struct draft_end *end)
{
    if (end->declared->on_move != NULL && !end->view_only && !target_is_moved(end)) {
        draft_refuse(d, end, "on_move",
                     draft_text(d, "nothing is moved here: one of %s may be linked to several %s",
                                draft_type(end->target), draft_type(end->owner)),
                     draft_text(d, "remove it, or let \"%s\" of \"%s\" be unique", end->far->name,
                                end->table->name));
    }
}

/* At most one target, but shown as a collection: the author may not know. */
static void note_single(struct draft *d, struct draft_end *end)
{
    if (end->declared->uselist == CHOICE_OPEN && !end->is_to_one &&
        table_has_unique(end->table, end->near->name)) {
        draft_note(d, end->declared->pointer,
                   draft_text(d, "\"%s\" of \"%s\" is unique, so this collection holds one at most",
                              end->near->name, end->table->name),
                   "set \"uselist\": false to show it as to-one, or true to keep it");
    }
}

static void note_one_sided(struct draft *d, struct draft_end *end)
{
    if (end->inverse == NULL && !end->view_only) {
        draft_note(d, end->declared->pointer,
                   draft_text(d, "one-sided: %s do not show it", draft_type(end->target)),
                   "create the other side with \"backref\" if it is wanted");
    }
}

/* Reading only leaves nothing for settings that govern writes. */
static void check_view_only(struct draft *d, struct draft_end *end)
{
    const struct declared_relationship *declared = end->declared;
    const char *key = declared->on_move != NULL            ? "on_move"
                      : declared->allow_self == CHOICE_YES ? "allow_self"
                                                           : NULL;
    if (end->view_only && key != NULL) {
        draft_refuse(d, end, declared->view_only == CHOICE_YES ? "view_only" : key,
                     draft_text(d, "nothing is written here, yet \"%s\" says how", key),
                     draft_text(d, "remove one of \"%s\" and \"view_only\"", key));
    }
    if (declared->view_only == CHOICE_NO && end->view_only) {
        draft_refuse(d, end, "view_only", "this side can only be read: it is that of a view",
                     "remove it");
    }
}

/* The foreign key may be the key itself, and ids never change. */
static void check_key_as_foreign_key(struct draft *d, struct draft_end *end)
{
    bool is_foreign_key = end->kind != RELATIONSHIP_MANY_TO_MANY;
    if (!end->view_only && is_foreign_key && end->near == end->far) {
        draft_refuse(d, end, "",
                     draft_text(d,
                                "its foreign key \"%s\" is the key of \"%s\", and ids never change",
                                end->near->name, end->table->name),
                     "set \"view_only\": true");
    }
}

static void refuse_order(struct draft *d, struct draft_end *end, size_t i, const char *reason,
                         const char *given)
{
    const struct resource *target = end->target->resource;
    const char **names = arena_zalloc(d->scratch, target->n_attributes, sizeof *names);
    size_t n = 0;
    for (size_t j = 0; names != NULL && j < target->n_attributes; j++) {
        if (target->attributes[j].type->is_sortable) {
            names[n++] = target->attributes[j].name;
        }
    }
    draft_refuse(d, end, draft_text(d, "order_by/%zu", i), reason,
                 draft_text(d, "%sthere are %s", names_suggest(d->scratch, given, names, n),
                            names_list(d->scratch, names, n)));
}

static void read_order(struct draft *d, struct draft_end *end, size_t i,
                       struct relationship_order *ret)
{
    const char *given = end->declared->order_by.at[i];
    bool descending = given[0] == '-';
    const char *name = descending ? given + 1 : given;
    const char *type = draft_type(end->target);
    const struct attribute *attribute =
        resource_find_attribute(end->target->resource, text_of(name));
    if (attribute == NULL) {
        refuse_order(d, end, i, draft_text(d, "%s has no attribute \"%s\"", type, name), name);
    } else if (!attribute->type->is_sortable) {
        refuse_order(d, end, i,
                     draft_text(d, "%s.%s is of type %s, which has no order", type, name,
                                attribute->type->name),
                     name);
    } else {
        *ret = (struct relationship_order){ .attribute = attribute, .descending = descending };
    }
}

static void resolve_order(struct draft *d, struct draft_end *end)
{
    size_t n = end->declared->order_by.n;
    if (n > 0 && end->is_to_one) {
        draft_refuse(d, end, "order_by", "there is one at most, and nothing to order", "remove it");
        return;
    }
    struct relationship_order *order = arena_zalloc(d->arena, n, sizeof *order);
    for (size_t i = 0; order != NULL && i < n; i++) {
        read_order(d, end, i, &order[i]);
    }
    end->order_by = order;
    end->n_order_by = order == NULL ? 0 : n;
}

static void check_overlaps(struct draft *d, struct draft_end *end)
{
    for (size_t i = 0; i < end->declared->overlaps.n; i++) {
        const char *name = end->declared->overlaps.at[i];
        size_t other = 0;
        while (other < d->n_ends && strcmp(draft_end_name(d, &d->ends[other]), name) != 0) {
            other++;
        }
        if (other == d->n_ends) {
            draft_refuse(d, end, arena_printf(d->scratch, "overlaps/%zu", i),
                         draft_text(d, "there is no relationship \"%s\"", name),
                         "write \"type.relationship\"");
        }
    }
}

void resolve_settings(struct draft *d, struct draft_end *end)
{
    check_overlaps(d, end);
    if (!draft_end_is_resolved(end) || end->broken) {
        return;
    }
    check_uselist(d, end);
    check_on_move(d, end);
    check_view_only(d, end);
    check_key_as_foreign_key(d, end);
    if (end->kind == RELATIONSHIP_MANY_TO_MANY) {
        check_link_columns(d, end);
    }
    resolve_order(d, end);
    if (end->broken) {
        return; /* what would be said of it may be otherwise when it is mended */
    }
    note_single(d, end);
    note_one_sided(d, end);
    if (end->kind != RELATIONSHIP_MANY_TO_MANY) {
        check_foreign_key(d, end);
    }
}
