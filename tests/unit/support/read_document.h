/*
 * read_document.h - bodies given to the document reader over the small model, and what came of it.
 */
#ifndef BACKREF_TESTS_READ_DOCUMENT_H
#define BACKREF_TESTS_READ_DOCUMENT_H

#include "support/cmocka_all.h"

#include "jsonapi/document_read.h"
#include "support/json_pointer.h"
#include "support/small_model.h"

enum { MAX_MEMBERS = 10, MAX_DEPTH = 8 };

static const struct document_limits small_limits = { .max_members = MAX_MEMBERS,
                                                     .max_depth = MAX_DEPTH };

/* Tables write ' for ", which keeps bodies readable. */
static inline struct text json_of(struct arena *a, const char *s)
{
    char *json = arena_strdup(a, s);
    assert_non_null(json);
    for (char *at = json; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    return text_of(json);
}

/* One reading of one body. */
struct trial {
    struct arena *arena;
    const struct model *model;
    struct problems problems;
    struct document_reader reader;
    struct document document;
    struct linkage linkage;
    int result;
};

static inline void trial_begin(struct trial *t)
{
    *t = (struct trial){ .arena = arena_new(16 << 20) };
    assert_non_null(t->arena);
    t->model = small_model_new(t->arena, 20);
    t->problems.arena = t->arena;
    t->reader = (struct document_reader){ .arena = t->arena,
                                          .limits = &small_limits,
                                          .reterr = &t->problems };
}

/* The relationship of persons, to be made another kind of. */
static inline struct relationship *trial_relationship(struct trial *t)
{
    return (struct relationship *)(uintptr_t)t->model->resources[SMALL_PERSONS].relationships;
}

/* Its links get two columns that can be written and one that cannot. */
static inline void trial_give_columns(struct trial *t)
{
    static const struct small_attribute columns[] = {
        { "role", 1043, false, false, false, 5 },
        { "since", 1082, false, true, false, 0 },
        { "made", 1184, true, false, false, 0 },
    };
    struct relationship *rel = trial_relationship(t);
    rel->link_columns = small_attributes(t->arena, columns, ARRAY_SIZE(columns));
    rel->n_link_columns = ARRAY_SIZE(columns);
}

static inline void trial_create(struct trial *t, struct text body)
{
    t->result =
        document_read_create(&t->reader, body, &t->model->resources[SMALL_PERSONS], &t->document);
}

static inline void trial_update(struct trial *t, struct text body, const char *id)
{
    t->result = document_read_update(&t->reader, body, &t->model->resources[SMALL_PERSONS],
                                     text_of(id), &t->document);
}

static inline void trial_linkage(struct trial *t, struct text body, bool must_exist)
{
    t->result =
        document_read_linkage(&t->reader, body, t->model->resources[SMALL_PERSONS].relationships,
                              must_exist, &t->linkage);
}

/* The problems as lines of "code pointer"; "-" for one that points nowhere. */
static inline const char *trial_problems(struct trial *t)
{
    struct buf b;
    buf_init(&b, t->arena, 64);
    for (const struct problem *p = t->problems.first; p != NULL; p = p->next) {
        buf_addf(&b, "%s%s %s", b.n == 0 ? "" : "\n", problem_code_text(p->code),
                 p->source == SOURCE_POINTER ? p->where : "-");
        assert_true(p->source == SOURCE_POINTER || p->source == SOURCE_NONE);
    }
    return buf_terminate(&b);
}

/* error-objects: what a pointer points at must exist in the request's document */
static inline void trial_check_pointers(struct trial *t, struct text body)
{
    json_t *root = json_loadb(body.at, body.n, JSON_DECODE_INT_AS_REAL, NULL);
    for (const struct problem *p = t->problems.first; p != NULL; p = p->next) {
        if (p->source == SOURCE_POINTER && !json_pointer_resolves(root, p->where)) {
            fail_msg("nothing is at %s of %.*s", p->where, (int)body.n, body.at);
        }
    }
    json_decref(root);
}

/* Holds what came of a body against the lines that trial_problems() gives; ends the trial. */
static inline void trial_end(struct trial *t, struct text body, const char *expected)
{
    const char *problems = trial_problems(t);
    if (strcmp(problems, expected) != 0) {
        fail_msg("%.*s: [%s] instead of [%s]: %s", (int)body.n, body.at, problems, expected,
                 t->problems.n == 0 ? "" : t->problems.first->detail);
    }
    assert_int_equal(t->result, t->problems.n == 0 ? 0 : (int)t->problems.code);
    trial_check_pointers(t, body);
    t->arena = arena_free(t->arena);
}

/* The detail of the first problem. */
static inline void trial_says(const struct trial *t, const char *words)
{
    assert_true(t->problems.n > 0);
    if (strstr(t->problems.first->detail, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", t->problems.first->detail, words);
    }
    assert_true(text_is_utf8(text_of(t->problems.first->detail)));
}

#endif
