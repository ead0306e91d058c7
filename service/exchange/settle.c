/*
 * settle.c - what PostgreSQL has done with a batch, for each of its members.
 */
#include <errno.h>
#include <string.h>

#include "exchange/refusal.h"
#include "exchange/submit_parts.h"

enum {
    MAX_ATTEMPTS = 6,   /* of a batch that other writers or a lost connection got in the way of */
    RETRY_DELAY_MS = 5, /* times the number of attempts, plus as much jitter */
};

void settle_fail(struct batch *b, enum problem_code code, const struct pg_error *error)
{
    static const char *const details[] = {
        [PROBLEM_UNAVAILABLE] = "the database cannot be reached now; try again",
        [PROBLEM_OVERLOADED] = "there is not enough memory for this request now; try again",
        [PROBLEM_OUTCOME_UNKNOWN] =
            "the connection to the database was lost before it confirmed the "
            "write; look whether it was made before trying again",
    };
    for (size_t i = 0; i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        if (x == NULL) {
            continue;
        }
        if (error != NULL && x->on_refused != NULL) {
            x->on_refused(x, error, batch_refused_at(b, error));
        } else if (error != NULL) {
            refusal_report(x, error);
        } else {
            problem_add(&x->problems, code, problem_nowhere(), "%s", details[code]);
        }
        waiting_finish(b->submitter, x);
    }
    batch_free(b);
}

/* Runs `b` again a little later, by itself; false when it has been tried often enough. */
static bool try_again(struct batch *b)
{
    struct submitter *s = b->submitter;
    if (++b->attempts >= MAX_ATTEMPTS || s->is_stopping) {
        return false;
    }
    s->seed = s->seed * 1664525u + 1013904223u;
    uint32_t delay = RETRY_DELAY_MS * b->attempts;
    b->not_before_ms = loop_now_ms(s->loop) + delay + (s->seed >> 16) % delay;
    b->is_closed = true;
    submitter_append(s, b);
    loop_set_timer(s->loop, &s->retry, 2 * delay);
    metrics_add(&s->metrics->retries, 1);
    return true;
}

/* A batch that nobody else joins, waiting to be sent; NULL: no memory, which `x` is told. */
static struct batch *begin_again(struct submitter *s, struct exchange *x)
{
    struct batch *alone = batch_new(s, x);
    if (alone == NULL) {
        problem_add(&x->problems, PROBLEM_OVERLOADED, problem_nowhere(),
                    "there is not enough memory for this request now; try again");
        waiting_finish(s, x);
        return NULL;
    }
    alone->is_closed = true;
    submitter_append(s, alone);
    return alone;
}

/*
 * Each member by itself, so that one member's mistake is not the others'. Of those that are
 * together it is known whose it is: the others stay together.
 */
static void split(struct batch *b, const struct pg_error *error)
{
    struct submitter *s = b->submitter;
    const struct exchange *culprit = batch_culprit(b, error);
    struct batch *others = NULL;
    for (size_t i = 0; i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        if (x == NULL) {
            continue;
        }
        if (culprit == NULL || x == culprit) {
            begin_again(s, x);
        } else if (others == NULL) {
            others = begin_again(s, x);
        } else {
            batch_join(others, x);
        }
    }
    metrics_add(&s->metrics->retries, 1);
    batch_free(b);
}

static void finish_members(struct batch *b)
{
    for (size_t i = 0; i < b->n_members; i++) {
        if (b->members[i] != NULL) {
            waiting_finish(b->submitter, b->members[i]);
        }
    }
}

static void on_committed(struct batch *b)
{
    batch_deal(b);
    finish_members(b);
    batch_free(b);
}

/*
 * Of several who take a member from each other at the same time, one may find it taken again: it
 * can take it from whoever has it, once that one is done.
 */
static bool is_lost_race(const struct batch *b, const struct pg_error *error)
{
    bool links = false;
    for (size_t i = 0; i < b->n_members; i++) {
        const struct exchange *x = b->members[i];
        links = links || (x != NULL && x->target.relationship != NULL);
    }
    return links && strcmp(error->sqlstate, "23505") == 0;
}

/*
 * Nothing was done, since one of the keys is missing, or a link that is there already could not be
 * inserted: what judges each member runs instead, at once.
 */
