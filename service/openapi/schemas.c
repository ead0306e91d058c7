/*
 * schemas.c - JSON Schema 2020-12 of every document of every type.
 */
#include "model/model.h"
#include "openapi/components.h"
#include "openapi/examples.h"

#define INTEGER_ID "^(0|-?[1-9][0-9]{0,18})$"

/* ---- pieces ---------------------------------------------------------------------------------- */

/* An object's schema, with `properties` to fill in and `required` names up to a NULL. */
static json_t *schema_object(struct doc *doc, const char *const *required)
{
    json_t *schema = doc_object(doc);
    doc_put_text(doc, schema, "type", "object");
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
    doc_put_text(doc, schema, "type", "string");
    doc_put_text(doc, schema, "const", value);
    return schema;
}

static json_t *array_of(struct doc *doc, json_t *items)
{
    json_t *schema = doc_object(doc);
    doc_put_text(doc, schema, "type", "array");
    doc_put(doc, schema, "items", items);
    return schema;
}

static json_t *or_null(struct doc *doc, json_t *schema)
{
    json_t *both = doc_object(doc);
    json_t *any = doc_put(doc, both, "anyOf", doc_array(doc));
    doc_add(doc, any, schema);
    doc_add(doc, any, doc_parse(doc, "{'type': 'null'}"));
    return both;
}

/* What a relationship's `data` holds, given the schema of one identifier. */
static json_t *data_of(struct doc *doc, const struct relationship *r, bool is_request,
                       json_t *identifier)
{
    if (!r->is_to_one) {
        return array_of(doc, identifier);
    }
    return is_request && r->is_required ? identifier : or_null(doc, identifier);
}

/* ---- identifiers ----------------------------------------------------------------------------- */

