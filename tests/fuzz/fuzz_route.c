/*
 * fuzz_route.c - a byte that chooses the method, then a path. Whatever is found is what a naive
 * reading of the path names, in a model whose keys have any type that a key may have.
 */
#include "fuzz.h"

#include "http/match.h"
#include "support/small_model.h"

static const uint32_t key_oids[] = { 20, 21, 23, 25, 2950 };

static size_t count_segments(struct text path)
{
    size_t n = 0;
    for (size_t i = 0; i < path.n; i++) {
        n += path.at[i] == '/' && i + 1 < path.n;
    }
    return n;
}

/* The key, written, is the id again: every row has one name. */
static void check_id(struct arena *a, const struct resource *resource, struct text id,
                     struct cell key)
{
    struct buf b;
    buf_init(&b, a, 64);
    key_write(&b, resource->key_type, key);
    HOLDS(!b.failed);
    HOLDS(text_equal((struct text){ .at = b.at, .n = b.n }, id));
    HOLDS(text_is_utf8(id) && memchr(id.at, '\0', id.n) == NULL);
}

static void check_target(struct arena *a, const struct target *target, size_t n_segments)
{
    HOLDS(n_segments < 2 || (target->resource != NULL && target->id.at != NULL));
    HOLDS(n_segments < 3 || target->relationship != NULL);
    HOLDS(target->relationship == NULL || target->relationship->owner == target->resource);
    if (target->id.at != NULL) {
        check_id(a, target->resource, target->id, target->key);
    }
    if (target->related_id.at != NULL) {
        HOLDS(n_segments == 4);
        check_id(a, target->relationship->target, target->related_id, target->related_key);
    }
}

/* There is an operation, or Allow is told: OPTIONS always, HEAD where GET is, no refused method. */
static void check_allow(const struct match *match, enum method method, int result)
{
    static const char *const names[METHODS] = { "GET",   "HEAD",   "POST",   "PUT",
                                                "PATCH", "DELETE", "OPTIONS" };
    HOLDS((match->operation != NULL) == (result == 0 && method != METHOD_OPTIONS));
    HOLDS((match->allow == NULL) == (match->operation != NULL));
    if (match->allow == NULL) {
        return;
    }
    HOLDS(strstr(match->allow, "OPTIONS") != NULL);
    HOLDS((strstr(match->allow, "GET") == NULL) == (strstr(match->allow, "HEAD") == NULL));
    HOLDS((strstr(match->allow, names[method]) != NULL) == (method == METHOD_OPTIONS));
}

/* Nothing in it that decoding could trip over. */
static bool is_plain(struct text path)
{
    return text_is_utf8(path) && memchr(path.at, '%', path.n) == NULL &&
           memchr(path.at, '\0', path.n) == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text path = { .at = (const char *)data, .n = n };
    unsigned choice = fuzz_choice(&path);
    enum method method = (enum method)(choice % METHODS);
    struct arena *a = arena_new(FUZZ_BUDGET);
    const struct model *model =
        small_model_new(a, key_oids[choice / METHODS % ARRAY_SIZE(key_oids)]);
    struct problems problems = { .arena = a };
    struct match match;
    int result = match_request(a, model, method, path, &match, &problems);
    fuzz_check_problems(&problems, result);
    HOLDS(problems.n <= 1);
    if (result == 0 || result == PROBLEM_METHOD_NOT_ALLOWED) {
        HOLDS(path.at[0] == '/' && count_segments(path) <= 4);
        check_target(a, &match.target, count_segments(path));
        check_allow(&match, method, result);
    } else {
        HOLDS(result == PROBLEM_NOT_FOUND || result == PROBLEM_BAD_REQUEST);
        HOLDS(match.allow == NULL && match.operation == NULL);
        HOLDS(result == PROBLEM_NOT_FOUND || !is_plain(path));
    }
    arena_free(a);
    return 0;
}
