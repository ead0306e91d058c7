/*
 * document_atomic.c - see document_atomic.h. Two passes: the first finds which local ids are
 * assigned, in order, and judges each operation's shape; the second, operation by operation, writes
 * bodies in which the ids stand that were chosen.
 */
#include "jsonapi/document_atomic.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "jsonapi/document_parts.h"

#define OPERATIONS "atomic:operations"

enum { QUOTED_BYTES = 60, MAX_REPLACED_DEPTH = 16 };

struct atomic_reading {
    const struct document_reader *reader;
    struct atomic_request *request;
    struct atomic_operation *operation; /* being read */
    size_t index;
};

static int refuse(const struct atomic_reading *r, const char *below, const char *format, ...)
    PRINTF_LIKE(3, 4);
static int refuse(const struct atomic_reading *r, const char *below, const char *format, ...)
{
    struct problems *reterr = r->reader->reterr;
    va_list arguments;
    va_start(arguments, format);
    const char *detail = arena_vprintf(r->reader->arena, format, arguments);
    va_end(arguments);
    return problem_add(reterr, PROBLEM_BAD_DOCUMENT,
                       problem_at(reterr, "%s%s", r->operation->pointer, below), "%s",
                       detail == NULL ? "" : detail);
}

static struct text text_of_json(const json_t *string)
{
    return (struct text){ .at = json_string_value(string), .n = json_string_length(string) };
}

/* ---- local ids ------------------------------------------------------------------------------- */

static const struct atomic_lid *find_lid(const struct atomic_request *request, const char *type,
                                         const char *lid)
{
    for (size_t i = 0; i < request->n_lids; i++) {
        if (strcmp(request->lids[i].lid, lid) == 0 && strcmp(request->lids[i].type, type) == 0) {
            return &request->lids[i];
        }
    }
    return NULL;
}

static void assign_lid(struct atomic_reading *r, const char *type, const char *lid)
{
    if (find_lid(r->request, type, lid) != NULL) {
        refuse(r, "/data/lid", "the lid \"%s\" is assigned by an earlier operation already",
               text_quotable(r->reader->arena, text_of(lid), QUOTED_BYTES));
        return;
    }
    struct atomic_lid *assigned = &r->request->lids[r->request->n_lids++];
    *assigned = (struct atomic_lid){ .type = type, .lid = lid, .added_by = r->index };
    r->operation->lid = assigned;
}

/*
 * An object that names a resource by type and id, or by type and lid. `below` is its pointer.
 *
 * ret_lid   NULL when it has an id
 */
static bool read_identity(struct atomic_reading *r, const json_t *object, const char *below,
                          struct text *ret_id, const struct atomic_lid **ret_lid)
{
    const json_t *type = json_object_get(object, "type");
    const json_t *id = json_object_get(object, "id");
    const json_t *lid = json_object_get(object, "lid");
    const char *at;
    if (type == NULL) {
        refuse(r, below, "a resource is named by \"type\" and \"id\" or \"lid\": give the type");
        return false;
    }
    if (!json_is_string(type)) {
        at = arena_printf(r->reader->arena, "%s/type", below);
        refuse(r, at == NULL ? below : at, "a type is a string, not %s",
               document_describe(r->reader->arena, type));
        return false;
    }
    if ((id != NULL) == (lid != NULL)) {
        refuse(r, below,
               "a resource is named by its type and either \"id\" or \"lid\"; this has %s",
               id != NULL ? "both" : "neither");
        return false;
    }
    at = arena_printf(r->reader->arena, "%s/%s", below, id != NULL ? "id" : "lid");
    if (!json_is_string(id != NULL ? id : lid)) {
        refuse(r, at == NULL ? below : at, "an id or lid is a string, not %s",
               document_describe(r->reader->arena, id != NULL ? id : lid));
        return false;
    }
    if (id != NULL) {
        *ret_id = text_of_json(id);
        return true;
    }
    *ret_lid = find_lid(r->request, json_string_value(type), json_string_value(lid));
    if (*ret_lid == NULL) {
        refuse(r, at == NULL ? below : at,
               "no earlier operation adds a resource of type \"%s\" with the lid \"%s\"",
               text_quotable(r->reader->arena, text_of_json(type), QUOTED_BYTES),
               text_quotable(r->reader->arena, text_of_json(lid), QUOTED_BYTES));
        return false;
    }
    return true;
}

