/*
 * query_sort_test.c - sort: what lists can be sorted by.
 */
#include "support/read_query.h"

#define UNSUPPORTED "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/unsupported-sort"

static const char *write_keys(struct query_trial *t)
{
    struct buf b;
    buf_init(&b, t->arena, 64);
    for (size_t i = 0; i < t->query.n_sort; i++) {
        buf_addf(&b, "%s%s", i == 0 ? "" : " ", t->query.sort[i].descending ? "-" : "");
        query_write_field(&b, &t->query.sort[i].field);
    }
    return buf_terminate(&b);
}

struct order {
    const char *raw;
    const char *keys;
};

static void check_orders(struct query_trial *t, const struct order *orders, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        query_trial_accept(t, orders[i].raw);
        assert_string_equal(write_keys(t), orders[i].keys);
    }
}

/* Holds refusals, each of which carries the profile's link. */
static void check_refusals(struct query_trial *t, const struct query_refusal *refusals, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        query_trial_refuse(t, &refusals[i]);
        assert_string_equal(t->problems.first->type_link, UNSUPPORTED);
        assert_non_null(strstr(t->problems.first->detail, "sort by id, "));
    }
}

/* jsonapi fetching-sorting */
static void test_what_is_understood(void **state)
{
    (void)state;
    static const struct order orders[] = {
        { "", "" },
        { "sort=name", "name" },
        { "sort=-name", "-name" },
        { "sort=age,-name", "age -name" },
        { "sort=id", "id" },
        { "sort=price,active", "price active" },
        { "sort=-id", "-id" },
        { "sort=boss.name", "boss.name" },
        { "sort=-boss.id", "-boss.id" },
        { "sort=boss.boss.boss.created_at,boss.boss.name",
          "boss.boss.boss.created_at boss.boss.name" },
        { "sort=phones.count", "phones.count" },
        { "sort=-reports.count,name", "-reports.count name" },
        { "sort=boss.reports.count", "boss.reports.count" },
        { "sort=phones.owners.count,phones.home.count", "phones.owners.count phones.home.count" },
        { "sort=boss.boss.phones.count", "boss.boss.phones.count" },
        { "sort=boss.name,name,boss.boss.name", "boss.name name boss.boss.name" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    check_orders(&t, orders, ARRAY_SIZE(orders));
    query_trial_end(&t);
}

/* A related list, and the linkage itself, are sorted by their members and by their links. */
static void test_members_of_a_relationship(void **state)
{
    (void)state;
    static const struct order orders[] = {
        { "sort=number", "number" },
        { "sort=-meta.since", "-meta.since" },
        { "sort=meta.note,number", "meta.note number" },
        { "sort=home.name,owners.count", "home.name owners.count" },
    };
    static const struct query_refusal refusals[] = {
        { "sort=meta.other", "sort",
          "\"meta.other\" cannot be sorted by: links have no \"other\"; "
          "sort by id, number, label, meta.since, meta.note, owners.count and home.FIELD" },
        { "sort=meta.", "sort", "links have no \"\"" },
        { "sort=meta", "sort", "\"phones\" has no \"meta\"" },
        { "sort=meta.count", "sort", "links have no \"count\"" },
        { "sort=name", "sort", "\"phones\" has no \"name\"" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (int is_linkage = 0; is_linkage < 2; is_linkage++) {
        query_trial_on_phones(&t, is_linkage == 1);
        check_orders(&t, orders, ARRAY_SIZE(orders));
        check_refusals(&t, refusals, ARRAY_SIZE(refusals));
    }
    query_trial_end(&t);
}

/* clang-format off */
static const struct query_refusal unsupported[] = {
    { "sort=",                   "sort", "\"\" cannot be sorted by: it names no field; sort by id, name, email," },
    { "sort",                    "sort", "it names no field" },
    { "sort=-",                  "sort", "it names no field" },
    { "sort=--name",             "sort", "\"-name\" cannot be sorted by" },
    { "sort=name,",              "sort", "it names no field" },
    { "sort=nope",               "sort",
      "\"nope\" cannot be sorted by: \"persons\" has no \"nope\"; sort by id, name" },
    { "sort=name,nope",          "sort", "\"nope\"" },
    { "sort=nam",               "sort", "did you mean \"name\"? sort by id" },
    { "sort=+name",              "sort", "\" name\"" },
    { "sort=%2Bname",            "sort", "\"+name\"" },
    { "sort=Name",               "sort", "did you mean \"name\"?" },
    { "sort=name.x",             "sort", "\"name\" of \"persons\" is an attribute, nothing follows it" },
    { "sort=id.x",               "sort", "\"persons\" has no \"id\"" },
    { "sort=boss",               "sort", "it is a relationship" },
    { "sort=phones",             "sort", "it leads to many members" },
    { "sort=phones.number",      "sort", "it leads to many members" },
    { "sort=phones.id",          "sort", "it leads to many members" },
    { "sort=boss.phones.number", "sort", "it leads to many members" },
    { "sort=boss.count",         "sort", "\"persons\" has no \"count\"" },
    { "sort=.count",             "sort", "has no \"\"" },
    { "sort=count",              "sort", "\"persons\" has no \"count\"" },
    { "sort=phones.count.count", "sort", "\"phones\" has no \"count\"" },
    { "sort=boss.nope",          "sort", "\"persons\" has no \"nope\"" },
    { "sort=boss..name",         "sort", "\"persons\" has no \"\"" },
    { "sort=boss.boss.boss.boss.name", "sort", "a path follows at most 3 relationships" },
    { "sort=boss.boss.boss.phones.count", "sort", "a path follows at most 3 relationships" },
    { "sort=settings",           "sort", "values of type jsonb have no order" },
    { "sort=boss.picture",       "sort", "values of type bytea have no order" },
    { "sort=meta.since",         "sort", "\"persons\" has no \"meta\"" },
};

static const struct query_refusal repeated[] = {
    { "sort=name,name",          "sort", "\"name\" sorts by what an earlier key sorts by" },
    { "sort=name,age,-name",     "sort", "\"-name\" sorts by what" },
    { "sort=id,-id",             "sort", "an earlier key" },
    { "sort=boss.id,boss.id",    "sort", "an earlier key" },
    { "sort=phones.count,-phones.count", "sort", "an earlier key" },
    { "sort=id,name,email,age,visits", "sort", "sorted by at most 4 keys" },
};
/* clang-format on */

static void test_what_is_refused(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    check_refusals(&t, unsupported, ARRAY_SIZE(unsupported));
    query_trial_refuse_all(&t, repeated, ARRAY_SIZE(repeated));
    query_trial_accept(&t, "sort=id,name,email,age");
    query_trial_read(&t, "sort=a,name,b");
    assert_int_equal(t.problems.n, 2);
    query_trial_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_understood),
        cmocka_unit_test(test_members_of_a_relationship),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests_name("query sort", tests, NULL, NULL);
}
