/*
 * plan.h - what a request needs from PostgreSQL: statements with their arguments.
 *
 * All statements of a plan leave together and are one transaction. When every statement of a plan
 * takes tables of arguments (`shared`), requests with the same statements may share one execution:
 * each contributes its rows of arguments, tagged with its number in the batch, and gets back the
 * result rows that carry that number in their first column.
 */
#ifndef BACKREF_PLAN_PLAN_H
#define BACKREF_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cell.h"
#include "base/digest.h"

enum { PLAN_MAX_STATEMENTS = 48, STATEMENT_MAX_PARAMETERS = 96 };

enum {
    OID_BOOLEAN = 16,
    OID_INT8 = 20,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_INT4_ARRAY = 1007,
    OID_INT8_ARRAY = 1016,
};

struct parameter {
    uint32_t oid;       /* of the value, or of an array's element */
    uint32_t array_oid; /* of the array; 0 for a single value */
};

/*
 * One statement's text. Its identity is its text: connections prepare each text once. When shared,
 * parameter 1 is the requests' numbers (int4[]) and all the others are arrays of the same length.
 */
struct statement {
    const char *sql;
    uint64_t hash;       /* of sql */
    bool shared;         /* takes requests' numbers and arrays; see above */
    size_t n_parameters; /* the requests' numbers of a shared statement not counted */
    const struct parameter *parameters;
};

/* A parameter's value: one cell, or the elements of an array. */
struct argument {
    const struct cell *cells;
    size_t n;
};

struct step_plan {
    const struct statement *statement;
    const struct argument *arguments; /* statement->n_parameters of them */
};

struct plan {
    size_t n_statements;
    struct step_plan statements[PLAN_MAX_STATEMENTS];
    const struct step_plan *listed; /* instead of `statements`, however many; NULL: not used */
    bool shared;                    /* may be run together with others of the same statements */
    bool together;                  /* may be one transaction with others', each its own
                                       statements; never with `shared` */
    bool writes;
    bool repeatable;              /* running it twice leaves what running it once leaves */
    bool slow;                    /* a read that may take long: lookups must not wait for it */
    bool snapshot;                /* all statements see one state of the database; reads only */
    size_t n_rows;                /* of arguments, in a shared plan: its share of a batch */
    const struct cell *exclusive; /* a key that nobody else in the batch may name; NULL: none */

    /* What takes the place of the statement at `judged` when PostgreSQL refuses that one: same
     * parameters and rows, and it tells whose mistake it is. NULL: nothing does. */
    const struct statement *fallback;

    /* Positions of what a write is answered from; see relationship/write.h. */
    size_t locked; /* the row as it was */
    size_t judged; /* what was found out and done */
};

/* plan_statement() - the statement at position `i`. */
static inline const struct step_plan *plan_statement(const struct plan *plan, size_t i)
{
    return plan->listed != NULL ? &plan->listed[i] : &plan->statements[i];
}

/* statement_hash() - what connections look the text up by; `n` bytes. */
static inline uint64_t statement_hash(const char *sql, size_t n)
{
    return digest_number((struct text){ .at = sql, .n = n });
}

/* plan_same() - may these two plans share one execution? */
bool plan_same(const struct plan *a, const struct plan *b);

#endif
