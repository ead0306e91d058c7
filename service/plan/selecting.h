/*
 * selecting.h - a statement about the rows of a selection, while it is being written; what
 * selection.c, condition.c and include.c share. Nobody else includes this.
 *
 * Everything a statement is told comes in as the columns of one row source called `a`: an unnest of
 * arrays when requests share the statement, one row of parameters otherwise. Behind it the text is
 * the same in both cases, but for the order.
 */
#ifndef BACKREF_PLAN_SELECTING_H
#define BACKREF_PLAN_SELECTING_H

#include "plan/selection.h"
#include "plan/sql.h"

struct selecting {
    struct arena *arena;
    const struct statement *known; /* it has been written before; NULL: it has not */
    const struct selection *selection;
    struct sql body;   /* what stands behind the row source `a` */
    struct buf inputs; /* the names of a's columns: "request, near, size" */
    struct argument *arguments;
    const char *row;  /* alias of the rows' table: "r", or "t" */
    const char *link; /* alias of the relationship's rows; NULL: none */
};

/*
 * selecting_begin() - nothing is written yet. Failures latch in `body`.
 *
 * known     the statement, from an earlier request of the same shape: then only its arguments are
 *           gathered; NULL: its text is written
 */
struct selecting selecting_begin(struct arena *a, const struct selection *selection, bool shared,
                                 const struct statement *known);

/* selecting_input() - one more column of `a` with its value; `name` as in a.NAME. */
void selecting_input(struct selecting *w, const char *name, const struct column_type *type,
                     const struct cell *value);

/* selecting_input_oid() - likewise for what is no column's type. */
void selecting_input_oid(struct selecting *w, const char *name, uint32_t oid, uint32_t array_oid,
                         const struct cell *value);

/* selecting_input_array() - likewise for a list; only where the statement is not shared. */
void selecting_input_array(struct selecting *w, const char *name, const struct column_type *type,
                           const struct cell *values, size_t n);

/* What the rows of selecting_add_rows() are to hold. */
enum selecting_what {
    ROWS_WHOLE, /* every column of the layout, and one row more than the page */
    ROWS_KEYS,  /* `key` alone, of the page's own rows */
};

/* selecting_add_rows() - the rows of the selection, as `x`, joined to `a`. */
void selecting_add_rows(struct selecting *w, enum selecting_what what);

/*
 * selecting_add_path() - " from … where …": the members that a field's path leads to from each row.
 *
 * Their links are `l1`, `l2` … step by step; with_resource: the last ones themselves are `m`.
 */
void selecting_add_path(struct selecting *w, const struct field *field, bool with_resource);

/* selecting_add_count() - how many members there are, as an expression. */
void selecting_add_count(struct selecting *w, const struct field *field);

/* selecting_add_filters() - " and …" for every filter of the query. */
void selecting_add_filters(struct selecting *w);

/* selecting_add_keyset() - " and …": only what lies behind the cursor and before the
 * range's end, if there are any. */
void selecting_add_keyset(struct selecting *w);

/* selecting_add_sort_values() - what sort keys have to be computed, as a lateral join `s`. */
void selecting_add_sort_values(struct selecting *w);

/* selecting_add_sort_value() - sort key `i`, as an expression. */
void selecting_add_sort_value(struct selecting *w, size_t i);

/* selecting_add_key() - the expression that completes every order: the key of the rows. */
void selecting_add_key(struct selecting *w);

/* selecting_key_descends() - does the key that completes the order run downwards? */
bool selecting_key_descends(const struct selection *selection);

/*
 * selecting_add_order() - " order by …": request by request, each one's rows as they were found.
 *
 * PostgreSQL knows that an unnest has the order of its ordinality, and keeps that through joins
 * with what is lateral and has a limit, which it can only run row by row: nothing is sorted, and
 * rows of one request come in the order of the innermost "order by".
 */
void selecting_add_order(struct selecting *w);

/*
 * selecting_finish() - "select {columns} from a{body}".
 *
 * before    what stands in front of "select", or ""
 * ret       both NULL when something failed
 */
void selecting_finish(struct selecting *w, const char *before, const char *columns,
                      struct step_plan *ret);

#endif
