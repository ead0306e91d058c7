/*
 * parameters.c - what may stand in a path, a query string or a header besides the body.
 */
#include "openapi/components.h"
#include "openapi/examples.h"

static json_t *begin_parameter(struct doc *doc, json_t *parameters, const char *key,
                               const char *name, const char *in)
{
    json_t *parameter = doc_put(doc, parameters, key, doc_object(doc));
    doc_put(doc, parameter, "name", doc_text(doc, "%s", name));
    doc_put(doc, parameter, "in", doc_text(doc, "%s", in));
    return parameter;
}

static void describe(struct doc *doc, json_t *parameter, const char *description)
{
    doc_put(doc, parameter, "description", doc_text(doc, "%s", description));
}

static json_t *typed_schema(struct doc *doc, const char *type)
{
    json_t *schema = doc_object(doc);
    doc_put(doc, schema, "type", doc_text(doc, "%s", type));
    return schema;
}

static void put_page_size(struct doc *doc, json_t *parameters)
{
    json_t *p = begin_parameter(doc, parameters, "page.size", "page[size]", "query");
    describe(doc, p, "How many a page holds at most.");
    json_t *schema = doc_put(doc, p, "schema", typed_schema(doc, "integer"));
    doc_put(doc, schema, "minimum", json_integer(1));
    doc_put(doc, schema, "maximum", json_integer(doc->options->max_page_size));
    doc_put(doc, schema, "default", json_integer(doc->options->page_size));
}

static void put_cursor(struct doc *doc, json_t *parameters, const char *key, const char *name,
                       const char *description)
{
    json_t *p = begin_parameter(doc, parameters, key, name, "query");
    describe(doc, p, description);
    doc_put(doc, p, "schema", typed_schema(doc, "string"));
}

static void put_prefer(struct doc *doc, json_t *parameters)
{
    json_t *p = begin_parameter(doc, parameters, "prefer", "Prefer", "header");
    describe(doc, p,
             "return=representation asks for the linkage in the answer, with what the write has "
             "changed on both sides in meta.");
    doc_put(doc, p, "schema", typed_schema(doc, "string"));
    doc_put(doc, p, "example", doc_text(doc, "return=representation"));
}

static void put_id(struct doc *doc, json_t *parameters, const struct resource *resource,
                   const char *key, const char *name)
{
    json_t *p = begin_parameter(doc, parameters, doc_format(doc, "%s.%s", resource->type, key),
                                name, "path");
    doc_put(doc, p, "required", json_true());
    doc_put(doc, p, "schema", doc_ref(doc, "schemas/%s.id", resource->type));
    doc_put(doc, p, "example", doc_text(doc, "%s", example_id(resource)));
}

void components_parameters(struct doc *doc, json_t *components)
{
    json_t *parameters = doc_put(doc, components, "parameters", doc_object(doc));
    put_page_size(doc, parameters);
    put_cursor(doc, parameters, "page.after", "page[after]",
               "The page that follows this cursor, which comes from a next link.");
    put_cursor(doc, parameters, "page.before", "page[before]",
               "The page that precedes this cursor, which comes from a prev link.");
    put_prefer(doc, parameters);
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        put_id(doc, parameters, &doc->model->resources[i], "id", "id");
        put_id(doc, parameters, &doc->model->resources[i], "related_id", "related_id");
    }
}
