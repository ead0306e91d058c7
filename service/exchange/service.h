/*
 * service.h - what all workers share: settings, the model and what was derived from it. Read-only.
 */
#ifndef BACKREF_EXCHANGE_SERVICE_H
#define BACKREF_EXCHANGE_SERVICE_H

#include "base/log.h"
#include "base/text.h"
#include "exchange/metrics.h"
#include "exchange/settings.h"
#include "model/model.h"
#include "relationship/statements.h"

struct service {
    struct arena *arena; /* owns what is derived; the model has its own */
    const struct settings *settings;
    const struct log *log;
    struct model *model;
    const struct statements *statements;
    const struct statement *probe; /* fails when a table or column of the model is gone */
    struct text openapi_json;
    struct text openapi_yaml;
    const char *version;
    struct metrics *metrics; /* one per worker, settings->workers of them */
};

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

/* service_free() - with its model, once no exchange uses it any longer. NULL in, NULL out. */
struct service *service_free(struct service *service);

#endif
