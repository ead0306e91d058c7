/*
 * query_filter.c - filter[FIELD], filter[FIELD][OPERATOR], filter[RELATIONSHIP][count][OPERATOR]:
 * what the brackets name, which operators apply to it, and values of its type.
 */
#include "jsonapi/query_parts.h"

enum { OID_BIGINT = 20 };

/* What a condition compares; operators apply to a set of these. */
enum {
    OF_TEXT = 1u << 0,      /* an attribute or a link column: text */
    OF_ORDERED = 1u << 1,   /* of another type that has an order */
    OF_UNORDERED = 1u << 2, /* of a type that knows equality only */
    OF_OPAQUE = 1u << 3,    /* of a type that does not even know that */
    OF_ID = 1u << 4,        /* the resource's own id */
    OF_MEMBER_ID = 1u << 5, /* "hobbies.id" */
    OF_MEMBERS = 1u << 6,   /* "hobbies" */
    OF_COUNT = 1u << 7,     /* how many members */
    OF_TEXT_ID = 1u << 8,   /* besides OF_ID or OF_MEMBER_ID: it is text */

    WITH_ORDER = OF_TEXT | OF_ORDERED | OF_ID | OF_MEMBER_ID | OF_COUNT,
    WITH_EQUALITY = WITH_ORDER | OF_UNORDERED,
    OF_PATTERN = OF_TEXT | OF_TEXT_ID,
    OF_RELATED = OF_MEMBERS | OF_MEMBER_ID,
};

struct operator_kind {
    const char *name;
    enum filter_operator chosen;
    unsigned applies_to;
};

/* clang-format off */
static const struct operator_kind operators[] = {
    { "eq",    FILTER_EQ,    WITH_EQUALITY | OF_MEMBERS                                          },
    { "ne",    FILTER_NE,    WITH_EQUALITY                                                       },
    { "lt",    FILTER_LT,    WITH_ORDER                                                          },
    { "le",    FILTER_LE,    WITH_ORDER                                                          },
    { "gt",    FILTER_GT,    WITH_ORDER                                                          },
    { "ge",    FILTER_GE,    WITH_ORDER                                                          },
    { "in",    FILTER_IN,    WITH_EQUALITY | OF_MEMBERS                                          },
    { "any",   FILTER_IN,    OF_RELATED                                                          },
    { "none",  FILTER_NONE,  OF_RELATED                                                          },
    { "like",  FILTER_LIKE,  OF_PATTERN                                                          },
    { "ilike", FILTER_ILIKE, OF_PATTERN                                                          },
    { "null",  FILTER_NULL,  OF_TEXT | OF_ORDERED | OF_UNORDERED | OF_OPAQUE | OF_RELATED         },
};
/* clang-format on */

/* One filter, while it is read. */
struct condition {
    struct filter filter;
    unsigned compares;
    const struct column_type *type; /* of what is compared */
    struct text word;               /* the operator, as given; NULL: not given */
    enum filter_operator chosen;    /* what it stands for */
    struct text value;
    bool is_list; /* values are separated by "," */
};

static void refuse_shape(struct reading *r, const struct given *given)
{
    REFUSE(r, given,
           "\"%s\" is no filter: write filter[FIELD], filter[FIELD][OPERATOR] or "
           "filter[RELATIONSHIP][count][OPERATOR]",
           query_quote(r, text_of(given->name)));
}

/* ---- the field ----------------------------------------------------------------------------- */

/* What is kept with the links of a relationship, as filters name it: `prefix` is "meta.", or "". */
static void add_link_columns(struct reading *r, struct names *names, const char *prefix,
                             const struct relationship *link)
{
    for (size_t i = 0; i < link->n_link_columns && names->n < names->capacity; i++) {
        query_add_name(names, arena_printf(r->arena, "%s%s", prefix, link->link_columns[i].name));
    }
}

static void add_fields(struct names *names, const struct resource *of)
{
    query_add_name(names, "id");
    for (size_t i = 0; i < of->n_attributes; i++) {
        query_add_name(names, of->attributes[i].name);
    }
    for (size_t i = 0; i < of->n_relationships; i++) {
        query_add_name(names, of->relationships[i].name);
    }
}

static void refuse_field(struct reading *r, const struct given *given, enum field_end end,
                         const struct field_path *path)
{
    const struct relationship *link = r->subject->relationship;
    /* where members are read, what is kept with their links can be named, but not behind a path */
    bool has_links = link != NULL && (path->of == NULL || path->field.n_path == 0);
    size_t n = (has_links ? link->n_link_columns : 0) +
               (path->of == NULL ? 0 : 1 + path->of->n_attributes + path->of->n_relationships);
    struct names names = query_names(r, n);
    if (path->of != NULL) {
        add_fields(&names, path->of);
    }
    if (has_links) {
        add_link_columns(r, &names, path->of == NULL ? "" : "meta.", link);
    }
    REFUSE(r, given, "%s; %s", query_describe_miss(r, end, path),
           end == FIELD_TOO_DEEP ? "take a shorter one"
                                 : query_offer(r, path->name, "there are", &names));
}

