/*
 * main.c - runs every row TIMES times, and has callgrind write what each took into a dump that
 * carries the row's name. Outside callgrind it does the same work and counts nothing.
 */
#include <jansson.h>
#include <string.h>

#include "counted.h"
#include "support/catalogs.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else /* nobody to tell */
#define CALLGRIND_ZERO_STATS (void)0
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

enum { WARM_UP_TIMES = 5, TIMES = 100, BUDGET = 8 << 20 };

static void run(const struct counted *row, const struct scene *scene, int times)
{
    for (int i = 0; i < times; i++) {
        struct arena *a = arena_new(BUDGET);
        ASSERT(a != NULL);
        row->work(a, scene);
        ASSERT(!arena_failed(a));
        arena_free(a);
    }
}

static void count(const struct counted *rows, const struct scene *scene)
{
    for (const struct counted *row = rows; row->name != NULL; row++) {
        run(row, scene, WARM_UP_TIMES);
        CALLGRIND_ZERO_STATS;
        run(row, scene, TIMES);
        CALLGRIND_DUMP_STATS_AT(row->name);
    }
}

static const struct resource *resource_of(const struct model *model, const char *type)
{
    for (size_t i = 0; i < model->n_resources; i++) {
        if (strcmp(model->resources[i].type, type) == 0) {
            return &model->resources[i];
        }
    }
    UNREACHABLE();
}

int main(void)
{
    json_object_seed(1); /* else each run has the heap in another order, and other counts */
    struct model *model = model_default();
    struct scene scene = { .arena = arena_new(BUDGET), .model = model };
    ASSERT(model != NULL && scene.arena != NULL);
    scene.statements = statements_new(scene.arena, model);
    ASSERT(scene.statements != NULL);
    scene.friends = resource_of(model, "friends");
    scene.hobbies = relationship_of(model, "friends", "hobbies");
    const struct counted *const tables[] = { counted_reading, counted_planning, counted_writing };
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
        count(tables[i], &scene);
    }
    printf("times %d\n", TIMES); /* what each dump is divided by */
    arena_free(scene.arena);
    model_free(model);
    return 0;
}
