/*
 * conn.c - see conn.h. Sending and reading groups; opening and losing the connection.
 *
 * In pipeline mode libpq ends every answer with a NULL result, and the group with
 * PGRES_PIPELINE_SYNC.
 */
#include "pg/conn.h"

#include <errno.h>
#include <libpq-fe.h>
#include <string.h>
#include <sys/epoll.h>

#include "pg/prepared.h"

enum {
    CONNECT_TIMEOUT_MS = 5000,
    FIRST_BACK_OFF_MS = 50,
    LONGEST_BACK_OFF_MS = 1000,
};

enum conn_state {
    CONN_CLOSED,
    CONN_CONNECTING,
    CONN_SETTING_UP,
    CONN_READY,
};

struct conn {
    struct loop *loop;
    struct conn_settings settings;
    enum conn_state state;
    bool has_failed;
    bool is_wanted;
    PGconn *pg;
    struct watch watch;
    struct timer timer; /* while connecting: the deadline; while closed: the next attempt */
    uint32_t back_off_ms;
    uint32_t seed; /* of the jitter */
    struct group *first;
    struct group *last;
    size_t n_groups;
    uint64_t n_sends;
    struct group setup;
    struct prepared prepared;
    char last_error[256];
};

#define CONN_OF(pointer, member)                                                                   \
    ((struct conn *)(void *)((char *)(pointer)-offsetof(struct conn, member)))

static void open_connection(struct conn *c);

/* ---- losing -------------------------------------------------------------------------------- */

static void note_error(struct conn *c, const char *text)
{
    size_t n = strcspn(text, "\n");
    if (n >= sizeof c->last_error) {
        n = sizeof c->last_error - 1;
    }
    memcpy(c->last_error, text, n);
    c->last_error[n] = '\0';
}

static void finish_group(struct conn *c, enum group_outcome outcome)
{
    struct group *g = c->first;
    c->first = g->next;
    if (c->first == NULL) {
        c->last = NULL;
    }
    c->n_groups--;
    /* What on_done() frees is the group itself, so the results are let go of first, by a copy. */
    struct group_statement statements[GROUP_MAX_STATEMENTS];
    size_t n = g->n_statements;
    memcpy(statements, g->statements, n * sizeof statements[0]);
    struct pg_error error = g->error;
    g->on_done(g, outcome, &error);
    for (size_t i = 0; i < n; i++) {
        if (statements[i].result != NULL) {
            result_release(statements[i].result);
        }
    }
}

/*
 * Waits a little longer after each failure, with jitter, so that many connections do not knock at
 * once.
 */
static void schedule_attempt(struct conn *c)
{
    c->seed = c->seed * 1664525u + 1013904223u;
    uint32_t jitter = (c->seed >> 16) % (c->back_off_ms / 2 + 1);
    loop_set_timer(c->loop, &c->timer, c->back_off_ms / 2 + jitter + 1);
    c->back_off_ms =
        c->back_off_ms * 2 > LONGEST_BACK_OFF_MS ? LONGEST_BACK_OFF_MS : c->back_off_ms * 2;
}

static void close_connection(struct conn *c)
{
    watch_stop(&c->watch);
    loop_clear_timer(c->loop, &c->timer);
    PQfinish(c->pg);
    c->pg = NULL;
    c->state = CONN_CLOSED;
    prepared_clear(&c->prepared);
}

static void lose(struct conn *c, const char *why)
{
    note_error(c, why);
    close_connection(c);
    c->has_failed = true;
    c->is_wanted = c->settings.is_permanent;
    schedule_attempt(c);
    /* Groups sent from within on_done() find this connection closed and go elsewhere. */
    for (size_t n = c->n_groups; n > 0; n--) {
        group_release_results(c->first);
        finish_group(c, GROUP_LOST);
    }
    c->settings.on_change(c->settings.owner, c);
}

/* ---- sending ------------------------------------------------------------------------------- */

static bool send_deallocate(struct conn *c, struct group *g, const char *name)
{
    char sql[PREPARED_NAME + 16];
    snprintf(sql, sizeof sql, "deallocate %s", name);
    group_expect(g, ANSWER_DEALLOCATE, 0);
    return PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) == 1;
}

