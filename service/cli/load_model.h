/*
 * load_model.h - from the settings to a model that has been judged against the database.
 */
#ifndef BACKREF_CLI_LOAD_MODEL_H
#define BACKREF_CLI_LOAD_MODEL_H

#include "base/log.h"
#include "exchange/settings.h"
#include "model/resolve.h"
#include "pg/catalog.h"

/* Everything that was learnt on the way; all but `model` lives in the arena that was given. */
struct judged_model {
    struct findings findings;
    struct catalog *catalog;
    struct model *model; /* NULL when there are errors; freed with model_free() */
};

/*
 * load_catalog() - what the database says about its tables, in `a`.
 *
 * Returns:  0 | 1, the reason having been logged
 */
int load_catalog(const struct settings *settings, const struct log *log, struct arena *a,
                 struct catalog **ret) MUST_CHECK;

/* Why a database cannot be reflected, for messages. */
extern const char load_model_nothing[];

/*
 * load_model_judged() - read the model file (or reflect one) and the catalog, and hold the one
 * against the other.
 *
 * Waits for the database as --database-wait says. Findings are the caller's to tell.
 *
 * a         256 MiB do for catalogs of 100,000 tables
 * ret       set only on 0, which it is with errors among the findings, too
 * Returns:  0 | 1, the reason having been logged: no file, no database
 */
int load_model_judged(const struct settings *settings, const struct log *log, struct arena *a,
                      struct judged_model *ret) MUST_CHECK;

/*
 * load_model() - the model to serve, with every finding logged.
 *
 * ret_model  set only on 0; freed with model_free()
 * Returns:   0 | 1, the reason having been logged
 */
int load_model(const struct settings *settings, const struct log *log, struct model **ret_model)
    MUST_CHECK;

/* load_model_log() - every finding as a line of the log, with the hint if there is one. */
void load_model_log(const struct settings *settings, const struct log *log,
                    const struct judged_model *judged);

/* load_model_finding() - "FILE:POINTER: reason. Fix: remedy", in `a`; "" over budget. */
const char *load_model_finding(struct arena *a, const struct findings *findings,
                               const struct finding *finding);

/*
 * load_model_hint() - what to do when nothing fits because the database was never migrated.
 *
 * Returns:  NULL when that is not the reason
 */
const char *load_model_hint(const struct settings *settings, const struct judged_model *judged);

#endif
