/*
 * kinds_test.c - plans for relationships of every kind: what is locked in which order, what is
 * asked before anything is written, and where the links are written.
 */
#include "support/cmocka_all.h"

#include "plan/selection.h"
#include "relationship/link.h"
#include "relationship/statements.h"
#include "relationship/write.h"
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
    "primary id\nforeign person_id persons id\nunique passports_person_key person_id\n"
    "table pairs\n"
    "column a bigint not_null\ncolumn b bigint not_null\n"
    "column role text not_null default\ncolumn hours smallint\ncolumn made timestamptz not_null default\n"
    "primary a b\nforeign a persons id\nforeign b persons id\nindex b a\n"
    "table seats\n"
    "column pet_id bigint not_null\ncolumn phone_id bigint not_null\n"
    "primary pet_id phone_id\nforeign pet_id pets id\nforeign phone_id phones id\n"
    "unique seats_pet_key pet_id\nindex phone_id\n";

static const char json[] =
    "{'resources': {"
    "'persons': {'relationships': {"
    "  'pets': {'target': 'pets', 'remote_columns': 'owner_id', 'back_populates': 'owner'},"
    "  'guests': {'target': 'pets', 'remote_columns': 'sitter_id', 'back_populates': 'sitter', 'on_move': 'refuse'},"
    "  'passport': {'target': 'passports', 'back_populates': 'person', 'uselist': false},"
    "  'friends': {'target': 'persons', 'secondary': 'pairs', 'symmetric': true,"
    "    'local_columns': 'a', 'remote_columns': 'b',"
    "    'secondary_attributes': {'role': {}, 'hours': {}, 'made': {'read_only': true}}}}},"
    "'pets': {'attributes': {'name': {}}, 'relationships': {"
    "  'owner': {'target': 'persons', 'local_columns': 'owner_id', 'back_populates': 'pets'},"
    "  'sitter': {'target': 'persons', 'local_columns': 'sitter_id', 'back_populates': 'guests'},"
    "  'parent': {'target': 'pets', 'local_columns': 'parent_id', 'back_populates': 'young'},"
    "  'young': {'target': 'pets', 'remote_columns': 'parent_id', 'back_populates': 'parent'},"
    "  'phone': {'target': 'phones', 'secondary': 'seats', 'back_populates': 'pets', 'uselist': false}}},"
    "'passports': {'client_ids': true, 'relationships': {"
    "  'person': {'target': 'persons', 'back_populates': 'passport'}}},"
    "'phones': {'relationships': {'pets': {'target': 'pets', 'secondary': 'seats', 'back_populates': 'phone'}}}"
    "}}";
/* clang-format on */

static struct loaded_model loaded;

