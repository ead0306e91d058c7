/*
 * cmd_reflect.c - the file goes to standard output, what it leaves out to standard error, so that
 * `backref model reflect > model.json` does what one expects.
 */
#include "cli/cmd_reflect.h"

#include "cli/load_model.h"
#include "model/reflect.h"

enum { REFLECT_BYTES = 256 << 20 };

static int print(const struct reflection *reflection)
{
    for (const struct reflect_note *n = reflection->notes; n != NULL; n = n->next) {
        fprintf(stderr, "left out: %s: %s\n", n->subject, n->reason);
    }
    if (reflection->n_resources == 0) {
        fprintf(stderr, "backref model reflect: %s\n", load_model_nothing);
        return CLI_FAILED;
    }
    fwrite(reflection->json.at, 1, reflection->json.n, stdout);
    return CLI_OK;
}

int cmd_reflect(const struct cli_call *call)
{
    struct catalog *catalog;
    struct reflection reflection;
    struct arena *a = arena_new(REFLECT_BYTES);
    if (a == NULL) {
        log_line(call->log, LOG_ERROR, "out of memory");
        return CLI_FAILED;
    }
    int status = CLI_FAILED;
    if (load_catalog(&call->config->settings, call->log, a, &catalog) != 0) {
        arena_free(a);
        return status; /* the reason has been told */
    }
    if (reflect_catalog(a, catalog, &reflection) != 0) {
        log_line(call->log, LOG_ERROR, "out of memory for the model");
    } else {
        status = print(&reflection);
    }
    arena_free(a);
    return status;
}
