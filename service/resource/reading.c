/*
 * reading.c - see reading.h.
 */
#include "resource/reading.h"

#include <errno.h>

#include "plan/include.h"
#include "plan/plan_cache.h"
#include "plan/shape.h"
#include "resource/precondition.h"

enum {
    RESULT_ROWS_PER_ARGUMENT = 16, /* so many rows of a result weigh as much as one of arguments */
    FAST_ROWS = 128, /* arguments' worth of a plan that takes a few milliseconds at most */
    MAX_NODES = PLAN_MAX_STATEMENTS - 8, /* room for the write that the reading follows */
};

static bool is_page(const struct selection *selection)
{
    bool is_one = selection->kind == SELECT_BY_KEY || selection->kind == SELECT_CREATED;
    bool is_to_one = selection->relationship != NULL && selection->relationship->is_to_one;
    return !is_one && !is_to_one;
}

/* ---- what is included ------------------------------------------------------------------------ */

struct nodes {
    struct include_node at[MAX_NODES];
    size_t n; /* as many as were asked for, also beyond the room */
};

static void add_node(struct nodes *nodes, const struct relationship *rel, size_t parent,
                     bool identifiers_only)
{
    for (size_t i = 0; i < nodes->n && i < MAX_NODES; i++) {
        if (nodes->at[i].relationship == rel && nodes->at[i].parent == parent) {
            return;
        }
    }
    if (nodes->n < MAX_NODES) {
        nodes->at[nodes->n] = (struct include_node){ .relationship = rel,
                                                     .parent = parent,
                                                     .identifiers_only = identifiers_only };
    }
    nodes->n++;
}

/*
 * What `include` names. For linkage its first node is the relationship itself: the rows are its
 * members already, and the further nodes hang on them.
 */
static void add_included(const struct query *q, bool is_linkage, struct nodes *nodes)
{
    size_t n_skipped = is_linkage && q->n_include > 0 ? 1 : 0;
    for (size_t i = n_skipped; i < q->n_include; i++) {
        size_t parent = q->include[i].parent;
        if (n_skipped > 0) {
            parent = parent == 0 ? INCLUDE_ROOT : parent - 1;
        }
        add_node(nodes, q->include[i].relationship, parent, false);
    }
}

/* Linkage that `fields` names explicitly, of the resources of this type at this place. */
static void add_asked(const struct query *q, const struct resource *resource, size_t parent,
                      struct nodes *nodes)
{
    if (q->fields == NULL || !q->fields[resource->index].is_given) {
        return;
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        const struct relationship *rel = &resource->relationships[i];
        if (q->fields[resource->index].relationships[i] && !rel->is_to_one) {
            add_node(nodes, rel, parent, true);
        }
    }
}

/* All of it into x->reading; false with a problem when it is too much for one request. */
static bool gather_nodes(struct exchange *x, const struct selection *selection)
{
    struct nodes nodes = { .n = 0 };
    add_included(&x->query, selection->kind == SELECT_LINKAGE, &nodes);
    if (selection->kind != SELECT_LINKAGE || selection->with_resources) {
        add_asked(&x->query, selection->resource, INCLUDE_ROOT, &nodes);
    }
    for (size_t i = 0; i < nodes.n && i < MAX_NODES; i++) {
        if (!nodes.at[i].identifiers_only) {
            add_asked(&x->query, nodes.at[i].relationship->target, i, &nodes);
        }
    }
    if (nodes.n > MAX_NODES) {
        problem_add(&x->problems, PROBLEM_BAD_PARAMETER, problem_parameter("include"),
                    "include and fields together ask for %zu linkages, and a request may ask for "
                    "%d: include less, or leave relationships out of fields",
                    nodes.n, MAX_NODES);
        return false;
    }
    struct include_node *kept = arena_alloc(x->arena, nodes.n * sizeof *kept);
    for (size_t i = 0; kept != NULL && i < nodes.n; i++) {
        kept[i] = nodes.at[i];
    }
    x->reading.n_nodes = nodes.n;
    x->reading.nodes = kept;
    return kept != NULL;
}

/* ---- statements ------------------------------------------------------------------------------ */

/* The statement kept for a plain selection; NULL: there is none. */
static const struct statement *kept_statement(const struct exchange *x,
                                              const struct selection *selection)
{
    const struct statements *all = x->service->statements;
    enum page_direction direction = selection->query->page.direction;
    if (!selection_is_plain(selection)) {
        return NULL;
    }
    switch (selection->kind) {
    case SELECT_BY_KEY:
        return all->of_resource[selection->resource->index].fetch;
    case SELECT_CREATED:
        return NULL;
    case SELECT_ALL:
        return all->of_resource[selection->resource->index].page[direction];
    case SELECT_RELATED:
        return all->of_relationship[selection->relationship->id].related[direction];
    case SELECT_LINKAGE:
        return all->of_relationship[selection->relationship->id].linkage[direction];
    }
    UNREACHABLE();
}

