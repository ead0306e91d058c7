/*
 * examples.c - see examples.h. Members stand in the order in which answers have them.
 */
#include "openapi/examples.h"

#include <string.h>

#include "jsonapi/media_type.h"

#define MOMENT "2026-01-31T09:15:00.25Z"
#define UUID "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

static const struct {
    const char *type;
    const char *attribute;
    const char *value;
} samples[] = {
    { "persons", "name", "Alice" },
    { "persons", "email", "alice@example.org" },
    { "phones", "number", "+15550001" },
    { "phones", "label", "mobile" },
    { "friends", "name", "Ben" },
    { "friends", "nickname", "Benny" },
    { "hobbies", "name", "Swimming" },
    { "hobbies", "description", "Lengths in the pool, and the lake in summer" },
};

const char *example_id(const struct resource *resource)
{
    return resource->key_type->kind == COLUMN_UUID   ? UUID
           : resource->key_type->kind == COLUMN_TEXT ? "example"
                                                     : "1";
}

/* What a constraint's comment gives as an example: the word behind "such as". */
static struct text word_of_comment(const struct resource *resource,
                                   const struct attribute *attribute)
{
    static const char hint[] = "such as ";
    for (size_t i = 0; i < resource->n_constraints; i++) {
        const struct constraint *c = &resource->constraints[i];
        const char *found = c->explanation == NULL ? NULL : strstr(c->explanation, hint);
        if (found != NULL && c->n_attributes == 1 && c->attributes[0] == attribute) {
            const char *word = found + sizeof hint - 1;
            return (struct text){ .at = word, .n = strcspn(word, " ,;") };
        }
    }
    return (struct text){ .at = "", .n = 0 };
}

static json_t *text_value(struct doc *doc, const struct resource *resource,
                          const struct attribute *attribute)
{
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        if (strcmp(samples[i].type, resource->type) == 0 &&
            strcmp(samples[i].attribute, attribute->name) == 0) {
            return doc_text(doc, "%s", samples[i].value);
        }
    }
    struct text word = word_of_comment(resource, attribute);
    if (word.n == 0) {
        word = text_of("text");
    }
    if (attribute->max_length > 0 && word.n > attribute->max_length) {
        word.n = attribute->max_length;
    }
    return doc_text(doc, "%.*s", (int)word.n, word.at);
}

static json_t *array_value(struct doc *doc, const struct column_type *type);

static json_t *typed_value(struct doc *doc, const struct column_type *type)
{
    switch (type->kind) {
    case COLUMN_TEXT:
        return doc_text(doc, "text");
    case COLUMN_BOOLEAN:
        return json_true();
    case COLUMN_SMALLINT:
    case COLUMN_INTEGER:
    case COLUMN_BIGINT:
        return json_integer(1);
    case COLUMN_REAL:
    case COLUMN_DOUBLE:
    case COLUMN_NUMERIC:
        return json_real(1.5);
    case COLUMN_TIME:
        return doc_text(doc, "09:15:00");
    case COLUMN_TIMETZ:
        return doc_text(doc, "09:15:00+02:00");
    case COLUMN_INTERVAL:
        return doc_text(doc, "P1DT2H30M");
    case COLUMN_JSON:
    case COLUMN_JSONB:
        return json_object();
    case COLUMN_BYTEA:
        return doc_text(doc, "aGVsbG8=");
    case COLUMN_INET:
        return doc_text(doc, "192.0.2.0/24");
    case COLUMN_MACADDR:
        return doc_text(doc, "08:00:2b:01:02:03%s",
                        strcmp(type->name, "macaddr8") == 0 ? ":04:05" : "");
    case COLUMN_ENUM:
        return type->n_labels == 0 ? json_null() : doc_text(doc, "%s", type->labels[0]);
    case COLUMN_ARRAY:
        return array_value(doc, type);
    case COLUMN_DATE:
        return doc_text(doc, "2026-01-31");
    case COLUMN_TIMESTAMP:
        return doc_text(doc, "2026-01-31T09:15:00");
    case COLUMN_TIMESTAMPTZ:
        return doc_text(doc, MOMENT);
    case COLUMN_UUID:
        return doc_text(doc, UUID);
    }
    UNREACHABLE();
}

static json_t *array_value(struct doc *doc, const struct column_type *type)
{
    json_t *array = doc_array(doc);
    doc_add(doc, array, typed_value(doc, type->element));
    return array;
}

json_t *example_value(struct doc *doc, const struct resource *resource,
                      const struct attribute *attribute)
{
    return attribute->type->kind == COLUMN_TEXT ? text_value(doc, resource, attribute)
                                                : typed_value(doc, attribute->type);
}

/* A link: the operator's prefix and a path. */
static json_t *link_to(struct doc *doc, const char *path)
{
    return doc_text(doc, "%s%s", doc->options->public_url, path);
}

