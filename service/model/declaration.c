/*
 * declaration.c - JSON to declarations, by member tables: one row per key, with its kind and where
 * its value goes. A key that is in no table is refused with the name it was probably meant to be.
 */
#include "model/declaration.h"

#include <jansson.h>

#include "model/names.h"

enum member_kind {
    MEMBER_NAME,    /* a string that is not empty; goes to a const char * */
    MEMBER_TEXT,    /* likewise, in anybody's words */
    MEMBER_FLAG,    /* true or false; goes to a bool */
    MEMBER_CHOICE,  /* true or false; goes to an enum declared_choice */
    MEMBER_NAMES,   /* such a string or an array of them; goes to a struct declared_names */
    MEMBER_MOVE,    /* "move" or "refuse"; goes to a const char * */
    MEMBER_OBJECT,  /* an object, read by a function of its own */
    MEMBER_BACKREF, /* a string or such an object */
    MEMBER_IGNORED, /* for editors */
};

struct member {
    const char *name;
    enum member_kind kind;
    size_t offset; /* of its place in the declared struct */
    bool required;
};

enum { MAX_MEMBERS = 16 };

/* clang-format off */
static const struct member file_members[] = {
    { "$schema",   MEMBER_IGNORED, 0, false },
    { "resources", MEMBER_OBJECT,  0, true  },
};
#define IN_RESOURCE(field) offsetof(struct declared_resource, field)
static const struct member resource_members[] = {
    { "table",         MEMBER_NAME,   IN_RESOURCE(table),       false },
    { "key",           MEMBER_NAME,   IN_RESOURCE(key),         false },
    { "attributes",    MEMBER_OBJECT, 0,                        false },
    { "relationships", MEMBER_OBJECT, 0,                        false },
    { "view_only",     MEMBER_FLAG,   IN_RESOURCE(view_only),   false },
    { "client_ids",    MEMBER_FLAG,   IN_RESOURCE(client_ids),  false },
    { "description",   MEMBER_TEXT,   IN_RESOURCE(description), false },
};
static const struct member attribute_members[] = {
    { "column",    MEMBER_NAME, offsetof(struct declared_attribute, column),    false },
    { "read_only", MEMBER_FLAG, offsetof(struct declared_attribute, read_only), false },
};
#define IN_RELATIONSHIP(field) offsetof(struct declared_relationship, field)
static const struct member relationship_members[] = {
    { "target",               MEMBER_NAME,    IN_RELATIONSHIP(target),         true  },
    { "secondary",            MEMBER_NAME,    IN_RELATIONSHIP(secondary),      false },
    { "back_populates",       MEMBER_NAME,    IN_RELATIONSHIP(back_populates), false },
    { "backref",              MEMBER_BACKREF, 0,                               false },
    { "local_columns",        MEMBER_NAMES,   IN_RELATIONSHIP(local_columns),  false },
    { "remote_columns",       MEMBER_NAMES,   IN_RELATIONSHIP(remote_columns), false },
    { "uselist",              MEMBER_CHOICE,  IN_RELATIONSHIP(uselist),        false },
    { "symmetric",            MEMBER_CHOICE,  IN_RELATIONSHIP(symmetric),      false },
    { "allow_self",           MEMBER_CHOICE,  IN_RELATIONSHIP(allow_self),     false },
    { "view_only",            MEMBER_CHOICE,  IN_RELATIONSHIP(view_only),      false },
    { "on_move",              MEMBER_MOVE,    IN_RELATIONSHIP(on_move),        false },
    { "secondary_attributes", MEMBER_OBJECT,  0,                               false },
    { "order_by",             MEMBER_NAMES,   IN_RELATIONSHIP(order_by),       false },
    { "overlaps",             MEMBER_NAMES,   IN_RELATIONSHIP(overlaps),       false },
    { "description",          MEMBER_TEXT,    IN_RELATIONSHIP(description),    false },
};
/* What the created side has for itself; the rest it shares with the side that creates it. */
static const struct member backref_members[] = {
    { "name",        MEMBER_NAME,   IN_RELATIONSHIP(name),        true  },
    { "uselist",     MEMBER_CHOICE, IN_RELATIONSHIP(uselist),     false },
    { "view_only",   MEMBER_CHOICE, IN_RELATIONSHIP(view_only),   false },
    { "on_move",     MEMBER_MOVE,   IN_RELATIONSHIP(on_move),     false },
    { "order_by",    MEMBER_NAMES,  IN_RELATIONSHIP(order_by),    false },
    { "overlaps",    MEMBER_NAMES,  IN_RELATIONSHIP(overlaps),    false },
    { "description", MEMBER_TEXT,   IN_RELATIONSHIP(description), false },
};
/* clang-format on */