/* Decodes page[after] or page[before]; false with a problem when it is no cursor of this list. */
static bool read_cursor(struct exchange *x, const struct cursor_form *form, const char *parameter,
                        struct text cursor, const struct cell **ret)
{
    int r = cursor_read(x->arena, form, cursor, ret);
    if (r > 0) {
        problem_add(
            &x->problems, PROBLEM_BAD_PARAMETER, problem_parameter(parameter),
            "\"%s\" is not a cursor of this collection, sorted and filtered as it is here; take "
            "one from the prev and next links of its pages",
            text_quotable(x->arena, cursor, 60));
    }
    return r == 0;
}

/* Both ends of the page, as far as the request names them; all that are wrong are reported. */
static bool read_cursors(struct exchange *x, struct selection *selection)
{
    const struct page *page = &x->query.page;
    if (page->direction == PAGE_FIRST || !is_page(selection)) {
        return true;
    }
    struct cursor_form form = selection_cursor_form(x->arena, selection);
    bool is_after = page->direction == PAGE_AFTER;
    bool is_good = read_cursor(x, &form, is_after ? "page[after]" : "page[before]", page->cursor,
                               &selection->cursor);
    if (page->end.n > 0) {
        is_good &= read_cursor(x, &form, "page[before]", page->end, &selection->end);
    }
    return is_good;
}

static struct step_plan *next_statement(struct exchange *x)
{
    ASSERT(x->plan.n_statements < PLAN_MAX_STATEMENTS);
    return &x->plan.statements[x->plan.n_statements++];
}

/* The statements in their order; `known`: what an earlier request of this shape had, or NULL. */
static void plan_statements(struct exchange *x, const struct planned *known)
{
    struct reading *reading = &x->reading;
    const struct selection *selection = &reading->selection;
    size_t n = 0;
    selection_plan(x->arena, selection, known == NULL ? NULL : known->statements[n++],
                   next_statement(x));
    for (size_t i = 0; i < reading->n_nodes; i++) {
        const struct include_place place = { .nodes = reading->nodes,
                                             .at = i,
                                             .limit = x->service->settings->max_page_size };
        include_plan(x->arena, selection, &place, known == NULL ? NULL : known->statements[n++],
                     next_statement(x));
    }
    if (reading->has_total) {
        selection_plan_total(x->arena, selection, known == NULL ? NULL : known->statements[n],
                             next_statement(x));
    }
}

static bool is_complete(const struct exchange *x)
{
    for (size_t i = x->reading.at; i < x->plan.n_statements; i++) {
        if (x->plan.statements[i].statement == NULL || x->plan.statements[i].arguments == NULL) {
            return false;
        }
    }
    return true;
}

/* A shape is planned once: its statements are remembered. */
static void plan_by_shape(struct exchange *x)
{
    const struct reading *reading = &x->reading;
    struct plan_cache *cache = service_plans(x->service, x->worker);
    if (cache == NULL) {
        plan_statements(x, NULL);
        return;
    }
    struct text shape = shape_of_reading(x->arena, &reading->selection, reading->nodes,
                                         reading->n_nodes, reading->has_total);
    const struct planned *known = shape.n == 0 ? NULL : plan_cache_find(cache, shape, x->arena);
    plan_statements(x, known);
    if (known == NULL && shape.n > 0 && is_complete(x)) {
        plan_cache_add(cache, shape, &x->plan.statements[reading->at],
                       x->plan.n_statements - reading->at);
    }
    service_count_plan(x->service, x->worker, known != NULL);
}

static void plan_reading(struct exchange *x)
{
    const struct reading *reading = &x->reading;
    const struct statement *kept =
        reading->n_nodes > 0 || reading->has_total ? NULL : kept_statement(x, &reading->selection);
    if (kept == NULL) {
        plan_by_shape(x);
        return;
    }
    *next_statement(x) =
        (struct step_plan){ .statement = kept,
                            .arguments = selection_arguments(x->arena, &reading->selection) };
}

