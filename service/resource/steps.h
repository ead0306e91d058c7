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

/* one_row() - arguments of one row: `n` cells, copied into the arena; NULL over budget. */
const struct argument *one_row(struct arena *a, const struct cell *cells, size_t n);

/* A page that has come back: the rows to show, and whether there is more on either side. */
struct page_view {
    size_t first;
    size_t n;
    bool has_previous;
    bool has_next;
    bool is_truncated; /* of a range: it has more items than the page */
};

/* page_view_of() - of `n_rows` rows that were fetched with one more than the page holds. */
struct page_view page_view_of(const struct page *page, size_t n_rows);

/* Where a page is in its list. Keys and values are ignored when the page is empty. */
struct page_place {
    const char *path; /* of the collection, without prefix or query */
    const struct page_view *view;
    const struct cursor_form *form;
    struct cell first_key; /* of the rows shown, like the next three */
    struct cell last_key;
    const struct cell *first_values; /* of the sort keys */
    const struct cell *last_values;
};

/*
 * page_links() - the links to the pages on either side, with all else that the request asked. What
 * follows a truncated range's page ends where the range does.
 */
void page_links(struct exchange *x, const struct page_place *place, struct document_links *links);

/* own_link() - the request's own path and query as a link; `path` is its path in canonical form. */
const char *own_link(struct exchange *x, const char *path);

/* resource_path(), relationship_path() - paths in the arena; NULL over budget. */
const char *resource_path(struct exchange *x, const struct resource *resource, struct cell key);
const char *relationship_path(struct exchange *x, bool is_linkage);

/*
 * refuse_missing() - 404: there is no resource with the id that the path names. Returns STEP_DONE.
 */
enum step refuse_missing(struct exchange *x);

#endif
