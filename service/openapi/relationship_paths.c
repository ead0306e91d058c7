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

/* Begins the path of `r` with `end` behind it, and its id parameters. */
static json_t *begin_path(struct doc *doc, json_t *paths, const struct relationship *r,
                          const char *middle, const char *end)
{
    const char *const ids[] = {
        doc_format(doc, "%s.id", r->owner->type),
        end[0] == '\0' ? NULL : doc_format(doc, "%s.related_id", r->target->type),
        NULL,
    };
    const char *path = doc_format(doc, "/%s/{id}%s/%s%s", r->owner->type, middle, r->name, end);
    json_t *item = doc_put(doc, paths, path, doc_object(doc));
    doc_parameters(doc, item, ids);
    return item;
}

static const char *const page_parameters[] = { "page.size", "page.after", "page.before", NULL };

static void put_related(struct doc *doc, json_t *paths, const struct relationship *r)
{
    static const int refusals[] = { 400, 404, 406, 414, 431, 503, 504, 0 };
    json_t *item = begin_path(doc, paths, r, "", "");
    struct operation_text related =
        operation_of(doc, r, "related",
                     doc_format(doc, "The %s of one of %s, as resources", r->name, r->owner->type));
    related.description = "In the order of their ids, page by page.";
    json_t *get = doc_operation(doc, item, "get", &related);
    const char *path = doc_format(doc, "/%s/%s/%s", r->owner->type, example_id(r->owner), r->name);
    doc_parameters(doc, get, page_parameters);
    doc_response_put(doc, get, "200",
                     doc_response(doc, "A page of them.",
                                  doc_content(doc, doc_ref(doc, "schemas/%s.list", r->target->type),
                                              example_list(doc, r->target, path))));
    components_refusals(doc, get, refusals);
}

static json_t *linkage_response(struct doc *doc, const struct relationship *r,
                                const char *description, json_t *example)
{
    return doc_response(
        doc, description,
        doc_content(doc, doc_ref(doc, "schemas/%s.%s.linkage", r->owner->type, r->name), example));
}

static void put_linkage(struct doc *doc, json_t *item, const struct relationship *r)
{
    static const int refusals[] = { 400, 404, 406, 414, 431, 503, 504, 0 };
    struct operation_text linkage = operation_of(
        doc, r, "linkage",
        doc_format(doc, "The %s of one of %s, as identifiers", r->name, r->owner->type));
    linkage.description = "In the order of their ids, page by page.";
    json_t *get = doc_operation(doc, item, "get", &linkage);
    doc_parameters(doc, get, page_parameters);
    doc_response_put(doc, get, "200",
                     linkage_response(doc, r, "A page of identifiers.", example_linkage(doc, r)));
    components_refusals(doc, get, refusals);
}

/* POST, PATCH or DELETE of linkage: they differ in what they mean. */
static void put_linkage_write(struct doc *doc, json_t *item, const struct relationship *r,
                              const char *method, const struct operation_text *operation)
{
    static const int refusals[] = { 400, 403, 404, 406, 409, 413, 414, 415, 431, 503, 504, 0 };
    static const char *const prefer[] = { "prefer", NULL };
    json_t *write = doc_operation(doc, item, method, operation);
    doc_parameters(doc, write, prefer);
    put_request_body(doc, write, doc_format(doc, "%s.identifiers", r->target->type),
                     example_members(doc, r));
    json_t *ok = linkage_response(doc, r,
                                  "With Prefer: return=representation: the first page of the "
                                  "linkage, and what has changed.",
                                  NULL);
    json_t *headers = doc_put(doc, ok, "headers", doc_object(doc));
    json_t *applied = doc_put(doc, headers, "Preference-Applied", doc_object(doc));
    json_t *schema = doc_put(doc, applied, "schema", doc_object(doc));
    doc_put(doc, schema, "type", doc_text(doc, "string"));
    doc_put(doc, schema, "const", doc_text(doc, "return=representation"));
    doc_response_put(doc, write, "200", ok);
    doc_response_put(doc, write, "204", doc_response(doc, "It is as the request asked.", NULL));
    components_refusals(doc, write, refusals);
}

static const char *both_sides(struct doc *doc, const struct relationship *r, const char *sentence)
{
    return r->inverse == NULL ? sentence
                              : doc_format(doc, "%s The same links are the %s of each of %s.",
                                           sentence, r->inverse->name, r->target->type);
}

static void put_linkage_writes(struct doc *doc, json_t *item, const struct relationship *r)
{
    const char *owner = r->owner->type;
    struct operation_text add =
        operation_of(doc, r, "add", doc_format(doc, "Link %s to one of %s", r->name, owner));
    add.description = both_sides(doc, r, "What is linked already stays; all or nothing.");
    put_linkage_write(doc, item, r, "post", &add);
    struct operation_text replace = operation_of(
        doc, r, "replace", doc_format(doc, "Replace the %s of one of %s", r->name, owner));
    replace.description = both_sides(doc, r, "Only the difference is written; [] unlinks all.");
    put_linkage_write(doc, item, r, "patch", &replace);
    struct operation_text remove =
        operation_of(doc, r, "remove", doc_format(doc, "Unlink %s from one of %s", r->name, owner));
    remove.description =
        both_sides(doc, r, "What is not linked is no mistake. No resource is deleted.");
    put_linkage_write(doc, item, r, "delete", &remove);
}

static void put_link(struct doc *doc, json_t *paths, const struct relationship *r)
{
    static const int refusals[] = { 400, 404, 406, 414, 431, 503, 504, 0 };
    static const int write_refusals[] = { 400, 403, 404, 406, 413, 414, 415, 431, 503, 504, 0 };
    json_t *item = begin_path(doc, paths, r, "", "/{related_id}");

    struct operation_text fetch =
        operation_of(doc, r, "has", doc_format(doc, "Is this one of its %s?", r->name));
    fetch.description = "404 says that it is not, or that there is no such owner.";
    json_t *get = doc_operation(doc, item, "get", &fetch);
    doc_response_put(
        doc, get, "200",
        doc_response(doc, "They are linked.",
                     doc_content(doc, doc_ref(doc, "schemas/%s.%s.link", r->owner->type, r->name),
                                 example_link(doc, r))));
    components_refusals(doc, get, refusals);

    struct operation_text link =
        operation_of(doc, r, "link", doc_format(doc, "Link this one to its %s", r->name));
    link.description = both_sides(doc, r, "Without a body; repeating it does no harm.");
    json_t *put = doc_operation(doc, item, "put", &link);
    doc_response_put(doc, put, "201", doc_response(doc, "They are linked now.", NULL));
    doc_response_put(doc, put, "204", doc_response(doc, "They were linked already.", NULL));
    components_refusals(doc, put, write_refusals);

    struct operation_text unlink =
        operation_of(doc, r, "unlink", doc_format(doc, "Unlink this one from its %s", r->name));
    unlink.description =
        both_sides(doc, r, "Without a body; repeating it does no harm. No resource is deleted.");
    json_t *delete = doc_operation(doc, item, "delete", &unlink);
    doc_response_put(doc, delete, "204", doc_response(doc, "They are not linked now.", NULL));
    components_refusals(doc, delete, write_refusals);
}

void paths_of_relationship(struct doc *doc, json_t *paths, const struct relationship *relationship)
{
    put_related(doc, paths, relationship);
    json_t *item = begin_path(doc, paths, relationship, "/relationships", "");
    put_linkage(doc, item, relationship);
    put_linkage_writes(doc, item, relationship);
    put_link(doc, paths, relationship);
}
