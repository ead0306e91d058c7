/*
 * refusals.c - the responses that say no, or nothing new: one component per status, with an error
 * document as the service writes it for the model's first type.
 */
#include <string.h>

#include "jsonapi/problem.h"
#include "openapi/components.h"
#include "openapi/paths.h"

const char *const precondition_parameters[] = { "if-match", "if-none-match", NULL };
const int read_refusals[] = { 304, 400, 406, 412, 414, 431, 503, 504, 0 };
const int read_one_refusals[] = { 304, 400, 404, 406, 412, 414, 431, 503, 504, 0 };

struct refusal {
    enum problem_code code;
    enum problem_source source;
    const char *where;
    const char *description;
    const char
        *detail; /* with one of: %s the first type, %u the largest page, %z the largest body */
};

/* clang-format off */
static const struct refusal refusals[] = {
    { PROBLEM_BAD_PARAMETER, SOURCE_PARAMETER, "page[size]",
      "The request, its body or its query string is malformed.",
      "\"0\" is no page size: give a whole number from 1 to %u" },
    { PROBLEM_CLIENT_ID, SOURCE_POINTER, "/data/id",
      "The request is understood and not allowed: an id given by the client, a read-only field.",
      "the service chooses the id: leave out \"7\"" },
    { PROBLEM_NOT_FOUND, SOURCE_NONE, NULL,
      "The resource of the path does not exist, or one that the request wants to link; nothing was changed.",
      "there is no resource of type \"%s\" with the id \"99\"" },
    { PROBLEM_NOT_ACCEPTABLE, SOURCE_HEADER, "Accept",
      "Accept leaves no media type that the service writes.",
      "\"text/html\" accepts nothing that is served here: accept application/vnd.api+json or application/json" },
    { PROBLEM_CONFLICT, SOURCE_POINTER, "/data/type",
      "The request contradicts its path or what is stored: another type or id, a value that is taken, "
      "a resource in use, a member that may not be moved.",
      "resources here have the type \"%s\", not \"other\"" },
    { PROBLEM_PRECONDITION_FAILED, SOURCE_HEADER, "If-Match",
      "What If-Match or If-None-Match ask for is not so; nothing was changed.",
      "what is here was changed since: read it again, and try with its new ETag" },
    { PROBLEM_BODY_TOO_LARGE, SOURCE_HEADER, "Content-Length",
      "The body is larger than allowed, or names too many members or operations.",
      "the body has 99999999 bytes, and at most %z are read (--max-body); send less at once" },
    { PROBLEM_URI_TOO_LONG, SOURCE_NONE, NULL,
      "The path and query string are longer than allowed.",
      "the request target has 9000 bytes, and at most 6144 are read (--max-uri); send less" },
    { PROBLEM_UNSUPPORTED_MEDIA_TYPE, SOURCE_HEADER, "Content-Type",
      "The body is neither application/vnd.api+json nor application/json.",
      "\"text/plain\" is not read here: send application/vnd.api+json or application/json" },
    { PROBLEM_INVALID, SOURCE_NONE, NULL,
      "The document is well-formed, but a value is missing or not valid.",
      "a value cannot be stored; correct it" },
    { PROBLEM_HEADERS_TOO_LARGE, SOURCE_NONE, NULL,
      "The header fields are larger than allowed.",
      "the request has 200 header fields, and at most 100 are read; send fewer" },
    { PROBLEM_UNAVAILABLE, SOURCE_NONE, NULL,
      "The database cannot be reached, or is too busy; try again after Retry-After seconds.",
      "the connection to the database failed; try again" },
    { PROBLEM_TIMEOUT, SOURCE_NONE, NULL,
      "The database did not answer in time.",
      "the database did not finish in time (--statement-timeout); ask for less, or try again" },
};
/* clang-format on */

