/*
 * cmd_health.h - `backref health`: is the service on its listening address ready?
 */
#ifndef BACKREF_CLI_CMD_HEALTH_H
#define BACKREF_CLI_CMD_HEALTH_H

#include "cli/cli.h"

/* cmd_health() - ask /readyz; the exit status is CLI_OK when it answers 200 within a few seconds.
 */
int cmd_health(const struct cli_call *call);

#endif
