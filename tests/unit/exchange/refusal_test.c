/*
 * refusal_test.c - each of PostgreSQL's refusals as a client sees it, and where it points. The
 * error that is reported holds words that no answer may have.
 */
#include "support/cmocka_all.h"

#include <unistd.h>

#include "exchange/refusal.h"
#include "resource/operations.h"
#include "support/catalogs.h"

#define SECRET "SECRET relation \"pg_internal\" at /var/lib"

static const struct settings settings = { .workers = 1, .max_body_bytes = 1024 };
static const struct log quiet = { .level = LOG_ERROR };
static const struct log loud = { .level = LOG_WARNING };

struct trial {
    struct model *model;
    struct service_use use;
    struct service service;
    struct exchange *x;
    struct attribute_value given[4];
};

static int set_up(void **state)
{
    struct trial *t = calloc(1, sizeof *t);
    t->model = model_default();
    t->service = (struct service){ .settings = &settings, .log = &quiet, .uses = &t->use };
    t->x = exchange_new(&t->service, 0, NULL);
    t->x->operation = &resource_update;
    t->x->target.resource = model_find_resource(t->model, text_of("persons"));
    t->x->document.attributes = t->given;
    *state = t;
    return 0;
}

static int tear_down(void **state)
{
    struct trial *t = *state;
    exchange_free(t->x);
    model_free(t->model);
    free(t);
    return 0;
}

#define refusal_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void give(struct trial *t, const char *name, const char *value)
{
    t->given[t->x->document.n_attributes++] = (struct attribute_value){
        .attribute = resource_find_attribute(t->x->target.resource, text_of(name)),
        .value = value == NULL ? cell_null() : cell_from_text(value, strlen(value)),
    };
}

static struct pg_error error_of(const char *sqlstate, const char *constraint, const char *column)
{
    struct pg_error error = { .message = SECRET };
    snprintf(error.sqlstate, sizeof error.sqlstate, "%s", sqlstate);
    snprintf(error.constraint, sizeof error.constraint, "%s", constraint);
    snprintf(error.column, sizeof error.column, "%s", column);
    return error;
}

/* The one problem that is reported; nothing of PostgreSQL's is in its document. */
static const struct problem *reported(struct trial *t, const struct pg_error *error)
{
    struct buf b;
    size_t n = t->x->problems.n;
    refusal_report(t->x, error);
    assert_int_equal(t->x->problems.n, n + 1);
    buf_init(&b, t->x->arena, 256);
    problems_write(&t->x->problems, &b);
    const char *document = buf_terminate(&b);
    assert_null(strstr(document, "SECRET"));
    assert_null(strstr(document, "pg_internal"));
    assert_null(strstr(document, error->sqlstate));
    assert_true(error->constraint[0] == '\0' || strstr(document, error->constraint) == NULL);
    return t->x->problems.last;
}

static void check(struct trial *t, const struct pg_error *error, enum problem_code code,
                  const char *pointer, const char *detail)
{
    const struct problem *p = reported(t, error);
    assert_string_equal(problem_code_text(p->code), problem_code_text(code));
    if (pointer == NULL) {
        assert_int_equal(p->source, SOURCE_NONE);
    } else {
        assert_int_equal(p->source, SOURCE_POINTER);
        assert_string_equal(p->where, pointer);
    }
    assert_string_equal(p->detail, detail);
}

/* ---- what each SQLSTATE means -------------------------------------------------------------- */

