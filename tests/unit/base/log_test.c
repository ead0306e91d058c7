/*
 * log_test.c - lines as they arrive on standard error, which a pipe stands in for here.
 */
#include "support/cmocka_all.h"

#include <fcntl.h>
#include <regex.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

static const struct log text_log = { .level = LOG_DEBUG };
static const struct log json_log = { .level = LOG_DEBUG, .json = true };

struct captured {
    char at[8192];
    size_t n;
    int kept; /* standard error, meanwhile */
    int from;
};

/* From here on standard error goes into a pipe. */
static void begin_capture(struct captured *c)
{
    int ends[2];
    c->kept = dup(STDERR_FILENO);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    c->from = ends[0];
}

/* What was written since; it must have come in one piece if it is to be read in one. */
static void end_capture(struct captured *c)
{
    dup2(c->kept, STDERR_FILENO);
    close(c->kept);
    ssize_t n = read(c->from, c->at, sizeof c->at - 1);
    close(c->from);
    c->n = n < 0 ? 0 : (size_t)n;
    c->at[c->n] = '\0';
}

static void capture(struct captured *ret, const struct log *log, enum log_level level,
                    const char *message)
{
    begin_capture(ret);
    log_line(log, level, "%s", message);
    end_capture(ret);
}

static void assert_matches(const char *line, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int r = regexec(&regex, line, 0, NULL, 0);
    regfree(&regex);
    if (r != 0) {
        fail_msg("%s", line);
    }
}

#define TIME "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"

static void test_text(void **state)
{
    (void)state;
    struct captured c;
    capture(&c, &text_log, LOG_INFO, "listening on unix:/x \"é\"");
    assert_matches(c.at, "^" TIME " info  listening on unix:/x \"é\"\n$");
    capture(&c, &text_log, LOG_WARNING, "x");
    assert_matches(c.at, "^" TIME " warning x\n$");
}

static void test_json(void **state)
{
    (void)state;
    struct captured c;
    capture(&c, &json_log, LOG_ERROR, "a \"b\" c\\d é");
    assert_matches(c.at, "^\\{\"time\":\"" TIME "\",\"level\":\"error\",\"message\":"
                         "\"a \\\\\"b\\\\\" c\\\\\\\\d é\"\\}\n$");
}

static void test_a_message_cannot_forge_a_line(void **state)
{
    (void)state;
    struct captured c;
    capture(&c, &text_log, LOG_INFO, "a\nb\rc\td\x1b[31m\x7f");
    assert_matches(c.at, "info  a\\\\nb\\\\rc\\\\td\\\\u001b\\[31m\\\\u007f\n$");
    capture(&c, &json_log, LOG_INFO, "a\nb\x01");
    assert_matches(c.at, "\"a\\\\nb\\\\u0001\"\\}\n$");
}

static void test_what_is_not_utf8_is_replaced(void **state)
{
    (void)state;
    struct captured c;
    capture(&c, &json_log, LOG_INFO, "a\xff\xc3 \xe2\x82");
    assert_matches(c.at, "\"a\\?\\? \\?\\?\"\\}\n$");
    capture(&c, &json_log, LOG_INFO, "\xe0\x80\x80 \xed\xa0\x80 \xf4\x90\x80\x80");
    assert_matches(c.at, "\"\\?{3} \\?{3} \\?{4}\"\\}\n$");
}

static void test_unimportant_lines_are_left_out(void **state)
{
    (void)state;
    static const struct log log = { .level = LOG_WARNING };
    struct captured c;
    capture(&c, &log, LOG_INFO, "x");
    assert_int_equal(c.n, 0);
    capture(&c, &log, LOG_WARNING, "x");
    assert_true(c.n > 0);
}

static void test_long_messages_are_cut_at_a_character(void **state)
{
    (void)state;
    char message[6000];
    for (size_t start = 0; start < 4; start++) {
        memset(message, 'a', start);
        size_t n = start;
        for (; n + 4 < sizeof message; n += 3) {
            memcpy(message + n, "€", 3);
        }
        message[n] = '\0';
        for (size_t json = 0; json < 2; json++) {
            struct captured c;
            capture(&c, json == 1 ? &json_log : &text_log, LOG_INFO, message);
            assert_in_range(c.n, 4000, 4096);
            assert_true(text_is_utf8((struct text){ .at = c.at, .n = c.n }));
            assert_matches(c.at, json == 1 ? "…\"\\}\n$" : "…\n$");
        }
    }
}

static void test_long_escapes_are_not_cut(void **state)
{
    (void)state;
    char message[5000];
    for (size_t start = 0; start < 8; start++) {
        memset(message, 'a', start);
        memset(message + start, 1, sizeof message - 1 - start);
        message[sizeof message - 1] = '\0';
        struct captured c;
        capture(&c, &json_log, LOG_INFO, message);
        assert_in_range(c.n, 4000, 4096);
        assert_matches(c.at, "\\\\u0001…\"\\}\n$");
    }
}

/* ---- batches --------------------------------------------------------------------------------- */

static void capture_batch(struct captured *ret, struct log_batch *b)
{
    begin_capture(ret);
    log_batch_flush(b);
    end_capture(ret);
}

