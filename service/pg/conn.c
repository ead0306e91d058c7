/*
 * conn.c - see conn.h. Opening and losing the connection; conn_io.c has what happens in between.
 */
#include "pg/conn.h"

#include <errno.h>
#include <libpq-fe.h>
#include <string.h>
#include <sys/epoll.h>

#include "pg/conn_parts.h"

enum {
    CONNECT_TIMEOUT_MS = 5000,
    RESOLVING_MS = 2, /* how often a lookup is asked whether it has ended */
    FIRST_BACK_OFF_MS = 50,
    LONGEST_BACK_OFF_MS = 1000,
};

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

void conn_finish_group(struct conn *c, enum group_outcome outcome)
{
    struct group *g = c->first;
    c->first = g->next;
    if (c->first == NULL) {
        c->last = NULL;
    }
    c->n_groups--;
    struct pg_error error = g->error; /* on_done() may free the group */
    g->on_done(g, outcome, &error);
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
    c->doubts_types = false;
}

void conn_lose(struct conn *c, const char *why)
{
    note_error(c, why);
    close_connection(c);
    c->has_failed = true;
    c->is_wanted = c->settings.is_permanent;
    schedule_attempt(c);
    /* Groups sent from within on_done() find this connection closed and go elsewhere. */
    for (size_t n = c->n_groups; n > 0; n--) {
        group_release_results(c->first);
        conn_finish_group(c, GROUP_LOST);
    }
    c->settings.on_change(c->settings.owner, c);
}

/* ---- opening ------------------------------------------------------------------------------- */

#define CONN_OF(pointer, member)                                                                   \
    ((struct conn *)(void *)((char *)(pointer)-offsetof(struct conn, member)))

static void on_setup_done(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct conn *c = CONN_OF(g, setup);
    group_release_results(g);
    if (outcome == GROUP_COMMITTED) {
        loop_clear_timer(c->loop, &c->timer);
        address_reset(c->address);
        c->state = CONN_READY;
        c->has_failed = false;
        c->back_off_ms = FIRST_BACK_OFF_MS;
        c->settings.on_change(c->settings.owner, c);
    } else if (outcome == GROUP_FAILED) {
        conn_lose(c, error->message);
    }
}

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
        conn_lose(c, PQerrorMessage(c->pg));
        return;
    }
    c->state = CONN_SETTING_UP;
    c->setup_statement = (struct group_statement){
        .sql = sql, .n_parameters = 2, .types = types, .values = values, .lengths = lengths
    };
    c->setup = (struct group){ .n_statements = 1,
                               .statements = &c->setup_statement,
                               .due = c->setup_due,
                               .on_done = on_setup_done };
    conn_send_group(c, &c->setup);
}

/*
 * libpq may use another descriptor at each step (several hosts, TLS refused), so it is watched
 * anew.
 */
static void continue_connecting(struct conn *c)
{
    PostgresPollingStatusType next = PQconnectPoll(c->pg);
    if (next == PGRES_POLLING_FAILED) {
        conn_lose(c, PQerrorMessage(c->pg));
        return;
    }
    uint32_t events = next == PGRES_POLLING_WRITING ? EPOLLOUT : EPOLLIN;
    watch_stop(&c->watch);
    int r = loop_watch(c->loop, &c->watch, PQsocket(c->pg), events);
    if (r < 0) {
        conn_lose(c, strerror(-r));
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
        conn_take_in(c);
    }
    if (c->pg != NULL && c->state != CONN_CONNECTING && (events & EPOLLOUT) != 0) {
        conn_flush(c);
    }
}

static void drop_notice(void *unused, const PGresult *notice)
{
    (void)unused;
    (void)notice; /* libpq would print it on standard error */
}

static void start_connecting(struct conn *c)
{
    struct address_options address = address_options(c->address);
    const char *const options[][2] = {
        { "fallback_application_name", "backref" },
        { "keepalives_idle", "30" },
        { "keepalives_interval", "10" },
        { "keepalives_count", "3" },
        { "tcp_user_timeout", "30000" },
        { "dbname", c->settings.conninfo }, /* those behind it count for more than its own */
        { "client_encoding", "UTF8" },
        { "host", address.host },
        { "hostaddr", address.hostaddr },
        { "port", address.port },
        { NULL, NULL },
    };
    const char *keywords[ARRAY_SIZE(options)];
    const char *values[ARRAY_SIZE(options)];
    for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
        keywords[i] = options[i][0];
        values[i] = options[i][1];
    }
    c->state = CONN_CONNECTING;
    c->pg = PQconnectStartParams(keywords, values, 1);
    loop_set_timer(c->loop, &c->timer, CONNECT_TIMEOUT_MS);
    if (c->pg == NULL || PQstatus(c->pg) == CONNECTION_BAD) {
        conn_lose(c, c->pg == NULL ? "out of memory" : PQerrorMessage(c->pg));
        return;
    }
    PQsetNoticeReceiver(c->pg, drop_notice, NULL);
    int r = loop_watch(c->loop, &c->watch, PQsocket(c->pg), EPOLLOUT);
    if (r < 0) {
        conn_lose(c, strerror(-r));
    }
}

static void continue_resolving(struct conn *c, enum address_state state)
{
    switch (state) {
    case ADDRESS_KNOWN:
        start_connecting(c);
        return;
    case ADDRESS_UNKNOWN:
        conn_lose(c, "the host's name cannot be resolved");
        return;
    case ADDRESS_PENDING:
        if (loop_now_ms(c->loop) - c->opened_ms > CONNECT_TIMEOUT_MS) {
            conn_lose(c, "the host's name could not be resolved in time");
        } else {
            loop_set_timer(c->loop, &c->timer, RESOLVING_MS);
        }
        return;
    }
    UNREACHABLE();
}

static void open_connection(struct conn *c)
{
    c->state = CONN_RESOLVING;
    c->opened_ms = loop_now_ms(c->loop);
    continue_resolving(c, address_begin(c->address));
}

static void on_timer(struct timer *t)
{
    struct conn *c = CONN_OF(t, timer);
    if (c->state == CONN_RESOLVING) {
        continue_resolving(c, address_poll(c->address));
    } else if (c->state != CONN_CLOSED) {
        address_pass_over(c->address);
        conn_lose(c, "the server did not answer in time");
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
    c->address = address_new(settings->conninfo);
    if (c->address == NULL) {
        free(c);
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
            conn_finish_group(c, GROUP_LOST);
        }
        address_free(c->address);
        free(c);
    }
    return NULL;
}

bool conn_is_ready(const struct conn *c)
{
    return c->state == CONN_READY;
}

bool conn_is_opening(const struct conn *c)
{
    return c->state != CONN_CLOSED && c->state != CONN_READY;
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
        conn_lose(c, why);
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

uint64_t conn_n_prepared(const struct conn *c)
{
    return c->prepared.n_added;
}
