/*
 * relationship_paths.c - links, from the side of one type.
 */
#include "openapi/components.h"
#include "openapi/examples.h"
#include "openapi/paths.h"

static struct operation_text operation_of(struct doc *doc, const struct relationship *r,
                                          const char *verb, const char *summary)
{
    return (struct operation_text){
        .tag = r->owner->type,
        .id = doc_format(doc, "%s.%s.%s", r->owner->type, r->name, verb),
        .summary = summary,
    };
}

/* Begins the path of `r` with `end` behind it, and its parameters. */
static json_t *begin_path(struct doc *doc, json_t *paths, const struct relationship *r,
                          const char *middle, const char *end)
{
    const char *path = doc_format(doc, "/%s/{id}%s/%s%s", r->owner->type, middle, r->name, end);
    json_t *item = doc_put(doc, paths, path, doc_object(doc));
    doc_parameter(doc, item, doc_format(doc, "%s.id", r->owner->type));
    if (end[0] != '\0') {
        doc_parameter(doc, item, doc_format(doc, "%s.related_id", r->target->type));
    }
    doc_parameter(doc, item, "request-id");
    return item;
}

static void put_parameters(struct doc *doc, json_t *operation, const struct relationship *r,
                           bool is_linkage)
{
    const struct query_subject subject = {
        .accepts = r->is_to_one ? QUERY_RESOURCE : QUERY_COLLECTION,
        .model = doc->model,
        .resource = r->target,
        .relationship = r,
        .is_linkage = is_linkage,
    };
    query_parameters(doc, operation, &subject);
    doc_parameters(doc, operation, precondition_parameters);
}

static json_t *tagged(struct doc *doc, json_t *response)
{
    doc_response_header(doc, response, "ETag", "etag");
    return response;
}

static const char *order_of(const struct relationship *r)
{
    return r->is_to_one        ? "Its data is null when there is none."
           : r->n_order_by > 0 ? "In the relationship's own order where sort does not say "
                                 "otherwise, page by page."
                               : "In the order of their ids where sort does not say otherwise, "
                                 "page by page.";
}

static void put_related(struct doc *doc, json_t *paths, const struct relationship *r)
{
    json_t *item = begin_path(doc, paths, r, "", "");
    struct operation_text related =
        operation_of(doc, r, "related",
                     doc_format(doc, "The %s of one of %s, as %s", r->name, r->owner->type,
                                r->is_to_one ? "a resource" : "resources"));
    related.description = order_of(r);
    json_t *get = doc_operation(doc, item, "get", &related);
    put_parameters(doc, get, r, false);
    json_t *content =
        r->is_to_one
            ? doc_content(doc, doc_ref(doc, "schemas/%s.%s.related", r->owner->type, r->name),
                          example_related(doc, r))
            : doc_page_content(doc, doc_ref(doc, "schemas/%s.list", r->target->type),
                               example_related(doc, r));
    const char *description = r->is_to_one ? "The resource, or null." : "A page of them.";
    doc_response_put(doc, get, "200", tagged(doc, doc_response(doc, description, content)));
    components_refusals(doc, get, read_one_refusals);
}

static json_t *linkage_schema(struct doc *doc, const struct relationship *r)
{
    return doc_ref(doc, "schemas/%s.%s.linkage", r->owner->type, r->name);
}

static void put_linkage(struct doc *doc, json_t *item, const struct relationship *r)
{
    struct operation_text linkage =
        operation_of(doc, r, "linkage",
                     doc_format(doc, "The %s of one of %s, as %s", r->name, r->owner->type,
                                r->is_to_one ? "an identifier" : "identifiers"));
    linkage.description =
        !r->view_only
            ? order_of(r)
            : doc_format(doc, "%s It is for reading: every write is refused.", order_of(r));
    json_t *get = doc_operation(doc, item, "get", &linkage);
    put_parameters(doc, get, r, true);
    json_t *content = r->is_to_one
                          ? doc_content(doc, linkage_schema(doc, r), example_linkage(doc, r))
                          : doc_page_content(doc, linkage_schema(doc, r), example_linkage(doc, r));
    const char *description = r->is_to_one ? "An identifier, or null." : "A page of identifiers.";
    doc_response_put(doc, get, "200", tagged(doc, doc_response(doc, description, content)));
    components_refusals(doc, get, read_one_refusals);
}