static bool send_statement(struct conn *c, struct group *g, size_t position)
{
    static const int binary[128] = {
        [0 ... 127] = 1 /* every parameter travels in binary */
    };
    const struct group_statement *s = &g->statements[position];
    ASSERT(s->n_parameters <= (int)ARRAY_SIZE(binary));
    char name[PREPARED_NAME];
    if (!prepared_find(&c->prepared, s->sql, s->hash, name)) {
        char evicted[PREPARED_NAME];
        if (!prepared_add(&c->prepared, s->sql, s->hash, name, evicted)) {
            return false;
        }
        if (evicted[0] != '\0' && !send_deallocate(c, g, evicted)) {
            return false;
        }
        group_expect(g, ANSWER_PREPARE, position);
        if (PQsendPrepare(c->pg, name, s->sql, s->n_parameters, s->types) != 1) {
            return false;
        }
    }
    group_expect(g, ANSWER_STATEMENT, position);
    return PQsendQueryPrepared(c->pg, name, s->n_parameters, s->values, s->lengths, binary, 1) == 1;
}

static void flush(struct conn *c)
{
    int left = PQflush(c->pg);
    if (left < 0) {
        lose(c, PQerrorMessage(c->pg));
        return;
    }
    watch_change(&c->watch, left > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void send_group(struct conn *c, struct group *g)
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
        lose(c, PQerrorMessage(c->pg));
        return;
    }
    flush(c);
}

void conn_send(struct conn *c, struct group *g)
{
    ASSERT(c->state == CONN_READY);
    send_group(c, g);
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
        s->result = result_new(from);
        return s->result != NULL;
    case PGRES_COMMAND_OK:
        break;
    case PGRES_PIPELINE_SYNC:
        PQclear(from);
        if (g->failed) {
            group_release_results(g);
        }
        finish_group(c, g->failed ? GROUP_FAILED : GROUP_COMMITTED);
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
            lose(c, "the answer could not be taken in");
            return;
        }
        if (c->pg == NULL) { /* on_done() sent a group, and that lost the connection */
            return;
        }
    }
}

static void on_setup_done(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct conn *c = CONN_OF(g, setup);
    if (outcome == GROUP_COMMITTED) {
        loop_clear_timer(c->loop, &c->timer);
        c->state = CONN_READY;
        c->has_failed = false;
        c->back_off_ms = FIRST_BACK_OFF_MS;
        c->settings.on_change(c->settings.owner, c);
    } else if (outcome == GROUP_FAILED) {
        lose(c, error->message);
    }
}

static void on_readable(struct conn *c)
{
    if (PQconsumeInput(c->pg) != 1) {
        lose(c, PQerrorMessage(c->pg));
        return;
    }
    read_answers(c);
    if (c->pg != NULL && PQstatus(c->pg) == CONNECTION_BAD) {
        lose(c, PQerrorMessage(c->pg));
    }
}

/* ---- opening ------------------------------------------------------------------------------- */

/*
 * One generic plan per statement: arrays of any length want the same plan, and planning costs more
 * than running.
 */
static void set_up(struct conn *c)
{
    static const char sql[] =
        "select set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),"
        " set_config('plan_cache_mode', 'force_generic_plan', false),"
        " set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false),"
        " set_config('default_transaction_isolation', 'read committed', false),"
        " set_config('idle_in_transaction_session_timeout', '60s', false)";
    static const uint32_t types[2] = { 25, 25 };
    char statement_timeout[16];
    char lock_timeout[16];
    int lengths[2] = {
        snprintf(statement_timeout, sizeof statement_timeout, "%u",
                 c->settings.statement_timeout_ms),
        snprintf(lock_timeout, sizeof lock_timeout, "%u", c->settings.lock_timeout_ms),
    };
    const char *values[2] = { statement_timeout, lock_timeout };
    if (PQsetnonblocking(c->pg, 1) != 0 || PQenterPipelineMode(c->pg) != 1) {
        lose(c, PQerrorMessage(c->pg));
        return;
    }
    c->state = CONN_SETTING_UP;
    c->setup = (struct group){
        .n_statements = 1,
        .statements = { { .sql = sql,
                          .n_parameters = 2,
                          .types = types,
                          .values = values,
                          .lengths = lengths } },
        .on_done = on_setup_done,
    };
    send_group(c, &c->setup);
}

/*
 * libpq may use another descriptor at each step (several hosts, TLS refused), so it is watched
 * anew.
 */