static const struct {
    const char *sqlstate;
    enum remedy remedy;
    const char *code;
    int status;
} meanings[] = {
    { "40001", REMEDY_RETRY, "busy", 503 }, /* serialization_failure */
    { "40P01", REMEDY_RETRY, "busy", 503 }, /* deadlock_detected */
    { "40003", REMEDY_RETRY, "busy", 503 },
    { "55P03", REMEDY_REPORT, "busy", 503 },             /* lock_not_available */
    { "57014", REMEDY_REPORT, "timeout", 504 },          /* query_canceled */
    { "26000", REMEDY_PREPARE, "unavailable", 503 },     /* invalid_sql_statement_name */
    { "0A000", REMEDY_PREPARE, "schema-mismatch", 503 }, /* cached plan's result has changed */
    { "25006", REMEDY_MOVE, "unavailable", 503 },        /* read_only_sql_transaction */
    { "23505", REMEDY_REPORT, "taken", 409 },            /* unique_violation */
    { "23503", REMEDY_RETRY, "in-use", 409 },            /* foreign_key_violation */
    { "23001", REMEDY_REPORT, "in-use", 409 },           /* restrict_violation */
    { "23502", REMEDY_REPORT, "required", 422 },         /* not_null_violation */
    { "23514", REMEDY_REPORT, "invalid", 422 },          /* check_violation */
    { "23P01", REMEDY_REPORT, "invalid", 422 },          /* exclusion_violation */
    { "22001", REMEDY_REPORT, "invalid", 422 },          /* string_data_right_truncation */
    { "22003", REMEDY_REPORT, "invalid", 422 },
    { "22021", REMEDY_REPORT, "invalid", 422 },
    { "54000", REMEDY_REPORT, "invalid", 422 },     /* an index row is too large */
    { "53100", REMEDY_REPORT, "storage", 503 },     /* disk_full */
    { "53200", REMEDY_REPORT, "unavailable", 503 }, /* out_of_memory */
    { "53300", REMEDY_REPORT, "unavailable", 503 }, /* too_many_connections */
    { "42P01", REMEDY_REPORT, "schema-mismatch", 503 },
    { "42703", REMEDY_REPORT, "schema-mismatch", 503 },
    { "42501", REMEDY_REPORT, "forbidden", 403 },  /* insufficient_privilege */
    { "57P01", REMEDY_RETRY, "unavailable", 503 }, /* admin_shutdown */
    { "57P03", REMEDY_RETRY, "unavailable", 503 }, /* cannot_connect_now */
    { "08006", REMEDY_RETRY, "unavailable", 503 },
    { "42601", REMEDY_REPORT, "internal", 500 },
    { "54001", REMEDY_REPORT, "internal", 500 }, /* statement_too_complex is not 54000 */
    { "25001", REMEDY_REPORT, "internal", 500 },
    { "XX000", REMEDY_REPORT, "internal", 500 },
    { "", REMEDY_REPORT, "internal", 500 },
};

static void test_what_each_sqlstate_means(void **state)
{
    struct trial *t = *state;
    for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
        struct pg_error error = error_of(meanings[i].sqlstate, "", "");
        if (error.sqlstate[0] == '\0') {
            memcpy(error.sqlstate, "?????", 6); /* unknown ones are like those that are missing */
        }
        assert_int_equal(refusal_remedy(meanings[i].sqlstate), meanings[i].remedy);
        t->x->problems = (struct problems){ .arena = t->x->arena };
        const struct problem *p = reported(t, &error);
        assert_string_equal(problem_code_text(p->code), meanings[i].code);
        assert_int_equal(problems_status(&t->x->problems), meanings[i].status);
        assert_int_equal(p->source, SOURCE_NONE);
        assert_true(strlen(p->detail) > 10);
    }
}

static void test_without_a_resource(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23505", "persons_email_key", "email");
    t->x->target.resource = NULL;
    check(t, &error, PROBLEM_TAKEN, NULL,
          "another resource has this value already; choose another");
}

/* ---- constraints --------------------------------------------------------------------------- */

static void test_a_value_is_taken(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23505", "persons_email_key", "");
    give(t, "name", "Ada");
    give(t, "email", "ada@example.org");
    check(t, &error, PROBLEM_TAKEN, "/data/attributes/email",
          "\"email\" (\"ada@example.org\") is taken: another resource of type \"persons\" has it;"
          " choose another");
}

