/*
 * cors_test.c - origins that are let in, and those that are not.
 */
#include "support/cmocka_all.h"

#include "http/cors.h"

static const struct settings off = { 0 };
static const struct settings two = {
    .n_cors_origins = 2,
    .cors_origins = { "https://app.example.org", "http://localhost:3000" },
};
static const struct settings any = { .n_cors_origins = 2,
                                     .cors_origins = { "https://app.example.org", "*" } };

static void test_origins(void **state)
{
    (void)state;
    static const struct {
        const struct settings *settings;
        const char *origin;
        const char *allowed;
    } rows[] = {
        { &off, NULL, NULL },
        { &off, "https://app.example.org", NULL },
        { &off, "null", NULL },
        { &two, NULL, NULL },
        { &two, "https://app.example.org", "https://app.example.org" },
        { &two, "http://localhost:3000", "http://localhost:3000" },
        { &two, "http://app.example.org", NULL },
        { &two, "https://app.example.org:8443", NULL },
        { &two, "https://app.example.org.evil.example", NULL },
        { &two, "https://evil.example/https://app.example.org", NULL },
        { &two, "https://app.example.org, http://localhost:3000", NULL },
        { &two, "HTTPS://APP.EXAMPLE.ORG", NULL },
        { &two, "http://localhost:300", NULL },
        { &two, "*", NULL },
        { &two, "null", NULL },
        { &two, "", NULL },
        { &any, "https://app.example.org", "https://app.example.org" },
        { &any, "https://other.example", "*" },
        { &any, "null", "*" },
        { &any, NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct cors cors = cors_judge(rows[i].settings, rows[i].origin, NULL);
        assert_false(cors.is_preflight);
        if (rows[i].allowed == NULL) {
            assert_null(cors.allowed_origin);
        } else {
            assert_string_equal(cors.allowed_origin, rows[i].allowed);
        }
    }
}

static void test_preflights(void **state)
{
    (void)state;
    assert_true(cors_judge(&two, "http://localhost:3000", "PATCH").is_preflight);
    assert_true(cors_judge(&any, "https://other.example", "X").is_preflight);
    assert_false(cors_judge(&two, "https://evil.example", "PATCH").is_preflight);
    assert_false(cors_judge(&two, NULL, "PATCH").is_preflight);
    assert_false(cors_judge(&off, "http://localhost:3000", "PATCH").is_preflight);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_preflights),
    };
    return cmocka_run_group_tests_name("cors", tests, NULL, NULL);
}
