/*
 * document_linkage.c - resource identifiers to keys, and what their meta says of the link.
 *
 * Bodies with thousands of members are common, so that nothing is formatted for one that is right,
 * and places are written only while problems are still kept.
 */
#include <jansson.h>

#include "jsonapi/document_parts.h"

enum { QUOTED_BYTES = 60 }; /* how much of a type or id a message repeats */

/* The members of one relationship being read. */
struct member_list {
    struct document_reading *reading;
    const struct relationship *relationship;
    const char *pointer;
    bool must_exist;
};

static struct text text_of_json(const json_t *string)
{
    return (struct text){ .at = json_string_value(string), .n = json_string_length(string) };
}

static const char *quote(const struct member_list *list, const json_t *string)
{
    return text_quotable(list->reading->reader->arena, text_of_json(string), QUOTED_BYTES);
}

/* Where identifier `i` stands, or with `member` not "" ("/id"), that member of it. */
static struct problem_place place_of(const struct member_list *list, size_t i, const char *member)
{
    struct problems *reterr = list->reading->reader->reterr;
    return list->relationship->is_to_one ? problem_at(reterr, "%s%s", list->pointer, member)
                                         : problem_at(reterr, "%s/%zu%s", list->pointer, i, member);
}

/* The problem of identifier `i` whose `member` ("/id") is missing (`value` NULL) or no string. */
static void refuse_member(const struct member_list *list, size_t i, const char *member,
                          const json_t *value)
{
    struct problems *reterr = list->reading->reader->reterr;
    if (value == NULL) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, place_of(list, i, ""),
                    "a resource identifier has a type and an id, and this one has no %s",
                    member + 1);
    } else {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, place_of(list, i, member),
                    "the %s of a resource identifier is a string, not %s", member + 1,
                    document_describe(list->reading->reader->arena, value));
    }
}

static bool read_type(const struct member_list *list, size_t i, const json_t *identifier)
{
    struct problems *reterr = list->reading->reader->reterr;
    const char *wanted = list->relationship->target->type;
    const json_t *type = json_object_get(identifier, "type");
    if (!json_is_string(type)) {
        refuse_member(list, i, "/type", type);
        return false;
    }
    if (text_is(text_of_json(type), wanted)) {
        return true;
    }
    problem_add(reterr, PROBLEM_CONFLICT, place_of(list, i, "/type"), "\"%s\" links %s, not \"%s\"",
                list->relationship->name, wanted, quote(list, type));
    return false;
}

static bool read_id(const struct member_list *list, size_t i, const json_t *identifier,
                    struct cell *ret_key)
{
    const struct document_reader *reader = list->reading->reader;
    const struct resource *target = list->relationship->target;
    const json_t *id = json_object_get(identifier, "id");
    if (id == NULL && json_object_get(identifier, "lid") != NULL) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, place_of(list, i, "/lid"),
                    "a lid names nothing here: link resources that exist, by their id");
        return false;
    }
    if (!json_is_string(id)) {
        refuse_member(list, i, "/id", id);
        return false;
    }
    if (key_read(reader->arena, target->key_type, text_of_json(id), ret_key)) {
        return true;
    }
    if (list->must_exist && !arena_failed(reader->arena)) {
        problem_add(reader->reterr, PROBLEM_NOT_FOUND, place_of(list, i, ""),
                    "there is no resource of type \"%s\" with the id \"%s\"", target->type,
                    quote(list, id));
    }
    return false;
}

/* A value that a link column does not take. */
static void refuse_column(const struct member_list *list, size_t i,
                          const struct attribute *attribute, json_t *value)
{
    struct arena *a = list->reading->reader->arena;
    const char *member = arena_printf(a, "/meta/%s", problem_escape(a, attribute->name));
    document_refuse_value(list->reading, attribute, value,
                          place_of(list, i, member == NULL ? "" : member));
}

static size_t count_writable_columns(const struct relationship *relationship)
{
    size_t n = 0;
    for (size_t i = 0; i < relationship->n_link_columns; i++) {
        n += relationship->link_columns[i].read_only ? 0 : 1;
    }
    return n;
}

/*
 * What `meta` gives of the link's own columns. Other members are free (JSON:API knows no meta of
 * ours), and read-only ones are what a client was told and sends back.
 */
