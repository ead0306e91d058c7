/*
 * read_query.h - query strings read over a model with relationships of every shape, and what came
 * of them, written as text.
 */
#ifndef BACKREF_TESTS_READ_QUERY_H
#define BACKREF_TESTS_READ_QUERY_H

#include "support/cmocka_all.h"

#include "jsonapi/query.h"
#include "support/query_model.h"

/* One reading of one query string. */
struct query_trial {
    struct arena *arena;
    const struct model *model;
    struct query_subject subject;
    struct query_limits limits;
    struct query query;
    struct problems problems;
    int result;
};

/* What is wrong with a query string. */
struct query_refusal {
    const char *raw;
    const char *parameter;
    const char *says; /* part of the detail */
};

/* A trial on GET /persons. */
static inline void query_trial_begin(struct query_trial *t)
{
    *t = (struct query_trial){
        .arena = arena_new(16 << 20),
        .limits = { .page_size = 50,
                    .max_page_size = 1000,
                    .max_parameters = 30,
                    .max_include_depth = 3,
                    .max_include = 8,
                    .max_sort = 4,
                    .max_filters = 5,
                    .max_filter_values = 6 },
    };
    assert_non_null(t->arena);
    t->model = query_model_new(t->arena, 25);
    t->subject = (struct query_subject){
        .accepts = QUERY_COLLECTION,
        .model = t->model,
        .resource = &t->model->resources[SMALL_PERSONS],
    };
}

/* Moves the trial to GET /persons/1/phones, or to the relationship itself. */
static inline void query_trial_on_phones(struct query_trial *t, bool is_linkage)
{
    t->subject.resource = &t->model->resources[SMALL_PHONES];
    t->subject.relationship = &t->model->resources[SMALL_PERSONS].relationships[PERSONS_PHONES];
    t->subject.is_linkage = is_linkage;
}

static inline void query_trial_read(struct query_trial *t, const char *raw)
{
    t->problems = (struct problems){ .arena = t->arena };
    t->query = (struct query){ 0 };
    t->result =
        query_read(t->arena, text_of(raw), &t->subject, &t->limits, &t->query, &t->problems);
}

static inline void query_trial_accept(struct query_trial *t, const char *raw)
{
    query_trial_read(t, raw);
    if (t->result != 0) {
        fail_msg("%s is refused: %s", raw, t->problems.first->detail);
    }
}

/* Holds the one problem of a query string against what is expected. */
static inline void query_trial_refuse(struct query_trial *t, const struct query_refusal *expected)
{
    query_trial_read(t, expected->raw);
    const struct problem *problem = t->problems.first;
    if (t->result == 0 || t->problems.n != 1) {
        fail_msg("%s: %zu problems", expected->raw, t->problems.n);
    }
    assert_int_equal(t->result, problem->code);
    assert_int_equal(problem_status(problem->code), 400);
    assert_int_equal(problem->source, SOURCE_PARAMETER);
    assert_string_equal(problem->where, expected->parameter);
    if (strstr(problem->detail, expected->says) == NULL) {
        fail_msg("%s: \"%s\" does not say \"%s\"", expected->raw, problem->detail, expected->says);
    }
    assert_true(text_is_utf8(text_of(problem->detail)));
}

static inline void query_trial_refuse_all(struct query_trial *t,
                                          const struct query_refusal *expected, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        query_trial_refuse(t, &expected[i]);
    }
}

static inline void query_trial_end(struct query_trial *t)
{
    t->arena = arena_free(t->arena);
}

/* "boss.name", "phones.count", "meta.since" */
static inline void query_write_field(struct buf *b, const struct field *field)
{
    for (size_t i = 0; i < field->n_path; i++) {
        buf_addf(b, "%s%s", i == 0 ? "" : ".", field->path[i]->name);
    }
    const char *name = field->kind == FIELD_OF_KEY     ? "id"
                       : field->kind == FIELD_OF_COUNT ? "count"
                                                       : field->attribute->name;
    assert_int_equal(field->attribute != NULL,
                     field->kind == FIELD_OF_ATTRIBUTE || field->kind == FIELD_OF_LINK);
    buf_addf(b, "%s%s",
             field->kind == FIELD_OF_LINK ? "meta."
             : field->n_path > 0          ? "."
                                          : "",
             name);
}

#endif
