/*
 * open_database.h - a session as the settings name it, with waiting told in the log.
 */
#ifndef BACKREF_CLI_OPEN_DATABASE_H
#define BACKREF_CLI_OPEN_DATABASE_H

#include "base/log.h"
#include "exchange/settings.h"
#include "pg/session.h"

/*
 * open_database() - connect to --database, for at most --database-wait.
 *
 * ret_session  set only on 0; closed by session_close()
 * Returns:     0 | 1, the reason having been logged
 */
int open_database(const struct settings *settings, const struct log *log,
                  struct session **ret_session) MUST_CHECK;

#endif
