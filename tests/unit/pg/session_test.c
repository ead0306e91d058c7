/*
 * session_test.c - what an operator is told when something fails, and what is never told.
 */
#include "support/fake_libpq.h"

#include "base/text.h"
#include "pg/session.h"

static struct session *opened(void)
{
    struct session *s = NULL;
    struct session_error e;
    fake = (struct fake_libpq){ .ping = PQPING_OK };
    assert_int_equal(session_open("", 0, &s, &e), 0);
    return s;
}

static void script(const struct fake_answer *answers, size_t n)
{
    fake.script = answers;
    fake.n_script = n;
}

static void test_waiting_helps_when_the_server_is_not_there_yet(void **state)
{
    (void)state;
    struct session *s = NULL;
    struct session_error e;
    fake = (struct fake_libpq){ .ping = PQPING_NO_RESPONSE, .fail_connects = 2 };
    assert_int_equal(session_open("", 5000, &s, &e), 0);
    assert_int_equal(fake.n_connects, 3);
    session_close(s);

    fake = (struct fake_libpq){ .ping = PQPING_REJECT, .fail_connects = 1 };
    assert_int_equal(session_open("", 0, &s, &e), 1); /* nobody is willing to wait */
    assert_int_equal(fake.n_connects, 1);
}

static void test_waiting_does_not_mend_a_refusal(void **state)
{
    (void)state;
    struct session *s = NULL;
    struct session_error e;
    fake = (struct fake_libpq){ .ping = PQPING_OK,
                                .fail_connects = 1000,
                                .connect_message = "no such database\n" };
    assert_int_equal(session_open("", 60000, &s, &e), 1);
    assert_int_equal(fake.n_connects, 2); /* once more, as the server may just have come up */
    assert_string_equal(e.message, "no such database");
}

static void test_an_old_server_is_refused(void **state)
{
    (void)state;
    struct session *s = NULL;
    struct session_error e;
    fake = (struct fake_libpq){ .ping = PQPING_OK, .server_version = 90624 };
    assert_int_equal(session_open("", 0, &s, &e), 1);
    assert_string_equal(e.message, "PostgreSQL 12 or later is needed; this server is 9.6.24");
}

static void test_passwords_are_not_told(void **state)
{
    (void)state;
    static const char *const conninfos[] = {
        "postgresql://user:secr%zzet@host/db",
        "postgresql://user:x@secret@host/db",
        "postgresql://user:x/secret@host:5432/db?wrong=1",
        "password=secret wrong",
        "host=a password='secret",
    };
    for (size_t i = 0; i < ARRAY_SIZE(conninfos); i++) {
        struct session *s = NULL;
        struct session_error e;
        fake = (struct fake_libpq){ .ping = PQPING_OK };
        assert_int_equal(session_open(conninfos[i], 0, &s, &e), 1);
        assert_int_equal(fake.n_connects, 0);
        if (strstr(e.message, "secr") != NULL) {
            fail_msg("%s", e.message);
        }
        assert_non_null(strstr(e.message, "percent-encoded"));
    }
}

static void test_a_mistake_without_a_secret_is_quoted(void **state)
{
    (void)state;
    struct session *s = NULL;
    struct session_error e;
    fake = (struct fake_libpq){ .ping = PQPING_OK };
    assert_int_equal(session_open("hots=a", 0, &s, &e), 1);
    assert_non_null(strstr(e.message, "hots"));
}

static void test_a_failed_statement_is_told_whole(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = {
        { .sql = "insert",
          .status = PGRES_FATAL_ERROR,
          .sqlstate = "23505",
          .message = "duplicate key\nvalue",
          .detail = "Key (id)=(1)\talready exists.",
          .position = "13" },
        { .sql = "select", .status = PGRES_FATAL_ERROR },
    };
    struct session *s = opened();
    struct session_error e;
    script(answers, ARRAY_SIZE(answers));
    assert_int_equal(session_run(s, "insert into t", &e), 1);
    assert_string_equal(e.message, "duplicate key; value; Key (id)=(1) already exists.");
    assert_string_equal(e.sqlstate, "23505");
    assert_int_equal(e.position, 13);

    fake.connect_message = "server closed the connection unexpectedly\n\tThis probably means\n";
    assert_int_equal(session_run(s, "select 1", &e), 1);
    assert_string_equal(e.message,
                        "server closed the connection unexpectedly; This probably means");
    assert_string_equal(e.sqlstate, "");
    assert_int_equal(e.position, 0);
    assert_int_equal(fake.n_results, 0);
    session_close(s);
}

