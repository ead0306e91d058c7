/*
 * selection.c - see selection.h. A shared statement unnests its requests once and visits, for each,
 * the index that its page begins in: the work is that of the rows asked for. Lookups by key are
 * lateral with a limit, which PostgreSQL never turns into a join over the whole table: one plan is
 * right for any number of rows, also when it was made while the table was still small.
 */
#include "plan/selection.h"

#include "plan/selecting.h"

size_t resource_width(const struct resource *resource)
{
    return 1 + resource->n_attributes + resource->n_to_one;
}

struct selection_layout selection_layout(const struct selection *selection)
{
    struct selection_layout layout = { 0 };
    size_t n = 1;
    bool has_owner = selection->relationship != NULL;
    if (has_owner) {
        layout.found = n++;
    }
    if (selection->kind == SELECT_LINKAGE) {
        ASSERT(has_owner);
        layout.state = n++;
        layout.member = n++;
        layout.links = n;
        n += selection->relationship->n_link_columns;
    }
    if (selection->kind != SELECT_LINKAGE || selection->with_resources) {
        layout.resource = n;
        n += resource_width(selection->resource);
    }
    layout.sort = n;
    return layout;
}

size_t selection_key_at(const struct selection_layout *layout)
{
    return layout->member > 0 ? layout->member : layout->resource;
}

static bool is_page(const struct selection *selection)
{
    return selection->kind != SELECT_BY_KEY && selection->kind != SELECT_CREATED;
}

bool selection_is_plain(const struct selection *selection)
{
    const struct query *q = selection->query;
    return !is_page(selection) || (q->n_sort == 0 && q->n_filters == 0 && q->page.number == 0 &&
                                   selection->end == NULL && !selection->with_resources);
}

/* ---- the row source and what stands behind it ------------------------------------------------ */

/* Sanitizer builds write every text, to compare it with the known one. */
static bool trusts(const struct statement *known)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)known;
    return false;
#else
    return known != NULL;
#endif
}

struct selecting selecting_begin(struct arena *a, const struct selection *selection, bool shared,
                                 const struct statement *known)
{
    bool is_linkage = selection->relationship != NULL;
    struct selecting w = {
        .arena = a,
        .known = known,
        .selection = selection,
        .body = sql_begin(a, shared),
        .arguments = arena_zalloc(a, STATEMENT_MAX_PARAMETERS, sizeof *w.arguments),
        .row = is_linkage ? "t" : "r",
        .link = is_linkage ? "p" : NULL,
    };
    if (is_linkage && selection->relationship->kind == RELATIONSHIP_ONE_TO_MANY) {
        w.link = "t"; /* the foreign key is in the related resource itself */
    }
    w.body.is_muted = trusts(known);
    buf_init(&w.inputs, a, w.body.is_muted ? 0 : 128);
    return w;
}

static void add_input(struct selecting *w, const char *name, size_t number,
                      struct argument argument)
{
    bool shared = !w->body.failed && w->body.statement->shared;
    if (number == 0 || w->arguments == NULL) {
        return; /* latched in the body */
    }
    w->arguments[number - (shared ? 2 : 1)] = argument;
    if (w->body.is_muted) {
        return;
    }
    if (shared) {
        buf_addf(&w->inputs, ", %s", name);
    } else {
        buf_addf(&w->inputs, ", $%zu as %s", number, name);
    }
}

void selecting_input_oid(struct selecting *w, const char *name, uint32_t oid, uint32_t array_oid,
                         const struct cell *value)
{
    bool shared = !w->body.failed && w->body.statement->shared;
    size_t number = sql_parameter_oid(&w->body, oid, shared ? array_oid : 0);
    add_input(w, name, number, (struct argument){ .cells = value, .n = 1 });
}

void selecting_input(struct selecting *w, const char *name, const struct column_type *type,
                     const struct cell *value)
{
    selecting_input_oid(w, name, type->oid, type->array_oid, value);
}

void selecting_input_array(struct selecting *w, const char *name, const struct column_type *type,
                           const struct cell *values, size_t n)
{
    size_t number = sql_parameter(&w->body, type, true);
    add_input(w, name, number, (struct argument){ .cells = values, .n = n });
}

/* The row source `a`. */
static void add_inputs(struct buf *to, struct selecting *w)
{
    const struct statement *statement = w->body.statement;
    struct text names = { .at = w->inputs.at, .n = w->inputs.n };
    if (!statement->shared) {
        buf_add_literal(to, "(select 0 as request");
        buf_add(to, names.at, names.n);
        buf_add_literal(to, ") a");
        return;
    }
    buf_add_literal(to, "unnest($1");
    for (size_t i = 0; i < statement->n_parameters; i++) {
        buf_addf(to, ", $%zu", i + 2);
    }
    buf_add_literal(to, ") with ordinality a(request");
    buf_add(to, names.at, names.n);
    buf_add_literal(to, ", place)");
}

