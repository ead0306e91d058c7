/*
 * metrics_text.c - see metrics_text.h. Workers count for themselves; here their counters are
 * added up.
 */
#include "exchange/metrics_text.h"

#include <inttypes.h>
#include <string.h>

#include "pg/pool.h"

enum { MILLISECONDS = 1000, MICROSECONDS = 1000000 };

struct description {
    const char *name;
    const char *type;
    const char *help;
    size_t offset; /* into struct metrics */
};

static const struct description descriptions[] = {
    { "backref_request_body_bytes_total", "counter", "Bytes of the bodies of requests",
      offsetof(struct metrics, received_bytes) },
    { "backref_response_body_bytes_total", "counter", "Bytes of the bodies of answers",
      offsetof(struct metrics, sent_bytes) },
    { "backref_client_connections", "gauge", "Connections of clients that are open",
      offsetof(struct metrics, client_connections) },
    { "backref_requests_waiting", "gauge", "Requests that wait for PostgreSQL",
      offsetof(struct metrics, waiting) },
    { "backref_batches_waiting", "gauge", "Groups of statements that wait for a connection",
      offsetof(struct metrics, waiting_batches) },
    { "backref_batches_in_flight", "gauge", "Groups of statements that PostgreSQL works on",
      offsetof(struct metrics, in_flight) },
    { "backref_batches_total", "counter", "Groups of statements sent to PostgreSQL",
      offsetof(struct metrics, batches) },
    { "backref_batched_requests_total", "counter", "Requests that those groups carried",
      offsetof(struct metrics, batched_requests) },
    { "backref_plans_made_total", "counter", "Reads of a shape that had to be planned",
      offsetof(struct metrics, plans_made) },
    { "backref_plans_known_total", "counter", "Reads of a shape that was planned before",
      offsetof(struct metrics, plans_known) },
    { "backref_prepared_statements_total", "counter", "Statements prepared by connections",
      offsetof(struct metrics, prepared) },
    { "backref_retries_total", "counter", "Groups that were run again",
      offsetof(struct metrics, retries) },
    { "backref_cancels_total", "counter", "Groups cancelled because nobody waited any longer",
      offsetof(struct metrics, cancels) },
    { "backref_database_sends_total", "counter", "Writes to PostgreSQL's sockets",
      offsetof(struct metrics, database_sends) },
    { "backref_database_connections", "gauge", "Connections to PostgreSQL that are ready",
      offsetof(struct metrics, database_connections) },
};

static const char *const client_kinds[CLIENT_KINDS] = {
    [CLIENTS_IDLE] = "idle",
    [CLIENTS_READING] = "reading",
    [CLIENTS_WORKING] = "working",
};
static const char *const connection_kinds[CONNECTION_KINDS] = {
    [POOL_CLOSED] = "closed",
    [POOL_CONNECTING] = "connecting",
    [POOL_IDLE] = "idle",
    [POOL_BUSY] = "busy",
};

_Static_assert(CONNECTION_KINDS == (int)POOL_KINDS, "each kind has a counter");

static uint64_t sum(const struct service *service, size_t offset)
{
    uint64_t total = 0;
    for (size_t i = 0; i < service->settings->workers; i++) {
        _Atomic uint64_t *counter =
            (_Atomic uint64_t *)(void *)((char *)&service->metrics[i] + offset);
        total += atomic_load_explicit(counter, memory_order_relaxed);
    }
    return total;
}

