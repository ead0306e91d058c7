/*
 * fuzz_document.c - any body as the request of each kind of endpoint. Every problem points at
 * something that is there, what was read is what the body says, and both ways of reading linkage
 * come to the same end.
 */
#include "fuzz.h"

#include "jsonapi/document_read.h"
#include "support/json_pointer.h"
#include "support/small_model.h"

enum { CREATE, UPDATE, LINK, UNLINK, KINDS };

static const struct document_limits limits = { .max_members = 50, .max_depth = 16 };

struct reading {
    struct arena *arena;
    const struct model *model;
    struct problems problems;
    struct document document;
    struct linkage linkage;
    int result;
};

static void read_body(struct reading *r, unsigned kind, struct text body)
{
    const struct document_reader reader = { .arena = r->arena,
                                            .limits = &limits,
                                            .reterr = &r->problems };
    const struct resource *persons = &r->model->resources[SMALL_PERSONS];
    if (kind == CREATE) {
        r->result = document_read_create(&reader, body, persons, &r->document);
    } else if (kind == UPDATE) {
        r->result = document_read_update(&reader, body, persons, TEXT_LITERAL("1"), &r->document);
    } else {
        r->result =
            document_read_linkage(&reader, body, persons->relationships, kind == LINK, &r->linkage);
    }
    fuzz_check_problems(&r->problems, r->result);
}

static void check_pointers(const struct reading *r, const json_t *root)
{
    for (const struct problem *p = r->problems.first; p != NULL; p = p->next) {
        HOLDS(p->source == SOURCE_POINTER || p->source == SOURCE_NONE);
        HOLDS(p->source == SOURCE_NONE || json_pointer_resolves(root, p->where));
    }
}

static void check_value(const struct attribute_value *v, const json_t *json)
{
    const struct attribute *attribute = v->attribute;
    HOLDS(json != NULL);
    HOLDS(cell_is_null(v->value) == json_is_null(json));
    if (cell_is_null(v->value)) {
        HOLDS(attribute->nullable);
    } else if (attribute->type->kind == COLUMN_TEXT) {
        struct text text = { .at = json_string_value(json), .n = json_string_length(json) };
        HOLDS(text_equal(text, (struct text){ .at = v->value.at, .n = (size_t)v->value.n }));
        HOLDS(attribute->max_length == 0 || text.n <= 4 * (size_t)attribute->max_length);
    } else if (json_is_integer(json) && attribute->type->kind != COLUMN_DOUBLE) {
        HOLDS(cell_int(v->value) == json_integer_value(json));
    } else if (json_is_boolean(json)) {
        HOLDS(cell_bool(v->value) == json_is_true(json));
    }
}

static void check_members(const struct linkage *linkage, const json_t *data)
{
    HOLDS(linkage->n <= json_array_size(data) && linkage->n <= limits.max_members);
    for (size_t i = 0; i < linkage->n; i++) {
        HOLDS(i == 0 || linkage->members[i - 1].at < linkage->members[i].at);
        const json_t *identifier = json_array_get(data, linkage->members[i].at);
        const char *id = json_string_value(json_object_get(identifier, "id"));
        char expected[32];
        snprintf(expected, sizeof expected, "%lld", (long long)cell_int(linkage->members[i].key));
        HOLDS(id != NULL && strcmp(id, expected) == 0);
    }
}

static void check_document(const struct reading *r, unsigned kind, const json_t *data)
{
    const json_t *attributes = json_object_get(data, "attributes");
    const json_t *relationships = json_object_get(data, "relationships");
    for (size_t i = 0; i < r->document.n_attributes; i++) {
        const struct attribute_value *v = &r->document.attributes[i];
        HOLDS(kind == UPDATE || !v->attribute->read_only);
        check_value(v, json_object_get(attributes, v->attribute->name));
    }
    for (size_t i = 0; i < r->document.n_relationships; i++) {
        const struct relationship_value *v = &r->document.relationships[i];
        const json_t *given = json_object_get(relationships, v->relationship->name);
        check_members(&v->linkage, json_object_get(given, "data"));
    }
    HOLDS(kind == UPDATE || json_object_get(attributes, "name") != NULL);
}

/* A member more, which is to be ignored, sends plain linkage the general way. */
static void check_other_way(const struct reading *r, unsigned kind, struct text body)
{
    struct text rest = body;
    while (rest.n > 0 && strchr(" \t\r\n", rest.at[0]) != NULL && rest.at[0] != '\0') {
        rest.at++;
        rest.n--;
    }
    if (r->result != 0 || rest.n == 0 || memmem(body.at, body.n, "more", 4) != NULL) {
        return;
    }
    struct buf b;
    buf_init(&b, r->arena, body.n + 16);
    buf_add_literal(&b, "{\"@more\":0,");
    buf_add(&b, rest.at + 1, rest.n - 1);
    struct reading other = { .arena = r->arena,
                             .model = r->model,
                             .problems = { .arena = r->arena } };
    read_body(&other, kind, (struct text){ .at = b.at, .n = b.n });
    HOLDS(other.result == 0 && other.linkage.n == r->linkage.n);
    for (size_t i = 0; i < r->linkage.n; i++) {
        HOLDS(other.linkage.members[i].at == r->linkage.members[i].at);
        HOLDS(cell_int(other.linkage.members[i].key) == cell_int(r->linkage.members[i].key));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text body = { .at = (const char *)data, .n = n };
    unsigned kind = fuzz_choice(&body) % KINDS;
    struct reading r = { .arena = arena_new(FUZZ_BUDGET) };
    r.model = small_model_new(r.arena, 20);
    r.problems.arena = r.arena;
    read_body(&r, kind, body);

    json_error_t error;
    json_t *root = json_loadb(body.n == 0 ? "" : body.at, body.n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL && json_error_code(&error) == json_error_numeric_overflow) {
        arena_free(r.arena); /* numbers of any size are read, but not by the parser alone */
        return 0;
    }
    HOLDS(root != NULL || r.result != 0);
    check_pointers(&r, root);
    const json_t *given = json_object_get(root, "data");
    if (r.result == 0 && (kind == CREATE || kind == UPDATE)) {
        check_document(&r, kind, given);
    } else if (r.result == 0) {
        check_members(&r.linkage, given);
        HOLDS(kind == UNLINK || r.linkage.n == json_array_size(given));
        check_other_way(&r, kind, body);
    }
    json_decref(root);
    arena_free(r.arena);
    return 0;
}
