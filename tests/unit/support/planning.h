/*
 * planning.h - statements planned for query strings, over the default model with pets: a pet has an
 * owner, which is to-one, and persons have pets.
 */
#ifndef BACKREF_TESTS_PLANNING_H
#define BACKREF_TESTS_PLANNING_H

#include "support/cmocka_all.h"

#include "jsonapi/query.h"
#include "plan/include.h"
#include "plan/selection.h"
#include "support/catalogs.h"

enum { PLANNING_BUDGET = 4 << 20 };

/* What is planned: a selection, and the query and cursor that it points to. */
struct planning {
    struct arena *arena;
    const struct loaded_model *loaded;
    struct query query;
    struct selection selection;
    struct step_plan plan;
};

static inline int planning_set_up(void **state)
{
    static struct loaded_model loaded;
    loaded = loaded_model_over(
        "table pets\n"
        "column id bigint not_null default\n"
        "column name text not_null\n"
        "column weight integer\n"
        "column owner_id bigint\n"
        "primary id\n"
        "foreign owner_id persons id\n"
        "index owner_id\n",
        "{'resources': {"
        "'persons': {'table': 'persons', 'attributes': {'name': {}, 'email': {}}, 'relationships': {"
        "'phones': {'target': 'phones', 'secondary': 'person_phones', 'backref': 'owners'},"
        "'pets': {'target': 'pets', 'backref': 'owner'}}},"
        "'phones': {'table': 'phones', 'attributes': {'number': {}, 'label': {}}},"
        "'pets': {'table': 'pets', 'attributes': {'name': {}, 'weight': {}}}}}");
    *state = &loaded;
    return loaded.model == NULL ? -1 : 0;
}

static inline int planning_tear_down(void **state)
{
    loaded_model_free(*state);
    return 0;
}

#define planning_tests(name, tests)                                                                \
    cmocka_run_group_tests_name(name, tests, planning_set_up, planning_tear_down)

static inline void planning_begin(struct planning *p, const struct loaded_model *loaded)
{
    *p = (struct planning){ .arena = arena_new(PLANNING_BUDGET), .loaded = loaded };
    assert_non_null(p->arena);
}

static inline void planning_end(struct planning *p)
{
    p->arena = arena_free(p->arena);
}

static inline const struct resource *planning_resource(const struct planning *p, const char *type)
{
    const struct model *model = p->loaded->model;
    for (size_t i = 0; i < model->n_resources; i++) {
        if (strcmp(model->resources[i].type, type) == 0) {
            return &model->resources[i];
        }
    }
    fail_msg("there is no %s", type);
    return NULL;
}

/* Reads `raw` for the selection, whose kind, resource and relationship are set. */
static inline void planning_read(struct planning *p, const char *raw)
{
    static const struct query_limits limits = { .page_size = 50,
                                                .max_page_size = 1000,
                                                .max_parameters = 30,
                                                .max_include_depth = 3,
                                                .max_include = 8,
                                                .max_sort = 4,
                                                .max_filters = 20,
                                                .max_filter_values = 200 };
    struct query_subject subject = {
        .accepts = QUERY_COLLECTION,
        .model = p->loaded->model,
        .resource = p->selection.resource,
        .relationship = p->selection.relationship,
        .is_linkage = p->selection.kind == SELECT_LINKAGE,
    };
    struct problems problems = { .arena = p->arena };
    if (query_read(p->arena, text_of(raw), &subject, &limits, &p->query, &problems) != 0) {
        fail_msg("%s: %s", raw, problems.first->detail);
    }
    p->selection.query = &p->query;
}

/* A selection of a type under a query string. */
static inline void planning_type(struct planning *p, const char *type, const char *raw)
{
    p->selection = (struct selection){ .kind = SELECT_ALL, .resource = planning_resource(p, type) };
    planning_read(p, raw);
}

/* A selection of what the owner with the key 42 is related to; linkage, or the resources. */
static inline void planning_members(struct planning *p, const char *type, const char *name,
                                    enum selection_kind kind, const char *raw)
{
    const struct relationship *rel = relationship_of(p->loaded->model, type, name);
    p->selection = (struct selection){ .kind = kind,
                                       .resource = rel->target,
                                       .relationship = rel,
                                       .key = cell_from_int8(p->arena, 42) };
    planning_read(p, raw);
}

/* A cursor of these values, then the key; NULL for a null. In text: of text columns only. */
static inline void planning_cursor(struct planning *p, const char *const *values, int64_t key)
{
    size_t n = selection_n_sort(&p->selection);
    struct cell *cells = arena_alloc(p->arena, (n + 1) * sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        cells[i] = values[i] == NULL ? cell_null() : cell_from_text(values[i], strlen(values[i]));
    }
    cells[n] = cell_from_int8(p->arena, key);
    p->selection.cursor = cells;
}

static inline const char *planning_sql(struct planning *p)
{
    selection_plan(p->arena, &p->selection, NULL, &p->plan);
    assert_non_null(p->plan.statement);
    assert_non_null(p->plan.arguments);
    return p->plan.statement->sql;
}

/* The text has these words, one behind the other. */
static inline void planning_has(const char *sql, const char *words)
{
    if (strstr(sql, words) == NULL) {
        fail_msg("\"%s\" is not in: %s", words, sql);
    }
}

static inline void planning_has_not(const char *sql, const char *words)
{
    if (strstr(sql, words) != NULL) {
        fail_msg("\"%s\" is in: %s", words, sql);
    }
}

/* The arguments: numbers as they are, texts in quotes, lists in brackets, all separated by ", ". */
static inline const char *planning_arguments(struct planning *p)
{
    const struct statement *s = p->plan.statement;
    struct buf b;
    buf_init(&b, p->arena, 64);
    for (size_t i = 0; i < s->n_parameters; i++) {
        const struct argument *argument = &p->plan.arguments[i];
        bool is_text = s->parameters[i].oid == OID_TEXT;
        bool is_list = !s->shared && s->parameters[i].array_oid != 0;
        assert_true(is_list || argument->n == 1);
        buf_addf(&b, "%s%s", i > 0 ? ", " : "", is_list ? "[" : "");
        for (size_t k = 0; k < argument->n; k++) {
            struct cell c = argument->cells[k];
            buf_add_text(&b, k > 0 ? " " : "");
            if (is_text) {
                buf_addf(&b, "'%.*s'", (int)c.n, c.at);
            } else {
                buf_add_int(&b, cell_int(c));
            }
        }
        buf_add_text(&b, is_list ? "]" : "");
    }
    return buf_terminate(&b);
}

#endif
