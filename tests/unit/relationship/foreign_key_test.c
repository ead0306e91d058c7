/*
 * foreign_key_test.c - which changes of one member share statements, and what those say.
 */
#include "support/cmocka_all.h"

#include "relationship/foreign_key.h"
#include "support/catalogs.h"

/* clang-format off */
static const char tables[] =
    "table pets\n"
    "column id bigint not_null default\ncolumn name text\n"
    "column owner_id bigint not_null\ncolumn sitter_id bigint\ncolumn parent_id bigint\n"
    "primary id\n"
    "foreign owner_id persons id\nforeign sitter_id persons id\nforeign parent_id pets id\n"
    "index owner_id\nindex sitter_id\nindex parent_id\n"
    "table passports\n"
    "column id uuid not_null default\ncolumn person_id bigint\n"
    "primary id\nforeign person_id persons id\nunique passports_person_key person_id\n";

static const char json[] =
    "{'resources': {"
    "'persons': {'relationships': {"
    "  'phones': {'target': 'phones', 'secondary': 'person_phones', 'backref': 'owners'},"
    "  'pets': {'target': 'pets', 'remote_columns': 'owner_id', 'back_populates': 'owner'},"
    "  'guests': {'target': 'pets', 'remote_columns': 'sitter_id', 'back_populates': 'sitter', 'on_move': 'refuse'},"
    "  'passport': {'target': 'passports', 'backref': 'person', 'uselist': false}}},"
    "'pets': {'attributes': {'name': {}}, 'relationships': {"
    "  'owner': {'target': 'persons', 'local_columns': 'owner_id', 'back_populates': 'pets'},"
    "  'sitter': {'target': 'persons', 'local_columns': 'sitter_id', 'back_populates': 'guests'},"
    "  'parent': {'target': 'pets', 'local_columns': 'parent_id', 'back_populates': 'young'},"
    "  'young': {'target': 'pets', 'remote_columns': 'parent_id', 'back_populates': 'parent'}}},"
    "'passports': {}, 'phones': {}}}";
/* clang-format on */

static struct loaded_model loaded;

static int set_up_model(void **state)
{
    (void)state;
    loaded = loaded_model_over(tables, json);
    return loaded.model == NULL ? -1 : 0;
}

static int tear_down_model(void **state)
{
    (void)state;
    loaded_model_free(&loaded);
    return 0;
}

static const struct relationship *rel_of(const char *type, const char *name)
{
    return relationship_of(loaded.model, type, name);
}

static void check_has(const char *sql, const char *piece)
{
    if (strstr(sql, piece) == NULL) {
        fail_msg("no \"%s\" in: %s", piece, sql);
    }
}

/* One member of a one-to-many: requests share the statements. */
static void test_one_member_by_a_foreign_key(void **state)
{
    const struct relationship *pets = rel_of("persons", "pets");
    assert_true(foreign_key_is_plain(pets, CHANGE_ADD));
    assert_false(foreign_key_is_plain(pets, CHANGE_REMOVE)); /* pets may not be without owner */
    assert_false(foreign_key_is_plain(pets, CHANGE_REPLACE));
    assert_false(foreign_key_is_plain(rel_of("persons", "guests"), CHANGE_ADD)); /* may refuse */
    assert_true(foreign_key_is_plain(rel_of("persons", "guests"), CHANGE_REMOVE));
    assert_false(foreign_key_is_plain(rel_of("persons", "passport"), CHANGE_ADD)); /* to-one */
    assert_false(foreign_key_is_plain(rel_of("pets", "owner"), CHANGE_ADD));
    assert_false(foreign_key_is_plain(rel_of("pets", "young"), CHANGE_ADD)); /* of itself */
    assert_false(foreign_key_is_plain(rel_of("persons", "phones"), CHANGE_ADD));

    const struct statement *lock = foreign_key_lock_statement(*state, pets, CHANGE_ADD);
    assert_true(lock->shared);
    assert_int_equal(lock->n_parameters, 2);
    check_has(lock->sql, "t.\"owner_id\" is distinct from a.near limit 1");
    check_has(lock->sql, "from touched t order by t.key) k");
    check_has(lock->sql, "where t.\"id\" = k.key for no key update");
    const struct statement *join = foreign_key_statement(*state, pets, CHANGE_ADD);
    assert_true(join->shared);
    check_has(join->sql, "set \"owner_id\" = k.near from judged k where k.near_found and");
    check_has(join->sql, "array(select k.held where k.held <> k.near)");
    const struct statement *leave =
        foreign_key_statement(*state, rel_of("persons", "guests"), CHANGE_REMOVE);
    check_has(leave->sql, "set \"sitter_id\" = null from judged k where k.near_found and"
                          " t.\"id\" = k.key and t.\"sitter_id\" = k.near");
}

int main(void)
{
    const struct CMUnitTest tests[] = { arena_test(test_one_member_by_a_foreign_key) };
    return cmocka_run_group_tests_name("foreign_key", tests, set_up_model, tear_down_model);
}
