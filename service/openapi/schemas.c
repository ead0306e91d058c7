/*
 * schemas.c - JSON Schema 2020-12 of every document of every type.
 */
#include "model/model.h"
#include "openapi/components.h"
#include "openapi/examples.h"

#define NUMERIC_TEXT "^(-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?|NaN|-?Infinity)$"
#define INTEGER_ID "^(0|-?[1-9][0-9]{0,18})$"

/* Adds `what` to the type of a schema: "string" becomes ["string", "null"]. */
static json_t *type_of(struct doc *doc, const char *type, bool nullable)
{
    const char *const words[] = { type, nullable ? "null" : NULL, NULL };
    return nullable ? doc_words(doc, words) : doc_text(doc, "%s", type);
}

static void put_text(struct doc *doc, json_t *object, const char *key, const char *text)
{
    doc_put(doc, object, key, doc_text(doc, "%s", text));
}

/* Numbers that JSON cannot write travel as strings, and so may a numeric of any length. */
static json_t *schema_of_number(struct doc *doc, const struct column_type *type, bool nullable)
{
    static const char *const words[] = { "NaN", "Infinity", "-Infinity", NULL };
    json_t *schema = doc_object(doc);
    json_t *any = doc_put(doc, schema, "anyOf", doc_array(doc));
    json_t *number = doc_object(doc);
    doc_put(doc, number, "type", type_of(doc, "number", nullable));
    if (type->format != NULL) {
        put_text(doc, number, "format", type->format);
    }
    doc_add(doc, any, number);
    json_t *word = doc_object(doc);
    if (type->kind == COLUMN_NUMERIC) {
        put_text(doc, word, "type", "string");
        put_text(doc, word, "pattern", NUMERIC_TEXT);
    } else {
        doc_put(doc, word, "enum", doc_words(doc, words));
    }
    doc_add(doc, any, word);
    return schema;
}

/* The labels, and null if it is one of the values. */
static json_t *schema_of_enum(struct doc *doc, const struct column_type *type, bool nullable)
{
    json_t *schema = doc_object(doc);
    doc_put(doc, schema, "type", type_of(doc, type->json_type, nullable));
    json_t *labels = doc_put(doc, schema, "enum", doc_array(doc));
    for (size_t i = 0; i < type->n_labels; i++) {
        doc_add(doc, labels, doc_text(doc, "%s", type->labels[i]));
    }
    if (nullable) {
        doc_add(doc, labels, json_null());
    }
    return schema;
}

json_t *schema_of_column(struct doc *doc, const struct column_type *type, bool nullable)
{
    if (type->kind == COLUMN_REAL || type->kind == COLUMN_DOUBLE || type->kind == COLUMN_NUMERIC) {
        return schema_of_number(doc, type, nullable);
    }
    if (type->kind == COLUMN_ENUM) {
        return schema_of_enum(doc, type, nullable);
    }
    json_t *schema = doc_object(doc);
    if (type->json_type != NULL) {
        doc_put(doc, schema, "type", type_of(doc, type->json_type, nullable));
    }
    if (type->format != NULL) {
        put_text(doc, schema, "format", type->format);
    }
    if (type->kind == COLUMN_BYTEA) {
        put_text(doc, schema, "contentEncoding", "base64");
    }
    if (type->kind == COLUMN_ARRAY) {
        doc_put(doc, schema, "items", schema_of_column(doc, type->element, true));
    }
    if (type->max_length > 0) {
        doc_put(doc, schema, "maxLength", json_integer(type->max_length));
    }
    return schema;
}

/* What the database asks of an attribute, in the words of its constraints' comments. */
static const char *rules_of(struct doc *doc, const struct resource *resource,
                            const struct attribute *attribute)
{
    const char *rules = "";
    for (size_t i = 0; i < resource->n_constraints; i++) {
        const struct constraint *c = &resource->constraints[i];
        const char *rule = c->unique ? "must be unique" : c->explanation;
        if (c->n_attributes == 1 && c->attributes[0] == attribute && rule != NULL) {
            rules = doc_format(doc, "%s%s%s", rules, rules[0] == '\0' ? "" : "; ", rule);
        }
    }
    return rules;
}

static json_t *schema_of_attribute(struct doc *doc, const struct resource *resource,
                                   const struct attribute *attribute)
{
    json_t *schema = schema_of_column(doc, attribute->type, attribute->nullable);
    const char *rules = rules_of(doc, resource, attribute);
    if (attribute->max_length > 0) {
        doc_put(doc, schema, "maxLength", json_integer(attribute->max_length));
    }
    if (rules[0] != '\0') {
        put_text(doc, schema, "description", rules);
    }
    if (attribute->read_only) {
        doc_put(doc, schema, "readOnly", json_true());
    }
    return schema;
}

