/*
 * resolving.h - the steps from declarations to a model, in their order (resolve.c).
 *
 *     resolve_table        every resource: table and key
 *     resolve_end          every declared relationship: kind, table and columns
 *     resolve_backref      the sides that backrefs create
 *     resolve_attributes   every resource: attributes, without what relationships show
 *     resolve_pairs        both sides of every relationship find each other
 *     resolve_settings     every side: single or not, read or written, in which order
 */
#ifndef BACKREF_MODEL_RESOLVING_H
#define BACKREF_MODEL_RESOLVING_H

#include "model/draft.h"

/* findings_sort() - into the order of `places`, keeping what is at one place; 0 | -ENOMEM. */
int findings_sort(struct arena *a, struct findings *f, struct declared_names places) MUST_CHECK;

/*
 * resolve_table() - table and key of one resource.
 *
 * reterr    through `d`: a type or table that cannot be, no usable key
 */
void resolve_table(struct draft *d, struct draft_resource *r);

/*
 * resolve_attributes() - attributes and constraints of one resource, once its foreign keys that are
 * relationships are known.
 *
 * reterr    through `d`: attributes without a column, of a type that is not served, shown otherwise
 */
void resolve_attributes(struct draft *d, struct draft_resource *r);

/*
 * resolve_end() - target, kind, table, columns and link columns of one declared relationship.
 *
 * reterr    through `d`: whatever keeps it from being a relationship of these tables
 */
void resolve_end(struct draft *d, struct draft_end *end);

/* resolve_secondary() - resolve_end() for one with an association table: many-to-many. */
void resolve_secondary(struct draft *d, struct draft_end *end);

/* resolve_foreign_key() - resolve_end() for one without: many-to-one or one-to-many. */
void resolve_foreign_key(struct draft *d, struct draft_end *end);

/* resolve_link_columns() - what `end` shows of its association table beside the two keys. */
void resolve_link_columns(struct draft *d, struct draft_end *end);

/* resolve_backref() - the side that the backref of `end` creates, into `ret`; false: it cannot be.
 */
bool resolve_backref(struct draft *d, struct draft_end *end, struct draft_end *ret);

/* resolve_pairs() - join both sides of every relationship; report those that do not fit. */
void resolve_pairs(struct draft *d);

/*
 * resolve_settings() - what one side says of itself: uselist, view_only, on_move, order_by.
 *
 * reterr    through `d`: settings that its kind, its columns or its target cannot keep
 */
void resolve_settings(struct draft *d, struct draft_end *end);

/* check_names() - does the name of every side stand free, in paths and among the fields? */
void check_names(struct draft *d);

/* check_foreign_key() - what the foreign key of `end`, if it is stored in one, should have. */
void check_foreign_key(struct draft *d, struct draft_end *end);

/* check_association() - what the association table of `end` must have, and should have. */
void check_association(struct draft *d, struct draft_end *end);

/*
 * draft_association_sql() - the statements that create the association table of `end`; in the
 * scratch arena.
 *
 * Returns:  NULL when its name is none that a table would be given, or a key is unknown
 */
const char *draft_association_sql(struct draft *d, const struct draft_end *end);

/* check_link_columns() - can links be made from `end`: may clients give what they need? */
void check_link_columns(struct draft *d, struct draft_end *end);

/* table_has_unique() - is the column alone unique, by a key or a constraint? */
bool table_has_unique(const struct catalog_table *table, const char *column);

/* target_is_moved() - may a target have one owner only? Then linking it elsewhere moves it. */
bool target_is_moved(const struct draft_end *end);

/* references_key() - is it a foreign key of one column to the resource's key? */
bool references_key(const struct catalog_constraint *c, const struct draft_resource *r);

/* check_key_type() - `column` must have the type of the key of `r`; else an error at `key`. */
void check_key_type(struct draft *d, struct draft_end *end, const char *key,
                    const struct catalog_column *column, const struct draft_resource *r);

/* constraint_has_column() - does the constraint bind this column? */
bool constraint_has_column(const struct catalog_constraint *constraint, const char *column);

/* check_index() - warn when no index of the links begins with `column`; `then` completes it. */
void check_index(struct draft *d, const struct draft_end *end, const char *pointer,
                 const struct catalog_column *column, const struct catalog_column *then);

#endif
