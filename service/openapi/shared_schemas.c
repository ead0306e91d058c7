/*
 * shared_schemas.c - the parts of documents that are the same for every type: links, errors, and
 * what a relationship write reports.
 */
#include "jsonapi/problem_list.h"
#include "openapi/components.h"

struct shared_schema {
    const char *name;
    const char *json; /* with ' for " */
};

#define LINK "{'$ref': '#/components/schemas/jsonapi.link'}"
#define PAGE_LINK                                                                                  \
    "{'type': ['string', 'null'], 'format': 'uri-reference',"                                      \
    " 'description': 'Null when there is no such page.'}"
#define SELF                                                                                       \
    "{'anyOf': [{'$ref': '#/components/schemas/jsonapi.link'},"                                    \
    " {'type': 'object', 'required': ['href', 'type'],"                                            \
    " 'properties': {'href': {'$ref': '#/components/schemas/jsonapi.link'},"                       \
    " 'type': {'type': 'string'}}}],"                                                              \
    " 'description': 'An object that names the profile where the answer is sent with it.'}"
#define MEMBERS(what)                                                                              \
    "{'type': 'array', 'description': '" what "', 'items': {'type': 'object',"                     \
    " 'required': ['type', 'id'], 'properties': {"                                                 \
    "'type': {'type': 'string'}, 'id': {'type': 'string'}}}}"