void selecting_finish(struct selecting *w, const char *before, const char *columns,
                      struct step_plan *ret)
{
    *ret = (struct step_plan){ 0 };
    if (w->body.failed || w->inputs.failed || w->arguments == NULL) {
        return;
    }
    if (w->body.is_muted) {
        *ret = (struct step_plan){ .statement = w->known, .arguments = w->arguments };
        return;
    }
    struct sql whole = { .statement = w->body.statement };
    buf_init(&whole.text, w->arena, w->body.text.n + w->inputs.n + 256);
    buf_add_text(&whole.text, before);
    buf_add_literal(&whole.text, "select ");
    buf_add_text(&whole.text, columns);
    buf_add_literal(&whole.text, " from ");
    add_inputs(&whole.text, w);
    buf_add(&whole.text, w->body.text.at, w->body.text.n);
    ret->statement = sql_finish(&whole);
    ret->arguments = ret->statement == NULL ? NULL : w->arguments;
    ASSERT(w->known == NULL || ret->statement == NULL ||
           strcmp(w->known->sql, ret->statement->sql) == 0);
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* Is each related resource found by its link? Else filters and sorts may go by its columns. */
static bool looks_up(const struct selection *selection)
{
    const struct relationship *rel = selection->relationship;
    return rel != NULL && selection->kind == SELECT_RELATED && selection_is_plain(selection) &&
           rel->kind != RELATIONSHIP_ONE_TO_MANY;
}

static void add_columns(struct selecting *w, enum selecting_what what)
{
    const struct selection *selection = w->selection;
    const struct relationship *rel = selection->relationship;
    struct selection_layout layout = selection_layout(selection);
    if (what == ROWS_KEYS) {
        selecting_add_key(w);
        sql_add(&w->body, " as key");
        return;
    }
    if (layout.member > 0) {
        sql_add(&w->body, "%s.%s", w->link, rel->far);
        sql_add_link_columns(&w->body, rel, w->link);
    }
    if (layout.resource > 0) {
        sql_add(&w->body, "%s", layout.member > 0 ? ", " : "");
        if (looks_up(selection)) {
            sql_add(&w->body, "t.*");
        } else {
            sql_add_resource(&w->body, selection->resource, w->row);
        }
    }
    for (size_t i = 0; is_page(selection) && i < selection_n_sort(selection); i++) {
        sql_add(&w->body, ", ");
        selecting_add_sort_value(w, i);
    }
}

static bool is_before(const struct selection *selection)
{
    return selection->query->page.direction == PAGE_BEFORE;
}

/* " order by …" of the index walk; a page before a row walks backwards. */
static void add_walk_order(struct selecting *w)
{
    const struct query *q = w->selection->query;
    bool backwards = is_before(w->selection);
    sql_add(&w->body, " order by ");
    for (size_t i = 0; i < selection_n_sort(w->selection); i++) {
        selecting_add_sort_value(w, i);
        sql_add(&w->body, "%s, ", q->sort[i].descending != backwards ? " desc" : "");
    }
    selecting_add_key(w);
    sql_add(&w->body, "%s", selecting_key_descends(w->selection) != backwards ? " desc" : "");
}

/* The walk's conditions, order and end. */
static void add_page(struct selecting *w, enum selecting_what what)
{
    const struct query *q = w->selection->query;
    selecting_add_filters(w);
    selecting_add_keyset(w);
    add_walk_order(w);
    sql_add(&w->body, " limit a.size%s", what == ROWS_WHOLE ? " + 1" : "");
    if (q->page.number > 0) {
        sql_add(&w->body, " offset a.skip");
    }
}

/* "from" what is walked: the type's table, or the owner's links and what they lead to. */
static void add_walk(struct selecting *w, bool by_lookup)
{
    const struct selection *selection = w->selection;
    const struct relationship *rel = selection->relationship;
    if (rel == NULL) {
        sql_add(&w->body, " from %s r", selection->resource->table);
        selecting_add_sort_values(w);
        sql_add(&w->body, " where true");
        return;
    }
    if (rel->kind == RELATIONSHIP_ONE_TO_MANY) {
        sql_add(&w->body, " from %s t", rel->table);
    } else {
        sql_add(&w->body, " from ");
        sql_add_rows(&w->body, rel);
        sql_add(&w->body, " p");
        if (by_lookup) {
            sql_add_lookup(&w->body, rel);
        } else if (selection->kind == SELECT_RELATED || !selection_is_plain(selection)) {
            sql_add(&w->body, " join %s t on t.%s = p.%s", rel->target->table, rel->target->key,
                    rel->far);
        }
    }
    selecting_add_sort_values(w);
    sql_add(&w->body, " where %s.%s = o.key", w->link, rel->near);
    sql_add_linked(&w->body, rel, w->link);
}

/* Inputs of a page: where it begins, how long it is. */
static void add_page_inputs(struct selecting *w)
{
    const struct selection *selection = w->selection;
    const struct query *q = selection->query;
    struct cell *bounds = arena_alloc(w->arena, 2 * sizeof *bounds);
    if (bounds == NULL) {
        return;
    }
    bounds[0] = cell_from_int8(w->arena, q->page.size);
    bounds[1] = cell_from_int8(
        w->arena, q->page.number > 0 ? (int64_t)(q->page.number - 1) * q->page.size : 0);
    size_t n_sort = selection_n_sort(selection);
    if (selection->cursor != NULL) {
        selecting_input(w, "cursor", selection->resource->key_type, &selection->cursor[n_sort]);
    }
    if (selection->end != NULL) {
        selecting_input(w, "last", selection->resource->key_type, &selection->end[n_sort]);
    }
    selecting_input_oid(w, "size", OID_INT8, OID_INT8_ARRAY, &bounds[0]);
    if (q->page.number > 0) {
        selecting_input_oid(w, "skip", OID_INT8, OID_INT8_ARRAY, &bounds[1]);
    }
}

static void add_one(struct selecting *w, enum selecting_what what)
{
    const struct resource *resource = w->selection->resource;
    if (w->selection->kind == SELECT_BY_KEY) {
        selecting_input(w, "key", resource->key_type, &w->selection->key);
    }
    sql_add(&w->body, ", lateral (select ");
    add_columns(w, what);
    sql_add(&w->body, " from %s r where r.%s = ", resource->table, resource->key);
    if (w->selection->kind == SELECT_BY_KEY) {
        sql_add(&w->body, "a.key");
    } else {
        sql_add(&w->body, "nullif(current_setting('" CREATED_KEY "', true), '')::%s",
                resource->key_type->name);
    }
    sql_add(&w->body, " limit 1) x");
}

void selecting_add_rows(struct selecting *w, enum selecting_what what)
{
    const struct selection *selection = w->selection;
    const struct relationship *rel = selection->relationship;
    if (!is_page(selection)) {
        add_one(w, what);
        return;
    }
    const char *join = ", lateral";
    if (rel != NULL) {
        selecting_input(w, "near", rel->owner->key_type, &selection->key);
        join = what == ROWS_WHOLE ? " left join lateral" : ", lateral";
        sql_add(&w->body, "%s (select o.%s as key from %s o where o.%s = a.near limit 1) o%s", join,
                rel->owner->key, rel->owner->table, rel->owner->key,
                what == ROWS_WHOLE ? " on true" : "");
    }
    add_page_inputs(w);
    sql_add(&w->body, "%s (select ", join);
    add_columns(w, what);
    add_walk(w, looks_up(selection));
    add_page(w, what);
    sql_add(&w->body, ") x%s", rel != NULL && what == ROWS_WHOLE ? " on true" : "");
}

void selecting_add_order(struct selecting *w)
{
    bool shared = !w->body.failed && w->body.statement->shared;
    sql_add(&w->body, "%s", shared ? " order by a.place" : "");
}

/*
 * The order of the rows as they come back: for a page that was walked backwards, by the positions
 * of their columns, counted from 1.
 */
static void add_final_order(struct selecting *w)
{
    const struct selection *selection = w->selection;
    struct selection_layout layout = selection_layout(selection);
    if (!is_page(selection) || !is_before(selection)) {
        selecting_add_order(w);
        return;
    }
    sql_add(&w->body, " order by 1");
    for (size_t i = 0; i < selection_n_sort(selection); i++) {
        sql_add(&w->body, ", %zu%s", layout.sort + i + 1,
                selection->query->sort[i].descending ? " desc" : "");
    }
    sql_add(&w->body, ", %zu%s", selection_key_at(&layout) + 1,
            selecting_key_descends(selection) ? " desc" : "");
}

/* How a link weighs in the state: its member, with what clients may have written to it. */
static void add_link_hash(struct selecting *w)
{
    const struct relationship *rel = w->selection->relationship;
    bool has_values = false;
    for (size_t i = 0; i < rel->n_link_columns; i++) {
        has_values = has_values || !rel->link_columns[i].read_only;
    }
    enum column_kind kind = rel->target->key_type->kind;
    if (has_values) {
        sql_add(&w->body, "hashtextextended(row(q.%s", rel->far);
        for (size_t i = 0; i < rel->n_link_columns; i++) {
            if (!rel->link_columns[i].read_only) {
                sql_add(&w->body, ", q.%s", rel->link_columns[i].column);
            }
        }
        sql_add(&w->body, ")::text, 0)");
    } else if (kind == COLUMN_BIGINT || kind == COLUMN_INTEGER || kind == COLUMN_SMALLINT) {
        sql_add(&w->body, "hashint8extended(q.%s, 0)", rel->far);
    } else {
        sql_add(&w->body, "hashtextextended(q.%s::text, 0)", rel->far);
    }
}

static void add_state(struct selecting *w)
{
    const struct relationship *rel = w->selection->relationship;
    sql_add(&w->body,
            " left join lateral (select case when count(*) <= %d then count(*) || '.' ||"
            " coalesce(sum(",
            STATE_MAX_MEMBERS);
    add_link_hash(w);
    sql_add(&w->body, "), 0) end as state from (select * from ");
    sql_add_rows(&w->body, rel);
    sql_add(&w->body, " l where l.%s = o.key", rel->near);
    sql_add_linked(&w->body, rel, "l");
    /* a symmetric relationship is read from a subquery, in which nothing can be locked */
    bool locks = w->selection->locks_links && text_is(text_of(rel->rows), rel->table);
    sql_add(&w->body, " limit %d%s) q) z on true", STATE_MAX_MEMBERS + 1,
            locks ? " for update" : "");
}

static void select_rows(struct arena *a, const struct selection *selection,
                        const struct statement *known, struct step_plan *ret)
{
    bool shared = selection_is_plain(selection) && selection->kind != SELECT_CREATED;
    struct selecting w = selecting_begin(a, selection, shared, known);
    selecting_add_rows(&w, ROWS_WHOLE);
    const char *columns = "a.request, x.*";
    if (selection->kind == SELECT_LINKAGE) {
        add_state(&w);
        columns = "a.request, o.key is not null, z.state, x.*";
    } else if (selection->relationship != NULL) {
        columns = "a.request, o.key is not null, x.*";
    }
    add_final_order(&w);
    selecting_finish(&w, "", columns, ret);
}

const struct statement *selection_statement(struct arena *a, const struct selection *selection)
{
    struct step_plan plan;
    ASSERT(selection_is_plain(selection));
    select_rows(a, selection, NULL, &plan);
    return plan.statement;
}

void selection_plan(struct arena *a, const struct selection *selection,
                    const struct statement *known, struct step_plan *ret)
{
    select_rows(a, selection, known, ret);
}

/* In the order in which selecting_add_rows() names them. */
const struct argument *selection_arguments(struct arena *a, const struct selection *selection)
{
    ASSERT(selection_is_plain(selection));
    struct cell *cells = arena_alloc(a, 3 * sizeof *cells);
    struct argument *arguments = arena_alloc(a, 3 * sizeof *arguments);
    if (cells == NULL || arguments == NULL) {
        return NULL;
    }
    size_t n = 0;
    if (selection->kind != SELECT_ALL) {
        cells[n++] = selection->key;
    }
    if (is_page(selection)) {
        if (selection->cursor != NULL) {
            cells[n++] = selection->cursor[0];
        }
        cells[n++] = cell_from_int8(a, selection->query->page.size);
    }
    for (size_t i = 0; i < n; i++) {
        arguments[i] = (struct argument){ .cells = &cells[i], .n = 1 };
    }
    return arena_failed(a) ? NULL : arguments;
}

void selection_plan_total(struct arena *a, const struct selection *selection,
                          const struct statement *known, struct step_plan *ret)
{
    struct selecting w = selecting_begin(a, selection, false, known);
    const struct relationship *rel = selection->relationship;
    bool is_estimate = selection->query->page.total == TOTAL_ESTIMATED && rel == NULL &&
                       selection->query->n_filters == 0;
    if (rel != NULL) {
        selecting_input(&w, "near", rel->owner->key_type, &selection->key);
        sql_add(&w.body, ", lateral (select a.near as key) o");
    }
    sql_add(&w.body, ", lateral (select count(*) as n");
    add_walk(&w, false);
    selecting_add_filters(&w);
    sql_add(&w.body, ") x");
    if (!is_estimate) {
        selecting_finish(&w, "", "a.request, x.n", ret);
        return;
    }
    w = selecting_begin(a, selection, false, known);
    sql_add(&w.body,
            ", lateral (select case when c.reltuples > 0 then c.reltuples::bigint"
            " else (select count(*) from %s) end as n from pg_catalog.pg_class c"
            " where c.oid = to_regclass($1)) x",
            selection->resource->table);
    struct cell *name = arena_alloc(a, sizeof *name);
    if (name != NULL) {
        *name = cell_from_text(selection->resource->table, strlen(selection->resource->table));
        selecting_input_oid(&w, "name", OID_TEXT, 0, name);
    }
    selecting_finish(&w, "", "a.request, x.n", ret);
}
