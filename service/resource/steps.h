/*
 * steps.h - steps and pieces of steps that several operations share.
 *
 * A step takes what it needs from the exchange and leaves there what later steps need; see
 * exchange.h for what it returns.
 */
#ifndef BACKREF_RESOURCE_STEPS_H
#define BACKREF_RESOURCE_STEPS_H

#include "exchange/exchange.h"
#include "jsonapi/document_write.h"

/* read_query() - request.query -> x->query. Step; 400. */
enum step read_query(struct exchange *x);

/* answer_no_content() - 204. Step. */
enum step answer_no_content(struct exchange *x);

/* document_reader_of() - the reader of this exchange's body. */
struct document_reader document_reader_of(struct exchange *x);

/*
 * plan_shared() - x->plan becomes one shared statement with these arguments.
 *
 * arguments  in the exchange's arena; NULL when it is over budget
 * n_rows     of arguments
 */
enum step plan_shared(struct exchange *x, const struct statement *statement,
                      const struct argument *arguments, size_t n_rows);

/*
 * plan_page_of() - x->plan fetches a page: plan_shared() with the page's weight, so that batches
 * hold few large pages or many small ones.
 */
enum step plan_page_of(struct exchange *x, const struct statement *statement,
                       const struct argument *arguments);

/* one_row() - arguments of one row: `n` cells, copied into the arena; NULL over budget. */
const struct argument *one_row(struct arena *a, const struct cell *cells, size_t n);

/*
 * page_arguments() - the arguments of a page: [owner's key,] [cursor,] limit.
 *
 * owner     NULL for the page of a type
 * of        whose keys the cursors hold
 * reterr    a cursor that is none: x->problems
 * Returns:  NULL when there is a problem or no memory
 */
const struct argument *page_arguments(struct exchange *x, const struct cell *owner,
                                      const struct resource *of);

/* A page that has come back: the rows to show, and whether there is more on either side. */
struct page_view {
    size_t first;
    size_t n;
    bool has_previous;
    bool has_next;
};

/* page_view_of() - of `n_rows` rows that were fetched with one more than the page holds. */
struct page_view page_view_of(const struct page *page, size_t n_rows);

/*
 * page_links() - the links of a page.
 *
 * path           of the collection, without prefix or query
 * first_key, last_key  of the rows shown; ignored when the page is empty
 */
struct document_links page_links(struct exchange *x, const char *path, const struct page_view *view,
                                 struct cell first_key, struct cell last_key,
                                 const struct resource *of);

/* own_link() - the request's own path and query as a link; `path` is its path in canonical form. */
const char *own_link(struct exchange *x, const char *path);

/* resource_path(), relationship_path() - paths in the arena; NULL over budget. */
const char *resource_path(struct exchange *x, const struct resource *resource, struct cell key);
const char *relationship_path(struct exchange *x, bool is_linkage);

/*
 * refuse_missing() - 404: there is no resource with the id that the path names. Returns STEP_DONE.
 */
enum step refuse_missing(struct exchange *x);

/*
 * refuse_missing_member() - 404 at the identifier in the body that names nothing.
 *
 * pointer   of the array that holds it: "/data"
 * index     into `linkage`
 */
void refuse_missing_member(struct exchange *x, const char *pointer,
                           const struct relationship *relationship, const struct linkage *linkage,
                           size_t index);

#endif
