/*
 * query_fields_test.c - fields[TYPE]: what of a type is shown.
 */
#include "support/read_query.h"

static void write_name(struct buf *b, const char *name, bool is_shown)
{
    buf_addf(b, "%s%s", is_shown ? " " : "", is_shown ? name : "");
}

/* "persons: name phones; phones:" - the types that were given, with their fields. */
static const char *write_fields(struct query_trial *t)
{
    struct buf b;
    buf_init(&b, t->arena, 64);
    for (size_t i = 0; t->query.fields != NULL && i < t->model->n_resources; i++) {
        const struct resource *resource = &t->model->resources[i];
        const struct fieldset *set = &t->query.fields[i];
        assert_int_equal(set->is_given, set->attributes != NULL);
        assert_int_equal(set->is_given, set->relationships != NULL);
        if (!set->is_given) {
            continue;
        }
        buf_addf(&b, "%s%s:", b.n == 0 ? "" : "; ", resource->type);
        for (size_t k = 0; k < resource->n_attributes; k++) {
            write_name(&b, resource->attributes[k].name, set->attributes[k]);
        }
        for (size_t k = 0; k < resource->n_relationships; k++) {
            write_name(&b, resource->relationships[k].name, set->relationships[k]);
        }
    }
    return buf_terminate(&b);
}

/* jsonapi fetching-sparse-fieldsets */
static void test_what_is_understood(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        const char *fields;
    } cases[] = {
        { "", "" },
        { "fields[persons]=name", "persons: name" },
        { "fields%5Bpersons%5D=name%2Cage", "persons: name age" },
        { "fields[persons]=age,name,age", "persons: name age" },
        { "fields[persons]=boss,email", "persons: email boss" },
        { "fields[persons]=", "persons:" },
        { "fields[persons]", "persons:" },
        { "fields[phones]=", "phones:" },
        { "fields[phones]=number,home&fields[persons]=name", "persons: name; phones: number home" },
        { "fields[persons]=a/b~c,last,homes", "persons: a/b~c last homes" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        query_trial_accept(&t, cases[i].raw);
        assert_string_equal(write_fields(&t), cases[i].fields);
    }
    query_trial_accept(&t, "sort=name");
    assert_null(t.query.fields);
    query_trial_end(&t);
}

/* clang-format off */
static const struct query_refusal refusals[] = {
    { "fields=name",               "fields", "\"fields\" names no type: write fields[TYPE]=FIELD,FIELD" },
    { "fields[]=name",             "fields[]", "names no type" },
    { "fields[persons][x]=name",   "fields[persons][x]", "names no type" },
    { "fields[persons=name",       "fields[persons", "names no type" },
    { "fields]persons[=name",      "fields]persons[", "names no type" },
    { "fields[persons]x=name",     "fields[persons]x", "names no type" },
    { "fields[[persons]]=name",    "fields[[persons]]", "names no type" },
    { "fields[nope]=x",            "fields[nope]", "there is no type \"nope\"; there are persons and phones" },
    { "fields[person]=x",          "fields[person]", "did you mean \"persons\"?" },
    { "fields[Persons]=name",      "fields[Persons]", "there is no type" },
    { "fields[nope]=",             "fields[nope]", "there is no type" },
    { "fields[persons]=nope",      "fields[persons]", "\"persons\" has no field \"nope\"; it has name, email, age," },
    { "fields[persons]=nam",      "fields[persons]", "did you mean \"name\"?" },
    { "fields[persons]=name,",     "fields[persons]", "has no field \"\"" },
    { "fields[persons]=name,+age", "fields[persons]", "has no field \" age\"; did you mean \"age\"?" },
    { "fields[persons]=id,name",   "fields[persons]", "has no field \"id\", which is always there and not a field" },
    { "fields[persons]=type",      "fields[persons]", "which is always there" },
    { "fields[persons]=boss.name", "fields[persons]", "has no field \"boss.name\"" },
    { "fields[phones]=name",       "fields[phones]",
      "\"phones\" has no field \"name\"; it has number, label, owners and home" },
};
/* clang-format on */

static void test_what_is_refused(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    query_trial_read(&t, "fields[persons]=a,name,b");
    assert_int_equal(t.problems.n, 2);
    query_trial_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_understood),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests_name("query fields", tests, NULL, NULL);
}
