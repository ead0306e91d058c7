/*
 * relationship.h - a relationship as the model has it; part of model.h, which other rooms include.
 */
#ifndef BACKREF_MODEL_RELATIONSHIP_H
#define BACKREF_MODEL_RELATIONSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct attribute;
struct resource;

enum relationship_kind {
    RELATIONSHIP_MANY_TO_MANY, /* a link is a row of the association table */
    RELATIONSHIP_MANY_TO_ONE,  /* a foreign key in the owner's table; always to-one */
    RELATIONSHIP_ONE_TO_MANY,  /* a foreign key in the target's table; to-one when it is unique */
};

struct relationship_order {
    const struct attribute *attribute; /* of the target */
    bool descending;
};

/*
 * A relationship of any kind, seen as rows that hold two keys: `near` is the column with the
 * owner's key, `far` the one with the target's.
 *
 *     kind           table               near                far
 *     many-to-many   association table   its key to owner    its key to target
 *     many-to-one    owner's             owner's key         foreign key, NULL: no link
 *     one-to-many    target's            foreign key         target's key
 *
 * So everything that reads says "from {rows} p where p.{near} = … and p.{far} is not null"; only
 * what writes asks for the kind. The inverse has near and far the other way round.
 */
struct relationship {
    const char *name;
    struct {
        struct text path;         /* /phones */
        struct text linkage_path; /* /relationships/phones */
    } spelled;                    /* see spelling.h */
    const char *description;      /* in the model author's words; NULL: none */
    enum relationship_kind kind;
    bool is_to_one; /* its data is null or one identifier */
    const struct resource *owner;
    const struct resource *target;
    const struct relationship *inverse; /* NULL: one-sided */
    const char *table;                  /* what is written: qualified and quoted */
    const char *near;                   /* quoted */
    const char *far;                    /* quoted */
    const char *rows;         /* what is read: the table, or both directions of a symmetric one */
    bool near_is_first;       /* in the table's key: the order in which rows are locked */
    bool is_symmetric;        /* mutual, of a type with itself: one row per link, its own inverse */
    bool allows_self;         /* symmetric: a resource may be linked to itself */
    bool has_insert_triggers; /* of the table: they would also see a link that is there already */
    bool view_only;           /* declared so, or of a view: every write is refused */
    bool refuses_move;  /* "on_move": "refuse": a member that has a partner is not taken from it */
    bool is_required;   /* the foreign key is NOT NULL: a link can be moved, never cleared */
    bool far_is_unique; /* a target has one owner at most: linking it takes it from another */
    size_t n_order_by;  /* the order of a to-many when no sort is asked for */
    const struct relationship_order *order_by;
    size_t n_link_columns;                /* many-to-many only, like the next */
    const struct attribute *link_columns; /* the association table's further columns: `meta` */
    size_t index;                         /* its position in struct resource */
    size_t id;                            /* its position among all relationships of the model */
    size_t to_one_index; /* its position among the owner's to-one relationships, if it is one */
};

#endif
