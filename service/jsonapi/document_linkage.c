/*
 * document_linkage.c - resource identifiers to keys.
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

/* The problem of identifier `i` whose `member` is missing (`value` NULL) or no string. */
static void refuse_member(const struct member_list *list, size_t i, const char *member,
                          const json_t *value)
{
    struct problems *reterr = list->reading->reader->reterr;
    if (value == NULL) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "%s/%zu", list->pointer, i),
                    "a resource identifier has a type and an id, and this one has no %s", member);
    } else {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT,
                    problem_at(reterr, "%s/%zu/%s", list->pointer, i, member),
                    "the %s of a resource identifier is a string, not %s", member,
                    document_describe(list->reading->reader->arena, value));
    }
}

static bool read_type(const struct member_list *list, size_t i, const json_t *identifier)
{
    struct problems *reterr = list->reading->reader->reterr;
    const char *wanted = list->relationship->target->type;
    const json_t *type = json_object_get(identifier, "type");
    if (!json_is_string(type)) {
        refuse_member(list, i, "type", type);
        return false;
    }
    if (text_is(text_of_json(type), wanted)) {
        return true;
    }
    problem_add(reterr, PROBLEM_CONFLICT, problem_at(reterr, "%s/%zu/type", list->pointer, i),
                "\"%s\" links %s, not \"%s\"", list->relationship->name, wanted, quote(list, type));
    return false;
}

static bool read_id(const struct member_list *list, size_t i, const json_t *identifier,
                    struct cell *ret_key)
{
    const struct document_reader *reader = list->reading->reader;
    const struct resource *target = list->relationship->target;
    const json_t *id = json_object_get(identifier, "id");
    if (id == NULL && json_object_get(identifier, "lid") != NULL) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT,
                    problem_at(reader->reterr, "%s/%zu/lid", list->pointer, i),
                    "a lid names nothing here: link resources that exist, by their id");
        return false;
    }
    if (!json_is_string(id)) {
        refuse_member(list, i, "id", id);
        return false;
    }
    if (key_read(reader->arena, target->key_type, text_of_json(id), ret_key)) {
        return true;
    }
    if (list->must_exist && !arena_failed(reader->arena)) {
        problem_add(reader->reterr, PROBLEM_NOT_FOUND,
                    problem_at(reader->reterr, "%s/%zu", list->pointer, i),
                    "there is no resource of type \"%s\" with the id \"%s\"", target->type,
                    quote(list, id));
    }
    return false;
}

static bool read_identifier(const struct member_list *list, size_t i, const json_t *identifier,
                            struct member *ret)
{
    struct problems *reterr = list->reading->reader->reterr;
    if (!json_is_object(identifier)) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "%s/%zu", list->pointer, i),
                    "a resource identifier is an object with a type and an id, not %s",
                    document_describe(list->reading->reader->arena, identifier));
        return false;
    }
    ret->at = (uint32_t)i;
    return read_type(list, i, identifier) && read_id(list, i, identifier, &ret->key);
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
    if (!json_is_array(data)) {
        problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, problem_at(reader->reterr, "%s", pointer),
                    "\"%s\" links many: its data is an array of resource identifiers, not %s",
                    relationship->name, document_describe(reader->arena, data));
        return;
    }
    size_t n = json_array_size(data);
    reading->n_members += n;
    if (reading->n_members > reader->limits->max_members) {
        problem_add(reader->reterr, PROBLEM_TOO_MANY_MEMBERS,
                    problem_at(reader->reterr, "%s", pointer),
                    "the request names %zu members up to here, and at most %zu are taken: split it",
                    reading->n_members, reader->limits->max_members);
        return;
    }
    struct member *members = arena_alloc(reader->arena, n * sizeof *members);
    for (size_t i = 0; members != NULL && i < n; i++) {
        ret->n += read_identifier(&list, i, json_array_get(data, i), &members[ret->n]) ? 1 : 0;
    }
    ret->members = members;
}
