/*
 * query_field.c - dotted paths to fields, for sort keys and filters: "name", "owner.team.id",
 * "meta.since".
 */
#include "jsonapi/query_parts.h"

#define META "meta."

/* Does the path name a link column of the relationship that is being read? */
static bool is_link_path(const struct query_subject *subject, struct text path)
{
    return subject->relationship != NULL && subject->relationship->n_link_columns > 0 &&
           path.n >= sizeof(META) - 1 && memcmp(path.at, META, sizeof(META) - 1) == 0;
}

static enum field_end find_link_column(const struct relationship *relationship, struct text name,
                                       struct field_path *ret)
{
    ret->of = NULL;
    ret->name = name;
    for (size_t i = 0; i < relationship->n_link_columns; i++) {
        if (text_is(name, relationship->link_columns[i].name)) {
            ret->field.kind = FIELD_OF_LINK;
            ret->field.attribute = &relationship->link_columns[i];
            return FIELD_FOUND;
        }
    }
    return FIELD_UNKNOWN;
}

/* The last name of a path, which is no relationship. */
static enum field_end find_last(struct field_path *ret)
{
    ret->field.attribute = resource_find_attribute(ret->of, ret->name);
    ret->field.kind = ret->field.attribute != NULL ? FIELD_OF_ATTRIBUTE : FIELD_OF_KEY;
    return ret->field.attribute != NULL || text_is(ret->name, "id") ? FIELD_FOUND : FIELD_UNKNOWN;
}

enum field_end query_find_field(const struct query_subject *subject, struct text path,
                                struct field_path *ret)
{
    *ret = (struct field_path){ .field.kind = FIELD_OF_KEY, .of = subject->resource };
    if (is_link_path(subject, path)) {
        size_t n_meta = sizeof(META) - 1;
        struct text name = { .at = path.at + n_meta, .n = path.n - n_meta };
        return find_link_column(subject->relationship, name, ret);
    }
    while (query_next_piece(&path, '.', &ret->name)) {
        const struct relationship *next = resource_find_relationship(ret->of, ret->name);
        if (next == NULL) {
            return path.at == NULL ? find_last(ret) : FIELD_UNKNOWN;
        }
        if (ret->field.n_path == FIELD_MAX_PATH) {
            return FIELD_TOO_DEEP;
        }
        ret->field.path[ret->field.n_path++] = next;
        ret->of = next->target;
    }
    return FIELD_MEMBERS;
}

const char *query_describe_miss(struct reading *r, enum field_end end,
                                const struct field_path *path)
{
    const char *name = query_quote(r, path->name);
    const char *words = NULL;
    if (end == FIELD_TOO_DEEP) {
        words = arena_printf(r->arena, "a path follows at most %d relationships", FIELD_MAX_PATH);
    } else if (path->of == NULL) {
        words = arena_printf(r->arena, "links have no \"%s\"", name);
    } else if (resource_find_attribute(path->of, path->name) != NULL) {
        words = arena_printf(r->arena, "\"%s\" of \"%s\" is an attribute, nothing follows it", name,
                             path->of->type);
    } else {
        words = arena_printf(r->arena, "\"%s\" has no \"%s\"", path->of->type, name);
    }
    return words == NULL ? "" : words;
}

bool query_leads_to_one(const struct field *field)
{
    for (size_t i = 0; i < field->n_path; i++) {
        if (!field->path[i]->is_to_one) {
            return false;
        }
    }
    return true;
}
