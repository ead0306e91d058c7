/*
 * statements.h - every statement of a model that does not depend on a request's own shape, built
 * once.
 *
 * Read-only and shared by all workers, like the model. What depends on a request's shape (create,
 * update, replace) is built by write.h.
 */
#ifndef BACKREF_RELATIONSHIP_STATEMENTS_H
#define BACKREF_RELATIONSHIP_STATEMENTS_H

#include "model/model.h"
#include "plan/fetch.h"

struct resource_statements {
    const struct statement *fetch;
    const struct statement *page[PAGE_DIRECTIONS];
    const struct statement *remove;
};

struct relationship_statements {
    const struct statement *linkage[PAGE_DIRECTIONS];
    const struct statement *related[PAGE_DIRECTIONS];
    const struct statement *find_link;
    const struct statement *lock_owners;     /* NULL, like the next two, unless link_is_plain() */
    const struct statement *link[2];         /* [1]: the rows name what changed; NULL, too, unless
                                                link_may_trust() */
    const struct statement *link_judging[2]; /* likewise, always */
    const struct statement *unlink[2];       /* likewise */
    /* of one member: its lock, then the write; NULL unless foreign_key_is_plain() */
    const struct statement *join[2];
    const struct statement *leave[2];
};

struct statements {
    const struct resource_statements *of_resource;         /* by struct resource's index */
    const struct relationship_statements *of_relationship; /* by struct relationship's id */
};

/* statements_new() - the statements of `model`, in `a`; NULL when out of memory. */
const struct statements *statements_new(struct arena *a, const struct model *model) MUST_CHECK;

#endif
