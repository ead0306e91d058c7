/*
 * problem.c - a list of problems in an arena, and its error document (JSON:API 1.1, error objects).
 *
 * Only the first MAX_PROBLEMS are kept, since each costs memory and nobody reads more; all of them
 * count for the HTTP status. The first code is kept in the list itself, so that even a request
 * whose arena is used up is told what was wrong.
 */
#include "jsonapi/problem.h"

#include <string.h>

#include "base/json_text.h"

struct problem_kind {
    const char *code;
    int status;
    const char *title;
};

static const struct problem_kind kinds[] = { [PROBLEM_NONE] = { "none", 200, "Nothing is wrong" },
#define PROBLEM_KIND(name, code, status, title) [PROBLEM_##name] = { code, status, title },
                                             PROBLEM_LIST(PROBLEM_KIND)
#undef PROBLEM_KIND
};

static const struct problem_kind *kind_of(enum problem_code code)
{
    ASSERT((size_t)code < ARRAY_SIZE(kinds));
    return &kinds[code];
}

const char *problem_code_text(enum problem_code code)
{
    return kind_of(code)->code;
}

const char *problem_title(enum problem_code code)
{
    return kind_of(code)->title;
}

int problem_status(enum problem_code code)
{
    return kind_of(code)->status;
}

struct problem_place problem_at(struct problems *p, const char *format, ...)
{
    if (p->n >= MAX_PROBLEMS) {
        return problem_nowhere();
    }
    va_list arguments;
    va_start(arguments, format);
    const char *where = arena_vprintf(p->arena, format, arguments);
    va_end(arguments);
    return (struct problem_place){ .source = SOURCE_POINTER, .where = where };
}

struct problem_place problem_parameter(const char *name)
{
    return (struct problem_place){ .source = SOURCE_PARAMETER, .where = name };
}

struct problem_place problem_header(const char *name)
{
    return (struct problem_place){ .source = SOURCE_HEADER, .where = name };
}

struct problem_place problem_nowhere(void)
{
    return (struct problem_place){ .source = SOURCE_NONE, .where = NULL };
}

/* The status of two problems together, `sum` being 0 before the first (jsonapi errors-processing).
 */
static int add_status(int sum, int status)
{
    if (sum == 0 || sum == status) {
        return status;
    }
    return sum >= 500 || status >= 500 ? 500 : 400;
}

int problem_add(struct problems *p, enum problem_code code, struct problem_place place,
                const char *format, ...)
{
    ASSERT(code != PROBLEM_NONE);
    if (p->n == 0) {
        p->code = code;
    }
    p->status = add_status(p->status, problem_status(code));
    p->n++;
    struct problem *problem =
        p->n > MAX_PROBLEMS ? NULL : arena_zalloc(p->arena, 1, sizeof *problem);
    if (problem == NULL) {
        return (int)code;
    }
    va_list arguments;
    va_start(arguments, format);
    problem->detail = arena_vprintf(p->arena, format, arguments);
    va_end(arguments);
    problem->code = code;
    problem->source = place.where == NULL ? SOURCE_NONE : place.source;
    problem->where = place.where;
    if (p->last == NULL) {
        p->first = problem;
    } else {
        p->last->next = problem;
    }
    p->last = problem;
    return (int)code;
}

void problem_explain(struct problems *p, const char *type_link, const char *meta)
{
    ASSERT(p->n > 0);
    if (p->n <= MAX_PROBLEMS && p->last != NULL) {
        p->last->type_link = type_link;
        p->last->meta = meta;
    }
}

const char *problem_escape(struct arena *a, const char *token)
{
    if (strpbrk(token, "~/") == NULL) {
        return token;
    }
    struct buf b;
    buf_init(&b, a, strlen(token) + 8);
    for (; *token != '\0'; token++) {
        if (*token == '~') {
            buf_add_literal(&b, "~0");
        } else if (*token == '/') {
            buf_add_literal(&b, "~1");
        } else {
            buf_add_char(&b, *token);
        }
    }
    const char *escaped = buf_terminate(&b);
    return escaped == NULL ? "" : escaped;
}

int problems_status(const struct problems *p)
{
    ASSERT(p->n > 0);
    return p->status;
}

static const char *source_name(enum problem_source source)
{
    switch (source) {
    case SOURCE_NONE:
        return "";
    case SOURCE_POINTER:
        return "pointer";
    case SOURCE_PARAMETER:
        return "parameter";
    case SOURCE_HEADER:
        return "header";
    }
    UNREACHABLE();
}

static void write_member(struct buf *b, const char *name, const char *value)
{
    json_text_write(b, text_of(name));
    buf_add_char(b, ':');
    json_text_write(b, text_of(value));
}

static void write_problem(struct buf *b, const struct problem *problem)
{
    buf_addf(b, "{\"status\":\"%d\",", problem_status(problem->code));
    write_member(b, "code", problem_code_text(problem->code));
    buf_add_char(b, ',');
    write_member(b, "title", problem_title(problem->code));
    if (problem->detail != NULL) {
        buf_add_char(b, ',');
        write_member(b, "detail", problem->detail);
    }
    if (problem->source != SOURCE_NONE) {
        buf_add_literal(b, ",\"source\":{");
        write_member(b, source_name(problem->source), problem->where);
        buf_add_char(b, '}');
    }
    if (problem->type_link != NULL) {
        buf_add_literal(b, ",\"links\":{");
        write_member(b, "type", problem->type_link);
        buf_add_char(b, '}');
    }
    if (problem->meta != NULL) {
        buf_add_literal(b, ",\"meta\":");
        buf_add_text(b, problem->meta);
    }
    buf_add_char(b, '}');
}

void problems_write(const struct problems *p, struct buf *b)
{
    ASSERT(p->n > 0);
    size_t n_kept = 0;
    buf_add_literal(b, "{\"errors\":[");
    for (const struct problem *problem = p->first; problem != NULL; problem = problem->next) {
        if (n_kept > 0) {
            buf_add_char(b, ',');
        }
        write_problem(b, problem);
        n_kept++;
    }
    if (n_kept == 0) {
        write_problem(b, &(struct problem){ .code = p->code });
        n_kept = 1;
    }
    buf_add_char(b, ']');
    if (p->n > n_kept) {
        buf_addf(b, ",\"meta\":{\"omitted\":%zu}", p->n - n_kept);
    }
    buf_add_char(b, '}');
}
