/*
 * service_paths.c - what can be asked of the service itself.
 */
#include <string.h>

#include "openapi/components.h"
#include "openapi/paths.h"

static const char tag[] = "service";

static json_t *begin_path(struct doc *doc, json_t *paths, const char *path,
                          const struct operation_text *operation)
{
    json_t *item = doc_put(doc, paths, path, doc_object(doc));
    doc_parameter(doc, item, "request-id");
    return doc_operation(doc, item, "get", operation);
}

/* An answer that is no JSON:API document, whatever Accept says. */
static json_t *plain_response(struct doc *doc, const char *description, const char *media_type,
                              const char *type)
{
    json_t *content = doc_object(doc);
    json_t *of = doc_put(doc, content, media_type, doc_object(doc));
    json_t *schema = doc_put(doc, of, "schema", doc_object(doc));
    doc_put(doc, schema, "type", doc_text(doc, "%s", type));
    return doc_response(doc, description, content);
}

static json_t *entry_example(struct doc *doc)
{
    const char *prefix = doc->options->public_url;
    json_t *document = doc_object(doc);
    json_t *jsonapi = doc_put(doc, document, "jsonapi", doc_object(doc));
    doc_put(doc, jsonapi, "version", doc_text(doc, "1.1"));
    json_t *meta = doc_put(doc, document, "meta", doc_object(doc));
    doc_put(doc, meta, "service", doc_text(doc, "backref"));
    doc_put(doc, meta, "version", doc_text(doc, "%s", doc->options->version));
    json_t *links = doc_put(doc, document, "links", doc_object(doc));
    doc_put(doc, links, "self", doc_text(doc, "%s/", prefix));
    doc_put(doc, links, "describedby", doc_text(doc, "%s/openapi.json", prefix));
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        const char *type = doc->model->resources[i].type;
        doc_put(doc, links, type, doc_text(doc, "%s/%s", prefix, type));
    }
    return document;
}

static void put_entry(struct doc *doc, json_t *paths)
{
    static const int refusals[] = { 304, 400, 406, 412, 414, 431, 0 };
    static const struct operation_text entry = {
        tag,
        "service.entry",
        "Where everything is",
        "A link per type, the version, and a link to this description.",
    };
    json_t *get = begin_path(doc, paths, "/", &entry);
    json_t *content = doc_content(doc, doc_ref(doc, "schemas/jsonapi.entry"), entry_example(doc));
    json_t *ok = doc_response(doc, "The entry document.", content);
    doc_response_header(doc, ok, "ETag", "etag");
    doc_parameters(doc, get, precondition_parameters);
    doc_response_put(doc, get, "200", ok);
    components_refusals(doc, get, refusals);
}

static json_t *status_response(struct doc *doc, const char *description, const char *status)
{
    json_t *example = doc_object(doc);
    json_t *jsonapi = doc_put(doc, example, "jsonapi", doc_object(doc));
    doc_put(doc, jsonapi, "version", doc_text(doc, "1.1"));
    json_t *meta = doc_put(doc, example, "meta", doc_object(doc));
    doc_put(doc, meta, "status", doc_text(doc, "%s", status));
    return doc_response(doc, description,
                        doc_content(doc, doc_ref(doc, "schemas/jsonapi.status"), example));
}

static void put_health(struct doc *doc, json_t *paths)
{
    static const int refusals[] = { 400, 414, 431, 0 };
    static const int ready_refusals[] = { 400, 414, 431, 503, 504, 0 };
    static const struct operation_text health = {
        tag,
        "service.health",
        "Is the process up?",
        "Asks nothing of the database.",
    };
    static const struct operation_text readiness = {
        tag,
        "service.readiness",
        "Can requests be served?",
        "The database answers, and its tables are still those of the model.",
    };
    json_t *get = begin_path(doc, paths, "/healthz", &health);
    doc_response_put(doc, get, "200", status_response(doc, "It is up.", "up"));
    components_refusals(doc, get, refusals);
    get = begin_path(doc, paths, "/readyz", &readiness);
    doc_response_put(doc, get, "200", status_response(doc, "It is ready.", "ready"));
    components_refusals(doc, get, ready_refusals);
}

static void put_description(struct doc *doc, json_t *paths, const char *path,
                            const char *media_type, const char *type)
{
    static const int refusals[] = { 304, 400, 412, 414, 431, 0 };
    bool is_json = strcmp(path, "/openapi.json") == 0;
    const struct operation_text text = {
        .tag = tag,
        .id = is_json ? "service.openapi_json" : "service.openapi_yaml",
        .summary = is_json ? "This description as JSON" : "This description as YAML",
        .description = "Of the model that is being served.",
    };
    json_t *get = begin_path(doc, paths, path, &text);
    json_t *ok = plain_response(doc, "OpenAPI 3.1.", media_type, type);
    doc_response_header(doc, ok, "ETag", "etag");
    doc_parameters(doc, get, precondition_parameters);
    doc_response_put(doc, get, "200", ok);
    components_refusals(doc, get, refusals);
}

void paths_of_service(struct doc *doc, json_t *paths)
{
    static const int refusals[] = { 400, 414, 431, 0 };
    static const struct operation_text metrics = {
        tag,
        "service.metrics",
        "Metrics in Prometheus' text format",
        "Counted since the process was started.",
    };
    put_entry(doc, paths);
    put_health(doc, paths);
    put_description(doc, paths, "/openapi.json", "application/json", "object");
    put_description(doc, paths, "/openapi.yaml", "application/yaml", "string");
    json_t *get = begin_path(doc, paths, "/metrics", &metrics);
    doc_response_put(doc, get, "200",
                     plain_response(doc, "Counters and gauges.",
                                    "text/plain; version=0.0.4; charset=utf-8", "string"));
    components_refusals(doc, get, refusals);
}
