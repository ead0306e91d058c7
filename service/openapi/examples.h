/*
 * examples.h - documents as the service would send and take them, for one made-up row per type.
 *
 * Values are those of the demo data where the model has it, else what a check constraint's comment
 * names behind "such as", else something plain of the column's type.
 */
#ifndef BACKREF_OPENAPI_EXAMPLES_H
#define BACKREF_OPENAPI_EXAMPLES_H

#include "openapi/doc.h"

/* example_id() - the id of the made-up row. */
const char *example_id(const struct resource *resource);

/* example_value() - an attribute's value. */
json_t *example_value(struct doc *doc, const struct resource *resource,
                      const struct attribute *attribute);

/* example_resource() - the answer to GET /{type}/{id}. */
json_t *example_resource(struct doc *doc, const struct resource *resource);

/* example_list() - the answer to a GET of resources of this type at `path` ("/persons"). */
json_t *example_list(struct doc *doc, const struct resource *resource, const char *path);

/* example_related() - the answer to GET /{type}/{id}/{relationship}. */
json_t *example_related(struct doc *doc, const struct relationship *relationship);

/* example_create(), example_update() - what POST /{type} and PATCH /{type}/{id} take. */
json_t *example_create(struct doc *doc, const struct resource *resource);
json_t *example_update(struct doc *doc, const struct resource *resource);

/* example_linkage() - the answer to GET …/relationships/{relationship}. */
json_t *example_linkage(struct doc *doc, const struct relationship *relationship);

/* example_members() - what POST, PATCH and DELETE …/relationships/{relationship} take. */
json_t *example_members(struct doc *doc, const struct relationship *relationship);

/* example_link() - the answer to GET /{type}/{id}/{relationship}/{related id}. */
json_t *example_link(struct doc *doc, const struct relationship *relationship);

/* example_operations(), example_results() - what POST /operations takes, and its answer. */
json_t *example_operations(struct doc *doc);
json_t *example_results(struct doc *doc);

#endif
