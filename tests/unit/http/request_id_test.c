/*
 * request_id_test.c - ids that are taken over, and those that are made.
 */
#include "support/cmocka_all.h"

#include "http/request_id.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static bool is_made(const char *id)
{
    return strlen(id) == 16 && strspn(id, "0123456789abcdef") == 16;
}

static void test_what_clients_give(void **state)
{
    static const struct {
        const char *given;
        bool is_taken;
    } rows[] = {
        { "a", true },   { "7b1f-44/!\"\\~", true }, { "", false },      { "a b", false },
        { " a", false }, { "a\tb", false },          { "a\x7F", false }, { "\xC3\xA9", false },
        { NULL, false },
    };
    struct request_ids ids = { .state = 1 };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *id = request_id_choose(*state, &ids, rows[i].given, NULL);
        if (rows[i].is_taken) {
            assert_string_equal(id, rows[i].given);
        } else {
            assert_true(is_made(id));
        }
    }
    char longest[REQUEST_ID_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[REQUEST_ID_MAX] = '\0';
    assert_string_equal(request_id_choose(*state, &ids, longest, NULL), longest);
    longest[REQUEST_ID_MAX] = 'x';
    longest[REQUEST_ID_MAX + 1] = '\0';
    assert_true(is_made(request_id_choose(*state, &ids, longest, NULL)));
}

static void test_traces(void **state)
{
    static const struct {
        const char *field;
        bool is_taken;
    } rows[] = {
        { "00-" TRACE "-" PARENT "-01", true },
        { "00-" TRACE "-" PARENT "-00", true },
        { "cc-" TRACE "-" PARENT "-01", true },
        { "cc-" TRACE "-" PARENT "-01-more", true },
        { "00-" TRACE "-" PARENT "-01-more", false },
        { "ff-" TRACE "-" PARENT "-01", false },
        { "00-00000000000000000000000000000000-" PARENT "-01", false },
        { "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", false },
        { "00-" TRACE "0-" PARENT "-01", false },
        { "00-" TRACE "-" PARENT "-0", false },
        { "00-" TRACE "-" PARENT "-01x", false },
        { "00-" TRACE "-" PARENT, false },
        { "00-" TRACE, false },
        { "00", false },
        { "", false },
        { "00_" TRACE "_" PARENT "_01", false },
    };
    struct request_ids ids = { .state = 1 };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        const char *id = request_id_choose(*state, &ids, NULL, rows[i].field);
        if ((strcmp(id, TRACE) == 0) != rows[i].is_taken || (!rows[i].is_taken && !is_made(id))) {
            fail_msg("%s: %s", rows[i].field, id);
        }
    }
    const char *field = rows[0].field;
    assert_string_equal(request_id_choose(*state, &ids, "mine", field), "mine");
    assert_string_equal(request_id_choose(*state, &ids, "not mine", field), TRACE);
}

static void test_made_ids_differ(void **state)
{
    struct request_ids one;
    struct request_ids other;
    request_ids_init(&one);
    request_ids_init(&other);
    const char *first = request_id_choose(*state, &one, NULL, NULL);
    assert_string_not_equal(first, request_id_choose(*state, &one, NULL, NULL));
    assert_string_not_equal(first, request_id_choose(*state, &other, NULL, NULL));
}

static void test_no_memory(void **state)
{
    (void)state;
    struct request_ids ids = { .state = 1 };
    struct arena *none = arena_new(0);
    assert_string_equal(request_id_choose(none, &ids, "mine", NULL), "-");
    assert_string_equal(request_id_choose(none, &ids, NULL, NULL), "-");
    arena_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_what_clients_give),
        arena_test(test_traces),
        arena_test(test_made_ids_differ),
        arena_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("request_id", tests, NULL, NULL);
}
