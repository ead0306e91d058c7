/*
 * address.c - see address.h. Only a single host name is looked up here: of several hosts libpq
 * tries one after the other itself, which is what a list of hosts is for.
 */
#include "pg/address.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <stdbool.h>
#include <string.h>

struct address {
    char *name; /* NULL: there is nothing to look up */
    struct gaicb lookup;
    struct addrinfo hints;
    bool is_pending;
    bool is_known;
    char text[INET6_ADDRSTRLEN];
};

static const char *find_option(const PQconninfoOption *options, const char *keyword)
{
    for (; options != NULL && options->keyword != NULL; options++) {
        if (strcmp(options->keyword, keyword) == 0) {
            return options->val == NULL ? "" : options->val;
        }
    }
    return "";
}

/* A name that has to be looked up: no path of a socket, no list, no address. */
static bool is_name(const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];
    return host[0] != '\0' && host[0] != '/' && host[0] != '@' && strchr(host, ',') == NULL &&
           inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

struct address *address_new(const char *conninfo)
{
    struct address *a = calloc(1, sizeof *a);
    PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
    PQconninfoOption *defaults = PQconndefaults();
    const char *host = find_option(given, "host");
    const char *hostaddr = find_option(given, "hostaddr");
    if (host[0] == '\0' && hostaddr[0] == '\0') {
        host = find_option(defaults, "host");
        hostaddr = find_option(defaults, "hostaddr");
    }
    bool copied = true;
    if (a != NULL && hostaddr[0] == '\0' && is_name(host)) {
        a->name = strdup(host);
        copied = a->name != NULL;
    }
    PQconninfoFree(given);
    PQconninfoFree(defaults);
    return copied ? a : address_free(a);
}

static void forget(struct address *a)
{
    if (a->lookup.ar_result != NULL) {
        freeaddrinfo(a->lookup.ar_result);
        a->lookup.ar_result = NULL;
    }
    a->is_known = false;
}

struct address *address_free(struct address *a)
{
    if (a == NULL) {
        return NULL;
    }
    if (a->is_pending && gai_cancel(&a->lookup) == EAI_NOTCANCELED) {
        const struct gaicb *const lookups[1] = { &a->lookup };
        gai_suspend(lookups, 1,
                    NULL); /* at the end of the process only; the resolver's own limit */
    }
    forget(a);
    free(a->name);
    free(a);
    return NULL;
}

enum address_state address_begin(struct address *a)
{
    if (a->name == NULL) {
        return ADDRESS_KNOWN;
    }
    if (!a->is_pending) {
        forget(a);
        a->hints = (struct addrinfo){ .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
        a->lookup = (struct gaicb){ .ar_name = a->name, .ar_request = &a->hints };
        struct gaicb *lookups[1] = { &a->lookup };
        a->is_pending = getaddrinfo_a(GAI_NOWAIT, lookups, 1, NULL) == 0;
    }
    return address_poll(a);
}

static bool write_address(struct address *a)
{
    const struct addrinfo *found = a->lookup.ar_result;
    return found != NULL && getnameinfo(found->ai_addr, found->ai_addrlen, a->text, sizeof a->text,
                                        NULL, 0, NI_NUMERICHOST) == 0;
}

enum address_state address_poll(struct address *a)
{
    if (a->is_pending) {
        int result = gai_error(&a->lookup);
        if (result == EAI_INPROGRESS) {
            return ADDRESS_PENDING;
        }
        a->is_pending = false;
        a->is_known = result == 0 && write_address(a);
    }
    return a->is_known ? ADDRESS_KNOWN : ADDRESS_UNKNOWN;
}

const char *address_hosts(const struct address *a)
{
    return a->is_known ? a->text : NULL;
}
