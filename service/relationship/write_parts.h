/*
 * write_parts.h - a write while it is being planned; what write.c, lock.c, judge.c and members.c
 * share. Nobody else includes this.
 *
 * A plan's statements are, in this order: locks (lock.c), the judgement with everything that is
 * written to the resource itself and to association tables (write.c, judge.c, members.c), and for
 * each one-to-many relationship a statement that writes the targets' foreign keys (members.c); when
 * nothing else is written, they are written with the judgement. The judgement leaves the resource's
 * key in the setting CREATED_KEY, and nothing there when the request is refused: what follows
 * writes to the key that it finds.
 *
 * Parts of a statement have the same names for each relationship, numbered: `given_0` are the
 * members asked for, `missing_0` says whether one of them does not exist, `go` whether all is well.
 * PostgreSQL runs a part only against what was there when the statement began, so the parts do not
 * see each other's writes: each one is told what it needs by name.
 */
#ifndef BACKREF_RELATIONSHIP_WRITE_PARTS_H
#define BACKREF_RELATIONSHIP_WRITE_PARTS_H

#include "plan/selection.h"
#include "relationship/writer.h"

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