static void put_id(struct doc *doc, json_t *schemas, const struct resource *resource)
{
    const char *giver = !resource->allows_client_ids    ? "given by the server"
                        : resource->key_default == NULL ? "given by the client"
                                                        : "given by the client, or by the server";
    json_t *schema = doc_object(doc);
    doc_put_text(doc, schema, "type", "string");
    doc_put_text(doc, schema, "description",
                 doc_format(doc, "The id of one of %s, %s.", resource->type, giver));
    if (resource->key_type->kind == COLUMN_UUID) {
        doc_put_text(doc, schema, "format", "uuid");
    } else if (resource->key_type->kind != COLUMN_TEXT) {
        doc_put_text(doc, schema, "pattern", INTEGER_ID);
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

/* " A new link needs …": no schema can say so, since what is linked already needs nothing. */
static const char *needed_columns(struct doc *doc, const struct relationship *r)
{
    const char *text = "";
    for (size_t i = 0; i < r->n_link_columns; i++) {
        if (r->link_columns[i].required) {
            text =
                doc_format(doc, "%s%s\"%s\"", text, text[0] == '\0' ? " A new link needs " : ", ",
                           r->link_columns[i].name);
        }
    }
    return text[0] == '\0' ? "" : doc_format(doc, "%s.", text);
}

/* What is kept with a link: all of it in answers, in requests what may be written. */
static json_t *meta_of_links(struct doc *doc, const struct relationship *r, bool is_request)
{
    json_t *meta = doc_parse(doc, "{'type': 'object', 'properties': {}}");
    for (size_t i = 0; i < r->n_link_columns; i++) {
        const struct attribute *column = &r->link_columns[i];
        if (!(is_request && column->read_only)) {
            bool nullable = column->nullable || !is_request;
            json_t *schema = schema_of_column(doc, column->type, nullable);
            if (column->read_only) {
                doc_put(doc, schema, "readOnly", json_true());
            }
            property(doc, meta, column->name, schema);
        }
    }
    const char *needed = is_request ? needed_columns(doc, r) : "";
    doc_put(doc, meta, "description", doc_text(doc, "What is kept with the link.%s", needed));
    return meta;
}

static bool has_writable_columns(const struct relationship *r)
{
    for (size_t i = 0; i < r->n_link_columns; i++) {
        if (!r->link_columns[i].read_only) {
            return true;
        }
    }
    return false;
}

static json_t *member_of(struct doc *doc, const struct relationship *r, bool is_request)
{
    json_t *member = identifier(doc, r->target);
    property(doc, member, "meta", meta_of_links(doc, r, is_request));
    return member;
}

/* An identifier of this relationship, as answers have it. */
static json_t *answered_member(struct doc *doc, const struct relationship *r)
{
    return r->n_link_columns == 0 ? doc_ref(doc, "schemas/%s.identifier", r->target->type)
                                  : doc_ref(doc, "schemas/%s.%s.member", r->owner->type, r->name);
}

/* ---- resource objects ------------------------------------------------------------------------ */

/* The attributes of a document; a create leaves out what it may not give. */
static json_t *attributes_of(struct doc *doc, const struct resource *resource, bool is_create)
{
    json_t *schema = doc_parse(doc, "{'type': 'object'}");
    json_t *required = doc_array(doc);
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

/* A relationship within a resource object: linkage always for one, else where it was asked for. */
static json_t *relationship_object(struct doc *doc, const struct relationship *r)
{
    const char *const required[] = { "links", r->is_to_one ? "data" : NULL, NULL };
    json_t *schema = schema_object(doc, required);
    json_t *member = r->is_to_one ? doc_ref(doc, "schemas/%s.identifier", r->target->type)
                                  : answered_member(doc, r);
    property(doc, schema, "links", doc_ref(doc, "schemas/jsonapi.relationship-links"));
    property(doc, schema, "data", data_of(doc, r, false, member));
    return schema;
}

static json_t *relationships_of(struct doc *doc, const struct resource *resource)
{
    json_t *schema = doc_parse(doc, "{'type': 'object', 'properties': {}}");
    for (size_t i = 0; i < resource->n_relationships; i++) {
        const struct relationship *r = &resource->relationships[i];
        property(doc, schema, r->name, relationship_object(doc, r));
    }
    return schema;
}

/* What a create or an update says of relationships. */
static json_t *relationship_data(struct doc *doc, const struct resource *resource)
{
    json_t *schema = doc_parse(doc, "{'type': 'object', 'properties': {}}");
    for (size_t i = 0; i < resource->n_relationships; i++) {
        const struct relationship *r = &resource->relationships[i];
        if (!r->view_only) {
            property(doc, schema, r->name, doc_ref(doc, "schemas/%s", linkage_body(doc, r)));
        }
    }
    doc_put(doc, schema, "additionalProperties", json_false());
    return schema;
}

static json_t *resource_object(struct doc *doc, const struct resource *resource)
{
    json_t *schema = identifier(doc, resource);
    doc_add(doc, json_object_get(schema, "required"), doc_text(doc, "links"));
    property(doc, schema, "links", doc_ref(doc, "schemas/jsonapi.self-links"));
    if (resource->n_attributes > 0) {
        property(doc, schema, "attributes", attributes_of(doc, resource, false));
    }
    if (resource->n_relationships > 0) {
        property(doc, schema, "relationships", relationships_of(doc, resource));
    }
    return schema;
}

/* ---- documents ------------------------------------------------------------------------------- */

/* A document with data, as it is answered: jsonapi, links, data. */
static json_t *answer_document(struct doc *doc, const char *links, json_t *data)
{
    static const char *const required[] = { "jsonapi", "links", "data", NULL };
    json_t *schema = schema_object(doc, required);
    property(doc, schema, "jsonapi", doc_ref(doc, "schemas/jsonapi.object"));
    property(doc, schema, "links", doc_ref(doc, "schemas/jsonapi.%s", links));
    property(doc, schema, "data", data);
    return schema;
}

static json_t *compound_document(struct doc *doc, const char *links, json_t *data)
{
    json_t *schema = answer_document(doc, links, data);
    property(doc, schema, "included", doc_ref(doc, "schemas/jsonapi.included"));
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
    if (resource->allows_client_ids) {
        property(doc, data, "id", doc_ref(doc, "schemas/%s.id", resource->type));
        if (resource->key_default == NULL) {
            doc_add(doc, json_object_get(data, "required"), doc_text(doc, "id"));
        }
    }
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

const char *linkage_body(struct doc *doc, const struct relationship *r)
{
    return r->is_to_one || has_writable_columns(r)
               ? doc_format(doc, "%s.%s.wanted", r->owner->type, r->name)
               : doc_format(doc, "%s.identifiers", r->target->type);
}

/* What writes of a relationship send, where it is more than identifiers of the target. */
static void put_linkage_body(struct doc *doc, json_t *schemas, const struct relationship *r)
{
    if (!r->view_only && (r->is_to_one || has_writable_columns(r))) {
        json_t *member = has_writable_columns(r)
                             ? member_of(doc, r, true)
                             : doc_ref(doc, "schemas/%s.identifier", r->target->type);
        doc_put(doc, schemas, linkage_body(doc, r),
                request_document(doc, data_of(doc, r, true, member)));
    }
}

static void put_relationship(struct doc *doc, json_t *schemas, const struct relationship *r)
{
    const char *name = doc_format(doc, "%s.%s", r->owner->type, r->name);
    if (r->n_link_columns > 0) {
        doc_put(doc, schemas, doc_format(doc, "%s.member", name), member_of(doc, r, false));
    }
    json_t *linkage = compound_document(doc, r->is_to_one ? "related-links" : "linkage-page-links",
                                        data_of(doc, r, false, answered_member(doc, r)));
    property(doc, linkage, "meta", doc_ref(doc, "schemas/jsonapi.linkage-meta"));
    doc_put(doc, schemas, doc_format(doc, "%s.linkage", name), linkage);
    if (r->is_to_one) {
        doc_put(doc, schemas, doc_format(doc, "%s.related", name),
                compound_document(doc, "self-links",
                                  or_null(doc, doc_ref(doc, "schemas/%s", r->target->type))));
    }
    doc_put(doc, schemas, doc_format(doc, "%s.link", name),
            answer_document(doc, "related-links", answered_member(doc, r)));
    put_linkage_body(doc, schemas, r);
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
            compound_document(doc, "self-links", doc_ref(doc, "schemas/%s", type)));
    json_t *list =
        compound_document(doc, "page-links", array_of(doc, doc_ref(doc, "schemas/%s", type)));
    property(doc, list, "meta", doc_ref(doc, "schemas/jsonapi.page-meta"));
    doc_put(doc, schemas, doc_format(doc, "%s.list", type), list);
    if (!r->view_only) {
        doc_put(doc, schemas, doc_format(doc, "%s.create", type), create_document(doc, r));
        doc_put(doc, schemas, doc_format(doc, "%s.update", type), update_document(doc, r));
    }
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
