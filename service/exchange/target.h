/*
 * target.h - what the pieces of a path name: a type, a resource, a relationship, one member.
 */
#ifndef BACKREF_EXCHANGE_TARGET_H
#define BACKREF_EXCHANGE_TARGET_H

#include "exchange/request.h"
#include "jsonapi/problem.h"

/* As received, before percent-decoding; `at` is NULL for what the path does not have. */
struct target_names {
    struct text type;
    struct text id;
    struct text relationship;
    struct text related_id;
};

/*
 * target_resolve() - the things of these names.
 *
 * ret       set as far as they exist
 * reterr    what does not, with what there is instead
 * Returns:  0 | PROBLEM_NOT_FOUND | PROBLEM_BAD_REQUEST for a broken escape
 */
int target_resolve(struct arena *a, const struct model *model, const struct target_names *names,
                   struct target *ret, struct problems *reterr) MUST_CHECK;

#endif
