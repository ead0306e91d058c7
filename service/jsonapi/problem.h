/*
 * problem.h - everything that can be wrong with a request, and the error document that says so.
 *
 * One list names every refusal: its constant, its `code`, its HTTP status and its `title`. Details
 * are written where the mistake is found and name the value and the remedy; they never hold SQL,
 * table names or file paths.
 */
#ifndef BACKREF_JSONAPI_PROBLEM_H
#define BACKREF_JSONAPI_PROBLEM_H

#include "base/buf.h"
#include "jsonapi/problem_list.h"

enum problem_code {
    PROBLEM_NONE = 0,
#define PROBLEM_CONSTANT(name, code, status, title) PROBLEM_##name,
    PROBLEM_LIST(PROBLEM_CONSTANT)
#undef PROBLEM_CONSTANT
};

enum problem_source {
    SOURCE_NONE,
    SOURCE_POINTER,   /* RFC 6901, into the request's document */
    SOURCE_PARAMETER, /* the name of a query parameter, brackets included */
    SOURCE_HEADER,    /* the name of a header field */
};

struct problem {
    enum problem_code code;
    enum problem_source source;
    const char *where;     /* what the source names; NULL for SOURCE_NONE */
    const char *detail;    /* a sentence for people */
    const char *type_link; /* a URI that explains the kind; NULL: none */
    const char *meta;      /* a JSON object as text; NULL: none */
    const struct problem *next;
};

/* The problems of one request, in the order found. */
enum { MAX_PROBLEMS = 20 }; /* more are counted, not kept */

struct problems {
    struct arena *arena;
    struct problem *first;
    struct problem *last;
    size_t n;               /* all that were found, kept or not */
    int status;             /* the HTTP status so far; see problems_status() */
    enum problem_code code; /* of the first one found */
};

/* A place that a problem points at. */
struct problem_place {
    enum problem_source source;
    const char *where;
};

/*
 * problem_at() - a JSON pointer, formatted into the problems' arena: problem_at(p, "/data/%zu/id",
 * i).
 *
 * Cost:     nothing once MAX_PROBLEMS are kept
 */
struct problem_place problem_at(struct problems *p, const char *format, ...) PRINTF_LIKE(2, 3);

/* problem_parameter(), problem_header(), problem_nowhere() - the other places; `name` is borrowed.
 */
struct problem_place problem_parameter(const char *name);
struct problem_place problem_header(const char *name);
struct problem_place problem_nowhere(void);

/*
 * problem_add() - note one more problem; its detail is formatted into the problems' arena.
 *
 * Returns:  `code`, so that a reader may return what it has just found
 */
int problem_add(struct problems *p, enum problem_code code, struct problem_place place,
                const char *format, ...) PRINTF_LIKE(4, 5);

/*
 * problem_explain() - say more about the problem that was added last.
 *
 * type_link  a URI that explains this kind of problem, borrowed; NULL: none
 * meta       a JSON object as text, borrowed; NULL: none
 */
void problem_explain(struct problems *p, const char *type_link, const char *meta);

/* problem_escape() - one reference token of a JSON pointer: "~" and "/" escaped (RFC 6901, section
 * 3). */
const char *problem_escape(struct arena *a, const char *token);

/* problem_code_text(), problem_title(), problem_status() - the columns of the list. */
const char *problem_code_text(enum problem_code code);
const char *problem_title(enum problem_code code);
int problem_status(enum problem_code code);

/*
 * problems_status() - the HTTP status that fits all problems: theirs when they agree, else 400 or
 * 500.
 *
 * Source:   jsonapi errors-processing
 */
int problems_status(const struct problems *p);

/* problems_write() - the error document; what was counted but not kept is `meta.omitted`. */
void problems_write(const struct problems *p, struct buf *b);

#endif
