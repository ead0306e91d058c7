/*
 * cmd_serve.h - `backref serve`: answer requests until a signal ends it.
 */
#ifndef BACKREF_CLI_CMD_SERVE_H
#define BACKREF_CLI_CMD_SERVE_H

#include "base/log.h"
#include "exchange/settings.h"

/* cmd_serve() - load the model, start the workers, wait for SIGTERM or SIGINT; the exit status. */
int cmd_serve(const struct settings *settings, const struct log *log);

#endif
