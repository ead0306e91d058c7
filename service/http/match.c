/*
 * match.c - see match.h. A path is a handful of segments; the table is searched from the top, and
 * the first pattern that fits decides what the path is. Names are resolved against the model before
 * the method is judged: what does not exist is 404 whatever is asked of it.
 */
#include "http/match.h"

#include <string.h>

#include "jsonapi/query.h"

enum { MAX_SEGMENTS = 4 };

struct path {
    size_t n;
    struct text segments[MAX_SEGMENTS]; /* raw */
};

/* One bit per method, in the order in which Allow lists them. */
static const struct {
    const char *name;
    enum method method;
} method_names[] = {
    { "GET", METHOD_GET },         { "HEAD", METHOD_HEAD },   { "POST", METHOD_POST },
    { "PUT", METHOD_PUT },         { "PATCH", METHOD_PATCH }, { "DELETE", METHOD_DELETE },
    { "OPTIONS", METHOD_OPTIONS },
};

bool method_read(struct text name, enum method *ret)
{
    for (size_t i = 0; i < ARRAY_SIZE(method_names); i++) {
        if (text_is(name, method_names[i].name)) {
            *ret = method_names[i].method;
            return true;
        }
    }
    return false;
}

/* "/a/b" has two segments, "/" none; false when there are too many, or an empty one. */
static bool split(struct text text, struct path *ret)
{
    *ret = (struct path){ 0 };
    if (text.n == 0 || text.at[0] != '/') {
        return false;
    }
    const char *end = text.at + text.n;
    const char *at = text.at + 1;
    while (at < end) {
        const char *slash = memchr(at, '/', (size_t)(end - at));
        const char *stop = slash == NULL ? end : slash;
        if (ret->n == MAX_SEGMENTS || stop == at || (slash != NULL && stop + 1 == end)) {
            return false;
        }
        ret->segments[ret->n++] = (struct text){ .at = at, .n = (size_t)(stop - at) };
        at = slash == NULL ? end : slash + 1;
    }
    return true;
}

/* Do pattern and path have the same segments, but for placeholders? */
static bool fits(const char *pattern, const struct path *path)
{
    size_t n = 0;
    const char *at = pattern + 1;
    while (*at != '\0') {
        size_t length = strcspn(at, "/");
        if (n == path->n) {
            return false;
        }
        bool is_placeholder = at[0] == '{';
        if (!is_placeholder &&
            !text_equal(path->segments[n], (struct text){ .at = at, .n = length })) {
            return false;
        }
        n++;
        at += length + (at[length] == '/' ? 1 : 0);
    }
    return n == path->n;
}

static struct text placeholder(const char *pattern, const struct path *path, const char *name)
{
    size_t n = 0;
    const char *at = pattern + 1;
    while (*at != '\0') {
        size_t length = strcspn(at, "/");
        if (text_is((struct text){ .at = at, .n = length }, name)) {
            return path->segments[n];
        }
        n++;
        at += length + (at[length] == '/' ? 1 : 0);
    }
    return (struct text){ 0 };
}

static const char *describe_types(struct arena *a, const struct model *model)
{
    struct buf b;
    buf_init(&b, a, 128);
    for (size_t i = 0; i < model->n_resources && i < 20; i++) {
        buf_addf(&b, "%s/%s", i == 0 ? "" : ", ", model->resources[i].type);
    }
    const char *text = buf_terminate(&b);
    return text == NULL ? "" : text;
}

static const char *describe_relationships(struct arena *a, const struct resource *resource)
{
    struct buf b;
    buf_init(&b, a, 128);
    for (size_t i = 0; i < resource->n_relationships && i < 20; i++) {
        buf_addf(&b, "%s%s", i == 0 ? "" : ", ", resource->relationships[i].name);
    }
    const char *text = buf_terminate(&b);
    return text == NULL ? "" : text;
}

static int decode(struct arena *a, struct text raw, struct text *ret, struct problems *reterr)
{
    if (percent_decode(a, raw, false, ret)) {
        return 0;
    }
    if (memmem(raw.at, raw.n, "%00", 3) != NULL) {
        return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                           "the path holds an encoded NUL, which no name or id does");
    }
    return problem_add(reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                       "\"%s\" in the path is not percent-encoded UTF-8; encode it again",
                       text_quotable(a, raw, 60));
}

static int resolve_id(struct arena *a, const struct resource *resource, struct text raw,
                      struct text *ret_id, struct cell *ret_key, struct problems *reterr)
{
    int r = decode(a, raw, ret_id, reterr);
    if (r != 0 || key_read(a, resource->key_type, *ret_id, ret_key)) {
        return r;
    }
    return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                       "there is no resource of type \"%s\" with the id \"%s\"", resource->type,
                       text_quotable(a, *ret_id, 60));
}

