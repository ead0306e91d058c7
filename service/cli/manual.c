/*
 * manual.c - see manual.h.
 */
#include "cli/manual.h"

#include <string.h>

#include "base/embedded.h"
#include "cli/cli.h"

static const char *initial_of(const struct setting *s)
{
    return s->initial_help != NULL ? s->initial_help : s->initial;
}

/* The names of the commands that read a setting, with commas. */
static void add_users(struct buf *b, const struct setting *s)
{
    const char *comma = "";
    for (size_t i = 0; i < n_cli_commands; i++) {
        if ((cli_commands[i].user & s->users) != 0) {
            buf_addf(b, "%s%s", comma, cli_commands[i].name);
            comma = ", ";
        }
    }
}

/* ---- the manual page ------------------------------------------------------------------------- */

/*
 * Text as roff takes it: its own characters are escaped, and a line feed, which ends a paragraph
 * in the tables, begins one.
 */
static void add_text(struct buf *b, const char *text)
{
    bool at_start = true;
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            buf_add_literal(b, "\n.IP\n");
        } else if (*text == '\\') {
            buf_add_literal(b, "\\e");
        } else if (*text == '-') {
            buf_add_literal(b, "\\-");
        } else if (at_start && (*text == '.' || *text == '\'')) {
            buf_addf(b, "\\&%c", *text);
        } else {
            buf_add_char(b, *text);
        }
        at_start = *text == '\n';
    }
    buf_add_char(b, '\n');
}

static void add_command(struct buf *b, const struct cli_command *c)
{
    buf_add_literal(b, ".TP\n\\fB");
    buf_addf(b, "%s\\fR", c->name);
    if (c->arguments[0] != '\0') {
        buf_add_char(b, ' ');
    }
    add_text(b, c->arguments);
    add_text(b, c->details);
}

static void add_setting(struct buf *b, const struct setting *s)
{
    buf_add_literal(b, ".TP\n\\fB\\-\\-");
    for (const char *c = s->flag; *c != '\0'; c++) {
        buf_addf(b, "%s%c", *c == '-' ? "\\" : "", *c);
    }
    buf_addf(b, "\\fR%s\\fI%s\\fR\n", s->kind == CONFIG_SWITCH ? "" : " ", s->value_name);
    add_text(b, s->help);
    buf_add_literal(b, ".br\n");
    const char *variable = config_variable_name(b->arena, s);
    const char *initial = initial_of(s);
    const char *origin = arena_printf(b->arena, "%s%s%s; for ", variable,
                                      initial[0] == '\0' ? "" : "; default: ", initial);
    if (origin != NULL) {
        buf_add_text(b, origin);
        add_users(b, s);
        buf_add_char(b, '\n');
    }
}

void manual_write_page(struct buf *b)
{
    buf_addf(b, ".TH BACKREF 1 \"\" \"backref %s\" \"User Commands\"\n", backref_version);
    buf_add_literal(b, ".SH NAME\nbackref \\- related resources in PostgreSQL over JSON:API\n"
                       ".SH SYNOPSIS\n\\fBbackref\\fR \\fICOMMAND\\fR "
                       "[\\fB\\-\\-\\fIFLAG\\fR \\fIVALUE\\fR]...\n"
                       ".SH DESCRIPTION\nA REST service for related resources in PostgreSQL that "
                       "keeps both sides of every relationship in step.\n"
                       ".SH COMMANDS\n");
    for (size_t i = 0; i < n_cli_commands; i++) {
        add_command(b, &cli_commands[i]);
    }
    buf_add_literal(b, ".SH SETTINGS\nEach is a flag and an environment variable; a flag wins.\n");
    for (size_t i = 0; i < n_config_settings; i++) {
        add_setting(b, &config_settings[i]);
    }
    buf_add_literal(b,
                    ".SH SIGNALS\n.TP\n\\fBSIGTERM\\fR, \\fBSIGINT\\fR\n"
                    "serve finishes what is in flight and ends; a second one ends it at once.\n"
                    ".TP\n\\fBSIGHUP\\fR\nserve reads the model and the catalog again, and keeps "
                    "what it has if they are wrong; likewise certificate and key.\n"
                    ".TP\n\\fBSIGUSR1\\fR, \\fBSIGUSR2\\fR\nserve logs one level more, or one "
                    "less.\n"
                    ".SH EXIT STATUS\n0 when it worked, 1 when it did not, 2 for a mistake in the "
                    "command line.\n"
                    ".SH SEE ALSO\n\\fBpsql\\fR(1), \\fBpostgres\\fR(1)\n");
}

/* ---- the table ------------------------------------------------------------------------------- */

/* A cell: a "|" would end it. */
static void add_cell(struct buf *b, const char *text)
{
    for (; *text != '\0'; text++) {
        buf_addf(b, "%s%c", *text == '|' ? "\\" : "", *text);
    }
    buf_add_literal(b, " | ");
}

void manual_write_table(struct buf *b)
{
    buf_add_literal(b, "| flag | variable | default | for | |\n| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < n_config_settings; i++) {
        const struct setting *s = &config_settings[i];
        buf_addf(b, "| `--%s` | `%s` | ", s->flag, config_variable_name(b->arena, s));
        add_cell(b, initial_of(s));
        add_users(b, s);
        buf_add_literal(b, " | ");
        add_cell(b, s->help);
        b->n--; /* the blank behind the last bar */
        buf_add_char(b, '\n');
    }
}
