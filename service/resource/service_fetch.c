/*
 * service_fetch.c - what is asked of the service itself: the entry document, its description, its
 * health.
 */
#include "exchange/metrics_text.h"
#include "resource/operations.h"
#include "resource/steps.h"

static enum step answer_entry(struct exchange *x)
{
    const char *prefix = x->service->settings->public_url;
    const struct model *model = x->service->model;
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 1024);
    buf_addf(
        b,
        "{\"jsonapi\":{\"version\":\"1.1\"},\"meta\":{\"service\":\"backref\",\"version\":\"%s\"},"
        "\"links\":{\"self\":\"%s/\",\"describedby\":\"%s/openapi.json\"",
        x->service->version, prefix, prefix);
    for (size_t i = 0; i < model->n_resources; i++) {
        struct text type = text_of(model->resources[i].type);
        buf_addf(b, ",\"%s\":\"%s/", model->resources[i].type, prefix);
        percent_encode(b, type);
        buf_add_char(b, '"');
    }
    buf_add_literal(b, "}}");
    return exchange_answer(x, 200);
}

static enum step answer_openapi_json(struct exchange *x)
{
    x->answer.fixed_body = x->service->openapi_json;
    x->answer.content_type = "application/json";
    return exchange_answer(x, 200);
}

static enum step answer_openapi_yaml(struct exchange *x)
{
    x->answer.fixed_body = x->service->openapi_yaml;
    x->answer.content_type = "application/yaml";
    return exchange_answer(x, 200);
}

/* "more" stands behind the status. */
static enum step answer_status(struct exchange *x, const char *status, const char *more)
{
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 256);
    buf_addf(b, "{\"jsonapi\":{\"version\":\"1.1\"},\"meta\":{\"status\":\"%s\"%s}}", status, more);
    return exchange_answer(x, 200);
}

static enum step answer_up(struct exchange *x)
{
    return answer_status(x, "up", "");
}

static enum step plan_probe(struct exchange *x)
{
    x->plan = (struct plan){
        .n_statements = 1,
        .statements = { { .statement = x->service->probe } },
    };
    return exchange_next(x, 0);
}

static enum step answer_ready(struct exchange *x)
{
    return answer_status(x, "ready",
                         atomic_load(&x->service->is_kept)
                             ? ",\"reload\":\"the model that was read last is wrong, as the log "
                               "says; the one before is served on\""
                             : "");
}

static enum step answer_metrics(struct exchange *x)
{
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 4096);
    metrics_write(x->service, b);
    b->n -= b->n > 0; /* the last line's end is exchange_answer()'s to write */
    x->answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return exchange_answer(x, 200);
}

const struct operation entry_fetch = {
    .name = "entry-fetch",
    .steps = { read_query, answer_entry },
};

const struct operation openapi_json_fetch = {
    .name = "openapi-json-fetch",
    .is_open = true,
    .steps = { read_query, answer_openapi_json },
};

const struct operation openapi_yaml_fetch = {
    .name = "openapi-yaml-fetch",
    .is_open = true,
    .steps = { read_query, answer_openapi_yaml },
};

const struct operation health_fetch = {
    .name = "health-fetch",
    .is_open = true,
    .is_for_operators = true,
    .steps = { read_query, answer_up },
};

const struct operation readiness_fetch = {
    .name = "readiness-fetch",
    .is_open = true,
    .is_for_operators = true,
    .is_probe = true,
    .steps = {
        read_query,
        plan_probe,      /* service -> x->plan                       */
        exchange_submit, /* plan    -> x->rows   (suspends)   503    */
        answer_ready,    /*         -> 200                           */
    },
};

const struct operation metrics_fetch = {
    .name = "metrics-fetch",
    .is_open = true,
    .is_for_operators = true,
    .steps = { read_query, answer_metrics },
};
