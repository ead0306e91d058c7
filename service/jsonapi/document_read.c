/*
 * document_read.c - the three bodies that there are: a resource to create, one to update, and the
 * linkage of a relationship.
 */
#include "jsonapi/document_read.h"

#include <errno.h>
#include <jansson.h>

#include "jsonapi/document_parts.h"

enum { QUOTED_BYTES = 60 }; /* how much of a type or id a message repeats */

static const char *quote(const struct document_reader *reader, const json_t *string)
{
    return text_quotable(
        reader->arena,
        (struct text){ .at = json_string_value(string), .n = json_string_length(string) },
        QUOTED_BYTES);
}

static bool json_is_text(const json_t *value, struct text text)
{
    return text_equal(
        (struct text){ .at = json_string_value(value), .n = json_string_length(value) }, text);
}

/* The top-level `data` of a body; NULL when there is none, and `ret_result` says why. */
static const json_t *read_data(struct document_reading *reading, struct text body, int *ret_result)
{
    const struct document_reader *reader = reading->reader;
    const json_t *root = NULL;
    *ret_result = document_parse(reading, body, &root);
    if (*ret_result != 0) {
        return NULL;
    }
    const json_t *data = json_object_get(root, "data"); /* NULL also when it is no object */
    if (data == NULL) {
        *ret_result = problem_add(
            reader->reterr, PROBLEM_BAD_DOCUMENT, problem_at(reader->reterr, "%s", ""),
            "a document is an object with a member \"data\", not %s",
            json_is_object(root) ? "an object without it" : document_describe(reader->arena, root));
    }
    return data;
}

/* Is `data` a resource object of this type? */
static int check_resource(const struct document_reader *reader, const struct resource *resource,
                          const json_t *data)
{
    struct problems *reterr = reader->reterr;
    if (!json_is_object(data)) {
        return problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/data"),
                           "\"data\" is one resource object here, not %s",
                           document_describe(reader->arena, data));
    }
    const json_t *type = json_object_get(data, "type");
    if (type == NULL) {
        return problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/data"),
                           "the resource has no type: add \"type\": \"%s\"", resource->type);
    }
    if (!json_is_string(type)) {
        return problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/data/type"),
                           "a type is a string, not %s", document_describe(reader->arena, type));
    }
    if (!json_is_text(type, text_of(resource->type))) {
        return problem_add(reterr, PROBLEM_CONFLICT, problem_at(reterr, "/data/type"),
                           "resources here have the type \"%s\", not \"%s\"", resource->type,
                           quote(reader, type));
    }
    return 0;
}

/* The resource object of this type that a body holds; NULL as read_data(). */
static const json_t *read_resource(struct document_reading *reading, struct text body,
                                   const struct resource *resource, int *ret_result)
{
    const json_t *data = read_data(reading, body, ret_result);
    if (data != NULL) {
        *ret_result = check_resource(reading->reader, resource, data);
    }
    return *ret_result == 0 ? data : NULL;
}

/*
 * The id that a client has chosen for a new resource, where it may. Null is none: libraries that
 * keep the id's place in what is new send it so.
 */
static void read_client_id(const struct document_reader *reader, const struct resource *resource,
                           const json_t *id, struct document *ret)
{
    struct problems *reterr = reader->reterr;
    if (json_is_null(id)) {
        id = NULL;
    }
    if (id != NULL && !json_is_string(id)) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/data/id"),
                    "an id is a string, not %s", document_describe(reader->arena, id));
    } else if (id != NULL && !resource->allows_client_ids && !reader->takes_ids) {
        problem_add(reterr, PROBLEM_CLIENT_ID, problem_at(reterr, "/data/id"),
                    "the service chooses the id: leave out \"%s\"", quote(reader, id));
    } else if (id != NULL) {
        struct text text = { .at = json_string_value(id), .n = json_string_length(id) };
        ret->has_key = key_read(reader->arena, resource->key_type, text, &ret->key);
        if (!ret->has_key && !arena_failed(reader->arena)) {
            problem_add(
                reterr, PROBLEM_INVALID, problem_at(reterr, "/data/id"),
                "\"%s\" cannot be the id of one of %s: an id there is %s, in canonical spelling",
                quote(reader, id), resource->type, resource->key_type->json);
        }
    } else if (resource->allows_client_ids && resource->key_default == NULL) {
        problem_add(reterr, PROBLEM_REQUIRED, problem_at(reterr, "/data"),
                    "the client chooses the id of one of %s: add \"id\"", resource->type);
    }
}

static void check_lid(const struct document_reader *reader, const json_t *lid)
{
    if (lid != NULL && !json_is_string(lid)) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, problem_at(reader->reterr, "/data/lid"),
                    "a lid is a string, not %s", document_describe(reader->arena, lid));
    }
}

