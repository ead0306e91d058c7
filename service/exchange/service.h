/*
 * service.h - what all workers share: settings, the model and what was derived from it. Read-only.
 *
 * Another model can take its place while requests are under way. Those keep the service that they
 * began with: each worker counts its own, and the service is freed when nobody uses it any longer.
 */
#ifndef BACKREF_EXCHANGE_SERVICE_H
#define BACKREF_EXCHANGE_SERVICE_H

#include <stdatomic.h>

#include "base/log.h"
#include "base/text.h"
#include "exchange/metrics.h"
#include "exchange/settings.h"
#include "model/model.h"
#include "openapi/openapi.h"
#include "plan/plan_cache.h"
#include "relationship/statements.h"

/* How many requests of one worker use a service; only that worker writes it. */
struct service_use {
    _Atomic uint64_t n;
    char padding[56]; /* a cache line each, so that workers do not disturb each other */
};

struct service {
    struct service *next; /* of those that were replaced; the owner's */
    struct arena *arena;  /* owns what is derived; the model has its own */
    const struct settings *settings;
    const struct log *log;
    struct model *model;
    const struct statements *statements;
    const struct column_types *column_types; /* the model's */
    const struct statement *probe;           /* fails when a table or column of the model is gone */
    struct text openapi_json;
    struct text openapi_yaml;
    const char *version;
    struct metrics *metrics;    /* one per worker, settings->workers of them */
    struct link_metrics *links; /* by worker, then by struct relationship's id */
    uint64_t *trusts_from_ms;   /* by worker and relationship, too */
    struct service_use *uses;   /* one per worker */
    struct plan_cache **plans;  /* likewise; written by that worker alone */
    _Atomic bool is_kept;       /* another model was to take its place, and was wrong */
};

/* service_description() - what the description says of these settings. */
struct openapi_options service_description(const struct settings *settings, const char *version);

/*
 * service_new() - a service over `model`.
 *
 * model     taken, on success
 * metrics   borrowed, like the other arguments: they outlive the service
 * Returns:  NULL when out of memory
 */
struct service *service_new(const struct settings *settings, const struct log *log,
                            struct model *model, const char *version, struct metrics *metrics)
    MUST_CHECK;

/* service_hold(), service_release() - `worker` uses it for one more request, or one less. */
void service_hold(const struct service *service, size_t worker);
void service_release(const struct service *service, size_t worker);

/* service_plans() - the plans that `worker` remembers; for its thread only. NULL: none are. */
struct plan_cache *service_plans(const struct service *service, size_t worker);

/* service_count_plan() - for the metrics: `worker` needed a plan, and did it know it? */
void service_count_plan(const struct service *service, size_t worker, bool was_known);

/*
 * service_trusts_from_ms() - since when, by its loop's clock, `worker` may trust that what is to be
 * linked by this relationship exists; for its thread only. See plan.fallback.
 */
uint64_t *service_trusts_from_ms(const struct service *service, size_t worker,
                                 const struct relationship *relationship);

/* service_is_used() - does any request use it? Thread: any. */
bool service_is_used(const struct service *service);

/* service_free() - with its model, once no exchange uses it any longer. NULL in, NULL out. */
struct service *service_free(struct service *service);

#endif
