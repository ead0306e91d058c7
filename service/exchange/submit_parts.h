/*
 * submit_parts.h - what the files of the submitter share: submit.c, settle.c and waiting.c. Nobody
 * else includes this.
 */
#ifndef BACKREF_EXCHANGE_SUBMIT_PARTS_H
#define BACKREF_EXCHANGE_SUBMIT_PARTS_H

#include "exchange/batch.h"
#include "exchange/submit.h"

struct submitter {
    struct loop *loop;
    const struct settings *settings;
    const struct log *log;
    struct metrics *metrics;
    struct pool *pool;
    struct arena_stock *stock;
    struct exchange *oldest;
    struct exchange *newest;
    size_t n_waiting;
    struct batch *first; /* waiting for a connection */
    struct batch *last;
    struct timer tick;
    struct timer retry;
    uint32_t seed;
    bool was_down; /* the log has been told */
    bool is_stopping;
};

enum { TICK_MS = 50 }; /* how soon a client's leaving is noticed */

/* waiting_enter() - an exchange waits from now on, the newest of all. */
void waiting_enter(struct submitter *s, struct exchange *x);

/* waiting_finish() - its plan is over, and what it found is in x->rows or x->problems: run on. */
void waiting_finish(struct submitter *s, struct exchange *x);

/* waiting_on_tick() - look after those who wait too long. A timer's. */
void waiting_on_tick(struct timer *t);

/*
 * waiting_give_up() - take `x` out of its batch with a problem; the batch is cancelled when nobody
 * else waits for it.
 */
void waiting_give_up(struct submitter *s, struct exchange *x, enum problem_code code,
                     const char *detail);

/* submitter_append(), submitter_remove() - of the batches that wait for a connection. */
void submitter_append(struct submitter *s, struct batch *b);
void submitter_remove(struct submitter *s, struct batch *b);

/* settle_fail() - all members of a batch end with one problem, or with what `error` means. */
void settle_fail(struct batch *b, enum problem_code code, const struct pg_error *error);

/* settle_on_done() - PostgreSQL is done with a batch's statements. A group's. */
void settle_on_done(struct group *g, enum group_outcome outcome, const struct pg_error *error);

#endif