/* An object's schema, with `properties` to fill in and `required` names up to a NULL. */
static json_t *schema_object(struct doc *doc, const char *const *required)
{
    json_t *schema = doc_object(doc);
    put_text(doc, schema, "type", "object");
    if (required[0] != NULL) {
        doc_put(doc, schema, "required", doc_words(doc, required));
    }
    doc_put(doc, schema, "properties", doc_object(doc));
    return schema;
}

static json_t *property(struct doc *doc, json_t *schema, const char *name, json_t *of)
{
    return doc_put(doc, json_object_get(schema, "properties"), name, of);
}

static json_t *constant(struct doc *doc, const char *value)
{
    json_t *schema = doc_object(doc);
    put_text(doc, schema, "type", "string");
    put_text(doc, schema, "const", value);
    return schema;
}

static json_t *array_of(struct doc *doc, json_t *items)
{
    json_t *schema = doc_object(doc);
    put_text(doc, schema, "type", "array");
    doc_put(doc, schema, "items", items);
    return schema;
}

static void put_id(struct doc *doc, json_t *schemas, const struct resource *resource)
{
    json_t *schema = doc_object(doc);
    put_text(doc, schema, "type", "string");
    put_text(doc, schema, "description",
             doc_format(doc, "The id of one of %s, given by the server.", resource->type));
    if (resource->key_type->kind == COLUMN_UUID) {
        put_text(doc, schema, "format", "uuid");
    } else if (resource->key_type->kind != COLUMN_TEXT) {
        put_text(doc, schema, "pattern", INTEGER_ID);
    }
    json_t *examples = doc_put(doc, schema, "examples", doc_array(doc));
    doc_add(doc, examples, doc_text(doc, "%s", example_id(resource)));
    doc_put(doc, schemas, doc_format(doc, "%s.id", resource->type), schema);
}

static json_t *identifier(struct doc *doc, const struct resource *resource)
{
    static const char *const required[] = { "type", "id", NULL };
    json_t *schema = schema_object(doc, required);
    property(doc, schema, "type", constant(doc, resource->type));
    property(doc, schema, "id", doc_ref(doc, "schemas/%s.id", resource->type));
    return schema;
}

static json_t *meta_of_links(struct doc *doc, const struct relationship *relationship)
{
    static const char *const required[] = { NULL };
    json_t *meta = schema_object(doc, required);
    for (size_t i = 0; i < relationship->n_link_columns; i++) {
        const struct attribute *column = &relationship->link_columns[i];
        json_t *schema = schema_of_column(doc, column->type, true);
        doc_put(doc, schema, "readOnly", json_true());
        property(doc, meta, column->name, schema);
    }
    put_text(doc, meta, "description", "What the database keeps with the link.");
    return meta;
}

/* The attributes of a document; a create leaves out what it may not give. */
static json_t *attributes_of(struct doc *doc, const struct resource *resource, bool is_create)
{
    json_t *schema = doc_object(doc);
    json_t *required = doc_array(doc);
    put_text(doc, schema, "type", "object");
    json_t *properties = doc_object(doc);
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *a = &resource->attributes[i];
        if (is_create && a->read_only) {
            continue;
        }
        doc_put(doc, properties, a->name, schema_of_attribute(doc, resource, a));
        if (is_create && a->required) {
            doc_add(doc, required, doc_text(doc, "%s", a->name));
        }
    }
    if (json_array_size(required) > 0) {
        doc_put(doc, schema, "required", json_incref(required));
    }
    json_decref(required);
    doc_put(doc, schema, "properties", properties);
    doc_put(doc, schema, "additionalProperties", json_false());
    return schema;
}

static json_t *relationship_links(struct doc *doc, const struct resource *resource)
{
    static const char *const none[] = { NULL };
    static const char *const required[] = { "links", NULL };
    json_t *schema = schema_object(doc, none);
    for (size_t i = 0; i < resource->n_relationships; i++) {
        json_t *one = schema_object(doc, required);
        property(doc, one, "links", doc_ref(doc, "schemas/jsonapi.relationship-links"));
        property(doc, schema, resource->relationships[i].name, one);
    }
    return schema;
}

static json_t *relationship_data(struct doc *doc, const struct resource *resource)
{
    static const char *const none[] = { NULL };
    json_t *schema = schema_object(doc, none);
    for (size_t i = 0; i < resource->n_relationships; i++) {
        const struct relationship *r = &resource->relationships[i];
        property(doc, schema, r->name, doc_ref(doc, "schemas/%s.identifiers", r->target->type));
    }
    doc_put(doc, schema, "additionalProperties", json_false());
    return schema;
}

