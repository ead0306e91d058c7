/*
 * fuzz_query.c - any query string, on every kind of endpoint, is read or refused at a parameter;
 * what was read keeps its promises, and can be written so that it is read as the same.
 */
#include "fuzz.h"

#include "jsonapi/query.h"
#include "support/query_model.h"

enum { OID_BIGINT = 20, OID_TEXT = 25, ALL = QUERY_COLLECTION };

static const struct query_limits limits = { .page_size = 50,
                                            .max_page_size = 1000,
                                            .max_parameters = 20,
                                            .max_include_depth = FIELD_MAX_PATH,
                                            .max_include = 10,
                                            .max_sort = 4,
                                            .max_filters = 8,
                                            .max_filter_values = 20,
                                            .total = TOTAL_ESTIMATED };

/* The low bits of an input's first byte take parameters away, the others choose the endpoint. */
static struct query_subject choose_subject(struct arena *a, unsigned choice)
{
    enum { PERSONS_WITH_BIGINT, PERSONS, PHONES_OF_PERSON, LINKAGE, KINDS };
    unsigned kind = choice / (ALL + 1) % KINDS;
    const struct model *model =
        query_model_new(a, kind == PERSONS_WITH_BIGINT ? OID_BIGINT : OID_TEXT);
    const struct resource *persons = &model->resources[SMALL_PERSONS];
    bool is_related = kind == PHONES_OF_PERSON || kind == LINKAGE;
    return (struct query_subject){
        .accepts = ~choice & ALL,
        .model = model,
        .resource = is_related ? &model->resources[SMALL_PHONES] : persons,
        .relationship = is_related ? &persons->relationships[PERSONS_PHONES] : NULL,
        .is_linkage = kind == LINKAGE,
    };
}

/* ---- promises ------------------------------------------------------------------------------ */

static void check_page(const struct page *page)
{
    HOLDS(page->size >= 1 && page->size <= limits.max_page_size);
    HOLDS((page->direction == PAGE_FIRST) == (page->cursor.n == 0));
    HOLDS(page->number == 0 || page->direction == PAGE_FIRST);
    HOLDS(page->end.n == 0 || page->direction == PAGE_AFTER);
    HOLDS((uint64_t)page->number * page->size < (uint64_t)1 << 53);
}

static void check_include(const struct query *query, const struct query_subject *subject)
{
    HOLDS(query->n_include <= limits.max_include);
    HOLDS(query->include_given || query->n_include == 0);
    for (size_t i = 0; i < query->n_include; i++) {
        const struct include_node *node = &query->include[i];
        size_t depth = 1;
        for (size_t at = node->parent; at != INCLUDE_ROOT; at = query->include[at].parent) {
            HOLDS(at < i && ++depth <= limits.max_include_depth);
        }
        if (node->parent == INCLUDE_ROOT) {
            HOLDS(subject->is_linkage ? node->relationship == subject->relationship
                                      : node->relationship->owner == subject->resource);
        } else {
            HOLDS(query->include[node->parent].relationship->target == node->relationship->owner);
        }
        for (size_t k = 0; k < i; k++) {
            HOLDS(query->include[k].parent != node->parent ||
                  query->include[k].relationship != node->relationship);
        }
    }
}

static bool leads_to_one(const struct field *field)
{
    bool to_one = true;
    for (size_t i = 0; i < field->n_path; i++) {
        to_one = to_one && field->path[i]->is_to_one;
    }
    return to_one;
}

static const struct resource *check_field(const struct field *field,
                                          const struct query_subject *subject)
{
    const struct resource *at = subject->resource;
    HOLDS(field->n_path <= FIELD_MAX_PATH);
    for (size_t i = 0; i < field->n_path; i++) {
        HOLDS(field->path[i]->owner == at);
        at = field->path[i]->target;
    }
    if (field->kind == FIELD_OF_COUNT) {
        HOLDS(field->n_path > 0 && !leads_to_one(field));
    } else if (field->kind == FIELD_OF_LINK) {
        HOLDS(field->n_path == 0);
        HOLDS(field->attribute == &subject->relationship->link_columns[field->attribute->index]);
    } else if (field->kind == FIELD_OF_ATTRIBUTE) {
        HOLDS(field->attribute == &at->attributes[field->attribute->index]);
    } else {
        HOLDS(field->attribute == NULL);
    }
    return at;
}

static bool same_field(const struct field *a, const struct field *b)
{
    bool same = a->kind == b->kind && a->attribute == b->attribute && a->n_path == b->n_path;
    for (size_t i = 0; same && i < a->n_path; i++) {
        same = a->path[i] == b->path[i];
    }
    return same;
}

