/*
 * document_write.c - see document_write.h. The path stands several times in each resource object;
 * it is encoded once and copied from where it was written.
 */
#include "jsonapi/document_write.h"

#include "base/json_text.h"
#include "jsonapi/media_type.h"
#include "jsonapi/query.h"
#include "model/outline.h"

/* Appends what the buffer already holds at `at`. */
static void add_again(struct buf *b, size_t at, size_t n)
{
    if (buf_reserve(b, n)) {
        memcpy(b->at + b->n, b->at + at, n);
        b->n += n;
    }
}

static bool is_plain(const struct column_type *type)
{
    return type->kind != COLUMN_TEXT; /* digits, letters and "-" only */
}

static void write_id(struct buf *b, const struct column_type *type, struct cell key)
{
    if (is_plain(type)) {
        buf_add_char(b, '"');
        key_write(b, type, key);
        buf_add_char(b, '"');
    } else {
        json_text_write(b, (struct text){ .at = key.at, .n = (size_t)key.n });
    }
}

void document_write_path(struct buf *b, const struct resource *resource, struct cell key)
{
    buf_add_slice(b, resource->spelled.path);
    if (is_plain(resource->key_type)) {
        key_write(b, resource->key_type, key);
    } else {
        percent_encode(b, (struct text){ .at = key.at, .n = (size_t)key.n });
    }
}

void document_write_related_path(struct buf *b, const struct relationship *relationship,
                                 struct cell owner, bool is_linkage)
{
    document_write_path(b, relationship->owner, owner);
    buf_add_slice(b, is_linkage ? relationship->spelled.linkage_path : relationship->spelled.path);
}

static void write_link(struct buf *b, const char *name, const char *prefix, const char *reference)
{
    buf_add_char(b, '"');
    buf_add_text(b, name);
    if (reference == NULL) {
        buf_add_literal(b, "\":null");
        return;
    }
    buf_add_literal(b, "\":\"");
    buf_add_text(b, prefix);
    buf_add_text(b, reference);
    buf_add_char(b, '"');
}

void document_begin(struct buf *b, const struct document_links *links)
{
    if (links->is_paged) {
        buf_add_literal(b, "{\"jsonapi\":{\"version\":\"1.1\",\"profile\":[\"" CURSOR_PROFILE
                           "\"]},\"links\":{\"self\":{\"href\":\"");
        buf_add_text(b, links->prefix);
        buf_add_text(b, links->self);
        buf_add_literal(b, "\",\"type\":\"" JSONAPI_MEDIA_TYPE ";profile=\\\"" CURSOR_PROFILE
                           "\\\"\"}");
    } else {
        buf_add_literal(b, "{\"jsonapi\":{\"version\":\"1.1\"},\"links\":{");
        write_link(b, "self", links->prefix, links->self);
    }
    if (links->related != NULL) {
        buf_add_char(b, ',');
        write_link(b, "related", links->prefix, links->related);
    }
    if (links->is_page) {
        buf_add_char(b, ',');
        write_link(b, "prev", links->prefix, links->prev);
        buf_add_char(b, ',');
        write_link(b, "next", links->prefix, links->next);
    }
    buf_add_literal(b, "},\"data\":");
}

void document_end(struct buf *b)
{
    buf_add_char(b, '}');
}

/* ---- resources ------------------------------------------------------------------------------- */

/* A resource object being written, and where its own path stands in the buffer. */
struct written {
    const struct resource *resource;
    const struct cell *cells;
    const struct document_view *view;
    size_t path_at;
    size_t n_path;
};

static void write_to_one(struct buf *b, const struct written *w, const struct relationship *rel)
{
    struct cell member = w->cells[1 + w->resource->n_attributes + rel->to_one_index];
    buf_add_literal(b, ",\"data\":");
    if (cell_is_null(member)) {
        buf_add_literal(b, "null");
    } else {
        document_write_identifier(b, rel, member, NULL);
    }
}

static void write_members(struct buf *b, const struct relationship *rel,
                          const struct compound_members *members)
{
    buf_add_literal(b, ",\"data\":[");
    for (size_t i = 0; i < members->n; i++) {
        const struct cell *row = rows_row(members->rows, members->first + i);
        if (i > 0) {
            buf_add_char(b, ',');
        }
        document_write_identifier(b, rel, row[COMPOUND_MEMBER], row + members->links);
    }
    buf_add_char(b, ']');
}

/* The linkage goes on behind what is shown: the links of its pages. */
static void write_page_links(struct buf *b, const struct written *w, const struct relationship *rel,
                             const struct compound_members *members)
{
    buf_add_literal(b, ",\"prev\":null,\"next\":\"");
    add_again(b, w->path_at, w->n_path);
    buf_add_slice(b, rel->spelled.linkage_path);
    if (rel->n_order_by > 0) { /* a cursor would need values that linkage does not hold */
        buf_addf(b, "?page%%5Bsize%%5D=%zu&page%%5Bnumber%%5D=2\"", members->n);
        return;
    }
    buf_add_literal(b, "?page%5Bafter%5D=");
    size_t last = members->first + members->n - 1;
    w->view->write_cursor(b, rel, rows_row(members->rows, last)[COMPOUND_MEMBER]);
    buf_add_char(b, '"');
}

