/*
 * migrate.h - bring a database up to date with its migrations, or back.
 *
 * Each file runs in a transaction together with its row in schema_migrations, one process at a time
 * per database. What happens is told through a callback while it happens.
 */
#ifndef BACKREF_MIGRATE_MIGRATE_H
#define BACKREF_MIGRATE_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "migrate/migration.h"
#include "pg/session.h"

/* Is told one line per event. `is_warning`: something is odd, and the run goes on. */
typedef void migrate_say_fn(void *context, bool is_warning, const char *line);

/* One run; everything is borrowed and stays the caller's. */
struct migrate {
    struct session *session;
    struct arena *arena;
    const struct migration_list *list; /* sorted */
    migrate_say_fn *say;
    void *context; /* for `say` */
};

enum migration_state {
    MIGRATION_PENDING,
    MIGRATION_APPLIED,
    MIGRATION_CHANGED, /* applied; the file is another one now */
    MIGRATION_MISSING, /* applied; there is no file of this version */
};

struct migration_status {
    const char *version;
    const char *name; /* "" when missing */
    enum migration_state state;
};

/*
 * migrate_up() - run what has not run yet, in order, waiting for another process that does the
 * same.
 *
 * Nothing runs when a file that has run was changed since. A file that fails leaves nothing behind
 * (unless it says transaction:false), and the ones before it stay.
 *
 * reterr    in the arena: file, line, what PostgreSQL said
 * Returns:  0 | 1 with reterr set
 */
int migrate_up(const struct migrate *m, const char **reterr) MUST_CHECK;

/*
 * migrate_down() - roll back the `n` newest ones, newest first, each in a transaction.
 *
 * reterr    as with migrate_up(); also a migration without a file or without a section to go back
 * Returns:  0 | 1 with reterr set
 */
int migrate_down(const struct migrate *m, size_t n, const char **reterr) MUST_CHECK;

/*
 * migrate_status() - every migration there is a file or a row for, in order. Changes nothing.
 *
 * ret_rows  *ret_n of them, in the arena
 * Returns:  0 | 1 with reterr set
 */
int migrate_status(const struct migrate *m, struct migration_status **ret_rows, size_t *ret_n,
                   const char **reterr) MUST_CHECK;

/* migration_state_name() - "pending", "applied", "changed", "missing". */
const char *migration_state_name(enum migration_state state);

#endif