static int set_up_model(void **state)
{
    (void)state;
    loaded = loaded_model_over(tables, json);
    for (struct finding *f = loaded.findings.first; loaded.model == NULL && f != NULL;
         f = f->next) {
        print_error("%s: %s\n", f->pointer, f->reason);
    }
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

static void check_has_not(const char *sql, const char *piece)
{
    if (strstr(sql, piece) != NULL) {
        fail_msg("\"%s\" in: %s", piece, sql);
    }
}

enum { MAX_MEMBERS = 4 };

/* A plan for the links of one relationship of resource 7, whose members are 50, 51 … */
struct trial {
    struct member members[MAX_MEMBERS];
    struct relationship_value value;
    struct document document;
    struct plan plan;
};

static void begin(struct arena *a, struct trial *t, const struct relationship *rel, size_t n)
{
    *t = (struct trial){ 0 };
    for (size_t i = 0; i < n; i++) {
        t->members[i].key = cell_from_int8(a, (int64_t)(50 + i));
        t->members[i].at = (uint32_t)i;
    }
    t->value = (struct relationship_value){ .relationship = rel,
                                            .linkage = { .n = n, .members = t->members } };
    t->document = (struct document){ .n_relationships = 1, .relationships = &t->value };
}

static void plan_links(struct arena *a, struct trial *t, enum change_kind kind)
{
    struct cell key = cell_from_int8(a, 7);
    assert_int_equal(write_plan_links(a, key, &t->document, kind, false, &t->plan), 0);
    assert_true(t->plan.writes && t->plan.repeatable && !t->plan.shared);
}

static struct plan planned(struct arena *a, const char *type, const char *name,
                           enum change_kind kind, size_t n)
{
    struct trial t;
    begin(a, &t, rel_of(type, name), n);
    plan_links(a, &t, kind);
    return t.plan;
}

static const char *sql_at(const struct plan *plan, size_t i)
{
    assert_true(i < plan->n_statements);
    return plan->statements[i].statement->sql;
}

static const char *judgement(const struct plan *plan)
{
    return sql_at(plan, plan->judged);
}

/* ---- many-to-one ----------------------------------------------------------------------------- */

static void test_many_to_one_is_a_column_of_the_owner(void **state)
{
    struct plan p = planned(*state, "pets", "sitter", CHANGE_REPLACE, 1);
    assert_int_equal(p.n_statements, 1); /* nobody else is concerned */
    const char *sql = judgement(&p);
    check_has(sql,
              "from \"public\".\"pets\" p where p.\"id\" = $1 and p.\"sitter_id\" = g.key limit 1");
    check_has(sql, "from \"public\".\"persons\" t where t.\"id\" = g.key for key share");
    check_has(sql, "written as (update \"public\".\"pets\" r set \"sitter_id\" ="
                   " (select g.key from given_0 g) from go where r.\"id\" = $1"
                   " and (r.\"sitter_id\" is distinct from (select g.key from given_0 g))");
    check_has_not(sql, "held_0");
    p = planned(*state, "pets", "sitter", CHANGE_REPLACE, 0); /* null: nothing is given */
    assert_string_equal(judgement(&p), sql);
    assert_int_equal(p.statements[0].arguments[1].n, 0);
}

static void test_many_to_one_is_taken_away(void **state)
{
    struct plan p = planned(*state, "pets", "sitter", CHANGE_REMOVE, 1);
    check_has(judgement(&p), "set \"sitter_id\" = null from go where r.\"id\" = $1"
                             " and (r.\"sitter_id\" in (select g.key from given_0 g))");
    check_has_not(judgement(&p), "missing_0");
    check_has_not(judgement(&p), "not exists");
    p = planned(*state, "pets", "owner", CHANGE_REMOVE, 1); /* required */
    check_has(judgement(&p), "and not exists (select from leaving_0))");
    p = planned(*state, "pets", "owner", CHANGE_REPLACE, 1); /* which may be moved */
    check_has_not(judgement(&p), "not exists");
}

/*
 * Who is referred to is locked first, then who refers to it, each by key, then the owner is read.
 */
static void test_a_unique_foreign_key_is_taken_over(void **state)
{
    struct plan p = planned(*state, "passports", "person", CHANGE_REPLACE, 1);
    assert_int_equal(p.n_statements, 4);
    check_has(sql_at(&p, 0),
              "from \"public\".\"persons\" t where t.\"id\" = k.key for no key update");
    check_has(sql_at(&p, 1), "touched as materialized (select p.\"id\" as key from"
                             " \"public\".\"passports\" p where p.\"person_id\" in");
    check_has(sql_at(&p, 1), " union select $2)");
    check_has(sql_at(&p, 1), "order by t.key) k, lateral");
    check_has(sql_at(&p, 1), "from \"public\".\"passports\" t where t.\"id\" = k.key for update");
    assert_int_equal(p.locked, 2);
    const char *sql = judgement(&p);
    check_has(sql,
              "held_0 as materialized (select p.owner, g.key, g.at from sought_0 g,"
              " lateral (select p.\"id\" as owner from \"public\".\"passports\" p"
              " where p.\"person_id\" = g.key and p.\"id\" is not null and p.\"id\" <> $1) p)");
    check_has(sql,
              "robbed as (update \"public\".\"passports\" d set \"person_id\" = case when"
              " d.\"person_id\" in (select h.key from held_0 h) then null else d.\"person_id\" end"
              " from go where d.\"id\" in (select h.owner from held_0 h) returning true)");
    check_has(sql, " and (select count(*) from robbed) >= 0 returning");
    check_has(sql, "array(select distinct h.owner from held_0 h order by 1)"); /* always told */
}

/* ---- one-to-many ----------------------------------------------------------------------------- */

static void test_one_to_many_is_a_column_of_the_target(void **state)
{
    struct plan p = planned(*state, "persons", "guests", CHANGE_ADD, 2);
    assert_int_equal(p.n_statements, 3);
    assert_int_equal(p.locked, 0);
    check_has(sql_at(&p, 1), "with touched as materialized (select g.key from unnest($1) g(key)"
                             " left join lateral (select true as present from \"public\".\"pets\" p"
                             " where p.\"sitter_id\" = $2 and p.\"id\" = g.key limit 1) p on true"
                             " where p.present is null), locked");
    check_has(sql_at(&p, 1), "from \"public\".\"pets\" t where t.\"id\" = k.key for no key update");
    const char *sql = judgement(&p);
    check_has(sql, ", owner as materialized (select $1 as key from go), joined as (");
    check_has(sql, "joined as (update \"public\".\"pets\" t set \"sitter_id\" = o.key from owner o"
                   " where o.key is not null");
    check_has(sql, ") select 0, exists (select from allowed), null::text");
    check_has_not(sql, "cleared");
    p = planned(*state, "persons", "guests", CHANGE_ADD, 1); /* in step by the member's own row */
    assert_int_equal(p.n_statements, 2);
}

static void test_one_to_many_clears_what_leaves(void **state)
{
    struct plan p = planned(*state, "persons", "guests", CHANGE_REPLACE, 1);
    assert_int_equal(p.n_statements, 3);
    check_has(sql_at(&p, 1),
              " union select p.\"id\" as key from \"public\".\"pets\" p where"
              " p.\"sitter_id\" = $2 and p.\"id\" not in (select g.key from unnest($1)");
    const char *sql = judgement(&p);
    check_has(sql, "cleared as (update \"public\".\"pets\" t set \"sitter_id\" = null from owner o"
                   " where t.\"sitter_id\" = o.key and t.\"id\" not in");
    check_has(sql, " and (select count(*) from cleared) >= 0 returning true)");
    p = planned(*state, "persons", "guests", CHANGE_REMOVE, 1);
    check_has(judgement(&p), "where t.\"sitter_id\" = o.key and t.\"id\" in (select g.key");
    check_has_not(judgement(&p), "joined");
    check_has_not(judgement(&p), "missing_0");
}

static void test_what_refuses(void **state)
{
    struct plan p = planned(*state, "persons", "guests", CHANGE_ADD, 1); /* "on_move": "refuse" */
    check_has(judgement(&p), " and not exists (select from held_0))");
    check_has(judgement(&p), "(select min(h.at) from held_0 h), (select h.owner from held_0 h"
                             " order by h.at limit 1)");
    p = planned(*state, "persons", "pets", CHANGE_ADD, 1);
    check_has_not(judgement(&p), "not exists");
    for (int kind = CHANGE_REPLACE; kind <= CHANGE_REMOVE; kind++) { /* NOT NULL */
        p = planned(*state, "persons", "pets", (enum change_kind)kind, 1);
        check_has(judgement(&p), " and not exists (select from leaving_0))");
        check_has(judgement(&p), "(select l.key from leaving_0 l order by 1 limit 1)");
    }
}

/* One table, so that all rows concerned are locked in one order of keys, the owner's among them. */
static void test_of_a_type_with_itself(void **state)
{
    struct plan p = planned(*state, "pets", "young", CHANGE_REPLACE, 1);
    check_has(sql_at(&p, 0), " union select $2), locked");
    assert_int_equal(p.locked, 1);
}

static void test_a_single_far_side_locks_its_key(void **state)
{
    struct plan p = planned(*state, "persons", "passport", CHANGE_REPLACE, 1);
    assert_int_equal(p.locked, 0);
    check_has(sql_at(&p, 1), "from \"public\".\"passports\" t where t.\"id\" = k.key for update");
    assert_int_equal(p.statements[1].statement->parameters[0].array_oid, 2951); /* uuid[] */
}

/* ---- association tables ---------------------------------------------------------------------- */

static void test_members_of_one_owner_are_taken(void **state)
{
    const struct relationship *pets = rel_of("phones", "pets");
    assert_true(pets->far_is_unique && !link_is_plain(pets));
    struct plan p = planned(*state, "phones", "pets", CHANGE_ADD, 2);
    check_has(sql_at(&p, 0), "from \"public\".\"pets\" t where t.\"id\" = k.key for no key update");
    const char *sql = judgement(&p);
    check_has(sql, "robbed_0 as (delete from \"public\".\"seats\" d where d.ctid = any(array(");
    check_has(sql, "and (d.\"phone_id\", d.\"pet_id\") in (select h.owner, h.key from held_0 h)");
    check_has(sql, " where true and (select count(*) from robbed_0) >= 0"
                   " on conflict (\"phone_id\", \"pet_id\") do nothing");
    check_has_not(sql, "removed_0");
    for (int kind = CHANGE_REPLACE; kind <= CHANGE_REMOVE;
         kind++) { /* others may rob those that go */
        p = planned(*state, "phones", "pets", (enum change_kind)kind, 2);
        check_has(sql_at(&p, 0), "p.\"pet_id\" as key from \"public\".\"seats\" p where p.");
    }
}

static void test_a_to_one_makes_room_first(void **state)
{
    assert_false(link_is_plain(rel_of("pets", "phone")));
    struct plan p = planned(*state, "pets", "phone", CHANGE_REPLACE, 1);
    check_has(judgement(&p), " and (select count(*) from removed_0) >= 0"
                             " on conflict (\"pet_id\", \"phone_id\") do nothing");
    check_has_not(judgement(&p), "held_0");
}

static void give_columns(struct trial *t, struct arena *a, size_t member, const char *role,
                         const char *hours)
{
    const struct relationship *rel = t->value.relationship;
    struct attribute_value *values = arena_zalloc(a, 2, sizeof *values);
    size_t n = 0;
    if (role != NULL) {
        values[n++] =
            (struct attribute_value){ &rel->link_columns[0], cell_from_text(role, strlen(role)) };
    }
    if (hours != NULL) {
        values[n++] = (struct attribute_value){ &rel->link_columns[1], cell_null() };
    }
    t->members[member].n_columns = (uint32_t)n;
    t->members[member].columns = values;
}

/* Each column comes with whether it is given; where it is not, a new link has the default. */
static void test_link_columns(void **state)
{
    struct trial t;
    begin(*state, &t, rel_of("persons", "friends"), 3);
    give_columns(&t, *state, 1, "lead", NULL);
    plan_links(*state, &t, CHANGE_ADD);
    check_has(sql_at(&t.plan, 0), "for update"); /* links made from the other side wait as well */
    const char *sql = judgement(&t.plan);
    check_has(sql, "given_0 as materialized (select distinct on (g.key) g.*");
    check_has(sql, "from unnest($2, $3, $4) with ordinality g(key, gives_0, value_0, place)) g");
    check_has(sql, "\"b\", \"role\") select least($1, c.key), greatest($1, c.key),"
                   " case when c.gives_0 then c.value_0 else cast(new_role() as text) end from go");
    check_has(sql, "updated_0 as (update \"public\".\"pairs\" p set \"role\" ="
                   " case when g.gives_0 then g.value_0 else p.\"role\" end from given_0 g, go");
    check_has(sql, "(g.gives_0 and p.\"role\" is distinct from g.value_0)) returning g.key)");
    check_has_not(sql, "\"hours\" = case");
    const struct step_plan *step = &t.plan.statements[t.plan.judged];
    assert_int_equal(step->statement->parameters[2].array_oid, 1000); /* boolean[] */
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(cell_bool(step->arguments[2].cells[i]), i == 1);
        assert_int_equal(cell_is_null(step->arguments[3].cells[i]), i != 1);
    }
    give_columns(&t, *state, 2, NULL, "null");
    plan_links(*state, &t, CHANGE_REPLACE);
    check_has(judgement(&t.plan), "g(key, gives_0, value_0, gives_1, value_1, place)");
    check_has(judgement(&t.plan), "else cast(null as smallint) end");
}

