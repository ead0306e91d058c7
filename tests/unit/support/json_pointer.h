/*
 * json_pointer.h - RFC 6901, for the rule that every problem points at something that is there.
 */
#ifndef BACKREF_TESTS_JSON_POINTER_H
#define BACKREF_TESTS_JSON_POINTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One reference token with its escapes undone, into `to`; the rest of the pointer is returned. */
static inline const char *json_pointer_token(const char *at, char *to, size_t capacity)
{
    size_t n = 0;
    while (*at != '\0' && *at != '/' && n + 1 < capacity) {
        if (*at == '~' && (at[1] == '0' || at[1] == '1')) {
            to[n++] = at[1] == '0' ? '~' : '/';
            at += 2;
        } else {
            to[n++] = *at++;
        }
    }
    to[n] = '\0';
    return at;
}

/* json_pointer_resolves() - is there a value at `pointer`? */
static inline bool json_pointer_resolves(const json_t *root, const char *pointer)
{
    char token[4096];
    while (root != NULL && *pointer == '/') {
        pointer = json_pointer_token(pointer + 1, token, sizeof token);
        char *end = token;
        size_t i = strtoul(token, &end, 10);
        if (json_is_array(root)) {
            root = *end == '\0' && end != token ? json_array_get(root, i) : NULL;
        } else {
            root = json_object_get(root, token);
        }
    }
    return root != NULL && *pointer == '\0';
}

#endif
