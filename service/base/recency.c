/*
 * recency.c - see recency.h. A segmented LRU.
 */
#include "base/recency.h"

#include "base/defs.h"

/* The one of this kind that was used longest ago; `n` when there is none. */
static size_t oldest_of(const struct recency_mark *marks, size_t n, bool is_proven)
{
    size_t oldest = n;
    for (size_t i = 0; i < n; i++) {
        bool is_older = oldest == n || marks[i].used < marks[oldest].used;
        if (marks[i].is_proven == is_proven && is_older) {
            oldest = i;
        }
    }
    return oldest;
}

void recency_enter(struct recency *r, struct recency_mark *mark)
{
    *mark = (struct recency_mark){ .used = ++r->clock };
}

void recency_use(struct recency *r, struct recency_mark *marks, size_t n, size_t i)
{
    ASSERT(i < n);
    marks[i].used = ++r->clock;
    if (marks[i].is_proven) {
        return;
    }
    marks[i].is_proven = true;
    r->n_proven++;
    if (r->n_proven > r->capacity - r->capacity / 4) {
        size_t oldest = oldest_of(marks, n, true);
        marks[oldest].is_proven = false;
        marks[oldest].used = ++r->clock; /* it had its merits: the last of the others to go */
        r->n_proven--;
    }
}

void recency_retire(struct recency *r, struct recency_mark *mark)
{
    recency_leave(r, mark);
    *mark = (struct recency_mark){ .used = 0 };
}

void recency_leave(struct recency *r, const struct recency_mark *mark)
{
    r->n_proven -= mark->is_proven ? 1 : 0;
}

size_t recency_oldest(const struct recency_mark *marks, size_t n)
{
    size_t oldest = oldest_of(marks, n, false);
    return oldest < n ? oldest : oldest_of(marks, n, true);
}