static void test_a_check_is_explained_by_its_comment(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23514", "persons_email_form", "");
    give(t, "email", "ada");
    check(t, &error, PROBLEM_INVALID, "/data/attributes/email",
          "\"email\" (\"ada\") must have an @ between two parts");
    error = error_of("23514", "persons_name_length", "");
    check(t, &error, PROBLEM_INVALID, "/data/attributes",
          "\"name\" must be 1 to 200 characters long");
}

static void test_a_check_without_comment(void **state)
{
    struct trial *t = *state;
    const struct attribute *bound = resource_find_attribute(t->x->target.resource, text_of("name"));
    struct constraint rule = { .name = "persons_odd", .n_attributes = 1, .attributes = &bound };
    struct resource resource = *t->x->target.resource;
    resource.n_constraints = 1;
    resource.constraints = &rule;
    t->x->target.resource = &resource;
    struct pg_error error = error_of("23514", "persons_odd", "");
    give(t, "name", "Ada");
    check(t, &error, PROBLEM_INVALID, "/data/attributes/name",
          "\"name\" (\"Ada\") breaks a rule of the database; correct it");
    rule.n_attributes = 0; /* it binds nothing that a client knows: the longest text is the guess */
    check(t, &error, PROBLEM_INVALID, "/data/attributes/name",
          "\"name\" (\"Ada\"): a value breaks a rule of the database; correct it");
}

/* What the document does not give is pointed at where it would stand. */
static void test_an_attribute_that_was_not_given(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23505", "persons_email_key", "");
    check(t, &error, PROBLEM_TAKEN, "/data",
          "\"email\" is taken: another resource of type \"persons\" has it; choose another");
    give(t, "name", "Ada");
    check(t, &error, PROBLEM_TAKEN, "/data/attributes",
          "\"email\" is taken: another resource of type \"persons\" has it; choose another");
}

static void test_constraints_of_other_tables(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23505", "hobbies_name_key", "");
    give(t, "name", "Ada");
    check(t, &error, PROBLEM_TAKEN, NULL,
          "another resource has this value already; choose another");
    error = error_of("23503", "person_phones_phone_id_fkey", "");
    check(t, &error, PROBLEM_IN_USE, NULL,
          "other resources still depend on this one; remove them first");
}

/* ---- foreign keys, keys and links ---------------------------------------------------------- */

/* clang-format off */
static const char more_tables[] =
    "table pets\ncolumn id bigint not_null default\ncolumn name text\n"
    "column owner_id bigint not_null\nprimary id\nforeign owner_id persons id\n"
    "unique pets_owner_key owner_id\nunique pets_owner_name_key owner_id name\nindex owner_id\n";
static const char more_model[] =
    "{'resources': {'persons': {'relationships': {"
    " 'pet': {'target': 'pets', 'back_populates': 'owner', 'uselist': false}}},"
    " 'pets': {'client_ids': true, 'attributes': {'name': {}},"
    " 'relationships': {'owner': {'target': 'persons', 'back_populates': 'pet'}}}}}";
/* clang-format on */

/* A request about `type` that gives the relationship `name`, or NULL for none. */
static void ask(struct trial *t, const struct model *other, const char *type, const char *name,
                struct relationship_value *value)
{
    t->x->target.resource = model_find_resource(other, text_of(type));
    t->x->document.n_relationships = name == NULL ? 0 : 1;
    t->x->document.relationships = value;
    if (name != NULL) {
        *value = (struct relationship_value){ .relationship = relationship_of(other, type, name) };
    }
}

