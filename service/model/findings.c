/*
 * findings.c - everything that is wrong with a model file, collected, and put into the file's
 * order.
 */
#include <errno.h>
#include <stdint.h>

#include "model/resolving.h"

static const char *copy_or_empty(struct arena *a, const char *s)
{
    const char *copy = arena_strdup(a, s == NULL ? "" : s);
    return copy == NULL ? "" : copy;
}

void findings_add(struct findings *f, enum finding_level level, const char *pointer,
                  const char *reason, const char *remedy)
{
    if (level == FINDING_ERROR) {
        f->n_errors++;
    } else if (level == FINDING_WARNING) {
        f->n_warnings++;
    }
    struct finding *finding = arena_zalloc(f->arena, 1, sizeof *finding);
    if (finding == NULL) {
        return; /* counted all the same: the model is refused */
    }
    *finding = (struct finding){
        .level = level,
        .pointer = copy_or_empty(f->arena, pointer),
        .reason = copy_or_empty(f->arena, reason),
        .remedy = copy_or_empty(f->arena, remedy),
    };
    if (f->last == NULL) {
        f->first = finding;
    } else {
        f->last->next = finding;
    }
    f->last = finding;
}

/* Where `pointer` stands among `places`, or else the nearest place around it. */
static size_t place_of(struct declared_names places, const char *pointer)
{
    size_t best = 0;
    size_t best_length = 0;
    for (size_t i = 0; i < places.n; i++) {
        size_t n = strlen(places.at[i]);
        if (n >= best_length && strncmp(places.at[i], pointer, n) == 0 &&
            (pointer[n] == '\0' || pointer[n] == '/')) {
            best = i;
            best_length = n;
        }
    }
    return best;
}

int findings_sort(struct arena *a, struct findings *f, struct declared_names places)
{
    size_t n = 0;
    for (const struct finding *at = f->first; at != NULL; at = at->next) {
        n++;
    }
    struct finding **sorted = arena_zalloc(a, n, sizeof *sorted);
    size_t *keys = arena_zalloc(a, n, sizeof *keys);
    if (sorted == NULL || keys == NULL) {
        return -ENOMEM;
    }
    size_t n_sorted = 0;
    for (struct finding *at = f->first; at != NULL; at = at->next) {
        size_t key = place_of(places, at->pointer);
        size_t i = n_sorted++;
        for (; i > 0 && keys[i - 1] > key; i--) {
            keys[i] = keys[i - 1];
            sorted[i] = sorted[i - 1];
        }
        keys[i] = key;
        sorted[i] = at;
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i]->next = i + 1 < n ? sorted[i + 1] : NULL;
    }
    f->first = n == 0 ? NULL : sorted[0];
    f->last = n == 0 ? NULL : sorted[n - 1];
    return 0;
}
