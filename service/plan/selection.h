/*
 * selection.h - which rows a request reads, and the statements that read them.
 *
 * A selection is one resource, or a page of a collection under a sort and filters. Its statement
 * gives the rows; further ones give, for the same rows, what is included (see include.h), and how
 * many there are in all. Every row begins with the number of the request that it answers.
 *
 * Pages are keyset pages: they begin behind a row, so that the last page costs what the first one
 * costs. One row more than the page holds is read, to see whether there is a next one.
 */
#ifndef BACKREF_PLAN_SELECTION_H
#define BACKREF_PLAN_SELECTION_H

#include "jsonapi/query.h"
#include "model/model.h"
#include "plan/cursor.h"
#include "plan/plan.h"

enum { PAGE_DIRECTIONS = PAGE_BEFORE + 1 };

enum selection_kind {
    SELECT_BY_KEY,  /* one resource */
    SELECT_CREATED, /* the resource that this transaction has made; see CREATED_KEY */
    SELECT_ALL,     /* a page of a type */
    SELECT_RELATED, /* a page of the resources that one is related to */
    SELECT_LINKAGE, /* a page of their identifiers, with the link columns */
};

/* The setting in which a create leaves the new key, as text, for the rest of its transaction. */
#define CREATED_KEY "backref.created"

struct selection {
    enum selection_kind kind;
    const struct resource *resource;         /* of the rows */
    const struct relationship *relationship; /* SELECT_RELATED, SELECT_LINKAGE */
    bool with_resources;       /* SELECT_LINKAGE: the related resources' own columns as well */
    bool locks_links;          /* SELECT_LINKAGE: nobody unlinks what the state tells of */
    struct cell key;           /* SELECT_BY_KEY: its own; SELECT_RELATED, _LINKAGE: the owner's */
    const struct query *query; /* page, sort and filters; ignored for one resource */
    const struct cell *cursor; /* a value per sort key, then the key; NULL: PAGE_FIRST */
    const struct cell *end;    /* likewise, where a range ends; NULL: it is none */
};

/*
 * Columns that rows with an owner begin with: is there such an owner? Without, there is one row,
 * and nothing else in it. And, in SELECT_LINKAGE, the state of the whole link set, as a text that
 * is the same exactly when the links are; NULL when they are more than STATE_MAX_MEMBERS.
 */
enum { SELECTION_FOUND = 1, SELECTION_STATE = 2, STATE_MAX_MEMBERS = 1000 };

/* Where the columns of a selection's rows are; 0: it has no such columns. */
struct selection_layout {
    size_t found;    /* SELECTION_FOUND */
    size_t state;    /* SELECTION_STATE */
    size_t member;   /* the related key, in SELECT_LINKAGE */
    size_t links;    /* link columns */
    size_t resource; /* key, attributes, keys of to-one relationships */
    size_t sort;     /* a value per sort key */
};

/* selection_layout() - of the rows of selection_plan(). */
struct selection_layout selection_layout(const struct selection *selection);

/* selection_key_at() - the column that identifies a row: the member, or the resource's key. */
size_t selection_key_at(const struct selection_layout *layout);

/* resource_width() - how many columns a resource has: key, attributes, to-one keys. */
size_t resource_width(const struct resource *resource);

/* selection_n_sort() - sort keys that matter: those behind the id add nothing to the order. */
size_t selection_n_sort(const struct selection *selection);

/* selection_cursor_form() - of the cursors of this list; in `a`. */
struct cursor_form selection_cursor_form(struct arena *a, const struct selection *selection);

/*
 * selection_is_plain() - neither sorted nor filtered nor numbered nor a range: the statement
 * depends on the collection and the direction alone, and requests may share its execution.
 */
bool selection_is_plain(const struct selection *selection);

/*
 * selection_statement() - the statement of a plain selection, to be kept; arguments come from
 * selection_arguments(). NULL when out of memory.
 */
const struct statement *selection_statement(struct arena *a, const struct selection *selection)
    MUST_CHECK;

/* selection_arguments() - of selection_statement(); in `a`, NULL when it is over budget. */
const struct argument *selection_arguments(struct arena *a, const struct selection *selection)
    MUST_CHECK;

/*
 * selection_plan() - the statement of any selection with its arguments.
 *
 * known     the statement, if it is known from a plan of the same shape (see plan_cache.h): it is
 *           then not written again; NULL: it is not known
 * ret       both members NULL when out of memory, or when one statement cannot carry as much
 * Cost:     text of some hundred bytes; nothing is asked of PostgreSQL
 */
void selection_plan(struct arena *a, const struct selection *selection,
                    const struct statement *known, struct step_plan *ret);

/*
 * selection_plan_total() - how many rows the whole collection has under the filters.
 *
 * known     as for selection_plan()
 * Rows:     0, bigint; an estimate is PostgreSQL's own where there is no filter, else exact
 */
void selection_plan_total(struct arena *a, const struct selection *selection,
                          const struct statement *known, struct step_plan *ret);

#endif
