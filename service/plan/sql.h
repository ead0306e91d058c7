/*
 * sql.h - the text of a statement, piece by piece.
 *
 * Only names from the model (held quoted) and fixed words become text. Values are always
 * parameters. The first failure latches; sql_finish() is the only check.
 */
#ifndef BACKREF_PLAN_SQL_H
#define BACKREF_PLAN_SQL_H

#include "base/buf.h"
#include "model/model.h"
#include "plan/plan.h"

struct sql {
    struct buf text;
    struct statement *statement;  /* being built, in the same arena */
    struct parameter *parameters; /* its own, with room for `capacity` */
    size_t capacity;
    size_t
        max_parameters; /* STATEMENT_MAX_PARAMETERS, unless the caller knows what to do with more */
    bool is_muted;      /* nothing is written, parameters are declared all the same */
    bool failed;
};

/* sql_begin() - an empty statement in `a`; when `shared`, parameter 1 is the requests' numbers. */
struct sql sql_begin(struct arena *a, bool shared);

/* sql_add() - append text, formatted. */
void sql_add(struct sql *s, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * sql_parameter() - declare the next parameter, without writing it.
 *
 * as_array  an array of the type; always so in a shared statement
 * Returns:  its number, for "$%zu"
 */
size_t sql_parameter(struct sql *s, const struct column_type *type, bool as_array);

/*
 * sql_parameter_oid() - like sql_parameter(), for types that are no column's (page sizes,
 * positions).
 */
size_t sql_parameter_oid(struct sql *s, uint32_t oid, uint32_t array_oid);

/*
 * sql_add_lookup() - ", lateral (…) t": the resource behind each link `p`, found by its key.
 *
 * `t.*` are then what sql_add_resource() adds. For links in the order of their keys: a join would
 * tempt the planner to read a small table whole for each owner. Nothing for a link to nobody.
 */
void sql_add_lookup(struct sql *s, const struct relationship *rel);

/*
 * sql_add_resource() - the columns of a resource: its key, its attributes in the model's order, the
 * key of the member of each to-one relationship. `alias` is that of the resource's own table.
 */
void sql_add_resource(struct sql *s, const struct resource *resource, const char *alias);

/* sql_add_rows() - what a relationship is read from, after "from" or "join", without an alias. */
void sql_add_rows(struct sql *s, const struct relationship *relationship);

/* sql_add_linked() - " and {alias}.{far} is not null", where a row may be there without a link. */
void sql_add_linked(struct sql *s, const struct relationship *relationship, const char *alias);

/* sql_add_link_columns() - `, alias."since"` for each link column. */
void sql_add_link_columns(struct sql *s, const struct relationship *relationship,
                          const char *alias);

/*
 * sql_finish() - the statement, with its hash.
 *
 * Returns:  NULL when memory or parameters ran out
 */
const struct statement *sql_finish(struct sql *s) MUST_CHECK;

/* statement_hash_type() - with one more parameter: with other types it is another statement. */
static inline uint64_t statement_hash_type(uint64_t hash, uint32_t oid)
{
    return (hash ^ oid) * 0x100000001b3u; /* a step of FNV-1a */
}

#endif
