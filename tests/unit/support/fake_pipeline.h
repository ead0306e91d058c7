/*
 * fake_pipeline.h - libpq's pipeline and, behind it, a PostgreSQL that knows nothing but prepared
 * statements and whether a transaction is open, for tests of conn.c. It is linked in place of the
 * real ones, so include it in one file of a test program.
 *
 * As PostgreSQL does, it skips everything between a failure and the sync, and what was prepared or
 * deallocated before stays so. The statement whose text is `fails` fails when it runs, or, with
 * `fails_to_prepare`, when it is prepared.
 */
#ifndef BACKREF_TESTS_FAKE_PIPELINE_H
#define BACKREF_TESTS_FAKE_PIPELINE_H

#include "support/cmocka_all.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { FAKE_PREPARED = 1024, FAKE_RESULTS = 1 << 14, FAKE_TEXT = 64 };

struct fake_statement {
    char name[FAKE_TEXT];
    char sql[FAKE_TEXT];
};

struct fake_result {
    bool ends; /* the end of an answer, for which libpq gives NULL */
    ExecStatusType status;
    const char *sqlstate;
};

struct fake_pipeline {
    int fd;  /* always readable and writable; -1: not connected */
    int pid; /* of the session */
    bool is_lost;
    const char
        *fails; /* NULL: nothing fails; "sync": the end of a group, as a deferred constraint */
    bool fails_to_prepare;

    struct fake_statement prepared[FAKE_PREPARED];
    size_t n_prepared;
    size_t most_prepared; /* ever */
    size_t n_messages;    /* statements, preparations and deallocations, not those skipped */
    size_t n_unnamed;     /* statements that ran without being prepared */
    PGTransactionStatusType transaction;
    Oid type;             /* of the only column of all results, of table 1; 0: results have none */
    bool skips;           /* until the sync */
    const char *sqlstate; /* the latest error's */
    struct fake_result results[FAKE_RESULTS];
    size_t first;
    size_t last;
};

static struct fake_pipeline fake;

static PGconn *fake_connection(void)
{
    return (PGconn *)&fake;
}

/* ---- the server ----------------------------------------------------------------------------- */

static void fake_put(bool ends, ExecStatusType status, const char *sqlstate)
{
    assert_true(fake.last - fake.first < FAKE_RESULTS);
    fake.results[fake.last++ % FAKE_RESULTS] =
        (struct fake_result){ .ends = ends, .status = status, .sqlstate = sqlstate };
}

static int fake_answer(ExecStatusType status)
{
    fake_put(false, status, NULL);
    fake_put(true, status, NULL);
    return 1;
}

static int fake_refuse(const char *sqlstate)
{
    fake.skips = true;
    if (fake.transaction == PQTRANS_INTRANS) {
        fake.transaction = PQTRANS_INERROR;
    }
    fake.sqlstate = sqlstate;
    fake_put(false, PGRES_FATAL_ERROR, sqlstate);
    fake_put(true, PGRES_FATAL_ERROR, NULL);
    return 1;
}

static size_t fake_find(const char *name)
{
    size_t i = 0;
    while (i < fake.n_prepared && strcmp(fake.prepared[i].name, name) != 0) {
        i++;
    }
    return i;
}

static bool fake_fails(const char *sql)
{
    return fake.fails != NULL && strcmp(fake.fails, sql) == 0;
}

static int fake_deallocate(const char *name)
{
    size_t i = fake_find(name);
    if (i == fake.n_prepared) {
        return fake_refuse("26000");
    }
    fake.prepared[i] = fake.prepared[--fake.n_prepared];
    return fake_answer(PGRES_COMMAND_OK);
}

static int fake_run(const char *sql)
{
    if (!fake_fails(sql) && strcmp(sql, "begin") == 0) {
        fake.transaction = PQTRANS_INTRANS;
        return fake_answer(PGRES_COMMAND_OK);
    }
    if (!fake_fails(sql) && strcmp(sql, "rollback") == 0) {
        fake.transaction = PQTRANS_IDLE;
        return fake_answer(PGRES_COMMAND_OK);
    }
    return fake_fails(sql) ? fake_refuse("22012") : fake_answer(PGRES_TUPLES_OK);
}

/* NOLINTNEXTLINE(readability-function-size) -- libpq dictates the parameters */
int PQsendQueryParams(PGconn *c, const char *sql, int n, const Oid *types,
                      const char *const *values, const int *lengths, const int *formats, int format)
{
    static const char deallocate[] = "deallocate ";
    (void)c;
    (void)n;
    (void)types;
    (void)values;
    (void)lengths;
    (void)formats;
    assert_int_equal(format, 1);
    if (fake.skips) {
        return fake_answer(PGRES_PIPELINE_ABORTED);
    }
    fake.n_messages++;
    if (strncmp(sql, deallocate, sizeof deallocate - 1) == 0) {
        return fake_deallocate(sql + sizeof deallocate - 1);
    }
    fake.n_unnamed++;
    return fake_run(sql);
}

