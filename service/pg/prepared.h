/*
 * prepared.h - which statements one connection has prepared, and under which names.
 *
 * Bounded: when it is full, one makes room, see base/recency.h.
 */
#ifndef BACKREF_PG_PREPARED_H
#define BACKREF_PG_PREPARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/recency.h"

enum { PREPARED_MAX = 256, PREPARED_NAME = 24 };

struct prepared_entry {
    uint64_t hash;
    uint64_t number; /* of its name */
    char *sql;       /* owned */
};

struct prepared {
    size_t n;
    uint64_t next_number; /* also: how many there have been */
    struct recency recency;
    struct recency_mark marks[PREPARED_MAX];
    struct prepared_entry entries[PREPARED_MAX];
};

/*
 * prepared_find() - the name under which `sql` is prepared, into `ret_name`; false when it is not.
 */
bool prepared_find(struct prepared *p, const char *sql, uint64_t hash,
                   char ret_name[PREPARED_NAME]);

/*
 * prepared_add() - note that `sql` is about to be prepared, under a new name.
 *
 * ret_evicted  the name of the statement that has to be deallocated first, or ""
 * Returns:     false when out of memory; nothing is noted then
 */
bool prepared_add(struct prepared *p, const char *sql, uint64_t hash, char ret_name[PREPARED_NAME],
                  char ret_evicted[PREPARED_NAME]) MUST_CHECK;

/* prepared_forget() - `sql` is not prepared after all; one that is not noted is fine. */
void prepared_forget(struct prepared *p, const char *sql, uint64_t hash);

/* prepared_clear() - nothing is prepared: a new connection. */
void prepared_clear(struct prepared *p);

#endif