static int resolve_type(struct arena *a, const struct model *model, struct text raw,
                        struct target *ret, struct problems *reterr)
{
    struct text type;
    int r = decode(a, raw, &type, reterr);
    if (r != 0) {
        return r;
    }
    ret->resource = model_find_resource(model, type);
    if (ret->resource != NULL) {
        return 0;
    }
    return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                       "there is no \"/%s\"; there are %s", text_quotable(a, type, 60),
                       describe_types(a, model));
}

static int resolve_relationship(struct arena *a, struct text raw, struct target *ret,
                                struct problems *reterr)
{
    struct text name;
    int r = decode(a, raw, &name, reterr);
    if (r != 0) {
        return r;
    }
    ret->relationship = resource_find_relationship(ret->resource, name);
    if (ret->relationship != NULL) {
        return 0;
    }
    return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                       "type \"%s\" has no relationship \"%s\"; it has %s", ret->resource->type,
                       text_quotable(a, name, 60), describe_relationships(a, ret->resource));
}

static int resolve_target(struct arena *a, const struct model *model, const char *pattern,
                          const struct path *path, struct target *ret, struct problems *reterr)
{
    struct text type = placeholder(pattern, path, "{type}");
    struct text id = placeholder(pattern, path, "{id}");
    struct text relationship = placeholder(pattern, path, "{relationship}");
    struct text related = placeholder(pattern, path, "{related}");
    int r = type.at == NULL ? 0 : resolve_type(a, model, type, ret, reterr);
    if (r == 0 && relationship.at != NULL) {
        r = resolve_relationship(a, relationship, ret, reterr);
    }
    if (r == 0 && id.at != NULL) {
        r = resolve_id(a, ret->resource, id, &ret->id, &ret->key, reterr);
    }
    if (r == 0 && related.at != NULL) {
        r = resolve_id(a, ret->relationship->target, related, &ret->related_id, &ret->related_key,
                       reterr);
    }
    return r;
}

static const char *list_methods(struct arena *a, unsigned methods)
{
    struct buf b;
    buf_init(&b, a, 48);
    for (size_t i = 0; i < ARRAY_SIZE(method_names); i++) {
        if ((methods & (1u << method_names[i].method)) != 0) {
            buf_addf(&b, "%s%s", b.n == 0 ? "" : ", ", method_names[i].name);
        }
    }
    return buf_terminate(&b);
}

/* Is this a route of the path, for what the path names? Nothing joins or leaves a to-one. */
static bool is_route_of(const struct route *route, const char *pattern, const struct target *target)
{
    bool is_to_one = target->relationship != NULL && target->relationship->is_to_one;
    bool is_to_many_only =
        route->operation == &relationship_add || route->operation == &relationship_remove;
    return strcmp(route->pattern, pattern) == 0 && !(is_to_many_only && is_to_one);
}

static int choose_operation(struct arena *a, enum method method, const char *pattern,
                            struct match *ret, struct problems *reterr)
{
    unsigned methods = 1u << METHOD_OPTIONS;
    for (const struct route *route = routes; route->pattern != NULL; route++) {
        if (!is_route_of(route, pattern, &ret->target)) {
            continue;
        }
        methods |= 1u << route->method;
        methods |= route->method == METHOD_GET ? 1u << METHOD_HEAD : 0;
        if (route->method == (method == METHOD_HEAD ? METHOD_GET : method)) {
            ret->operation = route->operation;
        }
    }
    ret->allow = list_methods(a, methods);
    if (ret->operation != NULL || method == METHOD_OPTIONS) {
        return 0;
    }
    return problem_add(reterr, PROBLEM_METHOD_NOT_ALLOWED, problem_nowhere(), "this path takes %s",
                       ret->allow == NULL ? "" : ret->allow);
}

/* The first pattern of the table that fits; NULL when none does. */
static const char *find_pattern(struct text text, struct path *ret_path)
{
    const struct route *route = routes;
    if (!split(text, ret_path)) {
        return NULL;
    }
    while (route->pattern != NULL && !fits(route->pattern, ret_path)) {
        route++;
    }
    return route->pattern;
}

int match_request(struct arena *a, const struct model *model, enum method method, struct text path,
                  struct match *ret_match, struct problems *reterr)
{
    *ret_match = (struct match){ 0 };
    struct path split_path;
    const char *pattern = find_pattern(path, &split_path);
    if (pattern == NULL) {
        return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                           "there is nothing at \"%s\"; GET / lists what there is",
                           text_quotable(a, path, 100));
    }
    int r = resolve_target(a, model, pattern, &split_path, &ret_match->target, reterr);
    return r != 0 ? r : choose_operation(a, method, pattern, ret_match, reterr);
}
