/*
 * doc.c - see doc.h. jansson refuses NULL values, so that one lost value is noticed where it is
 * put.
 */
#include "openapi/doc.h"

#include <string.h>

#include "jsonapi/media_type.h"

json_t *doc_object(struct doc *doc)
{
    json_t *object = json_object();
    doc->failed = doc->failed || object == NULL;
    return object;
}

json_t *doc_array(struct doc *doc)
{
    json_t *array = json_array();
    doc->failed = doc->failed || array == NULL;
    return array;
}

static const char *format_text(struct doc *doc, const char *format, va_list arguments)
    PRINTF_LIKE(2, 0);

static const char *format_text(struct doc *doc, const char *format, va_list arguments)
{
    const char *text = arena_vprintf(doc->arena, format, arguments);
    doc->failed = doc->failed || text == NULL;
    return text == NULL ? "" : text;
}

json_t *doc_text(struct doc *doc, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    json_t *text = json_string(format_text(doc, format, arguments));
    va_end(arguments);
    doc->failed = doc->failed || text == NULL;
    return text;
}

const char *doc_format(struct doc *doc, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *text = format_text(doc, format, arguments);
    va_end(arguments);
    return text;
}

json_t *doc_ref(struct doc *doc, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *name = format_text(doc, format, arguments);
    va_end(arguments);
    json_t *ref = doc_object(doc);
    doc_put(doc, ref, "$ref", doc_text(doc, "#/components/%s", name));
    return ref;
}

json_t *doc_put(struct doc *doc, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) {
        doc->failed = true;
        return NULL;
    }
    return value;
}

void doc_put_text(struct doc *doc, json_t *object, const char *key, const char *text)
{
    doc_put(doc, object, key, doc_text(doc, "%s", text));
}

void doc_add(struct doc *doc, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        doc->failed = true;
    }
}

json_t *doc_words(struct doc *doc, const char *const *words)
{
    json_t *array = doc_array(doc);
    for (; *words != NULL; words++) {
        doc_add(doc, array, doc_text(doc, "%s", *words));
    }
    return array;
}

json_t *doc_parse(struct doc *doc, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_strdup(doc->arena, format_text(doc, format, arguments));
    va_end(arguments);
    for (char *c = text; c != NULL && *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    json_t *value = text == NULL ? NULL : json_loads(text, JSON_DECODE_ANY, NULL);
    doc->failed = doc->failed || value == NULL;
    return value;
}

const char *doc_key(struct doc *doc, const char *name)
{
    static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    struct buf b;
    buf_init(&b, doc->arena, strlen(name) + 1);
    for (const char *c = name; *c != '\0'; c++) {
        if (strchr(kept, *c) != NULL) {
            buf_add_char(&b, *c);
        } else {
            buf_addf(&b, ".%02x.", (unsigned char)*c);
        }
    }
    const char *key = buf_terminate(&b);
    doc->failed = doc->failed || key == NULL;
    return key == NULL ? "" : key;
}

json_t *doc_content(struct doc *doc, json_t *schema, json_t *example)
{
    json_t *content = doc_object(doc);
    json_t *jsonapi = doc_put(doc, content, JSONAPI_MEDIA_TYPE, doc_object(doc));
    json_t *plain = doc_put(doc, content, JSON_MEDIA_TYPE, doc_object(doc));
    doc_put(doc, plain, "schema", json_incref(schema));
    doc_put(doc, jsonapi, "schema", schema);
    if (example != NULL) {
        doc_put(doc, jsonapi, "example", example);
    }
    return content;
}

json_t *doc_page_content(struct doc *doc, json_t *schema, json_t *example)
{
    json_t *content = doc_content(doc, schema, example);
    json_t *paged = doc_put(doc, content, JSONAPI_MEDIA_TYPE ";profile=\"" CURSOR_PROFILE "\"",
                            doc_object(doc));
    doc_put(doc, paged, "schema", json_incref(schema));
    return content;
}

void doc_response_header(struct doc *doc, json_t *response, const char *name, const char *key)
{
    doc_put(doc, json_object_get(response, "headers"), name, doc_ref(doc, "headers/%s", key));
}

json_t *doc_response(struct doc *doc, const char *description, json_t *content)
{
    json_t *response = doc_object(doc);
    doc_put(doc, response, "description", doc_text(doc, "%s", description));
    doc_put(doc, response, "headers", doc_object(doc));
    doc_response_header(doc, response, "X-Request-Id", "request-id");
    if (content != NULL) {
        doc_put(doc, response, "content", content);
    }
    return response;
}

json_t *doc_operation(struct doc *doc, json_t *path_item, const char *method,
                      const struct operation_text *operation)
{
    json_t *to = doc_put(doc, path_item, method, doc_object(doc));
    json_t *tags = doc_put(doc, to, "tags", doc_array(doc));
    doc_add(doc, tags, doc_text(doc, "%s", operation->tag));
    doc_put(doc, to, "operationId", doc_text(doc, "%s", operation->id));
    doc_put(doc, to, "summary", doc_text(doc, "%s", operation->summary));
    if (operation->description != NULL) {
        doc_put(doc, to, "description", doc_text(doc, "%s", operation->description));
    }
    return to;
}

void doc_parameter(struct doc *doc, json_t *to, const char *name)
{
    json_t *parameters = json_object_get(to, "parameters");
    if (parameters == NULL) {
        parameters = doc_put(doc, to, "parameters", doc_array(doc));
    }
    doc_add(doc, parameters, doc_ref(doc, "parameters/%s", name));
}

void doc_parameters(struct doc *doc, json_t *to, const char *const *names)
{
    for (; *names != NULL; names++) {
        doc_parameter(doc, to, *names);
    }
}

void doc_response_put(struct doc *doc, json_t *operation, const char *status, json_t *response)
{
    json_t *responses = json_object_get(operation, "responses");
    if (responses == NULL) {
        responses = doc_put(doc, operation, "responses", doc_object(doc));
    }
    doc_put(doc, responses, status, response);
}
