/*
 * resolve.c - from a model file and a catalog to a model: read, resolve resources, resolve
 * relationships, pair their sides, and put the result into the structs that requests use.
 */
#include "model/resolve.h"

#include <errno.h>

#include "base/buf.h"
#include "model/names.h"
#include "model/outline.h"
#include "model/resolving.h"
#include "model/spelling.h"

enum { BUDGET_BYTES = 64 * 1024 * 1024 }; /* a model takes some kilobytes per resource */

static bool begin_resources(struct draft *d, struct model *model)
{
    size_t n = d->declaration.n_resources;
    struct resource *resources = arena_zalloc(d->arena, n, sizeof *resources);
    d->resources = arena_zalloc(d->scratch, n, sizeof *d->resources);
    if (resources == NULL || d->resources == NULL) {
        return false;
    }
    d->n_resources = n;
    for (size_t i = 0; i < n; i++) {
        d->resources[i].declared = &d->declaration.resources[i];
        d->resources[i].resource = &resources[i];
        resources[i].index = i;
    }
    model->n_resources = n;
    model->resources = resources;
    for (size_t i = 0; i < n; i++) {
        resolve_table(d, &d->resources[i]);
    }
    return true;
}

static size_t count_relationships(const struct draft *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_resources; i++) {
        n += d->resources[i].declared->n_relationships;
    }
    return n;
}

/* All sides: the declared ones are known before any is looked at, backrefs come behind them. */
static bool begin_ends(struct draft *d)
{
    d->ends = arena_zalloc(d->scratch, 2 * count_relationships(d), sizeof *d->ends);
    if (d->ends == NULL) {
        return false;
    }
    for (size_t i = 0; i < d->n_resources; i++) {
        const struct declared_resource *declared = d->resources[i].declared;
        for (size_t j = 0; j < declared->n_relationships; j++) {
            d->ends[d->n_ends++] = (struct draft_end){
                .declared = &declared->relationships[j],
                .owner = &d->resources[i],
            };
        }
    }
    size_t n_declared = d->n_ends;
    for (size_t i = 0; i < n_declared; i++) {
        resolve_end(d, &d->ends[i]);
    }
    for (size_t i = 0; i < n_declared; i++) {
        struct draft_end *end = &d->ends[i];
        const struct declared_relationship *backref = end->declared->backref;
        bool wanted = backref != NULL && backref->name != NULL && !end->is_symmetric &&
                      end->declared->back_populates == NULL;
        if (wanted && resolve_backref(d, end, &d->ends[d->n_ends])) {
            d->n_ends++;
        }
    }
    return true;
}

/*
 * Both directions of a symmetric relationship: each link once as it is stored and once turned
 * round, so that what reads need not know.
 */
static const char *rows_of_symmetric(struct draft *d, const struct relationship *r)
{
    struct buf b;
    buf_init(&b, d->arena, 256);
    const char *columns[][2] = { { r->near, r->far }, { r->far, r->near } };
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
        buf_addf(&b, "%sselect p.%s, p.%s", i == 0 ? "(" : " union all ", columns[i][0],
                 columns[i][1]);
        for (size_t j = 0; j < r->n_link_columns; j++) {
            buf_addf(&b, ", p.%s", r->link_columns[j].column);
        }
        buf_addf(&b, " from %s p", r->table);
    }
    buf_addf(&b, " where p.%s <> p.%s)", r->near, r->far);
    return buf_terminate(&b);
}

static void finish_relationship(struct draft *d, const struct draft_end *end,
                                struct relationship *to)
{
    const struct declared_relationship *declared = end->declared;
    bool is_many_to_many = end->kind == RELATIONSHIP_MANY_TO_MANY;
    *to = (struct relationship){
        .name = arena_strdup(d->arena, declared->name),
        .description =
            declared->description == NULL ? NULL : arena_strdup(d->arena, declared->description),
        .kind = end->kind,
        .is_to_one = end->is_to_one,
        .owner = end->owner->resource,
        .target = end->target->resource,
        .table = name_quote_qualified(d->arena, end->table->schema, end->table->name),
        .near = name_quote(d->arena, end->near->name),
        .far = name_quote(d->arena, end->far->name),
        .near_is_first = end->near_is_first,
        .is_symmetric = end->is_symmetric,
        .has_insert_triggers = end->table->has_insert_triggers,
        .allows_self = declared->allow_self == CHOICE_YES,
        .view_only = end->view_only,
        .refuses_move = declared->on_move != NULL && strcmp(declared->on_move, "refuse") == 0,
        .is_required = !is_many_to_many && draft_foreign_key(end)->not_null,
        .far_is_unique = target_is_moved(end),
        .n_order_by = end->n_order_by,
        .order_by = end->order_by,
        .n_link_columns = end->n_link_columns,
        .link_columns = end->link_columns,
    };
    if (arena_failed(d->arena)) {
        return;
    }
    spell_relationship(d->arena, to);
    to->rows = end->is_symmetric ? rows_of_symmetric(d, to) : to->table;
}

