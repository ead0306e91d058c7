/*
 * document_write.h - rows to documents, streamed into the answer's buffer.
 *
 * Nothing is built in between: a document is opened, its primary data written member by member,
 * and closed. Row layouts are those of plan/fetch.h, without the leading columns that are not the
 * resource's own.
 */
#ifndef BACKREF_JSONAPI_DOCUMENT_WRITE_H
#define BACKREF_JSONAPI_DOCUMENT_WRITE_H

#include "base/buf.h"
#include "base/cell.h"
#include "jsonapi/compound.h"

/* The links of a document. Each is a whole reference without prefix ("/persons?…"), or NULL. */
struct document_links {
    const char *prefix; /* of every link: "" or --public-url */
    const char *self;
    const char *related; /* of linkage */
    bool is_page;        /* prev and next are written, null when there is no such page */
    bool is_paged;       /* the profile Cursor Pagination is applied, and said to be */
    const char *prev;
    const char *next;
};

/* How the resources of a document are shown. */
struct document_view {
    struct text prefix;                    /* of every link */
    const struct outline *const *outlines; /* document_outlines(); NULL: all fields */
    const struct compound *compound; /* linkage beside that of to-one relationships; NULL: none */
    /* writes the cursor of a linkage's member, for the link to the page behind it */
    void (*write_cursor)(struct buf *b, const struct relationship *relationship, struct cell key);
};

/*
 * document_outlines() - what a document shows of the resources of each type, by their index.
 *
 * fields    likewise by index; NULL: all fields of all types
 * Returns:  in `a`; NULL without `fields`, or over budget (latched there)
 */
const struct outline *const *document_outlines(struct arena *a, const struct model *model,
                                               const struct fieldset *fields);

/* document_begin() - everything up to the primary data: {"jsonapi":…,"links":…,"data": */
void document_begin(struct buf *b, const struct document_links *links);

/* document_end() - the closing brace. */
void document_end(struct buf *b);

/*
 * document_write_resource() - a resource object with attributes, relationships and its own link.
 *
 * Relationship objects have links always; linkage when they are to-one, or when the view has it.
 *
 * cells     the key, every attribute in the model's order, the key of each to-one's member
 */
void document_write_resource(struct buf *b, const struct resource *resource,
                             const struct cell *cells, const struct document_view *view);

/* document_write_included() - the member "included", if anything was asked to be. */
void document_write_included(struct buf *b, const struct document_view *view);

/*
 * document_write_identifier() - a resource identifier.
 *
 * link_columns  the relationship's link columns for `meta`; NULL: no meta
 */
void document_write_identifier(struct buf *b, const struct relationship *relationship,
                               struct cell key, const struct cell *link_columns);

/* document_write_path() - "/persons/1", without a prefix; fit for a header field and a JSON string.
 */
void document_write_path(struct buf *b, const struct resource *resource, struct cell key);

/* document_write_related_path() - "/persons/1/phones", or "/persons/1/relationships/phones". */
void document_write_related_path(struct buf *b, const struct relationship *relationship,
                                 struct cell owner, bool is_linkage);

#endif