/* Both directions are read; one row is written, the lesser key near. */
static void test_a_mutual_link(void **state)
{
    const struct relationship *friends = rel_of("persons", "friends");
    assert_ptr_equal(friends->inverse, friends);
    struct plan p = planned(*state, "persons", "friends", CHANGE_REPLACE, 1);
    const char *sql = judgement(&p);
    check_has(sql, "select true as present from (select p.\"a\", p.\"b\"");
    check_has(sql, " where ((p.\"a\" = $1 and p.\"b\" not in (select g.key from given_0 g))"
                   " or (p.\"b\" = $1 and p.\"a\" not in (select g.key from given_0 g)))");
    check_has(sql, "select least($1, c.key), greatest($1, c.key) from go");
    check_has(sql, "returning case when p.\"a\" = $1 then p.\"b\" else p.\"a\" end as key)");
    assert_true(link_is_plain(friends));
    assert_false(link_may_trust(friends)); /* rows may be stored the other way round */
    sql = link_judging_statement(*state, friends, true)->sql;
    check_has(sql, "partition by least(a.near, a.far), greatest(a.near, a.far) order by");
    check_has(sql, "select least(k.near, k.far), greatest(k.near, k.far) from judged k");
    check_has(sql, "(least(k.near, k.far), greatest(k.near, k.far)) in (select c.near, c.far");
    sql = unlink_statement(*state, friends, false)->sql;
    check_has(sql,
              "p.\"a\" = k.near and p.\"b\" = k.far or (p.\"a\" = k.far and p.\"b\" = k.near)");
    check_has(sql, "or (d.\"a\", d.\"b\") in (select k.far, k.near from asked k)");
    check_has(sql, "returning least(d.\"a\", d.\"b\") as near, greatest(d.\"a\", d.\"b\") as far)");
}

