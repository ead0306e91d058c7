/*
 * digest_test.c - digests are stable over releases, since caches keep them.
 */
#include "support/cmocka_all.h"

#include "base/digest.h"

static const char *digest(struct arena *a, struct text bytes, uint64_t seed)
{
    char digits[DIGEST_DIGITS];
    digest_write(bytes, seed, digits);
    return arena_copy(a, digits, sizeof digits);
}

static void test_known_digests(void **state)
{
    /* as xxhsum -H128 prints them */
    assert_string_equal(digest(*state, TEXT_LITERAL(""), 0), "99aa06d3014798d86001c324468d497f");
    assert_string_equal(digest(*state, TEXT_LITERAL("a"), 0), "a96faf705af16834e6c632b61e964e1f");
    assert_string_equal(digest(*state, TEXT_LITERAL("abc"), 0), "06b05ab6733a618578af5f94892f3950");
}

static void test_known_numbers(void **state)
{
    (void)state; /* as xxhsum -H3 prints them */
    assert_true(digest_number(TEXT_LITERAL("")) == 0x2d06800538d394c2u);
    assert_true(digest_number(TEXT_LITERAL("a")) == 0xe6c632b61e964e1fu);
}

static void test_what_differs_has_another_digest(void **state)
{
    char bytes[600] = { 0 };
    const char *before = digest(*state, (struct text){ bytes, sizeof bytes }, 0);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 1;
        assert_string_not_equal(digest(*state, (struct text){ bytes, sizeof bytes }, 0), before);
        bytes[i] ^= 1;
    }
    assert_string_equal(digest(*state, (struct text){ bytes, sizeof bytes }, 0), before);
    assert_string_not_equal(digest(*state, (struct text){ bytes, sizeof bytes - 1 }, 0), before);
    assert_string_not_equal(digest(*state, (struct text){ bytes, sizeof bytes }, 1), before);
    assert_string_not_equal(digest(*state, (struct text){ 0 }, 0),
                            digest(*state, (struct text){ 0 }, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_known_digests),
        arena_test(test_known_numbers),
        arena_test(test_what_differs_has_another_digest),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
