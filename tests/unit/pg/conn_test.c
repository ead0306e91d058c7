/*
 * conn_test.c - what a connection believes of its session, and what the server makes of it.
 */
#include "support/fake_pipeline.h"

#include "base/digest.h"
#include "base/text.h"
#include "pg/conn.h"
#include "pg/prepared.h"

enum { MAX_STATEMENTS = 400 };

/* A connection, and one group that is sent again and again. */
struct trial {
    struct loop *loop;
    struct conn *conn;
    struct group group;
    const struct column_types *types;
    size_t n;
    char texts[MAX_STATEMENTS][FAKE_TEXT];
    struct group_statement statements[MAX_STATEMENTS];
    struct group_due due[GROUP_ANSWERS_PER_STATEMENT * MAX_STATEMENTS];
    bool is_done;
    enum group_outcome outcome;
    struct pg_error error;
    struct group closing; /* sent when the other is done, if it has an on_done */
    struct group_statement closing_statement;
    struct group_due closing_due[GROUP_ANSWERS_PER_STATEMENT];
    uint32_t seed;
};

static void on_change(void *owner, struct conn *c)
{
    (void)owner;
    (void)c;
}

static void await_ready(struct trial *t)
{
    while (!conn_is_ready(t->conn)) {
        loop_turn(t->loop, -1);
    }
}

static int set_up(void **state)
{
    struct trial *t = calloc(1, sizeof *t);
    struct conn_settings settings = { .conninfo = "host=/nowhere",
                                      .is_permanent = true,
                                      .on_change = on_change };
    if (t == NULL) {
        return -1;
    }
    fake = (struct fake_pipeline){ .fd = -1 };
    t->loop = loop_new();
    t->conn = conn_new(t->loop, &settings);
    t->seed = 1;
    await_ready(t);
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct trial *t = *state;
    conn_free(t->conn);
    loop_free(t->loop);
    free(t);
    return 0;
}

#define conn_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#define TRIAL_OF(g) ((struct trial *)(void *)((char *)(g)-offsetof(struct trial, group)))

static void on_done(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct trial *t = TRIAL_OF(g);
    assert_false(t->is_done);
    t->is_done = true;
    t->outcome = outcome;
    t->error = *error;
    group_release_results(g);
    if (t->closing.on_done != NULL) {
        t->is_done = false;
        conn_send(t->conn, &t->closing);
    }
}

static void on_closed(struct group *g, enum group_outcome outcome, const struct pg_error *error)
{
    struct trial *t = (struct trial *)(void *)((char *)g - offsetof(struct trial, closing));
    (void)error;
    t->is_done = true;
    t->outcome = outcome;
    t->closing.on_done = NULL;
}

static void add(struct trial *t, const char *letter, int number)
{
    assert_true(t->n < MAX_STATEMENTS);
    char *sql = t->texts[t->n];
    snprintf(sql, FAKE_TEXT, "%s%d", letter, number);
    t->statements[t->n++] =
        (struct group_statement){ .sql = sql, .hash = digest_number(text_of(sql)) };
}

static void send(struct trial *t)
{
    t->group = (struct group){ .n_statements = t->n,
                               .statements = t->statements,
                               .due = t->due,
                               .on_done = on_done,
                               .types = t->types };
    t->is_done = false;
    conn_send(t->conn, &t->group);
}

static void await(struct trial *t)
{
    while (!t->is_done) {
        loop_turn(t->loop, -1);
    }
    t->n = 0;
}

static enum group_outcome run(struct trial *t)
{
    send(t);
    await(t);
    return t->outcome;
}

/* `text` fails in the group that has been added. */
static void run_failing(struct trial *t, const char *text, const char *sqlstate)
{
    fake.fails = text;
    assert_int_equal(run(t), GROUP_FAILED);
    assert_string_equal(t->error.sqlstate, sqlstate);
    fake.fails = NULL;
}

/* As many statements as are kept are prepared: a0, a1 … */
static void fill(struct trial *t)
{
    for (int i = 0; fake.n_prepared < PREPARED_MAX; i++) {
        add(t, "a", i);
        assert_int_equal(run(t), GROUP_COMMITTED);
    }
}

/* How many messages it takes to run one statement. */
static size_t count_messages(struct trial *t, const char *letter, int number)
{
    size_t before = fake.n_messages;
    add(t, letter, number);
    assert_int_equal(run(t), GROUP_COMMITTED);
    return fake.n_messages - before;
}

static void test_a_statement_is_prepared_once(void **state)
{
    struct trial *t = *state;
    assert_int_equal(count_messages(t, "a", 1), 2);
    assert_int_equal(count_messages(t, "a", 1), 1);
    add(t, "b", 1);
    add(t, "b", 1);
    size_t before = fake.n_messages;
    assert_int_equal(run(t), GROUP_COMMITTED);
    assert_int_equal(fake.n_messages - before, 3);
}

