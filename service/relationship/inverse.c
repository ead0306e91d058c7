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

/* Keys one after the other, sorted; NULL over budget. */
static struct cell *sort_keys(struct buf *b, const struct cell *first, size_t n_first,
                              const struct cell *second, size_t n_second)
{
    struct cell *keys = arena_alloc(b->arena, (n_first + n_second) * sizeof *keys);
    if (keys == NULL) {
        b->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < n_first + n_second; i++) {
        keys[i] = i < n_first ? first[i] : second[i - n_first];
    }
    qsort(keys, n_first + n_second, sizeof *keys, compare_keys);
    return keys;
}

/* The keys that were asked for, each once, without those that have changed; in `b`'s arena. */
static size_t find_unchanged(struct buf *b, const struct link_change *change, bool is_unlink,
                             struct cell **ret)
{
    const struct linkage *asked = change->asked;
    size_t n_changed = is_unlink ? change->n_removed : change->n_added + change->n_updated;
    struct cell *changed = is_unlink ? sort_keys(b, change->removed, change->n_removed, NULL, 0)
                                     : sort_keys(b, change->added, change->n_added, change->updated,
                                                 change->n_updated);
    struct cell *keys = arena_alloc(b->arena, asked->n * sizeof *keys);
    *ret = keys;
    if (keys == NULL || changed == NULL) {
        b->failed = true;
        return 0;
    }
    for (size_t i = 0; i < asked->n; i++) {
        keys[i] = asked->members[i].key;
    }
    qsort(keys, asked->n, sizeof *keys, compare_keys);
    size_t n = 0;
    for (size_t i = 0; i < asked->n; i++) {
        bool repeated = n > 0 && compare_keys(&keys[n - 1], &keys[i]) == 0;
        if (!repeated &&
            bsearch(&keys[i], changed, n_changed, sizeof *changed, compare_keys) == NULL) {
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

/* The inverse collections of these members. */
static void write_inverses(struct buf *b, const struct relationship *rel, const struct cell *keys,
                           size_t n, const char *prefix, bool *is_first)
{
    for (size_t i = 0; rel->inverse != NULL && i < n; i++) {
        write_collection(b, rel->inverse, keys[i], prefix, is_first);
    }
}

static void write_changed(struct buf *b, const struct link_change *change, const char *prefix)
{
    const struct relationship *rel = change->relationship;
    bool is_first = true;
    buf_add_literal(b, "\"changed\":[");
    if (change->n_added + change->n_removed + change->n_updated > 0) {
        write_collection(b, rel, change->owner, prefix, &is_first);
    }
    for (size_t i = 0; i < change->n_robbed; i++) {
        write_collection(b, rel, change->robbed[i], prefix, &is_first);
    }
    write_inverses(b, rel, change->added, change->n_added, prefix, &is_first);
    write_inverses(b, rel, change->removed, change->n_removed, prefix, &is_first);
    write_inverses(b, rel, change->updated, change->n_updated, prefix, &is_first);
    buf_add_char(b, ']');
}

static bool has_writable_columns(const struct relationship *rel)
{
    for (size_t i = 0; i < rel->n_link_columns; i++) {
        if (!rel->link_columns[i].read_only) {
            return true;
        }
    }
    return false;
}

void link_change_write(struct buf *b, const struct link_change *change, bool is_unlink,
                       const char *prefix)
{
    const struct relationship *rel = change->relationship;
    struct cell *unchanged;
    size_t n_unchanged = find_unchanged(b, change, is_unlink, &unchanged);
    buf_add_char(b, '{');
    write_identifiers(b, "added", rel, change->added, change->n_added);
    buf_add_char(b, ',');
    write_identifiers(b, "removed", rel, change->removed, change->n_removed);
    buf_add_char(b, ',');
    if (has_writable_columns(rel)) {
        write_identifiers(b, "updated", rel, change->updated, change->n_updated);
        buf_add_char(b, ',');
    }
    write_identifiers(b, "unchanged", rel, unchanged, n_unchanged);
    buf_add_char(b, ',');
    write_changed(b, change, prefix);
    buf_add_char(b, '}');
}
