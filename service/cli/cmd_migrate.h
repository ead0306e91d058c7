/*
 * cmd_migrate.h - `backref migrate up|down|status`.
 */
#ifndef BACKREF_CLI_CMD_MIGRATE_H
#define BACKREF_CLI_CMD_MIGRATE_H

#include "cli/cli.h"

/* cmd_migrate() - run, roll back or list migrations; the exit status. Progress goes to the log. */
int cmd_migrate(const struct cli_call *call);

#endif
