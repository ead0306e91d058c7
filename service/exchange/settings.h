/*
 * settings.h - what an operator has decided, read once before workers start, then read-only.
 */
#ifndef BACKREF_EXCHANGE_SETTINGS_H
#define BACKREF_EXCHANGE_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_LISTENERS = 16, MAX_CORS_ORIGINS = 32, MAX_WORKERS = 256 };

/* May requests share the execution of a statement? */
enum coalescing {
    COALESCING_AUTO,   /* those that wait at the same time */
    COALESCING_OFF,    /* none */
    COALESCING_ALWAYS, /* and one that comes alone is sent with a copy of itself: for tests */
};

struct settings {
    const char
        *database; /* libpq conninfo or URL; "" leaves all to libpq's defaults and PG* variables */
    size_t n_listen;
    const char *listen[MAX_LISTENERS]; /* "127.0.0.1:8080", "[::1]:8080", "unix:/path" */
    const char *admin_listen;          /* where health and metrics are, alone; NULL: everywhere */
    const char *tls_certificate;       /* path of a PEM file; NULL: no TLS */
    const char *tls_key;               /* likewise; both or neither */
    const char *model;                 /* path of the model file; NULL: the default model */
    unsigned reflect;       /* 1: instead of a model file, all tables with their foreign keys */
    const char *migrations; /* folder; NULL: the default migrations */
    const char *public_url; /* prefix of every link, without a trailing "/"; "" for relative */
    size_t n_cors_origins;
    const char *cors_origins[MAX_CORS_ORIGINS]; /* "https://app.example.org", "*" for any */

    uint32_t workers;     /* threads; 0 is one per core, resolved before use */
    uint32_t connections; /* to PostgreSQL, per worker */

    unsigned coalescing; /* enum coalescing */

    uint32_t database_wait_ms;     /* how long to wait at start for a database that is not there */
    uint32_t request_timeout_ms;   /* from the whole request to its answer */
    uint32_t queue_timeout_ms;     /* likewise to its first statement's leaving */
    uint32_t statement_timeout_ms; /* PostgreSQL's, per statement */
    uint32_t lock_timeout_ms;      /* PostgreSQL's, per lock */
    uint32_t header_timeout_ms;    /* from the first byte to the end of the header */
    uint32_t body_timeout_ms;      /* for the body */
    uint32_t idle_timeout_ms;      /* of a kept-alive connection between requests */

    uint32_t max_connections; /* of clients, per worker; 0: as many as descriptors allow */
    uint32_t max_connections_per_address; /* likewise, and listener; 0: as many as there may be */
    size_t max_body_bytes;                /* of a request's body */
    size_t max_header_bytes;              /* of a request's target and header fields together */
    size_t max_uri_bytes;                 /* of a request target */
    size_t max_members;                   /* identifiers in one request */
    size_t max_operations;                /* of one atomic request */
    uint32_t max_depth;                   /* nesting of a request's JSON */
    uint32_t max_parameters;              /* in a query string */
    unsigned access_log;                  /* 1: a line for each answer */
    unsigned server_timing;               /* 1: answers say how long they took */
    uint32_t page_size;                   /* when the request names none */
    uint32_t max_page_size;
    uint32_t max_include_depth; /* relationships on a path of include */
    uint32_t max_include;       /* paths of one request, those on the way counted */
    uint32_t max_sort;          /* keys of one list */
    uint32_t max_filters;       /* of one list */
    uint32_t max_filter_values; /* of one filter */
    unsigned page_total;        /* enum page_total: when the request does not say */
};

#endif
