/*
 * query_sort.c - sort: what can be put in order, which is one value per resource: its own, one
 * reached through to-one relationships, how many members a relationship has, or what its link says.
 */
#include "jsonapi/media_type.h"
#include "jsonapi/query_parts.h"

static const struct text count_suffix = { .at = ".count", .n = 6 };

/* "hobbies.count": does the path lead to many members, and end in the word "count"? */
static bool find_count(const struct query_subject *subject, struct text path, struct field *ret)
{
    size_t n = count_suffix.n;
    if (path.n <= n ||
        !text_equal(count_suffix, (struct text){ .at = path.at + path.n - n, .n = n })) {
        return false;
    }
    path.n -= n;
    struct field_path found;
    if (query_find_field(subject, path, &found) != FIELD_MEMBERS ||
        query_leads_to_one(&found.field)) {
        return false;
    }
    *ret = found.field;
    ret->kind = FIELD_OF_COUNT;
    return true;
}

/* Why a path that was found is nothing to sort by; NULL: it is. */
static const char *find_objection(struct reading *r, enum field_end end,
                                  const struct field_path *path)
{
    const struct field *field = &path->field;
    const char *words = NULL;
    if (end == FIELD_UNKNOWN || end == FIELD_TOO_DEEP) {
        return query_describe_miss(r, end, path);
    }
    if (field->kind != FIELD_OF_COUNT && !query_leads_to_one(field)) {
        words = "it leads to many members";
    } else if (end == FIELD_MEMBERS) {
        words = "it is a relationship";
    } else if (field->attribute != NULL && !field->attribute->type->is_sortable) {
        words =
            arena_printf(r->arena, "values of type %s have no order", field->attribute->type->name);
        words = words == NULL ? "" : words;
    }
    return words;
}

static void add_relationship(struct reading *r, struct names *names,
                             const struct relationship *relationship)
{
    if (names->n < names->capacity) {
        query_add_name(names, arena_printf(r->arena, "%s.%s", relationship->name,
                                           relationship->is_to_one ? "FIELD" : "count"));
    }
}

static const char *list_keys(struct reading *r, struct text wrong)
{
    const struct resource *of = r->subject->resource;
    const struct relationship *link = r->subject->relationship;
    size_t n_links = link == NULL ? 0 : link->n_link_columns;
    struct names names = query_names(r, 1 + of->n_attributes + of->n_relationships + n_links);
    query_add_name(&names, "id");
    for (size_t i = 0; i < of->n_attributes; i++) {
        if (of->attributes[i].type->is_sortable) {
            query_add_name(&names, of->attributes[i].name);
        }
    }
    for (size_t i = 0; i < n_links && names.n < names.capacity; i++) {
        if (link->link_columns[i].type->is_sortable) {
            query_add_name(&names, arena_printf(r->arena, "meta.%s", link->link_columns[i].name));
        }
    }
    for (size_t i = 0; i < of->n_relationships; i++) {
        add_relationship(r, &names, &of->relationships[i]);
    }
    return query_offer(r, wrong, "sort by", &names);
}

static bool is_same(const struct field *a, const struct field *b)
{
    if (a->kind != b->kind || a->attribute != b->attribute || a->n_path != b->n_path) {
        return false;
    }
    for (size_t i = 0; i < a->n_path; i++) {
        if (a->path[i] != b->path[i]) {
            return false;
        }
    }
    return true;
}

static void add_key(struct reading *r, const struct given *given, struct text piece,
                    const struct sort_key *key)
{
    struct query *query = r->query;
    for (size_t i = 0; i < query->n_sort; i++) {
        if (is_same(&query->sort[i].field, &key->field)) {
            REFUSE(r, given, "\"%s\" sorts by what an earlier key sorts by: give each key once",
                   query_quote(r, piece));
            return;
        }
    }
    r->sort[query->n_sort++] = *key;
}

static void read_key(struct reading *r, const struct given *given, struct text piece)
{
    struct text path = piece;
    bool descending = piece.n > 0 && piece.at[0] == '-';
    if (descending) {
        path.at++;
        path.n--;
    }
    struct field_path found = { .field.kind = FIELD_OF_KEY };
    enum field_end end = FIELD_FOUND;
    if (!find_count(r->subject, path, &found.field)) {
        end = query_find_field(r->subject, path, &found);
    }
    const char *objection = path.n == 0 ? "it names no field" : find_objection(r, end, &found);
    if (objection != NULL) {
        REFUSE(r, given, "\"%s\" cannot be sorted by: %s; %s", query_quote(r, path), objection,
               list_keys(r, path));
        problem_explain(r->reterr, CURSOR_PROFILE "/unsupported-sort", NULL);
        return;
    }
    add_key(r, given, piece, &(struct sort_key){ .field = found.field, .descending = descending });
}

void query_read_sort(struct reading *r, const struct given *given)
{
    r->sort = arena_zalloc(r->arena, r->limits->max_sort, sizeof *r->sort);
    if (r->sort == NULL) {
        return;
    }
    r->query->sort = r->sort;
    struct text rest = given->value;
    struct text piece;
    for (size_t n = 0; query_next_piece(&rest, ',', &piece); n++) {
        if (n == r->limits->max_sort) {
            REFUSE(r, given, "a list is sorted by at most %zu keys", r->limits->max_sort);
            return;
        }
        read_key(r, given, piece);
    }
}
