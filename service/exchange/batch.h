/*
 * batch.h - requests that are sent together: they share one execution of their statements or, where
 * those differ (struct plan's `together`), one transaction.
 */
#ifndef BACKREF_EXCHANGE_BATCH_H
#define BACKREF_EXCHANGE_BATCH_H

#include "exchange/exchange.h"
#include "exchange/submit.h"
#include "pg/pool.h"

struct batch {
    struct submitter *submitter;
    const struct service *service; /* whose statements these are; held */
    size_t worker;
    struct batch *next;                          /* of those that wait */
    struct exchange *members[BATCH_MAX_MEMBERS]; /* NULL: nobody waits for this place any longer */
    size_t n_members;
    size_t n_live;
    size_t n_rows;
    size_t n_steps;                       /* statements of all members, as they joined */
    bool is_together;                     /* each member's own statements are sent, in turn */
    size_t first_step[BATCH_MAX_MEMBERS]; /* where those begin, behind n_before */
    bool is_closed;                       /* nobody may join: it is being run again */
    bool has_company;                     /* its only member is sent twice, see COALESCING_ALWAYS */
    size_t first_number;                  /* of the first member; the others follow */
    unsigned attempts;
    uint64_t not_before_ms;
    struct conn *conn;   /* while it is being worked on; NULL while it waits */
    struct arena *arena; /* of the encoded arguments, while being sent */
    struct group group;
    size_t n_before;        /* statements of the group that stand before the plan's own */
    bool opens_transaction; /* the member judges what came back before it is committed */

    /* What ends an open transaction, and what is to be said afterwards. */
    struct group closing;
    struct group_statement closing_statement;
    struct group_due closing_due[GROUP_ANSWERS_PER_STATEMENT];
    bool commits;
    enum group_outcome verdict; /* on the plan's own statements */
    struct pg_error refusal;    /* of GROUP_FAILED */
};

#define BATCH_OF(g, member) ((struct batch *)(void *)((char *)(g)-offsetof(struct batch, member)))

/*
 * batch_new() - a batch with `first` as its only member; in a memory of its own; NULL: none left.
 */
struct batch *batch_new(struct submitter *s, struct exchange *first) MUST_CHECK;

/* batch_free() - members are not touched. NULL in, NULL out. */
struct batch *batch_free(struct batch *b);

/* batch_may_join() - has `b` room for `x`, and do both run the same statements of one service? */
bool batch_may_join(const struct batch *b, const struct exchange *x);

/* batch_join() - after batch_may_join(). */
void batch_join(struct batch *b, struct exchange *x);

/* batch_leave() - `x` no longer waits; its place stays empty. */
void batch_leave(struct batch *b, struct exchange *x);

/*
 * batch_fall_back() - the members' plans take their fallbacks; false when they have none.
 *
 * For a while new plans of the relationship do without statements that have one.
 */
bool batch_fall_back(struct batch *b, uint64_t now_ms) MUST_CHECK;

/* batch_lane() - what its statements are like, for pool_pick(). */
enum lane batch_lane(const struct batch *b);

/*
 * batch_encode() - fill b->group with the statements and the members' arguments, in b->arena.
 *
 * Returns:  0 | -ENOMEM
 */
int batch_encode(struct batch *b) MUST_CHECK;

/* batch_close() - fill b->closing: "commit", or "rollback" of everything that the group did. */
void batch_close(struct batch *b, bool commits);

/* batch_refused_at() - the position in the plan of what was refused; behind it: the commit. */
size_t batch_refused_at(const struct batch *b, const struct pg_error *error);

/*
 * batch_culprit() - whose statement PostgreSQL refused, of members that are together; NULL when it
 * is nobody's, or that of one who left.
 */
struct exchange *batch_culprit(const struct batch *b, const struct pg_error *error);

/* batch_deal() - give each member the rows that are its own; they live as long as the exchange. */
void batch_deal(struct batch *b);

#endif
