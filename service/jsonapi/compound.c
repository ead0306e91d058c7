/*
 * compound.c - see compound.h. One hash table holds everything that is looked up by key: under the
 * number of a node its owners, and the members reached through it; under that of a type the
 * resources that the document holds already. Its slots are numbers of entries, so that a large
 * table is a small one to clear.
 */
#include "jsonapi/compound.h"

#include <string.h>

enum { FIRST_ENTRIES = 32 }; /* the slots are twice as many, a power of two */

/* What a key is looked up among: the owners or reached members of a node, or those of a type. */
enum space { SPACE_OWNERS, SPACE_REACHED, SPACE_HELD, SPACES };

struct entry {
    size_t space; /* space_of() */
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
    size_t n_entries;
    size_t n_entries_room;
    struct entry *entries;
    uint32_t *slots; /* twice the room; an entry's number, counted from 1; 0: free */
    size_t n_roots;
    size_t n_roots_room;
    struct cell *roots;
    size_t n_included;
    size_t n_included_room;
    struct compound_resource *included;
};

/* ---- the table ------------------------------------------------------------------------------- */

static size_t space_of(enum space space, size_t number)
{
    return number * SPACES + space;
}

static size_t hash_of(size_t space, struct cell key)
{
    uint64_t hash = space;
    for (int32_t i = 0; i < key.n; i += 8) {
        uint64_t word = 0;
        if (key.n - i >= 8) {
            memcpy(&word, key.at + i, 8);
        } else {
            memcpy(&word, key.at + i, (size_t)(key.n - i));
        }
        hash ^= word;
        hash ^= hash >> 32; /* numbers differ in their last byte, which is the word's highest */
        hash *= 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    return (size_t)hash;
}

static bool same_key(struct cell a, struct cell b)
{
    uint64_t word_a;
    uint64_t word_b;
    if (a.n != sizeof word_a || b.n != sizeof word_b) {
        return a.n == b.n && memcmp(a.at, b.at, (size_t)a.n) == 0;
    }
    memcpy(&word_a, a.at, sizeof word_a);
    memcpy(&word_b, b.at, sizeof word_b);
    return word_a == word_b;
}

static bool is_of(const struct entry *e, size_t space, struct cell key)
{
    return e->space == space && same_key(e->key, key);
}

/* The slot of this key, or the free one where it belongs. */
static uint32_t *find_slot(const struct compound *c, size_t space, struct cell key)
{
    size_t mask = 2 * c->n_entries_room - 1;
    for (size_t at = hash_of(space, key) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &c->slots[at];
        if (*slot == 0 || is_of(&c->entries[*slot - 1], space, key)) {
            return slot;
        }
    }
}

/* The entry of this key; NULL: none. */
static const struct entry *find(const struct compound *c, size_t space, struct cell key)
{
    uint32_t number = *find_slot(c, space, key);
    return number == 0 ? NULL : &c->entries[number - 1];
}

/* Room for so many entries at least; false over budget (latched in the arena). */
static bool grow(struct compound *c, size_t n_entries)
{
    size_t room = c->n_entries_room == 0 ? FIRST_ENTRIES : c->n_entries_room;
    while (room < n_entries) {
        room *= 2;
    }
    struct entry *entries = arena_grow(c->arena, c->entries, c->n_entries_room * sizeof *entries,
                                       room * sizeof *entries);
    uint32_t *slots = arena_zalloc(c->arena, 2 * room, sizeof *slots);
    if (entries == NULL || slots == NULL) {
        return false;
    }
    c->entries = entries;
    c->slots = slots;
    c->n_entries_room = room;
    for (size_t i = 0; i < c->n_entries; i++) {
        *find_slot(c, entries[i].space, entries[i].key) = (uint32_t)i + 1;
    }
    return true;
}

/* A new entry; NULL when there was one already, or over budget (latched in the arena). */
static struct entry *add(struct compound *c, size_t space, struct cell key)
{
    if (c->n_entries == c->n_entries_room && !grow(c, c->n_entries + 1)) {
        return NULL;
    }
    uint32_t *slot = find_slot(c, space, key);
    if (*slot != 0) {
        return NULL;
    }
    struct entry *e = &c->entries[c->n_entries++];
    *e = (struct entry){ .space = space, .key = key };
    *slot = (uint32_t)c->n_entries;
    return e;
}

/* ---- owners ---------------------------------------------------------------------------------- */

static void index_owners(struct compound *c, size_t node)
{
    const struct rows *rows = &c->rows[node];
    size_t owners = space_of(SPACE_OWNERS, node);
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
    if (!grow(c, n_rows + n_rows / 4)) { /* each may be held; some are the first of an owner */
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        index_owners(c, i);
    }
    return arena_failed(a) ? NULL : c;
}

static size_t links_of(const struct include_node *node)
{
    const struct resource *target = node->relationship->target;
    size_t n_further = node->identifiers_only ? 0 : target->n_attributes + target->n_to_one;
    return COMPOUND_MEMBER + 1 + n_further;
}

static struct compound_members members_at(const struct compound *c, size_t node, struct cell owner)
{
    const struct entry *e = find(c, space_of(SPACE_OWNERS, node), owner);
    if (e == NULL) {
        return (struct compound_members){ 0 };
    }
    return (struct compound_members){
        .rows = &c->rows[node],
        .links = links_of(&c->nodes[node]),
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
    if (add(c, space_of(SPACE_HELD, resource->index), key) == NULL || cells == NULL) {
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

/* Does another node begin where this one ends? */
static bool has_children(const struct compound *c, size_t node)
{
    for (size_t i = 0; i < c->n_nodes; i++) {
        if (c->nodes[i].parent == node) {
            return true;
        }
    }
    return false;
}

/* One owner's members through a node; `notes`: which ones, for the nodes behind it. */
static void reach_members(struct compound *c, size_t node, struct cell owner, bool notes)
{
    const struct relationship *rel = c->nodes[node].relationship;
    struct compound_members members = members_at(c, node, owner);
    for (size_t i = 0; i < members.n; i++) {
        const struct cell *row = rows_row(members.rows, members.first + i);
        struct cell key = row[COMPOUND_MEMBER];
        if (notes) {
            add(c, space_of(SPACE_REACHED, node), key);
        }
        if (!c->nodes[node].identifiers_only) {
            hold(c, rel->target, key, row + COMPOUND_MEMBER);
        }
    }
}

static void reach_from_roots(struct compound *c, size_t node)
{
    bool notes = has_children(c, node);
    for (size_t i = 0; i < c->n_roots; i++) {
        reach_members(c, node, c->roots[i], notes);
    }
}

/* The owners of a deeper node are the members of the one it hangs on, if they were reached. */
static void reach_from_parent(struct compound *c, size_t node)
{
    bool notes = has_children(c, node);
    const struct rows *rows = &c->rows[node];
    size_t reached = space_of(SPACE_REACHED, c->nodes[node].parent);
    for (size_t i = 0; i < rows->n_rows; i++) {
        struct cell owner = rows_row(rows, i)[COMPOUND_OWNER];
        bool is_new = i == 0 || !same_key(owner, rows_row(rows, i - 1)[COMPOUND_OWNER]);
        if (is_new && find(c, reached, owner) != NULL) {
            reach_members(c, node, owner, notes);
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
