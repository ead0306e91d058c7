/*
 * result.h - the rows of one statement, shared by the requests that it answered.
 */
#ifndef BACKREF_PG_RESULT_H
#define BACKREF_PG_RESULT_H

#include "base/cell.h"

struct pg_result; /* the tag of libpq's PGresult */

struct result; /* counted: released when the last holder lets go; one thread only */

/*
 * result_new() - take `taken` and view its values as cells.
 *
 * taken     owned by the result from now on, also on failure
 * Returns:  a result with one reference; NULL when out of memory
 */
struct result *result_new(struct pg_result *taken) MUST_CHECK;

/* result_hold() - one more reference; returns `r`. */
struct result *result_hold(struct result *r);

/*
 * result_release() - one reference less; the last one frees the rows. A `void *` to suit
 * arena_adopt().
 */
void result_release(void *r);

/* result_rows() - all rows; valid while a reference is held. */
struct rows result_rows(const struct result *r);

/*
 * rows_of_request() - the rows whose first column is `number`, from the position *at on; *at moves
 * behind them.
 */
struct rows rows_of_request(const struct rows *rows, int64_t number, size_t *at);

#endif
