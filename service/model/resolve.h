/*
 * resolve.h - a model file and a catalog become a model, or a list of everything that is wrong.
 */
#ifndef BACKREF_MODEL_RESOLVE_H
#define BACKREF_MODEL_RESOLVE_H

#include "base/text.h"
#include "model/model.h"
#include "pg/catalog.h"

enum finding_level {
    FINDING_ERROR,   /* the model cannot be served */
    FINDING_WARNING, /* it can, at a cost: a missing index */
    FINDING_NOTE,    /* it can; the author may have meant something else */
};

struct finding {
    enum finding_level level;
    const char *pointer; /* JSON pointer into the model file; "" for the whole */
    const char *reason;
    const char *remedy;
    struct finding *next;
};

struct findings {
    struct arena *arena;
    const char *file; /* the model file's name, for messages */
    struct finding *first;
    struct finding *last;
    size_t n_errors;
    size_t n_warnings;
};

/* findings_add() - note a mistake; both texts are copied into the findings' arena. */
void findings_add(struct findings *f, enum finding_level level, const char *pointer,
                  const char *reason, const char *remedy);

/*
 * model_load() - the model that `json` declares over the tables of `catalog`.
 *
 * json       the model file's bytes
 * catalog    borrowed for the call; the model copies what it keeps
 * ret_model  set only on 0; the caller frees it with model_free()
 * reterr     all findings, in the file's order; warnings and notes also on success
 * Returns:   0 | 1 when there are errors | -ENOMEM
 */
int model_load(struct text json, const struct catalog *catalog, struct model **ret_model,
               struct findings *reterr) MUST_CHECK;

#endif
