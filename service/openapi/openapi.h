/*
 * openapi.h - the model as an OpenAPI 3.1 description: every path, method, status and media type.
 *
 * Derived from the model alone, so that it cannot say anything else than what is served. Written
 * once, at start or on the command line.
 */
#ifndef BACKREF_OPENAPI_OPENAPI_H
#define BACKREF_OPENAPI_OPENAPI_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/model.h"

/* What the description says beyond the model. */
struct openapi_options {
    const char *version;    /* of the service; what follows a "-" in it is left out */
    const char *public_url; /* prefix of every path, without a trailing "/"; "" for relative */
    uint32_t page_size;     /* when a request names none */
    uint32_t max_page_size;
    size_t max_body_bytes;
    size_t max_members;    /* identifiers in one request */
    size_t max_operations; /* of one atomic request */
    uint32_t max_include_depth;
    uint32_t max_include;
    uint32_t max_sort;
    uint32_t max_filters;
    uint32_t max_filter_values;
    unsigned page_total; /* enum page_total: when a request does not say */
};

/*
 * openapi_write_json() - the description as compact JSON, with a line end.
 *
 * Cost:     some milliseconds and some hundred kilobytes; jansson's memory is given back
 * Returns:  0 | -ENOMEM
 */
int openapi_write_json(const struct model *model, const struct openapi_options *options,
                       struct buf *b) MUST_CHECK;

/* openapi_write_yaml() - the same as YAML 1.2, which is also valid YAML 1.1. */
int openapi_write_yaml(const struct model *model, const struct openapi_options *options,
                       struct buf *b) MUST_CHECK;

#endif
