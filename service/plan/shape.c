/*
 * shape.c - see shape.h. Whoever lets a text depend on something new adds it here.
 */
#include "plan/shape.h"

#include "base/buf.h"

enum { USUAL_BYTES = 256 };

static void add_number(struct buf *b, size_t value)
{
    buf_add(b, &value, sizeof value);
}

static void add_address(struct buf *b, const void *part)
{
    buf_add(b, &part, sizeof part);
}

static void add_field(struct buf *b, const struct field *field)
{
    add_number(b, field->kind);
    add_number(b, field->n_path);
    for (size_t i = 0; i < field->n_path; i++) {
        add_address(b, field->path[i]);
    }
    add_address(b, field->attribute);
}

/* Nulls are asked for in other words than values. */
static void add_cursor(struct buf *b, const struct selection *selection, const struct cell *cursor)
{
    add_number(b, cursor != NULL);
    for (size_t i = 0; cursor != NULL && i < selection_n_sort(selection); i++) {
        add_number(b, cell_is_null(cursor[i]));
    }
}

static void add_query(struct buf *b, const struct query *q)
{
    add_number(b, q->page.direction);
    add_number(b, q->page.number > 0);
    add_number(b, q->page.total);
    add_number(b, q->n_sort);
    for (size_t i = 0; i < q->n_sort; i++) {
        add_field(b, &q->sort[i].field);
        add_number(b, q->sort[i].descending);
    }
    add_number(b, q->n_filters);
    for (size_t i = 0; i < q->n_filters; i++) {
        const struct filter *f = &q->filters[i];
        add_field(b, &f->field);
        add_number(b, f->operator);
        add_number(b, f->operator== FILTER_NULL && cell_bool(f->values[0]));
    }
}

struct text shape_of_reading(struct arena *a, const struct selection *selection,
                             const struct include_node *nodes, size_t n_nodes, bool has_total)
{
    struct buf b;
    buf_init(&b, a, USUAL_BYTES);
    add_number(&b, selection->kind);
    add_address(&b, selection->resource);
    add_address(&b, selection->relationship);
    add_number(&b, selection->with_resources);
    add_number(&b, selection->locks_links);
    add_cursor(&b, selection, selection->cursor);
    add_cursor(&b, selection, selection->end);
    add_query(&b, selection->query);
    add_number(&b, has_total);
    for (size_t i = 0; i < n_nodes; i++) {
        add_address(&b, nodes[i].relationship);
        add_number(&b, nodes[i].parent);
        add_number(&b, nodes[i].identifiers_only);
    }
    struct text shape = { .at = "" };
    if (!b.failed) {
        shape = (struct text){ .at = b.at, .n = b.n };
    }
    return shape;
}
