/*
 * catalogs.c - a line per column, key and index, so that a test shows the tables it is about.
 */
#include "support/catalogs.h"

#include <errno.h>
#include <string.h>

enum { MAX_TABLES = 24, MAX_PARTS = 24, MAX_WORDS = 24 };

const char default_tables[] = "table persons\n"
                              "column id bigint not_null default\n"
                              "column name text not_null\n"
                              "column email text\n"
                              "column created_at timestamptz not_null default\n"
                              "column updated_at timestamptz not_null default\n"
                              "primary id\n"
                              "unique persons_email_key email\n"
                              "check persons_name_length name = must be 1 to 200 characters long\n"
                              "check persons_email_form email = must have an @ between two parts\n"
                              "table phones\n"
                              "column id bigint not_null default\n"
                              "column number text not_null\n"
                              "column label text\n"
                              "column created_at timestamptz not_null default\n"
                              "column updated_at timestamptz not_null default\n"
                              "primary id\n"
                              "unique phones_number_key number\n"
                              "check phones_number_e164 number = must be an E.164 number\n"
                              "table friends\n"
                              "column id bigint not_null default\n"
                              "column name text not_null\n"
                              "column nickname text\n"
                              "column created_at timestamptz not_null default\n"
                              "column updated_at timestamptz not_null default\n"
                              "primary id\n"
                              "table hobbies\n"
                              "column id bigint not_null default\n"
                              "column name text not_null\n"
                              "column description text\n"
                              "column created_at timestamptz not_null default\n"
                              "column updated_at timestamptz not_null default\n"
                              "primary id\n"
                              "unique hobbies_name_key name\n"
                              "table person_phones\n"
                              "column person_id bigint not_null\n"
                              "column phone_id bigint not_null\n"
                              "column linked_at timestamptz not_null default\n"
                              "primary person_id phone_id\n"
                              "foreign person_id persons id\n"
                              "foreign phone_id phones id\n"
                              "index phone_id person_id\n"
                              "table person_friends\n"
                              "column person_id bigint not_null\n"
                              "column friend_id bigint not_null\n"
                              "column linked_at timestamptz not_null default\n"
                              "primary person_id friend_id\n"
                              "foreign person_id persons id\n"
                              "foreign friend_id friends id\n"
                              "index friend_id person_id\n"
                              "table friend_hobbies\n"
                              "column friend_id bigint not_null\n"
                              "column hobby_id bigint not_null\n"
                              "column linked_at timestamptz not_null default\n"
                              "primary friend_id hobby_id\n"
                              "foreign friend_id friends id\n"
                              "foreign hobby_id hobbies id\n"
                              "index hobby_id friend_id\n";

const char default_model[] =
    "{'resources': {"
    "'persons': {"
    "  'attributes': {'name': {}, 'email': {}, 'created_at': {'read_only': true},"
    "                 'updated_at': {'read_only': true}},"
    "  'relationships': {"
    "    'phones': {'target': 'phones', 'secondary': 'person_phones', 'back_populates': 'owners'},"
    "    'friends': {'target': 'friends', 'secondary': 'person_friends', 'backref': 'persons'}}},"
    "'phones': {"
    "  'attributes': {'number': {}, 'label': {}, 'created_at': {'read_only': true},"
    "                 'updated_at': {'read_only': true}},"
    "  'relationships': {"
    "    'owners': {'target': 'persons', 'secondary': 'person_phones',"
    "               'back_populates': 'phones'}}},"
    "'friends': {"
    "  'attributes': {'name': {}, 'nickname': {}, 'created_at': {'read_only': true},"
    "                 'updated_at': {'read_only': true}},"
    "  'relationships': {"
    "    'hobbies': {'target': 'hobbies', 'secondary': 'friend_hobbies',"
    "                'back_populates': 'friends'}}},"
    "'hobbies': {"
    "  'attributes': {'name': {}, 'description': {}, 'created_at': {'read_only': true},"
    "                 'updated_at': {'read_only': true}},"
    "  'relationships': {"
    "    'friends': {'target': 'friends', 'secondary': 'friend_hobbies',"
    "                'back_populates': 'hobbies'}}}}}";

