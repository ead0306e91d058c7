/*
 * service.c - see service.h.
 */
#include "exchange/service.h"

#include "plan/fetch.h"

enum { BUDGET = 256 << 20 };

struct openapi_options service_description(const struct settings *settings, const char *version)
{
    return (struct openapi_options){
        .version = version,
        .public_url = settings->public_url,
        .page_size = settings->page_size,
        .max_page_size = settings->max_page_size,
        .max_body_bytes = settings->max_body_bytes,
        .max_members = settings->max_members,
        .max_operations = settings->max_operations,
        .max_include_depth = settings->max_include_depth,
        .max_include = settings->max_include,
        .max_sort = settings->max_sort,
        .max_filters = settings->max_filters,
        .max_filter_values = settings->max_filter_values,
        .page_total = settings->page_total,
    };
}

static bool describe(struct service *service)
{
    const struct openapi_options options = service_description(service->settings, service->version);
    struct buf json;
    struct buf yaml;
    buf_init(&json, service->arena, 65536);
    buf_init(&yaml, service->arena, 65536);
    if (openapi_write_json(service->model, &options, &json) != 0 ||
        openapi_write_yaml(service->model, &options, &yaml) != 0) {
        return false;
    }
    service->openapi_json = (struct text){ .at = json.at, .n = json.n };
    service->openapi_yaml = (struct text){ .at = yaml.at, .n = yaml.n };
    return !json.failed && !yaml.failed;
}

static bool make_plan_caches(struct service *service)
{
    size_t n = service->settings->workers;
    service->plans = arena_zalloc(service->arena, n, sizeof *service->plans);
    bool made = service->plans != NULL;
    for (size_t i = 0; made && i < n; i++) {
        service->plans[i] = plan_cache_new(service->arena);
        made = service->plans[i] != NULL;
    }
    return made;
}

struct service *service_new(const struct settings *settings, const struct log *log,
                            struct model *model, const char *version, struct metrics *metrics)
{
    struct arena *a = arena_new(BUDGET);
    struct service *service = a == NULL ? NULL : arena_alloc(a, sizeof *service);
    if (service == NULL) {
        arena_free(a);
        return NULL;
    }
    *service = (struct service){
        .arena = a,
        .settings = settings,
        .log = log,
        .model = model,
        .column_types = model->column_types,
        .statements = statements_new(a, model),
        .probe = probe_model(a, model),
        .version = version,
        .metrics = metrics,
        .links = arena_zalloc(a, settings->workers * (model->n_relationships + 1),
                              sizeof *service->links),
        .trusts_from_ms = arena_zalloc(a, settings->workers * (model->n_relationships + 1),
                                       sizeof *service->trusts_from_ms),
        .uses = arena_zalloc(a, settings->workers, sizeof *service->uses),
    };
    bool can_remember = make_plan_caches(service);
    if (!can_remember || service->uses == NULL || service->links == NULL ||
        service->trusts_from_ms == NULL || service->statements == NULL || service->probe == NULL ||
        !describe(service)) {
        arena_free(a);
        return NULL;
    }
    return service;
}

void service_hold(const struct service *service, size_t worker)
{
    _Atomic uint64_t *n = &service->uses[worker].n;
    uint64_t value = atomic_load_explicit(n, memory_order_relaxed);
    atomic_store_explicit(n, value + 1, memory_order_relaxed);
}

void service_release(const struct service *service, size_t worker)
{
    _Atomic uint64_t *n = &service->uses[worker].n;
    uint64_t value = atomic_load_explicit(n, memory_order_relaxed);
    ASSERT(value > 0);
    atomic_store_explicit(n, value - 1, memory_order_release); /* all reads came before */
}

struct plan_cache *service_plans(const struct service *service, size_t worker)
{
    return service->plans == NULL ? NULL : service->plans[worker];
}

void service_count_plan(const struct service *service, size_t worker, bool was_known)
{
    struct metrics *m = &service->metrics[worker];
    metrics_add(was_known ? &m->plans_known : &m->plans_made, 1);
}

uint64_t *service_trusts_from_ms(const struct service *service, size_t worker,
                                 const struct relationship *relationship)
{
    return &service->trusts_from_ms[worker * service->model->n_relationships + relationship->id];
}

bool service_is_used(const struct service *service)
{
    for (size_t i = 0; i < service->settings->workers; i++) {
        if (atomic_load_explicit(&service->uses[i].n, memory_order_acquire) > 0) {
            return true;
        }
    }
    return false;
}

struct service *service_free(struct service *service)
{
    if (service != NULL) {
        for (size_t i = 0; i < service->settings->workers; i++) {
            service->plans[i] = plan_cache_free(service->plans[i]);
        }
        model_free(service->model);
        arena_free(service->arena);
    }
    return NULL;
}