static json_t *resource_object(struct doc *doc, const struct resource *resource)
{
    json_t *schema = identifier(doc, resource);
    json_t *required = json_object_get(schema, "required");
    static const char *const self[] = { "self", NULL };
    json_t *links = schema_object(doc, self);
    property(doc, links, "self", doc_ref(doc, "schemas/jsonapi.link"));
    property(doc, schema, "links", links);
    doc_add(doc, required, doc_text(doc, "links"));
    if (resource->n_attributes > 0) {
        property(doc, schema, "attributes", attributes_of(doc, resource, false));
        doc_add(doc, required, doc_text(doc, "attributes"));
    }
    if (resource->n_relationships > 0) {
        property(doc, schema, "relationships", relationship_links(doc, resource));
        doc_add(doc, required, doc_text(doc, "relationships"));
    }
    return schema;
}

/* A document with data, as it is answered: jsonapi, links, data. */
static json_t *answer_document(struct doc *doc, const char *links, json_t *data)
{
    static const char *const required[] = { "jsonapi", "links", "data", NULL };
    json_t *schema = schema_object(doc, required);
    property(doc, schema, "jsonapi", doc_ref(doc, "schemas/jsonapi.version"));
    property(doc, schema, "links", doc_ref(doc, "schemas/jsonapi.%s", links));
    property(doc, schema, "data", data);
    return schema;
}

/* A document with data, as it is asked for: {"data": …}. */
static json_t *request_document(struct doc *doc, json_t *data)
{
    static const char *const required[] = { "data", NULL };
    json_t *schema = schema_object(doc, required);
    property(doc, schema, "data", data);
    return schema;
}

static bool has_required_attribute(const struct resource *resource)
{
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (resource->attributes[i].required) {
            return true;
        }
    }
    return false;
}

static json_t *create_document(struct doc *doc, const struct resource *resource)
{
    const char *const required[] = { "type", has_required_attribute(resource) ? "attributes" : NULL,
                                     NULL };
    json_t *data = schema_object(doc, required);
    property(doc, data, "type", constant(doc, resource->type));
    property(doc, data, "attributes", attributes_of(doc, resource, true));
    property(doc, data, "relationships", relationship_data(doc, resource));
    return request_document(doc, data);
}

static json_t *update_document(struct doc *doc, const struct resource *resource)
{
    json_t *data = identifier(doc, resource);
    property(doc, data, "attributes", attributes_of(doc, resource, false));
    property(doc, data, "relationships", relationship_data(doc, resource));
    return request_document(doc, data);
}

static void put_relationship(struct doc *doc, json_t *schemas, const struct relationship *r)
{
    const char *name = doc_format(doc, "%s.%s", r->owner->type, r->name);
    json_t *member = identifier(doc, r->target);
    if (r->n_link_columns > 0) {
        property(doc, member, "meta", meta_of_links(doc, r));
    }
    doc_put(doc, schemas, doc_format(doc, "%s.member", name), member);

    json_t *items = array_of(doc, doc_ref(doc, "schemas/%s.member", name));
    json_t *linkage = answer_document(doc, "linkage-page-links", items);
    property(doc, linkage, "meta", doc_ref(doc, "schemas/jsonapi.change"));
    doc_put(doc, schemas, doc_format(doc, "%s.linkage", name), linkage);
    doc_put(doc, schemas, doc_format(doc, "%s.link", name),
            answer_document(doc, "related-links", doc_ref(doc, "schemas/%s.member", name)));
}

static void put_resource(struct doc *doc, json_t *schemas, const struct resource *r)
{
    const char *type = r->type;
    put_id(doc, schemas, r);
    doc_put(doc, schemas, doc_format(doc, "%s.identifier", type), identifier(doc, r));
    json_t *members = array_of(doc, doc_ref(doc, "schemas/%s.identifier", type));
    doc_put(doc, schemas, doc_format(doc, "%s.identifiers", type), request_document(doc, members));
    doc_put(doc, schemas, type, resource_object(doc, r));
    doc_put(doc, schemas, doc_format(doc, "%s.document", type),
            answer_document(doc, "self-links", doc_ref(doc, "schemas/%s", type)));
    doc_put(doc, schemas, doc_format(doc, "%s.list", type),
            answer_document(doc, "page-links", array_of(doc, doc_ref(doc, "schemas/%s", type))));
    doc_put(doc, schemas, doc_format(doc, "%s.create", type), create_document(doc, r));
    doc_put(doc, schemas, doc_format(doc, "%s.update", type), update_document(doc, r));
    for (size_t i = 0; i < r->n_relationships; i++) {
        put_relationship(doc, schemas, &r->relationships[i]);
    }
}

void components_schemas(struct doc *doc, json_t *components)
{
    json_t *schemas = doc_put(doc, components, "schemas", doc_object(doc));
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        put_resource(doc, schemas, &doc->model->resources[i]);
    }
    components_shared_schemas(doc, schemas);
}
