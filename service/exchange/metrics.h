/*
 * metrics.h - counters of one worker, for GET /metrics.
 *
 * Only the worker itself writes its counters; whoever answers GET /metrics reads all of them.
 * They are atomics with relaxed order: plain loads and stores on every machine that the service
 * runs on.
 */
#ifndef BACKREF_EXCHANGE_METRICS_H
#define BACKREF_EXCHANGE_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DURATION_BUCKETS = 12, /* of a histogram, the last one without bound */
    BATCH_BUCKETS = 8,     /* likewise */
    STATUS_CLASSES = 6,    /* by the first digit of the status */
    OPERATION_SLOTS = 48,  /* more than there are operations */
    CONNECTION_KINDS = 4,  /* of enum pool_kind */
};

/* What a write does with the members that it names; LINKS_NONE: it names none. */
enum link_write { LINKS_NONE, LINKS_ADDED, LINKS_REMOVED, LINKS_REPLACED, LINK_WRITES };

/* What was written of one relationship; as for struct metrics, each worker has its own. */
struct link_metrics {
    _Atomic uint64_t members[LINK_WRITES]; /* named by writes that succeeded */
};

/* What connections of clients are doing. */
enum client_kind { CLIENTS_IDLE, CLIENTS_READING, CLIENTS_WORKING, CLIENT_KINDS };

/* What the answers of one operation were like, by class of status. */
struct operation_metrics {
    _Atomic(const char *) name; /* of the operation, a constant; NULL: the slot is free */
    _Atomic uint64_t durations[STATUS_CLASSES][DURATION_BUCKETS];
    _Atomic uint64_t duration_us[STATUS_CLASSES]; /* sums */
};

struct metrics {
    struct operation_metrics operations[OPERATION_SLOTS];
    _Atomic uint64_t received_bytes; /* of bodies */
    _Atomic uint64_t sent_bytes;     /* likewise */

    _Atomic uint64_t client_connections;         /* open now */
    _Atomic uint64_t clients[CLIENT_KINDS];      /* the same, by what they do */
    _Atomic uint64_t waiting;                    /* requests that wait for PostgreSQL now */
    _Atomic uint64_t waiting_batches;            /* groups that wait for a connection now */
    _Atomic uint64_t queue_age_ms;               /* how long the oldest of those requests waits */
    _Atomic uint64_t batches;                    /* groups sent to PostgreSQL */
    _Atomic uint64_t batched_requests;           /* requests that they carried */
    _Atomic uint64_t batch_sizes[BATCH_BUCKETS]; /* groups by that number */
    _Atomic uint64_t plans_made;                 /* shapes of reads that were planned */
    _Atomic uint64_t plans_known;                /* reads whose shape was planned before */
    _Atomic uint64_t prepared;                   /* statements that connections have prepared */
    _Atomic uint64_t retries;
    _Atomic uint64_t cancels;
    _Atomic uint64_t database_sends;         /* writes to PostgreSQL's sockets */
    _Atomic uint64_t database_connections;   /* ready now */
    _Atomic uint64_t pool[CONNECTION_KINDS]; /* all of them, by state */
    _Atomic uint64_t in_flight;              /* groups that PostgreSQL works on now */
};

/* One answer, when it has been sent. */
struct answered {
    const char *operation; /* its name, a constant; NULL: the request never got so far */
    int status;
    uint64_t duration_us;
    size_t received_bytes; /* of the request's body */
    size_t sent_bytes;     /* of the answer's */
};

/* metrics_add() - by the worker that owns the counter only. */
static inline void metrics_add(_Atomic uint64_t *counter, uint64_t n)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + n, memory_order_relaxed);
}

/* metrics_set() - likewise. */
static inline void metrics_set(_Atomic uint64_t *counter, uint64_t value)
{
    atomic_store_explicit(counter, value, memory_order_relaxed);
}

/* metrics_count_answer() - one more answer. Cost: a look at the operations in use. */
void metrics_count_answer(struct metrics *m, const struct answered *answered);

/* metrics_count_batch() - one more group for PostgreSQL, that carries `n` requests. */
void metrics_count_batch(struct metrics *m, size_t n);

#endif
