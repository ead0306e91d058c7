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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_valid),
        cmocka_unit_test(test_what_matches),
    };
    return cmocka_run_group_tests_name("entity_tag", tests, NULL, NULL);
}
