/*
 * metrics.c - see metrics.h. Names and units follow Prometheus' conventions.
 */
#include "exchange/metrics.h"

#include <inttypes.h>
#include <stddef.h>

static const uint64_t bucket_bounds_us[DURATION_BUCKETS - 1] = {
    250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 500000, 2500000, 10000000,
};

struct description {
    const char *name;
    const char *type;
    const char *help;
    size_t offset;
};

static const struct description descriptions[] = {
    { "backref_client_connections", "gauge", "Connections of clients that are open",
      offsetof(struct metrics, client_connections) },
    { "backref_requests_waiting", "gauge", "Requests that wait for PostgreSQL",
      offsetof(struct metrics, waiting) },
    { "backref_batches_total", "counter", "Groups of statements sent to PostgreSQL",
      offsetof(struct metrics, batches) },
    { "backref_batched_requests_total", "counter", "Requests that those groups carried",
      offsetof(struct metrics, batched_requests) },
    { "backref_retries_total", "counter", "Groups that were run again",
      offsetof(struct metrics, retries) },
    { "backref_cancels_total", "counter", "Groups cancelled because nobody waited any longer",
      offsetof(struct metrics, cancels) },
    { "backref_database_sends_total", "counter", "Writes to PostgreSQL's sockets",
      offsetof(struct metrics, database_sends) },
    { "backref_database_connections", "gauge", "Connections to PostgreSQL that are ready",
      offsetof(struct metrics, database_connections) },
};

void metrics_count_request(struct metrics *m, int status, uint64_t us)
{
    size_t bucket = 0;
    while (bucket < DURATION_BUCKETS - 1 && us > bucket_bounds_us[bucket]) {
        bucket++;
    }
    size_t status_class = status >= 100 && status < 600 ? (size_t)status / 100 : 0;
    metrics_add(&m->requests[status_class], 1);
    metrics_add(&m->durations[bucket], 1);
    metrics_add(&m->duration_us, us);
}

static uint64_t sum(struct metrics *m, size_t n, size_t offset)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) {
        _Atomic uint64_t *counter = (_Atomic uint64_t *)(void *)((char *)&m[i] + offset);
        total += atomic_load_explicit(counter, memory_order_relaxed);
    }
    return total;
}

static void write_requests(struct metrics *m, size_t n, struct buf *b)
{
    buf_add_literal(b, "# HELP backref_requests_total Answers, by class of status\n"
                       "# TYPE backref_requests_total counter\n");
    for (size_t i = 1; i < STATUS_CLASSES; i++) {
        size_t offset = offsetof(struct metrics, requests) + i * sizeof m->requests[0];
        buf_addf(b, "backref_requests_total{status=\"%zuxx\"} %" PRIu64 "\n", i, sum(m, n, offset));
    }
}

static void write_durations(struct metrics *m, size_t n, struct buf *b)
{
    uint64_t count = 0;
    buf_add_literal(b, "# HELP backref_request_duration_seconds Time from request to answer\n"
                       "# TYPE backref_request_duration_seconds histogram\n");
    for (size_t i = 0; i < DURATION_BUCKETS; i++) {
        count += sum(m, n, offsetof(struct metrics, durations) + i * sizeof m->durations[0]);
        buf_add_literal(b, "backref_request_duration_seconds_bucket{le=\"");
        if (i < DURATION_BUCKETS - 1) {
            buf_addf(b, "%g", (double)bucket_bounds_us[i] / 1e6);
        } else {
            buf_add_literal(b, "+Inf");
        }
        buf_addf(b, "\"} %" PRIu64 "\n", count);
    }
    buf_addf(b, "backref_request_duration_seconds_sum %.6f\n",
             (double)sum(m, n, offsetof(struct metrics, duration_us)) / 1e6);
    buf_addf(b, "backref_request_duration_seconds_count %" PRIu64 "\n", count);
}

void metrics_write(struct metrics *m, size_t n, struct buf *b)
{
    write_requests(m, n, b);
    write_durations(m, n, b);
    for (size_t i = 0; i < sizeof descriptions / sizeof descriptions[0]; i++) {
        const struct description *d = &descriptions[i];
        buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", d->name, d->help, d->name,
                 d->type, d->name, sum(m, n, d->offset));
    }
}
