/*
 * exchange.h - one request in flight: what was asked, what was found out, what will be answered.
 *
 * exchange_run() performs the steps of an operation in order; one that needs PostgreSQL returns
 * STEP_WAIT after submitting its plan, and the run goes on when the rows are there. All memory of
 * an exchange is in its arena. One worker's thread owns it.
 *
 *     RUNNING ──STEP_WAIT──► WAITING ──rows, or a failure──► RUNNING ──STEP_DONE──► ANSWERED
 */
#ifndef BACKREF_EXCHANGE_EXCHANGE_H
#define BACKREF_EXCHANGE_EXCHANGE_H

#include "exchange/operation.h"
#include "exchange/plan_parts.h"
#include "exchange/request.h"
#include "exchange/service.h"
#include "jsonapi/document_read.h"
#include "jsonapi/query.h"

struct atomic;
struct batch;
struct pg_error;
struct submitter;

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
    /* looks at x->rows while the transaction is open: true commits it, false, with problems, takes
     * all of it back; NULL: what PostgreSQL accepts is committed. Never with a shared plan */
    bool (*judge)(struct exchange *x);
    struct rows *rows; /* of the plan's statements, once they are back */
    struct problems problems;
    struct answer answer;

    struct atomic *atomic; /* what its operations are; NULL: it is no atomic request */
    bool is_part;          /* of an atomic request: its document is the result's */
    bool has_made_id;      /* likewise: the id that it creates was made for a local id */
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
 * exchange_run_to_submit() - perform the steps in front of exchange_submit(), none behind it.
 *
 * Returns:  false when one of them has answered
 */
bool exchange_run_to_submit(struct exchange *x);

/*
 * exchange_resume() - the plan has come back: run on, then call on_answered unless it waits again.
 */
void exchange_resume(struct exchange *x);

/* exchange_refuse() - answer with x->problems: the last thing a step does. Returns STEP_DONE. */
enum step exchange_refuse(struct exchange *x);

/*
 * exchange_next() - what a step returns for a result `r` of a lower room.
 *
 * Returns:  STEP_NEXT for 0; an error document for a problem; 500, logged, for < 0 or a full arena
 */
enum step exchange_next(struct exchange *x, int r);

/* exchange_answer() - complete the answer: `status`, with what was written to x->answer.body. */
enum step exchange_answer(struct exchange *x, int status);

/* exchange_count_links() - the write has succeeded: count the members that it named. */
void exchange_count_links(const struct exchange *x);

/* exchange_submit() - the step that sends x->plan to PostgreSQL; defined in submit.c. */
enum step exchange_submit(struct exchange *x);

#endif
