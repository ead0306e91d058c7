/*
 * writer.h - a plan that is being written, statement by statement, and what its document asks of
 * each relationship. Part of write_parts.h; nobody else includes this.
 */
#ifndef BACKREF_RELATIONSHIP_WRITER_H
#define BACKREF_RELATIONSHIP_WRITER_H

#include "plan/sql.h"
#include "relationship/write.h"

enum {
    OID_BOOLEAN_ARRAY = 1000,
    WRITE_MAX_PARAMETERS = 2000, /* of a statement: more than a table has columns */
};

/* A link column that some member gives: per member, whether it does and what. */
struct given_column {
    const struct attribute *attribute;
    const struct cell *is_given;
    const struct cell *values;
};

/* What is to become of one relationship. */
struct change {
    const struct relationship *relationship;
    size_t n_members; /* as asked for, repeated ones included */
    const struct cell *keys;
    size_t keys_number; /* their parameter in the judgement */
    size_t n_columns;
    const struct given_column *columns;
};

struct writer {
    struct arena *arena;
    const struct resource *resource;
    const struct document *document;
    struct change *changes; /* one for each relationship of the document */
    enum change_kind kind;
    bool is_create;
    bool links_only;        /* one relationship is written and nothing else */
    bool named;             /* the outcome names what changed */
    const struct cell *key; /* of the resource; NULL: the database makes it */
    struct plan *plan;
    bool failed; /* out of memory, or a statement or a plan that is too long */

    struct sql sql;             /* the statement being written */
    struct argument *arguments; /* its arguments so far, with room for `capacity` */
    size_t capacity;
    size_t key_number; /* the key's parameter in it; 0: not declared yet */
};

/*
 * writer_init() - a write to `resource` that is an update until the caller says otherwise.
 *
 * plan      emptied
 * Returns:  0 | -ENOMEM
 */
int writer_init(struct writer *w, struct arena *a, const struct resource *resource,
                const struct document *document, struct plan *plan) MUST_CHECK;

/* writer_begin() - an empty statement. */
void writer_begin(struct writer *w);

/* writer_end() - the statement that has been written joins the plan. */
void writer_end(struct writer *w);

/* writer_argument() - declares a parameter with its value; its number for "$%zu". */
size_t writer_argument(struct writer *w, const struct column_type *type, bool as_array,
                       const struct cell *cells, size_t n);

/* writer_set() - the value of a parameter that has been declared. */
void writer_set(struct writer *w, size_t number, const struct cell *cells, size_t n);

/* writer_key() - the parameter that holds the resource's key. */
size_t writer_key(struct writer *w);

#endif
