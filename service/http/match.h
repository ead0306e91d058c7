/*
 * match.h - method and path to an operation and what it is about. Pure.
 */
#ifndef BACKREF_HTTP_MATCH_H
#define BACKREF_HTTP_MATCH_H

#include "exchange/request.h"
#include "jsonapi/problem.h"
#include "resource/operations.h"

struct match {
    const struct operation *operation; /* NULL for OPTIONS */
    struct target target;
    const char *allow;   /* the methods that this path takes; NULL where there is an operation */
    const char *pattern; /* that the path fits, whatever was asked of it; NULL: none */
};

struct route {
    enum method method;
    const char *pattern; /* "/{type}/{id}": literal segments and placeholders */
    const struct operation *operation;
};

/*
 * The whole API, literal patterns before those that a placeholder would catch, routes of one
 * pattern side by side; ends with a NULL pattern.
 */
extern const struct route routes[];

/*
 * match_request() - what `method` on `path` asks for.
 *
 * The path is split before it is percent-decoded, so an encoded slash is part of a segment. HEAD is
 * GET; OPTIONS is known on every path that exists. Members join and leave where there can be
 * several: a to-one relationship takes neither POST nor DELETE.
 *
 * a          holds decoded ids and keys
 * path       as received, without query string
 * ret_match  also on PROBLEM_METHOD_NOT_ALLOWED, for Allow
 * Returns:   0 | PROBLEM_NOT_FOUND | PROBLEM_METHOD_NOT_ALLOWED | PROBLEM_BAD_REQUEST (broken
 *            escape)
 */
int match_request(struct arena *a, const struct model *model, enum method method, struct text path,
                  struct match *ret_match, struct problems *reterr) MUST_CHECK;

/* match_is_for_operators() - whatever is asked of it, is the path one of health and metrics? */
bool match_is_for_operators(struct text path);

/* method_read() - the method of this name (they are case-sensitive); false for any other. */
bool method_read(struct text name, enum method *ret) MUST_CHECK;

/* method_name() - its name; "-" for METHODS. */
const char *method_name(enum method method);

#endif
