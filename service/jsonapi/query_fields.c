/*
 * query_fields.c - fields[TYPE]: which attributes and relationships of a type an answer shows.
 */
#include "jsonapi/query_parts.h"

static const struct resource *find_type(struct reading *r, const struct given *given)
{
    const struct model *model = r->subject->model;
    if (given->n_brackets != 1 || given->brackets[0].n == 0) {
        REFUSE(r, given, "\"%s\" names no type: write fields[TYPE]=FIELD,FIELD",
               query_quote(r, text_of(given->name)));
        return NULL;
    }
    struct text type = given->brackets[0];
    const struct resource *resource = model_find_resource(model, type);
    if (resource == NULL) {
        struct names names = query_names(r, model->n_resources);
        for (size_t i = 0; i < model->n_resources; i++) {
            query_add_name(&names, model->resources[i].type);
        }
        REFUSE(r, given, "there is no type \"%s\"; %s", query_quote(r, type),
               query_offer(r, type, "there are", &names));
    }
    return resource;
}

static void refuse_field(struct reading *r, const struct given *given,
                         const struct resource *resource, struct text name)
{
    struct names names = query_names(r, resource->n_attributes + resource->n_relationships);
    for (size_t i = 0; i < resource->n_attributes; i++) {
        query_add_name(&names, resource->attributes[i].name);
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        query_add_name(&names, resource->relationships[i].name);
    }
    bool is_always_there = text_is(name, "id") || text_is(name, "type");
    REFUSE(r, given, "\"%s\" has no field \"%s\"%s; %s", resource->type, query_quote(r, name),
           is_always_there ? ", which is always there and not a field" : "",
           query_offer(r, name, "it has", &names));
}

/* The flags of one type, all false, which the caller sets; false when out of memory. */
static bool begin_fieldset(struct reading *r, const struct resource *resource,
                           bool **ret_attributes, bool **ret_relationships)
{
    if (r->fields == NULL) {
        r->fields = arena_zalloc(r->arena, r->subject->model->n_resources, sizeof *r->fields);
        r->query->fields = r->fields;
    }
    *ret_attributes = arena_zalloc(r->arena, resource->n_attributes, sizeof(bool));
    *ret_relationships = arena_zalloc(r->arena, resource->n_relationships, sizeof(bool));
    if (r->fields == NULL || *ret_attributes == NULL || *ret_relationships == NULL) {
        return false;
    }
    r->fields[resource->index] = (struct fieldset){
        .is_given = true,
        .attributes = *ret_attributes,
        .relationships = *ret_relationships,
    };
    return true;
}

void query_read_fields(struct reading *r, const struct given *given)
{
    const struct resource *resource = find_type(r, given);
    if (resource == NULL) {
        return;
    }
    if (r->fields != NULL && r->fields[resource->index].is_given) {
        REFUSE(r, given,
               "\"%s\" is given more than once: give it once, with a \",\" between fields",
               query_quote(r, text_of(given->name)));
        return;
    }
    bool *attributes;
    bool *relationships;
    if (!begin_fieldset(r, resource, &attributes, &relationships) || given->value.n == 0) {
        return;
    }
    struct text rest = given->value;
    struct text name;
    while (query_next_piece(&rest, ',', &name)) {
        const struct attribute *attribute = resource_find_attribute(resource, name);
        const struct relationship *relationship = resource_find_relationship(resource, name);
        if (attribute != NULL) {
            attributes[attribute->index] = true;
        } else if (relationship != NULL) {
            relationships[relationship->index] = true;
        } else {
            refuse_field(r, given, resource, name);
        }
    }
}
