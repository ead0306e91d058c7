/*
 * plan_parts.h - what an exchange's statements are for, beside the writing: what its answer shows,
 * and what must hold before it is committed.
 */
#ifndef BACKREF_EXCHANGE_PLAN_PARTS_H
#define BACKREF_EXCHANGE_PLAN_PARTS_H

#include "plan/selection.h"

/* The part of a plan that reads what the answer's document shows. */
struct reading {
    struct selection selection;
    size_t at; /* position of its statement in the plan */
    size_t n_nodes;
    const struct include_node *nodes; /* whose statements follow, in this order */
    bool has_total;                   /* and behind them the one that counts */
};

/* What a write must find before it is committed: statements in front of its own, and their rows. */
enum precondition_about {
    PRECONDITION_RESOURCE,
    PRECONDITION_LINKAGE,
    PRECONDITION_LINK,
};

enum { PRECONDITION_MAX_STATEMENTS = 2 };

struct precondition {
    enum precondition_about about;
    size_t n; /* 0: there is none */
    struct step_plan statements[PRECONDITION_MAX_STATEMENTS];
    struct rows rows[PRECONDITION_MAX_STATEMENTS];
};

#endif
