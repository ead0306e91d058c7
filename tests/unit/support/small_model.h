/*
 * small_model.h - a model made by hand: persons and phones, many-to-many.
 *
 * Beside the attributes that the service's own model gives them, persons have one attribute of each
 * kind of value. In a header, so that fuzz targets, which are linked without tests/unit, have it
 * too.
 */
#ifndef BACKREF_TESTS_SMALL_MODEL_H
#define BACKREF_TESTS_SMALL_MODEL_H

#include "base/defs.h"
#include "model/model.h"
#include "model/outline.h"
#include "model/spelling.h"

enum { SMALL_PERSONS, SMALL_PHONES, SMALL_RESOURCES };

struct small_attribute {
    const char *name;
    uint32_t oid;
    bool read_only;
    bool nullable;
    bool required;
    uint32_t max_length;
};

/* clang-format off */
static const struct small_attribute small_persons[] = {
    { "name",       1043, false, false, true,  20 },
    { "email",      25,   false, true,  false, 0 },
    { "age",        21,   false, true,  false, 0 },
    { "visits",     20,   false, true,  false, 0 },
    { "height",     701,  false, true,  false, 0 },
    { "active",     16,   false, false, false, 0 },
    { "born",       1082, false, true,  false, 0 },
    { "token",      2950, false, true,  false, 0 },
    { "created_at", 1184, true,  false, false, 0 },
    { "a/b~c",      25,   false, true,  false, 0 },
    { "last",       25,   false, true,  false, 0 },
};

static const struct small_attribute small_phones[] = {
    { "number", 25, false, false, true,  0 },
    { "label",  25, false, true,  false, 0 },
};
/* clang-format on */

static inline struct attribute *small_attributes(struct arena *a,
                                                 const struct small_attribute *from, size_t n)
{
    struct attribute *attributes = arena_zalloc(a, n, sizeof *attributes);
    ASSERT(attributes != NULL);
    for (size_t i = 0; i < n; i++) {
        attributes[i] = (struct attribute){
            .name = from[i].name,
            .spelled = spell_attribute(a, from[i].name),
            .column = arena_printf(a, "\"%s\"", from[i].name),
            .type = column_type_find(from[i].oid),
            .read_only = from[i].read_only,
            .nullable = from[i].nullable,
            .required = from[i].required,
            .max_length = from[i].max_length,
            .index = i,
            .raw_name = from[i].name,
        };
        ASSERT(attributes[i].type != NULL);
    }
    return attributes;
}

/* A resource with a key of type `key_oid` and room for one relationship. */
static inline struct resource small_resource(struct arena *a, const char *type, uint32_t key_oid,
                                             size_t index)
{
    struct relationship *relationship = arena_zalloc(a, 1, sizeof *relationship);
    ASSERT(relationship != NULL);
    struct resource resource = {
        .type = type,
        .table = arena_printf(a, "\"%s\"", type),
        .key = "\"id\"",
        .key_type = column_type_find(key_oid),
        .n_relationships = 1,
        .relationships = relationship,
        .index = index,
    };
    spell_resource(a, &resource);
    return resource;
}

static inline void small_draw_outlines(struct arena *a, struct resource *resources)
{
    for (size_t i = 0; i < SMALL_RESOURCES; i++) {
        resources[i].outline = outline_new(a, &resources[i], NULL, NULL);
        ASSERT(resources[i].outline != NULL);
    }
}

/* small_model_new() - the model in `a`; the keys of phones have the type `phone_key_oid`. */
static inline const struct model *small_model_new(struct arena *a, uint32_t phone_key_oid)
{
    struct model *model = arena_zalloc(a, 1, sizeof *model);
    struct resource *resources = arena_zalloc(a, SMALL_RESOURCES, sizeof *resources);
    ASSERT(model != NULL && resources != NULL);
    struct resource *persons = &resources[SMALL_PERSONS];
    struct resource *phones = &resources[SMALL_PHONES];
    *persons = small_resource(a, "persons", 20, SMALL_PERSONS);
    persons->n_attributes = ARRAY_SIZE(small_persons);
    persons->attributes = small_attributes(a, small_persons, ARRAY_SIZE(small_persons));
    *phones = small_resource(a, "phones", phone_key_oid, SMALL_PHONES);
    phones->n_attributes = ARRAY_SIZE(small_phones);
    phones->attributes = small_attributes(a, small_phones, ARRAY_SIZE(small_phones));

    struct relationship near = {
        .name = "phones",
        .owner = persons,
        .target = phones,
        .inverse = phones->relationships,
        .table = "\"person_phones\"",
        .rows = "\"person_phones\"",
        .near = "\"person_id\"",
        .far = "\"phone_id\"",
        .near_is_first = true,
        .id = 0,
    };
    struct relationship far = {
        .name = "owners",
        .owner = phones,
        .target = persons,
        .inverse = persons->relationships,
        .table = "\"person_phones\"",
        .rows = "\"person_phones\"",
        .near = "\"phone_id\"",
        .far = "\"person_id\"",
        .id = 1,
    };
    spell_relationship(a, &near);
    spell_relationship(a, &far);
    memcpy((void *)(uintptr_t)persons->relationships, &near, sizeof near);
    memcpy((void *)(uintptr_t)phones->relationships, &far, sizeof far);
    small_draw_outlines(a, resources);
    *model = (struct model){
        .arena = a, .n_resources = SMALL_RESOURCES, .resources = resources, .n_relationships = 2
    };
    return model;
}

#endif
