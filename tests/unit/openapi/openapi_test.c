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
    .max_operations = 1000,
    .max_include_depth = 3,
    .max_include = 32,
    .max_sort = 8,
    .max_filters = 20,
    .max_filter_values = 1000,
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
        "/operations post",
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
    /* seven of the service, two per type, three per side of a relationship, and no others */
    assert_int_equal(json_object_size(paths), 7 + 4 * 2 + 6 * 3);
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
        { "/persons get", "200 304 400 406 412 414 431 503 504 default " },
        { "/persons post", "201 400 403 404 406 409 413 414 415 422 431 503 504 default " },
        { "/persons/{id} get", "200 304 400 404 406 412 414 431 503 504 default " },
        { "/persons/{id} patch",
          "200 400 403 404 406 409 412 413 414 415 422 431 503 504 default " },
        { "/persons/{id} delete", "204 400 404 406 409 412 413 414 415 422 431 503 504 default " },
        { "/persons/{id}/phones get", "200 304 400 404 406 412 414 431 503 504 default " },
        { "/persons/{id}/relationships/phones get",
          "200 304 400 404 406 412 414 431 503 504 default " },
        { "/persons/{id}/relationships/phones post",
          "200 204 400 403 404 406 409 412 413 414 415 422 431 503 504 default " },
        { "/persons/{id}/relationships/phones delete",
          "200 204 400 403 404 406 409 412 413 414 415 422 431 503 504 default " },
        { "/persons/{id}/phones/{related_id} get",
          "200 304 400 404 406 412 414 431 503 504 default " },
        { "/persons/{id}/phones/{related_id} put",
          "201 204 400 403 404 406 409 412 413 414 415 422 431 503 504 default " },
        { "/persons/{id}/phones/{related_id} delete",
          "204 400 403 404 406 409 412 413 414 415 422 431 503 504 default " },
        { "/operations post", "200 400 403 404 406 409 413 414 415 422 431 503 504 default " },
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
    assert_int_equal(json_object_size(met), 7 + 4 * 5 + 6 * 8);
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

static const char kinds_tables[] = "table teams\n"
                                   "column id bigint not_null default\n"
                                   "column title text not_null\n"
                                   "primary id\n"
                                   "table people\n"
                                   "column id bigint not_null default\n"
                                   "column team_id bigint not_null\n"
                                   "column boss_id bigint\n"
                                   "primary id\n"
                                   "foreign team_id teams id\n"
                                   "foreign boss_id people id\n"
                                   "index team_id\n"
                                   "index boss_id\n"
                                   "table notes\n"
                                   "column id uuid not_null\n"
                                   "column line text\n"
                                   "primary id\n"
                                   "table note_people\n"
                                   "column note_id uuid not_null\n"
                                   "column person_id bigint not_null\n"
                                   "column role text\n"
                                   "primary note_id person_id\n"
                                   "foreign note_id notes id\n"
                                   "foreign person_id people id\n"
                                   "index person_id\n";

static const char kinds_model[] =
    "{'resources': {"
    "'teams': {'view_only': true, 'relationships': {'members': {'target': 'people',"
    " 'back_populates': 'team'}}},"
    "'people': {'relationships': {'team': {'target': 'teams', 'back_populates': 'members',"
    " 'local_columns': 'team_id'}, 'boss': {'target': 'people', 'local_columns': 'boss_id'},"
    " 'seen': {'target': 'notes', 'secondary': 'note_people', 'view_only': true}}},"
    "'notes': {'client_ids': true, 'relationships': {'people': {'target': 'people',"
    " 'secondary': 'note_people', 'secondary_attributes': {'role': {}}}}}}}";

static json_t *describe_kinds(struct arena *a)
{
    struct findings findings = { .arena = a, .file = "model.json" };
    struct model *model = NULL;
    int r = model_load(text_of(json_from(a, kinds_model)), catalog_from(a, kinds_tables), &model,
                       &findings);
    if (r != 0) {
        fail_msg("%s: %s", findings.first->pointer, findings.first->reason);
    }
    return describe(model, &options);
}

