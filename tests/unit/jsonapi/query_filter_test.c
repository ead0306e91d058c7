/*
 * query_filter_test.c - filter[…]: what is compared, how, and with which values.
 */
#include "support/read_query.h"

static const char *const operator_names[FILTER_OPERATORS] = {
    [FILTER_EQ] = "eq",     [FILTER_NE] = "ne",     [FILTER_LT] = "lt",
    [FILTER_LE] = "le",     [FILTER_GT] = "gt",     [FILTER_GE] = "ge",
    [FILTER_IN] = "in",     [FILTER_LIKE] = "like", [FILTER_ILIKE] = "ilike",
    [FILTER_NULL] = "null", [FILTER_NONE] = "none",
};

static const struct column_type *type_of_values(const struct query_trial *t,
                                                const struct filter *filter)
{
    const struct field *field = &filter->field;
    enum filter_operator by = filter->operator;
    if (by == FILTER_NULL) {
        return column_type_find(16);
    }
    if (by == FILTER_LIKE || by == FILTER_ILIKE) {
        return column_type_find(25);
    }
    if (field->kind == FIELD_OF_COUNT) {
        return column_type_find(20);
    }
    if (field->kind == FIELD_OF_KEY) {
        return field->n_path == 0 ? t->subject.resource->key_type
                                  : field->path[field->n_path - 1]->target->key_type;
    }
    return field->attribute->type;
}

/* "age ge 5; phones.id in "a" "b"" */
static const char *write_filters(struct query_trial *t)
{
    struct buf b;
    buf_init(&b, t->arena, 64);
    for (size_t i = 0; i < t->query.n_filters; i++) {
        const struct filter *filter = &t->query.filters[i];
        buf_add_text(&b, i == 0 ? "" : "; ");
        query_write_field(&b, &filter->field);
        buf_addf(&b, " %s", operator_names[filter->operator]);
        for (size_t k = 0; k < filter->n_values; k++) {
            buf_add_char(&b, ' ');
            column_write_json(&b, type_of_values(t, filter), filter->values[k]);
        }
    }
    return buf_terminate(&b);
}

struct wanted {
    const char *raw;
    const char *filters;
};

static void check_wanted(struct query_trial *t, const struct wanted *wanted, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        query_trial_accept(t, wanted[i].raw);
        const char *filters = write_filters(t);
        if (strcmp(filters, wanted[i].filters) != 0) {
            fail_msg("%s: [%s] instead of [%s]", wanted[i].raw, filters, wanted[i].filters);
        }
    }
}

