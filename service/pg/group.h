/*
 * group.h - a few statements under one sync, and the answers that are due to them.
 *
 * What PostgreSQL will answer is known when the group is sent: a statement is prepared first where
 * the connection has not seen its text. Answers come in that order.
 */
#ifndef BACKREF_PG_GROUP_H
#define BACKREF_PG_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg/column_types.h"
#include "pg/result.h"

/* Answers per statement, at most: it may be prepared first, and another make room for it. */
enum { GROUP_ANSWERS_PER_STATEMENT = 3 };

/*
 * In the place of a SQLSTATE, of a class that PostgreSQL leaves to others: a result was not what it
 * should be. PostgreSQL knows nothing of that and commits what the group wrote.
 */
#define PG_OTHER_TYPES "ZZ001"

enum group_outcome {
    GROUP_COMMITTED, /* all statements ran, the transaction is on disk */
    GROUP_FAILED,    /* one was refused, nothing of the group remains (but see PG_OTHER_TYPES) */
    GROUP_LOST,      /* the connection went away: a write may or may not have been committed */
};

/* What PostgreSQL said when it refused. Fields that it did not send are empty. */
struct pg_error {
    char sqlstate[6];
    char constraint[64];
    char table[64];
    char column[64];
    char message[256]; /* for the log, never for an answer */
    size_t position;   /* of the statement in its group; behind the last: the end, which commits */
};

struct group_statement {
    const char *sql; /* must outlive the group */
    uint64_t hash;   /* statement_hash() of it */
    bool is_plain;   /* it is sent as it is, never prepared: "begin", "set transaction …" */
    bool is_new;     /* out: no rows of it have come since it was prepared; or it is not */
    int n_parameters;
    const uint32_t *types;     /* read during conn_send() only, like the next two */
    const char *const *values; /* binary; NULL for NULL */
    const int *lengths;
    uint64_t number;       /* out: under which it is prepared; 0: it is not */
    struct result *result; /* out: rows on GROUP_COMMITTED; see group_release_results() */
};

enum group_answer {
    ANSWER_PREPARE,    /* of a statement whose text is new to the connection */
    ANSWER_STATEMENT,  /* its rows, or that it ran */
    ANSWER_DEALLOCATE, /* of a statement that made room for another */
    ANSWER_SYNC,       /* of the group: nothing else is due */
};

/* One answer that is due; the two share a word, since a group may have thousands. */
struct group_due {
    unsigned answer : 2; /* enum group_answer */
    unsigned position : 30;
};

/*
 * Statements under one sync. The group and what it points to belong to whoever sends it and live
 * until on_done was called; results are let go of there.
 */
struct group {
    size_t n_statements;
    struct group_statement *statements;
    struct group_due *due; /* room for GROUP_ANSWERS_PER_STATEMENT of each */
    void (*on_done)(struct group *g, enum group_outcome outcome, const struct pg_error *error);
    uint64_t sent_ms;                 /* on the loop's clock */
    const struct column_types *types; /* that results should have; NULL: any */

    struct group *next; /* of the connection, from here on */
    size_t n_due;
    size_t at; /* the answer that comes next */
    bool failed;
    struct pg_error error;
};

/* group_begin() - before the group is sent: nothing is expected yet, nothing has failed. */
void group_begin(struct group *g, uint64_t now_ms);

/* group_expect() - one more answer is due; `position` is that of its statement. */
void group_expect(struct group *g, enum group_answer answer, size_t position);

/* group_next_answer() - the answer that comes next, and whose it is (NULL: the group's). */
enum group_answer group_next_answer(struct group *g, struct group_statement **ret_statement);

/*
 * group_refuse() - note why PostgreSQL refused; only the first reason counts, others follow from
 * it.
 */
void group_refuse(struct group *g, const struct pg_result *from);

/* group_distrust() - the result that has come is of other types: refused by PG_OTHER_TYPES. */
void group_distrust(struct group *g);

/* group_release_results() - let go of the rows that have come; the sender's duty in on_done. */
void group_release_results(struct group *g);

#endif
