/*
 * address.c - see address.h. Only a single host name is looked up here: of several hosts libpq
 * tries one after the other itself, which is what a list of hosts is for.
 */
#include "pg/address.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* One call of the resolver, shared by who asked and the thread that waits for the answer. */
struct lookup {
    char *name;
    char text[INET6_ADDRSTRLEN]; /* "" when the name is unknown; to be read once `is_done` */
    atomic_bool is_done;
    atomic_int n_holders; /* the last one frees it */
};

struct address {
    char *name;            /* NULL: there is nothing to look up */
    struct lookup *lookup; /* the latest; NULL: none yet */
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

static void release_lookup(struct lookup *l)
{
    if (l != NULL && atomic_fetch_sub(&l->n_holders, 1) == 1) {
        free(l->name);
        free(l);
    }
}

struct address *address_free(struct address *a)
{
    if (a != NULL) {
        release_lookup(a->lookup);
        free(a->name);
        free(a);
    }
    return NULL;
}

static void *look_up(void *lookup)
{
    struct lookup *l = lookup;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    if (getaddrinfo(l->name, NULL, &hints, &found) == 0 &&
        getnameinfo(found->ai_addr, found->ai_addrlen, l->text, sizeof l->text, NULL, 0,
                    NI_NUMERICHOST) != 0) {
        l->text[0] = '\0';
    }
    if (found != NULL) {
        freeaddrinfo(found);
    }
    atomic_store(&l->is_done, true);
    release_lookup(l);
    return NULL;
}

static struct lookup *begin_lookup(const char *name)
{
    struct lookup *l = calloc(1, sizeof *l);
    pthread_t thread;
    if (l == NULL) {
        return NULL;
    }
    l->name = strdup(name);
    atomic_init(&l->n_holders, 2);
    if (l->name == NULL || pthread_create(&thread, NULL, look_up, l) != 0) {
        free(l->name);
        free(l);
        return NULL;
    }
    pthread_detach(thread);
    return l;
}

enum address_state address_begin(struct address *a)
{
    if (a->name == NULL) {
        return ADDRESS_KNOWN;
    }
    if (a->lookup == NULL || atomic_load(&a->lookup->is_done)) {
        release_lookup(a->lookup);
        a->lookup = begin_lookup(a->name);
    }
    return address_poll(a);
}

enum address_state address_poll(struct address *a)
{
    if (a->lookup == NULL) {
        return ADDRESS_UNKNOWN;
    }
    if (!atomic_load(&a->lookup->is_done)) {
        return ADDRESS_PENDING;
    }
    return a->lookup->text[0] == '\0' ? ADDRESS_UNKNOWN : ADDRESS_KNOWN;
}

const char *address_hosts(const struct address *a)
{
    return a->lookup == NULL ? NULL : a->lookup->text;
}
