/*
 * cmd_model.h - `backref model check|openapi`.
 */
#ifndef BACKREF_CLI_CMD_MODEL_H
#define BACKREF_CLI_CMD_MODEL_H

#include "cli/cli.h"

/* cmd_model() - judge the model against the database, or describe its API; the exit status. */
int cmd_model(const struct cli_call *call);

#endif