/* Everything of a table while its lines are read. */
struct parts {
    struct catalog_table table;
    struct catalog_column columns[MAX_PARTS];
    struct catalog_constraint constraints[MAX_PARTS];
    struct catalog_index indexes[MAX_PARTS];
};

struct words {
    size_t n;
    const char *at[MAX_WORDS];
};

static const struct {
    const char *name;
    uint32_t oid;
    int32_t max_length;
} types[] = {
    { "bigint", 20, 0 },    { "text", 25, 0 },        { "timestamptz", 1184, 0 },
    { "integer", 23, 0 },   { "smallint", 21, 0 },    { "uuid", 2950, 0 },
    { "boolean", 16, 0 },   { "double", 701, 0 },     { "real", 700, 0 },
    { "date", 1082, 0 },    { "timestamp", 1114, 0 }, { "varchar(20)", 1043, 20 },
    { "numeric", 1700, 0 }, { "jsonb", 3802, 0 },     { "bytea", 17, 0 },
    { "point", 600, 0 },    { "text[]", 1009, 0 },
};

static struct words split(struct arena *a, const char *line, size_t n)
{
    struct words words = { .n = 0 };
    for (size_t i = 0; i < n;) {
        size_t length = strcspn(line + i, " \n");
        if (i + length > n) {
            length = n - i;
        }
        if (length > 0) {
            ASSERT(words.n < MAX_WORDS);
            words.at[words.n++] = arena_copy(a, line + i, length);
        }
        i += length + 1;
    }
    return words;
}

static const char *const *tail(struct arena *a, const struct words *words, size_t from)
{
    const char **copy = arena_zalloc(a, words->n, sizeof *copy);
    for (size_t i = from; i < words->n; i++) {
        copy[i - from] = words->at[i];
    }
    return copy;
}