static void write_head(struct buf *b, const char *name, const char *type, const char *help)
{
    buf_addf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* ---- by operation ---------------------------------------------------------------------------- */

/* What all workers say of one operation. */
struct totals {
    const char *name;
    uint64_t durations[STATUS_CLASSES][DURATION_BUCKETS];
    uint64_t duration_us[STATUS_CLASSES];
};

static struct totals *totals_of(struct totals *all, size_t *n, const char *name)
{
    for (size_t i = 0; i < *n; i++) {
        if (all[i].name == name) {
            return &all[i];
        }
    }
    ASSERT(*n < OPERATION_SLOTS);
    all[*n].name = name;
    return &all[(*n)++];
}

static void add_totals(struct totals *t, const struct operation_metrics *m)
{
    for (size_t c = 0; c < STATUS_CLASSES; c++) {
        t->duration_us[c] += atomic_load_explicit(&m->duration_us[c], memory_order_relaxed);
        for (size_t i = 0; i < DURATION_BUCKETS; i++) {
            t->durations[c][i] += atomic_load_explicit(&m->durations[c][i], memory_order_relaxed);
        }
    }
}

static size_t add_up(const struct service *service, struct totals *all)
{
    size_t n = 0;
    for (size_t w = 0; w < service->settings->workers; w++) {
        for (size_t i = 0; i < OPERATION_SLOTS; i++) {
            const struct operation_metrics *m = &service->metrics[w].operations[i];
            const char *name = atomic_load_explicit(&m->name, memory_order_relaxed);
            if (name == NULL) {
                break;
            }
            add_totals(totals_of(all, &n, name), m);
        }
    }
    return n;
}

static uint64_t count_of(const struct totals *t, size_t class)
{
    uint64_t count = 0;
    for (size_t i = 0; i < DURATION_BUCKETS; i++) {
        count += t->durations[class][i];
    }
    return count;
}

static void write_histogram(struct buf *b, const struct totals *t, size_t class)
{
    static const char name[] = "backref_request_duration_seconds";
    uint64_t count = 0;
    for (size_t i = 0; i < DURATION_BUCKETS; i++) {
        count += t->durations[class][i];
        buf_addf(b, "%s_bucket{operation=\"%s\",status=\"%zuxx\",le=\"", name, t->name, class);
        if (i < DURATION_BUCKETS - 1) {
            buf_addf(b, "%g", (double)metrics_duration_bounds_us[i] / MICROSECONDS);
        } else {
            buf_add_literal(b, "+Inf");
        }
        buf_addf(b, "\"} %" PRIu64 "\n", count);
    }
    buf_addf(b, "%s_sum{operation=\"%s\",status=\"%zuxx\"} %.6f\n", name, t->name, class,
             (double)t->duration_us[class] / MICROSECONDS);
    buf_addf(b, "%s_count{operation=\"%s\",status=\"%zuxx\"} %" PRIu64 "\n", name, t->name, class,
             count);
}

static void write_operations(const struct service *service, struct buf *b)
{
    struct totals *all = arena_zalloc(b->arena, OPERATION_SLOTS, sizeof *all);
    if (all == NULL) {
        return; /* the answer says so: the arena is over budget */
    }
    size_t n = add_up(service, all);
    write_head(b, "backref_requests_total", "counter", "Answers, by operation and class of status");
    for (size_t i = 0; i < n * STATUS_CLASSES; i++) {
        const struct totals *t = &all[i / STATUS_CLASSES];
        size_t class = i % STATUS_CLASSES;
        uint64_t count = count_of(t, class);
        if (count > 0) {
            buf_addf(b, "backref_requests_total{operation=\"%s\",status=\"%zuxx\"} %" PRIu64 "\n",
                     t->name, class, count);
        }
    }
    write_head(b, "backref_request_duration_seconds", "histogram",
               "Time from a request's header to the end of its answer");
    for (size_t i = 0; i < n * STATUS_CLASSES; i++) {
        if (count_of(&all[i / STATUS_CLASSES], i % STATUS_CLASSES) > 0) {
            write_histogram(b, &all[i / STATUS_CLASSES], i % STATUS_CLASSES);
        }
    }
}

/* ---- by relationship ------------------------------------------------------------------------- */

static uint64_t count_members(const struct service *service, size_t id, enum link_write write)
{
    uint64_t n = 0;
    for (size_t w = 0; w < service->settings->workers; w++) {
        struct link_metrics *own = &service->links[w * service->model->n_relationships + id];
        n += atomic_load_explicit(&own->members[write], memory_order_relaxed);
    }
    return n;
}

static void write_relationship(const struct service *service, const struct relationship *rel,
                               struct buf *b)
{
    static const char *const names[LINK_WRITES] = {
        [LINKS_ADDED] = "link",
        [LINKS_REMOVED] = "unlink",
        [LINKS_REPLACED] = "replace",
    };
    for (enum link_write write = LINKS_ADDED; write < LINK_WRITES; write++) {
        uint64_t n = count_members(service, rel->id, write);
        if (n > 0) {
            buf_addf(b,
                     "backref_link_members_total{type=\"%s\",relationship=\"%s\",change=\"%s\"}"
                     " %" PRIu64 "\n",
                     rel->owner->type, rel->name, names[write], n);
        }
    }
}

static void write_relationships(const struct service *service, struct buf *b)
{
    write_head(b, "backref_link_members_total", "counter",
               "Members named by writes that succeeded, by relationship and change");
    for (size_t i = 0; i < service->model->n_resources; i++) {
        const struct resource *resource = &service->model->resources[i];
        for (size_t k = 0; k < resource->n_relationships; k++) {
            write_relationship(service, &resource->relationships[k], b);
        }
    }
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void write_batch_sizes(const struct service *service, struct buf *b)
{
    static const char name[] = "backref_batch_size";
    uint64_t count = 0;
    write_head(b, name, "histogram", "Requests in a group of statements sent to PostgreSQL");
    for (size_t i = 0; i < BATCH_BUCKETS; i++) {
        count += sum(service, offsetof(struct metrics, batch_sizes) + i * sizeof(uint64_t));
        if (i < BATCH_BUCKETS - 1) {
            buf_addf(b, "%s_bucket{le=\"%" PRIu64 "\"} %" PRIu64 "\n", name,
                     metrics_batch_bounds[i], count);
        }
    }
    buf_addf(b, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %" PRIu64 "\n%s_count %" PRIu64 "\n",
             name, count, name, sum(service, offsetof(struct metrics, batched_requests)), name,
             count);
}

static void write_kinds(const struct service *service, struct buf *b, const char *name,
                        const char *const *kinds, size_t n, size_t offset)
{
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, "%s{state=\"%s\"} %" PRIu64 "\n", name, kinds[i],
                 sum(service, offset + i * sizeof(uint64_t)));
    }
}

