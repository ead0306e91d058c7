/*
 * parameters.c - what may stand in a path or a header field beside the body, and what answers say
 * in theirs.
 */
#include "openapi/components.h"
#include "openapi/examples.h"

struct header_field {
    const char *key;
    const char *json; /* with ' for " */
};

/* clang-format off */
static const struct header_field request_fields[] = {
    { "prefer",
      "{'name': 'Prefer', 'in': 'header', 'schema': {'type': 'string'},"
      " 'example': 'return=representation', 'description': 'return=representation asks for the linkage in"
      " the answer, with what the write has changed on both sides in meta.'}" },
    { "if-match",
      "{'name': 'If-Match', 'in': 'header', 'schema': {'type': 'string'},"
      " 'description': 'Entity tags as ETag gave them, or *: if none of them is that of what is here, the"
      " answer is 412 and nothing is changed.'}" },
    { "if-none-match",
      "{'name': 'If-None-Match', 'in': 'header', 'schema': {'type': 'string'},"
      " 'description': 'Entity tags as ETag gave them, or *: if one of them is that of what is here, a read"
      " is answered 304, and a write 412.'}" },
    { "request-id",
      "{'name': 'X-Request-Id', 'in': 'header', 'schema': {'type': 'string', 'maxLength': 128},"
      " 'description': 'The name of this request in the answer and in the log; without it, one is made.'}" },
};

static const struct header_field answer_fields[] = {
    { "etag",
      "{'description': 'Changes whenever what was answered changes; for If-Match and If-None-Match.',"
      " 'schema': {'type': 'string'}}" },
    { "request-id",
      "{'description': 'The name of the request, as it was given or made.',"
      " 'schema': {'type': 'string'}}" },
    { "location",
      "{'description': 'The new resource.',"
      " 'schema': {'$ref': '#/components/schemas/jsonapi.link'}}" },
    { "preference-applied",
      "{'description': 'Sent when Prefer was followed.', 'schema': {'type': 'string'}}" },
    { "retry-after",
      "{'description': 'Seconds to wait.', 'schema': {'type': 'integer'}}" },
    { "allow",
      "{'description': 'The methods of the path, with 405.', 'schema': {'type': 'string'}}" },
};
/* clang-format on */

static void put_fields(struct doc *doc, json_t *to, const struct header_field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        doc_put(doc, to, fields[i].key, doc_parse(doc, "%s", fields[i].json));
    }
}

static void put_id(struct doc *doc, json_t *parameters, const struct resource *resource,
                   const char *name)
{
    json_t *p = doc_parse(doc, "{'name': '%s', 'in': 'path', 'required': true}", name);
    doc_put(doc, p, "schema", doc_ref(doc, "schemas/%s.id", resource->type));
    doc_put(doc, p, "example", doc_text(doc, "%s", example_id(resource)));
    doc_put(doc, parameters, doc_format(doc, "%s.%s", resource->type, name), p);
}

void components_parameters(struct doc *doc, json_t *components)
{
    json_t *parameters = doc_put(doc, components, "parameters", doc_object(doc));
    put_fields(doc, parameters, request_fields, ARRAY_SIZE(request_fields));
    components_query_parameters(doc, parameters);
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        put_id(doc, parameters, &doc->model->resources[i], "id");
        put_id(doc, parameters, &doc->model->resources[i], "related_id");
    }
}

void components_headers(struct doc *doc, json_t *components)
{
    json_t *headers = doc_put(doc, components, "headers", doc_object(doc));
    put_fields(doc, headers, answer_fields, ARRAY_SIZE(answer_fields));
}
