/*
 * pooler.c - see pooler.h.
 *
 * A pooler answers for PostgreSQL when a connection begins, with a process number of its own: that
 * is how it is noticed. One that shares sessions gives the same session to two connections that use
 * it one after the other, so the second finds its statement's name taken.
 */
#include "pg/pooler.h"

#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "pg/session_parts.h"

enum { ANSWER_MS = 5000, NAME = 40 };

static const char name_is_taken[] = "42P05";

/* The answer to what was sent; NULL when there is none in time. Freed by PQclear(). */
static PGresult *await(PGconn *pg)
{
    uint64_t start_ms = clock_now_ms();
    while (PQisBusy(pg) != 0) {
        uint64_t spent_ms = clock_now_ms() - start_ms;
        struct pollfd socket = { .fd = PQsocket(pg), .events = POLLIN };
        if (spent_ms >= ANSWER_MS || poll(&socket, 1, (int)(ANSWER_MS - spent_ms)) < 0 ||
            PQconsumeInput(pg) == 0) {
            return NULL;
        }
    }
    PGresult *result = PQgetResult(pg);
    PQclear(PQgetResult(pg)); /* the end of the statement, which is there too */
    return result;
}

static bool is_pooled(PGconn *pg)
{
    PGresult *result = PQsendQuery(pg, "select pg_backend_pid()") == 0 ? NULL : await(pg);
    bool differs = PQresultStatus(result) == PGRES_TUPLES_OK &&
                   strtol(PQgetvalue(result, 0, 0), NULL, 10) != PQbackendPID(pg);
    PQclear(result);
    return differs;
}

/* Is the name taken when a statement is prepared under it? */
static bool is_taken(PGconn *pg, const char *name)
{
    PGresult *result = PQsendPrepare(pg, name, "select 1", 0, NULL) == 0 ? NULL : await(pg);
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool taken = sqlstate != NULL && strcmp(sqlstate, name_is_taken) == 0;
    PQclear(result);
    return taken;
}

static bool shares_sessions(PGconn *pg, const char *conninfo)
{
    uint64_t mark;
    char name[NAME];
    struct session *other;
    struct session_error ignored;
    if (getrandom(&mark, sizeof mark, 0) != sizeof mark ||
        session_open(conninfo, 0, &other, &ignored) != 0) {
        return false;
    }
    snprintf(name, sizeof name, "backref_%llx", (unsigned long long)mark);
    bool shares = is_taken(pg, name) || is_taken(other->pg, name);
    session_close(other);
    return shares;
}

int pooler_check(const char *conninfo, struct session_error *reterr)
{
    struct session *session;
    struct session_error ignored;
    if (session_open(conninfo, 0, &session, &ignored) != 0) {
        return 0;
    }
    bool shares = is_pooled(session->pg) && shares_sessions(session->pg, conninfo);
    session_close(session);
    if (shares) {
        *reterr = (struct session_error){
            .message =
                "a pooler gives sessions of the database to several connections and mixes up "
                "their prepared statements: with PgBouncer, set pool_mode = session, or "
                "max_prepared_statements = 200 from version 1.21 on; or name PostgreSQL itself"
        };
    }
    return shares ? 1 : 0;
}
