/*
 * fake_libpq.h - libpq's blocking calls, answered from a script, for tests of session.c and of what
 * is above it. It is linked in place of the real ones, so include it in one file of a test program.
 *
 * Each statement must begin with its answer's `sql` and takes the next row of the script.
 */
#ifndef BACKREF_TESTS_FAKE_LIBPQ_H
#define BACKREF_TESTS_FAKE_LIBPQ_H

#include "support/cmocka_all.h"

#include <libpq-fe.h>

/* What a statement is answered with: rows as text, NULL for NULL, or an error. */
struct fake_answer {
    const char *sql; /* what the statement begins with */
    ExecStatusType status;
    int n_rows;
    int n_columns;
    const char *const *values;
    const char *sqlstate; /* and the rest of an error's fields */
    const char *message;
    const char *detail;
    const char *position;
};

struct fake_libpq {
    const struct fake_answer *script;
    size_t n_script;
    size_t n_asked;
    size_t n_results;  /* handed out and not cleared */
    int n_connects;    /* attempts */
    int fail_connects; /* so many of them fail */
    const char *connect_message;
    PGPing ping;
    int server_version;
};

static struct fake_libpq fake;

static PGconn *fake_connection(void)
{
    return (PGconn *)&fake;
}

PGconn *PQconnectdbParams(const char *const *keywords, const char *const *values, int expand)
{
    assert_int_equal(expand, 1);
    assert_non_null(keywords[0]);
    assert_non_null(values[0]);
    fake.n_connects++;
    return fake_connection();
}

ConnStatusType PQstatus(const PGconn *c)
{
    (void)c;
    return fake.n_connects <= fake.fail_connects ? CONNECTION_BAD : CONNECTION_OK;
}

char *PQerrorMessage(const PGconn *c)
{
    static char message[2048];
    (void)c;
    snprintf(message, sizeof message, "%s",
             fake.connect_message == NULL ? "" : fake.connect_message);
    return message;
}

PGPing PQpingParams(const char *const *keywords, const char *const *values, int expand)
{
    (void)keywords;
    (void)values;
    (void)expand;
    return fake.ping;
}

int PQserverVersion(const PGconn *c)
{
    (void)c;
    return fake.server_version == 0 ? 150000 : fake.server_version;
}

const char *PQparameterStatus(const PGconn *c, const char *name)
{
    (void)c;
    assert_string_equal(name, "server_version");
    return "9.6.24";
}

PQnoticeReceiver PQsetNoticeReceiver(PGconn *c, PQnoticeReceiver receiver, void *context)
{
    (void)c;
    (void)context;
    assert_non_null(receiver);
    return NULL;
}

void PQfinish(PGconn *c)
{
    assert_ptr_equal(c, fake_connection());
}

static PGresult *fake_ask(const char *sql)
{
    if (fake.n_asked == fake.n_script) {
        fail_msg("not in the script: %s", sql);
    }
    const struct fake_answer *answer = &fake.script[fake.n_asked++];
    if (strncmp(sql, answer->sql, strlen(answer->sql)) != 0) {
        fail_msg("expected: %s\nasked: %s", answer->sql, sql);
    }
    fake.n_results++;
    return (PGresult *)(uintptr_t)answer;
}

static const struct fake_answer *fake_of(const PGresult *result)
{
    return (const struct fake_answer *)(const void *)result;
}

PGresult *PQexec(PGconn *c, const char *sql)
{
    (void)c;
    return fake_ask(sql);
}

/* NOLINTNEXTLINE(readability-function-size) -- libpq dictates the parameters */
PGresult *PQexecParams(PGconn *c, const char *sql, int n, const Oid *types,
                       const char *const *values, const int *lengths, const int *formats,
                       int format)
{
    (void)c;
    (void)types;
    (void)lengths;
    (void)formats;
    assert_int_equal(format, 0);
    assert_true(n == 0 || values != NULL);
    return fake_ask(sql);
}

PGresult *PQgetResult(PGconn *c)
{
    (void)c;
    return NULL;
}

int PQputCopyEnd(PGconn *c, const char *reason)
{
    (void)c;
    assert_non_null(reason);
    return 1;
}

ExecStatusType PQresultStatus(const PGresult *result)
{
    return fake_of(result)->status;
}

char *PQresultErrorField(const PGresult *result, int field)
{
    const struct fake_answer *answer = fake_of(result);
    const char *value = field == PG_DIAG_SQLSTATE             ? answer->sqlstate
                        : field == PG_DIAG_MESSAGE_PRIMARY    ? answer->message
                        : field == PG_DIAG_MESSAGE_DETAIL     ? answer->detail
                        : field == PG_DIAG_STATEMENT_POSITION ? answer->position
                                                              : NULL;
    return (char *)(uintptr_t)value;
}

int PQntuples(const PGresult *result)
{
    return fake_of(result)->n_rows;
}

int PQnfields(const PGresult *result)
{
    return fake_of(result)->n_columns;
}

static const char *fake_value(const PGresult *result, int row, int column)
{
    return fake_of(result)->values[row * fake_of(result)->n_columns + column];
}

int PQgetisnull(const PGresult *result, int row, int column)
{
    return fake_value(result, row, column) == NULL;
}

char *PQgetvalue(const PGresult *result, int row, int column)
{
    return (char *)(uintptr_t)fake_value(result, row, column);
}

void PQclear(PGresult *result)
{
    assert_non_null(result);
    assert_true(fake.n_results > 0);
    fake.n_results--;
}

#endif
