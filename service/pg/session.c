/*
 * session.c - libpq's blocking calls, and its messages made fit for an operator: one line, cut at a
 * character's end, never with any part of a password that libpq quotes from a malformed URL.
 */
#include "pg/session.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pg/session_parts.h"

enum {
    OLDEST_SERVER = 120000, /* generated columns (pg_attribute.attgenerated) came with 12 */
    FIRST_PAUSE_MS = 20,
    LONGEST_PAUSE_MS = 320,
};

/* How a byte of libpq's or PostgreSQL's text stands in one line: lines are joined by semicolons. */
static const char *as_one_line(char c)
{
    switch (c) {
    case '\n':
        return "; ";
    case '\t':
    case '\r':
        return " ";
    default:
        return NULL;
    }
}

/* Is there room for what stands for the byte at `s`, and for the rest of the character it begins?
 */
static bool has_room(size_t n, size_t n_added, const char *s)
{
    size_t n_rest = 0;
    while (((unsigned char)s[1 + n_rest] & 0xc0) == 0x80) {
        n_rest++;
    }
    return n + n_added + n_rest < sizeof(((struct session_error *)0)->message);
}

/* Appends to the message, as one line without white space at its end, cut at a character's end. */
static void add_words(struct session_error *e, const char *words)
{
    size_t n = strlen(e->message);
    size_t n_words = strlen(words);
    while (n_words > 0 && strchr("\n\t\r ", words[n_words - 1]) != NULL) {
        n_words--;
    }
    for (size_t i = 0; i < n_words; i++) {
        const char *instead = as_one_line(words[i]);
        size_t n_added = instead == NULL ? 1 : strlen(instead);
        if (!has_room(n, n_added, words + i)) {
            break;
        }
        if (n > 0 && e->message[n - 1] == ' ' && (instead != NULL || words[i] == ' ')) {
            continue; /* an indented line */
        }
        memcpy(e->message + n, instead == NULL ? words + i : instead, n_added);
        n += n_added;
    }
    e->message[n] = '\0';
}

static int fail(struct session_error *e, const char *format, ...) PRINTF_LIKE(2, 3);
static int fail(struct session_error *e, const char *format, ...)
{
    char words[2 * sizeof e->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    *e = (struct session_error){ .position = 0 };
    add_words(e, words);
    return 1;
}

/* ---- connecting --------------------------------------------------------------------------- */

static bool option_has(const PQconninfoOption *options, const char *keyword, char c)
{
    for (const PQconninfoOption *o = options; o->keyword != NULL; o++) {
        if (strcmp(o->keyword, keyword) == 0 && o->val != NULL) {
            return strchr(o->val, c) != NULL;
        }
    }
    return false;
}

/*
 * Judges the text before libpq connects with it: a password that is not percent-encoded ends up in
 * the host's name or in the words of a parse error, and those would be printed.
 */
static int check_conninfo(const char *conninfo, struct session_error *reterr)
{
    char *words = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &words);
    if (options == NULL) {
        bool may_quote = strchr(conninfo, '@') == NULL && strstr(conninfo, "password") == NULL;
        fail(
            reterr,
            "the database's connection string cannot be read%s%s; write host=… dbname=… user=…, or "
            "postgresql://user:password@host:5432/name with @ : / and %% of a password "
            "percent-encoded",
            may_quote && words != NULL ? ": " : "", may_quote && words != NULL ? words : "");
        PQfreemem(words);
        return 1;
    }
    bool is_torn = option_has(options, "host", '@') || option_has(options, "port", '@');
    PQconninfoFree(options);
    if (is_torn) {
        return fail(reterr,
                    "the user or password in the database's URL holds a character that must be "
                    "percent-encoded there: @ is %%40, : is %%3A, / is %%2F");
    }
    return 0;
}

/* What libpq is told: our defaults, then the operator's words, then what this service depends on.
 */
struct options {
    const char *keywords[5];
    const char *values[5];
};

static struct options options_from(const char *conninfo)
{
    bool has_timeout = getenv("PGCONNECT_TIMEOUT") != NULL;
    return (struct options){
        /* an unset keyword is one with an empty value; of two values libpq takes the later one */
        .keywords = { "fallback_application_name", "connect_timeout", "dbname", "client_encoding",
                      NULL },
        .values = { "backref", has_timeout ? "" : "5", conninfo, "UTF8", NULL },
    };
}

static void drop_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* One attempt. Sets *ret_pg, or the error and whether waiting may help. */
static int connect_once(const char *conninfo, PGconn **ret_pg, bool *ret_may_wait,
                        struct session_error *reterr)
{
    struct options o = options_from(conninfo);
    PGconn *pg = PQconnectdbParams(o.keywords, o.values, 1);
    *ret_may_wait = false;
    if (pg == NULL) {
        return fail(reterr, "out of memory");
    }
    if (PQstatus(pg) != CONNECTION_OK) {
        fail(reterr, "%s", PQerrorMessage(pg));
        PQfinish(pg);
        /* libpq keeps the SQLSTATE of a refused connection to itself; its ping tells the cases
         * apart */
        PGPing ping = PQpingParams(o.keywords, o.values, 1);
        *ret_may_wait = ping == PQPING_REJECT || ping == PQPING_NO_RESPONSE;
        return 1;
    }
    if (PQserverVersion(pg) < OLDEST_SERVER) {
        fail(reterr, "PostgreSQL 12 or later is needed; this server is %s",
             PQparameterStatus(pg, "server_version"));
        PQfinish(pg);
        return 1;
    }
    PQsetNoticeReceiver(pg, drop_notice, NULL);
    *ret_pg = pg;
    return 0;
}

