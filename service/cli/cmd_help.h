/*
 * cmd_help.h - `backref help [COMMAND]`, printed from the tables of commands and settings.
 */
#ifndef BACKREF_CLI_CMD_HELP_H
#define BACKREF_CLI_CMD_HELP_H

#include "base/buf.h"
#include "cli/cli.h"

/*
 * cmd_help() - print the help of the command that the only word names, or of all; also what
 * manual.h writes. Returns the exit status.
 */
int cmd_help(const struct cli_call *call);

/* cmd_version() - print what this is and which libpq it runs with; the exit status. */
int cmd_version(const struct cli_call *call);

/* help_write() - the help of one command, in lines of at most 80 columns. */
void help_write(struct buf *b, const struct cli_command *command);

/* help_write_all() - every command and every setting, in lines of at most 80 columns. */
void help_write_all(struct buf *b);

#endif
