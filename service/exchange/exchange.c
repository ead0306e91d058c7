/*
 * exchange.c - see exchange.h. The engine that performs an operation's steps, and the three ways in
 * which a step can end an exchange.
 */
#include "exchange/exchange.h"

#include <string.h>

#include "exchange/submit.h"

enum {
    ARENA_FLOOR = 64 << 20, /* bytes: a page of a thousand large resources with room to grow */
    ARENA_PER_BODY_BYTE = 16,
    RETRY_AFTER_S = 1,
};

struct exchange *exchange_new(const struct service *service, size_t worker,
                              struct submitter *submitter)
{
    size_t budget = ARENA_FLOOR + ARENA_PER_BODY_BYTE * service->settings->max_body_bytes;
    struct arena *a = arena_new_from(submitter_stock(submitter), budget);
    struct exchange *x = a == NULL ? NULL : arena_zalloc(a, 1, sizeof *x);
    if (x == NULL) {
        arena_free(a);
        return NULL;
    }
    x->arena = a;
    service_hold(service, worker);
    x->service = service;
    x->worker = worker;
    x->submitter = submitter;
    x->problems.arena = a;
    x->request.id = "-";
    x->request.client_fd = -1;
    x->answer.body = (struct buf){ .arena = a };
    return x;
}

struct exchange *exchange_free(struct exchange *x)
{
    if (x != NULL) {
        ASSERT(x->state != EXCHANGE_WAITING);
        const struct service *service = x->service;
        size_t worker = x->worker;
        arena_free(x->arena); /* with it, what it holds of the service: the plans it ran */
        service_release(service, worker);
    }
    return NULL;
}

void exchange_run(struct exchange *x)
{
    enum step next = STEP_NEXT;
    x->state = EXCHANGE_RUNNING;
    while (next == STEP_NEXT) {
        ASSERT(x->at < OPERATION_MAX_STEPS && x->operation->steps[x->at] != NULL);
        next = x->operation->steps[x->at++](x);
    }
    x->state = next == STEP_WAIT ? EXCHANGE_WAITING : EXCHANGE_ANSWERED;
}

bool exchange_run_to_submit(struct exchange *x)
{
    while (x->at < OPERATION_MAX_STEPS && x->operation->steps[x->at] != NULL) {
        if (x->operation->steps[x->at] == exchange_submit) {
            x->at++; /* what follows it is run once there are rows */
            return true;
        }
        if (x->operation->steps[x->at++](x) == STEP_DONE) {
            x->state = EXCHANGE_ANSWERED;
            return false;
        }
    }
    return false;
}

void exchange_resume(struct exchange *x)
{
    if (x->problems.n > 0) { /* the plan came to nothing: no later step has anything to work on */
        exchange_refuse(x);
        x->state = EXCHANGE_ANSWERED;
    } else {
        exchange_run(x);
    }
    if (x->state == EXCHANGE_ANSWERED) {
        x->on_answered(x);
    }
}

/* The answer when memory has run out: fixed words, no allocation. */
static enum step answer_out_of_memory(struct exchange *x)
{
    static const char document[] =
        "{\"errors\":[{\"status\":\"503\",\"code\":\"overloaded\",\"title\":"
        "\"The service is too busy\",\"detail\":\"there is not enough memory "
        "for this request now; try again, or ask for less at once\"}]}";
    x->answer.fixed_body = (struct text){ .at = document, .n = sizeof document - 1 };
    x->answer.status = 503;
    x->answer.retry_after_s = RETRY_AFTER_S;
    return STEP_DONE;
}

enum step exchange_refuse(struct exchange *x)
{
    int status = problems_status(&x->problems);
    buf_init(&x->answer.body, x->arena, 512);
    problems_write(&x->problems, &x->answer.body);
    x->answer.content_type = NULL;
    x->answer.location = NULL;
    if (status == 503) {
        x->answer.retry_after_s = RETRY_AFTER_S;
    }
    return exchange_answer(x, status);
}

enum step exchange_next(struct exchange *x, int r)
{
    if (x->problems.n > 0) {
        return exchange_refuse(x);
    }
    if (arena_failed(x->arena)) {
        return answer_out_of_memory(x);
    }
    if (r == 0) {
        return STEP_NEXT;
    }
    log_line(x->service->log, LOG_ERROR, "operation %s failed: %s (request %s)", x->operation->name,
             strerror(r < 0 ? -r : 0), x->request.id);
    problem_add(&x->problems, PROBLEM_INTERNAL, problem_nowhere(),
                "something went wrong on the server; its log says what");
    return exchange_refuse(x);
}

enum step exchange_answer(struct exchange *x, int status)
{
    if (x->answer.body.n > 0 && !x->is_part) {
        buf_add_char(&x->answer.body, '\n'); /* for terminals */
    }
    if (x->answer.body.failed || arena_failed(x->arena)) {
        return answer_out_of_memory(x);
    }
    x->answer.status = status;
    return STEP_DONE;
}

void exchange_count_links(const struct exchange *x)
{
    enum link_write write = x->operation == NULL ? LINKS_NONE : x->operation->links;
    struct link_metrics *own = &x->service->links[x->worker * x->service->model->n_relationships];
    for (size_t i = 0; write != LINKS_NONE && i < x->document.n_relationships; i++) {
        const struct relationship_value *v = &x->document.relationships[i];
        metrics_add(&own[v->relationship->id].members[write], v->linkage.n);
    }
}