/* Keeps trying until the deadline; the last attempt's words are the error. */
static int connect_until(const char *conninfo, uint64_t deadline_ms, PGconn **ret_pg,
                         struct session_error *reterr)
{
    bool was_there = false; /* it may have come up between an attempt and its ping: one more try */
    for (uint32_t pause_ms = FIRST_PAUSE_MS;;) {
        bool may_wait;
        if (connect_once(conninfo, ret_pg, &may_wait, reterr) == 0) {
            return 0;
        }
        uint64_t now_ms = clock_now_ms();
        if ((!may_wait && was_there) || now_ms >= deadline_ms) {
            return 1;
        }
        was_there = !may_wait;
        uint64_t left_ms = deadline_ms - now_ms;
        clock_sleep_ms(left_ms < pause_ms ? (uint32_t)left_ms : pause_ms);
        pause_ms = pause_ms < LONGEST_PAUSE_MS ? pause_ms * 2 : pause_ms;
    }
}

int session_open(const char *conninfo, uint32_t wait_ms, struct session **ret_session,
                 struct session_error *reterr)
{
    if (check_conninfo(conninfo, reterr) != 0) {
        return 1;
    }
    PGconn *pg = NULL;
    if (connect_until(conninfo, clock_now_ms() + wait_ms, &pg, reterr) != 0) {
        return 1;
    }
    struct session *s = malloc(sizeof *s);
    if (s == NULL) {
        PQfinish(pg);
        return fail(reterr, "out of memory");
    }
    s->pg = pg;
    *ret_session = s;
    return 0;
}

struct session *session_close(struct session *s)
{
    if (s != NULL) {
        PQfinish(s->pg);
        free(s);
    }
    return NULL;
}

/* ---- statements --------------------------------------------------------------------------- */

static void add_field(struct session_error *e, const PGresult *result, int field,
                      const char *before)
{
    const char *words = PQresultErrorField(result, field);
    if (words != NULL && words[0] != '\0') {
        size_t n = strlen(e->message);
        if (n + strlen(before) < sizeof e->message) {
            memcpy(e->message + n, before, strlen(before) + 1);
        }
        add_words(e, words);
    }
}

static int fail_result(struct session *s, const PGresult *result, struct session_error *reterr)
{
    *reterr = (struct session_error){ .position = 0 };
    add_field(reterr, result, PG_DIAG_MESSAGE_PRIMARY, "");
    if (reterr->message[0] == '\0') {
        return fail(reterr, "%s",
                    PQerrorMessage(s->pg)); /* the connection's failure, not the statement's */
    }
    add_field(reterr, result, PG_DIAG_MESSAGE_DETAIL, "; ");
    add_field(reterr, result, PG_DIAG_MESSAGE_HINT, "; hint: ");
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (sqlstate != NULL) {
        snprintf(reterr->sqlstate, sizeof reterr->sqlstate, "%s", sqlstate);
    }
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    if (position != NULL) {
        reterr->position = strtoul(position, NULL, 10);
    }
    return 1;
}

static bool is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* Leaves COPY mode, in which nothing else could be asked of the connection. */
static int refuse_copy(struct session *s, ExecStatusType status, struct session_error *reterr)
{
    if (status == PGRES_COPY_IN) {
        PQputCopyEnd(s->pg, "not supported");
    }
    char *row = NULL;
    while (status == PGRES_COPY_OUT && PQgetCopyData(s->pg, &row, 0) > 0) {
        PQfreemem(row);
    }
    for (PGresult *rest = PQgetResult(s->pg); rest != NULL; rest = PQgetResult(s->pg)) {
        PQclear(rest);
    }
    return fail(
        reterr,
        "copy from stdin and copy to stdout work in psql only; use insert, or copy from a file");
}

int session_run(struct session *s, const char *sql, struct session_error *reterr)
{
    PGresult *result = PQexec(s->pg, sql);
    ExecStatusType status = PQresultStatus(result);
    int r = 0;
    if (is_copy(status)) {
        r = refuse_copy(s, status, reterr);
    } else if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
        r = fail_result(s, result, reterr);
    }
    PQclear(result);
    return r;
}

static void clear_result(void *result)
{
    PQclear(result);
}

int session_query(struct session *s, struct arena *a, const struct session_statement *statement,
                  struct session_rows *ret_rows, struct session_error *reterr)
{
    ASSERT(statement->n_parameters <= 64);
    PGresult *result = PQexecParams(s->pg, statement->sql, (int)statement->n_parameters, NULL,
                                    statement->parameters, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        int r = is_copy(status) ? refuse_copy(s, status, reterr) : fail_result(s, result, reterr);
        PQclear(result);
        return r;
    }
    size_t n_rows = (size_t)PQntuples(result);
    size_t n_columns = (size_t)PQnfields(result);
    if (!arena_adopt(a, clear_result, result)) {
        return fail(reterr, "out of memory for the database's answer");
    }
    const char **values = arena_zalloc(a, n_rows * n_columns, sizeof *values);
    if (values == NULL) {
        return fail(reterr, "out of memory for the database's answer");
    }
    for (size_t i = 0; i < n_rows * n_columns; i++) {
        int row = (int)(i / n_columns);
        int column = (int)(i % n_columns);
        values[i] = PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
    }
    *ret_rows = (struct session_rows){ .n_rows = n_rows, .n_columns = n_columns, .values = values };
    return 0;
}

int session_library_version(void)
{
    return PQlibVersion();
}