static void write_states(const struct service *service, struct buf *b)
{
    write_head(b, "backref_client_states", "gauge", "Connections of clients, by what they do");
    write_kinds(service, b, "backref_client_states", client_kinds, CLIENT_KINDS,
                offsetof(struct metrics, clients));
    write_head(b, "backref_database_states", "gauge", "Connections to PostgreSQL, by state");
    write_kinds(service, b, "backref_database_states", connection_kinds, CONNECTION_KINDS,
                offsetof(struct metrics, pool));
}

/* Not a sum: one worker's oldest request is the oldest of all. */
static void write_queue_age(const struct service *service, struct buf *b)
{
    uint64_t oldest = 0;
    for (size_t i = 0; i < service->settings->workers; i++) {
        uint64_t age =
            atomic_load_explicit(&service->metrics[i].queue_age_ms, memory_order_relaxed);
        oldest = age > oldest ? age : oldest;
    }
    write_head(b, "backref_queue_age_seconds", "gauge",
               "How long the oldest request that waits for PostgreSQL has waited");
    buf_addf(b, "backref_queue_age_seconds %.3f\n", (double)oldest / MILLISECONDS);
}

void metrics_write(const struct service *service, struct buf *b)
{
    write_head(b, "backref_build_info", "gauge", "The program that runs");
    buf_addf(b, "backref_build_info{version=\"%s\"} 1\n", service->version);
    write_head(b, "backref_workers", "gauge", "Threads that answer requests");
    buf_addf(b, "backref_workers %" PRIu32 "\n", service->settings->workers);
    write_operations(service, b);
    write_relationships(service, b);
    for (size_t i = 0; i < ARRAY_SIZE(descriptions); i++) {
        const struct description *d = &descriptions[i];
        write_head(b, d->name, d->type, d->help);
        buf_addf(b, "%s %" PRIu64 "\n", d->name, sum(service, d->offset));
    }
    write_batch_sizes(service, b);
    write_states(service, b);
    write_queue_age(service, b);
    metrics_write_process(b);
}