static void check_sort(const struct query *query, const struct query_subject *subject)
{
    HOLDS(query->n_sort <= limits.max_sort);
    for (size_t i = 0; i < query->n_sort; i++) {
        const struct field *field = &query->sort[i].field;
        check_field(field, subject);
        HOLDS(field->attribute == NULL || field->attribute->type->is_sortable);
        HOLDS(field->kind == FIELD_OF_COUNT || leads_to_one(field));
        for (size_t k = 0; k < i; k++) {
            HOLDS(!same_field(&query->sort[k].field, field));
        }
    }
}

/* ---- written again ------------------------------------------------------------------------- */

static void begin_parameter(struct buf *b, const char *name)
{
    buf_add_text(b, b->n == 0 ? "" : "&");
    percent_encode(b, text_of(name));
    buf_add_char(b, '=');
}

static void write_page(struct buf *b, const struct page *page)
{
    static const char *const totals[] = { "none", "exact", "estimated" };
    begin_parameter(b, "page[size]");
    buf_addf(b, "%u", page->size);
    begin_parameter(b, "page[total]");
    buf_add_text(b, totals[page->total]);
    if (page->direction != PAGE_FIRST) {
        begin_parameter(b, page->direction == PAGE_AFTER ? "page[after]" : "page[before]");
        percent_encode(b, page->cursor);
    }
    if (page->end.n > 0) {
        begin_parameter(b, "page[before]");
        percent_encode(b, page->end);
    }
    if (page->number > 0) {
        begin_parameter(b, "page[number]");
        buf_addf(b, "%u", page->number);
    }
}

static void write_node(struct buf *b, const struct query *query, size_t i)
{
    if (query->include[i].parent != INCLUDE_ROOT) {
        write_node(b, query, query->include[i].parent);
        buf_add_char(b, '.');
    }
    percent_encode(b, text_of(query->include[i].relationship->name));
}

static void write_include(struct buf *b, const struct query *query)
{
    begin_parameter(b, "include");
    for (size_t i = 0; i < query->n_include; i++) {
        buf_add_text(b, i == 0 ? "" : ",");
        write_node(b, query, i);
    }
}

static void write_names(struct buf *b, const struct resource *resource, const struct fieldset *set)
{
    size_t n = 0;
    for (size_t i = 0; i < resource->n_attributes + resource->n_relationships; i++) {
        bool is_attribute = i < resource->n_attributes;
        size_t at = is_attribute ? i : i - resource->n_attributes;
        if (is_attribute ? set->attributes[at] : set->relationships[at]) {
            buf_add_text(b, n++ == 0 ? "" : ",");
            percent_encode(b, text_of(is_attribute ? resource->attributes[at].name
                                                   : resource->relationships[at].name));
        }
    }
}

static void write_fields(struct buf *b, const struct query *query, const struct model *model)
{
    for (size_t i = 0; query->fields != NULL && i < model->n_resources; i++) {
        if (query->fields[i].is_given) {
            const struct resource *resource = &model->resources[i];
            begin_parameter(b, arena_printf(b->arena, "fields[%s]", resource->type));
            write_names(b, resource, &query->fields[i]);
        }
    }
}

static void write_sort(struct buf *b, const struct query *query)
{
    begin_parameter(b, "sort");
    for (size_t i = 0; i < query->n_sort; i++) {
        const struct field *field = &query->sort[i].field;
        buf_addf(b, "%s%s", i == 0 ? "" : ",", query->sort[i].descending ? "-" : "");
        for (size_t k = 0; k < field->n_path; k++) {
            buf_addf(b, "%s.", field->path[k]->name);
        }
        buf_add_text(b, field->kind == FIELD_OF_LINK ? "meta." : "");
        percent_encode(b, text_of(field->kind == FIELD_OF_KEY     ? "id"
                                  : field->kind == FIELD_OF_COUNT ? "count"
                                                                  : field->attribute->name));
    }
}

/* The type of a filter's values; NULL: text of any kind. */
static const struct column_type *type_of_values(const struct filter *filter,
                                                const struct resource *at)
{
    enum filter_operator by = filter->operator;
    if (by == FILTER_LIKE || by == FILTER_ILIKE) {
        return NULL;
    }
    const struct column_type *type = filter->field.kind == FIELD_OF_COUNT ? column_type_find(20)
                                     : filter->field.kind == FIELD_OF_KEY
                                         ? at->key_type
                                         : filter->field.attribute->type;
    return type->kind == COLUMN_TEXT ? NULL : type;
}

static void write_value(struct buf *b, const struct column_type *type, struct cell value)
{
    HOLDS(!cell_is_null(value));
    if (type == NULL) {
        percent_encode(b, (struct text){ .at = value.at, .n = (size_t)value.n });
        return;
    }
    struct buf json;
    buf_init(&json, b->arena, 64);
    column_write_json(&json, type, value);
    size_t n_quote = json.at[0] == '"' ? 1 : 0;
    percent_encode(b, (struct text){ .at = json.at + n_quote, .n = json.n - 2 * n_quote });
}

