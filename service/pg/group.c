/*
 * group.c - see group.h.
 */
#include "pg/group.h"

#include <libpq-fe.h>

enum { POSITION_BITS = 4 }; /* an answer and its statement's position share a byte */

void group_begin(struct group *g, uint64_t now_ms)
{
    g->next = NULL;
    g->at = g->n_expected = 0;
    g->failed = false;
    g->error = (struct pg_error){ 0 };
    g->sent_ms = now_ms;
}

void group_expect(struct group *g, enum group_answer answer, size_t position)
{
    ASSERT(g->n_expected < GROUP_MAX_ANSWERS && position < GROUP_MAX_STATEMENTS);
    g->expected[g->n_expected++] = (unsigned char)((unsigned)answer << POSITION_BITS | position);
}

enum group_answer group_next_answer(struct group *g, struct group_statement **ret_statement)
{
    *ret_statement = NULL;
    if (g->at >= g->n_expected) {
        return ANSWER_SYNC;
    }
    unsigned expected = g->expected[g->at];
    enum group_answer answer = (enum group_answer)(expected >> POSITION_BITS);
    if (answer != ANSWER_DEALLOCATE) {
        *ret_statement = &g->statements[expected & ((1u << POSITION_BITS) - 1)];
    }
    return answer;
}

static void copy_field(const PGresult *from, int field, char *to, size_t n)
{
    const char *value = PQresultErrorField(from, field);
    snprintf(to, n, "%s", value == NULL ? "" : value);
}

void group_refuse(struct group *g, const struct pg_result *from)
{
    if (g->failed) {
        return;
    }
    g->failed = true;
    copy_field(from, PG_DIAG_SQLSTATE, g->error.sqlstate, sizeof g->error.sqlstate);
    copy_field(from, PG_DIAG_CONSTRAINT_NAME, g->error.constraint, sizeof g->error.constraint);
    copy_field(from, PG_DIAG_COLUMN_NAME, g->error.column, sizeof g->error.column);
    copy_field(from, PG_DIAG_MESSAGE_PRIMARY, g->error.message, sizeof g->error.message);
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
