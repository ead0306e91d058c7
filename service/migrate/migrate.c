/*
 * migrate.c - up, down, status.
 *
 * All three look at the same merge of two ordered lists: the files, and the rows of
 * schema_migrations. Up and down look at it under the lock, so that of two processes the second one
 * sees what the first has done.
 */
#include "migrate/migrate.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "migrate/history.h"
#include "migrate/statements.h"

enum {
    FIRST_PAUSE_MS = 20,
    LONGEST_PAUSE_MS = 500,
};

static int fail(const struct migrate *m, const char **reterr, const char *format, ...)
    PRINTF_LIKE(3, 4);
static int fail(const struct migrate *m, const char **reterr, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *words = arena_vprintf(m->arena, format, arguments);
    va_end(arguments);
    *reterr = words == NULL ? "out of memory for the migrations" : words;
    return 1;
}

static int fail_session(const struct migrate *m, const char **reterr, const char *what,
                        const struct session_error *e)
{
    return fail(m, reterr, "%s: %s", what, e->message);
}

static void say(const struct migrate *m, bool is_warning, const char *format, ...)
    PRINTF_LIKE(3, 4);
static void say(const struct migrate *m, bool is_warning, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *line = arena_vprintf(m->arena, format, arguments);
    va_end(arguments);
    if (line != NULL) {
        m->say(m->context, is_warning, line);
    }
}

/* ---- what is there ------------------------------------------------------------------------- */

static enum migration_state judge(const struct history *history, const struct migration *migration)
{
    const struct history_row *row = history_find(history, migration->version);
    if (row == NULL) {
        return MIGRATION_PENDING;
    }
    bool is_same = row->checksum == NULL || strcmp(row->checksum, migration->checksum) == 0;
    return is_same ? MIGRATION_APPLIED : MIGRATION_CHANGED;
}

const char *migration_state_name(enum migration_state state)
{
    switch (state) {
    case MIGRATION_PENDING:
        return "pending";
    case MIGRATION_APPLIED:
        return "applied";
    case MIGRATION_CHANGED:
        return "changed";
    case MIGRATION_MISSING:
        return "missing";
    }
    UNREACHABLE();
}

int migrate_status(const struct migrate *m, struct migration_status **ret_rows, size_t *ret_n,
                   const char **reterr)
{
    struct history history = { .n = 0 };
    struct session_error e;
    if (history_read(m->session, m->arena, &history, &e) != 0) {
        return fail_session(m, reterr, "reading schema_migrations", &e);
    }
    const struct migration_list *list = m->list;
    struct migration_status *rows = arena_zalloc(m->arena, list->n + history.n, sizeof *rows);
    if (rows == NULL) {
        return fail(m, reterr, "out of memory");
    }
    size_t n = 0;
    size_t recorded = 0;
    for (size_t i = 0; i <= list->n; i++) {
        for (; recorded < history.n; recorded++) {
            const char *version = history.rows[recorded].version;
            if (i < list->n && migration_compare_versions(version, list->at[i].version) >= 0) {
                break;
            }
            if (migration_list_find(list, version) == NULL) {
                rows[n++] = (struct migration_status){ version, "", MIGRATION_MISSING };
            }
        }
        if (i < list->n) {
            const struct migration *file = &list->at[i];
            rows[n++] =
                (struct migration_status){ file->version, file->name, judge(&history, file) };
        }
    }
    *ret_rows = rows;
    *ret_n = n;
    return 0;
}

/* ---- one at a time ------------------------------------------------------------------------- */

static int lock(const struct migrate *m, const char **reterr)
{
    struct session_error e;
    bool is_waiting = false;
    for (uint32_t pause_ms = FIRST_PAUSE_MS;;) {
        bool waited = is_waiting;
        if (history_lock(m->session, m->arena, &is_waiting, &e) != 0) {
            return fail_session(m, reterr, "taking the lock for migrations", &e);
        }
        if (!is_waiting) {
            return 0;
        }
        if (!waited) {
            say(m, false, "another process is migrating this database: waiting for it");
        }
        clock_sleep_ms(pause_ms);
        pause_ms = pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
    }
}

/* Takes the lock and reads what has run, with a table to write to. */
static int begin_run(const struct migrate *m, struct history *ret_history, const char **reterr)
{
    struct session_error e;
    if (lock(m, reterr) != 0) {
        return 1;
    }
    if (history_create(m->session, m->arena, &e) != 0) {
        return fail_session(m, reterr, "creating schema_migrations", &e);
    }
    if (history_read(m->session, m->arena, ret_history, &e) != 0) {
        return fail_session(m, reterr, "reading schema_migrations", &e);
    }
    return 0;
}

/* ---- running a section ---------------------------------------------------------------------- */

/* Undoes what the failed transaction left open; its own failure adds nothing to the first one. */
static void roll_back(const struct migrate *m)
{
    struct session_error ignored;
    int r = session_run(m->session, "rollback", &ignored);
    (void)r;
}

static int run_statements(const struct migrate *m, const struct migration *migration,
                          const struct migration_section *section, const char **reterr)
{
    struct statement_reader reader = { .rest = section->sql, .line = section->line };
    struct statement s;
    struct session_error e;
    while (statement_next(&reader, &s)) {
        const char *sql = arena_copy(m->arena, s.sql.at, s.sql.n);
        if (sql == NULL) {
            return fail(m, reterr, "%s: out of memory", migration->file);
        }
        if (session_run(m->session, sql, &e) != 0) {
            const char *left = section->in_transaction
                                   ? "nothing of this file was kept"
                                   : "the statements above that line have run, since "
                                     "the file says transaction:false";
            return fail(m, reterr, "%s:%zu: %s (%s)", migration->file,
                        statement_line_of(&s, e.position), e.message, left);
        }
    }
    return 0;
}

