/*
 * spelling.c - see spelling.h.
 */
#include "model/spelling.h"

#include "base/json_text.h"
#include "base/percent.h"

enum { USUAL_LENGTH = 64 };

static struct text finish(struct buf *b)
{
    struct text text = { .at = "" };
    if (!b->failed) {
        text = (struct text){ .at = b->at, .n = b->n };
    }
    return text;
}

struct text spell_attribute(struct arena *a, const char *name)
{
    struct buf b;
    buf_init(&b, a, USUAL_LENGTH);
    json_text_write(&b, text_of(name));
    buf_add_char(&b, ':');
    return finish(&b);
}

static struct text spell_path(struct arena *a, const char *before, const char *name,
                              const char *behind)
{
    struct buf b;
    buf_init(&b, a, USUAL_LENGTH);
    buf_add_text(&b, before);
    percent_encode(&b, text_of(name));
    buf_add_text(&b, behind);
    return finish(&b);
}

void spell_resource(struct arena *a, struct resource *resource)
{
    struct buf b;
    buf_init(&b, a, USUAL_LENGTH);
    buf_add_literal(&b, "{\"type\":");
    json_text_write(&b, text_of(resource->type));
    buf_add_literal(&b, ",\"id\":");
    resource->spelled.opening = finish(&b);
    resource->spelled.path = spell_path(a, "/", resource->type, "/");
}

void spell_relationship(struct arena *a, struct relationship *relationship)
{
    relationship->spelled.path = spell_path(a, "/", relationship->name, "");
    relationship->spelled.linkage_path = spell_path(a, "/relationships/", relationship->name, "");
}
