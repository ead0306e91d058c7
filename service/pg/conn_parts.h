/*
 * conn_parts.h - what conn.c and conn_io.c share: the connection itself.
 */
#ifndef BACKREF_PG_CONN_PARTS_H
#define BACKREF_PG_CONN_PARTS_H

#include <libpq-fe.h>

#include "pg/address.h"
#include "pg/conn.h"
#include "pg/prepared.h"

enum conn_state {
    CONN_CLOSED,
    CONN_RESOLVING,
    CONN_CONNECTING,
    CONN_SETTING_UP,
    CONN_READY,
};

struct conn {
    struct loop *loop;
    struct conn_settings settings;
    enum conn_state state;
    bool has_failed;
    bool is_wanted;
    PGconn *pg;
    struct address *address;
    uint64_t opened_ms;
    struct watch watch;
    struct timer timer; /* while connecting: the deadline; while closed: the next attempt */
    uint32_t back_off_ms;
    uint32_t seed; /* of the jitter */
    struct group *first;
    struct group *last;
    size_t n_groups;
    uint64_t n_sends;
    struct group setup;
    struct group_statement setup_statement;
    struct group_due setup_due[GROUP_ANSWERS_PER_STATEMENT];
    struct prepared prepared;
    bool doubts_types; /* a result had others: look at each */
    char last_error[256];
};

/* conn_lose() - close it, tell its groups GROUP_LOST, try again later; `why` is for the log. */
void conn_lose(struct conn *c, const char *why);

/* conn_finish_group() - the first group is done: tell its sender, let go of its rows. */
void conn_finish_group(struct conn *c, enum group_outcome outcome);

/* conn_send_group() - conn_send(), also before the connection is ready. */
void conn_send_group(struct conn *c, struct group *g);

/* conn_flush() - write what is left to write; waits for room when there is none. */
void conn_flush(struct conn *c);

/* conn_take_in() - the socket is readable: read, and deal with the answers that are whole. */
void conn_take_in(struct conn *c);

#endif
