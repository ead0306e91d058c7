/*
 * request_id.c - see request_id.h. New ids come from SplitMix64, whose outputs do not repeat.
 */
#include "http/request_id.h"

#include <stdbool.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

enum { N_DIGITS = 16 };

void request_ids_init(struct request_ids *ids)
{
    if (getrandom(&ids->state, sizeof ids->state, 0) != sizeof ids->state) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        ids->state = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    }
}

static uint64_t next(struct request_ids *ids)
{
    ids->state += 0x9E3779B97F4A7C15u;
    uint64_t z = ids->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static bool is_sane(const char *id)
{
    size_t n = 0;
    while (id[n] > 0x20 && id[n] < 0x7F && n <= REQUEST_ID_MAX) {
        n++;
    }
    return n > 0 && n <= REQUEST_ID_MAX && id[n] == '\0';
}

/* Where the trace id of version-traceid-parentid-flags begins; NULL when `field` is none. */
static const char *find_trace_id(const char *field)
{
    static const char hex[] = "0123456789abcdef";
    static const struct {
        size_t at;
        size_t n;
    } parts[] = { { 0, 2 }, { 3, 32 }, { 36, 16 }, { 53, 2 } };
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        const char *part = field + parts[i].at;
        if (strspn(part, hex) != parts[i].n ||
            (part[parts[i].n] != '-' && (i + 1 < ARRAY_SIZE(parts) || part[parts[i].n] != '\0'))) {
            return NULL;
        }
    }
    bool is_known =
        strncmp(field, "00-", 3) == 0 ? field[55] == '\0' : strncmp(field, "ff", 2) != 0;
    return is_known && strspn(field + 3, "0") < 32 ? field + 3 : NULL;
}

const char *request_id_choose(struct arena *a, struct request_ids *ids, const char *given,
                              const char *traceparent)
{
    const char *id = NULL;
    const char *trace_id = traceparent == NULL ? NULL : find_trace_id(traceparent);
    if (given != NULL && is_sane(given)) {
        id = arena_strdup(a, given);
    } else if (trace_id != NULL) {
        id = arena_copy(a, trace_id, 32);
    } else {
        static const char digits[] = "0123456789abcdef";
        char made[N_DIGITS];
        uint64_t number = next(ids);
        for (size_t i = 0; i < N_DIGITS; i++) {
            made[i] = digits[number >> (60 - 4 * i) & 15];
        }
        id = arena_copy(a, made, N_DIGITS);
    }
    return id == NULL ? "-" : id;
}
