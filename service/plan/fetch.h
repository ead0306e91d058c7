/*
 * fetch.h - the statements that read: a resource, a page of a type, of a linkage, of related
 * resources.
 *
 * Every row begins with the number of the request that it answers (0 when not shared). Pages are
 * keyset pages: they begin behind a key, so that the last page costs what the first one costs.
 * The caller asks for one row more than the page holds, to see whether there is a next one.
 */
#ifndef BACKREF_PLAN_FETCH_H
#define BACKREF_PLAN_FETCH_H

#include "jsonapi/query.h"
#include "model/model.h"
#include "plan/plan.h"
#include "plan/selection.h"

/*
 * fetch_resource() - one resource by key. Shared; parameters: key[].
 *
 * Rows:     request, key, attributes …; none when there is no such resource
 * Returns:  NULL when out of memory, like all builders here; the statement lives in `a`
 */
const struct statement *fetch_resource(struct arena *a, const struct resource *resource) MUST_CHECK;

/*
 * fetch_page() - a page of a type. Shared; parameters: key[] (PAGE_AFTER, PAGE_BEFORE), limit[].
 *
 * Rows:     request, key, attributes …, ascending by key; a page before a key has its extra row
 *           first
 */
const struct statement *fetch_page(struct arena *a, const struct resource *resource,
                                   enum page_direction direction) MUST_CHECK;

/*
 * fetch_linkage() - a page of a relationship's identifiers. Shared; parameters: owner's key[],
 * member's key[] (PAGE_AFTER, PAGE_BEFORE), limit[].
 *
 * Rows:     request, is there such an owner, member's key, link columns …, ascending by member's
 *           key;
 *           an owner without members, or none at all, has one row whose member is NULL
 */
const struct statement *fetch_linkage(struct arena *a, const struct relationship *relationship,
                                      enum page_direction direction) MUST_CHECK;

/*
 * fetch_related() - a page of the related resources. Parameters and owner as in fetch_linkage().
 *
 * Rows:     request, is there such an owner, key, attributes …
 */
const struct statement *fetch_related(struct arena *a, const struct relationship *relationship,
                                      enum page_direction direction) MUST_CHECK;

/* Columns of fetch_link(): is there such an owner; the member's key; behind it the link columns. */
enum { LINK_ROW_OWNER = 1, LINK_ROW_MEMBER = 2 };

/*
 * fetch_link() - one link. Shared; parameters: owner's key[], member's key[].
 *
 * Rows:     request, is there such an owner, member's key (NULL: not linked), link columns …
 */
const struct statement *fetch_link(struct arena *a, const struct relationship *relationship)
    MUST_CHECK;

/*
 * remove_resource() - delete one resource; its links go by the foreign keys' own rule. Not shared;
 * parameters: key.
 *
 * Rows:     0, key; none when there was no such resource
 */
const struct statement *remove_resource(struct arena *a, const struct resource *resource)
    MUST_CHECK;

/*
 * probe_model() - whether the database still has every table and column of the model. Not shared;
 * no parameters. No rows that matter; fails when something is gone, reads nothing otherwise.
 */
const struct statement *probe_model(struct arena *a, const struct model *model) MUST_CHECK;

#endif
