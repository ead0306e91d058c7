/*
 * cmd_help.c - two columns: what is typed, and what it does, wrapped. Bytes are columns here, so
 * the texts in the tables are ASCII.
 */
#include "cli/cmd_help.h"

#include "base/embedded.h"
#include "cli/manual.h"
#include "pg/session.h"

enum {
    LINE_COLUMNS = 80,
    TEXT_COLUMN = 32, /* where the second column begins */
    HELP_BYTES = 1 << 20,
};

static void add_spaces(struct buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_add_char(b, ' ');
    }
}

/* Adds words from column `at` on, wrapped, each further line indented; ends the last line. */
static void add_wrapped(struct buf *b, size_t at, size_t indent, const char *words)
{
    size_t column = at;
    bool is_first = true; /* of its line */
    while (*words != '\0') {
        size_t n = strcspn(words, " \n");
        if (!is_first && column + 1 + n > LINE_COLUMNS) {
            buf_add_char(b, '\n');
            add_spaces(b, indent);
            column = indent;
            is_first = true;
        }
        if (!is_first) {
            buf_add_char(b, ' ');
            column++;
        }
        buf_add(b, words, n);
        column += n;
        is_first = false;
        words += n;
        if (*words == '\n') { /* a paragraph's end */
            buf_add_literal(b, "\n\n");
            add_spaces(b, indent);
            column = indent;
            is_first = true;
        }
        words += *words == '\0' ? 0 : 1;
    }
    buf_add_char(b, '\n');
}

/* A row: `head` from column 2 on, `words` from TEXT_COLUMN on, below a head that is too long. */
static void add_row(struct buf *b, const char *head, const char *words)
{
    buf_addf(b, "  %s", head);
    size_t column = strlen(head) + 2;
    if (column + 2 > TEXT_COLUMN) {
        buf_add_char(b, '\n');
        column = 0;
    }
    add_spaces(b, TEXT_COLUMN - column);
    add_wrapped(b, TEXT_COLUMN, TEXT_COLUMN, words);
}

static void add_setting(struct buf *b, const struct setting *s)
{
    const char *head = arena_printf(b->arena, "--%s%s%s", s->flag,
                                    s->kind == CONFIG_SWITCH ? "" : " ", s->value_name);
    const char *initial = s->initial_help != NULL ? s->initial_help : s->initial;
    const char *origin =
        arena_printf(b->arena, "%s; default: %s", config_variable_name(b->arena, s), initial);
    if (head != NULL && origin != NULL) {
        add_row(b, head, s->help);
        add_spaces(b, TEXT_COLUMN);
        add_wrapped(b, TEXT_COLUMN, TEXT_COLUMN, origin);
    }
}

static void add_settings(struct buf *b, unsigned users)
{
    for (size_t i = 0; i < n_config_settings; i++) {
        if ((config_settings[i].users & users) != 0) {
            add_setting(b, &config_settings[i]);
        }
    }
}

static const char *usage_of(struct arena *a, const struct cli_command *c)
{
    const char *usage =
        arena_printf(a, "%s%s%s", c->name, c->arguments[0] == '\0' ? "" : " ", c->arguments);
    return usage == NULL ? "" : usage;
}

void help_write(struct buf *b, const struct cli_command *command)
{
    buf_addf(b, "usage: backref %s%s\n\n", usage_of(b->arena, command),
             command->user == 0 ? "" : " [--FLAG VALUE]...");
    add_wrapped(b, 0, 0, command->details);
    if (command->user != 0) {
        buf_add_literal(b, "\nSettings; a flag wins over its environment variable:\n");
        add_settings(b, command->user);
    }
}

void help_write_all(struct buf *b)
{
    buf_add_literal(b, "usage: backref COMMAND [--FLAG VALUE]...\n\n");
    add_wrapped(b, 0, 0,
                "A REST service (JSON:API) for related resources in PostgreSQL that keeps both "
                "sides of every relationship in step.");
    buf_add_literal(b, "\nCommands; `backref help COMMAND` tells more:\n");
    for (size_t i = 0; i < n_cli_commands; i++) {
        add_row(b, usage_of(b->arena, &cli_commands[i]), cli_commands[i].summary);
    }
    buf_add_literal(b, "\nSettings; a flag wins over its environment variable:\n");
    add_settings(b, FOR_ALL | FOR_HEALTH);
    buf_add_literal(
        b, "\nThe exit status is 0 when it worked, 1 when it did not, 2 for a mistake in the\n"
           "command line.\n");
}

static int print(struct buf *b)
{
    if (b->failed) {
        fputs("backref: out of memory\n", stderr);
        return CLI_FAILED;
    }
    fwrite(b->at, 1, b->n, stdout);
    return CLI_OK;
}

static void write_all(struct buf *b, const struct cli_command *command)
{
    (void)command;
    help_write_all(b);
}

static void write_page(struct buf *b, const struct cli_command *command)
{
    (void)command;
    manual_write_page(b);
}

static void write_table(struct buf *b, const struct cli_command *command)
{
    (void)command;
    manual_write_table(b);
}

int cmd_help(const struct cli_call *call)
{
    const char *word = call->n_words == 0 ? "" : call->words[0];
    const struct cli_command *command = cli_find_command(word);
    void (*write)(struct buf * b, const struct cli_command *command) = help_write;
    if (strcmp(word, "") == 0) {
        write = write_all;
    } else if (strcmp(word, "manual") == 0) {
        write = write_page;
    } else if (strcmp(word, "table") == 0) {
        write = write_table;
    } else if (command == NULL) {
        return cli_refuse_command(word);
    }
    struct arena *a = arena_new(HELP_BYTES);
    if (a == NULL) {
        fputs("backref: out of memory\n", stderr);
        return CLI_FAILED;
    }
    struct buf b;
    buf_init(&b, a, 16384);
    write(&b, command);
    int status = print(&b);
    arena_free(a);
    return status;
}

int cmd_version(const struct cli_call *call)
{
    (void)call;
    int libpq = session_library_version();
    printf("backref %s (libpq %d.%d)\n", backref_version, libpq / 10000, libpq % 10000);
    return CLI_OK;
}
