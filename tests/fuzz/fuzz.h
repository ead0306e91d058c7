/*
 * fuzz.h - what the fuzz targets share. Each target is one function that reads any bytes and aborts
 * when something that must always hold does not; crashes and sanitizers are only the other half.
 */
#ifndef BACKREF_TESTS_FUZZ_H
#define BACKREF_TESTS_FUZZ_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "jsonapi/problem.h"

/* Called by libFuzzer, and by replay.c for the inputs that are kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define HOLDS(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

enum { FUZZ_BUDGET = 64 << 20, LONGEST_DETAIL = 1000 };

/* The first byte of an input, which chooses what is done with the rest; 0 when there is none. */
static inline unsigned fuzz_choice(struct text *input)
{
    if (input->n == 0) {
        return 0;
    }
    unsigned choice = (unsigned char)input->at[0];
    input->at++;
    input->n--;
    return choice;
}

/* The text up to the next "\n"; `rest` moves behind it. */
static inline struct text fuzz_line(struct text *rest)
{
    const char *end = rest->n == 0 ? NULL : memchr(rest->at, '\n', rest->n);
    struct text line = { .at = rest->at, .n = end == NULL ? rest->n : (size_t)(end - rest->at) };
    size_t n_used = end == NULL ? rest->n : line.n + 1;
    rest->at += n_used;
    rest->n -= n_used;
    return line;
}

static inline bool fuzz_is_clean(const char *s)
{
    for (const char *at = s; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F) {
            return false;
        }
    }
    return text_is_utf8(text_of(s));
}

/* The error document is JSON, has an error per problem, and nothing in it but known members. */
static inline void fuzz_check_error_document(const struct problems *p)
{
    struct buf b;
    buf_init(&b, p->arena, 256);
    problems_write(p, &b);
    HOLDS(!b.failed);
    json_t *document = json_loadb(b.at, b.n, JSON_REJECT_DUPLICATES, NULL);
    HOLDS(document != NULL);
    const json_t *errors = json_object_get(document, "errors");
    HOLDS(json_array_size(errors) == (p->n < MAX_PROBLEMS ? p->n : MAX_PROBLEMS));
    size_t i = 0;
    for (const struct problem *problem = p->first; problem != NULL; problem = problem->next) {
        const json_t *error = json_array_get(errors, i++);
        HOLDS(json_is_string(json_object_get(error, "detail")));
        const json_t *source = json_object_get(error, "source");
        HOLDS(json_object_size(source) == (problem->source == SOURCE_NONE ? 0 : 1));
    }
    json_decref(document);
}

/* What holds of every refusal: `result` is the first problem's code, texts are clean and bounded.
 */
static inline void fuzz_check_problems(const struct problems *p, int result)
{
    HOLDS(!arena_failed(p->arena));
    HOLDS(result >= 0);
    HOLDS((result == 0) == (p->n == 0));
    if (p->n == 0) {
        return;
    }
    HOLDS(result == (int)p->first->code);
    HOLDS(problems_status(p) >= 400 && problems_status(p) < 600);
    for (const struct problem *problem = p->first; problem != NULL; problem = problem->next) {
        HOLDS(problem->detail != NULL && problem->detail[0] != '\0');
        HOLDS(strlen(problem->detail) < LONGEST_DETAIL);
        HOLDS(fuzz_is_clean(problem->detail));
        HOLDS((problem->where == NULL) == (problem->source == SOURCE_NONE));
    }
    fuzz_check_error_document(p);
}

#endif