struct member_table {
    const struct member *at;
    size_t n;
};

#define MEMBER_TABLE(members) ((struct member_table){ .at = (members), .n = ARRAY_SIZE(members) })

struct reader {
    struct arena *arena;
    struct findings *findings;
};

static const char *kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return json_array_size(value) == 0 ? "an empty array" : "an array";
    case JSON_STRING:
        return json_string_length(value) == 0 ? "an empty string" : "a string";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_NULL:
        return "null";
    }
    UNREACHABLE();
}

static void refuse_kind(const struct reader *r, const char *pointer, const char *wanted,
                        const json_t *value)
{
    findings_add(r->findings, FINDING_ERROR, pointer,
                 arena_printf(r->arena, "must be %s, is %s", wanted, kind_of(value)),
                 arena_printf(r->arena, "write %s here", wanted));
}

static bool is_text(const json_t *value)
{
    return json_is_string(value) && json_string_length(value) > 0;
}

/* Refuses a value of another kind than the one that is wanted here. */
static bool expect(const struct reader *r, const char *pointer, const json_t *value, bool fits,
                   const char *wanted)
{
    if (!fits) {
        refuse_kind(r, pointer, wanted, value);
    }
    return fits;
}

static bool read_text(const struct reader *r, const char *pointer, const json_t *value,
                      const char *wanted, const char **ret)
{
    if (!expect(r, pointer, value, is_text(value), wanted)) {
        return false;
    }
    *ret = arena_strdup(r->arena, json_string_value(value));
    return *ret != NULL;
}

static bool read_name(const struct reader *r, const char *pointer, const json_t *value,
                      const char **ret)
{
    return read_text(r, pointer, value, "a name", ret);
}

static bool read_names(const struct reader *r, const char *pointer, const json_t *value,
                       struct declared_names *ret)
{
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    const char **names = arena_zalloc(r->arena, n, sizeof *names);
    if (names == NULL || n == 0) {
        refuse_kind(r, pointer, "a name or an array of names", value);
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        const json_t *element = json_is_array(value) ? json_array_get(value, i) : value;
        const char *place =
            json_is_array(value) ? arena_printf(r->arena, "%s/%zu", pointer, i) : pointer;
        ok = read_name(r, place, element, &names[i]) && ok;
    }
    if (ok) {
        *ret = (struct declared_names){ .n = n, .at = names };
    }
    return ok;
}

static bool read_flag(const struct reader *r, const char *pointer, const json_t *value, bool *ret)
{
    *ret = json_is_true(value);
    return expect(r, pointer, value, json_is_boolean(value), "true or false");
}

static bool read_choice(const struct reader *r, const char *pointer, const json_t *value,
                        enum declared_choice *ret)
{
    bool yes = false;
    if (!read_flag(r, pointer, value, &yes)) {
        return false;
    }
    *ret = yes ? CHOICE_YES : CHOICE_NO;
    return true;
}

static bool read_move(const struct reader *r, const char *pointer, const json_t *value,
                      const char **ret)
{
    if (!read_name(r, pointer, value, ret)) {
        return false;
    }
    if (strcmp(*ret, "move") != 0 && strcmp(*ret, "refuse") != 0) {
        findings_add(r->findings, FINDING_ERROR, pointer,
                     arena_printf(r->arena, "\"%s\" says not what a linked member does", *ret),
                     "write \"move\" (it leaves its partner, as by default) or \"refuse\"");
        return false;
    }
    return true;
}

static bool read_member(const struct reader *r, const struct member *member, const char *pointer,
                        const json_t *value, void *to)
{
    void *place = (char *)to + member->offset;
    bool has_name = is_text(value) || json_is_object(value);
    switch (member->kind) {
    case MEMBER_NAME:
        return read_name(r, pointer, value, place);
    case MEMBER_TEXT:
        return read_text(r, pointer, value, "a text", place);
    case MEMBER_FLAG:
        return read_flag(r, pointer, value, place);
    case MEMBER_CHOICE:
        return read_choice(r, pointer, value, place);
    case MEMBER_NAMES:
        return read_names(r, pointer, value, place);
    case MEMBER_MOVE:
        return read_move(r, pointer, value, place);
    case MEMBER_OBJECT:
        return expect(r, pointer, value, json_is_object(value), "an object");
    case MEMBER_BACKREF:
        return expect(r, pointer, value, has_name, "a name or an object with one");
    case MEMBER_IGNORED:
        return true;
    }
    UNREACHABLE();
}

