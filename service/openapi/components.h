/*
 * components.h - what the paths of a description refer to.
 *
 * Names of components: a type ("persons") is its resource object, and "persons.create" and the like
 * its documents. Shared ones are called "jsonapi.…", which no type's documents can be.
 */
#ifndef BACKREF_OPENAPI_COMPONENTS_H
#define BACKREF_OPENAPI_COMPONENTS_H

#include "jsonapi/query.h"
#include "openapi/doc.h"

/* components_schemas() - every schema, as `schemas` of `components`. */
void components_schemas(struct doc *doc, json_t *components);

/* components_shared_schemas() - those that are not about one type, into `schemas`. */
void components_shared_schemas(struct doc *doc, json_t *schemas);

/* components_atomic_schemas() - what POST /operations takes and answers, into `schemas`. */
void components_atomic_schemas(struct doc *doc, json_t *schemas);

/*
 * linkage_body() - the schema of what writes of a relationship send, also within a resource: null
 * or one identifier, identifiers with what is kept with the link, or identifiers alone.
 */
const char *linkage_body(struct doc *doc, const struct relationship *r);

/* components_parameters() - header fields, an id per type, and those of query strings. */
void components_parameters(struct doc *doc, json_t *components);

/* components_query_parameters() - of query strings, into `parameters`. */
void components_query_parameters(struct doc *doc, json_t *parameters);

/* query_parameters() - references to what an endpoint understands, to `parameters` of `to`. */
void query_parameters(struct doc *doc, json_t *to, const struct query_subject *subject);

/* components_headers() - what answers say in their header fields. */
void components_headers(struct doc *doc, json_t *components);

/* components_responses() - one refusal per HTTP status, and 304. */
void components_responses(struct doc *doc, json_t *components);

/*
 * components_refusals() - references to refusals, up to a 0, among the responses of an operation,
 * and `default` for everything that any request may meet.
 */
void components_refusals(struct doc *doc, json_t *operation, const int *statuses);

/* schema_of_column() - the JSON Schema of a column's values, `null` allowed when `nullable`. */
json_t *schema_of_column(struct doc *doc, const struct column_type *type, bool nullable);

/* schema_of_attribute() - likewise, with what the database asks of it. */
json_t *schema_of_attribute(struct doc *doc, const struct resource *resource,
                            const struct attribute *attribute);

#endif
