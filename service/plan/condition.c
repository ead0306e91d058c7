/*
 * condition.c - filters. See selecting.h.
 *
 * What a path leads to is looked for by a subquery that stops at the first member it finds, so
 * that no row comes twice, however many members a resource has.
 */
#include "plan/selecting.h"

enum { INPUT_NAME = 24 }; /* bytes of the name of a column of `a` */

/* ---- paths ----------------------------------------------------------------------------------- */

void selecting_add_path(struct selecting *w, const struct field *field, bool with_resource)
{
    const struct relationship *first = field->path[0];
    sql_add(&w->body, " from ");
    sql_add_rows(&w->body, first);
    sql_add(&w->body, " l1");
    for (size_t i = 1; i < field->n_path; i++) {
        const struct relationship *rel = field->path[i];
        sql_add(&w->body, " join ");
        sql_add_rows(&w->body, rel);
        sql_add(&w->body, " l%zu on l%zu.%s = l%zu.%s", i + 1, i + 1, rel->near, i,
                field->path[i - 1]->far);
    }
    const struct relationship *last = field->path[field->n_path - 1];
    if (with_resource) {
        sql_add(&w->body, " join %s m on m.%s = l%zu.%s", last->target->table, last->target->key,
                field->n_path, last->far);
    }
    sql_add(&w->body, " where l1.%s = ", first->near);
    selecting_add_key(w);
    char alias[INPUT_NAME];
    snprintf(alias, sizeof alias, "l%zu", field->n_path);
    sql_add_linked(&w->body, last, alias);
}

static const char *last_far(const struct field *field)
{
    return field->path[field->n_path - 1]->far;
}

/* How many there are; each member once, whichever way leads to it. */
void selecting_add_count(struct selecting *w, const struct field *field)
{
    sql_add(&w->body, "(select count(%sl%zu.%s)", field->n_path > 1 ? "distinct " : "",
            field->n_path, last_far(field));
    selecting_add_path(w, field, false);
    sql_add(&w->body, ")");
}

/* ---- filters --------------------------------------------------------------------------------- */

/* Declares the filter's values as a column of `a`; its name into `ret`. */
static void add_values(struct selecting *w, const struct filter *f, size_t i,
                       const struct column_type *type, char ret[INPUT_NAME])
{
    snprintf(ret, INPUT_NAME, "v%zu", i);
    if (f->operator== FILTER_IN || f->operator== FILTER_NONE) {
        selecting_input_array(w, ret, type, f->values, f->n_values);
    } else {
        selecting_input(w, ret, type, &f->values[0]);
    }
}

/* "{left} = a.v0" and its like. */
static void add_comparison(struct selecting *w, const struct filter *f, size_t i, const char *left,
                           const struct column_type *type)
{
    static const char *const operators[FILTER_OPERATORS] = {
        [FILTER_EQ] = "=",      [FILTER_NE] = "is distinct from",
        [FILTER_LT] = "<",      [FILTER_LE] = "<=",
        [FILTER_GT] = ">",      [FILTER_GE] = ">=",
        [FILTER_LIKE] = "like", [FILTER_ILIKE] = "ilike",
    };
    char name[INPUT_NAME];
    if (f->operator== FILTER_NULL) {
        sql_add(&w->body, "%s is%s null", left, cell_bool(f->values[0]) ? "" : " not");
        return;
    }
    add_values(w, f, i, type, name);
    if (f->operator== FILTER_IN || f->operator== FILTER_NONE) {
        sql_add(&w->body, "%s = any(a.%s)", left, name);
    } else {
        sql_add(&w->body, "%s %s a.%s", left, operators[f->operator], name);
    }
}

/* Of the members that a path leads to: their key, or an attribute. */
static void add_member_filter(struct selecting *w, const struct filter *f, size_t i)
{
    const struct field *field = &f->field;
    const struct relationship *last = field->path[field->n_path - 1];
    bool is_key = field->kind == FIELD_OF_KEY;
    bool is_about_any = is_key && f->operator== FILTER_NULL; /* is there a member at all? */
    bool negated = f->operator== FILTER_NONE ||(is_about_any && cell_bool(f->values[0]));
    sql_add(&w->body, " and %sexists (select", negated ? "not " : "");
    selecting_add_path(w, field, !is_key);
    if (!is_about_any) {
        const char *left = is_key ? arena_printf(w->arena, "l%zu.%s", field->n_path, last->far)
                                  : arena_printf(w->arena, "m.%s", field->attribute->column);
        sql_add(&w->body, " and ");
        add_comparison(w, f, i, left == NULL ? "" : left,
                       is_key ? last->target->key_type : field->attribute->type);
    }
    sql_add(&w->body, ")");
}

static void add_count_filter(struct selecting *w, const struct filter *f, size_t i)
{
    static const char *const operators[FILTER_OPERATORS] = {
        [FILTER_EQ] = "=",  [FILTER_NE] = "<>", [FILTER_LT] = "<",
        [FILTER_LE] = "<=", [FILTER_GT] = ">",  [FILTER_GE] = ">=",
    };
    char name[INPUT_NAME];
    snprintf(name, sizeof name, "v%zu", i);
    sql_add(&w->body, " and ");
    selecting_add_count(w, &f->field);
    if (f->operator== FILTER_IN) {
        size_t number = sql_parameter_oid(&w->body, OID_INT8, OID_INT8_ARRAY);
        sql_add(&w->body, " = any($%zu)", number);
        if (number > 0 && w->arguments != NULL) {
            w->arguments[number - 1] = (struct argument){ .cells = f->values, .n = f->n_values };
        }
        return;
    }
    selecting_input_oid(w, name, OID_INT8, 0, &f->values[0]);
    sql_add(&w->body, " %s a.%s", operators[f->operator], name);
}

static void add_own_filter(struct selecting *w, const struct filter *f, size_t i)
{
    const struct field *field = &f->field;
    const struct column_type *type;
    const char *left;
    sql_add(&w->body, " and ");
    if (field->kind == FIELD_OF_KEY) {
        const struct relationship *rel = w->selection->relationship;
        type = w->selection->resource->key_type;
        left = rel == NULL ? arena_printf(w->arena, "r.%s", w->selection->resource->key)
                           : arena_printf(w->arena, "%s.%s", w->link, rel->far);
    } else {
        type = field->attribute->type;
        left = arena_printf(w->arena, "%s.%s", field->kind == FIELD_OF_LINK ? w->link : w->row,
                            field->attribute->column);
    }
    add_comparison(w, f, i, left == NULL ? "" : left, type);
}

void selecting_add_filters(struct selecting *w)
{
    for (size_t i = 0; i < w->selection->query->n_filters; i++) {
        const struct filter *f = &w->selection->query->filters[i];
        if (f->field.kind == FIELD_OF_COUNT) {
            add_count_filter(w, f, i);
        } else if (f->field.n_path > 0) {
            add_member_filter(w, f, i);
        } else {
            add_own_filter(w, f, i);
        }
    }
}