/* clang-format off */
static const struct shared_schema shared[] = {
    { "jsonapi.object",
      "{'type': 'object', 'required': ['version'], 'properties': {"
      "'version': {'type': 'string', 'const': '1.1'},"
      "'ext': {'type': 'array', 'items': {'type': 'string'}},"
      "'profile': {'type': 'array', 'items': {'type': 'string'}}}}" },
    { "jsonapi.link",
      "{'type': 'string', 'format': 'uri-reference'}" },
    { "jsonapi.self-links",
      "{'type': 'object', 'required': ['self'], 'properties': {'self': " LINK "}}" },
    { "jsonapi.related-links",
      "{'type': 'object', 'required': ['self', 'related'],"
      " 'properties': {'self': " LINK ", 'related': " LINK "}}" },
    { "jsonapi.page-links",
      "{'type': 'object', 'required': ['self', 'prev', 'next'],"
      " 'properties': {'self': " SELF ", 'prev': " PAGE_LINK ", 'next': " PAGE_LINK "}}" },
    { "jsonapi.linkage-page-links",
      "{'type': 'object', 'required': ['self', 'related', 'prev', 'next'], 'properties': {"
      "'self': " SELF ", 'related': " LINK ", 'prev': " PAGE_LINK ", 'next': " PAGE_LINK "}}" },
    { "jsonapi.relationship-links",
      "{'type': 'object', 'required': ['self', 'related'],"
      " 'description': 'self is the linkage, related the resources themselves; prev and next, where"
      " there is more linkage than a resource shows.', 'properties': {"
      "'self': " LINK ", 'related': " LINK ", 'prev': " PAGE_LINK ", 'next': " PAGE_LINK "}}" },
    { "jsonapi.page-meta",
      "{'type': 'object', 'required': ['page'], 'properties': {'page': {'type': 'object',"
      " 'description': 'How many there are on all pages, as page[total] asks; and whether a range has"
      " more items than this page of it.', 'properties': {"
      "'rangeTruncated': {'const': true},"
      "'total': {'type': 'integer', 'minimum': 0},"
      "'estimatedTotal': {'type': 'object', 'required': ['bestGuess'], 'properties': {"
      "'bestGuess': {'type': 'integer', 'minimum': 0}}}}}}}" },
    { "jsonapi.linkage-meta",
      "{'anyOf': [{'$ref': '#/components/schemas/jsonapi.page-meta'},"
      " {'$ref': '#/components/schemas/jsonapi.change'}]}" },
    { "jsonapi.change",
      "{'type': 'object', 'required': ['added', 'removed', 'unchanged', 'changed'],"
      " 'description': 'What a write has done, on both sides of the relationship.',"
      " 'properties': {"
      "'added': " MEMBERS("Linked by this request.") ","
      "'removed': " MEMBERS("Unlinked by this request.") ","
      "'updated': " MEMBERS("Linked already; what is kept with the link was changed.") ","
      "'unchanged': " MEMBERS("Named by the request, and as it wished already.") ","
      "'changed': {'type': 'array', 'items': " LINK ","
      " 'description': 'The linkage of every relationship that is different now.'}}}" },
    { "jsonapi.entry",
      "{'type': 'object', 'required': ['jsonapi', 'meta', 'links'], 'properties': {"
      "'jsonapi': {'$ref': '#/components/schemas/jsonapi.object'},"
      "'meta': {'type': 'object', 'required': ['service', 'version'], 'properties': {"
      "'service': {'type': 'string', 'const': 'backref'}, 'version': {'type': 'string'}}},"
      "'links': {'type': 'object', 'required': ['self', 'describedby'],"
      " 'properties': {'self': " LINK ", 'describedby': " LINK "},"
      " 'additionalProperties': " LINK "}}}" },
    { "jsonapi.status",
      "{'type': 'object', 'required': ['jsonapi', 'meta'], 'properties': {"
      "'jsonapi': {'$ref': '#/components/schemas/jsonapi.object'},"
      "'meta': {'type': 'object', 'required': ['status'], 'properties': {"
      "'status': {'type': 'string'},"
      "'reload': {'type': 'string', 'description': 'The last reload failed; what this means.'}}}}}" },
    { "jsonapi.error",
      "{'type': 'object', 'required': ['status', 'code', 'title'], 'properties': {"
      "'status': {'type': 'string', 'pattern': '^[45][0-9][0-9]$'},"
      "'code': {'type': 'string'},"
      "'title': {'type': 'string', 'description': 'The same for every error of one code.'},"
      "'detail': {'type': 'string',"
      " 'description': 'What was wrong here, and what would mend it.'},"
      "'source': {'type': 'object', 'properties': {"
      "'pointer': {'type': 'string', 'description': 'JSON pointer into the request document.'},"
      "'parameter': {'type': 'string', 'description': 'A query parameter.'},"
      "'header': {'type': 'string', 'description': 'A header field.'}}},"
      "'links': {'type': 'object', 'properties': {'type': " LINK "}},"
      "'meta': {'type': 'object', 'properties': {'page': {'type': 'object', 'properties': {"
      "'maxSize': {'type': 'integer', 'description': 'The largest page there is.'}}}}}}}" },
    { "jsonapi.errors",
      "{'type': 'object', 'required': ['errors'], 'properties': {"
      "'errors': {'type': 'array', 'minItems': 1,"
      " 'items': {'$ref': '#/components/schemas/jsonapi.error'}},"
      "'meta': {'type': 'object', 'properties': {'omitted': {'type': 'integer',"
      " 'description': 'How many more errors there were.'}}}}}" },
};
/* clang-format on */

/* Resources of any type. */
static void put_included(struct doc *doc, json_t *schemas)
{
    json_t *included =
        doc_put(doc, schemas, "jsonapi.included",
                doc_parse(doc, "{'type': 'array', 'description': 'What include asked for, each "
                               "resource once.', 'items': {'anyOf': []}}"));
    json_t *any = json_object_get(json_object_get(included, "items"), "anyOf");
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        doc_add(doc, any, doc_ref(doc, "schemas/%s", doc->model->resources[i].type));
    }
}

void components_shared_schemas(struct doc *doc, json_t *schemas)
{
#define CODE(name, code, status, title) code,
    static const char *const codes[] = { PROBLEM_LIST(CODE) NULL };
#undef CODE
    for (size_t i = 0; i < ARRAY_SIZE(shared); i++) {
        doc_put(doc, schemas, shared[i].name, doc_parse(doc, "%s", shared[i].json));
    }
    json_t *error = json_object_get(schemas, "jsonapi.error");
    json_t *code = json_object_get(json_object_get(error, "properties"), "code");
    doc_put(doc, code, "enum", doc_words(doc, codes));
    put_included(doc, schemas);
    components_atomic_schemas(doc, schemas);
}
