/*
 * declaration_places.c - where everything in a file stands, so that findings come in its order.
 */
#include <jansson.h>

#include "model/declaration.h"
#include "model/names.h"

static size_t count_places(json_t *value)
{
    size_t n = 1;
    const char *key = NULL;
    json_t *inner = NULL;
    size_t i = 0;
    json_object_foreach(value, key, inner)
    {
        n += count_places(inner);
    }
    json_array_foreach(value, i, inner)
    {
        n += count_places(inner);
    }
    return n;
}

static void list_places(struct arena *a, json_t *value, const char *pointer, const char **places,
                        size_t *n)
{
    places[(*n)++] = pointer;
    const char *key = NULL;
    json_t *inner = NULL;
    size_t i = 0;
    json_object_foreach(value, key, inner)
    {
        list_places(a, inner, pointer_join(a, pointer, key), places, n);
    }
    json_array_foreach(value, i, inner)
    {
        list_places(a, inner, arena_printf(a, "%s/%zu", pointer, i), places, n);
    }
}

struct declared_names declaration_places(struct arena *a, struct json_t *root)
{
    const char **places = arena_zalloc(a, count_places(root), sizeof *places);
    struct declared_names names = { .n = 0, .at = places };
    if (places != NULL) {
        list_places(a, root, "", places, &names.n);
    }
    return names;
}
