/*
 * cmd_reflect.h - `backref model reflect`: a model file for the database as it is.
 */
#ifndef BACKREF_CLI_CMD_REFLECT_H
#define BACKREF_CLI_CMD_REFLECT_H

#include "cli/cli.h"

/* cmd_reflect() - print the file, and on standard error what it leaves out. */
int cmd_reflect(const struct cli_call *call);

#endif
