/*
 * atomic_path.c - POST /operations: several writes in one transaction.
 *
 * Any of its identifiers may have a `lid` for an `id`, so that its documents are described for all
 * types together, and not by what the plain requests take.
 */
#include "jsonapi/media_type.h"
#include "openapi/components.h"
#include "openapi/examples.h"
#include "openapi/paths.h"

#define ATOMIC_TYPE JSONAPI_MEDIA_TYPE ";ext=\"" ATOMIC_EXTENSION "\""
#define REF(name) "{'$ref': '#/components/schemas/jsonapi." name "'}"
#define LIST_OF(name) "{'type': 'array', 'items': " REF(name) "}"
#define NULL_VALUE "{'type': 'null'}"

struct atomic_schema {
    const char *name;
    const char *json; /* with ' for " */
};

/* clang-format off */
static const struct atomic_schema atomic_schemas[] = {
    { "jsonapi.lid",
      "{'type': 'string', 'description': 'A name within the request for a resource that an earlier"
      " operation adds; it stands for the id.'}" },
    { "jsonapi.ref",
      "{'type': 'object', 'required': ['type'], 'properties': {'type': " REF("type") ","
      " 'id': {'type': 'string'}, 'lid': " REF("lid") ","
      " 'relationship': {'type': 'string', 'description': 'Without it the resource itself is meant.'}}}" },
    { "jsonapi.any-identifier",
      "{'type': 'object', 'required': ['type'], 'properties': {'type': " REF("type") ","
      " 'id': {'type': 'string'}, 'lid': " REF("lid") ", 'meta': {'type': 'object'}}}" },
    { "jsonapi.any-resource",
      "{'type': 'object', 'required': ['type'], 'properties': {'type': " REF("type") ","
      " 'id': {'type': 'string'}, 'lid': " REF("lid") ", 'attributes': {'type': 'object'},"
      " 'relationships': {'type': 'object', 'additionalProperties': {'type': 'object',"
      " 'required': ['data'], 'properties': {'data': {'anyOf': [" REF("any-identifier") ","
      " " LIST_OF("any-identifier") ", " NULL_VALUE "]}}}}}}" },
    { "jsonapi.operation",
      "{'type': 'object', 'required': ['op'], 'description': 'One write: of a resource, or with"
      " ref.relationship of its linkage. What it is about is said by ref, by href, or by data"
      " itself.', 'properties': {"
      "'op': {'type': 'string', 'enum': ['add', 'update', 'remove']},"
      "'ref': " REF("ref") ", 'href': {'type': 'string', 'format': 'uri-reference',"
      " 'description': 'A path such as /TYPE/ID, instead of ref.'},"
      "'data': {'description': 'What the body of the plain request has as data.', 'anyOf': ["
      REF("any-resource") ", " LIST_OF("any-identifier") ", " NULL_VALUE "]}}}" },
    { "jsonapi.results",
      "{'type': 'object', 'required': ['jsonapi', 'atomic:results'], 'properties': {"
      "'jsonapi': " REF("object") ", 'atomic:results': {'type': 'array', 'minItems': 1,"
      " 'description': 'One for each operation, in their order.', 'items': " REF("result") "}}}" },
};
/* clang-format on */

static void put_types(struct doc *doc, json_t *schemas)
{
    json_t *type = doc_put(doc, schemas, "jsonapi.type", doc_parse(doc, "{'type': 'string'}"));
    json_t *types = doc_put(doc, type, "enum", doc_array(doc));
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        doc_add(doc, types, doc_text(doc, "%s", doc->model->resources[i].type));
    }
}

/* What a plain request answers as data, or nothing. */
static void put_result(struct doc *doc, json_t *schemas)
{
    json_t *result =
        doc_put(doc, schemas, "jsonapi.result",
                doc_parse(doc, "{'type': 'object', 'properties': {'data': {'anyOf': []},"
                               " 'meta': " REF("change") "}}"));
    json_t *data = json_object_get(json_object_get(result, "properties"), "data");
    json_t *any = json_object_get(data, "anyOf");
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        doc_add(doc, any, doc_ref(doc, "schemas/%s", doc->model->resources[i].type));
    }
    doc_add(doc, any, doc_parse(doc, LIST_OF("any-identifier")));
    doc_add(doc, any, doc_parse(doc, NULL_VALUE));
}

void components_atomic_schemas(struct doc *doc, json_t *schemas)
{
    put_types(doc, schemas);
    for (size_t i = 0; i < ARRAY_SIZE(atomic_schemas); i++) {
        const struct atomic_schema *schema = &atomic_schemas[i];
        doc_put(doc, schemas, schema->name, doc_parse(doc, "%s", schema->json));
    }
    doc_put(doc, schemas, "jsonapi.operations",
            doc_parse(doc,
                      "{'type': 'object', 'required': ['atomic:operations'], 'properties': {"
                      "'atomic:operations': {'type': 'array', 'minItems': 1, 'maxItems': %zu,"
                      " 'items': " REF("operation") "}}}",
                      doc->options->max_operations));
    put_result(doc, schemas);
}

static json_t *atomic_content(struct doc *doc, const char *schema, json_t *example)
{
    json_t *content = doc_object(doc);
    json_t *atomic = doc_put(doc, content, ATOMIC_TYPE, doc_object(doc));
    json_t *plain = doc_put(doc, content, JSON_MEDIA_TYPE, doc_object(doc));
    doc_put(doc, atomic, "schema", doc_ref(doc, "schemas/%s", schema));
    doc_put(doc, atomic, "example", example);
    doc_put(doc, plain, "schema", doc_ref(doc, "schemas/%s", schema));
    return content;
}

void path_of_operations(struct doc *doc, json_t *paths)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 413, 414, 415, 422, 431, 503, 504, 0 };
    static const char *const request_id[] = { "request-id", NULL };
    static const struct operation_text text = {
        .tag = "service",
        .id = "service.operations",
        .summary = "Several writes at once",
        .description = "All of them in one transaction, in their order, or none. Resources that are"
                       " added may be named by a lid, which later operations may use for the id.",
    };
    json_t *item = doc_put(doc, paths, "/operations", doc_object(doc));
    doc_parameters(doc, item, request_id);
    json_t *post = doc_operation(doc, item, "post", &text);
    json_t *body = doc_put(doc, post, "requestBody", doc_object(doc));
    doc_put(doc, body, "required", json_true());
    doc_put(doc, body, "content",
            atomic_content(doc, "jsonapi.operations", example_operations(doc)));
    doc_response_put(doc, post, "200",
                     doc_response(doc, "All were performed.",
                                  atomic_content(doc, "jsonapi.results", example_results(doc))));
    components_refusals(doc, post, refusals);
}