/* Writes down that a migration has run, or no longer has. */
static int record(const struct migrate *m, const char *table, const struct migration *migration,
                  bool is_up, const char **reterr)
{
    struct session_error e;
    int r = is_up ? history_add(m->session, m->arena, table, migration, &e)
                  : history_remove(m->session, m->arena, table, migration->version, &e);
    return r == 0 ? 0 : fail(m, reterr, "%s: writing to %s: %s", migration->file, table, e.message);
}

/* A section may have changed settings, roles, the search_path: the next one finds them as at first.
 */
static int run_command(const struct migrate *m, const struct migration *migration,
                       const char *command, const char **reterr)
{
    struct session_error e;
    return session_run(m->session, command, &e) == 0
               ? 0
               : fail(m, reterr, "%s: %s: %s", migration->file, command, e.message);
}

static int run_section(const struct migrate *m, const char *table,
                       const struct migration *migration, bool is_up, const char **reterr)
{
    const struct migration_section *section = is_up ? &migration->up : &migration->down;
    uint64_t start_ms = clock_now_ms();
    int r = section->in_transaction ? run_command(m, migration, "begin", reterr) : 0;
    r = r != 0 ? r : run_statements(m, migration, section, reterr);
    r = r != 0 ? r
               : run_command(m, migration, "reset session authorization; reset role; reset all",
                             reterr);
    r = r != 0 ? r : record(m, table, migration, is_up, reterr);
    if (r == 0 && section->in_transaction) {
        r = run_command(m, migration, "commit", reterr);
    }
    if (r != 0) {
        roll_back(m);
        return r;
    }
    say(m, false, "%s %s in %" PRIu64 " ms", is_up ? "ran" : "rolled back", migration->file,
        clock_now_ms() - start_ms);
    return 0;
}

/* ---- up ------------------------------------------------------------------------------------- */

/* Every file that ran must still be what ran; a row without a file is odd, but hinders nothing. */
static int check_history(const struct migrate *m, const struct history *history,
                         const char **reterr)
{
    for (size_t i = 0; i < m->list->n; i++) {
        const struct migration *file = &m->list->at[i];
        if (judge(history, file) == MIGRATION_CHANGED) {
            return fail(
                m, reterr,
                "%s was changed after it ran, so this database is not what the file says. "
                "Bring the file back and put the change into a new migration; or, where the data "
                "may go, roll it back with \"migrate down\" and run it again; or, if only its "
                "wording changed, run: update %s set checksum = null where version = '%s'",
                file->file, history->table, file->version);
        }
    }
    for (size_t i = 0; i < history->n; i++) {
        if (migration_list_find(m->list, history->rows[i].version) == NULL) {
            say(m, true, "version %s has run here, but has no file", history->rows[i].version);
        }
    }
    return 0;
}

/* Another tool ran it, or an operator has accepted its change: from now on it is this file. */
static int adopt(const struct migrate *m, const struct history *history,
                 const struct migration *file, const char **reterr)
{
    struct session_error e;
    const struct history_row *row = history_find(history, file->version);
    if (row == NULL || row->checksum != NULL) {
        return 0;
    }
    if (history_note_checksum(m->session, m->arena, history->table, file, &e) != 0) {
        return fail(m, reterr, "%s: writing to %s: %s", file->file, history->table, e.message);
    }
    say(m, false, "%s had run without a checksum: noted that of the present file", file->file);
    return 0;
}

int migrate_up(const struct migrate *m, const char **reterr)
{
    struct history history = { .n = 0 };
    if (begin_run(m, &history, reterr) != 0 || check_history(m, &history, reterr) != 0) {
        return 1;
    }
    size_t n_run = 0;
    for (size_t i = 0; i < m->list->n; i++) {
        const struct migration *file = &m->list->at[i];
        if (adopt(m, &history, file, reterr) != 0) {
            return 1;
        }
        if (judge(&history, file) != MIGRATION_PENDING) {
            continue;
        }
        if (run_section(m, history.table, file, true, reterr) != 0) {
            return 1;
        }
        n_run++;
    }
    if (n_run == 0) {
        say(m, false, "nothing to run: the database is up to date (%zu migration%s)", m->list->n,
            m->list->n == 1 ? "" : "s");
    }
    return 0;
}

/* ---- down ----------------------------------------------------------------------------------- */

static int run_down(const struct migrate *m, const char *table, const struct history_row *row,
                    const char **reterr)
{
    const struct migration *file = migration_list_find(m->list, row->version);
    if (file == NULL) {
        return fail(m, reterr,
                    "version %s has run here, but has no file: without it there is no way back",
                    row->version);
    }
    if (!file->down.exists) {
        return fail(m, reterr, "%s has no section \"-- migrate:down\": there is no way back",
                    file->file);
    }
    if (row->checksum != NULL && strcmp(row->checksum, file->checksum) != 0) {
        say(m, true, "%s was changed after it ran; its present way back is taken", file->file);
    }
    return run_section(m, table, file, false, reterr);
}

int migrate_down(const struct migrate *m, size_t n, const char **reterr)
{
    struct history history = { .n = 0 };
    if (begin_run(m, &history, reterr) != 0) {
        return 1;
    }
    if (history.n == 0) {
        say(m, false, "nothing to roll back: no migration has run");
    }
    for (size_t i = 0; i < n && i < history.n; i++) {
        if (run_down(m, history.table, &history.rows[history.n - 1 - i], reterr) != 0) {
            return 1;
        }
    }
    return 0;
}
