/*
 * inverse.c - see inverse.h. Members are compared by their keys' bytes, sorted once, so that
 * thousands of members cost no more than sorting them.
 */
#include "relationship/inverse.h"

#include <stdlib.h>
#include <string.h>

#include "jsonapi/document_write.h"

static int compare_keys(const void *left, const void *right)
{
    const struct cell *a = left;
    const struct cell *b = right;
    if (a->n != b->n) {
        return a->n < b->n ? -1 : 1;
    }
    return memcmp(a->at, b->at, (size_t)a->n);
}

static void write_identifiers(struct buf *b, const char *name, const struct relationship *rel,
                              const struct cell *keys, size_t n)
{
    buf_addf(b, "\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        document_write_identifier(b, rel, keys[i], NULL);
    }
    buf_add_char(b, ']');
}

/* The keys that were asked for, each once, without those in `changed` (sorted); in `b`'s arena. */
static size_t find_unchanged(struct buf *b, const struct linkage *asked, const struct cell *changed,
                             size_t n_changed, struct cell **ret)
{
    struct cell *keys = arena_alloc(b->arena, asked->n * sizeof *keys);
    struct cell *sorted = arena_alloc(b->arena, n_changed * sizeof *sorted);
    *ret = keys;
    if (keys == NULL || sorted == NULL) {
        b->failed = true;
        return 0;
    }
    for (size_t i = 0; i < asked->n; i++) {
        keys[i] = asked->members[i].key;
    }
    for (size_t i = 0; i < n_changed; i++) {
        sorted[i] = changed[i];
    }
    qsort(keys, asked->n, sizeof *keys, compare_keys);
    qsort(sorted, n_changed, sizeof *sorted, compare_keys);
    size_t n = 0;
    for (size_t i = 0; i < asked->n; i++) {
        bool repeated = n > 0 && compare_keys(&keys[n - 1], &keys[i]) == 0;
        if (!repeated &&
            bsearch(&keys[i], sorted, n_changed, sizeof *sorted, compare_keys) == NULL) {
            keys[n++] = keys[i];
        }
    }
    return n;
}

static void write_collection(struct buf *b, const struct relationship *rel, struct cell owner,
                             const char *prefix, bool *is_first)
{
    buf_add_text(b, *is_first ? "\"" : ",\"");
    *is_first = false;
    buf_add_text(b, prefix);
    document_write_related_path(b, rel, owner, true);
    buf_add_char(b, '"');
}

static void write_changed(struct buf *b, const struct link_change *change, const char *prefix)
{
    const struct relationship *inverse = change->relationship->inverse;
    bool is_first = true;
    buf_add_literal(b, "\"changed\":[");
    if (change->n_added + change->n_removed > 0) {
        write_collection(b, change->relationship, change->owner, prefix, &is_first);
    }
    for (size_t i = 0; inverse != NULL && i < change->n_added; i++) {
        write_collection(b, inverse, change->added[i], prefix, &is_first);
    }
    for (size_t i = 0; inverse != NULL && i < change->n_removed; i++) {
        write_collection(b, inverse, change->removed[i], prefix, &is_first);
    }
    buf_add_char(b, ']');
}

void link_change_write(struct buf *b, const struct link_change *change, bool is_unlink,
                       const char *prefix)
{
    struct cell *unchanged;
    size_t n_unchanged =
        find_unchanged(b, change->asked, is_unlink ? change->removed : change->added,
                       is_unlink ? change->n_removed : change->n_added, &unchanged);
    buf_add_char(b, '{');
    write_identifiers(b, "added", change->relationship, change->added, change->n_added);
    buf_add_char(b, ',');
    write_identifiers(b, "removed", change->relationship, change->removed, change->n_removed);
    buf_add_char(b, ',');
    write_identifiers(b, "unchanged", change->relationship, unchanged, n_unchanged);
    buf_add_char(b, ',');
    write_changed(b, change, prefix);
    buf_add_char(b, '}');
}
