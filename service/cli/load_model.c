/*
 * load_model.c - model file and catalog are read in full, then judged together; nothing is opened
 * before they agree.
 */
#include "cli/load_model.h"

#include "base/embedded.h"
#include "base/file.h"
#include "cli/open_database.h"
#include "model/reflect.h"
#include "pg/catalog_read.h"

enum {
    LOAD_BYTES = 256 << 20,
    MODEL_FILE_BYTES = 16 << 20,
};

static int read_model_file(const struct settings *settings, const struct log *log, struct arena *a,
                           struct text *ret)
{
    const char *reason;
    if (settings->model == NULL) {
        *ret =
            (struct text){ .at = (const char *)embedded_model.bytes, .n = embedded_model.n_bytes };
        return 0;
    }
    if (file_read(a, settings->model, MODEL_FILE_BYTES, ret, &reason) != 0) {
        log_line(log, LOG_ERROR, "the model file (--model, BACKREF_MODEL): %s", reason);
        return 1;
    }
    return 0;
}

int load_catalog(const struct settings *settings, const struct log *log, struct arena *a,
                 struct catalog **ret)
{
    struct session *session;
    struct session_error e;
    if (open_database(settings, log, &session) != 0) {
        return 1;
    }
    int r = catalog_read(session, a, ret, &e);
    if (r != 0) {
        log_line(log, LOG_ERROR, "reading the database's catalog: %s", e.message);
    }
    session_close(session);
    return r;
}

const char load_model_nothing[] = "the database has no table that could be served: none has a key";

/* The file that `backref model reflect` would print. What it leaves out is told, and no error. */
static int reflect(const struct log *log, struct arena *a, const struct catalog *catalog,
                   struct text *ret)
{
    struct reflection reflection;
    if (reflect_catalog(a, catalog, &reflection) != 0) {
        log_line(log, LOG_ERROR, "out of memory for the model");
        return 1;
    }
    for (const struct reflect_note *n = reflection.notes; n != NULL; n = n->next) {
        log_line(log, LOG_INFO, "left out of the reflected model: %s: %s", n->subject, n->reason);
    }
    if (reflection.n_resources == 0) {
        log_line(log, LOG_ERROR, "--reflect: %s", load_model_nothing);
        return 1;
    }
    *ret = reflection.json;
    return 0;
}

int load_model_judged(const struct settings *settings, const struct log *log, struct arena *a,
                      struct judged_model *ret)
{
    struct text json;
    struct judged_model judged = {
        .findings = { .arena = a,
                      .file = settings->reflect != 0    ? "reflected model"
                              : settings->model != NULL ? settings->model
                                                        : "default model" },
    };
    if ((settings->reflect == 0 && read_model_file(settings, log, a, &json) != 0) ||
        load_catalog(settings, log, a, &judged.catalog) != 0 ||
        (settings->reflect != 0 && reflect(log, a, judged.catalog, &json) != 0)) {
        return 1;
    }
    if (model_load(json, judged.catalog, &judged.model, &judged.findings) < 0) {
        log_line(log, LOG_ERROR, "%s: out of memory for the model", judged.findings.file);
        return 1;
    }
    *ret = judged;
    return 0;
}

const char *load_model_finding(struct arena *a, const struct findings *findings,
                               const struct finding *finding)
{
    const char *line = arena_printf(a, "%s:%s: %s. Fix: %s", findings->file, finding->pointer,
                                    finding->reason, finding->remedy);
    return line == NULL ? "" : line;
}

const char *load_model_hint(const struct settings *settings, const struct judged_model *judged)
{
    bool is_default = settings->model == NULL && settings->reflect == 0;
    bool is_unmigrated = judged->findings.n_errors > 0 && is_default &&
                         catalog_find_table(judged->catalog, "persons") == NULL;
    return is_unmigrated
               ? "the tables of the default model are not there: run `backref migrate up` first"
               : NULL;
}

void load_model_log(const struct settings *settings, const struct log *log,
                    const struct judged_model *judged)
{
    const struct findings *findings = &judged->findings;
    for (const struct finding *f = findings->first; f != NULL; f = f->next) {
        static const enum log_level levels[] = {
            [FINDING_ERROR] = LOG_ERROR,
            [FINDING_WARNING] = LOG_WARNING,
            [FINDING_NOTE] = LOG_INFO,
        };
        log_line(log, levels[f->level], "%s", load_model_finding(findings->arena, findings, f));
    }
    const char *hint = load_model_hint(settings, judged);
    if (hint != NULL) {
        log_line(log, LOG_ERROR, "%s", hint);
    }
}

int load_model(const struct settings *settings, const struct log *log, struct model **ret_model)
{
    struct judged_model judged;
    struct arena *a = arena_new(LOAD_BYTES);
    if (a == NULL) {
        log_line(log, LOG_ERROR, "out of memory for the model");
        return 1;
    }
    int r = load_model_judged(settings, log, a, &judged);
    if (r == 0) {
        load_model_log(settings, log, &judged);
        *ret_model = judged.model;
        r = judged.model == NULL ? 1 : 0;
    }
    arena_free(a);
    return r;
}