static unsigned compares_values(const struct column_type *type)
{
    if (type->kind == COLUMN_TEXT) {
        return OF_TEXT;
    }
    return type->is_sortable ? OF_ORDERED : type->is_comparable ? OF_UNORDERED : OF_OPAQUE;
}

/* Turns a condition on members into one on how many they are. */
static bool become_count(struct reading *r, const struct given *given, struct condition *c)
{
    struct field *field = &c->filter.field;
    if (query_leads_to_one(field)) {
        REFUSE(r, given,
               "\"%s\" leads to one member at most, which is not counted: ask with [null] whether "
               "there is one",
               query_quote(r, given->brackets[0]));
        return false;
    }
    field->kind = FIELD_OF_COUNT;
    c->compares = OF_COUNT;
    c->type = column_type_find(OID_BIGINT);
    return true;
}

static unsigned compares_keys(enum field_end end, const struct field *field,
                              const struct column_type *type)
{
    if (end == FIELD_MEMBERS) {
        return OF_MEMBERS;
    }
    return (field->n_path == 0 ? OF_ID : OF_MEMBER_ID) |
           (type->kind == COLUMN_TEXT ? OF_TEXT_ID : 0);
}

/* Sets what is compared and the operator's text; false when the brackets name nothing. */
static bool find_compared(struct reading *r, const struct given *given, struct condition *c)
{
    struct field_path path;
    enum field_end end = query_find_field(r->subject, given->brackets[0], &path);
    if (end == FIELD_UNKNOWN || end == FIELD_TOO_DEEP) {
        refuse_field(r, given, end, &path);
        return false;
    }
    bool is_count =
        end == FIELD_MEMBERS && given->n_brackets > 1 && text_is(given->brackets[1], "count");
    size_t n_read = is_count ? 2 : 1;
    if (given->n_brackets > n_read + 1) {
        refuse_shape(r, given);
        return false;
    }
    if (given->n_brackets > n_read) {
        c->word = given->brackets[n_read];
    }
    c->filter.field = path.field;
    if (is_count) {
        return become_count(r, given, c);
    }
    bool is_key = path.field.kind == FIELD_OF_KEY;
    c->type = is_key ? path.of->key_type : path.field.attribute->type;
    c->compares = is_key ? compares_keys(end, &path.field, c->type) : compares_values(c->type);
    return true;
}

/* ---- the operator -------------------------------------------------------------------------- */

static void refuse_operator(struct reading *r, const struct given *given, const struct condition *c)
{
    struct names names = query_names(r, ARRAY_SIZE(operators) + 1);
    for (size_t i = 0; i < ARRAY_SIZE(operators); i++) {
        if ((operators[i].applies_to & c->compares) != 0) {
            query_add_name(&names, operators[i].name);
        }
    }
    if (c->compares == OF_MEMBERS) {
        query_add_name(&names, "count");
    }
    REFUSE(r, given, "\"%s\" is no operator for \"%s\"; %s", query_quote(r, c->word),
           query_quote(r, given->brackets[0]),
           query_offer(r, c->word, "those that apply are", &names));
}

static bool find_operator(struct reading *r, const struct given *given, struct condition *c)
{
    bool is_of_keys = c->filter.field.kind == FIELD_OF_KEY;
    if (c->word.at == NULL && c->compares == OF_MEMBERS && text_is(c->value, "null")) {
        c->word = TEXT_LITERAL("null");
        c->value = TEXT_LITERAL("true");
    } else if (c->word.at == NULL) {
        c->word = is_of_keys ? TEXT_LITERAL("in") : TEXT_LITERAL("eq");
    }
    size_t i = 0;
    while (i < ARRAY_SIZE(operators) &&
           ((operators[i].applies_to & c->compares) == 0 || !text_is(c->word, operators[i].name))) {
        i++;
    }
    if (i == ARRAY_SIZE(operators)) {
        refuse_operator(r, given, c);
        return false;
    }
    c->chosen = operators[i].chosen;
    c->is_list = c->chosen == FILTER_IN || c->chosen == FILTER_NONE;
    if (c->chosen == FILTER_EQ && is_of_keys) {
        c->chosen = FILTER_IN;
    }
    return true;
}

/* ---- the values ---------------------------------------------------------------------------- */

static bool is_pattern(const struct condition *c)
{
    return c->chosen == FILTER_LIKE || c->chosen == FILTER_ILIKE;
}