/* The relationship's own order, where the request asks for none. */
static void set_default_sort(struct exchange *x, const struct relationship *rel)
{
    if (rel == NULL || rel->is_to_one || rel->n_order_by == 0 || x->query.n_sort > 0) {
        return;
    }
    struct sort_key *keys = arena_zalloc(x->arena, rel->n_order_by, sizeof *keys);
    for (size_t i = 0; keys != NULL && i < rel->n_order_by; i++) {
        keys[i].field.kind = FIELD_OF_ATTRIBUTE;
        keys[i].field.attribute = rel->order_by[i].attribute;
        keys[i].descending = rel->order_by[i].descending;
    }
    x->query.sort = keys;
    x->query.n_sort = keys == NULL ? 0 : rel->n_order_by;
}

enum step reading_plan(struct exchange *x, struct selection selection)
{
    struct reading *reading = &x->reading;
    set_default_sort(x, selection.relationship);
    selection.query = &x->query;
    selection.with_resources = selection.kind == SELECT_LINKAGE && x->query.n_include > 0;
    if (!read_cursors(x, &selection) || !gather_nodes(x, &selection)) {
        return exchange_next(x, 0);
    }
    reading->selection = selection;
    reading->at = x->plan.n_statements;
    reading->has_total = is_page(&selection) && x->query.page.total != TOTAL_NONE;
    plan_reading(x);
    return exchange_next(x, is_complete(x) ? 0 : -ENOMEM);
}

