/*
 * target.c - see target.h. Ids are judged here, before any SQL.
 */
#include "exchange/target.h"

#include "jsonapi/query.h"
#include "model/names.h"

/* `did you mean "phones"? it has phones and friends`, `lead` being "it has". */
static const char *offer(struct arena *a, struct text wrong, const char *lead,
                         const char *const *names, size_t n)
{
    const char *list = names == NULL ? NULL : names_list(a, names, n);
    size_t nearest = names == NULL ? n : text_nearest(wrong, names, n);
    const char *text = nearest == n ? arena_printf(a, "%s %s", lead, list == NULL ? "" : list)
                                    : arena_printf(a, "did you mean \"%s\"? %s %s", names[nearest],
                                                   lead, list == NULL ? "" : list);
    return text == NULL ? "" : text;
}

static const char *offer_types(struct arena *a, const struct model *model, struct text wrong)
{
    const char **names = arena_zalloc(a, model->n_resources, sizeof *names);
    for (size_t i = 0; names != NULL && i < model->n_resources; i++) {
        names[i] = model->resources[i].type;
    }
    return offer(a, wrong, "there are", names, model->n_resources);
}

static const char *offer_relationships(struct arena *a, const struct resource *resource,
                                       struct text wrong)
{
    const char **names = arena_zalloc(a, resource->n_relationships, sizeof *names);
    for (size_t i = 0; names != NULL && i < resource->n_relationships; i++) {
        names[i] = resource->relationships[i].name;
    }
    return offer(a, wrong, "it has", names, resource->n_relationships);
}

static int decode(struct arena *a, struct text raw, struct text *ret, struct problems *reterr)
{
    if (percent_decode(a, raw, false, ret)) {
        return 0;
    }
    if (memmem(raw.at, raw.n, "%00", 3) != NULL) {
        return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                           "the path holds an encoded NUL, which no name or id does");
    }
    return problem_add(reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                       "\"%s\" in the path is not percent-encoded UTF-8; encode it again",
                       text_quotable(a, raw, 60));
}

static int resolve_id(struct arena *a, const struct resource *resource, struct text raw,
                      struct text *ret_id, struct cell *ret_key, struct problems *reterr)
{
    int r = decode(a, raw, ret_id, reterr);
    if (r != 0 || key_read(a, resource->key_type, *ret_id, ret_key)) {
        return r;
    }
    return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                       "there is no resource of type \"%s\" with the id \"%s\"", resource->type,
                       text_quotable(a, *ret_id, 60));
}

static int resolve_type(struct arena *a, const struct model *model, struct text raw,
                        struct target *ret, struct problems *reterr)
{
    struct text type;
    int r = decode(a, raw, &type, reterr);
    if (r != 0) {
        return r;
    }
    ret->resource = model_find_resource(model, type);
    if (ret->resource != NULL) {
        return 0;
    }
    return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(), "there is no type \"%s\"; %s",
                       text_quotable(a, type, 60), offer_types(a, model, type));
}

static int resolve_relationship(struct arena *a, struct text raw, struct target *ret,
                                struct problems *reterr)
{
    struct text name;
    int r = decode(a, raw, &name, reterr);
    if (r != 0) {
        return r;
    }
    ret->relationship = resource_find_relationship(ret->resource, name);
    if (ret->relationship != NULL) {
        return 0;
    }
    return problem_add(reterr, PROBLEM_NOT_FOUND, problem_nowhere(),
                       "type \"%s\" has no relationship \"%s\"; %s", ret->resource->type,
                       text_quotable(a, name, 60), offer_relationships(a, ret->resource, name));
}

int target_resolve(struct arena *a, const struct model *model, const struct target_names *names,
                   struct target *ret, struct problems *reterr)
{
    *ret = (struct target){ 0 };
    int r = names->type.at == NULL ? 0 : resolve_type(a, model, names->type, ret, reterr);
    if (r == 0 && names->relationship.at != NULL) {
        r = resolve_relationship(a, names->relationship, ret, reterr);
    }
    if (r == 0 && names->id.at != NULL) {
        r = resolve_id(a, ret->resource, names->id, &ret->id, &ret->key, reterr);
    }
    if (r == 0 && names->related_id.at != NULL) {
        r = resolve_id(a, ret->relationship->target, names->related_id, &ret->related_id,
                       &ret->related_key, reterr);
    }
    return r;
}