static void check_id(const struct document_reader *reader, const json_t *data, struct text wanted)
{
    struct problems *reterr = reader->reterr;
    const json_t *id = json_object_get(data, "id");
    if (id == NULL) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/data"),
                    "the resource has no id: add \"id\": \"%s\"",
                    text_quotable(reader->arena, wanted, QUOTED_BYTES));
    } else if (!json_is_string(id)) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/data/id"),
                    "an id is a string, not %s", document_describe(reader->arena, id));
    } else if (!json_is_text(id, wanted)) {
        problem_add(reterr, PROBLEM_CONFLICT, problem_at(reterr, "/data/id"),
                    "the request is for \"%s\", and the document has the id \"%s\"",
                    text_quotable(reader->arena, wanted, QUOTED_BYTES), quote(reader, id));
    }
}

/* `data`'s member of this name when it is an object; else NULL, with a problem if it is there. */
static json_t *get_object(const struct document_reader *reader, const json_t *data,
                          const char *name)
{
    json_t *value = json_object_get(data, name);
    if (value != NULL && !json_is_object(value)) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT,
                    problem_at(reader->reterr, "/data/%s", name), "\"%s\" is an object, not %s",
                    name, document_describe(reader->arena, value));
        return NULL;
    }
    return value;
}

static void read_fields(struct document_reading *reading, const struct resource *resource,
                        const json_t *data, bool creates, struct document *ret)
{
    json_t *attributes = get_object(reading->reader, data, "attributes");
    if (attributes != NULL) {
        document_read_attributes(reading, resource, attributes, creates, ret);
    }
    json_t *relationships = get_object(reading->reader, data, "relationships");
    if (relationships != NULL) {
        document_read_relationships(reading, resource, relationships, ret);
    }
}

static void check_required(const struct document_reader *reader, const struct resource *resource,
                           const json_t *data)
{
    struct problems *reterr = reader->reterr;
    const json_t *attributes = json_object_get(data, "attributes");
    if (attributes != NULL && !json_is_object(attributes)) {
        return; /* has been said */
    }
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *attribute = &resource->attributes[i];
        if (attribute->required && json_object_get(attributes, attribute->name) == NULL) {
            problem_add(reterr, PROBLEM_REQUIRED,
                        problem_at(reterr, attributes == NULL ? "/data" : "/data/attributes"),
                        "\"%s\" is required: give %s", attribute->name,
                        document_describe_type(reader->arena, attribute->type));
        }
    }
}

/* What a reader returns once everything has been looked at. */
static int outcome(const struct document_reader *reader, size_t n_before)
{
    if (arena_failed(reader->arena) || arena_failed(reader->reterr->arena)) {
        return -ENOMEM;
    }
    return reader->reterr->n > n_before ? (int)reader->reterr->code : 0;
}

int document_read_create(const struct document_reader *reader, struct text body,
                         const struct resource *resource, struct document *ret)
{
    *ret = (struct document){ 0 };
    struct document_reading reading = { .reader = reader };
    size_t n_before = reader->reterr->n;
    int r = 0;
    const json_t *data = read_resource(&reading, body, resource, &r);
    if (data == NULL) {
        return r;
    }
    read_client_id(reader, resource, json_object_get(data, "id"), ret);
    check_lid(reader, json_object_get(data, "lid"));
    read_fields(&reading, resource, data, true, ret);
    check_required(reader, resource, data);
    return outcome(reader, n_before);
}

int document_read_update(const struct document_reader *reader, struct text body,
                         const struct resource *resource, struct text id, struct document *ret)
{
    *ret = (struct document){ 0 };
    struct document_reading reading = { .reader = reader };
    size_t n_before = reader->reterr->n;
    int r = 0;
    const json_t *data = read_resource(&reading, body, resource, &r);
    if (data == NULL) {
        return r;
    }
    check_id(reader, data, id);
    read_fields(&reading, resource, data, false, ret);
    return outcome(reader, n_before);
}

int document_read_linkage(const struct document_reader *reader, struct text body,
                          const struct relationship *relationship, bool must_exist,
                          struct linkage *ret)
{
    if (!relationship->is_to_one && document_read_plain(reader, body, relationship->target, ret)) {
        return 0;
    }
    *ret = (struct linkage){ 0 };
    struct document_reading reading = { .reader = reader };
    size_t n_before = reader->reterr->n;
    int r = 0;
    const json_t *data = read_data(&reading, body, &r);
    if (data == NULL) {
        return r;
    }
    document_read_members(&reading, relationship, data, "/data", must_exist, ret);
    return outcome(reader, n_before);
}
