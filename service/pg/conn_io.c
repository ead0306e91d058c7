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
    FULL_NAME = PREPARED_NAME + 12,
};

/* ---- sending ------------------------------------------------------------------------------- */

/*
 * Connections name their statements differently, by the number that their session, or a pooler in
 * between, has told each. So a pooler that gives one session to several may lose a statement, but
 * never run one in the place of another.
 */
static void write_full_name(const struct conn *c, const char *name, char ret[FULL_NAME])
{
    snprintf(ret, FULL_NAME, "%s_%x", name, (unsigned)PQbackendPID(c->pg));
}

static bool send_deallocate(struct conn *c, struct group *g, const char *name)
{
    char full_name[FULL_NAME];
    char sql[FULL_NAME + 16];
    write_full_name(c, name, full_name);
    snprintf(sql, sizeof sql, "deallocate %s", full_name);
    group_expect(g, ANSWER_DEALLOCATE, 0);
    return PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

/*
 * To prepare it might take the place of another, and what makes room is a query for PostgreSQL:
 * no transaction's isolation level can be set behind one.
 */
static bool send_plain(struct conn *c, struct group *g, size_t position)
{
    struct group_statement *s = &g->statements[position];
    s->is_new = false;
    group_expect(g, ANSWER_STATEMENT, position);
    return PQsendQueryParams(c->pg, s->sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool send_statement(struct conn *c, struct group *g, size_t position)
{
    static const int binary[MAX_PARAMETERS] = {
        [0 ... MAX_PARAMETERS - 1] = 1 /* every parameter travels in binary */
    };
    struct group_statement *s = &g->statements[position];
    ASSERT(s->n_parameters <= (int)ARRAY_SIZE(binary));
    if (s->is_plain) {
        return send_plain(c, g, position);
    }
    char name[PREPARED_NAME];
    char full_name[FULL_NAME];
    char evicted[PREPARED_NAME] = "";
    bool is_known = prepared_find(&c->prepared, s->sql, s->hash, name);
    if (!is_known && !prepared_add(&c->prepared, s->sql, s->hash, name, evicted)) {
        return false;
    }
    s->is_new = !is_known;
    write_full_name(c, name, full_name);
    if (!is_known) {
        if (evicted[0] != '\0' && !send_deallocate(c, g, evicted)) {
            return false;
        }
        group_expect(g, ANSWER_PREPARE, position);
        if (PQsendPrepare(c->pg, full_name, s->sql, s->n_parameters, s->types) != 1) {
            return false;
        }
    }
    group_expect(g, ANSWER_STATEMENT, position);
    return PQsendQueryPrepared(c->pg, full_name, s->n_parameters, s->values, s->lengths, binary,
                               1) == 1;
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
        prepared_forget(&c->prepared, g->statements[i].sql, g->statements[i].hash);
    }
}

/* ---- reading ------------------------------------------------------------------------------- */

static void note_refusal(struct conn *c, struct group *g, const PGresult *from)
{
    struct group_statement *s;
    if (group_next_answer(g, &s) == ANSWER_PREPARE) { /* refused, or never looked at */
        prepared_forget(&c->prepared, s->sql, s->hash);
    }
    group_refuse(g, from);
    if (strcmp(g->error.sqlstate, "26000") == 0) { /* somebody discarded what we had prepared */
        prepared_clear(&c->prepared);
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
        if ((s->is_new || c->doubts_types) && !column_types_agree(g->types, from)) {
            c->doubts_types = true;
            group_distrust(g);
            break;
        }
        s->result = result_new(from);
        return s->result != NULL;
    case PGRES_COMMAND_OK:
        break;
    case PGRES_PIPELINE_SYNC:
        PQclear(from);
        if (g->failed) {
            group_release_results(g);
        }
        conn_finish_group(c, g->failed ? GROUP_FAILED : GROUP_COMMITTED);
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
