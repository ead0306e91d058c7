/*
 * model.c - looking things up in a model by name. A model has a few dozen names: a scan is as fast
 * as a hash table, and leaves nothing to build.
 */
#include "model/model.h"

const struct resource *model_find_resource(const struct model *model, struct text type)
{
    for (size_t i = 0; i < model->n_resources; i++) {
        if (text_is(type, model->resources[i].type)) {
            return &model->resources[i];
        }
    }
    return NULL;
}

const struct attribute *resource_find_attribute(const struct resource *resource, struct text name)
{
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (text_is(name, resource->attributes[i].name)) {
            return &resource->attributes[i];
        }
    }
    return NULL;
}

const struct relationship *resource_find_relationship(const struct resource *resource,
                                                      struct text name)
{
    for (size_t i = 0; i < resource->n_relationships; i++) {
        if (text_is(name, resource->relationships[i].name)) {
            return &resource->relationships[i];
        }
    }
    return NULL;
}

const struct constraint *resource_find_constraint(const struct resource *resource, const char *name)
{
    for (size_t i = 0; i < resource->n_constraints; i++) {
        if (strcmp(resource->constraints[i].name, name) == 0) {
            return &resource->constraints[i];
        }
    }
    return NULL;
}

struct model *model_free(struct model *model)
{
    if (model != NULL) {
        arena_free(model->arena);
    }
    return NULL;
}
