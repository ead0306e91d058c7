/*
 * metrics.h - counters of one worker, for GET /metrics.
 *
 * Only the worker itself writes its counters; whoever answers GET /metrics reads all of them. They
 * are
 * atomics with relaxed order: plain loads and stores on every machine that the service runs on.
 */
#ifndef BACKREF_EXCHANGE_METRICS_H
#define BACKREF_EXCHANGE_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

enum {
    DURATION_BUCKETS = 12, /* of the histogram, the last one without bound */
    STATUS_CLASSES = 6,    /* by the first digit of the status */
};

struct metrics {
    _Atomic uint64_t requests[STATUS_CLASSES];
    _Atomic uint64_t durations[DURATION_BUCKETS];
    _Atomic uint64_t duration_us;        /* sum */
    _Atomic uint64_t client_connections; /* open now */
    _Atomic uint64_t waiting;            /* requests that wait for PostgreSQL now */
    _Atomic uint64_t batches;            /* groups sent to PostgreSQL */
    _Atomic uint64_t batched_requests;   /* requests that they carried */
    _Atomic uint64_t retries;
    _Atomic uint64_t cancels;
    _Atomic uint64_t database_sends;       /* writes to PostgreSQL's sockets */
    _Atomic uint64_t database_connections; /* ready now */
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

/* metrics_count_request() - one more answer of `status`, `us` microseconds after its request. */
void metrics_count_request(struct metrics *m, int status, uint64_t us);

/* metrics_write() - Prometheus' text format over `n` workers. */
void metrics_write(struct metrics *m, size_t n, struct buf *b);

#endif
