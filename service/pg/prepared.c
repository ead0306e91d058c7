/*
 * prepared.c - a flat array, searched by hash. A service with twenty resources has a few hundred
 * statements; scanning their hashes costs less than one system call.
 */
#include "pg/prepared.h"

#include <string.h>

static void write_name(char name[PREPARED_NAME], uint64_t number)
{
    snprintf(name, PREPARED_NAME, "s%llu", (unsigned long long)number);
}

static size_t find(const struct prepared *p, const char *sql, uint64_t hash)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->entries[i].hash == hash && strcmp(p->entries[i].sql, sql) == 0) {
            return i;
        }
    }
    return PREPARED_MAX;
}

bool prepared_find(struct prepared *p, const char *sql, uint64_t hash, char ret_name[PREPARED_NAME])
{
    size_t i = find(p, sql, hash);
    if (i == PREPARED_MAX) {
        return false;
    }
    recency_use(&p->recency, p->marks, p->n, i);
    write_name(ret_name, p->entries[i].number);
    return true;
}

static void remove_entry(struct prepared *p, size_t i)
{
    free(p->entries[i].sql);
    recency_leave(&p->recency, &p->marks[i]);
    p->n--;
    p->entries[i] = p->entries[p->n];
    p->marks[i] = p->marks[p->n];
}

bool prepared_add(struct prepared *p, const char *sql, uint64_t hash, char ret_name[PREPARED_NAME],
                  char ret_evicted[PREPARED_NAME])
{
    ret_evicted[0] = '\0';
    char *copy = strdup(sql);
    if (copy == NULL) {
        return false;
    }
    if (p->n == PREPARED_MAX) {
        size_t oldest = recency_oldest(p->marks, p->n);
        write_name(ret_evicted, p->entries[oldest].number);
        remove_entry(p, oldest);
    }
    p->recency.capacity = PREPARED_MAX;
    recency_enter(&p->recency, &p->marks[p->n]);
    p->entries[p->n] =
        (struct prepared_entry){ .hash = hash, .number = p->next_number++, .sql = copy };
    write_name(ret_name, p->entries[p->n].number);
    p->n++;
    return true;
}

void prepared_forget(struct prepared *p, const char *sql, uint64_t hash)
{
    size_t i = find(p, sql, hash);
    if (i < PREPARED_MAX) {
        remove_entry(p, i);
    }
}

void prepared_clear(struct prepared *p)
{
    while (p->n > 0) {
        remove_entry(p, p->n - 1);
    }
}