static void continue_connecting(struct conn *c)
{
    PostgresPollingStatusType next = PQconnectPoll(c->pg);
    if (next == PGRES_POLLING_FAILED) {
        lose(c, PQerrorMessage(c->pg));
        return;
    }
    uint32_t events = next == PGRES_POLLING_WRITING ? EPOLLOUT : EPOLLIN;
    watch_stop(&c->watch);
    int r = loop_watch(c->loop, &c->watch, PQsocket(c->pg), events);
    if (r < 0) {
        lose(c, strerror(-r));
    } else if (next == PGRES_POLLING_OK) {
        set_up(c);
    }
}

static void on_socket(struct watch *w, uint32_t events)
{
    struct conn *c = CONN_OF(w, watch);
    if (c->state == CONN_CONNECTING) {
        continue_connecting(c);
        return;
    }
    if ((events & ~(uint32_t)EPOLLOUT) != 0) {
        on_readable(c);
    }
    if (c->pg != NULL && c->state != CONN_CONNECTING && (events & EPOLLOUT) != 0) {
        flush(c);
    }
}

static void drop_notice(void *unused, const PGresult *notice)
{
    (void)unused;
    (void)notice; /* libpq would print it on standard error */
}

static void open_connection(struct conn *c)
{
    static const char *const keywords[] = { "fallback_application_name", "keepalives_idle",
                                            "keepalives_interval",       "keepalives_count",
                                            "tcp_user_timeout",          "dbname",
                                            "client_encoding",           NULL };
    const char *const values[] = { "backref", "30", "10", "3", "30000", c->settings.conninfo,
                                   "UTF8",    NULL };
    c->state = CONN_CONNECTING;
    c->pg = PQconnectStartParams(keywords, values, 1);
    loop_set_timer(c->loop, &c->timer, CONNECT_TIMEOUT_MS);
    if (c->pg == NULL || PQstatus(c->pg) == CONNECTION_BAD) {
        lose(c, c->pg == NULL ? "out of memory" : PQerrorMessage(c->pg));
        return;
    }
    PQsetNoticeReceiver(c->pg, drop_notice, NULL);
    int r = loop_watch(c->loop, &c->watch, PQsocket(c->pg), EPOLLOUT);
    if (r < 0) {
        lose(c, strerror(-r));
    }
}

static void on_timer(struct timer *t)
{
    struct conn *c = CONN_OF(t, timer);
    if (c->state != CONN_CLOSED) {
        lose(c, "the server did not answer in time");
    } else if (c->is_wanted) {
        open_connection(c);
    }
}

void conn_wake(struct conn *c)
{
    if (!c->is_wanted) {
        c->is_wanted = true;
        if (c->state == CONN_CLOSED && c->timer.due_ms == 0) {
            loop_set_timer(c->loop, &c->timer,
                           0); /* on_change must not come from within this call */
        }
    }
}

struct conn *conn_new(struct loop *loop, const struct conn_settings *settings)
{
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return NULL;
    }
    c->loop = loop;
    c->settings = *settings;
    c->watch = (struct watch){ .fd = -1, .on_ready = on_socket };
    c->timer.on_due = on_timer;
    c->back_off_ms = FIRST_BACK_OFF_MS;
    c->seed = (uint32_t)(uintptr_t)c ^ (uint32_t)loop_now_ms(loop);
    if (settings->is_permanent) {
        conn_wake(c);
    }
    return c;
}

struct conn *conn_free(struct conn *c)
{
    if (c != NULL) {
        close_connection(c);
        while (c->first != NULL) {
            group_release_results(c->first);
            finish_group(c, GROUP_LOST);
        }
        free(c);
    }
    return NULL;
}

bool conn_is_ready(const struct conn *c)
{
    return c->state == CONN_READY;
}

bool conn_has_failed(const struct conn *c)
{
    return c->has_failed;
}

size_t conn_n_groups(const struct conn *c)
{
    return c->n_groups;
}

struct group *conn_first(const struct conn *c)
{
    return c->first;
}

void conn_drop(struct conn *c, const char *why)
{
    if (c->pg != NULL) {
        lose(c, why);
    }
}

int conn_backend_pid(const struct conn *c)
{
    return c->state == CONN_READY ? PQbackendPID(c->pg) : 0;
}

const char *conn_last_error(const struct conn *c)
{
    return c->last_error;
}

uint64_t conn_n_sends(const struct conn *c)
{
    return c->n_sends;
}