static void write_filter(struct buf *b, const struct filter *filter,
                         const struct query_subject *subject)
{
    const struct resource *at = check_field(&filter->field, subject);
    enum filter_operator by = filter->operator;
    bool may_be_empty =
        filter->field.kind == FIELD_OF_KEY && (by == FILTER_IN || by == FILTER_NONE);
    HOLDS(filter->n_values <= limits.max_filter_values && (filter->n_values > 0 || may_be_empty));
    HOLDS(by != FILTER_EQ || filter->field.kind != FIELD_OF_KEY);
    begin_parameter(b, filter->name);
    if (by == FILTER_NULL) {
        bool is_short = strstr(filter->name, "[null]") == NULL;
        HOLDS(filter->n_values == 1 && (!is_short || cell_bool(filter->values[0])));
        buf_add_text(b, is_short ? "null" : cell_bool(filter->values[0]) ? "true" : "false");
        return;
    }
    for (size_t i = 0; i < filter->n_values; i++) {
        buf_add_text(b, i == 0 ? "" : ",");
        write_value(b, type_of_values(filter, at), filter->values[i]);
    }
}

static void check_same(const struct query *a, const struct query *b)
{
    HOLDS(a->page.size == b->page.size && a->page.number == b->page.number);
    HOLDS(a->page.direction == b->page.direction && a->page.total == b->page.total);
    HOLDS(text_equal(a->page.cursor, b->page.cursor) && text_equal(a->page.end, b->page.end));
    HOLDS(a->n_include == b->n_include);
    for (size_t i = 0; i < a->n_include; i++) {
        HOLDS(a->include[i].relationship == b->include[i].relationship);
        HOLDS(a->include[i].parent == b->include[i].parent);
    }
    HOLDS(a->n_sort == b->n_sort);
    for (size_t i = 0; i < a->n_sort; i++) {
        HOLDS(same_field(&a->sort[i].field, &b->sort[i].field));
        HOLDS(a->sort[i].descending == b->sort[i].descending);
    }
    HOLDS(a->n_filters == b->n_filters);
    for (size_t i = 0; i < a->n_filters; i++) {
        const struct filter *f = &a->filters[i];
        const struct filter *g = &b->filters[i];
        HOLDS(strcmp(f->name, g->name) == 0 && same_field(&f->field, &g->field));
        HOLDS(f->n_values == g->n_values && f->operator== g->operator);
        for (size_t k = 0; k < f->n_values; k++) {
            HOLDS(f->values[k].n == g->values[k].n);
            HOLDS(memcmp(f->values[k].at, g->values[k].at, (size_t)f->values[k].n) == 0);
        }
    }
}

static void check_rewritten(struct arena *a, const struct query *query,
                            const struct query_subject *subject)
{
    struct buf b;
    buf_init(&b, a, 256);
    if ((subject->accepts & QUERY_PAGE) != 0) {
        write_page(&b, &query->page);
    }
    if (query->include_given) {
        write_include(&b, query);
    }
    write_fields(&b, query, subject->model);
    if (query->n_sort > 0) {
        write_sort(&b, query);
    }
    for (size_t i = 0; i < query->n_filters; i++) {
        write_filter(&b, &query->filters[i], subject);
    }
    struct problems problems = { .arena = a };
    struct query again;
    struct text text = { .at = b.at, .n = b.n };
    HOLDS(query_read(a, text, subject, &limits, &again, &problems) == 0);
    check_same(query, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    struct arena *a = arena_new(FUZZ_BUDGET);
    const struct query_subject subject = choose_subject(a, fuzz_choice(&input));
    struct problems problems = { .arena = a };
    struct query query;
    int result = query_read(a, input, &subject, &limits, &query, &problems);
    fuzz_check_problems(&problems, result);
    for (const struct problem *p = problems.first; p != NULL; p = p->next) {
        HOLDS(problem_status(p->code) == 400);
        HOLDS(p->source == (p->code == PROBLEM_BAD_REQUEST ? SOURCE_NONE : SOURCE_PARAMETER));
        HOLDS((p->meta != NULL) == (p->code == PROBLEM_PAGE_TOO_LARGE));
    }
    if (result == 0) {
        HOLDS(text_equal(query.raw, input));
        HOLDS((subject.accepts & QUERY_PAGE) != 0 || !query.page.size_given);
        HOLDS((subject.accepts & QUERY_INCLUDE) != 0 || !query.include_given);
        HOLDS((subject.accepts & QUERY_FIELDS) != 0 || query.fields == NULL);
        HOLDS((subject.accepts & QUERY_SORT) != 0 || query.n_sort == 0);
        HOLDS((subject.accepts & QUERY_FILTER) != 0 || query.n_filters == 0);
        check_page(&query.page);
        check_include(&query, &subject);
        check_sort(&query, &subject);
        check_rewritten(a, &query, &subject);
    }
    arena_free(a);
    return 0;
}
