/*
 * group.c - see group.h.
 */
#include "pg/group.h"

#include <libpq-fe.h>

void group_begin(struct group *g, uint64_t now_ms)
{
    g->next = NULL;
    g->at = g->n_due = 0;
    g->failed = false;
    g->error = (struct pg_error){ 0 };
    g->sent_ms = now_ms;
}

void group_expect(struct group *g, enum group_answer answer, size_t position)
{
    ASSERT(g->n_due < GROUP_ANSWERS_PER_STATEMENT * g->n_statements && position < g->n_statements);
    g->due[g->n_due++] =
        (struct group_due){ .answer = answer & 3u, .position = (unsigned)position & 0x3FFFFFFFu };
}

enum group_answer group_next_answer(struct group *g, struct group_statement **ret_statement)
{
    *ret_statement = NULL;
    if (g->at >= g->n_due) {
        return ANSWER_SYNC;
    }
    struct group_due due = g->due[g->at];
    *ret_statement = &g->statements[due.position];
    return (enum group_answer)due.answer;
}

static void copy_field(const PGresult *from, int field, char *to, size_t n)
{
    const char *value = PQresultErrorField(from, field);
    snprintf(to, n, "%s", value == NULL ? "" : value);
}

static size_t position_now(struct group *g)
{
    struct group_statement *s;
    group_next_answer(g, &s);
    return s == NULL ? g->n_statements : (size_t)(s - g->statements);
}

void group_refuse(struct group *g, const struct pg_result *from)
{
    if (g->failed) {
        return;
    }
    g->failed = true;
    g->error.position = position_now(g);
    copy_field(from, PG_DIAG_SQLSTATE, g->error.sqlstate, sizeof g->error.sqlstate);
    copy_field(from, PG_DIAG_CONSTRAINT_NAME, g->error.constraint, sizeof g->error.constraint);
    copy_field(from, PG_DIAG_TABLE_NAME, g->error.table, sizeof g->error.table);
    copy_field(from, PG_DIAG_COLUMN_NAME, g->error.column, sizeof g->error.column);
    copy_field(from, PG_DIAG_MESSAGE_PRIMARY, g->error.message, sizeof g->error.message);
}

void group_distrust(struct group *g)
{
    if (g->failed) {
        return;
    }
    g->failed = true;
    g->error = (struct pg_error){
        .sqlstate = PG_OTHER_TYPES,
        .message = "a column has another type than the model knows of",
        .position = position_now(g),
    };
}

void group_release_results(struct group *g)
{
    for (size_t i = 0; i < g->n_statements; i++) {
        if (g->statements[i].result != NULL) {
            result_release(g->statements[i].result);
            g->statements[i].result = NULL;
        }
    }
}
