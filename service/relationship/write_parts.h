/*
 * write_parts.h - a write while it is being planned; what write.c, lock.c, judge.c and members.c
 * share. Nobody else includes this.
 *
 * A plan's statements are, in this order: locks (lock.c), the judgement with everything that is
 * written to the resource itself and to association tables (write.c, judge.c, members.c), and for
 * each one-to-many relationship a statement that writes the targets' foreign keys (members.c); when
 * nothing else is written, they are written with the judgement. The
 * judgement leaves the resource's key in the setting CREATED_KEY, and nothing there when the
 * request is refused: what follows writes to the key that it finds.
 *
 * Parts of a statement have the same names for each relationship, numbered: `given_0` are the
 * members asked for, `missing_0` says whether one of them does not exist, `go` whether all is well.
 * PostgreSQL runs a part only against what was there when the statement began, so the parts do not
 * see each other's writes: each one is told what it needs by name.
 */
#ifndef BACKREF_RELATIONSHIP_WRITE_PARTS_H
#define BACKREF_RELATIONSHIP_WRITE_PARTS_H

#include "plan/selection.h"
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

/* change_takes() - may linking a member take it from another partner? */
bool change_takes(const struct writer *w, const struct change *c);

/* change_refuses_to_take() - is a member that has another partner a reason to refuse? */
bool change_refuses_to_take(const struct change *c);

/* change_clears() - may foreign keys become NULL because members leave? */
bool change_clears(const struct writer *w, const struct change *c);

/* write_add_locks() - the statements that lock the resource and what else is to be in step. */
void write_add_locks(struct writer *w);

/* judge_add() - the parts that look at what relationship `i` asks for, each followed by ", ". */
void judge_add(struct writer *w, size_t i);

/* judge_add_go() - `go`: one row when the whole write may happen. */
void judge_add_go(struct writer *w);

/* judge_add_outcome() - ", …": the WRITE_PER_RELATIONSHIP columns of relationship `i`. */
void judge_add_outcome(struct writer *w, size_t i);

/*
 * members_add_robbed() - `robbed`: the rows whose unique foreign keys the resource takes over are
 * cleared. Preceded by ", "; returns false when there is no such part.
 */
bool members_add_robbed(struct writer *w);

/* members_add_links() - the rows of an association table: `removed_i`, `robbed_i`, `added_i` … */
void members_add_links(struct writer *w, size_t i);

/*
 * members_add_foreign_keys() - the targets' foreign keys of a one-to-many relationship, as parts of
 * the judgement: where nothing else is written.
 */
void members_add_foreign_keys(struct writer *w, size_t i);

/*
 * members_write() - likewise, as a statement of its own: two relationships may move the same row,
 * or the resource's own one, and a statement updates a row only once.
 */
void members_write(struct writer *w, size_t i);

#endif
