/*
 * match.c - see match.h. A path is a handful of segments; the table is searched from the top, and
 * the first pattern that fits decides what the path is. Names are resolved against the model before
 * the method is judged: what does not exist is 404 whatever is asked of it.
 */
#include "http/match.h"

#include <string.h>

#include "exchange/target.h"

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

const char *method_name(enum method method)
{
    for (size_t i = 0; i < ARRAY_SIZE(method_names); i++) {
        if (method == method_names[i].method) {
            return method_names[i].name;
        }
    }
    return "-";
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

/* Where the segment of this placeholder goes. */
static struct text *placeholder(struct target_names *names, struct text name)
{
    return text_equal(name, TEXT_LITERAL("{type}"))           ? &names->type
           : text_equal(name, TEXT_LITERAL("{id}"))           ? &names->id
           : text_equal(name, TEXT_LITERAL("{relationship}")) ? &names->relationship
                                                              : &names->related_id;
}

/* Do pattern and path have the same segments? Those at placeholders are what the path names. */
static bool fits(const char *pattern, const struct path *path, struct target_names *ret_names)
{
    size_t n = 0;
    const char *at = pattern + 1;
    while (*at != '\0') {
        if (n == path->n || (at[0] != '{' && at[0] != path->segments[n].at[0])) {
            return false;
        }
        struct text segment = { .at = at, .n = (size_t)(strchrnul(at, '/') - at) };
        if (at[0] == '{') {
            *placeholder(ret_names, segment) = path->segments[n];
        } else if (!text_equal(path->segments[n], segment)) {
            return false;
        }
        n++;
        at += segment.n + (at[segment.n] == '/' ? 1 : 0);
    }
    return n == path->n;
}

static const char *list_methods(struct arena *a, unsigned methods)
{
    struct buf b;
    buf_init(&b, a, 48);
    for (size_t i = 0; i < ARRAY_SIZE(method_names); i++) {
        if ((methods & (1u << method_names[i].method)) != 0) {
            buf_add_text(&b, b.n == 0 ? "" : ", ");
            buf_add_text(&b, method_names[i].name);
        }
    }
    return buf_terminate(&b);
}

/* Is there such a route, for what the path names? Nothing joins or leaves a to-one. */
static bool is_open_to(const struct route *route, const struct target *target)
{
    bool is_to_one = target->relationship != NULL && target->relationship->is_to_one;
    bool is_to_many_only =
        route->operation == &relationship_add || route->operation == &relationship_remove;
    return !(is_to_many_only && is_to_one);
}

static int choose_operation(struct arena *a, enum method method, const struct route *first,
                            struct match *ret, struct problems *reterr)
{
    unsigned methods = 1u << METHOD_OPTIONS;
    for (const struct route *route = first;
         route->pattern != NULL && strcmp(route->pattern, first->pattern) == 0; route++) {
        if (!is_open_to(route, &ret->target)) {
            continue;
        }
        methods |= 1u << route->method;
        methods |= route->method == METHOD_GET ? 1u << METHOD_HEAD : 0;
        if (route->method == (method == METHOD_HEAD ? METHOD_GET : method)) {
            ret->operation = route->operation;
        }
    }
    if (ret->operation != NULL) {
        return 0;
    }
    ret->allow = list_methods(a, methods);
    if (method == METHOD_OPTIONS) {
        return 0;
    }
    return problem_add(reterr, PROBLEM_METHOD_NOT_ALLOWED, problem_nowhere(), "this path takes %s",
                       ret->allow == NULL ? "" : ret->allow);
}

/* The first route whose pattern fits, and what the path names; NULL when none does. */
static const struct route *find_route(struct text text, struct target_names *ret_names)
{
    struct path path;
    if (!split(text, &path)) {
        return NULL;
    }
    for (const struct route *route = routes; route->pattern != NULL; route++) {
        *ret_names = (struct target_names){ 0 };
        if (fits(route->pattern, &path, ret_names)) {
            return route;
        }
    }
    return NULL;
}

bool match_is_for_operators(struct text path)
{
    for (const struct route *route = routes; route->pattern != NULL; route++) {
        if (route->operation->is_for_operators && text_is(path, route->pattern)) {
            return true;
        }
    }
    return false;
}

int match_request(struct arena *a, const struct model *model, enum method method, struct text path,
                  struct match *ret_match, struct problems *reterr)
{
    *ret_match = (struct match){ 0 };
    struct target_names names;
    const struct route *first = find_route(path, &names);
    if (first == NULL) {
        return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                           "there is nothing at \"%s\"; GET / lists what there is",
                           text_quotable(a, path, 100));
    }
    ret_match->pattern = first->pattern;
    int r = target_resolve(a, model, &names, &ret_match->target, reterr);
    return r != 0 ? r : choose_operation(a, method, first, ret_match, reterr);
}
