/*
 * pool.h - a worker's few connections, and one more that cancels what nobody waits for any longer.
 *
 * Each connection works on one group at a time: what waits meanwhile is gathered into larger
 * batches. Work goes in lanes: neither writers that wait for each other's locks nor lists that take
 * long ever have all connections, so lookups go on.
 *
 * Only the first is opened at once, the others when there is more to do than it can: many idle
 * services need few of PostgreSQL's connections.
 */
#ifndef BACKREF_PG_POOL_H
#define BACKREF_PG_POOL_H

#include "pg/conn.h"

struct pool;

enum { POOL_MAX_CONNECTIONS = 64 };

struct pool_settings {
    const char *conninfo;
    uint32_t n_connections; /* 1 … POOL_MAX_CONNECTIONS */
    uint32_t statement_timeout_ms;
    uint32_t lock_timeout_ms;
    void (*on_change)(void *owner); /* a connection became ready or was lost */
    void *owner;
};

/* pool_new() - the first connection begins to connect. NULL when out of memory. */
struct pool *pool_new(struct loop *loop, const struct pool_settings *settings) MUST_CHECK;

/* pool_free() - groups in flight are told GROUP_LOST. NULL in, NULL out. */
struct pool *pool_free(struct pool *p);

enum lane {
    LANE_FAST,   /* reads that take little time, whatever is in the tables */
    LANE_SLOW,   /* reads that may take long */
    LANE_WRITES, /* may wait for locks */
    LANES,
};

/*
 * pool_pick() - a ready connection with nothing to do that may take this work; it must be sent now.
 *
 * With one connection everybody shares it. With two, one is left to LANE_FAST. With three or more,
 * no lane takes the last connection of another one.
 *
 * Returns:  NULL when there is none; another one is then being opened, if there are any left
 */
struct conn *pool_pick(struct pool *p, enum lane lane);

/* pool_is_down() - no connection is ready, and trying has failed: waiting would be idle. */
bool pool_is_down(const struct pool *p);

/* pool_n_ready() - connections that are ready. */
size_t pool_n_ready(const struct pool *p);

/* What its connections are doing. */
enum pool_kind { POOL_CLOSED, POOL_CONNECTING, POOL_IDLE, POOL_BUSY, POOL_KINDS };

/*
 * pool_count() - its connections by what they are doing.
 *
 * Returns:  groups that PostgreSQL works on
 */
size_t pool_count(const struct pool *p, size_t ret_counts[POOL_KINDS]);

/* pool_n_sends() - writes to PostgreSQL so far. */
uint64_t pool_n_sends(const struct pool *p);

/* pool_n_prepared() - statements prepared so far. */
uint64_t pool_n_prepared(const struct pool *p);

/* pool_last_error() - why the latest connection failed, in words for the log; "" when none did. */
const char *pool_last_error(const struct pool *p);

/*
 * pool_cancel() - have PostgreSQL cancel what `c` is working on.
 *
 * Asked over a connection of its own (pg_cancel_backend), since libpq 15 can only cancel by
 * blocking. `c` takes no new work until both the answer and the cancelled group have come back, so
 * a late cancel never hits another's statement. When either does not come back in time, `c` is
 * dropped, and so is a connection that was asked and did not answer.
 */
void pool_cancel(struct pool *p, struct conn *c);

#endif
