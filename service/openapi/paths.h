/*
 * paths.h - the paths of a description, by what they are about.
 */
#ifndef BACKREF_OPENAPI_PATHS_H
#define BACKREF_OPENAPI_PATHS_H

#include "openapi/doc.h"

/* paths_of_service() - the entry document, the description itself, health and metrics. */
void paths_of_service(struct doc *doc, json_t *paths);

/* path_of_operations() - /operations. */
void path_of_operations(struct doc *doc, json_t *paths);

/* paths_of_resource() - /{type} and /{type}/{id}. */
void paths_of_resource(struct doc *doc, json_t *paths, const struct resource *resource);

/* paths_of_relationship() - related resources, linkage, and one link by its URL. */
void paths_of_relationship(struct doc *doc, json_t *paths, const struct relationship *relationship);

/* put_request_body() - a required body of a component schema, with an example (taken). */
void put_request_body(struct doc *doc, json_t *operation, const char *schema, json_t *example);

/* Of every request that can be conditional: names of parameters, up to a NULL. */
extern const char *const precondition_parameters[];

/* Of reads: statuses up to a 0, of a collection and of what an id in the path leads to. */
extern const int read_refusals[];
extern const int read_one_refusals[];

#endif