static bool fall_back(struct batch *b)
{
    struct submitter *s = b->submitter;
    if (s->is_stopping || !batch_fall_back(b, loop_now_ms(s->loop))) {
        return false;
    }
    b->is_closed = true;
    submitter_append(s, b);
    metrics_add(&s->metrics->retries, 1);
    return true;
}

/* SQLSTATE's class 23: a constraint refuses a value. */
static bool is_integrity_violation(const struct pg_error *error)
{
    return strncmp(error->sqlstate, "23", 2) == 0;
}

/* Only we refuse that: PostgreSQL has committed what was written, and it must not be run again. */
static bool has_other_types(const struct pg_error *error)
{
    return strcmp(error->sqlstate, PG_OTHER_TYPES) == 0;
}

static void on_failed(struct batch *b, const struct pg_error *error, struct conn *conn)
{
    enum remedy remedy = refusal_remedy(error->sqlstate);
    if (remedy == REMEDY_PREPARE) {
        conn_forget(conn, &b->group);
    } else if (remedy == REMEDY_MOVE) {
        conn_drop(conn, error->message);
    }
    if (is_integrity_violation(error) && fall_back(b)) {
        return;
    }
    bool may_pass = remedy != REMEDY_REPORT || is_lost_race(b, error);
    if (may_pass && try_again(b)) {
        return;
    }
    bool is_anothers = b->is_together && batch_culprit(b, error) == NULL;
    if ((b->n_live > 1 || is_anothers) && !has_other_types(error)) {
        split(b, error);
    } else {
        settle_fail(b, PROBLEM_NONE, error);
    }
}

static void on_lost(struct batch *b)
{
    bool may_repeat = true;
    for (size_t i = 0; i < b->n_members; i++) {
        const struct exchange *x = b->members[i];
        may_repeat = may_repeat && (x == NULL || !x->plan.writes || x->plan.repeatable);
    }
    if (!may_repeat) {
        settle_fail(b, PROBLEM_OUTCOME_UNKNOWN, NULL);
    } else if (!try_again(b)) {
        settle_fail(b, PROBLEM_UNAVAILABLE, NULL);
    }
}

/* The transaction has ended as batch_close() said, or with the connection. */
static void on_closed(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct batch *b = BATCH_OF(g, closing);
    struct conn *conn = b->conn;
    b->conn = NULL;
    if (b->n_live == 0) {
        batch_free(b);
    } else if (b->verdict == GROUP_FAILED) {
        on_failed(b, &b->refusal, conn);
    } else if (b->commits && outcome == GROUP_FAILED) {
        struct pg_error of_commit = *error;
        of_commit.position = b->group.n_statements;
        on_failed(b, &of_commit, conn);
    } else if (b->commits && outcome == GROUP_LOST) {
        settle_fail(b, PROBLEM_OUTCOME_UNKNOWN, NULL);
    } else { /* committed; or taken back, which a lost connection is as well */
        finish_members(b);
        batch_free(b);
    }
}

/* The statements of an open transaction are back: its request says how it ends. */
static void close_transaction(struct batch *b, enum group_outcome outcome,
                              const struct pg_error *error)
{
    struct exchange *x = b->members[0];
    bool commits = outcome == GROUP_COMMITTED && x != NULL;
    if (commits) {
        batch_deal(b);
        commits = x->judge(x) && !arena_failed(x->arena);
    }
    b->verdict = outcome;
    b->refusal = *error;
    batch_close(b, commits);
    b->closing.on_done = on_closed;
    conn_send(b->conn, &b->closing);
}

void settle_on_done(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct batch *b = BATCH_OF(g, group);
    if (b->opens_transaction && outcome != GROUP_LOST) {
        close_transaction(b, outcome, error);
        return;
    }
    struct conn *conn = b->conn;
    b->conn = NULL;
    if (b->n_live == 0) {
        batch_free(b);
        return;
    }
    switch (outcome) {
    case GROUP_COMMITTED:
        on_committed(b);
        return;
    case GROUP_FAILED:
        on_failed(b, error, conn);
        return;
    case GROUP_LOST:
        on_lost(b);
        return;
    }
    UNREACHABLE();
}
