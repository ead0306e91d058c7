/*
 * doc.h - the description while it is being built: a tree of jansson values and a few ways to grow
 * it.
 *
 * Building never reports: the first failure latches `failed`, later values are NULL and are
 * dropped, and openapi.c looks once, at the end.
 */
#ifndef BACKREF_OPENAPI_DOC_H
#define BACKREF_OPENAPI_DOC_H

#include <jansson.h>
#include <stdbool.h>

#include "openapi/openapi.h"

struct doc {
    struct arena *arena; /* for formatted texts */
    const struct model *model;
    const struct openapi_options *options;
    bool failed;
};

/* A path's parameters and methods under construction, and whose they are. */
struct operation_text {
    const char *tag;
    const char *id; /* operationId: a type, perhaps a relationship, and a verb */
    const char *summary;
    const char *description; /* NULL: the summary says it all */
};

/* doc_object(), doc_array() - an empty value. */
json_t *doc_object(struct doc *doc);
json_t *doc_array(struct doc *doc);

/* doc_text() - formatted text as a JSON string. */
json_t *doc_text(struct doc *doc, const char *format, ...) PRINTF_LIKE(2, 3);

/* doc_format() - formatted text in the document's arena; "" over budget (latched). */
const char *doc_format(struct doc *doc, const char *format, ...) PRINTF_LIKE(2, 3);

/* doc_ref() - {"$ref": "#/components/…"}. */
json_t *doc_ref(struct doc *doc, const char *format, ...) PRINTF_LIKE(2, 3);

/* doc_put() - a member; `value` is taken. Returns `value`, borrowed, to go on with. */
json_t *doc_put(struct doc *doc, json_t *object, const char *key, json_t *value);

/* doc_put_text() - a member that is a string. */
void doc_put_text(struct doc *doc, json_t *object, const char *key, const char *text);

/* doc_add() - an element; `value` is taken. */
void doc_add(struct doc *doc, json_t *array, json_t *value);

/* doc_words() - an array of strings, up to a NULL. */
json_t *doc_words(struct doc *doc, const char *const *words);

/* doc_parse() - formatted JSON, with ' for ", which is how fixed parts are read best. */
json_t *doc_parse(struct doc *doc, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * doc_key() - a name as part of a component's key, which may hold letters, digits and "-_" only;
 * other bytes are written as their hexadecimal digits between two ".".
 */
const char *doc_key(struct doc *doc, const char *name);

/*
 * doc_content() - {media type: {schema, example}} for both media types that documents may have.
 *
 * schema, example  taken; `example` may be NULL
 */
json_t *doc_content(struct doc *doc, json_t *schema, json_t *example);

/* doc_page_content() - likewise, and with the profile that pages may be sent with. */
json_t *doc_page_content(struct doc *doc, json_t *schema, json_t *example);

/* doc_response() - {description, headers, content}; `content` is taken and may be NULL. */
json_t *doc_response(struct doc *doc, const char *description, json_t *content);

/* doc_response_header() - one more header field of a response, from components.headers. */
void doc_response_header(struct doc *doc, json_t *response, const char *name, const char *key);

/*
 * doc_operation() - an operation put into a path item as `method`, with an empty `responses`.
 *
 * Returns:  the operation, borrowed
 */
json_t *doc_operation(struct doc *doc, json_t *path_item, const char *method,
                      const struct operation_text *operation);

/* doc_parameters() - references to components.parameters, up to a NULL, to `parameters` of `to`. */
void doc_parameters(struct doc *doc, json_t *to, const char *const *names);

/* doc_parameter() - one such reference. */
void doc_parameter(struct doc *doc, json_t *to, const char *name);

/* doc_response_put() - a response of an operation; `response` is taken. */
void doc_response_put(struct doc *doc, json_t *operation, const char *status, json_t *response);

#endif
