/*
 * column_schemas.c - JSON Schema 2020-12 of the values that columns hold.
 */
#include "model/model.h"
#include "openapi/components.h"

#define NUMERIC_TEXT "^(-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?|NaN|-?Infinity)$"

/* Adds `what` to the type of a schema: "string" becomes ["string", "null"]. */
static json_t *type_of(struct doc *doc, const char *type, bool nullable)
{
    const char *const words[] = { type, nullable ? "null" : NULL, NULL };
    return nullable ? doc_words(doc, words) : doc_text(doc, "%s", type);
}

/* Numbers that JSON cannot write travel as strings, and so may a numeric of any length. */
static json_t *schema_of_number(struct doc *doc, const struct column_type *type, bool nullable)
{
    static const char *const words[] = { "NaN", "Infinity", "-Infinity", NULL };
    json_t *schema = doc_object(doc);
    json_t *any = doc_put(doc, schema, "anyOf", doc_array(doc));
    json_t *number = doc_object(doc);
    doc_put(doc, number, "type", type_of(doc, "number", nullable));
    if (type->format != NULL) {
        doc_put_text(doc, number, "format", type->format);
    }
    doc_add(doc, any, number);
    json_t *word = doc_object(doc);
    if (type->kind == COLUMN_NUMERIC) {
        doc_put_text(doc, word, "type", "string");
        doc_put_text(doc, word, "pattern", NUMERIC_TEXT);
    } else {
        doc_put(doc, word, "enum", doc_words(doc, words));
    }
    doc_add(doc, any, word);
    return schema;
}

/* The labels, and null if it is one of the values. */
static json_t *schema_of_enum(struct doc *doc, const struct column_type *type, bool nullable)
{
    json_t *schema = doc_object(doc);
    doc_put(doc, schema, "type", type_of(doc, type->json_type, nullable));
    json_t *labels = doc_put(doc, schema, "enum", doc_array(doc));
    for (size_t i = 0; i < type->n_labels; i++) {
        doc_add(doc, labels, doc_text(doc, "%s", type->labels[i]));
    }
    if (nullable) {
        doc_add(doc, labels, json_null());
    }
    return schema;
}

json_t *schema_of_column(struct doc *doc, const struct column_type *type, bool nullable)
{
    if (type->kind == COLUMN_REAL || type->kind == COLUMN_DOUBLE || type->kind == COLUMN_NUMERIC) {
        return schema_of_number(doc, type, nullable);
    }
    if (type->kind == COLUMN_ENUM) {
        return schema_of_enum(doc, type, nullable);
    }
    json_t *schema = doc_object(doc);
    if (type->json_type != NULL) {
        doc_put(doc, schema, "type", type_of(doc, type->json_type, nullable));
    }
    if (type->format != NULL) {
        doc_put_text(doc, schema, "format", type->format);
    }
    if (type->kind == COLUMN_BYTEA) {
        doc_put_text(doc, schema, "contentEncoding", "base64");
    }
    if (type->kind == COLUMN_ARRAY) {
        doc_put(doc, schema, "items", schema_of_column(doc, type->element, true));
    }
    if (type->max_length > 0) {
        doc_put(doc, schema, "maxLength", json_integer(type->max_length));
    }
    return schema;
}

/* What the database asks of an attribute, in the words of its constraints' comments. */
static const char *rules_of(struct doc *doc, const struct resource *resource,
                            const struct attribute *attribute)
{
    const char *rules = "";
    for (size_t i = 0; i < resource->n_constraints; i++) {
        const struct constraint *c = &resource->constraints[i];
        const char *rule = c->unique ? "must be unique" : c->explanation;
        if (c->n_attributes == 1 && c->attributes[0] == attribute && rule != NULL) {
            rules = doc_format(doc, "%s%s%s", rules, rules[0] == '\0' ? "" : "; ", rule);
        }
    }
    return rules;
}

json_t *schema_of_attribute(struct doc *doc, const struct resource *resource,
                            const struct attribute *attribute)
{
    json_t *schema = schema_of_column(doc, attribute->type, attribute->nullable);
    const char *rules = rules_of(doc, resource, attribute);
    if (attribute->max_length > 0) {
        doc_put(doc, schema, "maxLength", json_integer(attribute->max_length));
    }
    if (rules[0] != '\0') {
        doc_put_text(doc, schema, "description", rules);
    }
    if (attribute->read_only) {
        doc_put(doc, schema, "readOnly", json_true());
    }
    return schema;
}
