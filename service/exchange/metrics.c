/*
 * metrics.c - see metrics.h.
 */
#include "exchange/metrics.h"

#include "base/defs.h"
#include "exchange/metrics_text.h"

const uint64_t metrics_duration_bounds_us[DURATION_BUCKETS - 1] = {
    250, 500, 1000, 2500, 5000, 10000, 25000, 100000, 500000, 2500000, 10000000,
};
const uint64_t metrics_batch_bounds[BATCH_BUCKETS - 1] = { 1, 2, 4, 8, 16, 32, 64 };

static size_t find_bucket(const uint64_t *bounds, size_t n, uint64_t value)
{
    size_t i = 0;
    while (i < n && value > bounds[i]) {
        i++;
    }
    return i;
}

/* The operation's slot; the first answer takes a free one. Names are the same for all workers. */
static struct operation_metrics *slot_of(struct metrics *m, const char *name)
{
    for (size_t i = 0; i < OPERATION_SLOTS; i++) {
        struct operation_metrics *slot = &m->operations[i];
        const char *taken = atomic_load_explicit(&slot->name, memory_order_relaxed);
        if (taken == NULL) {
            atomic_store_explicit(&slot->name, name, memory_order_relaxed);
            return slot;
        }
        if (taken == name) {
            return slot;
        }
    }
    UNREACHABLE();
}

void metrics_count_answer(struct metrics *m, const struct answered *answered)
{
    static const char unmatched[] = "unmatched";
    const char *name = answered->operation == NULL ? unmatched : answered->operation;
    struct operation_metrics *slot = slot_of(m, name);
    int status = answered->status;
    size_t class = status >= 100 && status < 600 ? (size_t)status / 100 : 0;
    size_t bucket =
        find_bucket(metrics_duration_bounds_us, DURATION_BUCKETS - 1, answered->duration_us);
    metrics_add(&slot->durations[class][bucket], 1);
    metrics_add(&slot->duration_us[class], answered->duration_us);
    metrics_add(&m->received_bytes, answered->received_bytes);
    metrics_add(&m->sent_bytes, answered->sent_bytes);
}

void metrics_count_batch(struct metrics *m, size_t n)
{
    metrics_add(&m->batches, 1);
    metrics_add(&m->batched_requests, n);
    metrics_add(&m->batch_sizes[find_bucket(metrics_batch_bounds, BATCH_BUCKETS - 1, n)], 1);
}