static void test_methods_of_each_kind_of_relationship(void **state)
{
    static const struct {
        const char *path;
        bool is_there;
    } rows[] = {
        { "/people/{id}/relationships/team get", true },
        { "/people/{id}/relationships/team patch", true },
        { "/people/{id}/relationships/team post", false },
        { "/people/{id}/relationships/team delete", false },
        { "/people/{id}/team/{related_id} put", true },
        { "/people/{id}/relationships/seen get", true },
        { "/people/{id}/relationships/seen patch", false },
        { "/people/{id}/seen/{related_id} get", true },
        { "/people/{id}/seen/{related_id} put", false },
        { "/teams get", true },
        { "/teams post", false },
        { "/teams/{id} patch", false },
        { "/teams/{id} delete", false },
        { "/notes/{id}/relationships/people post", true },
    };
    json_t *root = describe_kinds(*state);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        bool found = at(json_object_get(root, "paths"), rows[i].path) != NULL;
        if (found != rows[i].is_there) {
            fail_msg("%s is %s", rows[i].path, found ? "described" : "not described");
        }
    }
    assert_references(root, root);
    json_decref(root);
}

static void test_linkage_of_each_kind(void **state)
{
    static const struct {
        const char *path;
        const char *text;
    } rows[] = {
        { "people.team.wanted properties data $ref", "#/components/schemas/teams.identifier" },
        { "people.boss.wanted properties data anyOf 1 type", "null" },
        { "people.team.linkage properties data anyOf 1 type", "null" },
        { "people.team.related properties data anyOf 0 $ref", "#/components/schemas/teams" },
        { "people properties relationships properties team required 1", "data" },
        { "people.create properties data properties relationships properties boss $ref",
          "#/components/schemas/people.boss.wanted" },
        { "notes.people.wanted properties data items properties meta properties role type 0",
          "string" },
        { "notes.people.member properties meta properties role type 1", "null" },
        { "notes.create properties data properties id $ref", "#/components/schemas/notes.id" },
        { "notes.create properties data required 1", "id" },
        { "notes.id description", "The id of one of notes, given by the client." },
    };
    json_t *root = describe_kinds(*state);
    json_t *schemas = at(root, "components schemas");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_text(schemas, rows[i].path, rows[i].text);
    }
    assert_null(at(schemas, "people.create properties data properties relationships properties "
                            "seen"));
    assert_null(at(schemas, "people.create properties data properties id"));
    assert_null(at(schemas, "teams.create"));
    assert_text(root,
                "paths /people/{id}/relationships/team patch requestBody content "
                "application/vnd.api+json example data type",
                "teams");
    json_decref(root);
}

/* The names of an operation's query parameters, in order, with a space behind each. */
static void assert_query(json_t *root, const char *path, const char *names)
{
    json_t *parameters = at(at(json_object_get(root, "paths"), path), "parameters");
    json_t *of = at(root, "components parameters");
    char found[512] = "";
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(parameters); i++) {
        const char *ref = json_string_value(json_object_get(json_array_get(parameters, i), "$ref"));
        json_t *parameter = json_object_get(of, strrchr(ref, '/') + 1);
        if (strcmp(json_string_value(json_object_get(parameter, "in")), "query") == 0) {
            n += (size_t)snprintf(found + n, sizeof found - n, "%s ",
                                  json_string_value(json_object_get(parameter, "name")));
        }
    }
    assert_string_equal(found, names);
}

static void test_query_parameters_of_each_operation(void **state)
{
#define PAGES "page[size] page[after] page[before] page[number] page[total] "
#define NOTES "filter[id] filter[line] filter[people] filter "
    static const char *const rows[][2] = {
        { "/people/{id}/relationships/team get", "include fields[teams] fields[people] fields " },
        { "/people/{id}/team get", "include fields[teams] fields[people] fields " },
        { "/notes get", "include fields[notes] fields[people] fields sort " NOTES PAGES },
        { "/people/{id}/seen get",
          "include fields[notes] fields[people] fields sort " NOTES PAGES },
        { "/notes post", "include fields[notes] fields[people] fields " },
        { "/notes/{id} patch", "include fields[notes] fields[people] fields " },
        { "/notes/{id} delete", "" },
        { "/notes/{id}/relationships/people post", "" },
        { "/notes/{id}/people/{related_id} get", "" },
    };
    json_t *root = describe_kinds(*state);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        assert_query(root, rows[i][0], rows[i][1]);
    }
    assert_text(root, "components parameters people.team.include schema items anyOf 0 enum 0",
                "team");
    assert_text(root, "components parameters people.team.include schema items anyOf 1 pattern",
                "^team([.][^.,]+)+$");
    assert_text(root, "components parameters notes.sort schema items anyOf 0 enum 5",
                "-people.count");
    assert_text(root, "components parameters page.total schema default", "none");
    json_decref(root);
#undef NOTES
#undef PAGES
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
        arena_test(test_methods_of_each_kind_of_relationship),
        arena_test(test_linkage_of_each_kind),
        arena_test(test_query_parameters_of_each_operation),
        arena_test(test_yaml_begins_with_the_version),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
