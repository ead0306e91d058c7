/*
 * session.h - a blocking session for start-up and for commands: catalog, migrations, checks.
 *
 * Never used by a worker while it serves (see conn.h for that). Failures are told in words, ready
 * for an operator: what was tried, what PostgreSQL said, without passwords.
 */
#ifndef BACKREF_PG_SESSION_H
#define BACKREF_PG_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct session;

/* A failure in words; `sqlstate` is "" when PostgreSQL gave none. */
struct session_error {
    char sqlstate[6];
    char message[512]; /* UTF-8, one line */
    size_t position; /* where in the statement, in characters from 1; 0: PostgreSQL does not say */
};

/* One statement with text parameters ($1 …); a NULL parameter is NULL. */
struct session_statement {
    const char *sql;
    size_t n_parameters;
    const char *const *parameters;
};

/* Rows as text: n_rows times n_columns, NULL for NULL. */
struct session_rows {
    size_t n_rows;
    size_t n_columns;
    const char *const *values;
};

/*
 * session_open() - connect, with client_encoding UTF8 and notices silenced.
 *
 * conninfo     libpq connection string or URL; "" for libpq's defaults
 * wait_ms      keep trying so long while the server is not there or is starting up; what waiting
 *              does not mend (no such database, a wrong password) is told at once
 * ret_session  set only on 0; closed by session_close()
 * Returns:     0 | 1 with reterr set
 */
int session_open(const char *conninfo, uint32_t wait_ms, struct session **ret_session,
                 struct session_error *reterr) MUST_CHECK;

/* session_close() - NULL in, NULL out. */
struct session *session_close(struct session *s);

/* session_run() - one or more statements without parameters, results dropped; 0 | 1 with reterr
 * set. */
int session_run(struct session *s, const char *sql, struct session_error *reterr) MUST_CHECK;

/*
 * session_query() - run one statement and have its rows.
 *
 * ret_rows  in `a`, which also adopts libpq's result
 * Returns:  0 | 1 with reterr set
 */
int session_query(struct session *s, struct arena *a, const struct session_statement *statement,
                  struct session_rows *ret_rows, struct session_error *reterr) MUST_CHECK;

/* session_library_version() - of libpq as it runs: 150014 is 15.14. */
int session_library_version(void);

#endif