int PQsendPrepare(PGconn *c, const char *name, const char *sql, int n, const Oid *types)
{
    (void)c;
    (void)n;
    (void)types;
    if (fake.skips) {
        return fake_answer(PGRES_PIPELINE_ABORTED);
    }
    fake.n_messages++;
    if (fake_find(name) < fake.n_prepared) {
        return fake_refuse("42P05");
    }
    if (fake_fails(sql) && fake.fails_to_prepare) {
        return fake_refuse("42P01");
    }
    assert_true(fake.n_prepared < FAKE_PREPARED);
    struct fake_statement *s = &fake.prepared[fake.n_prepared++];
    snprintf(s->name, sizeof s->name, "%s", name);
    snprintf(s->sql, sizeof s->sql, "%s", sql);
    if (fake.n_prepared > fake.most_prepared) {
        fake.most_prepared = fake.n_prepared;
    }
    return fake_answer(PGRES_COMMAND_OK);
}

/* NOLINTNEXTLINE(readability-function-size) -- libpq dictates the parameters */
int PQsendQueryPrepared(PGconn *c, const char *name, int n, const char *const *values,
                        const int *lengths, const int *formats, int format)
{
    (void)c;
    (void)n;
    (void)values;
    (void)lengths;
    (void)formats;
    assert_int_equal(format, 1);
    if (fake.skips) {
        return fake_answer(PGRES_PIPELINE_ABORTED);
    }
    fake.n_messages++;
    size_t i = fake_find(name);
    return i == fake.n_prepared ? fake_refuse("26000") : fake_run(fake.prepared[i].sql);
}

int PQpipelineSync(PGconn *c)
{
    (void)c;
    if (!fake.skips && fake_fails("sync")) {
        fake_refuse("23505");
    }
    fake.skips = false;
    fake_put(false, PGRES_PIPELINE_SYNC, NULL);
    return 1;
}

/* ---- results -------------------------------------------------------------------------------- */

int PQisBusy(PGconn *c)
{
    (void)c;
    return fake.first == fake.last;
}

PGresult *PQgetResult(PGconn *c)
{
    (void)c;
    if (fake.first == fake.last) {
        return NULL;
    }
    struct fake_result *r = &fake.results[fake.first++ % FAKE_RESULTS];
    return r->ends ? NULL : (PGresult *)r;
}

ExecStatusType PQresultStatus(const PGresult *result)
{
    return ((const struct fake_result *)(const void *)result)->status;
}

char *PQresultErrorField(const PGresult *result, int field)
{
    const struct fake_result *r = (const struct fake_result *)(const void *)result;
    return field == PG_DIAG_SQLSTATE ? (char *)(uintptr_t)r->sqlstate : NULL;
}

int PQntuples(const PGresult *result)
{
    (void)result;
    return 0;
}

int PQnfields(const PGresult *result)
{
    (void)result;
    return fake.type == 0 ? 0 : 1;
}

int PQftablecol(const PGresult *result, int i)
{
    (void)result;
    (void)i;
    return 1;
}

Oid PQftable(const PGresult *result, int i)
{
    (void)result;
    (void)i;
    return 1;
}

Oid PQftype(const PGresult *result, int i)
{
    (void)result;
    (void)i;
    return fake.type;
}

void PQclear(PGresult *result)
{
    assert_non_null(result);
}

/* ---- the connection ------------------------------------------------------------------------- */

PGconn *PQconnectStartParams(const char *const *keywords, const char *const *values, int expand)
{
    assert_int_equal(expand, 1);
    assert_non_null(keywords[0]);
    assert_non_null(values[0]);
    fake.fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(fake.fd >= 0);
    fake.pid++;
    fake.is_lost = fake.skips = false;
    fake.n_prepared = fake.first = fake.last = 0;
    fake.transaction = PQTRANS_IDLE;
    return fake_connection();
}

void PQfinish(PGconn *c)
{
    if (c != NULL) {
        close(fake.fd);
        fake.fd = -1;
        fake.n_prepared = 0;
    }
}

PostgresPollingStatusType PQconnectPoll(PGconn *c)
{
    (void)c;
    return PGRES_POLLING_OK;
}

ConnStatusType PQstatus(const PGconn *c)
{
    (void)c;
    return fake.is_lost ? CONNECTION_BAD : CONNECTION_OK;
}

PGTransactionStatusType PQtransactionStatus(const PGconn *c)
{
    (void)c;
    return fake.first == fake.last ? fake.transaction : PQTRANS_ACTIVE;
}

int PQconsumeInput(PGconn *c)
{
    (void)c;
    return fake.is_lost ? 0 : 1;
}

int PQsocket(const PGconn *c)
{
    (void)c;
    return fake.fd;
}

int PQbackendPID(const PGconn *c)
{
    (void)c;
    return fake.pid;
}

int PQsetnonblocking(PGconn *c, int arg)
{
    (void)c;
    assert_int_equal(arg, 1);
    return 0;
}

int PQenterPipelineMode(PGconn *c)
{
    (void)c;
    return 1;
}

int PQflush(PGconn *c)
{
    (void)c;
    return 0;
}

char *PQerrorMessage(const PGconn *c)
{
    static char message[] = "lost\n";
    (void)c;
    return message;
}

PQnoticeReceiver PQsetNoticeReceiver(PGconn *c, PQnoticeReceiver receiver, void *context)
{
    (void)c;
    (void)context;
    assert_non_null(receiver);
    return NULL;
}

#endif
