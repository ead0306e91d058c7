/*
 * openapi_test.c - the description of the default model: what is in it, and that it hangs together.
 */
#include "support/cmocka_all.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "openapi/openapi.h"
#include "support/catalogs.h"

static const struct openapi_options options = {
    .version = "1.2.3-4-gabc",
    .public_url = "",
    .page_size = 50,
    .max_page_size = 1000,
    .max_body_bytes = 1 << 20,
    .max_members = 20000,
};

/* The description of a model, parsed again; the model is freed. */
static json_t *describe(struct model *model, const struct openapi_options *o)
{
    struct arena *a = arena_new(16 << 20);
    struct buf b;
    json_error_t error;
    buf_init(&b, a, 0);
    assert_int_equal(openapi_write_json(model, o, &b), 0);
    json_t *root = json_loadb(b.at, b.n, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(root);
    arena_free(a);
    model_free(model);
    return root;
}

/* What a JSON pointer without escapes leads to; NULL: nothing. */
static json_t *at(json_t *value, const char *path)
{
    char key[128];
    while (value != NULL && *path != '\0') {
        size_t n = strcspn(path, " ");
        assert_true(n < sizeof key);
        memcpy(key, path, n);
        key[n] = '\0';
        value = json_is_array(value) ? json_array_get(value, (size_t)strtoul(key, NULL, 10))
                                     : json_object_get(value, key);
        path += n + (path[n] == ' ' ? 1 : 0);
    }
    return value;
}

static void assert_text(json_t *root, const char *path, const char *text)
{
    const char *found = json_string_value(at(root, path));
    if (found == NULL || strcmp(found, text) != 0) {
        fail_msg("%s: %s, not %s", path, found == NULL ? "nothing" : found, text);
    }
}

static void test_every_path_and_method(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "/ get",
        "/healthz get",
        "/readyz get",
        "/metrics get",
        "/openapi.json get",
        "/openapi.yaml get",
        "/persons get",
        "/persons post",
        "/persons/{id} get",
        "/persons/{id} patch",
        "/persons/{id} delete",
        "/persons/{id}/phones get",
        "/persons/{id}/relationships/phones get",
        "/persons/{id}/relationships/phones post",
        "/persons/{id}/relationships/phones patch",
        "/persons/{id}/relationships/phones delete",
        "/persons/{id}/phones/{related_id} get",
        "/persons/{id}/phones/{related_id} put",
        "/persons/{id}/phones/{related_id} delete",
        "/friends/{id}/relationships/persons post", /* made by a backref */
    };
    json_t *root = describe(model_default(), &options);
    json_t *paths = json_object_get(root, "paths");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        if (!json_is_object(at(paths, rows[i]))) {
            fail_msg("%s is not described", rows[i]);
        }
    }
    /* six of the service, two per type, three per side of a relationship, and no others */
    assert_int_equal(json_object_size(paths), 6 + 4 * 2 + 6 * 3);
    json_decref(root);
}

static void assert_statuses(json_t *root, const char *path, const char *statuses)
{
    json_t *responses = at(at(json_object_get(root, "paths"), path), "responses");
    char found[128] = "";
    size_t n = 0;
    const char *status = NULL;
    json_t *response = NULL;
    json_object_foreach(responses, status, response)
    {
        n += (size_t)snprintf(found + n, sizeof found - n, "%s ", status);
    }
    assert_string_equal(found, statuses);
}

static void test_statuses_of_each_operation(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "/persons get", "200 400 406 414 431 503 504 default " },
        { "/persons post", "201 400 403 404 406 409 413 414 415 422 431 503 504 default " },
        { "/persons/{id} get", "200 400 404 406 414 431 503 504 default " },
        { "/persons/{id} patch", "200 400 403 404 406 409 413 414 415 422 431 503 504 default " },
        { "/persons/{id} delete", "204 400 404 406 409 413 414 415 431 503 504 default " },
        { "/persons/{id}/phones get", "200 400 404 406 414 431 503 504 default " },
        { "/persons/{id}/relationships/phones get", "200 400 404 406 414 431 503 504 default " },
        { "/persons/{id}/relationships/phones post",
          "200 204 400 403 404 406 409 413 414 415 431 503 504 default " },
        { "/persons/{id}/relationships/phones delete",
          "200 204 400 403 404 406 409 413 414 415 431 503 504 default " },
        { "/persons/{id}/phones/{related_id} get", "200 400 404 406 414 431 503 504 default " },
        { "/persons/{id}/phones/{related_id} put",
          "201 204 400 403 404 406 413 414 415 431 503 504 default " },
        { "/persons/{id}/phones/{related_id} delete",
          "204 400 403 404 406 413 414 415 431 503 504 default " },
        { "/readyz get", "200 400 414 431 503 504 default " },
    };
    json_t *root = describe(model_default(), &options);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_statuses(root, rows[i][0], rows[i][1]);
    }
    json_decref(root);
}

static void assert_references(json_t *root, json_t *value)
{
    static const char prefix[] = "#/components/";
    const char *key = NULL;
    json_t *inner = NULL;
    size_t i = 0;
    json_object_foreach(value, key, inner)
    {
        if (strcmp(key, "$ref") == 0) {
            const char *to = json_string_value(inner);
            assert_memory_equal(to, prefix, sizeof prefix - 1);
            const char *name = strchr(to + sizeof prefix - 1, '/');
            assert_non_null(name);
            char *kind = strndup(to + sizeof prefix - 1, (size_t)(name - to) - (sizeof prefix - 1));
            if (at(at(root, "components"), kind) == NULL ||
                json_object_get(at(at(root, "components"), kind), name + 1) == NULL) {
                fail_msg("%s leads nowhere", to);
            }
            free(kind);
        }
        assert_references(root, inner);
    }
    json_array_foreach(value, i, inner)
    {
        assert_references(root, inner);
    }
}

