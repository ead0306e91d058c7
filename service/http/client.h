/*
 * client.h - one connection of a client, and how long it may take for what it does now.
 *
 * The library's own timeout starts anew with every byte, so a client that drips bytes would stay
 * for
 * ever. These deadlines are absolute.
 */
#ifndef BACKREF_HTTP_CLIENT_H
#define BACKREF_HTTP_CLIENT_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "exchange/exchange.h"
#include "http/audience.h"
#include "http/cors.h"

/*
 *     CONNECTED ──request line──► HEADER ──header──► BODY ──body──► WORKING ──answered──► IDLE
 *                                   ▲                                                      │
 *                                   └────────────────── request line ──────────────────────┘
 */
enum client_state {
    CLIENT_CONNECTED,
    CLIENT_HEADER,
    CLIENT_BODY,
    CLIENT_WORKING, /* bounded by the request's own deadline, and by the library while it writes */
    CLIENT_IDLE,
    CLIENT_STATES, /* how many there are */
};

struct client {
    struct server *server;
    enum audience audience;
    struct MHD_Connection *connection;
    int fd;
    enum client_state state;
    uint64_t since_ms;   /* in this state */
    uint64_t started_us; /* the request's header was complete */
    uint64_t waiting_since_us;
    bool is_held;              /* while its exchange waits; not so: its connection is suspended */
    struct exchange *answered; /* while it is among its server's answered clients */
    struct client *next_answered;
    uint64_t waited_us;          /* for PostgreSQL */
    char peer[INET6_ADDRSTRLEN]; /* the client's address, once it was asked for */
    struct client *previous;
    struct client *next;

    struct cors cors;          /* of the request */
    const char *server_timing; /* what its answer says about that; NULL: nothing */
    size_t n_body;             /* bytes of the body so far */
    bool is_refused;           /* the answer is known; the rest of the body is read and dropped */
    bool is_cut_off;           /* the body is over its limit */
    bool is_whole;             /* it was read to the end of its request */
    bool is_lost;              /* it took too long for something: no more is expected of it */
};

struct client_list {
    struct client *first;
    struct client *spare; /* for new connections */
    size_t n;
};

/*
 * client_new() - for a connection that was accepted; in `a`, or a spare one. NULL when out of
 * memory.
 */
struct client *client_new(struct client_list *list, struct arena *a, int fd, uint64_t now_ms)
    MUST_CHECK;

/* client_free() - the connection is closed; `c` becomes a spare one. */
void client_free(struct client_list *list, struct client *c);

/* client_enter() - a new state, from now on. */
void client_enter(struct client *c, enum client_state state, uint64_t now_ms);

/*
 * client_is_sending() - may more of a request come from a connection that is about to be closed, or
 * is some of it unread?
 *
 * False when the client has closed, or was given up on. Cost: a system call.
 */
bool client_is_sending(const struct client *c) MUST_CHECK;

/* client_cut_off() - give up on a client: its connection ends without another word. */
void client_cut_off(struct client *c);

/*
 * clients_expire() - cut off those who took too long; the library closes them. Cost: a look at
 * each.
 */
void clients_expire(const struct client_list *list, const struct settings *settings,
                    uint64_t now_ms);

/* clients_count() - how many there are in each state. Cost: a look at each. */
void clients_count(const struct client_list *list, size_t ret_counts[CLIENT_STATES]);

/* clients_hang_up() - cut off those who are idle; all of them when `all`. */
void clients_hang_up(const struct client_list *list, bool all);

#endif
