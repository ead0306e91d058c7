/*
 * exchange.h - one request in flight: what was asked, what has been found out, what will be
 * answered.
 *
 * An operation is a list of named steps. exchange_run() performs them in order; a step that needs
 * PostgreSQL returns STEP_WAIT after submitting its plan and the run goes on when the rows are
 * there.
 * All memory of an exchange is in its arena. One worker's thread owns it.
 *
 *     RUNNING ──STEP_WAIT──► WAITING ──rows, or a failure──► RUNNING ──STEP_DONE──► ANSWERED
 */
#ifndef BACKREF_EXCHANGE_EXCHANGE_H
#define BACKREF_EXCHANGE_EXCHANGE_H

#include "exchange/request.h"
#include "exchange/service.h"
#include "jsonapi/document_read.h"
#include "jsonapi/query.h"
#include "plan/selection.h"

struct exchange;
struct atomic;
struct batch;
struct pg_error;
struct submitter;

enum step {
    STEP_NEXT, /* go on with the next step */
    STEP_WAIT, /* go on when the submitted plan has come back */
    STEP_DONE, /* x->answer is complete */
};

enum { OPERATION_MAX_STEPS = 8 };

struct operation {
    const char *name;  /* in metrics and explanations: "relationship-add" */
    unsigned query;    /* which query parameters it understands: QUERY_… */
    bool has_body;     /* a document is expected */
    bool takes_atomic; /* documents use the extension Atomic Operations, in requests and answers */
    bool is_open;      /* answers whatever the client accepts: health, metrics */
    bool is_for_operators; /* health, metrics: no client's business, and never the same twice */
    bool is_probe; /* asks whether the database answers: being late is the same as being away */
    enum step (*steps[OPERATION_MAX_STEPS])(struct exchange *x);
};

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

enum exchange_state {
    EXCHANGE_RUNNING,
    EXCHANGE_WAITING,
    EXCHANGE_ANSWERED,
};

struct exchange {
    struct arena *arena;
    const struct service *service;
    size_t worker; /* whose request it is */
    struct submitter *submitter;
    struct request request;
    struct target target;
    const struct operation *operation;
    size_t at; /* the next step */
    enum exchange_state state;

    enum representation representation; /* the media type of the answer */
    bool wants_representation;          /* Prefer: return=representation */
    struct query query;
    struct document document;
    struct linkage linkage;
    struct plan plan;
    struct reading reading;
    struct precondition precondition;
    /*
     * Looks at x->rows while the plan's transaction is open: true commits it, false (with problems)
     * takes everything back. NULL: what PostgreSQL accepts is committed. Never with a shared plan.
     */
    bool (*judge)(struct exchange *x);
    struct rows *rows; /* of the plan's statements, once they are back */
    struct problems problems;
    struct answer answer;

    struct atomic
        *atomic;      /* what its operations are; see resource/atomic.c. NULL: no such request */
    bool is_part;     /* of an atomic request: its document is the result's */
    bool has_made_id; /* likewise: the id that it creates was made for a local id */
    /* reports what PostgreSQL refused instead of refusal_report(); NULL: that one does */
    void (*on_refused)(struct exchange *x, const struct pg_error *error, size_t statement);

    void (*on_answered)(struct exchange *x); /* after a wait; not called by exchange_run() */
    void *owner;                             /* of that callback */
    uint64_t started_ms;
    struct batch *batch;    /* while waiting */
    size_t number;          /* its place in the batch */
    struct exchange *older; /* of those that wait, by age */
    struct exchange *newer;
};

/*
 * exchange_new() - an exchange of `service` without a request yet.
 *
 * worker    its number; the exchange holds the service for it
 * submitter  NULL when nothing is to be submitted
 * Returns:  NULL when out of memory
 */
struct exchange *exchange_new(const struct service *service, size_t worker,
                              struct submitter *submitter) MUST_CHECK;

/* exchange_free() - it must not be waiting. NULL in, NULL out. */
struct exchange *exchange_free(struct exchange *x);

/* exchange_run() - perform steps until one waits or the answer is complete; then see x->state. */
void exchange_run(struct exchange *x);

/*
 * exchange_run_to_submit() - perform the steps in front of exchange_submit(), and nothing behind it.
 *
 * Returns:  false when one of them has answered
 */
bool exchange_run_to_submit(struct exchange *x);

/*
 * exchange_resume() - the plan has come back: run on, then call on_answered unless it waits again.
 */
void exchange_resume(struct exchange *x);

/*
 * exchange_refuse() - answer with x->problems: the last thing that a step does. Returns STEP_DONE.
 */
enum step exchange_refuse(struct exchange *x);

/*
 * exchange_next() - what a step returns for a result `r` of a lower room.
 *
 * Returns:  STEP_NEXT for 0; an error document for a problem; 500, logged, for < 0 or a full arena
 */
enum step exchange_next(struct exchange *x, int r);

/* exchange_answer() - complete the answer: `status`, with what was written to x->answer.body. */
enum step exchange_answer(struct exchange *x, int status);

/* exchange_submit() - the step that sends x->plan to PostgreSQL; defined in submit.c. */
enum step exchange_submit(struct exchange *x);

#endif
