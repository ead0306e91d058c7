/*
 * query_include_test.c - include: paths, the tree that they make, and those that lead nowhere.
 */
#include "support/read_query.h"

/* The path to a node, through its parents. */
static void write_node(struct buf *b, const struct query *query, size_t i)
{
    const struct include_node *node = &query->include[i];
    if (node->parent != INCLUDE_ROOT) {
        assert_true(node->parent < i); /* parents come before children */
        const struct include_node *parent = &query->include[node->parent];
        assert_ptr_equal(parent->relationship->target, node->relationship->owner);
        write_node(b, query, node->parent);
        buf_add_char(b, '.');
    }
    buf_add_text(b, node->relationship->name);
}

struct tree {
    const char *raw;
    const char *nodes;
};

static void check_trees(struct query_trial *t, const struct tree *trees, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        query_trial_accept(t, trees[i].raw);
        struct buf b;
        buf_init(&b, t->arena, 64);
        for (size_t k = 0; k < t->query.n_include; k++) {
            buf_add_text(&b, k == 0 ? "" : " ");
            write_node(&b, &t->query, k);
        }
        assert_string_equal(buf_terminate(&b), trees[i].nodes);
        assert_true(t->query.include_given);
    }
}

/* jsonapi fetching-includes */
static void test_trees(void **state)
{
    (void)state;
    static const struct tree trees[] = {
        { "include=", "" },
        { "include", "" },
        { "include=phones", "phones" },
        { "include=phones,boss", "phones boss" },
        { "include=phones%2Cboss", "phones boss" },
        { "include=phones.owners", "phones phones.owners" },
        { "include=phones.owners.boss", "phones phones.owners phones.owners.boss" },
        { "include=phones,phones", "phones" },
        { "include=phones.owners,phones,boss.boss,phones.home",
          "phones phones.owners boss boss.boss phones.home" },
        { "include=boss.boss,boss.reports,boss.boss.boss",
          "boss boss.boss boss.reports boss.boss.boss" },
        /* the same relationship in two places is two nodes */
        { "include=reports.phones,phones", "reports reports.phones phones" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    check_trees(&t, trees, ARRAY_SIZE(trees));
    query_trial_accept(&t, "page[size]=1");
    assert_false(t.query.include_given);
    query_trial_end(&t);
}

static void test_related(void **state)
{
    (void)state;
    static const struct tree trees[] = {
        { "include=owners", "owners" },
        { "include=home.phones", "home home.phones" },
    };
    static const struct query_refusal refusals[] = {
        { "include=phones", "include",
          "\"phones\" has no relationship \"phones\"; it has owners and home" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_on_phones(&t, false);
    check_trees(&t, trees, ARRAY_SIZE(trees));
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_end(&t);
}

/* fetching-includes: on a relationship's own page, paths begin with its name. */
static void test_linkage(void **state)
{
    (void)state;
    static const struct tree trees[] = {
        { "include=", "" },
        { "include=phones", "phones" },
        { "include=phones.owners,phones.home.boss",
          "phones phones.owners phones.home phones.home.boss" },
    };
    static const struct query_refusal refusals[] = {
        { "include=owners", "include", "paths begin with \"phones\" here, such as include=phones" },
        { "include=boss", "include", "paths begin with \"phones\"" },
        { "include=phones.boss", "include", "\"phones\" has no relationship \"boss\"" },
        { "include=phones.owners.boss.boss", "include", "at most 3" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_on_phones(&t, true);
    check_trees(&t, trees, ARRAY_SIZE(trees));
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_end(&t);
}

/* clang-format off */
static const struct query_refusal refusals[] = {
    { "include=nope",           "include",
      "\"nope\" cannot be included: \"persons\" has no relationship \"nope\"; it has phones, boss, reports and homes" },
    { "include=phnes",          "include", "did you mean \"phones\"? it has phones," },
    { "include=Phones",         "include", "\"Phones\"" },
    { "include=phones.nope",    "include",
      "\"phones.nope\" cannot be included: \"phones\" has no relationship \"nope\"; it has owners and home" },
    { "include=phones,nope",    "include", "\"nope\"" },
    { "include=name",           "include", "has no relationship \"name\", it is an attribute" },
    { "include=phones,+boss",   "include", "\" boss\"" },
    { "include=phones,",        "include", "is no path of names" },
    { "include=,phones",        "include", "is no path of names" },
    { "include=.phones",        "include", "\".phones\" is no path of names" },
    { "include=phones.",        "include", "\"phones.\" is no path of names" },
    { "include=phones..owners", "include", "is no path of names" },
    { "include=.",              "include", "is no path of names" },
    { "include=boss.boss.boss.boss", "include", "\"boss.boss.boss.boss\" is too deep: a path follows at most 3" },
    { "include=phones%00",      "include", "" },
};
/* clang-format on */

static void test_what_is_refused(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_read(&t, "include=,");
    assert_int_equal(t.problems.n, 2); /* each path has its own mistake */
    query_trial_end(&t);
}

static void test_limits(void **state)
{
    (void)state;
    static const struct query_refusal too_many[] = {
        { "include=phones.owners,boss", "include", "at most 2 relationships can be included" },
        { "include=phones,boss,reports,homes,nope", "include", "at most 2" },
    };
    static const struct query_refusal too_deep[] = {
        { "include=phones.owners", "include", "at most 1 relationships" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    t.limits.max_include = 2;
    query_trial_refuse_all(&t, too_many, ARRAY_SIZE(too_many));
    query_trial_accept(&t, "include=phones.owners,phones,phones.owners");
    t.limits.max_include_depth = 1;
    query_trial_refuse_all(&t, too_deep, ARRAY_SIZE(too_deep));
    query_trial_accept(&t, "include=phones,boss");
    query_trial_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees),   cmocka_unit_test(test_related),
        cmocka_unit_test(test_linkage), cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("query include", tests, NULL, NULL);
}