/* Every lid in linkage must have been assigned before; where, is told by the pointer. */
static void check_linkage(struct atomic_reading *r, const json_t *data, const char *below)
{
    size_t n = json_is_array(data) ? json_array_size(data) : 1;
    for (size_t i = 0; i < n; i++) {
        const json_t *member = json_is_array(data) ? json_array_get(data, i) : data;
        if (!json_is_object(member) || json_object_get(member, "lid") == NULL) {
            continue;
        }
        const char *pointer =
            json_is_array(data) ? arena_printf(r->reader->arena, "%s/%zu", below, i) : below;
        struct text id;
        const struct atomic_lid *lid;
        read_identity(r, member, pointer == NULL ? below : pointer, &id, &lid);
    }
}

static void check_relationships(struct atomic_reading *r, json_t *data)
{
    const char *name;
    json_t *relationship;
    json_object_foreach(json_object_get(data, "relationships"), name, relationship)
    {
        const char *pointer = arena_printf(r->reader->arena, "/data/relationships/%s/data",
                                           problem_escape(r->reader->arena, name));
        const json_t *linkage = json_object_get(relationship, "data");
        if (linkage != NULL && pointer != NULL) {
            check_linkage(r, linkage, pointer);
        }
    }
}

/* ---- one operation --------------------------------------------------------------------------- */

static bool read_verb(struct atomic_reading *r, const json_t *object)
{
    static const char *const verbs[] = { "add", "update", "remove" };
    const json_t *op = json_object_get(object, "op");
    if (op == NULL) {
        refuse(r, "", "the operation has no \"op\": give \"add\", \"update\" or \"remove\"");
        return false;
    }
    for (size_t i = 0; json_is_string(op) && i < ARRAY_SIZE(verbs); i++) {
        if (strcmp(json_string_value(op), verbs[i]) == 0) {
            r->operation->verb = (enum atomic_verb)i;
            return true;
        }
    }
    refuse(r, "/op", "\"op\" is \"add\", \"update\" or \"remove\", not %s",
           document_describe(r->reader->arena, op));
    return false;
}

static bool read_ref(struct atomic_reading *r, const json_t *ref)
{
    struct atomic_operation *o = r->operation;
    o->has_ref = true;
    if (!json_is_object(ref)) {
        refuse(r, "/ref", "\"ref\" is an object, not %s", document_describe(r->reader->arena, ref));
        return false;
    }
    if (!read_identity(r, ref, "/ref", &o->id, &o->lid)) {
        return false;
    }
    o->type = json_string_value(json_object_get(ref, "type"));
    const json_t *relationship = json_object_get(ref, "relationship");
    if (relationship != NULL && !json_is_string(relationship)) {
        refuse(r, "/ref/relationship", "a relationship is named by a string, not %s",
               document_describe(r->reader->arena, relationship));
        return false;
    }
    if (relationship != NULL) {
        o->relationship = json_string_value(relationship);
    }
    return true;
}

static bool read_href(struct atomic_reading *r, const json_t *href)
{
    if (!json_is_string(href) || json_string_length(href) == 0) {
        refuse(r, "/href", "\"href\" is a reference such as \"/persons/1\", not %s",
               document_describe(r->reader->arena, href));
        return false;
    }
    r->operation->href = text_of_json(href);
    return true;
}

