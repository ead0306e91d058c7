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
};

/* What log_line() writes of one message; it must come in one piece. */
static void capture(struct captured *ret, const struct log *log, enum log_level level,
                    const char *message)
{
    int ends[2];
    int kept = dup(STDERR_FILENO);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    log_line(log, level, "%s", message);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(ends[1]);
    ssize_t n = read(ends[0], ret->at, sizeof ret->at - 1);
    close(ends[0]);
    ret->n = n < 0 ? 0 : (size_t)n;
    ret->at[ret->n] = '\0';
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
