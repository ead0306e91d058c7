/*
 * address.c - see address.h. Only a single host name is looked up here: those of a list are left to
 * libpq, which tries one after the other.
 */
#include "pg/address.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum {
    MAX_ADDRESSES = 8, /* of a name */
    ADDRESS_TEXT = 64,
};

/* One call of the resolver, shared by who asked and the thread that waits for the answer. */
struct lookup {
    char *name;
    size_t first; /* of its addresses, to be tried first */
    size_t host_bytes;
    char *host; /* the name for each address; this and the next are to be read once `is_done` */
    char hostaddr[MAX_ADDRESSES * ADDRESS_TEXT]; /* "" when the name is unknown */
    atomic_bool is_done;
    atomic_int n_holders; /* the last one frees it */
};

/* Several hosts, or what is said of each: "a,b,c"; one word is meant for all. */
struct list {
    char *given; /* NULL: nothing is said */
    char *turned;
};

enum { HOST, HOSTADDR, PORT, LISTS };

struct address {
    char *name;            /* NULL: there is nothing to look up */
    struct lookup *lookup; /* the latest; NULL: none yet */
    struct list lists[LISTS];
    size_t n_hosts; /* of a name that is looked up: at most */
    size_t first;   /* the host that is tried first */
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

static size_t count_words(const char *list)
{
    size_t n = 1;
    for (; *list != '\0'; list++) {
        n += *list == ',' ? 1 : 0;
    }
    return n;
}

static bool copy_list(struct list *list, const char *words)
{
    if (words[0] != '\0') {
        list->given = strdup(words);
        list->turned = strdup(words);
    }
    return words[0] == '\0' || (list->given != NULL && list->turned != NULL);
}

static bool copy_hosts(struct address *a, const char *const words[LISTS])
{
    const char *hosts = words[words[HOSTADDR][0] != '\0' ? HOSTADDR : HOST];
    a->n_hosts = count_words(hosts);
    if (words[HOSTADDR][0] == '\0' && is_name(hosts)) {
        a->n_hosts = MAX_ADDRESSES;
        a->name = strdup(hosts);
        return a->name != NULL;
    }
    bool copied = true;
    for (size_t i = 0; a->n_hosts > 1 && i < LISTS; i++) {
        copied = copied && copy_list(&a->lists[i], words[i]);
    }
    return copied;
}

struct address *address_new(const char *conninfo)
{
    struct address *a = calloc(1, sizeof *a);
    PQconninfoOption *given = PQconninfoParse(conninfo, NULL);
    PQconninfoOption *defaults = PQconndefaults();
    static const char *const keywords[LISTS] = { "host", "hostaddr", "port" };
    const char *words[LISTS];
    for (size_t i = 0; i < LISTS; i++) {
        words[i] = find_option(given, keywords[i]);
        words[i] = find_option(words[i][0] == '\0' ? defaults : given, keywords[i]);
    }
    bool copied = a != NULL && copy_hosts(a, words);
    PQconninfoFree(given);
    PQconninfoFree(defaults);
    return copied ? a : address_free(a);
}

static void release_lookup(struct lookup *l)
{
    if (l != NULL && atomic_fetch_sub(&l->n_holders, 1) == 1) {
        free(l->name);
        free(l->host);
        free(l);
    }
}

struct address *address_free(struct address *a)
{
    if (a != NULL) {
        release_lookup(a->lookup);
        free(a->name);
        for (size_t i = 0; i < LISTS; i++) {
            free(a->lists[i].given);
            free(a->lists[i].turned);
        }
        free(a);
    }
    return NULL;
}

static void add_word(char *list, size_t n_bytes, const char *word)
{
    size_t n = strlen(list);
    snprintf(list + n, n_bytes - n, "%s%s", n == 0 ? "" : ",", word);
}

/* The server may listen on one of its addresses only, so libpq is told all of them. */
static void write_addresses(struct lookup *l, const struct addrinfo *found)
{
    char texts[MAX_ADDRESSES][ADDRESS_TEXT - 1];
    size_t n = 0;
    for (; found != NULL && n < MAX_ADDRESSES; found = found->ai_next) {
        bool written = getnameinfo(found->ai_addr, found->ai_addrlen, texts[n], sizeof texts[n],
                                   NULL, 0, NI_NUMERICHOST) == 0;
        n += written ? 1 : 0;
    }
    for (size_t i = 0; i < n; i++) {
        add_word(l->hostaddr, sizeof l->hostaddr, texts[(l->first + i) % n]);
        add_word(l->host, l->host_bytes, l->name);
    }
}

static void *look_up(void *lookup)
{
    struct lookup *l = lookup;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    if (getaddrinfo(l->name, NULL, &hints, &found) == 0) {
        write_addresses(l, found);
    }
    if (found != NULL) {
        freeaddrinfo(found);
    }
    atomic_store(&l->is_done, true);
    release_lookup(l);
    return NULL;
}

static struct lookup *begin_lookup(const char *name, size_t first)
{
    struct lookup *l = calloc(1, sizeof *l);
    pthread_t thread;
    if (l == NULL) {
        return NULL;
    }
    l->first = first;
    l->host_bytes = MAX_ADDRESSES * (strlen(name) + 1);
    l->host = calloc(1, l->host_bytes);
    l->name = strdup(name);
    atomic_init(&l->n_holders, 2);
    if (l->name == NULL || l->host == NULL || pthread_create(&thread, NULL, look_up, l) != 0) {
        atomic_store(&l->n_holders, 1);
        release_lookup(l);
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
        a->lookup = begin_lookup(a->name, a->first);
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
    return a->lookup->hostaddr[0] == '\0' ? ADDRESS_UNKNOWN : ADDRESS_KNOWN;
}

struct address_options address_options(const struct address *a)
{
    if (a->lookup != NULL) {
        return (struct address_options){ .host = a->lookup->host, .hostaddr = a->lookup->hostaddr };
    }
    if (a->first == 0) {
        return (struct address_options){ .host = NULL };
    }
    return (struct address_options){ .host = a->lists[HOST].turned,
                                     .hostaddr = a->lists[HOSTADDR].turned,
                                     .port = a->lists[PORT].turned };
}

/* ---- several hosts ------------------------------------------------------------------------- */

/* "a,b,c" becomes "b,c,a" when the second is the first. */
static void turn(struct list *list, size_t first)
{
    const char *at = list->given;
    for (size_t i = 0; at != NULL && i < first; i++) {
        const char *comma = strchr(at, ',');
        at = comma == NULL ? NULL : comma + 1;
    }
    if (at != NULL && at != list->given) {
        snprintf(list->turned, strlen(list->given) + 1, "%s,%.*s", at, (int)(at - list->given - 1),
                 list->given);
    }
}

void address_pass_over(struct address *a)
{
    a->first = (a->first + 1) % a->n_hosts;
    for (size_t i = 0; i < LISTS; i++) {
        turn(&a->lists[i], a->first);
    }
}

void address_reset(struct address *a)
{
    a->first = 0;
}