/* A resource object: an add may assign a lid, anything else names what it is about. */
static void read_resource(struct atomic_reading *r, json_t *data)
{
    struct atomic_operation *o = r->operation;
    const json_t *type = json_object_get(data, "type");
    const json_t *lid = json_object_get(data, "lid");
    if (type == NULL) {
        refuse(r, "/data", "the resource has no type");
        return;
    }
    if (!json_is_string(type)) {
        refuse(r, "/data/type", "a type is a string, not %s",
               document_describe(r->reader->arena, type));
        return;
    }
    if (o->verb == ATOMIC_ADD) {
        const json_t *id = json_object_get(data, "id");
        o->type = json_string_value(type);
        o->id = json_is_string(id) ? text_of_json(id) : o->id;
        if (lid != NULL && !json_is_string(lid)) {
            refuse(r, "/data/lid", "a lid is a string, not %s",
                   document_describe(r->reader->arena, lid));
        } else if (lid != NULL) {
            assign_lid(r, o->type, json_string_value(lid));
        }
    } else if (o->has_ref || o->href.n > 0) {
        struct text id;
        const struct atomic_lid *own;
        if (lid != NULL) {
            read_identity(r, data, "/data", &id, &own);
        }
    } else if (read_identity(r, data, "/data", &o->id, &o->lid)) {
        o->type = json_string_value(type);
    }
    check_relationships(r, data);
}

/* is_target_known: otherwise only what is wrong in a resource and in linkage alike is refused. */
static void read_data(struct atomic_reading *r, json_t *data, bool is_target_known)
{
    struct atomic_operation *o = r->operation;
    bool is_linkage =
        o->relationship != NULL ||
        (o->href.n > 0 && memmem(o->href.at, o->href.n, "/relationships/", 15) != NULL);
    o->data = data;
    if (is_linkage || !is_target_known) {
        check_linkage(r, data, "/data");
    } else if (!json_is_object(data)) {
        refuse(r, "/data", "\"data\" is one resource object here, not %s",
               document_describe(r->reader->arena, data));
    } else {
        read_resource(r, data);
    }
}

static void read_operation(struct atomic_reading *r, const json_t *object)
{
    if (!json_is_object(object)) {
        refuse(r, "", "an operation is an object, not %s",
               document_describe(r->reader->arena, object));
        return;
    }
    const json_t *ref = json_object_get(object, "ref");
    const json_t *href = json_object_get(object, "href");
    json_t *data = json_object_get(object, "data");
    if (!read_verb(r, object)) {
        return;
    }
    if (ref != NULL && href != NULL) {
        refuse(r, "", "an operation has either \"ref\" or \"href\", not both");
        return;
    }
    bool is_target_known = ref != NULL    ? read_ref(r, ref)
                           : href != NULL ? read_href(r, href)
                                          : true;
    bool is_about_resource = r->operation->relationship == NULL;
    if (data != NULL &&
        !(r->operation->verb == ATOMIC_REMOVE && is_about_resource && r->operation->href.n == 0)) {
        read_data(r, data, is_target_known);
    } else if (r->operation->verb != ATOMIC_REMOVE || !is_about_resource) {
        refuse(r, "", "the operation has no \"data\"");
    } else if (ref == NULL && href == NULL) {
        refuse(r, "", "name what is to be removed by \"ref\" or \"href\"");
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const json_t *read_operations(const struct document_reader *reader, const json_t *root,
                                     size_t max_operations)
{
    struct problems *reterr = reader->reterr;
    const json_t *list = json_object_get(root, OPERATIONS);
    static const char *const others[] = { "data", "included", "errors", "atomic:results" };
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        if (json_object_get(root, others[i]) != NULL) {
            problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/%s", others[i]),
                        "\"%s\" cannot stand beside \"" OPERATIONS "\": remove it", others[i]);
        }
    }
    if (list == NULL) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "%s", ""),
                    "a document here is an object with a member \"" OPERATIONS "\"");
    } else if (!json_is_array(list) || json_array_size(list) == 0) {
        problem_add(reterr, PROBLEM_BAD_DOCUMENT, problem_at(reterr, "/" OPERATIONS),
                    "\"" OPERATIONS "\" is an array of one operation or more, not %s",
                    json_is_array(list) ? "an empty one" : document_describe(reader->arena, list));
    } else if (json_array_size(list) > max_operations) {
        problem_add(reterr, PROBLEM_TOO_MANY_OPERATIONS, problem_at(reterr, "/" OPERATIONS),
                    "the request has %zu operations, and at most %zu are performed at once "
                    "(--max-operations); split it",
                    json_array_size(list), max_operations);
    }
    return list;
}

