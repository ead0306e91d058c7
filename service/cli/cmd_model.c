/*
 * cmd_model.c - what an author of a model file wants to see: every mistake, then what was
 * understood.
 */
#include "cli/cmd_model.h"

#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "cli/cmd_reflect.h"
#include "cli/load_model.h"
#include "cli/model_graph.h"
#include "exchange/service.h"

enum { MODEL_BYTES = 256 << 20 };

/* ---- check --------------------------------------------------------------------------------- */

static int print(const struct log *log, const struct buf *b)
{
    if (b->failed) {
        log_line(log, LOG_ERROR, "out of memory for the output");
        return CLI_FAILED;
    }
    fwrite(b->at, 1, b->n, stdout);
    return CLI_OK;
}

static int check(const struct cli_call *call, const struct judged_model *judged, struct buf *b)
{
    const struct findings *findings = &judged->findings;
    static const char *const levels[] = {
        [FINDING_ERROR] = "",
        [FINDING_WARNING] = "warning: ",
        [FINDING_NOTE] = "note: ",
    };
    for (const struct finding *f = findings->first; f != NULL; f = f->next) {
        buf_addf(b, "%s%s\n", levels[f->level], load_model_finding(b->arena, findings, f));
    }
    const char *hint = load_model_hint(&call->config->settings, judged);
    if (hint != NULL) {
        buf_addf(b, "%s\n", hint);
    }
    const struct model *model = judged->model;
    if (model == NULL) {
        buf_addf(b, "%s: %zu errors, %zu warnings\n", findings->file, findings->n_errors,
                 findings->n_warnings);
        int status = print(call->log, b);
        return status == CLI_OK ? CLI_FAILED : status;
    }
    buf_addf(b, "%s: %zu types, %zu relationships, 0 errors, %zu warnings\n", findings->file,
             model->n_resources, model->n_relationships, findings->n_warnings);
    model_graph_write(b, judged->catalog, model);
    return print(call->log, b);
}

/* ---- openapi ------------------------------------------------------------------------------- */

static int print_openapi(const struct cli_call *call, const struct judged_model *judged,
                         struct buf *b)
{
    const struct settings *settings = &call->config->settings;
    const struct openapi_options options = service_description(settings, backref_version);
    if (judged->model == NULL) {
        load_model_log(settings, call->log, judged);
        return CLI_FAILED;
    }
    int r = call->config->openapi_format == OPENAPI_JSON
                ? openapi_write_json(judged->model, &options, b)
                : openapi_write_yaml(judged->model, &options, b);
    if (r != 0) {
        log_line(call->log, LOG_ERROR, "out of memory for the description");
        return CLI_FAILED;
    }
    return print(call->log, b);
}

/* ---- which of them ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(const struct cli_call *call, const struct judged_model *judged, struct buf *b);
} actions[] = {
    { "check", check },
    { "openapi", print_openapi },
    { "reflect", NULL }, /* needs no model: cmd_reflect.c */
};

static int run_action(const struct cli_call *call, size_t action)
{
    struct judged_model judged;
    struct arena *a = arena_new(MODEL_BYTES);
    if (a == NULL) {
        log_line(call->log, LOG_ERROR, "out of memory");
        return CLI_FAILED;
    }
    int status = CLI_FAILED;
    if (load_model_judged(&call->config->settings, call->log, a, &judged) == 0) {
        struct buf b;
        buf_init(&b, a, 65536);
        status = actions[action].run(call, &judged, &b);
        model_free(judged.model);
    }
    arena_free(a);
    return status;
}

int cmd_model(const struct cli_call *call)
{
    const char *names[ARRAY_SIZE(actions)];
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        names[i] = actions[i].name;
        if (strcmp(names[i], call->words[0]) == 0) {
            return actions[i].run == NULL ? cmd_reflect(call) : run_action(call, i);
        }
    }
    return cli_refuse_word("model", "action", call->words[0], names, ARRAY_SIZE(names));
}
