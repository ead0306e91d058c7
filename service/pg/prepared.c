/*
 * prepared.c - a flat array, searched by hash. A service with twenty resources has a few hundred
 * statements; scanning their hashes costs less than one system call.
 */
#include "pg/prepared.h"

#include <string.h>

static size_t find(const struct prepared *p, const char *sql, uint64_t hash)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct prepared_entry *e = &p->entries[i];
        if (e->hash == hash && e->sql != NULL && strcmp(e->sql, sql) == 0) {
            return i;
        }
    }
    return PREPARED_MAX;
}

uint64_t prepared_find(struct prepared *p, const char *sql, uint64_t hash, bool *ret_has_answered)
{
    size_t i = find(p, sql, hash);
    *ret_has_answered = i < PREPARED_MAX && p->entries[i].has_answered;
    if (i == PREPARED_MAX) {
        return 0;
    }
    recency_use(&p->recency, p->marks, p->n, i);
    return p->entries[i].number;
}

static size_t find_number(const struct prepared *p, uint64_t number)
{
    size_t i = 0;
    while (i < p->n && p->entries[i].number != number) {
        i++;
    }
    return i;
}

void prepared_answered(struct prepared *p, uint64_t number)
{
    size_t i = find_number(p, number);
    if (i < p->n) {
        p->entries[i].has_answered = true;
    }
}

/* Its text is no longer the array's. */
static void take_out(struct prepared *p, size_t i)
{
    recency_leave(&p->recency, &p->marks[i]);
    p->n--;
    p->entries[i] = p->entries[p->n];
    p->marks[i] = p->marks[p->n];
}

static uint64_t evict(struct prepared *p, uint64_t successor)
{
    size_t i = recency_oldest(p->marks, p->n);
    struct prepared_leaving *l = &p->leaving[p->n_leaving++];
    *l = (struct prepared_leaving){ .successor = successor,
                                    .mark = { .used = p->marks[i].used },
                                    .entry = p->entries[i] };
    take_out(p, i);
    return l->entry.number;
}

uint64_t prepared_add(struct prepared *p, const char *sql, uint64_t hash, uint64_t *ret_evicted)
{
    *ret_evicted = 0;
    bool is_full = p->n == PREPARED_MAX;
    char *copy = is_full && p->n_leaving == PREPARED_LEAVING_MAX ? NULL : strdup(sql);
    if (copy == NULL) {
        return 0;
    }
    uint64_t number = ++p->n_added;
    if (is_full) {
        *ret_evicted = evict(p, number);
    }
    p->recency.capacity = PREPARED_MAX;
    recency_enter(&p->recency, &p->marks[p->n]);
    p->entries[p->n++] = (struct prepared_entry){ .hash = hash, .number = number, .sql = copy };
    return number;
}

/* ---- those that leave ---------------------------------------------------------------------- */

static struct prepared_leaving *find_successor(struct prepared *p, uint64_t successor)
{
    for (size_t i = 0; i < p->n_leaving; i++) {
        if (p->leaving[i].successor == successor) {
            return &p->leaving[i];
        }
    }
    return NULL;
}

static void remove_leaving(struct prepared *p, struct prepared_leaving *l)
{
    *l = p->leaving[--p->n_leaving];
}

void prepared_made_room(struct prepared *p, uint64_t number)
{
    struct prepared_leaving *l = find_successor(p, number);
    if (l != NULL) {
        free(l->entry.sql);
        remove_leaving(p, l);
    }
}

/* `number` has made room for another before it was there: whatever it replaced does so instead. */
static void refuse_leaving(struct prepared *p, uint64_t number)
{
    size_t i = 0;
    while (i < p->n_leaving && p->leaving[i].entry.number != number) {
        i++;
    }
    if (i == p->n_leaving) {
        return;
    }
    uint64_t successor = p->leaving[i].successor;
    free(p->leaving[i].entry.sql);
    remove_leaving(p, &p->leaving[i]);
    struct prepared_leaving *replaced = find_successor(p, number);
    if (replaced != NULL) {
        replaced->successor = successor;
    }
}

void prepared_refuse(struct prepared *p, uint64_t number)
{
    size_t i = find_number(p, number);
    if (i == p->n) {
        refuse_leaving(p, number);
        return;
    }
    free(p->entries[i].sql);
    take_out(p, i);
    struct prepared_leaving *replaced = find_successor(p, number);
    if (replaced != NULL) {
        p->entries[p->n] = replaced->entry;
        p->marks[p->n++] = replaced->mark;
        remove_leaving(p, replaced);
    }
}

void prepared_outdate(struct prepared *p, const char *sql, uint64_t hash)
{
    size_t i = find(p, sql, hash);
    if (i < PREPARED_MAX) {
        free(p->entries[i].sql);
        p->entries[i].sql = NULL;
        recency_retire(&p->recency, &p->marks[i]);
    }
}

void prepared_clear(struct prepared *p)
{
    while (p->n > 0) {
        free(p->entries[p->n - 1].sql);
        take_out(p, p->n - 1);
    }
    while (p->n_leaving > 0) {
        free(p->leaving[--p->n_leaving].entry.sql);
    }
}