static void test_foreign_keys(void **state)
{
    struct trial *t = *state;
    struct loaded_model other = loaded_model_over(more_tables, more_model);
    assert_non_null(other.model);
    struct relationship_value value;
    struct pg_error null = error_of("23502", "", "owner_id");
    struct pg_error taken = error_of("23505", "pets_owner_key", "");
    ask(t, other.model, "pets", NULL, &value);
    check(t, &null, PROBLEM_REQUIRED, "/data",
          "\"owner\": a value is required; link one of \"persons\"");
    ask(t, other.model, "pets", "owner", &value);
    check(t, &null, PROBLEM_REQUIRED, "/data/relationships/owner/data",
          "\"owner\": a value is required; link one of \"persons\"");
    check(t, &taken, PROBLEM_TAKEN, "/data/relationships/owner/data",
          "\"owner\" is taken: another resource of type \"pets\" is linked to it");
    /* from the other side it is a row of the target that is refused */
    ask(t, other.model, "persons", "pet", &value);
    check(t, &taken, PROBLEM_TAKEN, "/data/relationships/pet/data",
          "\"owner\" is taken: another resource of type \"pets\" is linked to it");
    struct pg_error both = error_of("23505", "pets_owner_name_key", "");
    t->x->target.relationship = value.relationship;
    check(t, &both, PROBLEM_TAKEN, "/data",
          "\"owner\" and \"name\" are taken together: another resource of type \"pets\" has the "
          "same; change one");
    t->x->operation = &link_add; /* has no document to point into */
    check(t, &both, PROBLEM_TAKEN, NULL,
          "\"owner\" and \"name\" are taken together: another resource of type \"pets\" has the "
          "same; change one");
    loaded_model_free(&other);
}

static void test_a_chosen_id_is_taken(void **state)
{
    struct trial *t = *state;
    struct loaded_model other = loaded_model_over(more_tables, more_model);
    struct pg_error taken = error_of("23505", "pets_pkey", "");
    t->x->operation = &resource_create;
    t->x->target.resource = model_find_resource(other.model, text_of("pets"));
    check(t, &taken, PROBLEM_TAKEN, NULL,
          "another resource has this value already; choose another");
    t->x->document.has_key = true;
    check(t, &taken, PROBLEM_TAKEN, "/data/id",
          "the id is taken: there is such a resource of type \"pets\"; choose another");
    loaded_model_free(&other);
}

static void test_columns_of_links(void **state)
{
    struct trial *t = *state;
    struct attribute_value role = { 0 };
    struct member member = { .n_columns = 1, .columns = &role };
    struct relationship_value value;
    struct pg_error error = error_of("23514", "person_phones_role_check", "");
    ask(t, t->model, "persons", "phones", &value);
    value.linkage = (struct linkage){ .n = 1, .members = &member };
    give(t, "name", "Ada");
    check(t, &error, PROBLEM_INVALID, "/data/relationships/phones/data",
          "a meta member of \"phones\" breaks a rule of the database; correct it");
    member.n_columns = 0;
    check(t, &error, PROBLEM_INVALID, "/data/attributes/name",
          "\"name\" (\"Ada\"): a value breaks a rule of the database; correct it");
}

/* What a delete breaks is a rule of those that refer to what would go. */
static void test_a_delete_that_is_refused(void **state)
{
    static const char *const states[] = { "23503", "23001", "23502", "23514" };
    struct trial *t = *state;
    t->x->operation = &resource_remove;
    t->x->plan.writes = true;
    for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
        struct pg_error error = error_of(states[i], "persons_name_length", "name");
        check(t, &error, PROBLEM_IN_USE, NULL,
              "other resources still depend on this one; remove them first");
    }
}

/* ---- columns and lengths ------------------------------------------------------------------- */

static void test_a_column_that_may_not_be_null(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23502", "", "name");
    check(t, &error, PROBLEM_REQUIRED, "/data", "\"name\": a value is required");
    give(t, "name", NULL);
    check(t, &error, PROBLEM_REQUIRED, "/data/attributes/name", "\"name\": a value is required");
    error = error_of("23502", "", "no_attribute");
    check(t, &error, PROBLEM_REQUIRED, NULL, "a value is required");
}

