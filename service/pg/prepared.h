/*
 * prepared.h - which statements one connection has prepared, by number.
 *
 * It mirrors what the server holds: at most PREPARED_MAX. When it is full, one makes room, see
 * base/recency.h, and is about to be deallocated, in the same group and ahead of the new one. Both
 * are taken for done only when the server says so: an earlier statement of the group that fails has
 * PostgreSQL skip them, and then the old one keeps its place and the new one has none.
 */
#ifndef BACKREF_PG_PREPARED_H
#define BACKREF_PG_PREPARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/recency.h"

enum {
    PREPARED_MAX = 256,
    PREPARED_LEAVING_MAX = 64, /* about to be deallocated, at the same time */
};

struct prepared_entry {
    uint64_t hash;
    uint64_t number;
    char *sql;         /* owned; NULL: outdated, waiting to make room */
    bool has_answered; /* with rows, at least once */
};

/* One that has made room, until the server has deallocated it. */
struct prepared_leaving {
    uint64_t successor; /* the number of the one that takes its place */
    struct recency_mark mark;
    struct prepared_entry entry;
};

struct prepared {
    size_t n;
    size_t n_leaving;
    uint64_t n_added; /* ever: the latest number */
    struct recency recency;
    struct recency_mark marks[PREPARED_MAX];
    struct prepared_entry entries[PREPARED_MAX];
    struct prepared_leaving leaving[PREPARED_LEAVING_MAX];
};

/*
 * prepared_find() - the number under which `sql` is prepared, or about to be; 0 when it is not.
 *
 * ret_has_answered  has prepared_answered() been told of it?
 */
uint64_t prepared_find(struct prepared *p, const char *sql, uint64_t hash, bool *ret_has_answered);

/*
 * prepared_add() - note that `sql` is about to be prepared, under a number that is never given
 * again.
 *
 * ret_evicted  the number of the statement that has to be deallocated first, or 0
 * Cost:        a copy of `sql`
 * Returns:     0 when there is no memory, or when too many are about to be deallocated; nothing is
 *              noted then, and the statement can be sent without being prepared
 */
uint64_t prepared_add(struct prepared *p, const char *sql, uint64_t hash, uint64_t *ret_evicted)
    MUST_CHECK;

/* prepared_answered() - rows of `number` have come. Cost: a look at all numbers. */
void prepared_answered(struct prepared *p, uint64_t number);

/* prepared_made_room() - what was to be deallocated ahead of `number` has been. */
void prepared_made_room(struct prepared *p, uint64_t number);

/*
 * prepared_refuse() - `number` was refused, or skipped, and so was all that has not been reported
 * yet: what should have made room for it is there still.
 */
void prepared_refuse(struct prepared *p, uint64_t number);

/*
 * prepared_outdate() - `sql` must be prepared anew; the server holds the present one until it makes
 * room. One that is not noted is fine.
 */
void prepared_outdate(struct prepared *p, const char *sql, uint64_t hash);

/* prepared_clear() - the server holds none: a new connection. */
void prepared_clear(struct prepared *p);

#endif
