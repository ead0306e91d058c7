/*
 * cli.c - the table of commands. A new command is a row here and a file cmd_….c.
 */
#include "cli/cli.h"

#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cmd_explain.h"
#include "cli/cmd_health.h"
#include "cli/cmd_help.h"
#include "cli/cmd_migrate.h"
#include "cli/cmd_model.h"
#include "cli/cmd_serve.h"

enum { CONFIG_BYTES = 1 << 20 };

static int run_serve(const struct cli_call *call)
{
    return cmd_serve(&call->config->settings, call->log);
}

static int run_explain(const struct cli_call *call)
{
    return cmd_explain(&call->config->settings, call->log, call->n_words, call->words);
}

const struct cli_command cli_commands[] = {
    {
        .name = "serve",
        .arguments = "",
        .summary = "answer requests until SIGTERM or SIGINT",
        .details =
            "Checks the model against the database, then answers HTTP requests. SIGTERM or SIGINT "
            "finishes what is in flight and ends it with exit status 0.",
        .user = FOR_SERVE,
        .run = run_serve,
    },
    {
        .name = "migrate",
        .arguments = "up|down|status",
        .summary = "bring the database up to date, or back; `down N` rolls back N",
        .details =
            "up: runs every migration that has not run, in order, each in a transaction. A "
            "migration that fails leaves nothing behind; one that was changed after it ran stops "
            "everything. Several processes may run this at once: they take turns.\n"
            "down [N]: rolls back the newest N migrations, one without N.\n"
            "status: lists them as applied, pending, changed (since it ran) or missing (its "
            "file).\n"
            "Migrations are files NNNN_name.sql with the sections `-- migrate:up` and "
            "`-- migrate:down`, recorded in the table schema_migrations, as dbmate has them.",
        .user = FOR_MIGRATE,
        .least_words = 1,
        .most_words = 2,
        .run = cmd_migrate,
    },
    {
        .name = "model",
        .arguments = "check|openapi|reflect",
        .summary = "judge the model against the database; describe its API; make one",
        .details =
            "check: prints every mistake of the model file and what would mend it, then every "
            "relationship as it was understood: both sides, tables, columns, what deleting does. "
            "The exit status is 1 when there are mistakes.\n"
            "openapi: prints the OpenAPI 3.1 description of what would be served.\n"
            "reflect: prints a model file for the database as it is, made from its tables and "
            "foreign keys, and on standard error what it leaves out, with the reason.",
        .user = FOR_MODEL,
        .least_words = 1,
        .most_words = 1,
        .run = cmd_model,
    },
    {
        .name = "explain",
        .arguments = "METHOD URL",
        .summary = "print the SQL that a request would run",
        .details = "Prints the plan of a request and its SQL without running it, such as: "
                   "backref explain GET '/persons?page[size]=2'",
        .user = FOR_EXPLAIN,
        .least_words = 2,
        .most_words = 2,
        .run = run_explain,
    },
    {
        .name = "health",
        .arguments = "",
        .summary = "ask a running service whether it is ready",
        .details = "Asks /readyz of the service that listens on --admin-listen, else on the first "
                   "address of --listen. The exit status is 0 when it is ready. Meant for the "
                   "health check of a container, so it takes the same variables as serve.",
        .user = FOR_HEALTH,
        .run = cmd_health,
    },
    {
        .name = "version",
        .arguments = "",
        .summary = "print the version",
        .details = "Prints the version of backref, and of the libpq that it runs with.",
        .run = cmd_version,
    },
    {
        .name = "help",
        .arguments = "[COMMAND|manual|table]",
        .summary = "print this, or all about one command",
        .details = "Prints every command and setting, or those of one command. The word manual "
                   "stands for the manual page, for man(1), and table for all settings in "
                   "Markdown.",
        .most_words = 1,
        .run = cmd_help,
    },
};
const size_t n_cli_commands = ARRAY_SIZE(cli_commands);

const struct cli_command *cli_find_command(const char *name)
{
    for (size_t i = 0; i < n_cli_commands; i++) {
        if (strcmp(cli_commands[i].name, name) == 0) {
            return &cli_commands[i];
        }
    }
    return NULL;
}

/* ---- mistakes ------------------------------------------------------------------------------ */