int atomic_read(const struct document_reader *reader, struct text body, size_t max_operations,
                struct atomic_request *ret)
{
    struct document_reading parsed = { .reader = reader };
    const json_t *root = NULL;
    int r = document_parse(&parsed, body, &root);
    if (r != 0) {
        return r;
    }
    size_t n_before = reader->reterr->n;
    const json_t *list = read_operations(reader, root, max_operations);
    if (reader->reterr->n > n_before) {
        return (int)reader->reterr->code;
    }
    size_t n = json_array_size(list);
    struct atomic_operation *operations = arena_zalloc(reader->arena, n, sizeof *operations);
    struct atomic_lid *lids = arena_zalloc(reader->arena, n, sizeof *lids);
    if (operations == NULL || lids == NULL) {
        return -ENOMEM;
    }
    struct atomic_request request = {
        .n = n, .operations = operations, .lids = lids, .numbers = parsed.numbers
    };
    struct atomic_reading reading = { .reader = reader, .request = &request };
    for (size_t i = 0; i < n; i++) {
        const char *pointer = arena_printf(reader->arena, "/" OPERATIONS "/%zu", i);
        reading.index = i;
        reading.operation = &operations[i];
        operations[i].pointer = pointer == NULL ? "" : pointer;
        read_operation(&reading, json_array_get(list, i));
    }
    if (arena_failed(reader->arena)) {
        return -ENOMEM;
    }
    if (reader->reterr->n > n_before) {
        return (int)reader->reterr->code;
    }
    *ret = request;
    return 0;
}

/* ---- bodies ---------------------------------------------------------------------------------- */

/* Gives every object below `value` that has a known lid its id instead. */
static bool replace_lids(const struct atomic_request *request, json_t *value, size_t depth)
{
    if (depth == MAX_REPLACED_DEPTH) {
        return true;
    }
    bool replaced = true;
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            replaced = replaced && replace_lids(request, json_array_get(value, i), depth + 1);
        }
    }
    const char *type = json_string_value(json_object_get(value, "type"));
    const char *lid = json_string_value(json_object_get(value, "lid"));
    const struct atomic_lid *known =
        type == NULL || lid == NULL ? NULL : find_lid(request, type, lid);
    if (known != NULL) {
        replaced = json_object_set_new(value, "id", json_stringn(known->id.at, known->id.n)) == 0 &&
                   json_object_del(value, "lid") == 0;
    }
    return replaced;
}

/* A resource object's own lid, and those in the linkage of its relationships. */
static bool replace_all_lids(const struct atomic_request *request, json_t *data)
{
    const char *name;
    json_t *relationship;
    bool replaced = replace_lids(request, data, 0);
    json_object_foreach(json_object_get(data, "relationships"), name, relationship)
    {
        json_t *linkage = json_object_get(relationship, "data");
        replaced = replaced && (linkage == NULL || replace_lids(request, linkage, 0));
    }
    return replaced;
}

int atomic_body(const struct document_reader *reader, const struct atomic_request *request,
                const struct atomic_operation *operation, struct text *ret)
{
    *ret = (struct text){ 0 };
    if (operation->data == NULL) {
        return 0;
    }
    json_t *data = json_deep_copy(operation->data);
    struct buf body;
    buf_init(&body, reader->arena, 256);
    buf_add_literal(&body, "{\"data\":");
    if (data == NULL || !replace_all_lids(request, data)) {
        body.failed = true;
    } else {
        document_numbers_write(&request->numbers, data, &body);
    }
    buf_add_char(&body, '}');
    json_decref(data);
    *ret = (struct text){ .at = body.at, .n = body.failed ? 0 : body.n };
    return body.failed ? -ENOMEM : 0;
}