static void write_to_many(struct buf *b, const struct written *w, const struct relationship *rel)
{
    struct compound_members members = compound_members(w->view->compound, rel, w->cells[0]);
    if (members.has_more) {
        write_page_links(b, w, rel, &members);
    }
    buf_add_char(b, '}');
    if (members.rows != NULL) {
        write_members(b, rel, &members);
    }
}

static void write_linkage(struct buf *b, const struct written *w, const struct relationship *rel)
{
    if (rel->is_to_one) {
        buf_add_char(b, '}');
        write_to_one(b, w, rel);
    } else if (w->view->compound == NULL) {
        buf_add_char(b, '}');
    } else {
        write_to_many(b, w, rel);
    }
}

static void write_path(struct buf *b, const struct written *w, struct text before)
{
    if (buf_reserve(b, before.n + w->n_path)) {
        char *to = b->at + b->n;
        memcpy(to, before.at, before.n);
        memcpy(to + before.n, b->at + w->path_at, w->n_path);
        b->n += before.n + w->n_path;
    }
}

static void write_piece(struct buf *b, const struct written *w, const struct outline_piece *piece)
{
    switch (piece->hole) {
    case OUTLINE_VALUE:
        buf_add_slice(b, piece->before);
        column_write_json(b, piece->type, w->cells[piece->cell]);
        return;
    case OUTLINE_PATH:
        write_path(b, w, piece->before);
        return;
    case OUTLINE_LINKAGE:
        buf_add_slice(b, piece->before);
        write_linkage(b, w, piece->link);
        return;
    }
    UNREACHABLE();
}

/* {"type":"phones","id":"7","links":{"self":"/phones/7 */
static void write_beginning(struct buf *b, struct written *w)
{
    const struct resource *resource = w->resource;
    buf_add_slice(b, resource->spelled.opening);
    size_t id_at = b->n;
    write_id(b, resource->key_type, w->cells[0]);
    size_t n_id = b->n - id_at;
    buf_add_literal(b, ",\"links\":{\"self\":\"");
    w->path_at = b->n;
    if (w->view->prefix.n > 0) {
        buf_add_slice(b, w->view->prefix);
    }
    if (is_plain(resource->key_type) && n_id > 2) { /* what is between the quotes */
        buf_add_slice(b, resource->spelled.path);
        add_again(b, id_at + 1, n_id - 2);
    } else {
        document_write_path(b, resource, w->cells[0]);
    }
    w->n_path = b->n - w->path_at;
}

void document_write_resource(struct buf *b, const struct resource *resource,
                             const struct cell *cells, const struct document_view *view)
{
    const struct outline *outline =
        view->outlines == NULL ? resource->outline : view->outlines[resource->index];
    struct written w = { .resource = resource, .cells = cells, .view = view };
    write_beginning(b, &w);
    for (size_t i = 0; i < outline->n; i++) {
        write_piece(b, &w, &outline->pieces[i]);
    }
    buf_add_slice(b, outline->end);
}

const struct outline *const *document_outlines(struct arena *a, const struct model *model,
                                               const struct fieldset *fields)
{
    const struct outline **outlines =
        fields == NULL ? NULL : arena_zalloc(a, model->n_resources, sizeof(struct outline *));
    for (size_t i = 0; outlines != NULL && i < model->n_resources; i++) {
        const struct resource *resource = &model->resources[i];
        outlines[i] = fields[i].is_given
                          ? outline_new(a, resource, fields[i].attributes, fields[i].relationships)
                          : resource->outline;
    }
    return arena_failed(a) ? NULL : outlines;
}

void document_write_included(struct buf *b, const struct document_view *view)
{
    size_t n;
    const struct compound_resource *included = compound_included(view->compound, &n);
    buf_add_literal(b, ",\"included\":[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        document_write_resource(b, included[i].resource, included[i].cells, view);
    }
    buf_add_char(b, ']');
}

void document_write_identifier(struct buf *b, const struct relationship *relationship,
                               struct cell key, const struct cell *link_columns)
{
    const struct resource *target = relationship->target;
    buf_add_slice(b, target->spelled.opening);
    write_id(b, target->key_type, key);
    if (link_columns != NULL && relationship->n_link_columns > 0) {
        buf_add_literal(b, ",\"meta\":{");
        for (size_t i = 0; i < relationship->n_link_columns; i++) {
            const struct attribute *column = &relationship->link_columns[i];
            if (i > 0) {
                buf_add_char(b, ',');
            }
            buf_add_slice(b, column->spelled);
            column_write_json(b, column->type, link_columns[i]);
        }
        buf_add_char(b, '}');
    }
    buf_add_char(b, '}');
}
