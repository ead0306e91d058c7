/*
 * cli.h - what an operator types: the table of commands, and the way from argv to one of them.
 */
#ifndef BACKREF_CLI_CLI_H
#define BACKREF_CLI_CLI_H

#include <stdbool.h>

#include "base/log.h"
#include "cli/config.h"

/* What the process exits with. */
enum {
    CLI_OK = 0,
    CLI_FAILED = 1, /* it was understood, and did not work */
    CLI_USAGE = 2,  /* it was not understood */
};

/* One call of a command: its settings, and the words that are no flags. */
struct cli_call {
    const struct config *config;
    const struct log *log;
    int n_words;
    char **words;
};

struct cli_command {
    const char *name;
    const char *arguments; /* for the usage line: "up|down|status" */
    const char *summary;   /* one line */
    const char *details;   /* more of it, for `help NAME`; paragraphs end in line feeds */
    unsigned user;         /* its bit of enum config_user; 0: no settings */
    int least_words;
    int most_words;
    int (*run)(const struct cli_call *call); /* returns the exit status */
};

extern const struct cli_command cli_commands[];
extern const size_t n_cli_commands;

/*
 * cli_run() - all that main() does: find the command, read its settings, run it.
 *
 * argv      reordered
 * Returns:  the process's exit status
 */
int cli_run(int argc, char **argv);

/* cli_find_command() - the command of this name; NULL when there is none. */
const struct cli_command *cli_find_command(const char *name);

/*
 * cli_refuse() - tell a mistake in the command line on standard error, and where help is.
 *
 * command   NULL: about the command line as a whole
 * Returns:  CLI_USAGE
 */
int cli_refuse(const char *command, const char *format, ...) PRINTF_LIKE(2, 3);

/* cli_refuse_command() - refuse a word that should have been a command; returns CLI_USAGE. */
int cli_refuse_command(const char *word);

/*
 * cli_refuse_word() - refuse a word that is none of `names`, naming the nearest or all of them.
 *
 * what      what the word should have been: "command"
 * Returns:  CLI_USAGE
 */
int cli_refuse_word(const char *command, const char *what, const char *word,
                    const char *const *names, size_t n);

#endif
