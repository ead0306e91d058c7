/*
 * client.c - see client.h. A client is cut off by shutting its socket down: the library finds the
 * end of the stream, in whatever state the connection is, and cleans up.
 */
#include "http/client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct client *client_new(struct client_list *list, struct arena *a, int fd, uint64_t now_ms)
{
    struct client *c = list->spare;
    if (c != NULL) {
        list->spare = c->next;
    } else {
        c = arena_alloc(a, sizeof *c);
    }
    if (c == NULL) {
        return NULL;
    }
    *c = (struct client){ .fd = fd, .since_ms = now_ms, .next = list->first };
    if (list->first != NULL) {
        list->first->previous = c;
    }
    list->first = c;
    list->n++;
    return c;
}

void client_free(struct client_list *list, struct client *c)
{
    *(c->previous == NULL ? &list->first : &c->previous->next) = c->next;
    if (c->next != NULL) {
        c->next->previous = c->previous;
    }
    c->next = list->spare;
    list->spare = c;
    list->n--;
}

void client_enter(struct client *c, enum client_state state, uint64_t now_ms)
{
    c->state = state;
    c->since_ms = now_ms;
}

bool client_is_sending(const struct client *c)
{
    char byte;
    if (c->is_lost) {
        return false;
    }
    ssize_t n = recv(c->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    return n > 0 || (n < 0 && errno == EAGAIN && !c->is_whole);
}

void client_cut_off(struct client *c)
{
    c->is_lost = true;
    shutdown(c->fd, SHUT_RDWR);
}

/* How long a client may stay in its state; 0: as long as it likes. */
static uint64_t limit_ms(const struct client *c, const struct settings *settings)
{
    switch (c->state) {
    case CLIENT_CONNECTED:
    case CLIENT_HEADER:
        return settings->header_timeout_ms;
    case CLIENT_BODY:
        return settings->body_timeout_ms;
    case CLIENT_WORKING:
        return 0;
    case CLIENT_IDLE:
        return settings->idle_timeout_ms;
    case CLIENT_STATES:
        break;
    }
    UNREACHABLE();
}

void clients_expire(const struct client_list *list, const struct settings *settings,
                    uint64_t now_ms)
{
    for (struct client *c = list->first; c != NULL; c = c->next) {
        uint64_t limit = limit_ms(c, settings);
        if (limit > 0 && now_ms - c->since_ms >= limit) {
            client_cut_off(c);
        }
    }
}

void clients_count(const struct client_list *list, size_t ret_counts[CLIENT_STATES])
{
    memset(ret_counts, 0, CLIENT_STATES * sizeof *ret_counts);
    for (const struct client *c = list->first; c != NULL; c = c->next) {
        ret_counts[c->state]++;
    }
}

void clients_hang_up(const struct client_list *list, bool all)
{
    for (struct client *c = list->first; c != NULL; c = c->next) {
        if (all || c->state == CLIENT_IDLE || c->state == CLIENT_CONNECTED) {
            shutdown(c->fd, SHUT_RDWR);
        }
    }
}