int cli_refuse(const char *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("backref: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n`backref help%s%s` tells what there is\n", command == NULL ? "" : " ",
            command == NULL ? "" : command);
    return CLI_USAGE;
}

int cli_refuse_word(const char *command, const char *what, const char *word,
                    const char *const *names, size_t n)
{
    size_t nearest = text_nearest(text_of(word), names, n);
    if (nearest < n) {
        return cli_refuse(command, "there is no %s \"%.60s\"; did you mean \"%s\"?", what, word,
                          names[nearest]);
    }
    char list[256];
    size_t n_list = 0;
    for (size_t i = 0; i < n && n_list < sizeof list; i++) {
        int added =
            snprintf(list + n_list, sizeof list - n_list, "%s%s", i == 0 ? "" : ", ", names[i]);
        n_list += added < 0 ? 0 : (size_t)added;
    }
    return cli_refuse(command, "there is no %s \"%.60s\"; there are %s", what, word, list);
}

int cli_refuse_command(const char *word)
{
    const char *names[ARRAY_SIZE(cli_commands)];
    for (size_t i = 0; i < n_cli_commands; i++) {
        names[i] = cli_commands[i].name;
    }
    if (word[0] == '-') {
        return cli_refuse(NULL, "the command comes first: backref COMMAND [--FLAG VALUE]...");
    }
    return cli_refuse_word(NULL, "command", word, names, n_cli_commands);
}

static int check_words(const struct cli_command *c, const struct command_line *line)
{
    if (line->n_positionals < c->least_words) {
        return cli_refuse(c->name, "%s needs more: backref %s %s", c->name, c->name, c->arguments);
    }
    if (line->n_positionals > c->most_words) {
        return cli_refuse(c->name, "%s: nothing is known of \"%.60s\"", c->name,
                          line->words[c->most_words]);
    }
    return CLI_OK;
}

/* ---- from argv to a command ---------------------------------------------------------------- */

/* The cores this process may use; at least one. */
static uint32_t count_cores(void)
{
    cpu_set_t set;
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set)
                                                         : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MAX_WORKERS ? MAX_WORKERS : (uint32_t)n;
}

static struct log log_of(const struct config *config)
{
    bool is_text = config->log_format == LOG_TEXT ||
                   (config->log_format == LOG_AUTO && isatty(STDERR_FILENO) == 1);
    return (struct log){ .level = (enum log_level)config->log_level, .json = !is_text };
}

static int print_help(const struct cli_command *command)
{
    char *name = strdup(command->name);
    const struct cli_call call = { .n_words = name == NULL ? 0 : 1, .words = &name };
    int status = cmd_help(&call);
    free(name);
    return status;
}

static int run_command(struct arena *a, const struct cli_command *command, int argc, char **argv)
{
    struct config config;
    const char *reason;
    struct command_line line = {
        .command = command->name, .user = command->user, .n_words = argc, .words = argv
    };
    if (config_read(a, &line, getenv, &config, &reason) != 0) {
        return cli_refuse(command->name, "%s", reason);
    }
    if (line.wants_help) {
        return print_help(command);
    }
    int status = check_words(command, &line);
    if (status != CLI_OK) {
        return status;
    }
    if (config.settings.workers == 0) {
        config.settings.workers = count_cores();
    }
    struct log log = log_of(&config);
    const struct cli_call call = {
        .config = &config, .log = &log, .n_words = line.n_positionals, .words = line.words
    };
    return command->run(&call);
}

/* What the command printed has to have arrived: a full disk is a failure, too. */
static int finish_output(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        fputs("backref: writing to standard output failed\n", stderr);
        return status == CLI_OK ? CLI_FAILED : status;
    }
    return status;
}

int cli_run(int argc, char **argv)
{
    if (argc < 2) {
        return cli_refuse(NULL, "a command is missing: backref COMMAND [--FLAG VALUE]...");
    }
    const char *word = argv[1];
    word = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ? "help" : word;
    word = strcmp(word, "--version") == 0 ? "version" : word;
    const struct cli_command *command = cli_find_command(word);
    if (command == NULL) {
        return cli_refuse_command(word);
    }
    struct arena *a = arena_new(CONFIG_BYTES);
    if (a == NULL) {
        fputs("backref: out of memory\n", stderr);
        return CLI_FAILED;
    }
    int status = finish_output(run_command(a, command, argc - 2, argv + 2));
    arena_free(a);
    return status;
}