static void test_the_longest_text_is_too_long(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("54000", "", "");
    give(t, "created_at", "12345678901234567890"); /* not a text */
    give(t, "email", "a@b");
    give(t, "name", "Ada L.");
    check(t, &error, PROBLEM_INVALID, "/data/attributes/name",
          "\"name\" (\"Ada L.\"): a value is too long; shorten it");
    error = error_of("54000", "", "email"); /* unless PostgreSQL names the column */
    check(t, &error, PROBLEM_INVALID, "/data/attributes/email",
          "\"email\" (\"a@b\"): a value is too long; shorten it");
}

static void test_values_are_quoted_cut_and_clean(void **state)
{
    struct trial *t = *state;
    struct pg_error error = error_of("23505", "persons_email_key", "");
    char value[2001];
    memset(value, 'x', sizeof value - 1);
    value[0] = '\n';
    value[sizeof value - 1] = '\0';
    give(t, "email", value);
    const struct problem *p = reported(t, &error);
    assert_non_null(strstr(p->detail, "(\"?xxx"));
    assert_true(strlen(p->detail) < 200);
}

static void test_names_are_escaped_in_pointers(void **state)
{
    struct trial *t = *state;
    struct resource resource = *t->x->target.resource;
    struct attribute odd = resource.attributes[0];
    odd.name = "a/b~c";
    odd.raw_name = "odd";
    resource.n_attributes = 1;
    resource.attributes = &odd;
    t->x->target.resource = &resource;
    give(t, "a/b~c", "x");
    struct pg_error error = error_of("22001", "", "odd");
    check(t, &error, PROBLEM_INVALID, "/data/attributes/a~1b~0c",
          "\"a/b~c\" (\"x\"): a value is too long; shorten it");
}

/* ---- the log ------------------------------------------------------------------------------- */

/* What a report of this SQLSTATE writes on standard error. */
static const char *logged(struct trial *t, const char *sqlstate)
{
    static char text[1024];
    struct pg_error error = error_of(sqlstate, "", "");
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    assert_true(file != NULL && kept >= 0);
    dup2(fileno(file), STDERR_FILENO);
    t->service.log = &loud;
    refusal_report(t->x, &error);
    dup2(kept, STDERR_FILENO);
    close(kept);
    ssize_t n = pread(fileno(file), text, sizeof text - 1, 0);
    assert_true(n >= 0);
    text[n] = '\0';
    fclose(file);
    return text;
}

static void test_faults_of_the_service_are_logged(void **state)
{
    struct trial *t = *state;
    const char *text = logged(t, "XX000");
    assert_non_null(strstr(text, "PostgreSQL refused resource-update: XX000 SECRET relation"));
    assert_non_null(strstr(logged(t, "42P01"), "42P01"));
    assert_non_null(strstr(logged(t, "53100"), "53100"));
    assert_string_equal(logged(t, "23505"), "");
    assert_string_equal(logged(t, "22001"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        refusal_test(test_what_each_sqlstate_means),
        refusal_test(test_without_a_resource),
        refusal_test(test_a_value_is_taken),
        refusal_test(test_a_check_is_explained_by_its_comment),
        refusal_test(test_a_check_without_comment),
        refusal_test(test_an_attribute_that_was_not_given),
        refusal_test(test_constraints_of_other_tables),
        refusal_test(test_a_column_that_may_not_be_null),
        refusal_test(test_the_longest_text_is_too_long),
        refusal_test(test_values_are_quoted_cut_and_clean),
        refusal_test(test_names_are_escaped_in_pointers),
        refusal_test(test_foreign_keys),
        refusal_test(test_a_chosen_id_is_taken),
        refusal_test(test_columns_of_links),
        refusal_test(test_a_delete_that_is_refused),
        refusal_test(test_faults_of_the_service_are_logged),
    };
    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