/* ---- with the resource ----------------------------------------------------------------------- */

static void test_create_of_every_kind(void **state)
{
    const struct resource *pets = model_find_resource(loaded.model, text_of("pets"));
    struct member members[2] = { { .key = cell_from_int8(*state, 50) },
                                 { .key = cell_from_int8(*state, 51), .at = 1 } };
    struct relationship_value values[] = {
        { rel_of("pets", "young"), { 2, members } },
        { rel_of("pets", "owner"), { 1, members } },
        { rel_of("pets", "sitter"), { 0, members } },
        { rel_of("pets", "phone"), { 1, members } },
    };
    struct document document = { .n_relationships = ARRAY_SIZE(values), .relationships = values };
    struct plan plan;
    assert_int_equal(write_plan_create(*state, pets, &document, &plan), 0);
    assert_int_equal(plan.n_statements,
                     3); /* the young are locked, all is judged, they are given */
    assert_false(plan.repeatable);
    const char *sql = plan.statements[plan.judged].statement->sql;
    check_has(sql, "as r (\"owner_id\", \"sitter_id\") select (select g.key from given_1 g),"
                   " (select g.key from given_2 g) from go where true returning r.\"id\" as key)");
    check_has(sql, "insert into \"public\".\"seats\" as p (\"pet_id\", \"phone_id\")"
                   " select w.key, c.key from written w");
    check_has(plan.statements[2].statement->sql, "set \"parent_id\" = o.key from owner o");
    check_has_not(plan.statements[2].statement->sql, "cleared");
}

