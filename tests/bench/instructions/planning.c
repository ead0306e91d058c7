/*
 * planning.c - statements and arguments: those that are kept and those that a request has made.
 */
#include "counted.h"
#include "plan/include.h"
#include "plan/selection.h"
#include "relationship/link.h"

enum { INCLUDE_LIMIT = 1000 };

static const struct query page_of_20 = { .page = { .size = 20 } };

static struct selection all_friends(const struct scene *scene, const struct query *query)
{
    return (struct selection){ .kind = SELECT_ALL, .resource = scene->friends, .query = query };
}

static void plan_page(struct arena *a, const struct scene *scene)
{
    struct selection selection = all_friends(scene, &page_of_20);
    ASSERT(selection_is_plain(&selection));
    const struct argument *arguments = selection_arguments(a, &selection);
    ASSERT(arguments != NULL);
}

static const struct statement *plan_sorted(struct arena *a, const struct scene *scene,
                                           const struct statement *known)
{
    struct query query = page_of_20;
    struct sort_key sort = { .field = { .kind = FIELD_OF_ATTRIBUTE,
                                        .attribute = &scene->friends->attributes[0] } };
    query.n_sort = 1;
    query.sort = &sort;
    struct selection selection = all_friends(scene, &query);
    struct step_plan plan;
    selection_plan(a, &selection, known, &plan);
    ASSERT(plan.statement != NULL);
    return plan.statement;
}

static void plan_sorted_page(struct arena *a, const struct scene *scene)
{
    plan_sorted(a, scene, NULL);
}

static void plan_known_sorted_page(struct arena *a, const struct scene *scene)
{
    static const struct statement *known; /* from the first warm-up on */
    if (known == NULL) {
        known = plan_sorted(scene->arena, scene, NULL);
    }
    plan_sorted(a, scene, known);
}

static const struct statement *plan_hobbies(struct arena *a, const struct scene *scene,
                                            const struct statement *known)
{
    struct selection selection = all_friends(scene, &page_of_20);
    struct include_node node = { .relationship = scene->hobbies, .parent = INCLUDE_ROOT };
    struct step_plan plan;
    include_plan(a, &selection, &(struct include_place){ &node, 0, INCLUDE_LIMIT }, known, &plan);
    ASSERT(plan.statement != NULL);
    return plan.statement;
}

static void plan_include(struct arena *a, const struct scene *scene)
{
    plan_hobbies(a, scene, NULL);
}

static void plan_known_include(struct arena *a, const struct scene *scene)
{
    static const struct statement *known; /* from the first warm-up on */
    if (known == NULL) {
        known = plan_hobbies(scene->arena, scene, NULL);
    }
    plan_hobbies(a, scene, known);
}

static void plan_link(struct arena *a, const struct scene *scene)
{
    (void)scene;
    struct member member = { .key = cell_from_int8(a, 20) };
    struct linkage members = { .n = 1, .members = &member };
    size_t n_rows = 0;
    const struct argument *arguments = link_arguments(a, cell_from_int8(a, 10), &members, &n_rows);
    ASSERT(arguments != NULL && n_rows == 1);
}

const struct counted counted_planning[] = {
    { "plan: a page", plan_page },
    { "plan: a sorted page", plan_sorted_page },
    { "plan: a sorted page, known", plan_known_sorted_page },
    { "plan: an include", plan_include },
    { "plan: an include, known", plan_known_include },
    { "plan: one link", plan_link },
    { NULL, NULL },
};
