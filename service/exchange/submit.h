/*
 * submit.h - a worker's requests on their way to PostgreSQL and back.
 *
 * What one turn of the loop collected leaves together: plans of the same statements become one
 * batch, which is one execution and, for writes, one commit. What arrives while every connection is
 * busy joins the batches that wait. No timer delays anything. Each request keeps its own outcome: a
 * batch that fails is run again member by member.
 */
#ifndef BACKREF_EXCHANGE_SUBMIT_H
#define BACKREF_EXCHANGE_SUBMIT_H

#include "base/loop.h"
#include "exchange/exchange.h"

enum {
    BATCH_MAX_MEMBERS = 64,
    BATCH_MAX_ROWS = 1024, /* of arguments; a request with more goes alone */
};

/*
 * submitter_new() - in `a`, with connections of its own, which begin to connect. NULL when out of
 * memory.
 */
struct submitter *submitter_new(struct arena *a, struct loop *loop, const struct settings *settings,
                                const struct log *log, struct metrics *metrics) MUST_CHECK;

/* submitter_close() - close the connections; nothing may be waiting, all exchanges have ended. */
void submitter_close(struct submitter *s);

/*
 * submitter_stock() - memory for the requests that are made and end on this worker. NULL in, NULL
 * out.
 */
struct arena_stock *submitter_stock(const struct submitter *s);

/*
 * submitter_flush() - send what waits and has a free connection: at the end of each turn of the
 * loop.
 */
void submitter_flush(struct submitter *s);

/* submitter_sample() - bring the gauges of queue and connections up to date; now and then. */
void submitter_sample(struct submitter *s);

/* submitter_n_waiting() - requests that wait for PostgreSQL. */
size_t submitter_n_waiting(const struct submitter *s);

/*
 * submitter_abandon() - the client of an exchange that waits is gone: its statements are cancelled
 * when nobody else waits for them. Ends with x->on_answered, like any other answer.
 */
void submitter_abandon(struct exchange *x);

/* submitter_refuse_all() - answer everything that waits with 503: the worker must stop now. */
void submitter_refuse_all(struct submitter *s);

#endif