static bool has_word(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++) {
        if (strcmp(words->at[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static void add_column(struct arena *a, struct parts *t, const struct words *words)
{
    size_t type = 0;
    while (type < ARRAY_SIZE(types) && strcmp(types[type].name, words->at[2]) != 0) {
        type++;
    }
    ASSERT(type < ARRAY_SIZE(types));
    t->columns[t->table.n_columns++] = (struct catalog_column){
        .name = words->at[1],
        .type_oid = types[type].oid,
        .type_name = types[type].name,
        .max_length = types[type].max_length,
        .not_null = has_word(words, "not_null"),
        .has_default = has_word(words, "default"),
        .generated = has_word(words, "generated"),
        .default_sql =
            has_word(words, "default") ? arena_printf(a, "new_%s()", words->at[1]) : NULL,
    };
}

static void add_foreign_key(struct arena *a, struct parts *t, const struct words *words)
{
    const char **referenced = arena_zalloc(a, 1, sizeof *referenced);
    referenced[0] = words->at[3];
    struct words column = { .n = 1, .at = { words->at[1] } };
    t->constraints[t->table.n_constraints++] = (struct catalog_constraint){
        .name = arena_printf(a, "%s_%s_fkey", t->table.name, words->at[1]),
        .kind = CATALOG_FOREIGN_KEY,
        .n_columns = 1,
        .columns = tail(a, &column, 0),
        .referenced_schema = "public",
        .referenced_table = words->at[2],
        .referenced_columns = referenced,
        .on_delete = has_word(words, "restrict")   ? 'r'
                     : has_word(words, "set_null") ? 'n'
                                                   : 'c',
    };
}

static void add_key(struct arena *a, struct parts *t, const struct words *words, size_t from)
{
    t->constraints[t->table.n_constraints++] = (struct catalog_constraint){
        .name = from == 2 ? words->at[1] : arena_printf(a, "%s_pkey", t->table.name),
        .kind = from == 2 ? CATALOG_UNIQUE : CATALOG_PRIMARY_KEY,
        .n_columns = words->n - from,
        .columns = tail(a, words, from),
    };
}

static void add_check(struct arena *a, struct parts *t, const struct words *words, const char *line,
                      size_t n)
{
    const char *comment = memchr(line, '=', n);
    ASSERT(comment != NULL);
    struct words column = { .n = 1, .at = { words->at[2] } };
    t->constraints[t->table.n_constraints++] = (struct catalog_constraint){
        .name = words->at[1],
        .kind = CATALOG_CHECK,
        .n_columns = 1,
        .columns = tail(a, &column, 0),
        .comment = arena_copy(a, comment + 2, (size_t)(line + n - comment) - 2),
    };
}

static struct parts *begin_table(struct parts *t, const struct words *words)
{
    t->table = (struct catalog_table){
        .schema = words->n > 2 ? words->at[2] : "public",
        .name = words->at[1],
        .on_search_path = words->n == 2,
        .is_view = strcmp(words->at[0], "view") == 0,
        .columns = t->columns,
        .constraints = t->constraints,
        .indexes = t->indexes,
    };
    return t;
}

static void read_line(struct arena *a, struct parts *t, const char *line, size_t n)
{
    struct words words = split(a, line, n < 120 ? n : 120);
    const char *what = words.at[0];
    if (strcmp(what, "column") == 0) {
        add_column(a, t, &words);
    } else if (strcmp(what, "primary") == 0) {
        add_key(a, t, &words, 1);
    } else if (strcmp(what, "unique") == 0) {
        add_key(a, t, &words, 2);
    } else if (strcmp(what, "check") == 0) {
        add_check(a, t, &words, line, n);
    } else if (strcmp(what, "foreign") == 0) {
        add_foreign_key(a, t, &words);
    } else {
        ASSERT(strcmp(what, "index") == 0); /* the only word left */
        t->indexes[t->table.n_indexes++] =
            (struct catalog_index){ .n_columns = words.n - 1, .columns = tail(a, &words, 1) };
    }
}

const struct catalog *catalog_from(struct arena *a, const char *text)
{
    struct parts *parts = arena_zalloc(a, MAX_TABLES, sizeof *parts);
    struct catalog_table *tables = arena_zalloc(a, MAX_TABLES, sizeof *tables);
    struct catalog *catalog = arena_zalloc(a, 1, sizeof *catalog);
    ASSERT(parts != NULL && tables != NULL && catalog != NULL);
    struct parts *t = NULL;
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        struct words words = split(a, line, n < 120 ? n : 120);
        if (strcmp(words.at[0], "table") == 0 || strcmp(words.at[0], "view") == 0) {
            ASSERT(catalog->n_tables < MAX_TABLES);
            t = begin_table(&parts[catalog->n_tables++], &words);
        } else {
            ASSERT(t != NULL);
            read_line(a, t, line, n);
        }
        line += n + (line[n] == '\n' ? 1 : 0);
    }
    for (size_t i = 0; i < catalog->n_tables; i++) {
        tables[i] = parts[i].table;
    }
    catalog->tables = tables;
    return catalog;
}

const char *json_from(struct arena *a, const char *text)
{
    char *json = arena_strdup(a, text);
    ASSERT(json != NULL);
    for (char *c = json; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return json;
}

struct model *model_default(void)
{
    struct arena *a = arena_new(1 << 20);
    ASSERT(a != NULL);
    struct findings findings = { .arena = a, .file = "default.json" };
    struct model *model = NULL;
    int r = model_load(text_of(json_from(a, default_model)), catalog_from(a, default_tables),
                       &model, &findings);
    ASSERT(r == 0 && findings.n_warnings == 0);
    arena_free(a);
    return model;
}

struct loaded_model loaded_model_over(const char *more_tables, const char *json)
{
    struct loaded_model l = { .arena = arena_new(8 << 20) };
    ASSERT(l.arena != NULL);
    const char *tables = arena_printf(l.arena, "%s%s", default_tables, more_tables);
    l.findings = (struct findings){ .arena = l.arena, .file = "model.json" };
    l.r = model_load(text_of(json_from(l.arena, json)), catalog_from(l.arena, tables), &l.model,
                     &l.findings);
    ASSERT(l.r == (l.findings.n_errors > 0 ? 1 : 0));
    return l;
}

const struct relationship *relationship_of(const struct model *model, const char *type,
                                           const char *name)
{
    const struct resource *resource = model_find_resource(model, text_of(type));
    ASSERT(resource != NULL);
    const struct relationship *relationship = resource_find_relationship(resource, text_of(name));
    ASSERT(relationship != NULL);
    return relationship;
}

void loaded_model_free(struct loaded_model *loaded)
{
    model_free(loaded->model);
    arena_free(loaded->arena);
}