/* A backslash that escapes nothing is what PostgreSQL refuses in a pattern. */
static bool ends_in_escape(struct text pattern)
{
    size_t n = 0;
    while (n < pattern.n && pattern.at[pattern.n - 1 - n] == '\\') {
        n++;
    }
    return n % 2 == 1;
}

/* A value as a cell of the type that is compared; false when it is none. */
static bool read_value(struct reading *r, const struct condition *c, struct text value,
                       struct cell *ret)
{
    if (c->chosen == FILTER_NULL) {
        *ret = cell_from_bool(r->arena, text_is(value, "true"));
        return text_is(value, "true") || text_is(value, "false");
    }
    if (c->filter.field.kind == FIELD_OF_KEY && !is_pattern(c)) {
        return key_read(r->arena, c->type, value, ret);
    }
    return column_read_value(r->arena, c->type, value, ret) &&
           (c->compares != OF_COUNT || cell_int(*ret) >= 0) &&
           !(is_pattern(c) && ends_in_escape(value));
}

static const char *describe_values(const struct condition *c, struct text value)
{
    if (c->chosen == FILTER_NULL) {
        return "true or false";
    }
    if (is_pattern(c) && ends_in_escape(value)) {
        return "a pattern that does not end in a lone \\, which may be written \\\\";
    }
    return c->compares == OF_COUNT ? "a whole number from 0" : c->type->json;
}

static void refuse_value(struct reading *r, const struct given *given, const struct condition *c,
                         struct text value)
{
    const char *field = query_quote(r, given->brackets[0]);
    const char *remedy = NULL;
    bool may_be_null = (c->compares & (OF_ID | OF_COUNT)) == 0 && c->chosen != FILTER_NULL;
    if (may_be_null && text_is(value, "null")) {
        remedy = arena_printf(r->arena, "; filter[%s][null]=true asks for null", field);
    }
    REFUSE(r, given, "\"%s\" is no value for \"%s\": give %s%s", query_quote(r, value), field,
           describe_values(c, value), remedy == NULL ? "" : remedy);
}

/* A value that no key can have is left out of a list, since nothing can be linked to it. */
static bool may_leave_out(const struct condition *c)
{
    return c->filter.field.kind == FIELD_OF_KEY &&
           (c->chosen == FILTER_IN || c->chosen == FILTER_NONE);
}

static size_t count_values(const struct condition *c)
{
    size_t n = 1;
    for (size_t i = 0; c->is_list && i < c->value.n; i++) {
        n += c->value.at[i] == ',' ? 1 : 0;
    }
    return n;
}

static bool read_values(struct reading *r, const struct given *given, struct condition *c)
{
    struct text rest = c->value;
    size_t n = count_values(c);
    if (n > r->limits->max_filter_values) {
        REFUSE(r, given, "%zu values are given, and a filter takes at most %zu", n,
               r->limits->max_filter_values);
        return false;
    }
    struct cell *values = arena_alloc(r->arena, n * sizeof *values);
    bool are_good = values != NULL;
    struct text value;
    char separator = c->is_list ? ',' : '\0'; /* which no value holds */
    while (values != NULL && query_next_piece(&rest, separator, &value)) {
        if (read_value(r, c, value, &values[c->filter.n_values])) {
            c->filter.n_values++;
        } else if (!may_leave_out(c)) {
            refuse_value(r, given, c, value);
            are_good = false;
        }
    }
    c->filter.values = values;
    return are_good;
}

/* ---- all together -------------------------------------------------------------------------- */

static bool is_repeated(const struct reading *r, const char *name)
{
    for (size_t i = 0; i < r->query->n_filters; i++) {
        if (strcmp(r->filters[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Is this one of the filters that are read? What is too many is told once. */
static bool has_room(struct reading *r, const struct given *given)
{
    if (r->filters == NULL) {
        r->filters = arena_zalloc(r->arena, r->limits->max_filters, sizeof *r->filters);
        r->query->filters = r->filters;
    }
    if (r->n_filters_given++ == r->limits->max_filters) {
        REFUSE(r, given, "a list is filtered by at most %zu filters", r->limits->max_filters);
    }
    return r->n_filters_given <= r->limits->max_filters && r->filters != NULL;
}

void query_read_filter(struct reading *r, const struct given *given)
{
    struct condition c = { .filter.name = given->name, .value = given->value };
    if (!has_room(r, given)) {
        return;
    }
    if (given->n_brackets == 0 || given->brackets[0].n == 0) {
        refuse_shape(r, given);
        return;
    }
    if (is_repeated(r, given->name)) {
        REFUSE(r, given, "\"%s\" is given more than once: give it once",
               query_quote(r, text_of(given->name)));
        return;
    }
    if (find_compared(r, given, &c) && find_operator(r, given, &c) && read_values(r, given, &c)) {
        c.filter.operator= c.chosen;
        r->filters[r->query->n_filters++] = c.filter;
    }
}