/* The to-one relationships of a resource, listed, and numbered for them. */
static void list_to_one(struct draft *d, struct resource *resource, struct relationship *of)
{
    const struct relationship **list =
        arena_zalloc(d->arena, resource->n_relationships, sizeof *list);
    resource->to_one = list;
    for (size_t i = 0; list != NULL && i < resource->n_relationships; i++) {
        if (of[i].is_to_one) {
            of[i].to_one_index = resource->n_to_one;
            list[resource->n_to_one++] = &of[i];
        }
    }
}

static void keep_column_types(struct draft *d, struct model *model)
{
    struct column_types from = d->catalog->column_types;
    struct column_types *types = arena_alloc(d->arena, sizeof *types);
    struct numbered_column *at = arena_alloc(d->arena, from.n * sizeof *at);
    if (types == NULL || at == NULL) {
        return;
    }
    for (size_t i = 0; i < from.n; i++) {
        at[i] = from.at[i];
    }
    *types = (struct column_types){ .n = from.n, .at = at };
    model->column_types = types;
}

/* The model's relationships, resource by resource; `at` is where those of each end have gone. */
static bool finish(struct draft *d, struct model *model)
{
    struct relationship *all = arena_zalloc(d->arena, d->n_ends, sizeof *all);
    struct relationship **at = arena_zalloc(d->scratch, d->n_ends, sizeof *at);
    if (all == NULL || at == NULL) {
        return false;
    }
    size_t n = 0;
    for (size_t i = 0; i < d->n_resources; i++) {
        struct resource *resource = d->resources[i].resource;
        struct relationship *first = &all[n];
        spell_resource(d->arena, resource);
        resource->relationships = first;
        for (size_t j = 0; j < d->n_ends; j++) {
            if (d->ends[j].owner == &d->resources[i]) {
                finish_relationship(d, &d->ends[j], &all[n]);
                all[n].index = resource->n_relationships++;
                all[n].id = n;
                at[j] = &all[n++];
            }
        }
        list_to_one(d, resource, first);
        resource->outline = outline_new(d->arena, resource, NULL, NULL);
    }
    for (size_t j = 0; j < d->n_ends; j++) {
        at[j]->inverse = d->ends[j].inverse == NULL ? NULL : at[d->ends[j].inverse - d->ends];
    }
    model->n_relationships = n;
    keep_column_types(d, model);
    return !arena_failed(d->arena);
}

static int load(struct draft *d, struct text json, struct model *model)
{
    declaration_read(d->scratch, json, &d->declaration, d->findings);
    if (arena_failed(d->scratch) || !begin_resources(d, model) || !begin_ends(d)) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < d->n_resources; i++) {
        resolve_attributes(d, &d->resources[i]);
    }
    check_names(d);
    resolve_pairs(d);
    for (size_t i = 0; i < d->n_ends; i++) {
        resolve_settings(d, &d->ends[i]);
    }
    if (arena_failed(d->arena) || arena_failed(d->scratch) || arena_failed(d->findings->arena) ||
        findings_sort(d->scratch, d->findings, d->declaration.places) < 0) {
        return -ENOMEM;
    }
    if (d->findings->n_errors > 0) {
        return 1;
    }
    return finish(d, model) ? 0 : -ENOMEM;
}

int model_load(struct text json, const struct catalog *catalog, struct model **ret_model,
               struct findings *reterr)
{
    struct arena *arena = arena_new(BUDGET_BYTES);
    struct arena *scratch = arena_new(BUDGET_BYTES);
    struct model *model = arena == NULL ? NULL : arena_zalloc(arena, 1, sizeof *model);
    int r = -ENOMEM;
    if (model != NULL && scratch != NULL) {
        model->arena = arena;
        struct draft d = {
            .arena = arena, .scratch = scratch, .catalog = catalog, .findings = reterr
        };
        r = load(&d, json, model);
    }
    arena_free(scratch);
    if (r == 0) {
        *ret_model = model;
    } else {
        arena_free(arena);
    }
    return r;
}