static void test_fields(void **state)
{
    (void)state;
    const struct log_field fields[] = {
        log_text("path", TEXT_LITERAL("/persons/1")),
        log_text("route", TEXT_LITERAL("/{type}/{id}")),
        log_number("status", 200),
        log_number("none", 0),
        log_thousandths("duration_ms", 1234567),
        log_thousandths("short_ms", 7),
        log_text("agent", TEXT_LITERAL("a \"b\"\n")),
        log_text("empty", TEXT_LITERAL("")),
        log_text("query", TEXT_LITERAL("a=b")),
        log_number("most", UINT64_MAX),
    };
    struct captured c;
    struct log_batch b;
    log_batch_init(&b, &json_log);
    log_batch_add(&b, LOG_INFO, "request", fields, ARRAY_SIZE(fields));
    capture_batch(&c, &b);
    assert_matches(c.at, "^\\{\"time\":\"" TIME "\",\"level\":\"info\",\"message\":\"request\","
                         "\"path\":\"/persons/1\",\"route\":\"/\\{type}/\\{id}\",\"status\":200,"
                         "\"none\":0,\"duration_ms\":1234\\.567,\"short_ms\":0\\.007,"
                         "\"agent\":\"a \\\\\"b\\\\\"\\\\n\",\"empty\":\"\",\"query\":\"a=b\","
                         "\"most\":18446744073709551615\\}\n$");
    log_batch_init(&b, &text_log);
    log_batch_add(&b, LOG_INFO, "request", fields, ARRAY_SIZE(fields));
    capture_batch(&c, &b);
    assert_matches(c.at,
                   "^" TIME " info  request path=/persons/1 route=/\\{type}/\\{id} status=200 "
                   "none=0 duration_ms=1234\\.567 short_ms=0\\.007 "
                   "agent=\"a \\\\\"b\\\\\"\\\\n\" empty=\"\" query=\"a=b\" "
                   "most=18446744073709551615\n$");
}

static void test_lines_leave_together(void **state)
{
    (void)state;
    struct captured c;
    struct log_batch b;
    log_batch_init(&b, &text_log);
    log_batch_flush(&b); /* nothing */
    const struct log_field one = log_number("n", 1);
    log_batch_add(&b, LOG_DEBUG, "first", &one, 1);
    log_batch_add(&b, LOG_INFO, "second", NULL, 0);
    capture_batch(&c, &b);
    assert_matches(c.at, "^" TIME " debug first n=1\n" TIME " info  second\n$");
    capture_batch(&c, &b);
    assert_int_equal(c.n, 0);

    static const struct log quiet = { .level = LOG_WARNING };
    log_batch_init(&b, &quiet);
    log_batch_add(&b, LOG_INFO, "third", NULL, 0);
    assert_int_equal(b.n, 0);
}

/* However long a text is and wherever the line becomes full, it ends as a line should. */
static void test_full_lines_are_whole(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text);
    text[100] = '"';
    text[200] = '\xC3';
    text[201] = '\xA9';
    for (size_t n = 3700; n < 4100; n++) {
        for (size_t json = 0; json < 2; json++) {
            const struct log_field fields[] = {
                log_text("a", (struct text){ .at = text, .n = n }),
                log_number("b", 12345),
                log_text("c", (struct text){ .at = text, .n = 50 }),
                log_number("d", 6),
            };
            struct log_batch b;
            struct captured c;
            log_batch_init(&b, json == 1 ? &json_log : &text_log);
            log_batch_add(&b, LOG_INFO, "m", fields, ARRAY_SIZE(fields));
            capture_batch(&c, &b);
            assert_in_range(c.n, 3700, 4096);
            assert_true(text_is_utf8((struct text){ .at = c.at, .n = c.n }));
            assert_matches(c.at, json == 1 ? "^\\{[^\n]*(x(…)?\"|[0-9])\\}\n$"
                                           : "^[^\n]*(x(…)?\"?|[0-9])\n$");
        }
    }
}

static void test_a_full_batch_is_written(void **state)
{
    (void)state;
    struct captured c;
    struct log_batch b;
    begin_capture(&c);
    log_batch_init(&b, &text_log);
    for (size_t i = 0; i < 60; i++) {
        log_batch_add(&b, LOG_INFO, "a message of some length, so that a batch becomes full", NULL,
                      0);
    }
    end_capture(&c);
    assert_in_range(c.n, 4000, LOG_BATCH_BYTES);
    assert_int_equal(c.at[c.n - 1], '\n');
    assert_int_equal(c.n % 86, 0); /* whole lines only */
    assert_true(b.n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_a_message_cannot_forge_a_line),
        cmocka_unit_test(test_what_is_not_utf8_is_replaced),
        cmocka_unit_test(test_unimportant_lines_are_left_out),
        cmocka_unit_test(test_long_messages_are_cut_at_a_character),
        cmocka_unit_test(test_long_escapes_are_not_cut),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_lines_leave_together),
        cmocka_unit_test(test_full_lines_are_whole),
        cmocka_unit_test(test_a_full_batch_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
