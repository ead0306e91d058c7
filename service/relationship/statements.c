/*
 * statements.c - see statements.h.
 */
#include "relationship/statements.h"

#include "relationship/foreign_key.h"
#include "relationship/link.h"

static bool build_resource(struct arena *a, const struct resource *resource,
                           struct resource_statements *ret)
{
    ret->fetch = fetch_resource(a, resource);
    ret->remove = remove_resource(a, resource);
    bool built = ret->fetch != NULL && ret->remove != NULL;
    for (int i = 0; i < PAGE_DIRECTIONS; i++) {
        ret->page[i] = fetch_page(a, resource, (enum page_direction)i);
        built = built && ret->page[i] != NULL;
    }
    return built;
}

static bool build_links(struct arena *a, const struct relationship *relationship,
                        struct relationship_statements *ret)
{
    ret->lock_owners = lock_owners_statement(a, relationship);
    bool trusts = link_may_trust(relationship);
    bool built = ret->lock_owners != NULL;
    for (int named = 0; named < 2; named++) {
        ret->link[named] = trusts ? link_statement(a, relationship, named == 1) : NULL;
        ret->link_judging[named] = link_judging_statement(a, relationship, named == 1);
        ret->unlink[named] = unlink_statement(a, relationship, named == 1);
        built = built && (!trusts || ret->link[named] != NULL) &&
                ret->link_judging[named] != NULL && ret->unlink[named] != NULL;
    }
    return built;
}

/* NULL where they do not serve; false when out of memory. */
static bool build_foreign_key(struct arena *a, const struct relationship *relationship,
                              enum change_kind kind, const struct statement *ret[2])
{
    if (!foreign_key_is_plain(relationship, kind)) {
        return true;
    }
    ret[0] = foreign_key_lock_statement(a, relationship, kind);
    ret[1] = foreign_key_statement(a, relationship, kind);
    return ret[0] != NULL && ret[1] != NULL;
}

static bool build_relationship(struct arena *a, const struct relationship *relationship,
                               struct relationship_statements *ret)
{
    ret->find_link = fetch_link(a, relationship);
    bool built = ret->find_link != NULL;
    for (int i = 0; i < PAGE_DIRECTIONS; i++) {
        ret->linkage[i] = fetch_linkage(a, relationship, (enum page_direction)i);
        ret->related[i] = fetch_related(a, relationship, (enum page_direction)i);
        built = built && ret->linkage[i] != NULL && ret->related[i] != NULL;
    }
    built = built && build_foreign_key(a, relationship, CHANGE_ADD, ret->join) &&
            build_foreign_key(a, relationship, CHANGE_REMOVE, ret->leave);
    return built && (!link_is_plain(relationship) || build_links(a, relationship, ret));
}

const struct statements *statements_new(struct arena *a, const struct model *model)
{
    struct statements *s = arena_alloc(a, sizeof *s);
    struct resource_statements *resources = arena_zalloc(a, model->n_resources, sizeof *resources);
    struct relationship_statements *relationships =
        arena_zalloc(a, model->n_relationships, sizeof *relationships);
    if (s == NULL || resources == NULL || relationships == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < model->n_resources; i++) {
        const struct resource *resource = &model->resources[i];
        if (!build_resource(a, resource, &resources[resource->index])) {
            return NULL;
        }
        for (size_t j = 0; j < resource->n_relationships; j++) {
            const struct relationship *relationship = &resource->relationships[j];
            if (!build_relationship(a, relationship, &relationships[relationship->id])) {
                return NULL;
            }
        }
    }
    *s = (struct statements){ .of_resource = resources, .of_relationship = relationships };
    return s;
}
