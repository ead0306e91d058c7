/*
 * fuzz_negotiate.c - any Content-Type, Accept and Prefer, one per line. Whatever follows an item
 * that decides cannot undecide it, and letters mean the same in either case.
 */
#include "fuzz.h"

#include <ctype.h>
#include <strings.h>

#include "http/negotiate.h"
#include "jsonapi/media_type.h"

#define JSONAPI "application/vnd.api+json"

static char *swap_case(struct arena *a, const char *s)
{
    char *swapped = arena_strdup(a, s);
    for (char *at = swapped; *at != '\0'; at++) {
        *at = (char)(islower((unsigned char)*at) ? toupper((unsigned char)*at)
                                                 : tolower((unsigned char)*at));
    }
    return swapped;
}

static int content_type_of(struct arena *a, const char *value, bool has_body, bool takes_atomic)
{
    struct problems problems = { .arena = a };
    int result = negotiate_content_type(value, has_body, takes_atomic, &problems);
    fuzz_check_problems(&problems, result);
    HOLDS(result == 0 || result == PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    return result;
}

static int content_type(struct arena *a, const char *value, bool has_body)
{
    return content_type_of(a, value, has_body, false);
}

/* The representation, or -1 for none. */
static int accept_of(struct arena *a, const char *value, bool takes_atomic)
{
    struct problems problems = { .arena = a };
    enum representation representation = REPRESENTATION_JSON;
    int result = negotiate_accept(value, takes_atomic, &representation, &problems);
    fuzz_check_problems(&problems, result);
    HOLDS(result == 0 || result == PROBLEM_NOT_ACCEPTABLE);
    return result == 0 ? (int)representation : -1;
}

static int accept(struct arena *a, const char *value)
{
    return accept_of(a, value, false);
}

static bool names_atomic(const char *value)
{
    return strstr(value, ATOMIC_EXTENSION) != NULL;
}

static void check_content_type(struct arena *a, const char *value)
{
    bool is_json = strncasecmp(value + strspn(value, " \t"), "application/json", 16) == 0;
    if (content_type_of(a, value, true, true) == 0 && !is_json) {
        HOLDS(names_atomic(value) && content_type(a, value, true) != 0);
    }
    int with_body = content_type(a, value, true);
    HOLDS(with_body != 0 || content_type(a, value, false) == 0);
    HOLDS(content_type(a, swap_case(a, value), true) == with_body);
    HOLDS(content_type(a, arena_printf(a, "%s;charset=utf-16", JSONAPI), true) != 0);
    HOLDS(content_type(a, arena_printf(a, "%s,%s", JSONAPI, value), true) != 0);
}

static void check_accept(struct arena *a, const char *value)
{
    HOLDS(accept(a, swap_case(a, value)) == accept(a, value));
    HOLDS(accept(a, arena_printf(a, "%s, %s", JSONAPI, value)) == REPRESENTATION_JSONAPI);
    HOLDS(names_atomic(value) || accept_of(a, value, true) == accept(a, value));
    HOLDS(accept(a, value) == -1 || accept_of(a, value, true) != -1);
    HOLDS(accept_of(a, arena_printf(a, JSONAPI ";ext=\"" ATOMIC_EXTENSION "\",%s", value), true) ==
          REPRESENTATION_JSONAPI);
    HOLDS(accept(a, arena_printf(a, "text/html, %s", value)) == accept(a, value) ||
          value[strspn(value, " \t")] == '\0');
}

static void check_prefer(struct arena *a, const char *value)
{
    bool asked = prefer_return_representation(value);
    HOLDS(prefer_return_representation(swap_case(a, value)) == asked);
    HOLDS(prefer_return_representation(arena_printf(a, "wait=1;x=\"y,\", %s", value)) == asked);
    HOLDS(prefer_return_representation(arena_printf(a, "return=representation, %s", value)));
    HOLDS(!prefer_return_representation(arena_printf(a, "return=minimal,%s", value)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    struct text lines[3];
    struct arena *a = arena_new(FUZZ_BUDGET);
    for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
        lines[i] = fuzz_line(&input);
    }
    check_content_type(a, arena_copy(a, lines[0].at, lines[0].n));
    check_accept(a, arena_copy(a, lines[1].at, lines[1].n));
    check_prefer(a, arena_copy(a, lines[2].at, lines[2].n));
    HOLDS(!arena_failed(a));
    arena_free(a);
    return 0;
}
