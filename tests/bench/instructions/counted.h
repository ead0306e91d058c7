/*
 * counted.h - pure work whose instructions callgrind counts: tables of rows, over the default
 * model.
 */
#ifndef BACKREF_BENCH_COUNTED_H
#define BACKREF_BENCH_COUNTED_H

#include "model/model.h"
#include "relationship/statements.h"

/* What every row works on; made once, not counted. */
struct scene {
    struct arena *arena;
    const struct model *model;
    const struct statements *statements;
    const struct resource *friends;
    const struct relationship *hobbies; /* of friends */
};

struct counted {
    const char *name;
    /* once; `a` is new each time, as for a request, and its making and end are counted too */
    void (*work)(struct arena *a, const struct scene *scene);
};

/* Each ends with a NULL name. */
extern const struct counted counted_reading[];
extern const struct counted counted_planning[];
extern const struct counted counted_writing[];

#endif
