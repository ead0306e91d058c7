/*
 * components.h - what the paths of a description refer to.
 *
 * Names of components: a type ("persons") is its resource object, and "persons.create" and the like
 * its documents. Shared ones are called "jsonapi.…", which no type's documents can be.
 */
#ifndef BACKREF_OPENAPI_COMPONENTS_H
#define BACKREF_OPENAPI_COMPONENTS_H

#include "openapi/doc.h"

/* components_schemas() - every schema, as `schemas` of `components`. */
void components_schemas(struct doc *doc, json_t *components);

/* components_shared_schemas() - those that do not depend on the model, into `schemas`. */
void components_shared_schemas(struct doc *doc, json_t *schemas);

/* components_parameters() - paging, Prefer, and an id per type. */
void components_parameters(struct doc *doc, json_t *components);

/* components_responses() - one refusal per HTTP status. */
void components_responses(struct doc *doc, json_t *components);

/*
 * components_refusals() - references to refusals, up to a 0, among the responses of an operation,
 * and `default` for everything that any request may meet.
 */
void components_refusals(struct doc *doc, json_t *operation, const int *statuses);

/* schema_of_column() - the JSON Schema of a column's values, `null` allowed when `nullable`. */
json_t *schema_of_column(struct doc *doc, const struct column_type *type, bool nullable);

#endif