static size_t find_member(struct member_table table, const char *name)
{
    size_t i = 0;
    while (i < table.n && strcmp(table.at[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* What stands here instead of settings that relationship() of SQLAlchemy has. */
static const char *instead_of(const char *key)
{
    static const struct {
        const char *key, *instead;
    } settings[] = {
        { "primaryjoin", "the foreign keys join: name their columns" },
        { "secondaryjoin", "the foreign keys join: name their columns" },
        { "foreign_keys", "the foreign keys join: name their columns" },
        { "remote_side", "name the foreign key's column" },
        { "cascade", "what a delete does is said by the foreign key's \"on delete\"" },
        { "passive_deletes", "what a delete does is said by the foreign key's \"on delete\"" },
        { "single_parent", "a unique constraint on the member's column keeps it single" },
        { "lazy", "each request says what to \"include\"" },
        { "include", "each request says what to \"include\"" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
        if (strcmp(settings[i].key, key) == 0) {
            return settings[i].instead;
        }
    }
    return NULL;
}

static void refuse_key(const struct reader *r, const char *pointer, const char *key,
                       struct member_table table)
{
    const char *names[MAX_MEMBERS];
    ASSERT(table.n <= MAX_MEMBERS);
    for (size_t i = 0; i < table.n; i++) {
        names[i] = table.at[i].name;
    }
    struct member_table known = MEMBER_TABLE(relationship_members);
    bool is_of_relationship = table.at == relationship_members || table.at == backref_members;
    bool is_shared = table.at == backref_members && find_member(known, key) < known.n;
    const char *instead = is_of_relationship ? instead_of(key) : NULL;
    findings_add(
        r->findings, FINDING_ERROR, pointer,
        arena_printf(
            r->arena,
            is_shared ? "\"%s\" is not the created side's own to say" : "unknown key \"%s\"", key),
        arena_printf(r->arena, "%s%s%sthe keys here are %s",
                     names_suggest(r->arena, key, names, table.n), instead == NULL ? "" : instead,
                     instead == NULL ? "" : "; ", names_list(r->arena, names, table.n)));
}

/* Every key of `object` into the struct at `to`; false when any of them is wrong or missing. */
static bool read_members(const struct reader *r, json_t *object, const char *pointer,
                         struct member_table table, void *to)
{
    bool ok = true;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        const char *place = pointer_join(r->arena, pointer, key);
        size_t i = find_member(table, key);
        if (i == table.n) {
            refuse_key(r, place, key, table);
            ok = false;
        } else {
            ok = read_member(r, &table.at[i], place, value, to) && ok;
        }
    }
    for (size_t i = 0; i < table.n; i++) {
        if (table.at[i].required && json_object_get(object, table.at[i].name) == NULL) {
            findings_add(r->findings, FINDING_ERROR, pointer,
                         arena_printf(r->arena, "has no \"%s\"", table.at[i].name), "add it");
            ok = false;
        }
    }
    return ok;
}

/* One entry of an object of named things, read into `to` (zeroed). */
typedef void read_entry_fn(const struct reader *r, const char *name, const char *pointer,
                           json_t *value, void *to);

/* Every entry of the object `key` of `parent`, in an array of `size` bytes each; NULL: no entries.
 */
static const void *read_entries(const struct reader *r, const json_t *parent, const char *pointer,
                                const char *key, size_t size, read_entry_fn *read_entry)
{
    json_t *object = json_object_get(parent, key);
    char *entries = arena_zalloc(r->arena, json_object_size(object), size);
    const char *place = pointer_join(r->arena, pointer, key);
    const char *name = NULL;
    json_t *value = NULL;
    size_t i = 0;
    json_object_foreach(object, name, value)
    {
        if (entries == NULL) {
            break;
        }
        const char *at = pointer_join(r->arena, place, name);
        read_entry(r, arena_strdup(r->arena, name), at, value, entries + i * size);
        i++;
    }
    return entries;
}

static size_t n_entries(const json_t *parent, const char *key)
{
    return json_object_size(json_object_get(parent, key));
}

/* Members of one entry; an entry that is no object is broken as a whole. */
static bool read_entry_members(const struct reader *r, json_t *value, const char *pointer,
                               struct member_table table, void *to)
{
    return expect(r, pointer, value, json_is_object(value), "an object") &&
           read_members(r, value, pointer, table, to);
}

static void read_attribute(const struct reader *r, const char *name, const char *pointer,
                           json_t *value, void *to)
{
    struct declared_attribute *attribute = to;
    attribute->name = name;
    attribute->pointer = pointer;
    attribute->broken = !read_entry_members(r, value, pointer, MEMBER_TABLE(attribute_members), to);
}

/* The side that a backref declares: by its name alone, or by an object. NULL: none, or over budget.
 */
static const struct declared_relationship *read_backref(const struct reader *r, json_t *value,
                                                        const char *parent)
{
    struct declared_relationship *side = arena_zalloc(r->arena, 1, sizeof *side);
    bool is_object = json_is_object(value);
    if (side == NULL || (!is_object && !is_text(value))) {
        return NULL; /* what it is instead has been refused */
    }
    side->pointer = pointer_join(r->arena, parent, "backref");
    if (is_object) {
        side->broken = !read_members(r, value, side->pointer, MEMBER_TABLE(backref_members), side);
    } else {
        side->name = arena_strdup(r->arena, json_string_value(value));
    }
    return side;
}

static void read_relationship(const struct reader *r, const char *name, const char *pointer,
                              json_t *value, void *to)
{
    static const char key[] = "secondary_attributes";
    struct declared_relationship *relationship = to;
    relationship->name = name;
    relationship->pointer = pointer;
    relationship->broken =
        !read_entry_members(r, value, pointer, MEMBER_TABLE(relationship_members), to);
    relationship->backref = read_backref(r, json_object_get(value, "backref"), pointer);
    relationship->broken =
        relationship->broken || (relationship->backref != NULL && relationship->backref->broken);
    relationship->has_secondary_attributes = json_object_get(value, key) != NULL;
    relationship->n_secondary_attributes = n_entries(value, key);
    relationship->secondary_attributes =
        read_entries(r, value, pointer, key, sizeof(struct declared_attribute), read_attribute);
}

static void read_resource(const struct reader *r, const char *name, const char *pointer,
                          json_t *value, void *to)
{
    struct declared_resource *resource = to;
    resource->type = name;
    resource->pointer = pointer;
    resource->broken = !read_entry_members(r, value, pointer, MEMBER_TABLE(resource_members), to);
    resource->has_attributes = json_object_get(value, "attributes") != NULL;
    resource->n_attributes = n_entries(value, "attributes");
    resource->attributes = read_entries(r, value, pointer, "attributes",
                                        sizeof(struct declared_attribute), read_attribute);
    resource->n_relationships = n_entries(value, "relationships");
    resource->relationships = read_entries(r, value, pointer, "relationships",
                                           sizeof(struct declared_relationship), read_relationship);
}

static void refuse_json(const struct reader *r, const json_error_t *error)
{
    const char *said = text_quotable(r->arena, text_of(error->text), 200);
    bool repeated = json_error_code(error) == json_error_duplicate_key;
    findings_add(r->findings, FINDING_ERROR, "",
                 arena_printf(r->arena, "line %d, column %d: %s", error->line, error->column, said),
                 repeated ? "remove one of the two" : "mend the JSON there");
}

void declaration_read(struct arena *a, struct text json, struct declaration *ret,
                      struct findings *reterr)
{
    struct reader r = { .arena = a, .findings = reterr };
    json_error_t error;
    *ret = (struct declaration){ 0 };

    json_t *root = json_loadb(json.at, json.n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        refuse_json(&r, &error);
        return;
    }
    if (!json_is_object(root)) {
        refuse_kind(&r, "", "an object", root);
    } else {
        bool ok = read_members(&r, root, "", MEMBER_TABLE(file_members), ret);
        ret->n_resources = n_entries(root, "resources");
        ret->resources = read_entries(&r, root, "", "resources", sizeof(struct declared_resource),
                                      read_resource);
        if (ok && ret->n_resources == 0) {
            findings_add(reterr, FINDING_ERROR, "/resources", "declares no resource",
                         "name at least one, such as \"persons\": {}");
        }
    }
    ret->places = declaration_places(a, root);
    json_decref(root);
}
