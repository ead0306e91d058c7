/*
 * keys_test.c - which columns are keys, and where new ids come from.
 */
#include "support/cmocka_all.h"

#include "support/catalogs.h"

#define TABLE(key) "table things\ncolumn id " key "\ncolumn name text\nprimary id\n"

static const struct {
    const char *tables;
    const char *json;
    const char *type;
    const char *key_default;
    bool allows_client_ids;
} keys[] = {
    { TABLE("bigint not_null default"), "{}", "bigint", "new_id()", false },
    { TABLE("bigint not_null default"), "{'client_ids': true}", "bigint", "new_id()", true },
    { TABLE("integer not_null default generated"), "{}", "integer", "new_id()", false },
    { TABLE("smallint not_null"), "{}", "smallint", NULL, true },
    { TABLE("uuid not_null default"), "{}", "uuid", "new_id()", false },
    { TABLE("text not_null"), "{}", "text", NULL, true },
    { TABLE("varchar(20) not_null"), "{'client_ids': false}", "varchar", NULL, true },
    { TABLE("bigint not_null generated"), "{}", "bigint", NULL, false },
    { "table things\ncolumn code text not_null\ncolumn id bigint not_null default\nprimary id\n"
      "unique things_code code\n",
      "{'key': 'code', 'attributes': {}}", "text", NULL, true },
};

static struct loaded_model load(const char *tables, const char *json)
{
    char file[200];
    snprintf(file, sizeof file, "{'resources': {'things': %s}}", json);
    return loaded_model_over(tables, file);
}

static void test_where_ids_come_from(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        struct loaded_model l = load(keys[i].tables, keys[i].json);
        if (l.model == NULL) {
            fail_msg("%zu: %s", i, l.findings.first->reason);
        }
        const struct resource *things = model_find_resource(l.model, TEXT_LITERAL("things"));
        assert_string_equal(things->key_type->name, keys[i].type);
        assert_int_equal(things->allows_client_ids, keys[i].allows_client_ids);
        if (keys[i].key_default == NULL) {
            assert_null(things->key_default);
        } else {
            assert_string_equal(things->key_default, keys[i].key_default);
        }
        loaded_model_free(&l);
    }
}

/* Every resource whose key has no default can be created, with an id of the client's. */
static void test_such_tables_can_be_created(void **state)
{
    (void)state;
    struct loaded_model l = load(TABLE("text not_null"), "{}");
    assert_int_equal(l.findings.n_warnings, 0);
    loaded_model_free(&l);
}

static const struct {
    const char *tables;
    const char *json;
    const char *pointer;
    const char *reason;
} mistakes[] = {
    { TABLE("bigint not_null generated"), "{'client_ids': true}", "/resources/things/client_ids",
      "the database always makes \"id\" itself" },
    { TABLE("boolean not_null"), "{'attributes': {}}", "/resources/things",
      "the key \"id\" of \"things\" is of type boolean" },
    { TABLE("timestamptz not_null"), "{'attributes': {}}", "/resources/things",
      "is of type timestamptz" },
    { TABLE("numeric not_null"), "{'attributes': {}}", "/resources/things", "is of type numeric" },
    { TABLE("point not_null"), "{'attributes': {}}", "/resources/things", "is of type point" },
    { TABLE("bigint not_null"), "{'key': 'name', 'attributes': {}}", "/resources/things/key",
      "is not unique" },
};

static void test_keys_that_cannot_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        struct loaded_model l = load(mistakes[i].tables, mistakes[i].json);
        assert_int_equal(l.findings.n_errors, 1);
        assert_string_equal(l.findings.first->pointer, mistakes[i].pointer);
        if (strstr(l.findings.first->reason, mistakes[i].reason) == NULL) {
            fail_msg("\"%s\" does not say \"%s\"", l.findings.first->reason, mistakes[i].reason);
        }
        loaded_model_free(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_ids_come_from),
        cmocka_unit_test(test_such_tables_can_be_created),
        cmocka_unit_test(test_keys_that_cannot_be),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
