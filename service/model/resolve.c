/*
 * resolve.c - from a model file and a catalog to a model: read, resolve resources, resolve
 * relationships, pair their sides, and put the result into the structs that requests use.
 */
#include "model/resolve.h"

#include <errno.h>

#include "model/draft.h"
#include "model/names.h"

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
        resolve_resource(d, &d->resources[i]);
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
                .pointer = declared->relationships[j].pointer,
                .name = declared->relationships[j].name,
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
        bool wanted = end->declared->backref != NULL && end->declared->back_populates == NULL;
        if (wanted && resolve_backref(d, end, &d->ends[d->n_ends])) {
            d->n_ends++;
        }
    }
    return true;
}

static void finish_relationship(struct draft *d, const struct draft_end *end,
                                struct relationship *to)
{
    to->name = arena_strdup(d->arena, end->name);
    to->owner = end->owner->resource;
    to->target = end->target->resource;
    to->table = name_quote_qualified(d->arena, end->table->schema, end->table->name);
    to->near = name_quote(d->arena, end->near->name);
    to->far = name_quote(d->arena, end->far->name);
    to->rows = to->table;
    to->near_is_first = end->near_is_first;
    to->n_link_columns = end->n_link_columns;
    to->link_columns = end->link_columns;
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
        resource->relationships = &all[n];
        for (size_t j = 0; j < d->n_ends; j++) {
            if (d->ends[j].owner == &d->resources[i]) {
                finish_relationship(d, &d->ends[j], &all[n]);
                all[n].index = resource->n_relationships++;
                all[n].id = n;
                at[j] = &all[n++];
            }
        }
    }
    for (size_t j = 0; j < d->n_ends; j++) {
        at[j]->inverse = d->ends[j].inverse == NULL ? NULL : at[d->ends[j].inverse - d->ends];
    }
    model->n_relationships = n;
    return !arena_failed(d->arena);
}

static int load(struct draft *d, struct text json, struct model *model)
{
    declaration_read(d->scratch, json, &d->declaration, d->findings);
    if (arena_failed(d->scratch) || !begin_resources(d, model) || !begin_ends(d)) {
        return -ENOMEM;
    }
    resolve_pairs(d);
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
