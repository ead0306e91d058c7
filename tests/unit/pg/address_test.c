/*
 * address_test.c - which hosts libpq is told to try, and in which order.
 */
#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "pg/address.h"

/* ---- a resolver that is asked in place of the real one --------------------------------------- */

static struct addrinfo *new_address(int family, const char *text, struct addrinfo *next)
{
    struct addrinfo *found = calloc(1, sizeof *found);
    struct sockaddr_in *four = calloc(1, sizeof(struct sockaddr_in6));
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)four;
    four->sin_family = (sa_family_t)family;
    assert_int_equal(
        inet_pton(family, text,
                  family == AF_INET ? (void *)&four->sin_addr : (void *)&six->sin6_addr),
        1);
    *found = (struct addrinfo){ .ai_family = family,
                                .ai_addr = (struct sockaddr *)four,
                                .ai_addrlen = family == AF_INET ? sizeof *four : sizeof *six,
                                .ai_next = next };
    return found;
}

/* "one" has an address, "three" has so many, "many" has more than are of use. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    assert_null(service);
    assert_int_equal(hints->ai_socktype, SOCK_STREAM);
    *ret = NULL;
    if (strcmp(name, "one") == 0) {
        *ret = new_address(AF_INET, "10.0.0.1", NULL);
    } else if (strcmp(name, "three") == 0) {
        *ret = new_address(AF_INET, "10.0.0.3", NULL);
        *ret = new_address(AF_INET, "10.0.0.2", *ret);
        *ret = new_address(AF_INET6, "::1", *ret);
    } else if (strcmp(name, "many") == 0) {
        for (int i = 0; i < 100; i++) {
            *ret = new_address(AF_INET6, "2001:db8:1111:2222:3333:4444:5555:6666", *ret);
        }
    }
    return *ret == NULL ? EAI_NONAME : 0;
}

void freeaddrinfo(struct addrinfo *found)
{
    while (found != NULL) {
        struct addrinfo *next = found->ai_next;
        free(found->ai_addr);
        free(found);
        found = next;
    }
}

/* ---- tests ----------------------------------------------------------------------------------- */

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

static enum address_state look_up(struct address *a)
{
    enum address_state state = address_begin(a);
    while (state == ADDRESS_PENDING) {
        sched_yield();
        state = address_poll(a);
    }
    return state;
}

static void test_a_name_is_looked_up(void **state)
{
    (void)state;
    struct address *a = address_new("postgresql://u@one:6000/x");
    assert_int_equal(look_up(a), ADDRESS_KNOWN);
    check_options(a, "one", "10.0.0.1", NULL);
    address_pass_over(a);
    assert_int_equal(look_up(a), ADDRESS_KNOWN);
    check_options(a, "one", "10.0.0.1", NULL);
    address_free(a);
    a = address_new("host=none");
    assert_int_equal(look_up(a), ADDRESS_UNKNOWN);
    address_free(a);
}

/* PostgreSQL may listen on one of them only. */
static void test_a_name_of_several_addresses(void **state)
{
    (void)state;
    static const char *const orders[] = { "::1,10.0.0.2,10.0.0.3", "10.0.0.2,10.0.0.3,::1",
                                          "10.0.0.3,::1,10.0.0.2", "::1,10.0.0.2,10.0.0.3" };
    struct address *a = address_new("host=three port=6000");
    for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
        assert_int_equal(look_up(a), ADDRESS_KNOWN);
        check_options(a, "three,three,three", orders[i], NULL);
        address_pass_over(a);
    }
    address_reset(a);
    assert_int_equal(look_up(a), ADDRESS_KNOWN);
    check_options(a, "three,three,three", orders[0], NULL);
    address_free(a);
}

static void test_a_name_of_too_many_addresses(void **state)
{
    (void)state;
    struct address *a = address_new("host=many");
    assert_int_equal(look_up(a), ADDRESS_KNOWN);
    struct address_options o = address_options(a);
    const char *six = "2001:db8:1111:2222:3333:4444:5555:6666";
    size_t n = (strlen(o.host) + 1) / strlen("many,");
    assert_true(n > 1);
    assert_int_equal(strlen(o.host) + 1, n * strlen("many,"));
    assert_int_equal(strlen(o.hostaddr) + 1, n * (strlen(six) + 1));
    address_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        address_test(test_the_connection_string_says_it_all),
        address_test(test_the_next_host_is_tried_first),
        address_test(test_what_is_said_once_is_meant_for_all),
        address_test(test_the_environment_names_what_is_not_said),
        address_test(test_a_name_is_looked_up),
        address_test(test_a_name_of_several_addresses),
        address_test(test_a_name_of_too_many_addresses),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
