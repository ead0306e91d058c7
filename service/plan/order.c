/*
 * order.c - sort keys, and the place in an order that a cursor stands for. See selecting.h.
 *
 * Orders are PostgreSQL's own: nulls are larger than every value. The key completes every order, in
 * the direction of the last sort key, so that an index over both serves it.
 */
#include "plan/selecting.h"

enum { INPUT_NAME = 24 }; /* bytes of the name of a column of `a` */

size_t selection_n_sort(const struct selection *selection)
{
    const struct query *q = selection->query;
    size_t n = 0;
    while (n < q->n_sort &&
           !(q->sort[n].field.kind == FIELD_OF_KEY && q->sort[n].field.n_path == 0)) {
        n++;
    }
    return n;
}

bool selecting_key_descends(const struct selection *selection)
{
    const struct query *q = selection->query;
    size_t n = selection_n_sort(selection);
    return n < q->n_sort ? q->sort[n].descending : n > 0 && q->sort[n - 1].descending;
}

void selecting_add_key(struct selecting *w)
{
    const struct relationship *rel = w->selection->relationship;
    if (rel == NULL) {
        sql_add(&w->body, "r.%s", w->selection->resource->key);
    } else {
        sql_add(&w->body, "%s.%s", w->link, rel->far);
    }
}

/* Is it a column that stands in the row itself, where an index may find it? */
static bool is_column(const struct field *field)
{
    return field->kind == FIELD_OF_LINK ||
           (field->kind == FIELD_OF_ATTRIBUTE && field->n_path == 0);
}

void selecting_add_sort_value(struct selecting *w, size_t i)
{
    const struct field *field = &w->selection->query->sort[i].field;
    if (is_column(field)) {
        sql_add(&w->body, "%s.%s", field->kind == FIELD_OF_LINK ? w->link : w->row,
                field->attribute->column);
    } else {
        sql_add(&w->body, "s.s%zu", i);
    }
}

void selecting_add_sort_values(struct selecting *w)
{
    const struct query *q = w->selection->query;
    const char *separator = " cross join lateral (select ";
    for (size_t i = 0; i < selection_n_sort(w->selection); i++) {
        const struct field *field = &q->sort[i].field;
        if (is_column(field)) {
            continue;
        }
        sql_add(&w->body, "%s", separator);
        if (field->kind == FIELD_OF_COUNT) {
            selecting_add_count(w, field);
        } else {
            bool is_key = field->kind == FIELD_OF_KEY;
            if (is_key) {
                sql_add(&w->body, "(select l%zu.%s", field->n_path,
                        field->path[field->n_path - 1]->far);
            } else {
                sql_add(&w->body, "(select m.%s", field->attribute->column);
            }
            selecting_add_path(w, field, !is_key);
            sql_add(&w->body, " limit 1)");
        }
        sql_add(&w->body, " as s%zu", i);
        separator = ", ";
    }
    sql_add(&w->body, "%s", separator[0] == ',' ? ") s" : "");
}

static const struct column_type *sort_type(const struct sort_key *key)
{
    const struct field *field = &key->field;
    if (field->kind == FIELD_OF_COUNT) {
        return column_type_find(OID_INT8);
    }
    return field->kind == FIELD_OF_KEY ? field->path[field->n_path - 1]->target->key_type
                                       : field->attribute->type;
}

/* May the values of this sort key be null? */
static bool is_nullable(const struct field *field)
{
    return field->kind != FIELD_OF_COUNT && (!is_column(field) || field->attribute->nullable);
}

/* A place in the order, and the side of it on which the rows lie. */
struct bound {
    const struct cell *values; /* a value per sort key, then the key */
    char prefix;               /* of the inputs that hold the sort keys' values: "a.c0" */
    const char *key;           /* the input that holds the key */
    bool backwards;            /* the rows come before it */
};

/* Sort key `i`, as in "s.s0 > a.c0": is the row on the bound's far side, by this key alone? */
static void add_beyond(struct selecting *w, const struct bound *bound, size_t i)
{
    const struct sort_key *key = &w->selection->query->sort[i];
    bool descends = key->descending != bound->backwards;
    if (cell_is_null(bound->values[i])) { /* nulls are the largest: nothing lies above them */
        if (!descends) {
            sql_add(&w->body, "false");
            return;
        }
        selecting_add_sort_value(w, i);
        sql_add(&w->body, " is not null");
        return;
    }
    sql_add(&w->body, "(");
    selecting_add_sort_value(w, i);
    sql_add(&w->body, " %s a.%c%zu", descends ? "<" : ">", bound->prefix, i);
    if (!descends && is_nullable(&key->field)) {
        sql_add(&w->body, " or ");
        selecting_add_sort_value(w, i);
        sql_add(&w->body, " is null");
    }
    sql_add(&w->body, ")");
}

static void add_equal(struct selecting *w, const struct bound *bound, size_t i)
{
    selecting_add_sort_value(w, i);
    if (cell_is_null(bound->values[i])) {
        sql_add(&w->body, " is null");
    } else {
        sql_add(&w->body, " = a.%c%zu", bound->prefix, i);
    }
}

