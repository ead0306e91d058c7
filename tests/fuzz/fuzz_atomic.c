/*
 * fuzz_atomic.c - any body as that of POST /operations. Every problem points at something that is
 * there; what was read has one operation for each that was given, and each body is a document with
 * data in which no local id is left that an operation before has assigned.
 */
#include "fuzz.h"

#include "jsonapi/document_atomic.h"
#include "support/json_pointer.h"

enum { MAX_OPERATIONS = 20 };

static const struct document_limits limits = { .max_members = 50, .max_depth = 16 };

static void check_pointers(const struct problems *problems, const json_t *root)
{
    for (const struct problem *p = problems->first; p != NULL; p = p->next) {
        HOLDS(p->source == SOURCE_POINTER || p->source == SOURCE_NONE);
        HOLDS(p->source == SOURCE_NONE || json_pointer_resolves(root, p->where));
    }
}

/* Ids as the caller would choose them: made up, one for each. */
static void choose_ids(struct arena *a, const struct atomic_request *request)
{
    for (size_t i = 0; i < request->n_lids; i++) {
        struct atomic_lid *lid = &request->lids[i];
        HOLDS(lid->added_by < request->n && (i == 0 || lid[-1].added_by < lid->added_by));
        HOLDS(request->operations[lid->added_by].lid == lid);
        lid->id = text_of(arena_printf(a, "%zu", 1000 + i));
    }
}

static void check_operation(const struct atomic_operation *o, const json_t *given)
{
    static const char *const verbs[] = { "add", "update", "remove" };
    const char *op = json_string_value(json_object_get(given, "op"));
    HOLDS(op != NULL && strcmp(op, verbs[o->verb]) == 0);
    HOLDS(o->has_ref == (json_object_get(given, "ref") != NULL));
    HOLDS((o->href.n > 0) == (json_object_get(given, "href") != NULL));
    HOLDS(!(o->has_ref && o->href.n > 0));
    HOLDS(o->data != NULL || o->verb == ATOMIC_REMOVE);
    HOLDS(!o->has_ref || (o->type != NULL && ((o->id.n > 0) + (o->lid != NULL)) <= 1));
}

/* The body says what the operation's data says, but for the ids that stand for local ids. */
static void check_body(const struct document_reader *reader, const struct atomic_request *request,
                       const struct atomic_operation *o)
{
    struct text body;
    HOLDS(atomic_body(reader, request, o, &body) == 0);
    HOLDS((body.n == 0) == (o->data == NULL));
    if (body.n == 0) {
        return;
    }
    json_error_t error;
    json_t *document = json_loadb(body.at, body.n, JSON_REJECT_DUPLICATES, &error);
    HOLDS(document != NULL || json_error_code(&error) == json_error_numeric_overflow);
    json_t *data = json_object_get(document, "data");
    HOLDS(document == NULL || (json_object_size(document) == 1 && data != NULL));
    HOLDS(document == NULL || json_typeof(data) == json_typeof((const json_t *)o->data));
    if (document != NULL && o->verb == ATOMIC_ADD && o->lid != NULL && o->relationship == NULL) {
        const char *id = json_string_value(json_object_get(data, "id"));
        HOLDS(id != NULL && text_is(o->lid->id, id));
        HOLDS(json_object_get(data, "lid") == NULL);
    }
    json_decref(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text body = { .at = (const char *)data, .n = n };
    struct arena *a = arena_new(FUZZ_BUDGET);
    struct problems problems = { .arena = a };
    const struct document_reader reader = { .arena = a, .limits = &limits, .reterr = &problems };
    struct atomic_request request = { 0 };
    int r = atomic_read(&reader, body, MAX_OPERATIONS, &request);
    fuzz_check_problems(&problems, r);

    json_error_t error;
    json_t *root = json_loadb(n == 0 ? "" : body.at, n, JSON_REJECT_DUPLICATES, &error);
    bool is_judged = root != NULL || json_error_code(&error) != json_error_numeric_overflow;
    HOLDS(!is_judged || root != NULL || r != 0);
    if (root != NULL) {
        check_pointers(&problems, root);
    }
    if (r == 0) {
        const json_t *given = json_object_get(root, "atomic:operations");
        HOLDS(request.n > 0 && request.n <= MAX_OPERATIONS);
        HOLDS(root == NULL || json_array_size(given) == request.n);
        choose_ids(a, &request);
        for (size_t i = 0; i < request.n; i++) {
            if (root != NULL) {
                check_operation(&request.operations[i], json_array_get(given, i));
            }
            check_body(&reader, &request, &request.operations[i]);
        }
    }
    json_decref(root);
    arena_free(a);
    return 0;
}
