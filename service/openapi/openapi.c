/*
 * openapi.c - the description as a whole: a tree is built from the model and written out once.
 */
#include "openapi/openapi.h"

#include <errno.h>
#include <string.h>

#include "openapi/components.h"
#include "openapi/emit.h"
#include "openapi/paths.h"

static void put_info(struct doc *doc, json_t *root)
{
    json_t *info = doc_put(doc, root, "info", doc_object(doc));
    doc_put(doc, info, "title", doc_text(doc, "backref"));
    doc_put(doc, info, "version", doc_text(doc, "%s", doc->options->version));
    doc_put(doc, info, "summary", doc_text(doc, "Related resources, both sides kept in step."));
    doc_put(
        doc, info, "description",
        doc_text(doc,
                 "JSON:API 1.1 over PostgreSQL. A link is one fact, read from both sides: link "
                 "two resources from either end and both collections show it. HEAD is answered "
                 "wherever GET is, OPTIONS everywhere, also to browsers that ask for another "
                 "site's page (CORS) where the operator allows it. Lists are paged as the profile "
                 "Cursor Pagination has it; Accept may name it. Every answer has X-Request-Id. A "
                 "body may have up to %zu bytes and name up to %zu members.",
                 doc->options->max_body_bytes, doc->options->max_members));
}

static void put_servers(struct doc *doc, json_t *root)
{
    const char *url = doc->options->public_url;
    json_t *servers = doc_put(doc, root, "servers", doc_array(doc));
    json_t *server = doc_object(doc);
    doc_put(doc, server, "url", doc_text(doc, "%s", url[0] == '\0' ? "/" : url));
    doc_add(doc, servers, server);
}

static void put_tag(struct doc *doc, json_t *tags, const char *name, const char *description)
{
    json_t *tag = doc_object(doc);
    doc_put(doc, tag, "name", doc_text(doc, "%s", name));
    doc_put(doc, tag, "description", doc_text(doc, "%s", description));
    doc_add(doc, tags, tag);
}

static void put_tags(struct doc *doc, json_t *root)
{
    json_t *tags = doc_put(doc, root, "tags", doc_array(doc));
    put_tag(doc, tags, "service", "The service itself.");
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        const char *type = doc->model->resources[i].type;
        put_tag(doc, tags, type, doc_format(doc, "The %s and their relationships.", type));
    }
}

static json_t *build(struct doc *doc)
{
    json_t *root = doc_object(doc);
    doc_put(doc, root, "openapi", doc_text(doc, "3.1.0"));
    put_info(doc, root);
    put_servers(doc, root);
    doc_put(doc, root, "security", doc_array(doc));
    put_tags(doc, root);
    json_t *paths = doc_put(doc, root, "paths", doc_object(doc));
    paths_of_service(doc, paths);
    path_of_operations(doc, paths);
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        const struct resource *resource = &doc->model->resources[i];
        paths_of_resource(doc, paths, resource);
        for (size_t j = 0; j < resource->n_relationships; j++) {
            paths_of_relationship(doc, paths, &resource->relationships[j]);
        }
    }
    json_t *components = doc_put(doc, root, "components", doc_object(doc));
    components_schemas(doc, components);
    components_parameters(doc, components);
    components_headers(doc, components);
    components_responses(doc, components);
    return root;
}

static int write_with(const struct model *model, const struct openapi_options *options,
                      struct buf *b, void (*emit)(struct buf *b, const json_t *value))
{
    struct openapi_options described = *options;
    struct doc doc = { .arena = b->arena, .model = model, .options = &described };
    ASSERT(model->n_resources > 0);
    described.version =
        doc_format(&doc, "%.*s", (int)strcspn(options->version, "-"), options->version);
    json_t *root = build(&doc);
    if (!doc.failed) {
        emit(b, root);
    }
    json_decref(root);
    return doc.failed || b->failed ? -ENOMEM : 0;
}

static void emit_json_line(struct buf *b, const json_t *value)
{
    emit_json(b, value);
    buf_add_char(b, '\n');
}

int openapi_write_json(const struct model *model, const struct openapi_options *options,
                       struct buf *b)
{
    return write_with(model, options, b, emit_json_line);
}

int openapi_write_yaml(const struct model *model, const struct openapi_options *options,
                       struct buf *b)
{
    return write_with(model, options, b, emit_yaml);
}