/* May one comparison of rows say it all, which an index can begin with? */
static bool is_uniform(const struct selection *selection, const struct bound *bound, size_t n_sort)
{
    const struct query *q = selection->query;
    bool descends = selecting_key_descends(selection) != bound->backwards;
    for (size_t i = 0; i < n_sort; i++) {
        bool this_descends = q->sort[i].descending != bound->backwards;
        bool nulls_are_passed = descends || !is_nullable(&q->sort[i].field);
        if (this_descends != descends || !nulls_are_passed || cell_is_null(bound->values[i])) {
            return false;
        }
    }
    return true;
}

/* "(r.name, r.id) > (a.c0, a.cursor)" */
static void add_comparison(struct selecting *w, const struct bound *bound, size_t n, bool descends)
{
    sql_add(&w->body, "(");
    for (size_t i = 0; i < n; i++) {
        selecting_add_sort_value(w, i);
        sql_add(&w->body, ", ");
    }
    selecting_add_key(w);
    sql_add(&w->body, ") %s (", descends ? "<" : ">");
    for (size_t i = 0; i < n; i++) {
        sql_add(&w->body, "a.%c%zu, ", bound->prefix, i);
    }
    sql_add(&w->body, "a.%s)", bound->key);
}

static void add_bound(struct selecting *w, const struct bound *bound)
{
    const struct selection *selection = w->selection;
    size_t n = selection_n_sort(selection);
    bool descends = selecting_key_descends(selection) != bound->backwards;
    char name[INPUT_NAME];
    for (size_t i = 0; i < n; i++) {
        if (!cell_is_null(bound->values[i])) {
            snprintf(name, sizeof name, "%c%zu", bound->prefix, i);
            selecting_input(w, name, sort_type(&selection->query->sort[i]), &bound->values[i]);
        }
    }
    sql_add(&w->body, " and ");
    if (n > 0 && is_uniform(selection, bound, n)) {
        add_comparison(w, bound, n, descends);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        sql_add(&w->body, "(");
        add_beyond(w, bound, i);
        sql_add(&w->body, " or (");
        add_equal(w, bound, i);
        sql_add(&w->body, " and ");
    }
    selecting_add_key(w);
    sql_add(&w->body, " %s a.%s", descends ? "<" : ">", bound->key);
    for (size_t i = 0; i < n; i++) {
        sql_add(&w->body, "))");
    }
}

void selecting_add_keyset(struct selecting *w)
{
    const struct selection *selection = w->selection;
    if (selection->cursor != NULL) {
        add_bound(w,
                  &(struct bound){ .values = selection->cursor,
                                   .prefix = 'c',
                                   .key = "cursor",
                                   .backwards = selection->query->page.direction == PAGE_BEFORE });
    }
    if (selection->end != NULL) {
        add_bound(w,
                  &(struct bound){
                      .values = selection->end, .prefix = 'e', .key = "last", .backwards = true });
    }
}

/* ---- cursors --------------------------------------------------------------------------------- */

static uint32_t add_to_shape(uint32_t hash, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* FNV-1a */
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 16777619u;
    }
    return hash;
}

/* Names rather than addresses: a cursor is good at every instance of the service. */
static uint32_t add_field_to_shape(uint32_t hash, const struct field *field)
{
    hash = add_to_shape(hash, (const char[1]){ (char)field->kind }, 1);
    for (size_t i = 0; i < field->n_path; i++) {
        hash = add_to_shape(hash, field->path[i]->name, strlen(field->path[i]->name) + 1);
    }
    if (field->attribute != NULL) {
        hash = add_to_shape(hash, field->attribute->name, strlen(field->attribute->name) + 1);
    }
    return hash;
}

static uint32_t shape_of(const struct selection *selection)
{
    const struct query *q = selection->query;
    uint32_t hash = 0;
    for (size_t i = 0; i < q->n_sort; i++) {
        hash = add_field_to_shape(hash + 1, &q->sort[i].field);
        hash = add_to_shape(hash, q->sort[i].descending ? "-" : "+", 1);
    }
    for (size_t i = 0; i < q->n_filters; i++) {
        const struct filter *f = &q->filters[i];
        hash = add_to_shape(hash + 1, f->name, strlen(f->name) + 1);
        for (size_t v = 0; v < f->n_values; v++) {
            hash = add_to_shape(hash + 1, f->values[v].at,
                                f->values[v].n > 0 ? (size_t)f->values[v].n : 0);
        }
    }
    return hash;
}

struct cursor_form selection_cursor_form(struct arena *a, const struct selection *selection)
{
    size_t n = selection_n_sort(selection);
    const struct column_type **types = arena_alloc(a, n * sizeof *types);
    for (size_t i = 0; types != NULL && i < n; i++) {
        types[i] = sort_type(&selection->query->sort[i]);
    }
    return (struct cursor_form){ .of = selection->resource,
                                 .shape = shape_of(selection),
                                 .n_values = types == NULL ? 0 : n,
                                 .types = types };
}