static void test_every_reference_leads_somewhere(void **state)
{
    (void)state;
    json_t *root = describe(model_default(), &options);
    assert_references(root, root);
    json_decref(root);
}

static void test_operation_ids_are_unique(void **state)
{
    (void)state;
    json_t *root = describe(model_default(), &options);
    json_t *met = json_object();
    const char *path = NULL;
    const char *method = NULL;
    json_t *item = NULL;
    json_t *operation = NULL;
    json_object_foreach(json_object_get(root, "paths"), path, item)
    {
        json_object_foreach(item, method, operation)
        {
            const char *id = json_string_value(json_object_get(operation, "operationId"));
            if (id != NULL) {
                assert_null(json_object_get(met, id));
                json_object_set_new(met, id, json_true());
            }
        }
    }
    assert_int_equal(json_object_size(met), 6 + 4 * 5 + 6 * 8);
    json_decref(met);
    json_decref(root);
}

static void test_what_the_default_model_says(void **state)
{
    (void)state;
    json_t *root = describe(model_default(), &options);
    assert_text(root, "openapi", "3.1.0");
    assert_text(root, "info version", "1.2.3");
    assert_text(root, "servers 0 url", "/");
    assert_int_equal(json_array_size(at(root, "security")), 0);
    assert_text(root, "components schemas persons properties attributes properties name type",
                "string");
    assert_text(root, "components schemas persons properties attributes properties email type 1",
                "null");
    assert_text(root,
                "components schemas persons properties attributes properties email description",
                "must be unique; must have an @ between two parts");
    assert_true(json_is_true(at(
        root, "components schemas persons properties attributes properties created_at readOnly")));
    assert_null(at(root, "components schemas persons.create properties data properties attributes "
                         "properties created_at"));
    assert_text(
        root, "components schemas persons.create properties data properties attributes required 0",
        "name");
    assert_text(root,
                "components schemas persons.phones.member properties meta properties linked_at "
                "format",
                "date-time");
    assert_int_equal(json_integer_value(at(root, "components parameters page.size schema maximum")),
                     1000);
    assert_text(root,
                "paths /persons post requestBody content application/vnd.api+json example data "
                "attributes name",
                "Alice");
    assert_text(root,
                "paths /persons/{id}/relationships/phones get responses 200 content "
                "application/vnd.api+json example links related",
                "/persons/1/phones");
    assert_text(root,
                "components responses 404 content application/vnd.api+json example errors 0 code",
                "not-found");
    json_decref(root);
}

static void test_another_model(void **state)
{
    struct arena *a = *state;
    struct openapi_options o = options;
    struct findings findings = { .arena = a, .file = "model.json" };
    struct model *model = NULL;
    o.public_url = "https://api.example.org/v1";
    const char *tables = "table t\n"
                         "column key uuid not_null default\n"
                         "column code varchar(20) not_null\n"
                         "column weight real\n"
                         "column since timestamp\n"
                         "column open boolean not_null default\n"
                         "column born date\n"
                         "column other uuid\n"
                         "primary key\n"
                         "check t_code code = must be a code such as AB-1, in capitals\n";
    assert_int_equal(model_load(text_of(json_from(a, "{'resources': {'things': {'table': 't'}}}")),
                                catalog_from(a, tables), &model, &findings),
                     0);
    json_t *root = describe(model, &o);
    assert_text(root, "servers 0 url", "https://api.example.org/v1");
    assert_text(root, "components schemas things.id format", "uuid");
    static const char attributes[] = "components schemas things properties attributes properties";
    assert_int_equal(json_integer_value(at(at(root, attributes), "code maxLength")), 20);
    assert_text(root,
                "components schemas things properties attributes properties weight anyOf 1 enum 0",
                "NaN");
    assert_text(root,
                "paths /things post requestBody content application/vnd.api+json example data "
                "attributes code",
                "AB-1");
    assert_null(at(root, "components schemas things properties relationships"));
    json_decref(root);
}

static void test_yaml_begins_with_the_version(void **state)
{
    struct model *model = model_default();
    struct buf b;
    buf_init(&b, *state, 0);
    assert_int_equal(openapi_write_yaml(model, &options, &b), 0);
    static const char begin[] = "openapi: \"3.1.0\"\ninfo:\n  title: backref\n";
    assert_memory_equal(b.at, begin, sizeof begin - 1);
    assert_non_null(strstr(buf_terminate(&b), "\n  \"/persons/{id}\":\n    parameters:\n"));
    model_free(model);
}

static void test_without_memory(void **state)
{
    (void)state;
    struct model *model = model_default();
    for (size_t budget = 0; budget < 100000; budget += 9973) {
        struct arena *a = arena_new(budget);
        struct buf b;
        buf_init(&b, a, 0);
        assert_int_equal(openapi_write_json(model, &options, &b), -ENOMEM);
        arena_free(a);
    }
    model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_path_and_method),
        cmocka_unit_test(test_statuses_of_each_operation),
        cmocka_unit_test(test_every_reference_leads_somewhere),
        cmocka_unit_test(test_operation_ids_are_unique),
        cmocka_unit_test(test_what_the_default_model_says),
        arena_test(test_another_model),
        arena_test(test_yaml_begins_with_the_version),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
