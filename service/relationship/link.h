/*
 * link.h - the statements that add and remove links where a link concerns nobody else, and the
 * plans that use them.
 *
 * That is what most links are: rows of an association table between many and many, without columns
 * of their own. Requests share these statements, and are judged one by one all the same: all
 * members of a request are linked, or none. Everything else is write.h's.
 */
#ifndef BACKREF_RELATIONSHIP_LINK_H
#define BACKREF_RELATIONSHIP_LINK_H

#include "jsonapi/document_read.h"
#include "model/model.h"
#include "plan/plan.h"

/* What a row of a link or unlink statement says of one request: the columns' positions. */
enum {
    LINK_OWNER_FOUND = 1, /* boolean */
    LINK_MISSING_AT = 2,  /* bigint: position of the first member that does not exist; NULL: none.
                             Link only; NULL for unlink */
    LINK_N_CHANGED = 3,   /* bigint: links added or removed */
    LINK_CHANGED = 4,     /* key[] of the members added or removed; only when `named` */
};

/*
 * link_is_plain() - can these statements serve the relationship? Members that give link columns
 * are not for them in any case.
 */
bool link_is_plain(const struct relationship *relationship);

/*
 * link_may_trust() - may link_statement() serve the relationship? It inserts what is linked already
 * as well, and the table's key leaves it out: not the row of a mutual link that was stored the
 * other way round, and not before triggers have seen it.
 */
bool link_may_trust(const struct relationship *relationship);

/*
 * lock_owners_statement() - let one request at a time change several members of an owner.
 *
 * A request that names several members has to see, as a whole, either what another such request or
 * a replacement left, or what it found. So it waits for it here, before the statement begins that
 * looks at the links. A request with one member is in step with all others by that one row.
 * Shared; parameters: owner's key[].
 *
 * Rows:     none
 */
const struct statement *lock_owners_statement(struct arena *a,
                                              const struct relationship *relationship) MUST_CHECK;

/*
 * link_statement() - insert the links of each request, whose owners and members should all exist.
 *
 * That they do is left to the association table's foreign keys, which look in any case: when one is
 * missing, the statement fails and has linked nothing; then link_judging_statement() takes its
 * place. Only where link_may_trust(). Rows are inserted in the order of the association table's
 * key.
 * Shared; parameters: owner's key[], member's key[], position[].
 *
 * named     the rows also name the members that were added
 * Returns:  NULL when out of memory
 * Source:   jsonapi post-to-many-add
 */
const struct statement *link_statement(struct arena *a, const struct relationship *relationship,
                                       bool named) MUST_CHECK;

/*
 * link_judging_statement() - insert the links of each request whose owner and members all exist.
 *
 * Owners and members are locked against deletion first, and rows are inserted as by
 * link_statement(), whose parameters and rows these are. Members that are linked already cost a
 * lookup and no write. A request without members has one row whose member is NULL.
 */
const struct statement *link_judging_statement(struct arena *a,
                                               const struct relationship *relationship, bool named)
    MUST_CHECK;

/*
 * unlink_statement() - delete the links of each request. Parameters and rows as for
 * link_statement().
 *
 * What is not linked, or never existed, is no mistake: it is not linked afterwards.
 *
 * Source:   jsonapi crud-updating-to-many-relationships
 */
const struct statement *unlink_statement(struct arena *a, const struct relationship *relationship,
                                         bool named) MUST_CHECK;

/*
 * link_arguments() - one request's arguments for either statement.
 *
 * ret_n_rows  rows of arguments: at least one
 * Returns:    three arguments in `a`; NULL when out of memory
 */
const struct argument *link_arguments(struct arena *a, struct cell owner,
                                      const struct linkage *members, size_t *ret_n_rows) MUST_CHECK;

#endif