/* The detail with what depends on the model and on settings put in. */
static json_t *detail_of(struct doc *doc, const struct refusal *r)
{
    const char *gap = strchr(r->detail, '%');
    if (gap == NULL) {
        return doc_text(doc, "%s", r->detail);
    }
    const char *value = gap[1] == 's'   ? doc->model->resources[0].type
                        : gap[1] == 'u' ? doc_format(doc, "%u", doc->options->max_page_size)
                                        : doc_format(doc, "%zu", doc->options->max_body_bytes);
    return doc_text(doc, "%.*s%s%s", (int)(gap - r->detail), r->detail, value, gap + 2);
}

/* A create that lacks what the first type to require something requires. */
static struct refusal missing_value(struct doc *doc, const struct refusal *otherwise)
{
    struct refusal refusal = *otherwise;
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        const struct resource *resource = &doc->model->resources[i];
        for (size_t j = 0; j < resource->n_attributes; j++) {
            const struct attribute *a = &resource->attributes[j];
            if (a->required) {
                refusal.code = PROBLEM_REQUIRED;
                refusal.source = SOURCE_POINTER;
                refusal.where = "/data/attributes";
                refusal.detail =
                    doc_format(doc, "\"%s\" is required: give %s", a->name, a->type->json);
                return refusal;
            }
        }
    }
    return refusal;
}

static json_t *error_object(struct doc *doc, const struct refusal *r)
{
    static const char *const members[] = {
        [SOURCE_POINTER] = "pointer",
        [SOURCE_PARAMETER] = "parameter",
        [SOURCE_HEADER] = "header",
    };
    json_t *error = doc_object(doc);
    doc_put(doc, error, "status", doc_text(doc, "%d", problem_status(r->code)));
    doc_put_text(doc, error, "code", problem_code_text(r->code));
    doc_put_text(doc, error, "title", problem_title(r->code));
    doc_put(doc, error, "detail", detail_of(doc, r));
    if (r->source != SOURCE_NONE) {
        json_t *source = doc_put(doc, error, "source", doc_object(doc));
        doc_put_text(doc, source, members[r->source], r->where);
    }
    return error;
}

/* What any request may meet, whatever it asks for. */
static json_t *any_refusal(struct doc *doc)
{
    json_t *response = doc_response(
        doc,
        "Any other error: 403 where the database does not let the service do it, 405 with Allow "
        "for a method that the path does not take, 408 for a request that arrives too slowly, "
        "500, 501 and 505.",
        doc_content(doc, doc_ref(doc, "schemas/jsonapi.errors"), NULL));
    doc_response_header(doc, response, "Allow", "allow");
    return response;
}

void components_responses(struct doc *doc, json_t *components)
{
    json_t *responses = doc_put(doc, components, "responses", doc_object(doc));
    json_t *unchanged = doc_response(doc, "What If-None-Match names is what is here.", NULL);
    doc_response_header(doc, unchanged, "ETag", "etag");
    doc_put(doc, responses, "304", unchanged);
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        struct refusal r = refusals[i];
        int status = problem_status(r.code);
        if (status == 422) {
            r = missing_value(doc, &r);
        }
        json_t *example = doc_object(doc);
        json_t *errors = doc_put(doc, example, "errors", doc_array(doc));
        doc_add(doc, errors, error_object(doc, &r));
        json_t *response = doc_response(
            doc, r.description, doc_content(doc, doc_ref(doc, "schemas/jsonapi.errors"), example));
        if (status == 503) {
            doc_response_header(doc, response, "Retry-After", "retry-after");
        }
        doc_put(doc, responses, doc_format(doc, "%d", status), response);
    }
    doc_put(doc, responses, "any", any_refusal(doc));
}

void components_refusals(struct doc *doc, json_t *operation, const int *statuses)
{
    for (; *statuses != 0; statuses++) {
        doc_response_put(doc, operation, doc_format(doc, "%d", *statuses),
                         doc_ref(doc, "responses/%d", *statuses));
    }
    doc_response_put(doc, operation, "default", doc_ref(doc, "responses/any"));
}