static bool read_columns(const struct member_list *list, size_t i, const json_t *meta,
                         struct member *ret)
{
    const struct relationship *relationship = list->relationship;
    struct problems *reterr = list->reading->reader->reterr;
    size_t n_writable = count_writable_columns(relationship);
    if (meta == NULL || n_writable == 0 || !list->must_exist) {
        return true;
    }
    if (!json_is_object(meta)) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, place_of(list, i, "/meta"),
                    "meta is an object, not %s",
                    document_describe(list->reading->reader->arena, meta));
        return false;
    }
    struct attribute_value *values =
        arena_alloc(list->reading->reader->arena, n_writable * sizeof *values);
    size_t n_before = reterr->n;
    for (size_t c = 0; values != NULL && c < relationship->n_link_columns; c++) {
        const struct attribute *attribute = &relationship->link_columns[c];
        json_t *value = attribute->read_only ? NULL : json_object_get(meta, attribute->name);
        struct attribute_value *next = &values[ret->n_columns];
        if (value == NULL) {
            continue;
        }
        if (document_read_value(list->reading, attribute, value, &next->value)) {
            next->attribute = attribute;
            ret->n_columns++;
        } else {
            refuse_column(list, i, attribute, value);
        }
    }
    ret->columns = values;
    return reterr->n == n_before;
}

static bool read_identifier(const struct member_list *list, size_t i, const json_t *identifier,
                            struct member *ret)
{
    struct problems *reterr = list->reading->reader->reterr;
    if (!json_is_object(identifier)) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, place_of(list, i, ""),
                    "a resource identifier is an object with a type and an id, not %s",
                    document_describe(list->reading->reader->arena, identifier));
        return false;
    }
    *ret = (struct member){ .at = (uint32_t)i };
    return read_type(list, i, identifier) && read_id(list, i, identifier, &ret->key) &&
           read_columns(list, i, json_object_get(identifier, "meta"), ret);
}

/* Does the reader's bound allow `n` more members? If not, that is a problem. */
static bool count_members(const struct member_list *list, size_t n)
{
    struct document_reading *reading = list->reading;
    struct problems *reterr = reading->reader->reterr;
    reading->n_members += n;
    if (reading->n_members <= reading->reader->limits->max_members) {
        return true;
    }
    problem_add(reterr, PROBLEM_TOO_MANY_MEMBERS, problem_at(reterr, "%s", list->pointer),
                "the request names %zu members up to here, and at most %zu are taken: split it",
                reading->n_members, reading->reader->limits->max_members);
    return false;
}

/* null or one identifier. */
static void read_to_one(const struct member_list *list, const json_t *data, struct linkage *ret)
{
    const struct relationship *relationship = list->relationship;
    const struct document_reader *reader = list->reading->reader;
    bool must_hold = relationship->kind == RELATIONSHIP_MANY_TO_ONE && relationship->is_required;
    if (json_is_null(data) && must_hold) {
        problem_add(reader->reterr, PROBLEM_REQUIRED, place_of(list, 0, ""),
                    "\"%s\" may not be null: name another of %s to move the link there",
                    relationship->name, relationship->target->type);
    } else if (json_is_array(data)) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, place_of(list, 0, ""),
                    "\"%s\" links one: its data is null or one resource identifier, not an array",
                    relationship->name);
    } else if (!json_is_null(data) && count_members(list, 1)) {
        struct member *member = arena_alloc(reader->arena, sizeof *member);
        ret->n = member != NULL && read_identifier(list, 0, data, member) ? 1 : 0;
        ret->members = member;
    }
}

void document_read_members(struct document_reading *reading,
                           const struct relationship *relationship, const json_t *data,
                           const char *pointer, bool must_exist, struct linkage *ret)
{
    const struct document_reader *reader = reading->reader;
    struct member_list list = { .reading = reading,
                                .relationship = relationship,
                                .pointer = pointer,
                                .must_exist = must_exist };
    *ret = (struct linkage){ 0 };
    if (relationship->is_to_one) {
        read_to_one(&list, data, ret);
        return;
    }
    if (!json_is_array(data)) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, problem_at(reader->reterr, "%s", pointer),
                    "\"%s\" links many: its data is an array of resource identifiers, not %s",
                    relationship->name, document_describe(reader->arena, data));
        return;
    }
    size_t n = json_array_size(data);
    if (!count_members(&list, n)) {
        return;
    }
    struct member *members = arena_alloc(reader->arena, n * sizeof *members);
    for (size_t i = 0; members != NULL && i < n; i++) {
        ret->n += read_identifier(&list, i, json_array_get(data, i), &members[ret->n]) ? 1 : 0;
    }
    ret->members = members;
}
