/*
 * document_attributes.c - the fields of a resource object: attributes to cells by the types of
 * their columns, relationships to linkage, and names that are neither.
 */
#include <jansson.h>
#include <string.h>

#include "jsonapi/document_parts.h"

enum {
    QUOTED_BYTES = 60,     /* how much of a name a message repeats */
    LONGEST_POINTED = 200, /* a field with a longer name is pointed at by its parent */
    MAX_LISTED = 10,       /* names that a message lists */
};

static const char *const field_members[] = {
    [FIELD_ATTRIBUTE] = "attributes",
    [FIELD_RELATIONSHIP] = "relationships",
};

static const char *quote(const struct document_reading *reading, const char *name)
{
    return text_quotable(reading->reader->arena, text_of(name), QUOTED_BYTES);
}

struct problem_place document_field_place(struct document_reading *reading,
                                          enum document_field field, const char *name)
{
    struct problems *reterr = reading->reader->reterr;
    if (strlen(name) > LONGEST_POINTED) {
        return problem_at(reterr, "/data/%s", field_members[field]);
    }
    return problem_at(reterr, "/data/%s/%s", field_members[field],
                      problem_escape(reterr->arena, name));
}

static size_t count_fields(const struct resource *resource, enum document_field kind)
{
    return kind == FIELD_ATTRIBUTE ? resource->n_attributes : resource->n_relationships;
}

static const char *field_name(const struct resource *resource, enum document_field kind, size_t i)
{
    return kind == FIELD_ATTRIBUTE ? resource->attributes[i].name : resource->relationships[i].name;
}

/* "name, email, 3 more", or "none". */
static const char *list_fields(struct arena *a, const struct resource *resource,
                               enum document_field kind)
{
    size_t n = count_fields(resource, kind);
    struct buf b;
    buf_init(&b, a, 128);
    for (size_t i = 0; i < n && i < MAX_LISTED; i++) {
        buf_addf(&b, "%s%s", i == 0 ? "" : ", ", field_name(resource, kind, i));
    }
    if (n > MAX_LISTED) {
        buf_addf(&b, ", %zu more", n - MAX_LISTED);
    } else if (n == 0) {
        buf_add_literal(&b, "none");
    }
    const char *list = buf_terminate(&b);
    return list == NULL ? "" : list;
}

/* The name that may have been meant; NULL: none is near. */
static const char *nearest_field(struct arena *a, const struct resource *resource,
                                 enum document_field kind, const char *name)
{
    size_t n = count_fields(resource, kind);
    const char **names = arena_alloc(a, n * sizeof *names);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = field_name(resource, kind, i);
    }
    size_t nearest = names == NULL ? n : text_nearest(text_of(name), names, n);
    return nearest < n ? names[nearest] : NULL;
}

/* A sentence about where the name belongs; "" when it belongs nowhere. */
static const char *explain_field(struct document_reading *reading, const struct resource *resource,
                                 enum document_field given_as, const char *name)
{
    struct arena *a = reading->reader->arena;
    struct text text = text_of(name);
    const char *sentence = NULL;
    if (given_as == FIELD_ATTRIBUTE && resource_find_relationship(resource, text) != NULL) {
        sentence = "it is a relationship: give it under \"relationships\"";
    } else if (given_as == FIELD_RELATIONSHIP && resource_find_attribute(resource, text) != NULL) {
        sentence = "it is an attribute: give it under \"attributes\"";
    } else if (text_is(text, "id") || text_is(text, "type")) {
        sentence = "it stands beside \"attributes\", not within";
    } else {
        const char *meant = nearest_field(a, resource, given_as, name);
        const char *list = list_fields(a, resource, given_as);
        sentence = meant != NULL
                       ? arena_printf(a, "did you mean \"%s\"? there are: %s", meant, list)
                       : arena_printf(a, "there are: %s", list);
    }
    return sentence == NULL ? "" : sentence;
}

void document_refuse_field(struct document_reading *reading, const struct resource *resource,
                           enum document_field given_as, const char *name)
{
    struct problems *reterr = reading->reader->reterr;
    if (reterr->n >= MAX_PROBLEMS) { /* counted, and nothing composed for it */
        problem_add(reterr, PROBLEM_UNKNOWN_FIELD, problem_nowhere(), "%s", "");
        return;
    }
    problem_add(reterr, PROBLEM_UNKNOWN_FIELD, document_field_place(reading, given_as, name),
                "\"%s\" is not %s of %s; %s", quote(reading, name),
                given_as == FIELD_ATTRIBUTE ? "an attribute" : "a relationship", resource->type,
                explain_field(reading, resource, given_as, name));
}