static void test_create_with_a_chosen_id(void **state)
{
    const struct resource *passports = model_find_resource(loaded.model, text_of("passports"));
    struct document document = { .has_key = true, .key = cell_from_text("0123456789abcdef", 16) };
    struct plan plan;
    assert_int_equal(write_plan_create(*state, passports, &document, &plan), 0);
    const char *sql = plan.statements[0].statement->sql;
    check_has(sql, "allowed as materialized (select where not exists"
                   " (select from \"public\".\"passports\" r where r.\"id\" = $1))");
    check_has(sql, "(\"id\") overriding system value select $1 from go where true");
    check_has(sql, "select 0, exists (select from allowed), set_config(");
    assert_memory_equal(plan.statements[0].arguments[0].cells[0].at, "0123456789abcdef", 16);
}

/* Two relationships that move the same rows are written one after the other. */
static void test_update_of_two_foreign_keys(void **state)
{
    const struct resource *persons = model_find_resource(loaded.model, text_of("persons"));
    struct member member = { .key = cell_from_int8(*state, 50) };
    struct relationship_value values[] = { { rel_of("persons", "guests"), { 1, &member } },
                                           { rel_of("persons", "pets"), { 1, &member } } };
    struct document document = { .n_relationships = 2, .relationships = values };
    struct plan plan;
    struct cell key = cell_from_int8(*state, 7);
    assert_int_equal(write_plan_update(*state, persons, key, &document, &plan), 0);
    assert_int_equal(plan.n_statements, 6);
    check_has(plan.statements[3].statement->sql, "set_config('" CREATED_KEY "', case when"
                                                 " exists (select from go) then $1::text else ''");
    check_has(plan.statements[4].statement->sql,
              "nullif(current_setting('" CREATED_KEY "', true), '')::bigint as key)");
    check_has(plan.statements[1].statement->sql, "\"owner_id\""); /* locked in the model's order */
    check_has(plan.statements[2].statement->sql, "\"sitter_id\"");
    check_has(plan.statements[4].statement->sql, "set \"sitter_id\"");
    check_has(plan.statements[5].statement->sql, "set \"owner_id\"");
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static void test_only_plain_links_are_shared(void **state)
{
    const struct statements *s = statements_new(*state, loaded.model);
    for (size_t i = 0; i < loaded.model->n_resources; i++) {
        const struct resource *resource = &loaded.model->resources[i];
        for (size_t j = 0; j < resource->n_relationships; j++) {
            const struct relationship *rel = &resource->relationships[j];
            const struct relationship_statements *of = &s->of_relationship[rel->id];
            assert_int_equal(link_is_plain(rel), rel->is_symmetric);
            assert_int_equal(of->link_judging[0] != NULL, link_is_plain(rel));
            assert_null(of->link[0]); /* all plain ones are mutual here */
            assert_int_equal(of->unlink[1] != NULL, link_is_plain(rel));
            assert_int_equal(of->lock_owners != NULL, link_is_plain(rel));
        }
    }
}

static void test_without_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct trial t;
    begin(a, &t, rel_of("persons", "pets"), 2);
    struct cell key = cell_from_int8(a, 7);
    for (size_t budget = 0; budget < 6144; budget += 512) {
        struct arena *small = arena_new(budget);
        struct plan plan;
        assert_true(write_plan_links(small, key, &t.document, CHANGE_REPLACE, true, &plan) < 0);
        arena_free(small);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_many_to_one_is_a_column_of_the_owner),
        arena_test(test_many_to_one_is_taken_away),
        arena_test(test_a_unique_foreign_key_is_taken_over),
        arena_test(test_one_to_many_is_a_column_of_the_target),
        arena_test(test_one_to_many_clears_what_leaves),
        arena_test(test_what_refuses),
        arena_test(test_of_a_type_with_itself),
        arena_test(test_a_single_far_side_locks_its_key),
        arena_test(test_members_of_one_owner_are_taken),
        arena_test(test_a_to_one_makes_room_first),
        arena_test(test_link_columns),
        arena_test(test_a_mutual_link),
        arena_test(test_create_of_every_kind),
        arena_test(test_create_with_a_chosen_id),
        arena_test(test_update_of_two_foreign_keys),
        arena_test(test_only_plain_links_are_shared),
        arena_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("kinds", tests, set_up_model, tear_down_model);
}
