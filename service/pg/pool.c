/*
 * pool.c - see pool.h. The cancelling connection is opened when it is first needed and kept.
 */
#include "pg/pool.h"

#include <string.h>

#include "base/cell.h"

enum { CANCEL_GRACE_MS = 1000 };

struct slot {
    struct pool *pool;
    struct conn *conn;
    enum lane lane;          /* of the group that was sent last */
    struct group *cancelled; /* what the cancel is meant for; NULL: nothing is being cancelled */
    int pid;                 /* of the session that it is meant for */
    bool is_sent;            /* the cancel itself is in flight */
    uint64_t give_up_ms;
    struct group cancel;
    struct group_statement cancel_statement;
    struct group_due cancel_due[GROUP_ANSWERS_PER_STATEMENT];
};

struct pool {
    struct loop *loop;
    struct pool_settings settings;
    struct conn *canceller;
    struct timer timer; /* set while something is being cancelled */
    const struct conn *latest_failure;
    struct slot slots[POOL_MAX_CONNECTIONS];
};

#define SLOT_OF(group) ((struct slot *)(void *)((char *)(group)-offsetof(struct slot, cancel)))
#define POOL_OF(t) ((struct pool *)(void *)((char *)(t)-offsetof(struct pool, timer)))

static void on_cancel_done(struct group *g, enum group_outcome outcome,
                           const struct pg_error *error)
{
    (void)outcome; /* a cancel that failed is followed by the drop of on_timer() */
    (void)error;
    group_release_results(g);
    SLOT_OF(g)->is_sent = false;
}

static void send_cancel(struct slot *s)
{
    static const uint32_t types[1] = { 23 };
    static const int lengths[1] = { 4 };
    uint32_t pid = __builtin_bswap32((uint32_t)s->pid);
    char bytes[4];
    memcpy(bytes, &pid, sizeof bytes);
    const char *values[1] = { bytes };
    s->cancel_statement = (struct group_statement){ .sql = "select pg_cancel_backend($1)",
                                                    .n_parameters = 1,
                                                    .types = types,
                                                    .values = values,
                                                    .lengths = lengths };
    s->cancel = (struct group){ .n_statements = 1,
                                .statements = &s->cancel_statement,
                                .due = s->cancel_due,
                                .on_done = on_cancel_done };
    s->is_sent = true;
    conn_send(s->pool->canceller, &s->cancel);
}

/* Is `s` still busy with the group that is to be cancelled? */
static bool is_cancelling(const struct slot *s)
{
    return s->cancelled != NULL && conn_first(s->conn) == s->cancelled;
}

/*
 * A cancel that was sent and not answered may still arrive: the session that it is meant for gets
 * no other work. The one that cancels is as silent, and others wait for its answers too.
 */
static void give_up(struct slot *s)
{
    if (conn_backend_pid(s->conn) == s->pid) {
        conn_drop(s->conn, "the server did not stop a statement that was cancelled");
    }
    if (s->is_sent) {
        conn_drop(s->pool->canceller, "the server did not answer who cancels a statement");
    }
}

static void on_timer(struct timer *t)
{
    struct pool *p = POOL_OF(t);
    bool again = false;
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        struct slot *s = &p->slots[i];
        if (s->cancelled == NULL) {
            continue;
        }
        bool is_pending = is_cancelling(s) || s->is_sent;
        if (is_pending && loop_now_ms(p->loop) >= s->give_up_ms) {
            give_up(s);
        }
        if (!is_cancelling(s) && !s->is_sent) {
            s->cancelled = NULL;
            p->settings.on_change(p->settings.owner);
        }
        again = again || s->cancelled != NULL;
    }
    if (again) {
        loop_set_timer(p->loop, &p->timer, 10);
    }
}

static void on_canceller_change(void *owner, struct conn *c)
{
    struct pool *p = owner;
    for (size_t i = 0; i < p->settings.n_connections && conn_is_ready(c); i++) {
        struct slot *s = &p->slots[i];
        if (is_cancelling(s) && !s->is_sent) {
            send_cancel(s);
        }
    }
}

static struct conn_settings conn_settings_of(const struct pool *p)
{
    return (struct conn_settings){
        .conninfo = p->settings.conninfo,
        .statement_timeout_ms = p->settings.statement_timeout_ms,
        .lock_timeout_ms = p->settings.lock_timeout_ms,
    };
}

void pool_cancel(struct pool *p, struct conn *c)
{
    struct slot *s = p->slots;
    while (s->conn != c) {
        s++;
    }
    if (s->cancelled != NULL || conn_first(c) == NULL) {
        return;
    }
    s->cancelled = conn_first(c);
    s->pid = conn_backend_pid(c);
    s->give_up_ms = loop_now_ms(p->loop) + CANCEL_GRACE_MS;
    loop_set_timer(p->loop, &p->timer, 10);
    if (p->canceller == NULL) {
        struct conn_settings settings = conn_settings_of(p);
        settings.on_change = on_canceller_change;
        settings.owner = p;
        settings.is_permanent = true;
        p->canceller = conn_new(p->loop, &settings);
    } else if (conn_is_ready(p->canceller)) {
        send_cancel(s);
    }
}

