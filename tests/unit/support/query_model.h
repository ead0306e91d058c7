/*
 * query_model.h - the small model with relationships of every shape, for queries.
 *
 *     persons.phones   ⇄ phones.owners     many-to-many, its links have since and note
 *     persons.boss     ⇄ persons.reports   to-one and its inverse
 *     phones.home      ⇄ persons.homes     likewise
 *
 * Persons have further attributes, of types that know no order, or nothing at all.
 *
 * In a header for the fuzz targets, like small_model.h.
 */
#ifndef BACKREF_TESTS_QUERY_MODEL_H
#define BACKREF_TESTS_QUERY_MODEL_H

#include "support/small_model.h"

enum { PERSONS_PHONES, PERSONS_BOSS, PERSONS_REPORTS, PERSONS_HOMES, PERSONS_RELATIONSHIPS };
enum { PHONES_OWNERS, PHONES_HOME, PHONES_RELATIONSHIPS };

static const struct small_attribute query_further[] = {
    { "price", 1700, false, true, false, 0 },
    { "picture", 17, false, true, false, 0 },
    { "settings", 3802, false, true, false, 0 },
};

static const struct small_attribute query_links[] = {
    { "since", 1184, true, false, false, 0 },
    { "note", 25, false, true, false, 0 },
};

/* A relationship and its inverse, each at its place in its resource. */
static inline void query_pair(struct relationship *near, struct relationship *far)
{
    near->inverse = far;
    far->inverse = near;
    near->target = far->owner;
    far->target = near->owner;
}

static inline struct relationship *query_relationships(struct arena *a, struct resource *owner,
                                                       const char *const *names, size_t n)
{
    struct relationship *relationships = arena_zalloc(a, n, sizeof *relationships);
    ASSERT(relationships != NULL);
    for (size_t i = 0; i < n; i++) {
        relationships[i].name = names[i];
        relationships[i].owner = owner;
        relationships[i].index = i;
        relationships[i].kind = RELATIONSHIP_ONE_TO_MANY;
        spell_relationship(a, &relationships[i]);
    }
    owner->relationships = relationships;
    owner->n_relationships = n;
    return relationships;
}

static inline void query_make_to_one(struct relationship *relationship)
{
    relationship->kind = RELATIONSHIP_MANY_TO_ONE;
    relationship->is_to_one = true;
}

static inline void query_add_links(struct arena *a, struct relationship *relationship)
{
    relationship->kind = RELATIONSHIP_MANY_TO_MANY;
    relationship->n_link_columns = ARRAY_SIZE(query_links);
    relationship->link_columns = small_attributes(a, query_links, ARRAY_SIZE(query_links));
}

static inline void query_add_further(struct arena *a, struct resource *persons)
{
    enum { OLD = ARRAY_SIZE(small_persons), NEW = ARRAY_SIZE(query_further) };
    struct small_attribute all[OLD + NEW];
    memcpy(all, small_persons, sizeof small_persons);
    memcpy(all + OLD, query_further, sizeof query_further);
    persons->n_attributes = OLD + NEW;
    persons->attributes = small_attributes(a, all, OLD + NEW);
}

/* query_model_new() - the model in `a`; the keys of phones have the type `phone_key_oid`. */
static inline const struct model *query_model_new(struct arena *a, uint32_t phone_key_oid)
{
    static const char *const of_persons[] = { "phones", "boss", "reports", "homes" };
    static const char *const of_phones[] = { "owners", "home" };
    const struct model *small = small_model_new(a, phone_key_oid);
    struct model *model = arena_zalloc(a, 1, sizeof *model);
    struct resource *resources = arena_zalloc(a, SMALL_RESOURCES, sizeof *resources);
    ASSERT(model != NULL && resources != NULL);
    memcpy(resources, small->resources, SMALL_RESOURCES * sizeof *resources);
    query_add_further(a, &resources[SMALL_PERSONS]);
    struct relationship *persons =
        query_relationships(a, &resources[SMALL_PERSONS], of_persons, PERSONS_RELATIONSHIPS);
    struct relationship *phones =
        query_relationships(a, &resources[SMALL_PHONES], of_phones, PHONES_RELATIONSHIPS);
    query_pair(&persons[PERSONS_PHONES], &phones[PHONES_OWNERS]);
    query_pair(&persons[PERSONS_BOSS], &persons[PERSONS_REPORTS]);
    query_pair(&persons[PERSONS_HOMES], &phones[PHONES_HOME]);
    query_add_links(a, &persons[PERSONS_PHONES]);
    query_add_links(a, &phones[PHONES_OWNERS]);
    query_make_to_one(&persons[PERSONS_BOSS]);
    query_make_to_one(&phones[PHONES_HOME]);
    small_draw_outlines(a, resources);
    *model = (struct model){
        .arena = a,
        .n_resources = SMALL_RESOURCES,
        .resources = resources,
        .n_relationships = PERSONS_RELATIONSHIPS + PHONES_RELATIONSHIPS,
    };
    return model;
}

#endif