static const char *path_of(struct doc *doc, const struct resource *resource)
{
    return doc_format(doc, "/%s/%s", resource->type, example_id(resource));
}

static const char *path_of_linkage(struct doc *doc, const struct relationship *relationship)
{
    return doc_format(doc, "%s/relationships/%s", path_of(doc, relationship->owner),
                      relationship->name);
}

static const char *path_of_related(struct doc *doc, const struct relationship *relationship)
{
    return doc_format(doc, "%s/%s", path_of(doc, relationship->owner), relationship->name);
}

static json_t *begin_document(struct doc *doc, const char *self, const char *related)
{
    json_t *document = doc_object(doc);
    json_t *jsonapi = doc_put(doc, document, "jsonapi", doc_object(doc));
    doc_put(doc, jsonapi, "version", doc_text(doc, "1.1"));
    json_t *links = doc_put(doc, document, "links", doc_object(doc));
    doc_put(doc, links, "self", link_to(doc, self));
    if (related != NULL) {
        doc_put(doc, links, "related", link_to(doc, related));
    }
    return document;
}

static void put_page_links(struct doc *doc, json_t *document)
{
    json_t *links = json_object_get(document, "links");
    doc_put(doc, links, "prev", json_null());
    doc_put(doc, links, "next", json_null());
}

static json_t *identifier(struct doc *doc, const struct resource *resource)
{
    json_t *object = doc_object(doc);
    doc_put(doc, object, "type", doc_text(doc, "%s", resource->type));
    doc_put(doc, object, "id", doc_text(doc, "%s", example_id(resource)));
    return object;
}

static json_t *linked_identifier(struct doc *doc, const struct relationship *relationship)
{
    json_t *object = identifier(doc, relationship->target);
    if (relationship->n_link_columns > 0) {
        json_t *meta = doc_put(doc, object, "meta", doc_object(doc));
        for (size_t i = 0; i < relationship->n_link_columns; i++) {
            const struct attribute *column = &relationship->link_columns[i];
            doc_put(doc, meta, column->name, typed_value(doc, column->type));
        }
    }
    return object;
}

static json_t *resource_object(struct doc *doc, const struct resource *resource)
{
    json_t *object = identifier(doc, resource);
    json_t *links = doc_put(doc, object, "links", doc_object(doc));
    doc_put(doc, links, "self", link_to(doc, path_of(doc, resource)));
    if (resource->n_attributes > 0) {
        json_t *attributes = doc_put(doc, object, "attributes", doc_object(doc));
        for (size_t i = 0; i < resource->n_attributes; i++) {
            const struct attribute *a = &resource->attributes[i];
            doc_put(doc, attributes, a->name, example_value(doc, resource, a));
        }
    }
    if (resource->n_relationships > 0) {
        json_t *relationships = doc_put(doc, object, "relationships", doc_object(doc));
        for (size_t i = 0; i < resource->n_relationships; i++) {
            const struct relationship *r = &resource->relationships[i];
            json_t *one = doc_put(doc, relationships, r->name, doc_object(doc));
            json_t *both = doc_put(doc, one, "links", doc_object(doc));
            doc_put(doc, both, "self", link_to(doc, path_of_linkage(doc, r)));
            doc_put(doc, both, "related", link_to(doc, path_of_related(doc, r)));
            if (r->is_to_one) {
                doc_put(doc, one, "data", identifier(doc, r->target));
            }
        }
    }
    return object;
}

json_t *example_resource(struct doc *doc, const struct resource *resource)
{
    json_t *document = begin_document(doc, path_of(doc, resource), NULL);
    doc_put(doc, document, "data", resource_object(doc, resource));
    return document;
}

json_t *example_related(struct doc *doc, const struct relationship *relationship)
{
    const char *path = path_of_related(doc, relationship);
    if (!relationship->is_to_one) {
        return example_list(doc, relationship->target, path);
    }
    json_t *document = begin_document(doc, path, NULL);
    doc_put(doc, document, "data", resource_object(doc, relationship->target));
    return document;
}

json_t *example_list(struct doc *doc, const struct resource *resource, const char *path)
{
    json_t *document = begin_document(doc, path, NULL);
    put_page_links(doc, document);
    json_t *data = doc_put(doc, document, "data", doc_array(doc));
    doc_add(doc, data, resource_object(doc, resource));
    return document;
}

/* The relationship that a create shows: the first that can be written, or NULL. */
static const struct relationship *first_relationship(const struct resource *resource)
{
    for (size_t i = 0; i < resource->n_relationships; i++) {
        if (!resource->relationships[i].view_only) {
            return &resource->relationships[i];
        }
    }
    return NULL;
}