static void test_a_long_message_is_cut_between_characters(void **state)
{
    (void)state;
    char message[1500];
    struct session *s = opened();
    struct session_error e;
    for (size_t start = 0; start < 4; start++) {
        memset(message, 'a', start);
        size_t n = start;
        for (; n + 4 < sizeof message; n += 3) {
            memcpy(message + n, "€", 3);
        }
        message[n] = '\0';
        const struct fake_answer answer = { .sql = "x",
                                            .status = PGRES_FATAL_ERROR,
                                            .message = message };
        fake.n_asked = 0;
        script(&answer, 1);
        assert_int_equal(session_run(s, "x", &e), 1);
        assert_true(strlen(e.message) > sizeof e.message - 5);
        assert_true(text_is_utf8(text_of(e.message)));
    }
    session_close(s);
}

static void test_copy_is_refused_and_left(void **state)
{
    (void)state;
    static const struct fake_answer answers[] = { { .sql = "copy", .status = PGRES_COPY_IN } };
    struct session *s = opened();
    struct session_error e;
    script(answers, ARRAY_SIZE(answers));
    assert_int_equal(session_run(s, "copy t from stdin", &e), 1);
    assert_non_null(strstr(e.message, "copy from stdin"));
    assert_int_equal(fake.n_results, 0);
    session_close(s);
}

static void test_rows(void **state)
{
    (void)state;
    static const char *const values[] = { "1", NULL, "", "x" };
    static const struct fake_answer answers[] = {
        { .sql = "select",
          .status = PGRES_TUPLES_OK,
          .n_rows = 2,
          .n_columns = 2,
          .values = values },
        { .sql = "select", .status = PGRES_TUPLES_OK, .n_rows = 0, .n_columns = 3 },
        { .sql = "select",
          .status = PGRES_TUPLES_OK,
          .n_rows = 2,
          .n_columns = 2,
          .values = values },
    };
    struct session *s = opened();
    struct session_error e;
    struct session_rows rows;
    struct arena *a = arena_new(4096);
    const struct session_statement statement = { .sql = "select" };
    script(answers, ARRAY_SIZE(answers));
    assert_int_equal(session_query(s, a, &statement, &rows, &e), 0);
    assert_int_equal(rows.n_rows, 2);
    assert_string_equal(rows.values[0], "1");
    assert_null(rows.values[1]);
    assert_string_equal(rows.values[2], "");
    assert_int_equal(session_query(s, a, &statement, &rows, &e), 0);
    assert_int_equal(rows.n_rows, 0);
    arena_free(a);
    assert_int_equal(fake.n_results, 0);

    a = arena_new(0);
    assert_int_equal(session_query(s, a, &statement, &rows, &e), 1);
    assert_non_null(strstr(e.message, "out of memory"));
    arena_free(a);
    assert_int_equal(fake.n_results, 0);
    session_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting_helps_when_the_server_is_not_there_yet),
        cmocka_unit_test(test_waiting_does_not_mend_a_refusal),
        cmocka_unit_test(test_an_old_server_is_refused),
        cmocka_unit_test(test_passwords_are_not_told),
        cmocka_unit_test(test_a_mistake_without_a_secret_is_quoted),
        cmocka_unit_test(test_a_failed_statement_is_told_whole),
        cmocka_unit_test(test_a_long_message_is_cut_between_characters),
        cmocka_unit_test(test_copy_is_refused_and_left),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
