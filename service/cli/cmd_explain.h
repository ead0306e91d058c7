/*
 * cmd_explain.h - `backref explain METHOD URL`: the plan and the SQL that a request would run.
 */
#ifndef BACKREF_CLI_CMD_EXPLAIN_H
#define BACKREF_CLI_CMD_EXPLAIN_H

#include "base/log.h"
#include "exchange/settings.h"

/*
 * cmd_explain() - print what a request would do, without doing it.
 *
 * argv      the words behind the command that are no flags: method, then request target
 * Returns:  the exit status
 */
int cmd_explain(const struct settings *settings, const struct log *log, int argc, char **argv);

#endif