enum step reading_only(struct exchange *x, struct selection selection)
{
    x->plan = (struct plan){ 0 };
    enum step next = reading_plan(x, selection);
    const struct reading *reading = &x->reading;
    size_t n_rows = is_page(&reading->selection) ? x->query.page.size : 0;
    x->plan.shared = selection_is_plain(&reading->selection) && !reading->has_total;
    x->plan.n_rows = (1 + n_rows / RESULT_ROWS_PER_ARGUMENT) * (1 + reading->n_nodes);
    x->plan.slow = !x->plan.shared || x->plan.n_rows > FAST_ROWS;
    x->plan.snapshot = x->plan.n_statements > 2;
    return next;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static const struct rows *own_rows(const struct exchange *x)
{
    return &x->rows[x->reading.at];
}

bool reading_is_found(const struct exchange *x)
{
    struct selection_layout layout = selection_layout(&x->reading.selection);
    const struct rows *rows = own_rows(x);
    return layout.found == 0 ? rows->n_rows > 0 || is_page(&x->reading.selection)
                             : cell_bool(rows_row(rows, 0)[layout.found]);
}

const struct cell *reading_row(const struct exchange *x)
{
    return rows_row(own_rows(x), 0) + selection_layout(&x->reading.selection).resource;
}

/* The rows to show; an owner without members has one row that is none. */
static struct page_view view_of(const struct exchange *x)
{
    struct selection_layout layout = selection_layout(&x->reading.selection);
    const struct rows *rows = own_rows(x);
    size_t n = rows->n_rows;
    if (n > 0 && layout.found > 0 && cell_is_null(rows_row(rows, 0)[selection_key_at(&layout)])) {
        n = 0;
    }
    return page_view_of(&x->query.page, n);
}

/* ---- the document ---------------------------------------------------------------------------- */

static void write_cursor_of_member(struct buf *b, const struct relationship *relationship,
                                   struct cell key)
{
    cursor_write(b, CURSOR_KEY_ONLY(relationship->target), NULL, key);
}

/* Indexes what came with the rows; NULL when nothing did, or over budget. */
static const struct compound *compound_of(struct exchange *x, const struct page_view *view)
{
    const struct reading *reading = &x->reading;
    const struct selection *selection = &reading->selection;
    struct selection_layout layout = selection_layout(selection);
    if (reading->n_nodes == 0 && !x->query.include_given) {
        return NULL;
    }
    struct compound *c = compound_new(x->arena, reading->nodes, &x->rows[reading->at + 1],
                                      reading->n_nodes, x->service->settings->max_page_size);
    for (size_t i = 0; c != NULL && i < view->n; i++) {
        const struct cell *row = rows_row(own_rows(x), view->first + i);
        compound_add_root(c, selection->resource, row[selection_key_at(&layout)],
                          layout.member > 0 && layout.resource > 0 ? row + layout.resource : NULL);
    }
    if (c != NULL) {
        compound_reach(c);
    }
    return c;
}

static void write_row(struct buf *b, const struct selection *selection,
                      const struct selection_layout *layout, const struct cell *row,
                      const struct document_view *view)
{
    if (layout->member > 0) {
        document_write_identifier(b, selection->relationship, row[layout->member],
                                  row + layout->links);
    } else {
        document_write_resource(b, selection->resource, row + layout->resource, view);
    }
}

static void write_data(const struct exchange *x, struct buf *b, const struct page_view *page,
                       const struct document_view *view)
{
    const struct selection *selection = &x->reading.selection;
    struct selection_layout layout = selection_layout(selection);
    bool is_list = is_page(selection);
    if (!is_list && page->n == 0) {
        buf_add_literal(b, "null");
        return;
    }
    buf_add_text(b, is_list ? "[" : "");
    for (size_t i = 0; i < page->n; i++) {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        write_row(b, selection, &layout, rows_row(own_rows(x), page->first + i), view);
    }
    buf_add_text(b, is_list ? "]" : "");
}

static void write_page_meta(const struct exchange *x, struct buf *b, const struct page_view *page)
{
    const struct reading *reading = &x->reading;
    if (!reading->has_total && !page->is_truncated) {
        return;
    }
    buf_add_literal(b, ",\"meta\":{\"page\":{");
    if (page->is_truncated) {
        buf_add_text(b,
                     reading->has_total ? "\"rangeTruncated\":true," : "\"rangeTruncated\":true");
    }
    if (reading->has_total) {
        int64_t total = cell_int(rows_row(&x->rows[reading->at + reading->n_nodes + 1], 0)[1]);
        bool is_exact = x->query.page.total == TOTAL_EXACT;
        buf_add_text(b, is_exact ? "\"total\":" : "\"estimatedTotal\":{\"bestGuess\":");
        buf_add_int(b, total);
        buf_add_text(b, is_exact ? "" : "}");
    }
    buf_add_literal(b, "}}");
}

static struct document_links links_of(struct exchange *x, const char *path,
                                      const struct page_view *page)
{
    const struct selection *selection = &x->reading.selection;
    struct document_links links = { .prefix = x->service->settings->public_url,
                                    .self = own_link(x, path) };
    if (is_page(selection)) {
        struct selection_layout layout = selection_layout(selection);
        struct cursor_form form = selection_cursor_form(x->arena, selection);
        struct page_place place = { .path = path, .view = page, .form = &form };
        if (page->n > 0) {
            const struct cell *first = rows_row(own_rows(x), page->first);
            const struct cell *last = rows_row(own_rows(x), page->first + page->n - 1);
            place.first_key = first[selection_key_at(&layout)];
            place.last_key = last[selection_key_at(&layout)];
            place.first_values = first + layout.sort;
            place.last_values = last + layout.sort;
        }
        page_links(x, &place, &links);
    }
    if (selection->kind == SELECT_LINKAGE) {
        links.related = relationship_path(x, false);
    }
    return links;
}

/* Entity tags for what can be written under a precondition; others are made of the body alone. */
static void tag(struct exchange *x, const struct page_view *page)
{
    const struct selection *selection = &x->reading.selection;
    struct selection_layout layout = selection_layout(selection);
    if (x->is_part || x->answer.body.failed) {
        return;
    }
    if (selection->relationship == NULL && !is_page(selection) && page->n > 0) {
        precondition_tag_resource(x, reading_row(x));
    } else if (layout.state > 0) {
        precondition_tag_linkage(x, rows_row(own_rows(x), 0)[layout.state]);
    }
}

enum step reading_answer(struct exchange *x, int status, const char *path,
                         const struct reading_extra *extra)
{
    struct page_view page = view_of(x);
    struct document_links links = links_of(x, path, &page);
    bool is_jsonapi = x->representation == REPRESENTATION_JSONAPI;
    links.is_paged = is_jsonapi && links.is_page &&
                     (x->request.names_paging || x->reading.has_total || page.is_truncated);
    x->answer.is_paged = links.is_paged;
    struct document_view view = {
        .prefix = text_of(links.prefix),
        .outlines = document_outlines(x->arena, x->service->model, x->query.fields),
        .compound = compound_of(x, &page),
        .write_cursor = write_cursor_of_member,
    };
    struct buf *b = &x->answer.body;
    buf_init(b, x->arena, 1024 + page.n * 512);
    if (x->is_part) { /* a result holds data alone */
        buf_add_literal(b, "{\"data\":");
    } else {
        document_begin(b, &links);
    }
    write_data(x, b, &page, &view);
    if (x->query.include_given) {
        document_write_included(b, &view);
    }
    if (extra != NULL && extra->change != NULL) {
        buf_add_literal(b, ",\"meta\":");
        link_change_write(b, extra->change, extra->is_unlink, links.prefix);
    } else {
        write_page_meta(x, b, &page);
    }
    document_end(b);
    tag(x, &page);
    return exchange_answer(x, status);
}
