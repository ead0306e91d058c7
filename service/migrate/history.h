/*
 * history.h - the table schema_migrations: which migrations have run, as dbmate keeps it.
 *
 * backref adds one column that dbmate leaves alone: `checksum`, of the file as it was when it ran.
 */
#ifndef BACKREF_MIGRATE_HISTORY_H
#define BACKREF_MIGRATE_HISTORY_H

#include "migrate/migration.h"
#include "pg/session.h"

struct history_row {
    const char *version;
    const char *checksum; /* NULL: not known, as when another tool ran the migration */
};

struct history {
    const char *table; /* qualified and quoted, so that no migration's search_path hides it; NULL:
                          not there */
    size_t n;
    const struct history_row *rows; /* in the order of the versions */
};

/*
 * history_lock() - be the only one who migrates this database until the session ends.
 *
 * is_waiting  in/out: set when somebody else holds the lock; the caller says so, sleeps a little
 * and tries again. (A blocking call would hold a snapshot for which the other's `create index
 * concurrently` would wait: a deadlock.) Returns:    0 | 1 with reterr set
 */
int history_lock(struct session *s, struct arena *a, bool *is_waiting, struct session_error *reterr)
    MUST_CHECK;

/*
 * history_read() - what has run, from the table in the first schema of the search path.
 *
 * ret_history  in `a`; without a table nothing has run
 * Returns:     0 | 1 with reterr set
 */
int history_read(struct session *s, struct arena *a, struct history *ret_history,
                 struct session_error *reterr) MUST_CHECK;

/* history_create() - the table, or its column `checksum`, where missing; under the lock. 0 | 1. */
int history_create(struct session *s, struct arena *a, struct session_error *reterr) MUST_CHECK;

/* history_add() - this migration has run. 0 | 1 with reterr set. */
int history_add(struct session *s, struct arena *a, const char *table, const struct migration *m,
                struct session_error *reterr) MUST_CHECK;

/* history_note_checksum() - the file of a version whose checksum is not known is this one. 0 | 1.
 */
int history_note_checksum(struct session *s, struct arena *a, const char *table,
                          const struct migration *m, struct session_error *reterr) MUST_CHECK;

/* history_remove() - the migration of this version has been rolled back. 0 | 1 with reterr set. */
int history_remove(struct session *s, struct arena *a, const char *table, const char *version,
                   struct session_error *reterr) MUST_CHECK;

/* history_find() - the row of this version; NULL when it has not run. */
const struct history_row *history_find(const struct history *history, const char *version);

#endif
