/*
 * refusals.c - the responses that say no: one component per status, with an error document as the
 * service writes it for the model's first type.
 */
#include <stdio.h>
#include <string.h>

#include "jsonapi/problem.h"
#include "openapi/components.h"
#include "openapi/examples.h"

struct refusal {
    enum problem_code code;
    enum problem_source source;
    const char *where;
    const char *description;
    const char *detail; /* %s, if any, is a type */
};

/* clang-format off */
static const struct refusal refusals[] = {
    { PROBLEM_UNKNOWN_PARAMETER, SOURCE_PARAMETER, "sort",
      "The request, its body or its query string is malformed.",
      "there is no query parameter \"sort\" here" },
    { PROBLEM_READ_ONLY, SOURCE_POINTER, "/data/attributes/created_at",
      "The request is understood and not allowed: an id given by the client, a read-only field.",
      "\"created_at\" is read-only; leave it out" },
    { PROBLEM_NOT_FOUND, SOURCE_NONE, NULL,
      "The resource of the path does not exist, or one that the request wants to link; nothing was changed.",
      "there is no resource of type \"%s\" with the id \"99\"" },
    { PROBLEM_NOT_ACCEPTABLE, SOURCE_HEADER, "Accept",
      "Accept leaves no media type that the service writes.",
      "the answer would be application/vnd.api+json or application/json; accept one of them" },
    { PROBLEM_CONFLICT, SOURCE_POINTER, "/data/type",
      "The request contradicts its path or what is stored: another type or id, a value that is taken, "
      "a resource in use.",
      "this is a collection of \"%s\"" },
    { PROBLEM_BODY_TOO_LARGE, SOURCE_NONE, NULL,
      "The body is larger than allowed, or names too many members.",
      "the body is larger than the limit of %s bytes (--max-body)" },
    { PROBLEM_URI_TOO_LONG, SOURCE_NONE, NULL,
      "The path and query string are longer than allowed.",
      "the request target is longer than allowed; shorten it" },
    { PROBLEM_UNSUPPORTED_MEDIA_TYPE, SOURCE_HEADER, "Content-Type",
      "The body is neither application/vnd.api+json nor application/json.",
      "send application/vnd.api+json or application/json" },
    { PROBLEM_REQUIRED, SOURCE_POINTER, "/data/attributes",
      "The document is well-formed, but a value is missing or not valid.",
      "a required attribute is missing" },
    { PROBLEM_HEADERS_TOO_LARGE, SOURCE_NONE, NULL,
      "The header fields are larger than allowed.",
      "the header fields are too large together; send fewer" },
    { PROBLEM_UNAVAILABLE, SOURCE_NONE, NULL,
      "The database cannot be reached, or is too busy; try again after Retry-After seconds.",
      "the connection to the database failed; try again" },
    { PROBLEM_TIMEOUT, SOURCE_NONE, NULL,
      "The database did not answer in time.",
      "the database did not finish in time (--statement-timeout); ask for less, or try again" },
};
/* clang-format on */

static json_t *error_object(struct doc *doc, const struct refusal *r)
{
    static const char *const members[] = {
        [SOURCE_POINTER] = "pointer",
        [SOURCE_PARAMETER] = "parameter",
        [SOURCE_HEADER] = "header",
    };
    const char *type = doc->model->resources[0].type;
    const char *limit = doc_format(doc, "%zu", doc->options->max_body_bytes);
    const char *argument = r->code == PROBLEM_BODY_TOO_LARGE ? limit : type;
    const char *gap = strstr(r->detail, "%s");
    json_t *error = doc_object(doc);
    doc_put(doc, error, "status", doc_text(doc, "%d", problem_status(r->code)));
    doc_put(doc, error, "code", doc_text(doc, "%s", problem_code_text(r->code)));
    doc_put(doc, error, "title", doc_text(doc, "%s", problem_title(r->code)));
    if (gap == NULL) {
        doc_put(doc, error, "detail", doc_text(doc, "%s", r->detail));
    } else {
        doc_put(doc, error, "detail",
                doc_text(doc, "%.*s%s%s", (int)(gap - r->detail), r->detail, argument, gap + 2));
    }
    if (r->source != SOURCE_NONE) {
        json_t *source = doc_put(doc, error, "source", doc_object(doc));
        doc_put(doc, source, members[r->source], doc_text(doc, "%s", r->where));
    }
    return error;
}

static json_t *header(struct doc *doc, const char *description, const char *type)
{
    json_t *of = doc_object(doc);
    doc_put(doc, of, "description", doc_text(doc, "%s", description));
    json_t *schema = doc_put(doc, of, "schema", doc_object(doc));
    doc_put(doc, schema, "type", doc_text(doc, "%s", type));
    return of;
}

/* What any request may meet, whatever it asks for. */
static json_t *any_refusal(struct doc *doc)
{
    json_t *response = doc_response(
        doc,
        "Any other error: 405 with Allow for a method that the path does not take, 408 for a "
        "request that arrives too slowly, 500, 501 and 505.",
        doc_content(doc, doc_ref(doc, "schemas/jsonapi.errors"), NULL));
    json_t *headers = doc_put(doc, response, "headers", doc_object(doc));
    doc_put(doc, headers, "Allow", header(doc, "The methods of the path, with 405.", "string"));
    return response;
}

void components_responses(struct doc *doc, json_t *components)
{
    json_t *responses = doc_put(doc, components, "responses", doc_object(doc));
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        const struct refusal *r = &refusals[i];
        int status = problem_status(r->code);
        json_t *example = doc_object(doc);
        json_t *errors = doc_put(doc, example, "errors", doc_array(doc));
        doc_add(doc, errors, error_object(doc, r));
        json_t *response = doc_response(
            doc, r->description, doc_content(doc, doc_ref(doc, "schemas/jsonapi.errors"), example));
        if (status == 503) {
            json_t *headers = doc_put(doc, response, "headers", doc_object(doc));
            doc_put(doc, headers, "Retry-After", header(doc, "Seconds to wait.", "integer"));
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