static void on_conn_change(void *owner, struct conn *c)
{
    struct pool *p = owner;
    if (!conn_is_ready(c)) {
        p->latest_failure = c;
    }
    p->settings.on_change(p->settings.owner);
}

struct pool *pool_new(struct loop *loop, const struct pool_settings *settings)
{
    ASSERT(settings->n_connections >= 1 && settings->n_connections <= POOL_MAX_CONNECTIONS);
    struct pool *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return NULL;
    }
    p->loop = loop;
    p->settings = *settings;
    p->timer.on_due = on_timer;
    struct conn_settings conn_settings = conn_settings_of(p);
    conn_settings.on_change = on_conn_change;
    conn_settings.owner = p;
    for (size_t i = 0; i < settings->n_connections; i++) {
        conn_settings.is_permanent = i == 0;
        p->slots[i].pool = p;
        p->slots[i].conn = conn_new(loop, &conn_settings);
        if (p->slots[i].conn == NULL) {
            return pool_free(p);
        }
    }
    return p;
}

struct pool *pool_free(struct pool *p)
{
    if (p != NULL) {
        loop_clear_timer(p->loop, &p->timer);
        p->canceller = conn_free(p->canceller);
        for (size_t i = 0; i < p->settings.n_connections; i++) {
            p->slots[i].conn = conn_free(p->slots[i].conn);
        }
        free(p);
    }
    return NULL;
}

/* One at a time: the next one is opened once all those before it are there. */
static void open_another(struct pool *p)
{
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        struct conn *c = p->slots[i].conn;
        if (!conn_is_ready(c)) {
            conn_wake(c);
            return;
        }
    }
}

/*
 * May one more connection work in this lane? Of `n_ready` the other two lanes keep one each, where
 * there are as many; of two, the fast lane keeps one.
 */
static bool has_room(const struct pool *p, enum lane lane)
{
    size_t n_ready = 0;
    size_t n_busy[LANES] = { 0 };
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        const struct slot *s = &p->slots[i];
        n_ready += conn_is_ready(s->conn);
        n_busy[s->lane] += conn_n_groups(s->conn) > 0;
    }
    if (lane == LANE_FAST) {
        size_t limit = n_ready > 2 ? n_ready - 1 : n_ready;
        return n_busy[LANE_FAST] < limit;
    }
    size_t n_heavy = n_busy[LANE_SLOW] + n_busy[LANE_WRITES];
    size_t limit = n_ready > 3 ? n_ready - 2 : 1;
    return n_busy[lane] < limit && (n_heavy == 0 || n_heavy + 1 < n_ready);
}

struct conn *pool_pick(struct pool *p, enum lane lane)
{
    bool may = has_room(p, lane);
    for (size_t i = 0; may && i < p->settings.n_connections; i++) {
        struct slot *s = &p->slots[i];
        if (conn_is_ready(s->conn) && conn_n_groups(s->conn) == 0 && s->cancelled == NULL) {
            s->lane = lane;
            return s->conn;
        }
    }
    open_another(p);
    return NULL;
}

size_t pool_n_ready(const struct pool *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        n += conn_is_ready(p->slots[i].conn);
    }
    return n;
}

size_t pool_count(const struct pool *p, size_t ret_counts[POOL_KINDS])
{
    size_t n_groups = 0;
    memset(ret_counts, 0, POOL_KINDS * sizeof *ret_counts);
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        const struct conn *c = p->slots[i].conn;
        n_groups += conn_n_groups(c);
        if (!conn_is_ready(c)) {
            ret_counts[conn_is_opening(c) ? POOL_CONNECTING : POOL_CLOSED]++;
        } else {
            ret_counts[conn_n_groups(c) > 0 ? POOL_BUSY : POOL_IDLE]++;
        }
    }
    return n_groups;
}

bool pool_is_down(const struct pool *p)
{
    bool has_failed = false;
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        if (conn_is_ready(p->slots[i].conn)) {
            return false;
        }
        has_failed = has_failed || conn_has_failed(p->slots[i].conn);
    }
    return has_failed;
}

uint64_t pool_n_sends(const struct pool *p)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        n += conn_n_sends(p->slots[i].conn);
    }
    return n;
}

uint64_t pool_n_prepared(const struct pool *p)
{
    uint64_t n = 0;
    for (size_t i = 0; i < p->settings.n_connections; i++) {
        n += conn_n_prepared(p->slots[i].conn);
    }
    return n;
}

const char *pool_last_error(const struct pool *p)
{
    return p->latest_failure == NULL ? "" : conn_last_error(p->latest_failure);
}