/* POST, PATCH or DELETE of linkage: they differ in what they mean. */
static void put_linkage_write(struct doc *doc, json_t *item, const struct relationship *r,
                              const char *method, const struct operation_text *operation)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 412, 413,
                                    414, 415, 422, 431, 503, 504, 0 };
    json_t *write = doc_operation(doc, item, method, operation);
    doc_parameter(doc, write, "prefer");
    doc_parameters(doc, write, precondition_parameters);
    put_request_body(doc, write, linkage_body(doc, r), example_members(doc, r));
    json_t *ok = doc_response(doc,
                              "With Prefer: return=representation, or where something moved that "
                              "the request did not name: the linkage, its first page, and what has "
                              "changed.",
                              doc_content(doc, linkage_schema(doc, r), NULL));
    doc_response_header(doc, ok, "Preference-Applied", "preference-applied");
    doc_response_put(doc, write, "200", tagged(doc, ok));
    doc_response_put(doc, write, "204", doc_response(doc, "It is as the request asked.", NULL));
    components_refusals(doc, write, refusals);
}

static const char *both_sides(struct doc *doc, const struct relationship *r, const char *sentence)
{
    return r->inverse == NULL ? sentence
                              : doc_format(doc, "%s The same links are the %s of each of %s.",
                                           sentence, r->inverse->name, r->target->type);
}

/* Members join and leave where there can be several; the one of a to-one is set. */
static void put_linkage_writes(struct doc *doc, json_t *item, const struct relationship *r)
{
    const char *owner = r->owner->type;
    struct operation_text replace =
        operation_of(doc, r, "replace",
                     doc_format(doc, "%s the %s of one of %s", r->is_to_one ? "Set" : "Replace",
                                r->name, owner));
    replace.description =
        both_sides(doc, r,
                   !r->is_to_one    ? "Only the difference is written; [] unlinks all."
                   : r->is_required ? "It can be changed, and not be cleared."
                                    : "null clears it.");
    put_linkage_write(doc, item, r, "patch", &replace);
    if (r->is_to_one) {
        return;
    }
    struct operation_text add =
        operation_of(doc, r, "add", doc_format(doc, "Link %s to one of %s", r->name, owner));
    add.description = both_sides(doc, r, "What is linked already stays; all or nothing.");
    put_linkage_write(doc, item, r, "post", &add);
    struct operation_text remove =
        operation_of(doc, r, "remove", doc_format(doc, "Unlink %s from one of %s", r->name, owner));
    remove.description =
        both_sides(doc, r, "What is not linked is no mistake. No resource is deleted.");
    put_linkage_write(doc, item, r, "delete", &remove);
}

static void put_link_writes(struct doc *doc, json_t *item, const struct relationship *r)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 412, 413,
                                    414, 415, 422, 431, 503, 504, 0 };
    struct operation_text link =
        operation_of(doc, r, "link", doc_format(doc, "Link this one to its %s", r->name));
    link.description = both_sides(doc, r, "Without a body; repeating it does no harm.");
    json_t *put = doc_operation(doc, item, "put", &link);
    doc_parameters(doc, put, precondition_parameters);
    json_t *moved = r->far_is_unique ? doc_content(doc, linkage_schema(doc, r), NULL) : NULL;
    const char *linked = r->far_is_unique
                             ? "They are linked now. What moved is told, if anything did."
                             : "They are linked now.";
    doc_response_put(doc, put, "201", doc_response(doc, linked, moved));
    doc_response_put(doc, put, "204", doc_response(doc, "They were linked already.", NULL));
    components_refusals(doc, put, refusals);

    struct operation_text unlink =
        operation_of(doc, r, "unlink", doc_format(doc, "Unlink this one from its %s", r->name));
    unlink.description =
        both_sides(doc, r, "Without a body; repeating it does no harm. No resource is deleted.");
    json_t *delete = doc_operation(doc, item, "delete", &unlink);
    doc_parameters(doc, delete, precondition_parameters);
    doc_response_put(doc, delete, "204", doc_response(doc, "They are not linked now.", NULL));
    components_refusals(doc, delete, refusals);
}

static void put_link(struct doc *doc, json_t *paths, const struct relationship *r)
{
    json_t *item = begin_path(doc, paths, r, "", "/{related_id}");
    struct operation_text fetch =
        operation_of(doc, r, "has", doc_format(doc, "Is this one of its %s?", r->name));
    fetch.description = "404 says that it is not, or that there is no such owner.";
    json_t *get = doc_operation(doc, item, "get", &fetch);
    doc_parameters(doc, get, precondition_parameters);
    json_t *content = doc_content(doc, doc_ref(doc, "schemas/%s.%s.link", r->owner->type, r->name),
                                  example_link(doc, r));
    doc_response_put(doc, get, "200", tagged(doc, doc_response(doc, "They are linked.", content)));
    components_refusals(doc, get, read_one_refusals);
    if (!r->view_only) {
        put_link_writes(doc, item, r);
    }
}

void paths_of_relationship(struct doc *doc, json_t *paths, const struct relationship *relationship)
{
    put_related(doc, paths, relationship);
    json_t *item = begin_path(doc, paths, relationship, "/relationships", "");
    put_linkage(doc, item, relationship);
    if (!relationship->view_only) { /* every write is refused */
        put_linkage_writes(doc, item, relationship);
    }
    put_link(doc, paths, relationship);
}
