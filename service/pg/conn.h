/*
 * conn.h - one non-blocking connection to PostgreSQL that stays in pipeline mode.
 *
 * Work is given in groups: a few statements under one sync, which is also their transaction. A
 * group
 * is done when its sync has been answered, never earlier, so what it wrote is committed by then.
 * A lost connection is opened again, ever less often while that fails: a permanent one by itself,
 * others when they are woken.
 *
 *     CLOSED ──open──► RESOLVING ──► CONNECTING ──► SETTING_UP ──settings made──► READY
 *       ▲                  │             │              │                          │
 *       └──back-off timer──┴── failed ───┴──────────────┴────────── lost ──────────┘
 */
#ifndef BACKREF_PG_CONN_H
#define BACKREF_PG_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "pg/group.h"

struct conn;

struct conn_settings {
    const char *conninfo;
    uint32_t statement_timeout_ms;
    uint32_t lock_timeout_ms;
    bool is_permanent; /* opened at once and again after every loss; others only by conn_wake() */
    void (*on_change)(void *owner,
                      struct conn *c); /* became ready, or was lost (also: failed again) */
    void *owner;
};

/* conn_new() - a connection; a permanent one begins to connect. NULL when out of memory. */
struct conn *conn_new(struct loop *loop, const struct conn_settings *settings) MUST_CHECK;

/* conn_wake() - connect, if it is closed; after a failure not before its back-off is over. */
void conn_wake(struct conn *c);

/* conn_free() - groups in flight are told GROUP_LOST first. NULL in, NULL out. */
struct conn *conn_free(struct conn *c);

/* conn_is_ready() - may groups be sent? */
bool conn_is_ready(const struct conn *c);

/* conn_is_opening() - has it begun to connect, and is not ready yet? */
bool conn_is_opening(const struct conn *c);

/* conn_has_failed() - has the latest attempt to connect, or the connection, failed? */
bool conn_has_failed(const struct conn *c);

/* conn_n_groups() - groups sent and not done. */
size_t conn_n_groups(const struct conn *c);

/* conn_first() - the group that PostgreSQL works on; NULL when it has none. */
struct group *conn_first(const struct conn *c);

/*
 * conn_send() - send `g` on a ready connection; it leaves the process in this call, in one write().
 *
 * Its on_done is called exactly once, never from within this call except with GROUP_LOST.
 */
void conn_send(struct conn *c, struct group *g);

/* conn_forget() - the statements of `g` must be prepared anew: a table has changed its columns. */
void conn_forget(struct conn *c, const struct group *g);

/* conn_drop() - close the connection and open it again; groups in flight are told GROUP_LOST. */
void conn_drop(struct conn *c, const char *why);

/* conn_backend_pid() - of the server process, for pg_cancel_backend(); 0 while not connected. */
int conn_backend_pid(const struct conn *c);

/*
 * conn_last_error() - why the last attempt failed or the connection was lost, in words; "" if
 * neither.
 */
const char *conn_last_error(const struct conn *c);

/* conn_n_sends() - writes to the server so far: one per group. */
uint64_t conn_n_sends(const struct conn *c);

/* conn_n_prepared() - statements prepared so far. */
uint64_t conn_n_prepared(const struct conn *c);

#endif
