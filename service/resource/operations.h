/*
 * operations.h - everything that the service can be asked to do, each a list of steps in its file.
 */
#ifndef BACKREF_RESOURCE_OPERATIONS_H
#define BACKREF_RESOURCE_OPERATIONS_H

#include "exchange/exchange.h"

extern const struct operation collection_fetch; /* GET /{type} */
extern const struct operation resource_create;  /* POST /{type} */
extern const struct operation resource_fetch;   /* GET /{type}/{id} */
extern const struct operation resource_update;  /* PATCH /{type}/{id} */
extern const struct operation resource_remove;  /* DELETE /{type}/{id} */
extern const struct operation related_fetch;    /* GET /{type}/{id}/{relationship} */

extern const struct operation relationship_fetch;   /* GET …/relationships/{relationship} */
extern const struct operation relationship_add;     /* POST, likewise */
extern const struct operation relationship_replace; /* PATCH */
extern const struct operation relationship_remove;  /* DELETE */

extern const struct operation link_fetch;  /* GET /{type}/{id}/{relationship}/{related id} */
extern const struct operation link_add;    /* PUT, likewise */
extern const struct operation link_remove; /* DELETE */

extern const struct operation atomic_perform; /* POST /operations */

extern const struct operation entry_fetch;        /* GET / */
extern const struct operation openapi_json_fetch; /* GET /openapi.json */
extern const struct operation openapi_yaml_fetch; /* GET /openapi.yaml */
extern const struct operation health_fetch;       /* GET /healthz */
extern const struct operation readiness_fetch;    /* GET /readyz */
extern const struct operation metrics_fetch;      /* GET /metrics */

#endif
