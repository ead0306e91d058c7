/*
 * document_write.c - see document_write.h. The id stands several times in each resource object; it
 * is encoded once and copied from where it was written.
 */
#include "jsonapi/document_write.h"

#include "base/json_text.h"
#include "jsonapi/query.h"

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

static void write_id_in_path(struct buf *b, const struct column_type *type, struct cell key)
{
    if (is_plain(type)) {
        key_write(b, type, key);
    } else {
        percent_encode(b, (struct text){ .at = key.at, .n = (size_t)key.n });
    }
}

void document_write_path(struct buf *b, const struct resource *resource, struct cell key)
{
    buf_add_char(b, '/');
    percent_encode(b, text_of(resource->type));
    buf_add_char(b, '/');
    write_id_in_path(b, resource->key_type, key);
}

void document_write_related_path(struct buf *b, const struct relationship *relationship,
                                 struct cell owner, bool is_linkage)
{
    document_write_path(b, relationship->owner, owner);
    if (is_linkage) {
        buf_add_literal(b, "/relationships");
    }
    buf_add_char(b, '/');
    percent_encode(b, text_of(relationship->name));
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
    buf_add_literal(b, "{\"jsonapi\":{\"version\":\"1.1\"},\"links\":{");
    write_link(b, "self", links->prefix, links->self);
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

static void write_attributes(struct buf *b, const struct resource *resource,
                             const struct cell *cells)
{
    buf_add_literal(b, ",\"attributes\":{");
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *attribute = &resource->attributes[i];
        if (i > 0) {
            buf_add_char(b, ',');
        }
        json_text_write(b, text_of(attribute->name));
        buf_add_char(b, ':');
        column_write_json(b, attribute->type, cells[i]);
    }
    buf_add_char(b, '}');
}

/* `path_at` and `n_path`: where the resource's own path, prefix included, stands in the buffer. */
static void write_relationships(struct buf *b, const struct resource *resource, size_t path_at,
                                size_t n_path)
{
    buf_add_literal(b, ",\"relationships\":{");
    for (size_t i = 0; i < resource->n_relationships; i++) {
        struct text name = text_of(resource->relationships[i].name);
        if (i > 0) {
            buf_add_char(b, ',');
        }
        json_text_write(b, name);
        buf_add_literal(b, ":{\"links\":{\"self\":\"");
        add_again(b, path_at, n_path);
        buf_add_literal(b, "/relationships/");
        percent_encode(b, name);
        buf_add_literal(b, "\",\"related\":\"");
        add_again(b, path_at, n_path);
        buf_add_char(b, '/');
        percent_encode(b, name);
        buf_add_literal(b, "\"}}");
    }
    buf_add_char(b, '}');
}

void document_write_resource(struct buf *b, const struct resource *resource,
                             const struct cell *cells, const char *prefix)
{
    buf_add_literal(b, "{\"type\":");
    json_text_write(b, text_of(resource->type));
    buf_add_literal(b, ",\"id\":");
    write_id(b, resource->key_type, cells[0]);
    buf_add_literal(b, ",\"links\":{\"self\":\"");
    size_t path_at = b->n;
    buf_add_text(b, prefix);
    document_write_path(b, resource, cells[0]);
    size_t n_path = b->n - path_at;
    buf_add_literal(b, "\"}");
    if (resource->n_attributes > 0) {
        write_attributes(b, resource, cells + 1);
    }
    if (resource->n_relationships > 0) {
        write_relationships(b, resource, path_at, n_path);
    }
    buf_add_char(b, '}');
}

void document_write_identifier(struct buf *b, const struct relationship *relationship,
                               struct cell key, const struct cell *link_columns)
{
    const struct resource *target = relationship->target;
    buf_add_literal(b, "{\"type\":");
    json_text_write(b, text_of(target->type));
    buf_add_literal(b, ",\"id\":");
    write_id(b, target->key_type, key);
    if (link_columns != NULL && relationship->n_link_columns > 0) {
        buf_add_literal(b, ",\"meta\":{");
        for (size_t i = 0; i < relationship->n_link_columns; i++) {
            const struct attribute *column = &relationship->link_columns[i];
            if (i > 0) {
                buf_add_char(b, ',');
            }
            json_text_write(b, text_of(column->name));
            buf_add_char(b, ':');
            column_write_json(b, column->type, link_columns[i]);
        }
        buf_add_char(b, '}');
    }
    buf_add_char(b, '}');
}
