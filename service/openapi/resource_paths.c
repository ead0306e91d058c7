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

static void put_parameters(struct doc *doc, json_t *operation, const struct resource *resource,
                           unsigned accepts)
{
    const struct query_subject subject = {
        .accepts = accepts,
        .model = doc->model,
        .resource = resource,
    };
    query_parameters(doc, operation, &subject);
}

static json_t *tagged(struct doc *doc, json_t *response)
{
    doc_response_header(doc, response, "ETag", "etag");
    return response;
}

static json_t *one_response(struct doc *doc, const struct resource *resource,
                            const char *description)
{
    json_t *schema = doc_ref(doc, "schemas/%s.document", resource->type);
    return tagged(doc, doc_response(doc, description,
                                    doc_content(doc, schema, example_resource(doc, resource))));
}

static void put_list(struct doc *doc, json_t *item, const struct resource *r)
{
    struct operation_text list =
        operation_of(doc, r, "list", doc_format(doc, "A page of %s", r->type));
    list.description = "In the order of their ids where sort does not say otherwise. Follow "
                       "links.next; pages never skip or repeat a row because others come or go.";
    json_t *get = doc_operation(doc, item, "get", &list);
    const char *path = doc_format(doc, "/%s", r->type);
    put_parameters(doc, get, r, QUERY_COLLECTION);
    doc_parameters(doc, get, precondition_parameters);
    json_t *content =
        doc_page_content(doc, doc_ref(doc, "schemas/%s.list", r->type), example_list(doc, r, path));
    doc_response_put(doc, get, "200", tagged(doc, doc_response(doc, "A page.", content)));
    components_refusals(doc, get, read_refusals);
}

static void put_create(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 413, 414, 415, 422, 431, 503, 504, 0 };
    struct operation_text create =
        operation_of(doc, r, "create", doc_format(doc, "Create one of %s", r->type));
    create.description = doc_format(doc, "With its relationships, in one transaction. %s",
                                    !r->allows_client_ids    ? "The server gives the id."
                                    : r->key_default == NULL ? "The client gives the id."
                                                             : "The client may give the id.");
    json_t *post = doc_operation(doc, item, "post", &create);
    put_parameters(doc, post, r, QUERY_RESOURCE);
    put_request_body(doc, post, doc_format(doc, "%s.create", r->type), example_create(doc, r));
    json_t *created = one_response(doc, r, "It was created.");
    doc_response_header(doc, created, "Location", "location");
    doc_response_put(doc, post, "201", created);
    components_refusals(doc, post, refusals);
}

static void put_fetch(struct doc *doc, json_t *item, const struct resource *r)
{
    struct operation_text fetch =
        operation_of(doc, r, "fetch", doc_format(doc, "One of %s", r->type));
    fetch.description = "With its attributes, links to its relationships, and the linkage of those "
                        "that lead to one resource at most or were asked for.";
    json_t *get = doc_operation(doc, item, "get", &fetch);
    put_parameters(doc, get, r, QUERY_RESOURCE);
    doc_parameters(doc, get, precondition_parameters);
    doc_response_put(doc, get, "200", one_response(doc, r, "The resource."));
    components_refusals(doc, get, read_one_refusals);
}

static void put_update(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 412, 413,
                                    414, 415, 422, 431, 503, 504, 0 };
    struct operation_text update =
        operation_of(doc, r, "update", doc_format(doc, "Change one of %s", r->type));
    update.description = "Attributes and relationships that are left out stay as they are; a "
                         "relationship that is given is replaced. A read-only attribute may be "
                         "sent back with its present value.";
    json_t *patch = doc_operation(doc, item, "patch", &update);
    put_parameters(doc, patch, r, QUERY_RESOURCE);
    doc_parameters(doc, patch, precondition_parameters);
    put_request_body(doc, patch, doc_format(doc, "%s.update", r->type), example_update(doc, r));
    doc_response_put(doc, patch, "200", one_response(doc, r, "The resource as it is now."));
    components_refusals(doc, patch, refusals);
}

static void put_remove(struct doc *doc, json_t *item, const struct resource *r)
{
    static const int refusals[] = { 400, 404, 406, 409, 412, 413, 414, 415, 422, 431, 503, 504, 0 };
    struct operation_text remove =
        operation_of(doc, r, "remove", doc_format(doc, "Delete one of %s", r->type));
    remove.description = "Its links go with it, what it was linked to stays, unless the database "
                         "has other rules for what refers to it.";
    json_t *delete = doc_operation(doc, item, "delete", &remove);
    doc_parameters(doc, delete, precondition_parameters);
    doc_response_put(doc, delete, "204", doc_response(doc, "It is gone.", NULL));
    components_refusals(doc, delete, refusals);
}

void paths_of_resource(struct doc *doc, json_t *paths, const struct resource *resource)
{
    static const char *const request_id[] = { "request-id", NULL };
    const char *const id[] = { doc_format(doc, "%s.id", resource->type), "request-id", NULL };
    json_t *collection =
        doc_put(doc, paths, doc_format(doc, "/%s", resource->type), doc_object(doc));
    json_t *one = doc_put(doc, paths, doc_format(doc, "/%s/{id}", resource->type), doc_object(doc));
    doc_parameters(doc, collection, request_id);
    doc_parameters(doc, one, id);
    put_list(doc, collection, resource);
    put_fetch(doc, one, resource);
    if (!resource->view_only) { /* every write is refused */
        put_create(doc, collection, resource);
        put_update(doc, one, resource);
        put_remove(doc, one, resource);
    }
}