static void test_a_new_one_makes_room(void **state)
{
    struct trial *t = *state;
    fill(t);
    assert_int_equal(count_messages(t, "b", 1), 3);
    assert_int_equal(count_messages(t, "b", 1), 1);
    assert_int_equal(fake.n_prepared, PREPARED_MAX);
    assert_int_equal(fake.most_prepared, PREPARED_MAX);
}

static void test_what_is_skipped_is_prepared_the_next_time(void **state)
{
    struct trial *t = *state;
    add(t, "a", 1);
    add(t, "b", 1);
    run_failing(t, "a1", "22012");
    assert_int_equal(count_messages(t, "a", 1), 1); /* it was prepared, and failed as it ran */
    assert_int_equal(count_messages(t, "b", 1), 2);
    add(t, "c", 1);
    fake.fails_to_prepare = true;
    run_failing(t, "c1", "42P01");
    assert_int_equal(count_messages(t, "c", 1), 2);
}

static void test_whose_failure_it_is(void **state)
{
    static const struct {
        const char *fails;
        size_t position;
    } cases[] = { { "a1", 0 }, { "a2", 1 }, { "a3", 2 }, { "sync", 3 } };
    struct trial *t = *state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        for (int number = 1; number <= 3; number++) {
            add(t, "a", number);
        }
        run_failing(t, cases[i].fails, i < 3 ? "22012" : "23505");
        assert_int_equal(t->error.position, cases[i].position);
        assert_true(conn_is_ready(t->conn));
    }
}

static void test_failing_shapes_are_bounded(void **state)
{
    struct trial *t = *state;
    fill(t);
    for (int i = 0; i < 2 * PREPARED_MAX; i++) {
        char failing[FAKE_TEXT];
        snprintf(failing, sizeof failing, "b%d", i);
        for (int letter = 0; letter < 4; letter++) {
            add(t, (const char *[]){ "b", "c", "d", "e" }[letter], i);
        }
        run_failing(t, failing, "22012");
        assert_int_equal(fake.n_prepared, PREPARED_MAX);
    }
    assert_int_equal(fake.most_prepared, PREPARED_MAX);
    for (int i = 0; i < PREPARED_MAX; i++) {
        add(t, "f", i);
        assert_int_equal(run(t), GROUP_COMMITTED);
    }
    assert_int_equal(fake.n_prepared, PREPARED_MAX);
}

static void test_those_that_are_prepared_anew_are_bounded(void **state)
{
    struct trial *t = *state;
    for (int i = 0; i < 4 * PREPARED_MAX; i++) {
        add(t, "a", i % 8);
        send(t);
        conn_forget(t->conn, &t->group);
        await(t);
        assert_int_equal(t->outcome, GROUP_COMMITTED);
    }
    assert_int_equal(fake.n_prepared, PREPARED_MAX);
    assert_int_equal(fake.most_prepared, PREPARED_MAX);
}

/* More new ones than can be made room for: the rest runs without being prepared. */
static void test_a_group_of_many_new_ones(void **state)
{
    struct trial *t = *state;
    fill(t);
    for (int failing = 0; failing < 2; failing++) {
        for (int i = 0; i < MAX_STATEMENTS; i++) {
            add(t, "b", MAX_STATEMENTS * failing + i);
        }
        if (failing) {
            run_failing(t, "b410", "22012");
        } else {
            assert_int_equal(run(t), GROUP_COMMITTED);
            assert_int_equal(fake.n_unnamed, MAX_STATEMENTS - PREPARED_LEAVING_MAX);
        }
        assert_int_equal(fake.n_prepared, PREPARED_MAX);
    }
    assert_int_equal(fake.most_prepared, PREPARED_MAX);
}

static void test_a_new_session_holds_nothing(void **state)
{
    struct trial *t = *state;
    fill(t);
    add(t, "b", 1);
    add(t, "c", 1);
    send(t); /* its answers never come, so neither does that to what makes room */
    fake.is_lost = true;
    await(t);
    assert_int_equal(t->outcome, GROUP_LOST);
    await_ready(t);
    assert_int_equal(fake.pid, 2);
    assert_int_equal(count_messages(t, "a", 1), 2);
    assert_int_equal(count_messages(t, "b", 1), 2);
    for (int i = 0; i < 2 * PREPARED_MAX; i++) {
        add(t, "d", i);
        assert_int_equal(run(t), GROUP_COMMITTED);
    }
    assert_int_equal(fake.n_prepared, PREPARED_MAX);
}

