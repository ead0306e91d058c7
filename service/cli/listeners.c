/*
 * listeners.c - see listeners.h.
 */
#include "cli/listeners.h"

#include <string.h>

/* The sockets of the listener `number`, one for each worker, like `like`. */
static int open_address(const struct settings *settings, const struct log *log, const char *address,
                        struct listener like, size_t number, struct listeners *l)
{
    int fds[MAX_WORKERS];
    char error[LISTEN_ERROR_MAX];
    if (listen_open(address, settings->workers, fds, l->addresses[number], error) != 0) {
        log_line(log, LOG_ERROR, "%s", error);
        return 1;
    }
    for (size_t w = 0; w < settings->workers; w++) {
        l->at[w * l->n + number] = like;
        l->at[w * l->n + number].fd = fds[w];
    }
    return 0;
}

int listeners_open(const struct settings *settings, const struct log *log, struct arena *a,
                   struct listeners *ret)
{
    bool has_admin = settings->admin_listen != NULL;
    ret->n = settings->n_listen + (has_admin ? 1 : 0);
    ret->at = arena_zalloc(a, settings->workers * ret->n, sizeof *ret->at);
    if (ret->at == NULL) {
        log_line(log, LOG_ERROR, "there is not enough memory for the listeners");
        return 1;
    }
    for (size_t i = 0; i < settings->n_listen; i++) {
        const char *address = settings->listen[i];
        struct listener like = {
            .audience = has_admin ? AUDIENCE_CLIENTS : AUDIENCE_ALL,
            .has_tls = settings->tls_certificate != NULL && strncmp(address, "unix:", 5) != 0,
        };
        if (open_address(settings, log, address, like, i, ret) != 0) {
            return 1;
        }
    }
    struct listener admin = { .audience = AUDIENCE_OPERATORS };
    return has_admin ? open_address(settings, log, settings->admin_listen, admin, ret->n - 1, ret)
                     : 0;
}

static void warn_of_any_origin(const struct settings *settings, const struct log *log)
{
    for (size_t i = 0; i < settings->n_cors_origins; i++) {
        if (strcmp(settings->cors_origins[i], "*") == 0) {
            log_line(log, LOG_WARNING,
                     "--cors-origin *: any page that somebody opens in a browser which reaches "
                     "this service can read and change everything here");
        }
    }
}

static void announce(const struct listener *listener, const char *address, const struct log *log)
{
    bool is_open = !listener->has_tls && !listen_is_local(listener->fd);
    if (listener->audience == AUDIENCE_OPERATORS) {
        log_line(log, LOG_INFO, "/healthz, /readyz and /metrics are on %s", address);
        return;
    }
    if (is_open) {
        log_line(log, LOG_WARNING,
                 "%s is reached from other machines, without TLS: what passes can be read and "
                 "changed on its way, and whoever reaches it may do everything, since nobody is "
                 "asked who they are; put a proxy in front that does both, or listen on 127.0.0.1 "
                 "(TLS alone: --tls-certificate)",
                 address);
    }
    log_line(log, LOG_INFO, "listening on %s%s", address, listener->has_tls ? " with TLS" : "");
}

void listeners_announce(const struct listeners *l, const struct settings *settings,
                        const struct log *log)
{
    warn_of_any_origin(settings, log);
    for (size_t i = 0; i < l->n; i++) {
        announce(&l->at[i], l->addresses[i], log);
    }
}

void listeners_forget(const struct listeners *l)
{
    for (size_t i = 0; i < l->n; i++) {
        listen_forget(l->addresses[i]);
    }
}
