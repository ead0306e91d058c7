/*
 * metrics_text.h - what is measured, in Prometheus' text format. Names and units follow its
 * conventions: base units, counters end in _total.
 */
#ifndef BACKREF_EXCHANGE_METRICS_TEXT_H
#define BACKREF_EXCHANGE_METRICS_TEXT_H

#include "base/buf.h"
#include "exchange/service.h"

extern const uint64_t metrics_duration_bounds_us[DURATION_BUCKETS - 1];
extern const uint64_t metrics_batch_bounds[BATCH_BUCKETS - 1];

/* metrics_write() - the sums over all workers, and figures of the process. */
void metrics_write(const struct service *service, struct buf *b);

/* metrics_write_process() - processor time, memory, descriptors and start of this process. */
void metrics_write_process(struct buf *b);

#endif
