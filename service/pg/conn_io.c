/*
 * conn_io.c - see conn.h. Sending groups and reading their answers.
 *
 * In pipeline mode libpq ends every answer with a NULL result, and the group with
 * PGRES_PIPELINE_SYNC.
 */
#include <string.h>
#include <sys/epoll.h>

#include "pg/conn_parts.h"

enum {
    MAX_PARAMETERS = 2048, /* of a statement: more than a table has columns */
    NAME = 40,
};

static const int binary[MAX_PARAMETERS] = {
    [0 ... MAX_PARAMETERS - 1] = 1 /* every parameter travels in binary */
};

/* ---- sending ------------------------------------------------------------------------------- */

/*
 * Connections name their statements differently, by the number that their session, or a pooler in
 * between, has told each. So a pooler that gives one session to several may lose a statement, but
 * never run one in the place of another.
 */
static void write_name(const struct conn *c, uint64_t number, char ret[NAME])
{
    snprintf(ret, NAME, "s%llu_%x", (unsigned long long)number, (unsigned)PQbackendPID(c->pg));
}

static bool send_deallocate(struct conn *c, struct group *g, size_t position, uint64_t number)
{
    char name[NAME];
    char sql[NAME + 16];
    write_name(c, number, name);
    snprintf(sql, sizeof sql, "deallocate %s", name);
    group_expect(g, ANSWER_DEALLOCATE, position);
    return PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool send_prepare(struct conn *c, struct group *g, size_t position, const char *name)
{
    const struct group_statement *s = &g->statements[position];
    group_expect(g, ANSWER_PREPARE, position);
    return PQsendPrepare(c->pg, name, s->sql, s->n_parameters, s->types) == 1;
}

static bool send_unprepared(struct conn *c, struct group *g, size_t position)
{
    const struct group_statement *s = &g->statements[position];
    group_expect(g, ANSWER_STATEMENT, position);
    return PQsendQueryParams(c->pg, s->sql, s->n_parameters, s->types, s->values, s->lengths,
                             binary, 1) == 1;
}

/*
 * Prepares it first where the connection does not know it. What is plain must not be prepared: that
 * may take another's place, and what makes room is a query for PostgreSQL, behind which no
 * transaction's isolation level can be set.
 */
static bool send_statement(struct conn *c, struct group *g, size_t position)
{
    struct group_statement *s = &g->statements[position];
    ASSERT(s->n_parameters <= (int)ARRAY_SIZE(binary));
    bool has_answered = false;
    uint64_t evicted = 0;
    s->number = s->is_plain ? 0 : prepared_find(&c->prepared, s->sql, s->hash, &has_answered);
    s->is_new = !has_answered;
    bool is_known = s->number != 0;
    if (!is_known && !s->is_plain) {
        s->number = prepared_add(&c->prepared, s->sql, s->hash, &evicted);
    }
    if (s->number == 0) {
        return send_unprepared(c, g, position);
    }
    char name[NAME];
    write_name(c, s->number, name);
    if (evicted != 0 && !send_deallocate(c, g, position, evicted)) {
        return false;
    }
    if (!is_known && !send_prepare(c, g, position, name)) {
        return false;
    }
    group_expect(g, ANSWER_STATEMENT, position);
    return PQsendQueryPrepared(c->pg, name, s->n_parameters, s->values, s->lengths, binary, 1) == 1;
}

void conn_flush(struct conn *c)
{
    int left = PQflush(c->pg);
    if (left < 0) {
        conn_lose(c, PQerrorMessage(c->pg));
        return;
    }
    watch_change(&c->watch, left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void conn_send_group(struct conn *c, struct group *g)
{
    group_begin(g, loop_now_ms(c->loop));
    if (c->last == NULL) {
        c->first = g;
    } else {
        c->last->next = g;
    }
    c->last = g;
    c->n_groups++;
    c->n_sends++;
    bool sent = true;
    for (size_t i = 0; sent && i < g->n_statements; i++) {
        g->statements[i].result = NULL;
        sent = send_statement(c, g, i);
    }
    if (!sent || PQpipelineSync(c->pg) != 1) {
        conn_lose(c, PQerrorMessage(c->pg));
        return;
    }
    conn_flush(c);
}

void conn_send(struct conn *c, struct group *g)
{
    ASSERT(c->state == CONN_READY);
    conn_send_group(c, g);
}

void conn_forget(struct conn *c, const struct group *g)
{
    for (size_t i = 0; i < g->n_statements; i++) {
        prepared_outdate(&c->prepared, g->statements[i].sql, g->statements[i].hash);
    }
}

/* ---- reading ------------------------------------------------------------------------------- */

static void note_refusal(struct conn *c, struct group *g, const PGresult *from)
{
    struct group_statement *s;
    if (group_next_answer(g, &s) == ANSWER_PREPARE) { /* refused, or never looked at */
        prepared_refuse(&c->prepared, s->number);
    }
    group_refuse(g, from);
    if (strcmp(g->error.sqlstate, "26000") == 0) { /* somebody discarded what we had prepared */
        prepared_clear(&c->prepared);
    }
}

/* Are the rows of `s` what they should be? Asked when they come for the first time. */
static bool has_known_types(struct conn *c, const struct group *g, const struct group_statement *s,
                            const PGresult *from)
{
    if (!s->is_new && !c->doubts_types) {
        return true;
    }
    if (!column_types_agree(g->types, from)) {
        c->doubts_types = true;
        return false;
    }
    prepared_answered(&c->prepared, s->number);
    return true;
}

/*
 * A statement that ends a transaction can be cancelled like any other. What is sent next would run
 * in that transaction, or be refused for ever, so the session is given up.
 */
static void finish_first(struct conn *c)
{
    struct group *g = c->first;
    if (g->failed) {
        group_release_results(g);
    }
    conn_finish_group(c, g->failed ? GROUP_FAILED : GROUP_COMMITTED);
    PGTransactionStatusType status =
        c->pg == NULL || c->first != NULL ? PQTRANS_IDLE : PQtransactionStatus(c->pg);
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
        conn_lose(c, "a transaction did not end");
    }
}

/* Takes one result; false when the connection cannot go on. */
static bool take_result(struct conn *c, PGresult *from)
{
    struct group *g = c->first;
    struct group_statement *s;
    switch (PQresultStatus(from)) {
    case PGRES_TUPLES_OK:
        if (group_next_answer(g, &s) != ANSWER_STATEMENT) {
            break;
        }
        if (!has_known_types(c, g, s, from)) {
            group_distrust(g);
            break;
        }
        s->result = result_new(from);
        return s->result != NULL;
    case PGRES_COMMAND_OK:
        if (group_next_answer(g, &s) == ANSWER_DEALLOCATE) {
            prepared_made_room(&c->prepared, s->number);
        }
        break;
    case PGRES_PIPELINE_SYNC:
        PQclear(from);
        finish_first(c);
        return true;
    case PGRES_PIPELINE_ABORTED:
    case PGRES_FATAL_ERROR:
        note_refusal(c, g, from);
        break;
    default: /* COPY and single-row results cannot come: nothing here asks for them */
        PQclear(from);
        return false;
    }
    PQclear(from);
    return true;
}

static void read_answers(struct conn *c)
{
    int n_nulls = 0;
    while (c->first != NULL && !PQisBusy(c->pg)) {
        PGresult *from = PQgetResult(c->pg);
        if (from ==
            NULL) { /* the end of one answer; two in a row mean that libpq has nothing left */
            if (++n_nulls > 1) {
                return;
            }
            c->first->at++;
            continue;
        }
        n_nulls = 0;
        if (!take_result(c, from)) {
            conn_lose(c, "the answer could not be taken in");
            return;
        }
        if (c->pg == NULL) { /* on_done() sent a group, and that lost the connection */
            return;
        }
    }
}

void conn_take_in(struct conn *c)
{
    if (PQconsumeInput(c->pg) != 1) {
        conn_lose(c, PQerrorMessage(c->pg));
        return;
    }
    read_answers(c);
    if (c->pg != NULL && PQstatus(c->pg) == CONNECTION_BAD) {
        conn_lose(c, PQerrorMessage(c->pg));
    }
}