/* Reads the value of a known attribute; false, with a problem noted, when it is not one. */
static bool read_attribute(struct document_reading *reading, const struct attribute *attribute,
                           json_t *value, struct cell *ret)
{
    if (document_read_value(reading, attribute, value, ret)) {
        return true;
    }
    document_refuse_value(reading, attribute, value,
                          document_field_place(reading, FIELD_ATTRIBUTE, attribute->name));
    return false;
}

void document_read_attributes(struct document_reading *reading, const struct resource *resource,
                              json_t *attributes, bool creates, struct document *ret)
{
    struct problems *reterr = reading->reader->reterr;
    struct attribute_value *values =
        arena_alloc(reading->reader->arena, resource->n_attributes * sizeof *values);
    if (values == NULL) {
        return;
    }
    ret->attributes = values;
    const char *name;
    json_t *value;
    json_object_foreach(attributes, name, value)
    {
        const struct attribute *attribute = resource_find_attribute(resource, text_of(name));
        if (name[0] == '@') {
            continue;
        }
        if (attribute == NULL) {
            document_refuse_field(reading, resource, FIELD_ATTRIBUTE, name);
        } else if (attribute->read_only && creates) {
            problem_add(reterr, PROBLEM_READ_ONLY,
                        document_field_place(reading, FIELD_ATTRIBUTE, name),
                        "\"%s\" is set by the service: leave it out", name);
        } else if (read_attribute(reading, attribute, value, &values[ret->n_attributes].value)) {
            values[ret->n_attributes].attribute = attribute;
            ret->n_attributes++;
        }
    }
}

/* Reads one relationship object; false, with a problem noted, when it is none. */
static bool read_relationship(struct document_reading *reading,
                              const struct relationship *relationship, const json_t *value,
                              struct linkage *ret)
{
    struct arena *a = reading->reader->arena;
    struct problems *reterr = reading->reader->reterr;
    struct problem_place place =
        document_field_place(reading, FIELD_RELATIONSHIP, relationship->name);
    if (relationship->view_only) {
        problem_add(reterr, PROBLEM_FORBIDDEN, place,
                    "\"%s\" is view-only: the model declares that it is read, never written",
                    relationship->name);
        return false;
    }
    const json_t *data = json_object_get(value, "data"); /* NULL also when it is no object */
    if (data == NULL) {
        bool is_to_one = relationship->is_to_one;
        problem_add(
            reterr, PROBLEM_BAD_DOCUMENT, place,
            "a relationship is written {\"data\": %s{\"type\": \"%s\", \"id\": …}%s}, not %s",
            is_to_one ? "" : "[", relationship->target->type, is_to_one ? "" : ", …]",
            json_is_object(value) ? "without data" : document_describe(a, value));
        return false;
    }
    const char *pointer =
        arena_printf(a, "/data/relationships/%s/data", problem_escape(a, relationship->name));
    if (pointer == NULL) {
        return false;
    }
    size_t n_before = reterr->n;
    document_read_members(reading, relationship, data, pointer, true, ret);
    return reterr->n == n_before;
}

void document_read_relationships(struct document_reading *reading, const struct resource *resource,
                                 json_t *relationships, struct document *ret)
{
    struct relationship_value *values =
        arena_alloc(reading->reader->arena, resource->n_relationships * sizeof *values);
    if (values == NULL) {
        return;
    }
    ret->relationships = values;
    const char *name;
    json_t *value;
    json_object_foreach(relationships, name, value)
    {
        const struct relationship *relationship =
            resource_find_relationship(resource, text_of(name));
        struct relationship_value *next = &values[ret->n_relationships];
        if (name[0] == '@') {
            continue;
        }
        if (relationship == NULL) {
            document_refuse_field(reading, resource, FIELD_RELATIONSHIP, name);
        } else if (read_relationship(reading, relationship, value, &next->linkage)) {
            next->relationship = relationship;
            ret->n_relationships++;
        }
    }
}
