/*
 * access_log.c - see access_log.h.
 */
#include "http/access_log.h"

#include <arpa/inet.h>

#include "http/match.h"

enum { LONGEST_PATH = 512 };

/* The client's address in words, found out once for each connection. */
static const char *peer_of(struct client *c)
{
    if (c->peer[0] != '\0') {
        return c->peer;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *name = info == NULL ? NULL : info->client_addr;
    int family = name == NULL ? AF_UNSPEC : name->sa_family;
    const void *address = &((const struct sockaddr_in *)(const void *)name)->sin_addr;
    if (family == AF_INET6) {
        address = &((const struct sockaddr_in6 *)(const void *)name)->sin6_addr;
    }
    if ((family != AF_INET && family != AF_INET6) ||
        inet_ntop(family, address, c->peer, sizeof c->peer) == NULL) {
        memcpy(c->peer, "unix", sizeof "unix");
    }
    return c->peer;
}

/* Refused requests may still have their query string in the path. */
static struct text path_of(const struct request *r)
{
    struct text path = r->path;
    const char *mark = path.n == 0 ? NULL : memchr(path.at, '?', path.n);
    path.n = mark == NULL ? path.n : (size_t)(mark - path.at);
    path.n = path.n > LONGEST_PATH ? LONGEST_PATH : path.n;
    return path;
}

void access_log_add(struct log_batch *b, struct client *c, const struct exchange *x,
                    uint64_t duration_us)
{
    const struct request *r = &x->request;
    const struct answer *answer = &x->answer;
    bool has_body = r->method != METHOD_HEAD && answer->status != 204 && answer->status != 304;
    const struct log_field fields[] = {
        log_text("method", text_of(method_name(r->method))),
        log_text("route", text_of(r->route == NULL ? "-" : r->route)),
        log_number("status", (uint64_t)answer->status),
        log_thousandths("duration_ms", duration_us),
        log_number("bytes", has_body ? answer_body(answer).n : 0),
        log_text("peer", text_of(peer_of(c))),
        log_text("request_id", text_of(r->id)),
        log_text("path", path_of(r)),
    };
    log_batch_add(b, LOG_INFO, "request", fields, ARRAY_SIZE(fields));
}
