/*
 * compound.c - see compound.h. One hash table holds everything that is looked up by key: under the
 * number of a node its owners, and the members reached through it; under that of a type the
 * resources that the document holds already.
 */
#include "jsonapi/compound.h"

#include <string.h>

enum { FIRST_CAPACITY = 64 }; /* of the table, half of which is used; a power of two */

/* What a key is looked up among. */
struct space {
    enum { SPACE_OWNERS, SPACE_REACHED, SPACE_HELD } kind;
    size_t number; /* of the node, or of the type */
};

struct entry {
    bool is_used;
    struct space space;
    struct cell key;
    size_t first; /* row of the owner's first member */
    size_t n;
};

struct compound {
    struct arena *arena;
    const struct include_node *nodes;
    const struct rows *rows;
    size_t n_nodes;
    uint32_t limit;
    size_t capacity;
    size_t n_entries;
    struct entry *entries;
    size_t n_roots;
    size_t n_roots_room;
    struct cell *roots;
    size_t n_included;
    size_t n_included_room;
    struct compound_resource *included;
};

/* ---- the table ------------------------------------------------------------------------------- */

static size_t hash_of(struct space space, struct cell key)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (space.number * 4 + space.kind);
    for (int32_t i = 0; i < key.n; i++) {
        hash = (hash ^ (unsigned char)key.at[i]) * 0x100000001b3u;
    }
    return (size_t)(hash ^ hash >> 29);
}

static bool is_at(const struct entry *e, struct space space, struct cell key)
{
    return e->space.kind == space.kind && e->space.number == space.number && e->key.n == key.n &&
           memcmp(e->key.at, key.at, (size_t)key.n) == 0;
}

/* The entry of this key, or the free place where it belongs. */
static struct entry *find(const struct compound *c, struct space space, struct cell key)
{
    size_t at = hash_of(space, key) & (c->capacity - 1);
    while (c->entries[at].is_used && !is_at(&c->entries[at], space, key)) {
        at = (at + 1) & (c->capacity - 1);
    }
    return &c->entries[at];
}

/* Room for so many entries at least, without growing again. */
static bool grow(struct compound *c, size_t n_entries)
{
    struct compound larger = *c;
    larger.capacity = c->capacity == 0 ? FIRST_CAPACITY : c->capacity;
    while (larger.capacity < 2 * n_entries) {
        larger.capacity *= 2;
    }
    larger.entries = arena_zalloc(c->arena, larger.capacity, sizeof larger.entries[0]);
    if (larger.entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->capacity; i++) {
        if (c->entries[i].is_used) {
            *find(&larger, c->entries[i].space, c->entries[i].key) = c->entries[i];
        }
    }
    *c = larger;
    return true;
}

/* A new entry; NULL when there was one already, or over budget (latched in the arena). */
static struct entry *add(struct compound *c, struct space space, struct cell key)
{
    if (c->n_entries * 2 >= c->capacity && !grow(c, c->n_entries + 1)) {
        return NULL;
    }
    struct entry *e = find(c, space, key);
    if (e->is_used) {
        return NULL;
    }
    *e = (struct entry){ .is_used = true, .space = space, .key = key };
    c->n_entries++;
    return e;
}

/* ---- owners ---------------------------------------------------------------------------------- */

static bool same_key(struct cell a, struct cell b)
{
    return a.n == b.n && memcmp(a.at, b.at, (size_t)a.n) == 0;
}

static void index_owners(struct compound *c, size_t node)
{
    const struct rows *rows = &c->rows[node];
    struct space owners = { .kind = SPACE_OWNERS, .number = node };
    for (size_t i = 0; i < rows->n_rows;) {
        struct cell owner = rows_row(rows, i)[COMPOUND_OWNER];
        size_t end = i + 1;
        while (end < rows->n_rows && same_key(rows_row(rows, end)[COMPOUND_OWNER], owner)) {
            end++;
        }
        struct entry *e = add(c, owners, owner);
        if (e != NULL) {
            e->first = i;
            e->n = cell_is_null(rows_row(rows, i)[COMPOUND_MEMBER]) ? 0 : end - i;
        }
        i = end;
    }
}

struct compound *compound_new(struct arena *a, const struct include_node *nodes,
                              const struct rows *rows, size_t n, uint32_t limit)
{
    struct compound *c = arena_alloc(a, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    *c =
        (struct compound){ .arena = a, .nodes = nodes, .rows = rows, .n_nodes = n, .limit = limit };
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        n_rows += rows[i].n_rows;
    }
    if (!grow(c, 2 * n_rows)) { /* each may be reached, and be held */
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        index_owners(c, i);
    }
    return arena_failed(a) ? NULL : c;
}

