/*
 * resource_paths.c - collections and single resources.
 */
#include "openapi/components.h"
#include "openapi/examples.h"
#include "openapi/paths.h"

void put_request_body(struct doc *doc, json_t *operation, const char *schema, json_t *example)
{
    json_t *body = doc_put(doc, operation, "requestBody", doc_object(doc));
    doc_put(doc, body, "required", json_true());
    doc_put(doc, body, "content", doc_content(doc, doc_ref(doc, "schemas/%s", schema), example));
}

static struct operation_text operation_of(struct doc *doc, const struct resource *resource,
                                          const char *verb, const char *summary)
{
    return (struct operation_text){
        .tag = resource->type,
        .id = doc_format(doc, "%s.%s", resource->type, verb),
        .summary = summary,
    };
}

static json_t *one_content(struct doc *doc, const struct resource *resource)
{
    return doc_content(doc, doc_ref(doc, "schemas/%s.document", resource->type),
                       example_resource(doc, resource));
}

static void put_list(struct doc *doc, json_t *item, const struct resource *r)
{
    static const char *const parameters[] = { "page.size", "page.after", "page.before", NULL };
    static const int refusals[] = { 400, 406, 414, 431, 503, 504, 0 };
    struct operation_text list =
        operation_of(doc, r, "list", doc_format(doc, "A page of %s", r->type));
    list.description = "In the order of their ids. Follow links.next; pages never skip or repeat "
                       "a row because others come or go.";
    json_t *get = doc_operation(doc, item, "get", &list);
    doc_parameters(doc, get, parameters);
    doc_response_put(
        doc, get, "200",
        doc_response(doc, "A page.",
                     doc_content(doc, doc_ref(doc, "schemas/%s.list", r->type),
                                 example_list(doc, r, doc_format(doc, "/%s", r->type)))));
    components_refusals(doc, get, refusals);
}

static void put_create(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 413, 414, 415, 422, 431, 503, 504, 0 };
    struct operation_text create =
        operation_of(doc, r, "create", doc_format(doc, "Create one of %s", r->type));
    create.description = "With its relationships, in one transaction. The server gives the id.";
    json_t *post = doc_operation(doc, item, "post", &create);
    put_request_body(doc, post, doc_format(doc, "%s.create", r->type), example_create(doc, r));
    json_t *created = doc_response(doc, "It was created.", one_content(doc, r));
    json_t *headers = doc_put(doc, created, "headers", doc_object(doc));
    json_t *location = doc_put(doc, headers, "Location", doc_object(doc));
    doc_put(doc, location, "description", doc_text(doc, "The new resource."));
    doc_put(doc, location, "schema", doc_ref(doc, "schemas/jsonapi.link"));
    doc_response_put(doc, post, "201", created);
    components_refusals(doc, post, refusals);
}

static void put_fetch(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 404, 406, 414, 431, 503, 504, 0 };
    struct operation_text fetch =
        operation_of(doc, r, "fetch", doc_format(doc, "One of %s", r->type));
    fetch.description = "With all of its attributes, and links to its relationships.";
    json_t *get = doc_operation(doc, item, "get", &fetch);
    doc_response_put(doc, get, "200", doc_response(doc, "The resource.", one_content(doc, r)));
    components_refusals(doc, get, refusals);
}

static void put_update(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 413, 414, 415, 422, 431, 503, 504, 0 };
    struct operation_text update =
        operation_of(doc, r, "update", doc_format(doc, "Change one of %s", r->type));
    update.description = "Attributes and relationships that are left out stay as they are; a "
                         "relationship that is given is replaced. A read-only attribute may be "
                         "sent back with its present value.";
    json_t *patch = doc_operation(doc, item, "patch", &update);
    put_request_body(doc, patch, doc_format(doc, "%s.update", r->type), example_update(doc, r));
    doc_response_put(doc, patch, "200",
                     doc_response(doc, "The resource as it is now.", one_content(doc, r)));
    components_refusals(doc, patch, refusals);
}

static void put_remove(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 404, 406, 409, 413, 414, 415, 431, 503, 504, 0 };
    struct operation_text remove =
        operation_of(doc, r, "remove", doc_format(doc, "Delete one of %s", r->type));
    remove.description = "Its links go with it, what it was linked to stays.";
    json_t *delete = doc_operation(doc, item, "delete", &remove);
    doc_response_put(doc, delete, "204", doc_response(doc, "It is gone.", NULL));
    components_refusals(doc, delete, refusals);
}

void paths_of_resource(struct doc *doc, json_t *paths, const struct resource *resource)
{
    const char *const id[] = { doc_format(doc, "%s.id", resource->type), NULL };
    json_t *collection =
        doc_put(doc, paths, doc_format(doc, "/%s", resource->type), doc_object(doc));
    put_list(doc, collection, resource);
    put_create(doc, collection, resource);
    json_t *one = doc_put(doc, paths, doc_format(doc, "/%s/{id}", resource->type), doc_object(doc));
    doc_parameters(doc, one, id);
    put_fetch(doc, one, resource);
    put_update(doc, one, resource);
    put_remove(doc, one, resource);
}
