/*
 * cmd_explain.c - see cmd_explain.h. The operation's own steps are run up to the one that would
 * submit the plan; nothing is sent.
 */
#include "cli/cmd_explain.h"

#include <string.h>

#include "base/embedded.h"
#include "cli/cli.h"
#include "cli/load_model.h"
#include "exchange/exchange.h"
#include "http/match.h"

static void print_answer(const struct exchange *x)
{
    const struct answer *answer = &x->answer;
    struct text body = answer->fixed_body.n > 0
                           ? answer->fixed_body
                           : (struct text){ .at = answer->body.at, .n = answer->body.n };
    printf("answered without PostgreSQL: %d\n%.*s\n", answer->status, (int)body.n, body.at);
}

static void print_plan(const struct exchange *x)
{
    const struct plan *plan = &x->plan;
    printf("operation:  %s\n", x->operation->name);
    printf("statements: %zu, in one round trip and one transaction\n", plan->n_statements);
    printf("batches:    %s\n", plan->shared
                                   ? "may share its execution with other requests of the same kind"
                                   : "is run by itself");
    printf("if the connection is lost: %s\n",
           !plan->writes || plan->repeatable ? "run again on another one" : "503 outcome-unknown");
    for (size_t i = 0; i < plan->n_statements; i++) {
        const struct statement *s = plan_statement(plan, i)->statement;
        printf("\n-- statement %zu, %zu parameters\n%s;\n", i + 1,
               s->n_parameters + (s->shared ? 1 : 0), s->sql);
    }
    if (plan->fallback != NULL) {
        printf("\n-- instead of statement %zu, if PostgreSQL refuses that one\n%s;\n",
               plan->judged + 1, plan->fallback->sql);
    }
}

static int explain(struct exchange *x, const char *method, const char *target, const char *body)
{
    size_t n_path = strcspn(target, "?");
    x->request.path = (struct text){ .at = target, .n = n_path };
    if (target[n_path] == '?') {
        x->request.query = text_of(target + n_path + 1);
    }
    x->request.body = text_of(body);
    struct match match = { 0 };
    if (!method_read(text_of(method), &x->request.method)) {
        return cli_refuse("explain", "\"%s\" is no method; take GET, POST, PUT, PATCH or DELETE",
                          method);
    }
    int r = match_request(x->arena, x->service->model, x->request.method, x->request.path, &match,
                          &x->problems);
    if (r != 0 || match.operation == NULL) {
        x->answer.allow = match.allow;
        if (r != 0) {
            exchange_refuse(x);
        }
        print_answer(x);
        return r == 0 ? CLI_OK : CLI_FAILED;
    }
    x->operation = match.operation;
    x->target = match.target;
    if (exchange_run_to_submit(x)) {
        print_plan(x);
        return CLI_OK;
    }
    print_answer(x);
    return x->answer.status < 400 ? CLI_OK : CLI_FAILED;
}

int cmd_explain(const struct settings *settings, const struct log *log, int argc, char **argv)
{
    struct model *model;
    struct metrics metrics;
    memset(&metrics, 0, sizeof metrics);
    if (load_model(settings, log, &model) != 0) {
        return CLI_FAILED;
    }
    struct service *service = service_new(settings, log, model, backref_version, &metrics);
    struct exchange *x = service == NULL ? NULL : exchange_new(service, 0, NULL);
    int status = CLI_FAILED;
    if (x != NULL) {
        status = explain(x, argv[0], argv[1], argc > 2 ? argv[2] : "");
    }
    exchange_free(x);
    if (service == NULL) {
        model_free(model);
    }
    service_free(service);
    return status;
}
