/*
 * cors.c - see cors.h.
 */
#include "http/cors.h"

#include <string.h>

struct cors cors_judge(const struct settings *settings, const char *origin, const char *asks_for)
{
    struct cors cors = { 0 };
    for (size_t i = 0; origin != NULL && i < settings->n_cors_origins; i++) {
        const char *allowed = settings->cors_origins[i];
        if (strcmp(allowed, "*") == 0 || strcmp(allowed, origin) == 0) {
            cors.allowed_origin = allowed;
            cors.is_preflight = asks_for != NULL;
            break;
        }
    }
    return cors;
}
