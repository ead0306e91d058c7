/*
 * cmd_migrate.c - `migrate up`, `down [N]` and `status`. What happens is logged, since this also
 * runs in containers; the table of `status` is the command's answer and goes to standard output.
 */
#include "cli/cmd_migrate.h"

#include <string.h>

#include "base/text.h"
#include "cli/open_database.h"
#include "cli/value.h"
#include "migrate/migrate.h"
#include "migrate/source.h"

enum { MIGRATE_BYTES = 512 << 20 };

typedef int action_fn(const struct migrate *m, size_t n, const char **reterr);

static int run_up(const struct migrate *m, size_t n, const char **reterr)
{
    (void)n;
    return migrate_up(m, reterr);
}

static int print_status(const struct migrate *m, size_t n, const char **reterr)
{
    (void)n;
    struct migration_status *rows;
    size_t n_rows;
    if (migrate_status(m, &rows, &n_rows, reterr) != 0) {
        return 1;
    }
    int version_width = (int)strlen("version");
    int name_width = (int)strlen("name");
    for (size_t i = 0; i < n_rows; i++) {
        int version = (int)strlen(rows[i].version);
        int name = (int)strlen(rows[i].name);
        version_width = version > version_width ? version : version_width;
        name_width = name > name_width ? name : name_width;
    }
    printf("%-*s  %-*s  state\n", version_width, "version", name_width, "name");
    for (size_t i = 0; i < n_rows; i++) {
        printf("%-*s  %-*s  %s\n", version_width, rows[i].version, name_width, rows[i].name,
               migration_state_name(rows[i].state));
    }
    return 0;
}

static const struct {
    const char *name;
    action_fn *run;
    bool takes_number;
} actions[] = {
    { "up", run_up, false },
    { "down", migrate_down, true },
    { "status", print_status, false },
};

static void log_progress(void *context, bool is_warning, const char *line)
{
    log_line(context, is_warning ? LOG_WARNING : LOG_INFO, "%s", line);
}

/* With files read and a session open. */
static int run_action(const struct cli_call *call, struct arena *a, action_fn *run, size_t n)
{
    const struct settings *settings = &call->config->settings;
    struct log log = *call->log;
    struct migration_list list;
    const char *reason;
    if (source_read(a, settings->migrations, &list, &reason) != 0) {
        log_line(&log, LOG_ERROR, "%s", reason);
        return CLI_FAILED;
    }
    struct session *session;
    if (open_database(settings, &log, &session) != 0) {
        return CLI_FAILED;
    }
    const struct migrate m = {
        .session = session, .arena = a, .list = &list, .say = log_progress, .context = &log
    };
    int r = run(&m, n, &reason);
    session_close(session);
    if (r != 0) {
        log_line(&log, LOG_ERROR, "%s", reason);
        return CLI_FAILED;
    }
    return CLI_OK;
}

static int find_action(const char *word, size_t *ret)
{
    const char *names[ARRAY_SIZE(actions)];
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        names[i] = actions[i].name;
        if (strcmp(word, names[i]) == 0) {
            *ret = i;
            return CLI_OK;
        }
    }
    return cli_refuse_word("migrate", "action", word, names, ARRAY_SIZE(names));
}

int cmd_migrate(const struct cli_call *call)
{
    size_t action = 0;
    int status = find_action(call->words[0], &action);
    if (status != CLI_OK) {
        return status;
    }
    uint64_t n = 1;
    if (call->n_words > 1 && !actions[action].takes_number) {
        return cli_refuse("migrate", "migrate %s: nothing is known of \"%.60s\"", call->words[0],
                          call->words[1]);
    }
    if (call->n_words > 1 && (!value_parse_count(call->words[1], &n) || n == 0)) {
        return cli_refuse("migrate",
                          "migrate down: \"%.60s\" is no number of migrations to roll back",
                          call->words[1]);
    }
    struct arena *a = arena_new(MIGRATE_BYTES);
    if (a == NULL) {
        log_line(call->log, LOG_ERROR, "out of memory");
        return CLI_FAILED;
    }
    status = run_action(call, a, actions[action].run, (size_t)n);
    arena_free(a);
    return status;
}
