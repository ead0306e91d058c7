/*
 * entity_tag_test.c - If-Match and If-None-Match: what is a list of tags, and what matches.
 */
#include "support/cmocka_all.h"

#include "exchange/entity_tag.h"

static void test_what_is_valid(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool is_valid;
    } rows[] = {
        { "*", true },
        { " * ", true },
        { "\"a\"", true },
        { "W/\"a\"", true },
        { "\"\"", true },
        { "\"a\", W/\"b\" ,\t\"c\"", true },
        { "\"a\",\"b\"", true },
        { ", ,\"a\",,", true },
        { "\"a,b\", \"!#\\\xE9\xFF~\"", true }, /* a backslash escapes nothing */
        { "\"*\"", true },
        { "", false },
        { " ", false },
        { ",", false },
        { "a", false },
        { "'a'", false },
        { "\"a", false },
        { "a\"", false },
        { "\"a\"b", false },
        { "\"a\" \"b\"", false },
        { "\"a\"W/\"b\"", false },
        { "w/\"a\"", false },
        { "W/ \"a\"", false },
        { "W/a", false },
        { "W/", false },
        { "W", false },
        { "\"a b\"", false },
        { "\"a\tb\"", false },
        { "\"a\x7F\"", false },
        { "\"a\"\"", false },
        { "**", false },
        { "*, \"a\"", false },
        { "\"a\", *", false },
        { "*,", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (entity_tags_are_valid(rows[i].field) != rows[i].is_valid) {
            fail_msg("[%s]", rows[i].field);
        }
    }
}

static void test_what_matches(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *etag;
        bool strongly;
        bool weakly;
    } rows[] = {
        /* the table of RFC 9110, section 8.8.3.2 */
        { "W/\"1\"", "W/\"1\"", false, true },
        { "W/\"1\"", "W/\"2\"", false, false },
        { "W/\"1\"", "\"1\"", false, true },
        { "\"1\"", "W/\"1\"", false, true },
        { "\"1\"", "\"1\"", true, true },

        { "\"1\"", "\"11\"", false, false },
        { "\"11\"", "\"1\"", false, false },
        { "\"a\"", "\"A\"", false, false },
        { "\"a\", \"b\",\"c\"", "\"c\"", true, true },
        { "\"a\", W/\"b\", \"c\"", "\"b\"", false, true },
        { "\"a,b\"", "\"a\"", false, false },
        { "\"a,b\"", "\"a,b\"", true, true },
        { "W/\"1\", \"1\"", "\"1\"", true, true },
        { "*", "\"1\"", true, true },
        { " *\t", "W/\"1\"", true, true },
        { "\"*\"", "\"1\"", false, false },
        { ",, \"1\" ,", "\"1\"", true, true },
        { "\"\"", "\"\"", true, true },
        /* nothing is there */
        { "*", "", false, false },
        { "\"\"", "", false, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct text etag = text_of(rows[i].etag);
        if (entity_tag_matches(rows[i].field, etag, false) != rows[i].strongly ||
            entity_tag_matches(rows[i].field, etag, true) != rows[i].weakly) {
            fail_msg("[%s] and [%s]", rows[i].field, rows[i].etag);
        }
    }
}

static void test_which_names_a_state(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        const char *state;
        bool names;
    } rows[] = {
        { "\"ab-12\"", "ab", true },
        { "\"ab\"", "ab", true }, /* the state alone */
        { "\"ab-\"", "ab", true },
        { "\"ab-12\"", "a", false },
        { "\"a-12\"", "ab", false },
        { "\"abc-12\"", "ab", false },
        { "\"AB-12\"", "ab", false },
        { "\"12-ab\"", "ab", false },
        { "\"a\"", "ab", false },
        { "\"\"", "ab", false },
        { "W/\"ab-12\"", "ab", false }, /* If-Match compares strongly */
        { "W/\"ab-12\", \"ab-34\"", "ab", true },
        { "\"x-1\", \"y-2\" ,, \"ab-3\"", "ab", true },
        { "\"x-1\", \"y-2\"", "ab", false },
        { "\"x,ab-1\"", "ab", false },
        { "*", "ab", true },
        { " *\t", "ab", true },
        { "\"*\"", "ab", false },
        /* nothing is there */
        { "*", NULL, false },
        { "\"ab-12\"", NULL, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (entity_tag_names_state(rows[i].field, rows[i].state) != rows[i].names) {
            fail_msg("[%s] and [%s]", rows[i].field, rows[i].state == NULL ? "-" : rows[i].state);
        }
    }
}

static void test_what_stands_for_anything(void **state)
{
    (void)state;
    static const char *const not_any[] = { "", "\"*\"", "\"a\"", "W/\"a\"", "**", "*, \"a\"" };
    assert_true(entity_tags_are_any("*"));
    assert_true(entity_tags_are_any("\t* "));
    for (size_t i = 0; i < ARRAY_SIZE(not_any); i++) {
        assert_false(entity_tags_are_any(not_any[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_valid),
        cmocka_unit_test(test_what_matches),
        cmocka_unit_test(test_which_names_a_state),
        cmocka_unit_test(test_what_stands_for_anything),
    };
    return cmocka_run_group_tests_name("entity_tag", tests, NULL, NULL);
}
