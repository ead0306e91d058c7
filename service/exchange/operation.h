/*
 * operation.h - what can be asked of the service: an operation is a list of named steps.
 */
#ifndef BACKREF_EXCHANGE_OPERATION_H
#define BACKREF_EXCHANGE_OPERATION_H

#include <stdbool.h>

#include "exchange/metrics.h"

struct exchange;

enum step {
    STEP_NEXT, /* go on with the next step */
    STEP_WAIT, /* go on when the submitted plan has come back */
    STEP_DONE, /* x->answer is complete */
};

enum { OPERATION_MAX_STEPS = 8 };

struct operation {
    const char *name;      /* in metrics and explanations: "relationship-add" */
    unsigned query;        /* which query parameters it understands: QUERY_… */
    bool has_body;         /* a document is expected */
    enum link_write links; /* what becomes of the members that x->document names */
    bool takes_atomic; /* documents use the extension Atomic Operations, in requests and answers */
    bool is_open;      /* answers whatever the client accepts: health, metrics */
    bool is_for_operators; /* health, metrics: no client's business, and never the same twice */
    bool is_probe; /* asks whether the database answers: being late is the same as being away */
    enum step (*steps[OPERATION_MAX_STEPS])(struct exchange *x);
};

#endif
