/*
 * outline.c - see outline.h. The texts are written into one buffer, and cut at the holes when it
 * moves no more.
 */
#include "model/outline.h"

#include "base/buf.h"
#include "base/json_text.h"
#include "model/model.h"

enum { USUAL_LENGTH = 512, HOLES_OF_RELATIONSHIP = 3 };

struct drawing {
    struct buf text;
    size_t n;
    struct outline_piece *pieces; /* `before` has lengths alone */
    size_t cut_at;                /* in the text: where the last hole is */
};

static void add_hole(struct drawing *d, struct outline_piece piece)
{
    piece.before.n = d->text.n - d->cut_at;
    d->pieces[d->n++] = piece;
    d->cut_at = d->text.n;
}

static void add_attributes(struct drawing *d, const struct resource *resource, const bool *shown)
{
    const char *opening = ",\"attributes\":{";
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *attribute = &resource->attributes[i];
        if (shown == NULL || shown[i]) {
            buf_add_text(&d->text, opening);
            buf_add_slice(&d->text, attribute->spelled);
            add_hole(d, (struct outline_piece){
                            .hole = OUTLINE_VALUE, .cell = 1 + i, .type = attribute->type });
            opening = ",";
        }
    }
    buf_add_text(&d->text, opening[1] == '\0' ? "}" : "");
}

static void add_relationship(struct drawing *d, const struct relationship *relationship)
{
    json_text_write(&d->text, text_of(relationship->name));
    buf_add_literal(&d->text, ":{\"links\":{\"self\":\"");
    add_hole(d, (struct outline_piece){ .hole = OUTLINE_PATH });
    buf_add_slice(&d->text, relationship->spelled.linkage_path);
    buf_add_literal(&d->text, "\",\"related\":\"");
    add_hole(d, (struct outline_piece){ .hole = OUTLINE_PATH });
    buf_add_slice(&d->text, relationship->spelled.path);
    buf_add_char(&d->text, '"');
    add_hole(d, (struct outline_piece){ .hole = OUTLINE_LINKAGE, .link = relationship });
    buf_add_char(&d->text, '}');
}

static void add_relationships(struct drawing *d, const struct resource *resource, const bool *shown)
{
    const char *opening = ",\"relationships\":{";
    for (size_t i = 0; i < resource->n_relationships; i++) {
        if (shown == NULL || shown[i]) {
            buf_add_text(&d->text, opening);
            add_relationship(d, &resource->relationships[i]);
            opening = ",";
        }
    }
    buf_add_text(&d->text, opening[1] == '\0' ? "}" : "");
}

const struct outline *outline_new(struct arena *a, const struct resource *resource,
                                  const bool *attributes, const bool *relationships)
{
    size_t n_holes = resource->n_attributes + HOLES_OF_RELATIONSHIP * resource->n_relationships;
    struct outline *outline = arena_alloc(a, sizeof *outline);
    struct drawing d = { .pieces = arena_alloc(a, n_holes * sizeof *d.pieces) };
    if (outline == NULL || d.pieces == NULL) {
        return NULL;
    }
    buf_init(&d.text, a, USUAL_LENGTH);
    buf_add_literal(&d.text, "\"}");
    add_attributes(&d, resource, attributes);
    add_relationships(&d, resource, relationships);
    buf_add_char(&d.text, '}');
    if (d.text.failed) {
        return NULL;
    }
    const char *at = d.text.at;
    for (size_t i = 0; i < d.n; i++) {
        d.pieces[i].before.at = at;
        at += d.pieces[i].before.n;
    }
    *outline = (struct outline){ .n = d.n,
                                 .pieces = d.pieces,
                                 .end = { .at = at, .n = d.text.n - d.cut_at } };
    return outline;
}