static json_t *new_resource(struct doc *doc, const struct resource *resource)
{
    json_t *data = doc_object(doc);
    doc_put_text(doc, data, "type", resource->type);
    if (resource->allows_client_ids) {
        doc_put_text(doc, data, "id", example_id(resource));
    }
    json_t *attributes = doc_put(doc, data, "attributes", doc_object(doc));
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *a = &resource->attributes[i];
        if (!a->read_only) {
            doc_put(doc, attributes, a->name, example_value(doc, resource, a));
        }
    }
    return data;
}

json_t *example_create(struct doc *doc, const struct resource *resource)
{
    json_t *document = doc_object(doc);
    json_t *data = doc_put(doc, document, "data", new_resource(doc, resource));
    const struct relationship *r = first_relationship(resource);
    if (r != NULL) {
        json_t *relationships = doc_put(doc, data, "relationships", doc_object(doc));
        doc_put(doc, relationships, r->name, example_members(doc, r));
    }
    return document;
}

/* The attribute that an update shows: the first writable one. */
static const struct attribute *first_writable(const struct resource *resource)
{
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (!resource->attributes[i].read_only) {
            return &resource->attributes[i];
        }
    }
    return NULL;
}

json_t *example_update(struct doc *doc, const struct resource *resource)
{
    json_t *document = doc_object(doc);
    json_t *data = doc_put(doc, document, "data", identifier(doc, resource));
    json_t *attributes = doc_put(doc, data, "attributes", doc_object(doc));
    const struct attribute *a = first_writable(resource);
    if (a != NULL) {
        doc_put(doc, attributes, a->name, example_value(doc, resource, a));
    }
    return document;
}

json_t *example_linkage(struct doc *doc, const struct relationship *relationship)
{
    json_t *document =
        begin_document(doc, path_of_linkage(doc, relationship), path_of_related(doc, relationship));
    if (relationship->is_to_one) {
        doc_put(doc, document, "data", linked_identifier(doc, relationship));
        return document;
    }
    put_page_links(doc, document);
    json_t *data = doc_put(doc, document, "data", doc_array(doc));
    doc_add(doc, data, linked_identifier(doc, relationship));
    return document;
}

json_t *example_members(struct doc *doc, const struct relationship *relationship)
{
    json_t *document = doc_object(doc);
    json_t *member = identifier(doc, relationship->target);
    if (relationship->is_to_one) {
        doc_put(doc, document, "data", member);
    } else {
        json_t *data = doc_put(doc, document, "data", doc_array(doc));
        doc_add(doc, data, member);
    }
    return document;
}

/* The type that the atomic example adds: the first that can be written; NULL: there is none. */
static const struct resource *added_type(struct doc *doc)
{
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        if (!doc->model->resources[i].view_only) {
            return &doc->model->resources[i];
        }
    }
    return NULL;
}

/* Adds a resource under a lid, and removes it again by that. */
json_t *example_operations(struct doc *doc)
{
    static const char lid[] = "new";
    const struct resource *resource = added_type(doc);
    json_t *document = doc_object(doc);
    json_t *operations = doc_put(doc, document, "atomic:operations", doc_array(doc));
    if (resource == NULL) {
        return document;
    }
    json_t *add = doc_object(doc);
    doc_put_text(doc, add, "op", "add");
    json_t *data = doc_put(doc, add, "data", new_resource(doc, resource));
    doc_put_text(doc, data, "lid", lid);
    doc_add(doc, operations, add);
    json_t *remove = doc_object(doc);
    doc_put_text(doc, remove, "op", "remove");
    json_t *ref = doc_put(doc, remove, "ref", doc_object(doc));
    doc_put_text(doc, ref, "type", resource->type);
    doc_put_text(doc, ref, "lid", lid);
    doc_add(doc, operations, remove);
    return document;
}

json_t *example_results(struct doc *doc)
{
    const struct resource *resource = added_type(doc);
    json_t *document = doc_object(doc);
    json_t *jsonapi = doc_put(doc, document, "jsonapi", doc_object(doc));
    doc_put_text(doc, jsonapi, "version", "1.1");
    json_t *extensions = doc_put(doc, jsonapi, "ext", doc_array(doc));
    doc_add(doc, extensions, doc_text(doc, ATOMIC_EXTENSION));
    json_t *results = doc_put(doc, document, "atomic:results", doc_array(doc));
    if (resource != NULL) {
        json_t *added = doc_object(doc);
        doc_put(doc, added, "data", resource_object(doc, resource));
        doc_add(doc, results, added);
        doc_add(doc, results, doc_object(doc));
    }
    return document;
}

json_t *example_link(struct doc *doc, const struct relationship *relationship)
{
    const struct resource *target = relationship->target;
    json_t *document = begin_document(
        doc, doc_format(doc, "%s/%s", path_of_related(doc, relationship), example_id(target)),
        path_of(doc, target));
    doc_put(doc, document, "data", linked_identifier(doc, relationship));
    return document;
}