static struct compound_members members_at(const struct compound *c, size_t node, struct cell owner)
{
    struct entry *e = find(c, (struct space){ .kind = SPACE_OWNERS, .number = node }, owner);
    if (!e->is_used) {
        return (struct compound_members){ 0 };
    }
    return (struct compound_members){
        .rows = &c->rows[node],
        .first = e->first,
        .n = e->n > c->limit ? c->limit : e->n,
        .has_more = e->n > c->limit,
    };
}

struct compound_members compound_members(const struct compound *c,
                                         const struct relationship *relationship, struct cell owner)
{
    struct compound_members members = { 0 };
    for (size_t i = 0; c != NULL && members.rows == NULL && i < c->n_nodes; i++) {
        if (c->nodes[i].relationship == relationship) {
            members = members_at(c, i, owner);
        }
    }
    return members;
}

/* ---- what is reached ------------------------------------------------------------------------- */

/* `array` with room for one more of `size` bytes; NULL over budget. */
static void *with_room(struct arena *a, void *array, size_t n, size_t *room, size_t size)
{
    if (n < *room) {
        return array;
    }
    size_t wanted = *room == 0 ? 32 : *room * 2;
    void *grown = arena_grow(a, array, *room * size, wanted * size);
    *room = grown == NULL ? *room : wanted;
    return grown;
}

/* Notes that the document holds this resource; `cells` NULL when as primary data. */
static void hold(struct compound *c, const struct resource *resource, struct cell key,
                 const struct cell *cells)
{
    struct space held = { .kind = SPACE_HELD, .number = resource->index };
    if (add(c, held, key) == NULL || cells == NULL) {
        return;
    }
    struct compound_resource *included =
        with_room(c->arena, c->included, c->n_included, &c->n_included_room, sizeof *included);
    if (included != NULL) {
        included[c->n_included++] =
            (struct compound_resource){ .resource = resource, .cells = cells };
        c->included = included;
    }
}

void compound_add_root(struct compound *c, const struct resource *resource, struct cell key,
                       const struct cell *cells)
{
    hold(c, resource, key, cells);
    struct cell *roots = with_room(c->arena, c->roots, c->n_roots, &c->n_roots_room, sizeof *roots);
    if (roots != NULL) {
        roots[c->n_roots++] = key;
        c->roots = roots;
    }
}

/* One owner's members through a node. */
static void reach_members(struct compound *c, size_t node, struct cell owner)
{
    const struct relationship *rel = c->nodes[node].relationship;
    struct compound_members members = members_at(c, node, owner);
    for (size_t i = 0; i < members.n; i++) {
        const struct cell *row = rows_row(members.rows, members.first + i);
        struct cell key = row[COMPOUND_MEMBER];
        add(c, (struct space){ .kind = SPACE_REACHED, .number = node }, key);
        if (!c->nodes[node].identifiers_only) {
            hold(c, rel->target, key, row + COMPOUND_LINKS + rel->n_link_columns);
        }
    }
}

static void reach_from_roots(struct compound *c, size_t node)
{
    for (size_t i = 0; i < c->n_roots; i++) {
        reach_members(c, node, c->roots[i]);
    }
}

/* The owners of a deeper node are the members of the one it hangs on, if they were reached. */
static void reach_from_parent(struct compound *c, size_t node)
{
    const struct rows *rows = &c->rows[node];
    struct space reached = { .kind = SPACE_REACHED, .number = c->nodes[node].parent };
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct cell owner = rows_row(rows, i)[COMPOUND_OWNER];
        bool is_new = i == 0 || !same_key(owner, rows_row(rows, i - 1)[COMPOUND_OWNER]);
        if (is_new && find(c, reached, owner)->is_used) {
            reach_members(c, node, owner);
        }
    }
}

void compound_reach(struct compound *c)
{
    for (size_t node = 0; node < c->n_nodes && !arena_failed(c->arena); node++) {
        if (c->nodes[node].parent == INCLUDE_ROOT) {
            reach_from_roots(c, node);
        } else {
            reach_from_parent(c, node);
        }
    }
}

const struct compound_resource *compound_included(const struct compound *c, size_t *ret_n)
{
    *ret_n = c == NULL ? 0 : c->n_included;
    return c == NULL ? NULL : c->included;
}
