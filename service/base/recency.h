/*
 * recency.h - which of a bounded number of things makes room for a new one.
 *
 * The one used longest ago, but for those that have been used again since they came: three quarters
 * of the places are theirs. So a flood of things that are used once pushes out only each other.
 */
#ifndef BACKREF_BASE_RECENCY_H
#define BACKREF_BASE_RECENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recency_mark {
    uint64_t used; /* the clock when it was last used */
    bool is_proven;
};

/* Marks of `n` things, kept by the owner of the things, in the same order. */
struct recency {
    uint64_t clock;
    size_t n_proven;
    size_t capacity;
};

/* recency_enter() - the mark of a new thing. */
void recency_enter(struct recency *r, struct recency_mark *mark);

/*
 * recency_use() - thing `i` of `n` is used again. Cost: a look at all marks when that proves it.
 */
void recency_use(struct recency *r, struct recency_mark *marks, size_t n, size_t i);

/* recency_retire() - the thing with this mark is the next one to make room. */
void recency_retire(struct recency *r, struct recency_mark *mark);

/* recency_leave() - the thing with this mark goes, for whatever reason. */
void recency_leave(struct recency *r, const struct recency_mark *mark);

/* recency_oldest() - the one of `n` > 0 things that makes room. Cost: a look at all marks. */
size_t recency_oldest(const struct recency_mark *marks, size_t n);

#endif