/* clang-format off */
static const struct wanted of_attributes[] = {
    { "",                                   "" },
    { "filter[name]=Alice",                 "name eq \"Alice\"" },
    { "filter%5Bname%5D=John+Doe",          "name eq \"John Doe\"" },
    { "filter[name]=a,b",                   "name eq \"a,b\"" }, /* a comma is data */
    { "filter[name]=",                      "name eq \"\"" },
    { "filter[name]",                       "name eq \"\"" },
    { "filter[name]=null",                  "name eq \"null\"" },
    { "filter[name]='+OR+1=1--",            "name eq \"' OR 1=1--\"" },
    { "filter[name][eq]=a",                 "name eq \"a\"" },
    { "filter[name][ne]=a",                 "name ne \"a\"" },
    { "filter[name][lt]=a",                 "name lt \"a\"" },
    { "filter[name][in]=a,b,,c",            "name in \"a\" \"b\" \"\" \"c\"" },
    { "filter[name][in]=a,",                "name in \"a\" \"\"" },
    { "filter[name][in]=",                  "name in \"\"" },
    { "filter[name][in]=a%2Cb",             "name in \"a\" \"b\"" },
    { "filter[name][like]=al%25",           "name like \"al%\"" },
    { "filter[name][ilike]=%25a,b_",        "name ilike \"%a,b_\"" },
    { "filter[name][like]=%5C%5C",          "name like \"\\\\\\\\\"" },
    { "filter[name][null]=true",            "name null true" },
    { "filter[email][null]=false",          "email null false" },
    { "filter[age]=5",                      "age eq 5" },
    { "filter[age][ge]=-3",                 "age ge -3" },
    { "filter[age][le]=32767",              "age le 32767" },
    { "filter[age][gt]=0",                  "age gt 0" },
    { "filter[age][in]=1,2,3",              "age in 1 2 3" },
    { "filter[visits]=9223372036854775807", "visits eq 9223372036854775807" },
    { "filter[height][lt]=1.75e0",          "height lt 1.75" },
    { "filter[height]=NaN",                 "height eq \"NaN\"" },
    { "filter[active]=true",                "active eq true" },
    { "filter[active][ne]=false",           "active ne false" },
    { "filter[born][ge]=2000-01-31",        "born ge \"2000-01-31\"" },
    { "filter[created_at][lt]=2026-01-31T09:15:00%2B01:00", "created_at lt \"2026-01-31T08:15:00Z\"" },
    { "filter[token]=A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "token eq \"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"" },
    { "filter[price][ge]=12.50",            "price ge 12.50" },
    { "filter[picture]=AAE=",               "picture eq \"AAE=\"" },
    { "filter[picture][in]=AAE=,AA==",      "picture in \"AAE=\" \"AA==\"" },
    { "filter[settings][null]=true",        "settings null true" },
    { "filter[a/b~c]=x",                    "a/b~c eq \"x\"" },
    { "filter[age][ge]=1&filter[age][le]=9&filter[name]=a", "age ge 1; age le 9; name eq \"a\"" },
};

static const struct wanted of_keys[] = {
    { "filter[id]=1,2,3",                   "id in 1 2 3" },
    { "filter[id]=7",                       "id in 7" },
    { "filter[id][in]=7,8",                 "id in 7 8" },
    { "filter[id][eq]=7",                   "id in 7" },
    { "filter[id][ne]=7",                   "id ne 7" },
    { "filter[id][gt]=7",                   "id gt 7" },
    { "filter[id]=1,x,01,%2B2,,99999999999999999999,3", "id in 1 3" }, /* no key: no match */
    { "filter[id]=x",                       "id in" },
    { "filter[id]=",                        "id in" },
    { "filter[id]=null",                    "id in" },
    { "filter[id][eq]=1,2",                 "id in" },
};

static const struct wanted of_relationships[] = {
    { "filter[boss]=3",                     "boss.id in 3" },
    { "filter[boss]=3,4",                   "boss.id in 3 4" },
    { "filter[boss][any]=3,4",              "boss.id in 3 4" },
    { "filter[boss][in]=3,4",               "boss.id in 3 4" },
    { "filter[boss][eq]=3",                 "boss.id in 3" },
    { "filter[boss][none]=3,x,4",           "boss.id none 3 4" },
    { "filter[boss][none]=x",               "boss.id none" },
    { "filter[boss][none]=",                "boss.id none" },
    { "filter[boss]=x",                     "boss.id in" },
    { "filter[boss]=",                      "boss.id in" },
    { "filter[boss]=null",                  "boss.id null true" },
    { "filter[boss]=null,1",                "boss.id in 1" },
    { "filter[boss][null]=true",            "boss.id null true" },
    { "filter[boss][null]=false",           "boss.id null false" },
    { "filter[reports]=null",               "reports.id null true" },
    { "filter[boss.id]=3,4",                "boss.id in 3 4" },
    { "filter[boss.id][lt]=3",              "boss.id lt 3" },
    { "filter[boss.id][ne]=3",              "boss.id ne 3" },
    { "filter[boss.id]=null",               "boss.id in" },
    { "filter[boss.id][null]=true",         "boss.id null true" },
    { "filter[boss.id][none]=1",            "boss.id none 1" },
    { "filter[phones]=a,b",                 "phones.id in \"a\" \"b\"" },
    { "filter[phones]=null",                "phones.id null true" },
    { "filter[phones][in]=null",            "phones.id in \"null\"" },
    { "filter[phones][eq]=a,b",             "phones.id in \"a,b\"" },
    { "filter[phones.id][like]=%2B1%25",    "phones.id like \"+1%\"" },
    { "filter[phones.number]=1,2",          "phones.number eq \"1,2\"" },
    { "filter[phones.number][in]=1,2",      "phones.number in \"1\" \"2\"" },
    { "filter[phones.label][null]=true",    "phones.label null true" },
    { "filter[phones.owners]=1",            "phones.owners.id in 1" },
    { "filter[phones.owners.boss.name][ilike]=a%25", "phones.owners.boss.name ilike \"a%\"" },
    { "filter[phones]=a&filter[phones][any]=b", "phones.id in \"a\"; phones.id in \"b\"" },
    { "filter[phones][count]=5",            "phones.count eq 5" },
    { "filter[phones][count][ge]=5",        "phones.count ge 5" },
    { "filter[phones][count][ne]=0",        "phones.count ne 0" },
    { "filter[phones][count][in]=1,2",      "phones.count in 1 2" },
    { "filter[boss.reports][count][lt]=2",  "boss.reports.count lt 2" },
    { "filter[phones.owners][count][gt]=1", "phones.owners.count gt 1" },
    { "filter[phones.home][count]=0",       "phones.home.count eq 0" },
};

static const struct wanted of_links[] = {
    { "filter[meta.since][ge]=2026-01-31T00:00:00Z", "meta.since ge \"2026-01-31T00:00:00Z\"" },
    { "filter[meta.note]=a,b",              "meta.note eq \"a,b\"" },
    { "filter[meta.note][ilike]=a%25",      "meta.note ilike \"a%\"" },
    { "filter[meta.note][null]=false",      "meta.note null false" },
    { "filter[number]=1&filter[home]=2",    "number eq \"1\"; home.id in 2" },
    { "filter[id]=a,b",                     "id in \"a\" \"b\"" },
    { "filter[id][ilike]=A%25",             "id ilike \"A%\"" },
};

static const struct query_refusal shapes[] = {
    { "filter=x",                   "filter",
      "write filter[FIELD], filter[FIELD][OPERATOR] or filter[RELATIONSHIP][count][OPERATOR]" },
    { "filter[]=x",                 "filter[]", "\"filter[]\" is no filter" },
    { "filter[][eq]=x",             "filter[][eq]", "is no filter" },
    { "filter[name=1",              "filter[name", "is no filter" },
    { "filter]a[=1",                "filter]a[", "is no filter" },
    { "filter[name]]=1",            "filter[name]]", "is no filter" },
    { "filter[[name]]=1",           "filter[[name]]", "is no filter" },
    { "filter[name]x=1",            "filter[name]x", "is no filter" },
    { "filter[name]x[eq]=1",        "filter[name]x[eq]", "is no filter" },
    { "filter[name][eq=1",          "filter[name][eq", "is no filter" },
    { "filter[name][eq][x]=1",      "filter[name][eq][x]", "is no filter" },
    { "filter[name][count][ge]=1",  "filter[name][count][ge]", "is no filter" },
    { "filter[phones][in][ge]=1",   "filter[phones][in][ge]", "is no filter" },
    { "filter[phones][count][ge][x]=1", "filter[phones][count][ge][x]", "is no filter" },
    { "filter[a][b][c][d][e]=1",    "filter[a][b][c][d][e]", "is no filter" },
};

static const struct query_refusal names[] = {
    { "filter[nope]=1",             "filter[nope]", "\"persons\" has no \"nope\"; there are id, name, email, age," },
    { "filter[_]=1",                "filter[_]", "\"persons\" has no \"_\"" },
    { "filter[nam]=1",              "filter[nam]", "did you mean \"name\"? there are id, name," },
    { "filter[Name]=1",             "filter[Name]", "has no \"Name\"" },
    { "filter[name+]=1",            "filter[name ]", "has no \"name \"" },
    { "filter[.name]=1",            "filter[.name]", "has no \"\"" },
    { "filter[boss.]=1",            "filter[boss.]", "has no \"\"" },
    { "filter[boss..name]=1",       "filter[boss..name]", "has no \"\"" },
    { "filter[phones.nope]=1",      "filter[phones.nope]",
      "\"phones\" has no \"nope\"; there are id, number, label, owners and home" },
    { "filter[phones.nope][ge]=1",  "filter[phones.nope][ge]", "\"phones\" has no \"nope\"" },
    { "filter[name.x]=1",           "filter[name.x]", "\"name\" of \"persons\" is an attribute, nothing follows it" },
    { "filter[phones.count]=1",     "filter[phones.count]", "\"phones\" has no \"count\"" },
    { "filter[boss.boss.boss.boss.name]=1", "filter[boss.boss.boss.boss.name]",
      "a path follows at most 3 relationships" },
    { "filter[boss.boss.boss.boss]=1", "filter[boss.boss.boss.boss]", "take a shorter one" },
    { "filter[meta.since]=1",       "filter[meta.since]", "\"persons\" has no \"meta\"" },
    { "filter[boss][count]=1",      "filter[boss][count]", "\"boss\" leads to one member at most" },
    { "filter[boss.boss][count][ge]=1", "filter[boss.boss][count][ge]", "ask with [null]" },
};

static const struct query_refusal operators[] = {
    { "filter[name][nope]=a",       "filter[name][nope]",
      "\"nope\" is no operator for \"name\"; those that apply are eq, ne, lt, le, gt, ge, in, like, ilike and null" },
    { "filter[name][]=a",           "filter[name][]", "\"\" is no operator" },
    { "filter[name][EQ]=a",         "filter[name][EQ]", "\"EQ\" is no operator" },
    { "filter[name][likes]=a",      "filter[name][likes]", "did you mean \"like\"?" },
    { "filter[name][any]=a",        "filter[name][any]", "is no operator" },
    { "filter[name][none]=a",       "filter[name][none]", "is no operator" },
    { "filter[name][count]=1",      "filter[name][count]", "\"count\" is no operator for \"name\"" },
    { "filter[age][like]=1",        "filter[age][like]", "those that apply are eq, ne, lt, le, gt, ge, in and null" },
    { "filter[active][ilike]=1",    "filter[active][ilike]", "is no operator" },
    { "filter[picture][lt]=AAE=",   "filter[picture][lt]", "those that apply are eq, ne, in and null" },
    { "filter[settings]={}",        "filter[settings]",
      "\"eq\" is no operator for \"settings\"; those that apply are null" },
    { "filter[settings][eq]={}",    "filter[settings][eq]", "those that apply are null" },
    { "filter[id][like]=1",         "filter[id][like]", "those that apply are eq, ne, lt, le, gt, ge and in" },
    { "filter[id][null]=true",      "filter[id][null]", "is no operator" },
    { "filter[id][none]=1",         "filter[id][none]", "is no operator" },
    { "filter[id][count]=1",        "filter[id][count]", "is no operator" },
    { "filter[phones][ge]=1",       "filter[phones][ge]", "those that apply are eq, in, any, none, null and count" },
    { "filter[phones][like]=1",     "filter[phones][like]", "is no operator" },
    { "filter[boss.id][like]=1",    "filter[boss.id][like]",
      "those that apply are eq, ne, lt, le, gt, ge, in, any, none and null" },
    { "filter[boss.id][count]=1",   "filter[boss.id][count]", "is no operator" },
    { "filter[phones.number][none]=1", "filter[phones.number][none]", "is no operator" },
    { "filter[phones][count][null]=true", "filter[phones][count][null]",
      "those that apply are eq, ne, lt, le, gt, ge and in" },
    { "filter[phones][count][none]=1", "filter[phones][count][none]", "is no operator" },
    { "filter[phones][count][]=1",  "filter[phones][count][]", "is no operator" },
};

static const struct query_refusal values[] = {
    { "filter[age]=abc",            "filter[age]", "\"abc\" is no value for \"age\": give an integer" },
    { "filter[age]=",               "filter[age]", "\"\" is no value" },
    { "filter[age]=1,2",            "filter[age]", "\"1,2\" is no value" },
    { "filter[age]=05",             "filter[age]", "" },
    { "filter[age]=+5",             "filter[age]", "" },
    { "filter[age]=32768",          "filter[age]", "" },
    { "filter[age][ge]=1.5",        "filter[age][ge]", "" },
    { "filter[age]=null",           "filter[age]",
      "give an integer from -32768 to 32767; filter[age][null]=true asks for null" },
    { "filter[age][in]=1,x,3",      "filter[age][in]", "\"x\" is no value" },
    { "filter[age][in]=1,",         "filter[age][in]", "\"\" is no value" },
    { "filter[visits]=9223372036854775808", "filter[visits]", "" },
    { "filter[height]=1,5",         "filter[height]", "give a number" },
    { "filter[price]=1,5",          "filter[price]", "is no value for \"price\": give a number" },
    { "filter[picture]=*",          "filter[picture]", "" },
    { "filter[height]=0x10",        "filter[height]", "" },
    { "filter[height]=1e999",       "filter[height]", "" },
    { "filter[active]=yes",         "filter[active]", "give true or false" },
    { "filter[active]=True",        "filter[active]", "" },
    { "filter[born]=2026-02-30",    "filter[born]", "give a date such as" },
    { "filter[created_at]=yesterday", "filter[created_at]", "give a time such as" },
    { "filter[token]=x",            "filter[token]", "give a UUID" },
    { "filter[name][null]=yes",     "filter[name][null]", "\"yes\" is no value for \"name\": give true or false" },
    { "filter[name][null]=null",    "filter[name][null]", "give true or false" },
    { "filter[name][null]=",        "filter[name][null]", "" },
    { "filter[boss][null]=1",       "filter[boss][null]", "" },
    { "filter[name][like]=a%5C",    "filter[name][like]", "a pattern that does not end in a lone \\" },
    { "filter[name][ilike]=%5C%5C%5C", "filter[name][ilike]", "" },
    { "filter[id][gt]=x",           "filter[id][gt]", "\"x\" is no value for \"id\": give an integer" },
    { "filter[id][ne]=01",          "filter[id][ne]", "" },
    { "filter[boss.id][ne]=null",   "filter[boss.id][ne]", "filter[boss.id][null]=true asks for null" },
    { "filter[boss.name][lt]=%FF",  "filter[boss.name][lt]", "" },
    { "filter[phones][count]=many", "filter[phones][count]", "give a whole number from 0" },
    { "filter[phones][count]=-1",   "filter[phones][count]", "\"-1\" is no value for \"phones\"" },
    { "filter[phones][count]=",     "filter[phones][count]", "" },
    { "filter[phones][count][ge]=1,2", "filter[phones][count][ge]", "" },
    { "filter[phones][count][in]=1,-2", "filter[phones][count][in]", "\"-2\"" },
};
/* clang-format on */

static void test_attributes(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    check_wanted(&t, of_attributes, ARRAY_SIZE(of_attributes));
    query_trial_end(&t);
}

/* An id that cannot be a key is nobody's id. */
static void test_keys(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    t.limits.max_filter_values = 7;
    check_wanted(&t, of_keys, ARRAY_SIZE(of_keys));
    query_trial_end(&t);
}

static void test_relationships(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    check_wanted(&t, of_relationships, ARRAY_SIZE(of_relationships));
    query_trial_end(&t);
}

static void test_links(void **state)
{
    (void)state;
    static const struct query_refusal refusals[] = {
        { "filter[meta.nope]=1", "filter[meta.nope]",
          "links have no \"nope\"; did you mean \"note\"? there are since and note" },
        { "filter[meta]=1", "filter[meta]",
          "\"phones\" has no \"meta\"; there are id,"
          " number, label, owners, home, meta.since and meta.note" },
        { "filter[owners.nope]=1", "filter[owners.nope]",
          "\"persons\" has no \"nope\"; there are id, name, email, age," },
        { "filter[meta.since]=x", "filter[meta.since]", "\"x\" is no value for \"meta.since\"" },
        { "filter[meta.since][like]=x", "filter[meta.since][like]", "is no operator" },
        { "filter[name]=x", "filter[name]", "\"phones\" has no \"name\"" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    for (int is_linkage = 0; is_linkage < 2; is_linkage++) {
        query_trial_on_phones(&t, is_linkage == 1);
        check_wanted(&t, of_links, ARRAY_SIZE(of_links));
        query_trial_refuse_all(&t, refusals, ARRAY_SIZE(refusals));
    }
    query_trial_end(&t);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, shapes, ARRAY_SIZE(shapes));
    query_trial_refuse_all(&t, names, ARRAY_SIZE(names));
    query_trial_refuse_all(&t, operators, ARRAY_SIZE(operators));
    query_trial_refuse_all(&t, values, ARRAY_SIZE(values));
    query_trial_read(&t, "filter[age][in]=x,1,y");
    assert_int_equal(t.problems.n, 2);
    query_trial_end(&t);
}

static void test_limits(void **state)
{
    (void)state;
    static const struct query_refusal too_many[] = {
        { "filter[id]=1,2,3,4,5,6,7", "filter[id]",
          "7 values are given, and a filter takes at most 6" },
        { "filter[name][in]=,,,,,,", "filter[name][in]", "at most 6" },
        { "filter[age][ge]=1&filter[age][gt]=1&filter[age][le]=1&filter[age][lt]=1&filter[age]=1&"
          "filter[name]=a&filter[nope]=a&filter=b",
          "filter[name]", "filtered by at most 5 filters" },
    };
    struct query_trial t;
    query_trial_begin(&t);
    query_trial_refuse_all(&t, too_many, ARRAY_SIZE(too_many));
    query_trial_accept(&t, "filter[id]=1,2,3,4,5,6");
    query_trial_accept(&t, "filter[name]=,,,,,,,,");
    assert_string_equal(t.query.filters[0].name, "filter[name]");
    query_trial_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attributes),      cmocka_unit_test(test_keys),
        cmocka_unit_test(test_relationships),   cmocka_unit_test(test_links),
        cmocka_unit_test(test_what_is_refused), cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("query filter", tests, NULL, NULL);
}
