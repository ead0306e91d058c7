/*
 * conn.h - one non-blocking connection to PostgreSQL that stays in pipeline mode.
 *
 * Work is given in groups: a few statements under one sync, which is also their transaction. A group
 * is done when its sync has been answered, never earlier, so what it wrote is committed by then.
 * A lost connection is opened again, ever less often while that fails: a permanent one by itself,
 * others when they are woken.
 *
 *     CLOSED ──open──► CONNECTING ──connected──► SETTING_UP ──settings made──► READY
 *       ▲                  │                         │                          │
 *       └──back-off timer──┴──────── failed ─────────┴────────── lost ──────────┘
 */
#ifndef BACKREF_PG_CONN_H
#define BACKREF_PG_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "pg/result.h"

struct conn;

enum { GROUP_MAX_STATEMENTS = 4 };

enum group_outcome {
    GROUP_COMMITTED, /* all statements ran, the transaction is on disk */
    GROUP_FAILED,    /* PostgreSQL refused one of them, nothing of the group remains */
    GROUP_LOST,      /* the connection went away: a write may or may not have been committed */
};

/* What PostgreSQL said when it refused. Fields that it did not send are empty. */
struct pg_error {
    char sqlstate[6];
    char constraint[64];
    char column[64];
    char message[256]; /* for the log, never for an answer */
};

struct group_statement {
    const char *sql; /* must outlive the group */
    uint64_t hash;   /* statement_hash() of it */
    int n_parameters;
    const uint32_t *types;     /* read during conn_send() only, like the next two */
    const char *const *values; /* binary; NULL for NULL */
    const int *lengths;
    struct result *result; /* out: rows on GROUP_COMMITTED, released by the conn after on_done */
};

/* Statements under one sync; embedded by whoever sends it, alive until on_done was called. */
struct group {
    size_t n_statements;
    struct group_statement statements[GROUP_MAX_STATEMENTS];
    void (*on_done)(struct group *g, enum group_outcome outcome, const struct pg_error *error);
    uint64_t sent_ms; /* on the loop's clock */

    struct group *next; /* of the connection, from here on */
    unsigned char expected[2 * GROUP_MAX_STATEMENTS + 8]; /* which answer comes when */
    size_t n_expected;
    size_t at;
    bool failed;
    struct pg_error error;
};

struct conn_settings {
    const char *conninfo;
    uint32_t statement_timeout_ms;
    uint32_t lock_timeout_ms;
    bool is_permanent; /* opened at once and again after every loss; others only by conn_wake() */
    void (*on_change)(void *owner, struct conn *c); /* became ready, or was lost (also: failed again) */
    void *owner;
};

/* conn_new() - a connection; a permanent one begins to connect. NULL when out of memory. */
struct conn *conn_new(struct loop *loop, const struct conn_settings *settings) MUST_CHECK;

/* conn_wake() - connect, if it is closed; after a failure not before its back-off is over. */
void conn_wake(struct conn *c);

/* conn_is_wanted() - is it open, or on its way there? */
bool conn_is_wanted(const struct conn *c);

/* conn_free() - groups in flight are told GROUP_LOST first. NULL in, NULL out. */
struct conn *conn_free(struct conn *c);

/* conn_is_ready() - may groups be sent? */
bool conn_is_ready(const struct conn *c);

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

/* conn_last_error() - why the last attempt failed or the connection was lost, in words; "" if neither. */
const char *conn_last_error(const struct conn *c);

/* conn_n_sends() - writes to the server so far: one per group. */
uint64_t conn_n_sends(const struct conn *c);

#endif
