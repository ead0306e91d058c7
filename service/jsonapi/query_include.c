/*
 * query_include.c - include: paths of relationships, merged into one tree. What lies on the way to
 * a relationship is included as well, so each name of a path is a node.
 */
#include "jsonapi/query_parts.h"

/* One path, while it is followed. */
struct walk {
    struct text path;
    size_t depth;                /* names read so far */
    size_t parent;               /* the node that the last one became */
    const struct resource *from; /* where the next one is looked for */
};

static void refuse_name(struct reading *r, const struct given *given, const struct walk *walk,
                        struct text name)
{
    const struct resource *from = walk->from;
    struct names names = query_names(r, from->n_relationships);
    for (size_t i = 0; i < from->n_relationships; i++) {
        query_add_name(&names, from->relationships[i].name);
    }
    bool is_attribute = resource_find_attribute(from, name) != NULL;
    REFUSE(r, given, "\"%s\" cannot be included: \"%s\" has no relationship \"%s\"%s; %s",
           query_quote(r, walk->path), from->type, query_quote(r, name),
           is_attribute ? ", it is an attribute" : "", query_offer(r, name, "it has", &names));
}

/* The relationship that the next name of a path stands for; NULL, with the reason told. */
static const struct relationship *find_next(struct reading *r, const struct given *given,
                                            const struct walk *walk, struct text name)
{
    if (name.n == 0) {
        REFUSE(r, given,
               "\"%s\" is no path of names: write one \".\" between names and one \",\" between "
               "paths",
               query_quote(r, walk->path));
        return NULL;
    }
    if (walk->depth == r->limits->max_include_depth) {
        REFUSE(r, given, "\"%s\" is too deep: a path follows at most %zu relationships",
               query_quote(r, walk->path), r->limits->max_include_depth);
        return NULL;
    }
    const struct relationship *own = r->subject->relationship;
    if (walk->depth == 0 && r->subject->is_linkage) {
        if (text_is(name, own->name)) {
            return own;
        }
        REFUSE(r, given, "\"%s\" cannot be included: paths begin with \"%s\" here, such as %s=%s",
               query_quote(r, walk->path), own->name, given->name, own->name);
        return NULL;
    }
    const struct relationship *next = resource_find_relationship(walk->from, name);
    if (next == NULL) {
        refuse_name(r, given, walk, name);
    }
    return next;
}

/* Moves to the node of `next`, making it when there is none yet; false when there are too many. */
static bool move_to(struct reading *r, const struct given *given, struct walk *walk,
                    const struct relationship *next)
{
    size_t n = r->query->n_include;
    size_t i = 0;
    while (i < n && (r->include[i].parent != walk->parent || r->include[i].relationship != next)) {
        i++;
    }
    if (i == r->limits->max_include) {
        REFUSE(r, given, "at most %zu relationships can be included, those on the way counted",
               r->limits->max_include);
        return false;
    }
    if (i == n) {
        r->include[i] = (struct include_node){ .relationship = next, .parent = walk->parent };
        r->query->n_include++;
    }
    walk->parent = i;
    walk->from = next->target;
    walk->depth++;
    return true;
}

/* False when no further path is worth reading. */
static bool read_path(struct reading *r, const struct given *given, struct text path)
{
    struct walk walk = { .path = path, .parent = INCLUDE_ROOT, .from = r->subject->resource };
    struct text name;
    while (query_next_piece(&path, '.', &name)) {
        const struct relationship *next = find_next(r, given, &walk, name);
        if (next == NULL) {
            return true;
        }
        if (!move_to(r, given, &walk, next)) {
            return false;
        }
    }
    return true;
}

void query_read_include(struct reading *r, const struct given *given)
{
    r->query->include_given = true;
    if (given->value.n == 0) {
        return; /* jsonapi fetching-includes: nothing is to be included */
    }
    r->include = arena_zalloc(r->arena, r->limits->max_include, sizeof *r->include);
    if (r->include == NULL) {
        return;
    }
    r->query->include = r->include;
    struct text rest = given->value;
    struct text path;
    while (query_next_piece(&rest, ',', &path) && read_path(r, given, path)) {
    }
}
