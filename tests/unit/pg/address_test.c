/*
 * address_test.c - which hosts libpq is told to try, and in which order.
 */
#include "support/cmocka_all.h"

#include <stdlib.h>

#include "pg/address.h"

static const char *const variables[] = { "PGHOST", "PGHOSTADDR", "PGPORT" };

static int forget_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++) {
        unsetenv(variables[i]);
    }
    return 0;
}

#define address_test(f) cmocka_unit_test_setup_teardown(f, forget_environment, forget_environment)

static void check(const char *given, const char *expected)
{
    if (expected == NULL) {
        assert_null(given);
    } else {
        assert_non_null(given);
        assert_string_equal(given, expected);
    }
}

static void check_options(const struct address *a, const char *host, const char *hostaddr,
                          const char *port)
{
    struct address_options o = address_options(a);
    check(o.host, host);
    check(o.hostaddr, hostaddr);
    check(o.port, port);
}

static struct address *begun(const char *conninfo)
{
    struct address *a = address_new(conninfo);
    assert_non_null(a);
    assert_int_equal(address_begin(a), ADDRESS_KNOWN);
    check_options(a, NULL, NULL, NULL);
    return a;
}

static void test_the_connection_string_says_it_all(void **state)
{
    (void)state;
    static const char *const conninfos[] = {
        "",
        "host=/run/postgresql",
        "host=127.0.0.1 port=6000",
        "postgresql://[::1]:6000/x",
        "host=db hostaddr=10.0.0.1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(conninfos); i++) {
        struct address *a = begun(conninfos[i]);
        address_pass_over(a); /* there is no other */
        check_options(a, NULL, NULL, NULL);
        address_free(a);
    }
}

static void test_the_next_host_is_tried_first(void **state)
{
    (void)state;
    struct address *a =
        begun("postgresql://u@a:1,bb:22,%2Frun:333/x?target_session_attrs=read-write");
    address_pass_over(a);
    check_options(a, "bb,/run,a", NULL, "22,333,1");
    address_pass_over(a);
    check_options(a, "/run,a,bb", NULL, "333,1,22");
    address_pass_over(a);
    check_options(a, NULL, NULL, NULL);
    address_pass_over(a);
    check_options(a, "bb,/run,a", NULL, "22,333,1");
    address_reset(a);
    check_options(a, NULL, NULL, NULL);
    address_pass_over(a);
    check_options(a, "bb,/run,a", NULL, "22,333,1");
    address_free(a);
}

static void test_what_is_said_once_is_meant_for_all(void **state)
{
    (void)state;
    struct address *a = begun("host=a,b hostaddr=10.0.0.1,10.0.0.2 port=6000");
    address_pass_over(a);
    check_options(a, "b,a", "10.0.0.2,10.0.0.1", "6000");
    address_free(a);
    a = begun("host=a,,c port=1,,3");
    address_pass_over(a);
    check_options(a, ",c,a", NULL, ",3,1");
    address_free(a);
}

static void test_the_environment_names_what_is_not_said(void **state)
{
    (void)state;
    setenv("PGHOST", "a,b", 1);
    setenv("PGPORT", "1,2", 1);
    struct address *a = begun("dbname=x");
    address_pass_over(a);
    check_options(a, "b,a", NULL, "2,1");
    address_free(a);
    a = begun("host=c,d port=7");
    address_pass_over(a);
    check_options(a, "d,c", NULL, "7");
    address_free(a);
    setenv("PGHOSTADDR", "10.0.0.1", 1);
    address_free(begun("host=name.invalid")); /* nothing has to be looked up */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        address_test(test_the_connection_string_says_it_all),
        address_test(test_the_next_host_is_tried_first),
        address_test(test_what_is_said_once_is_meant_for_all),
        address_test(test_the_environment_names_what_is_not_said),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