static void test_a_session_that_was_reset_is_noticed(void **state)
{
    struct trial *t = *state;
    fill(t);
    fake.n_prepared = 0;
    add(t, "a", 7);
    add(t, "b", 7);
    assert_int_equal(run(t), GROUP_FAILED);
    assert_string_equal(t->error.sqlstate, "26000");
    assert_int_equal(count_messages(t, "a", 7), 2);
    assert_int_equal(count_messages(t, "a", 8), 2);
}

/* A transaction is begun by one group and ended by the next. */
static void begin_and_end(struct trial *t)
{
    t->closing_statement = (struct group_statement){ .sql = "rollback", .is_plain = true };
    t->closing = (struct group){ .n_statements = 1,
                                 .statements = &t->closing_statement,
                                 .due = t->closing_due,
                                 .on_done = on_closed };
    t->statements[t->n++] = (struct group_statement){ .sql = "begin", .is_plain = true };
    add(t, "a", 2);
    run(t);
}

static void test_a_transaction_that_ends_leaves_the_session(void **state)
{
    struct trial *t = *state;
    begin_and_end(t);
    assert_int_equal(t->outcome, GROUP_COMMITTED);
    assert_true(conn_is_ready(t->conn));
    assert_int_equal(fake.pid, 1);
    fake.fails = "a2";
    begin_and_end(t);
    assert_int_equal(t->outcome, GROUP_COMMITTED);
    assert_true(conn_is_ready(t->conn));
    assert_int_equal(fake.pid, 1);
}

/* A cancel that comes late can hit the statement that ends a transaction. */
static void test_a_transaction_that_stays_open_is_not_worked_in(void **state)
{
    struct trial *t = *state;
    fake.fails = "rollback";
    begin_and_end(t);
    assert_int_equal(t->outcome, GROUP_FAILED);
    assert_false(conn_is_ready(t->conn));
    fake.fails = NULL;
    await_ready(t);
    assert_int_equal(fake.pid, 2);
    assert_int_equal(count_messages(t, "a", 1), 2);
}

/* What failed when it ran for the first time has shown nothing of its types. */
static void test_types_are_looked_at_once_there_are_rows(void **state)
{
    static const struct numbered_column column = { .table = 1, .number = 1, .type = 25 };
    static const struct column_types types = { .n = 1, .at = &column };
    struct trial *t = *state;
    t->types = &types;
    fake.type = 23;
    add(t, "a", 1);
    run_failing(t, "a1", "22012");
    for (int i = 0; i < 2; i++) {
        add(t, "a", 1);
        assert_int_equal(run(t), GROUP_FAILED);
        assert_string_equal(t->error.sqlstate, PG_OTHER_TYPES);
    }
}

static uint32_t random_below(struct trial *t, uint32_t n)
{
    t->seed = t->seed * 1664525u + 1013904223u;
    return (t->seed >> 16) % n;
}

/*
 * Groups of few and of many statements, most of them used before, that succeed or fail somewhere,
 * are prepared anew, and lose their session: never does the connection use what is not there, nor
 * does the server hold more than it may.
 */
static void test_whatever_happens_both_agree(void **state)
{
    struct trial *t = *state;
    for (int round = 0; round < 4000; round++) {
        uint32_t n = random_below(t, 20) == 0 ? 1 + random_below(t, 300) : 1 + random_below(t, 5);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t range = random_below(t, 3) == 0 ? 2000 : 150;
            add(t, "a", (int)random_below(t, range));
        }
        bool fails = random_below(t, 2) == 0;
        fake.fails = fails ? t->texts[random_below(t, n)] : NULL;
        fake.fails_to_prepare = random_below(t, 3) == 0;
        fake.sqlstate = NULL;
        send(t);
        if (random_below(t, 10) == 0) {
            conn_forget(t->conn, &t->group);
        }
        await(t);
        if (fake.sqlstate != NULL) {
            assert_string_not_equal(fake.sqlstate, "26000");
            assert_string_not_equal(fake.sqlstate, "42P05");
        }
        assert_true(t->outcome == GROUP_COMMITTED || fails);
        assert_true(fake.most_prepared <= PREPARED_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        conn_test(test_a_statement_is_prepared_once),
        conn_test(test_a_new_one_makes_room),
        conn_test(test_what_is_skipped_is_prepared_the_next_time),
        conn_test(test_whose_failure_it_is),
        conn_test(test_failing_shapes_are_bounded),
        conn_test(test_those_that_are_prepared_anew_are_bounded),
        conn_test(test_a_group_of_many_new_ones),
        conn_test(test_a_new_session_holds_nothing),
        conn_test(test_a_session_that_was_reset_is_noticed),
        conn_test(test_a_transaction_that_ends_leaves_the_session),
        conn_test(test_a_transaction_that_stays_open_is_not_worked_in),
        conn_test(test_types_are_looked_at_once_there_are_rows),
        conn_test(test_whatever_happens_both_agree),
    };
    return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
