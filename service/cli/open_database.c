/*
 * open_database.c - a first attempt that does not wait, so that an operator learns at once what the
 * service is waiting for.
 */
#include "cli/open_database.h"

#include <inttypes.h>

#include "base/clock.h"

/* A second is long for a server that is starting up; below it, nothing is said. */
enum { QUIET_MS = 500 };

int open_database(const struct settings *settings, const struct log *log,
                  struct session **ret_session)
{
    struct session_error e;
    uint32_t quiet_ms =
        settings->database_wait_ms < QUIET_MS ? settings->database_wait_ms : QUIET_MS;
    uint64_t start_ms = clock_now_ms();
    if (session_open(settings->database, quiet_ms, ret_session, &e) == 0) {
        return 0;
    }
    uint64_t spent_ms = clock_now_ms() - start_ms;
    bool may_wait = spent_ms >= quiet_ms && spent_ms < settings->database_wait_ms;
    if (may_wait) {
        uint32_t left_ms = settings->database_wait_ms - (uint32_t)spent_ms;
        log_line(log, LOG_INFO, "the database does not answer yet, waiting up to %" PRIu32 " s: %s",
                 left_ms / 1000 + 1, e.message);
        if (session_open(settings->database, left_ms, ret_session, &e) == 0) {
            return 0;
        }
    }
    log_line(log, LOG_ERROR, "no connection to the database (--database, DATABASE_URL): %s",
             e.message);
    return 1;
}
