/*
 * query_parameters.c - what may stand in a query string.
 *
 * What has finitely many names has a parameter for each of them. The rest of a family (operators of
 * filters, fields of types further away) is an object whose member names are the parameters' names:
 * that is what `form` with `explode` writes.
 */
#include "openapi/components.h"

/* A name of what is sorted or included, or a path through others to it. */
#define NAMES "{'type': 'array', 'items': {'anyOf': [{'type': 'string', 'enum': []}, %s]}}"

#define FAMILY(pattern)                                                                            \
    "'style': 'form', 'explode': true, 'schema': {'type': 'object',"                               \
    " 'propertyNames': {'pattern': '" pattern "'}, 'additionalProperties': {'type': 'string'}}"

/* ---- components ------------------------------------------------------------------------------ */

static json_t *put_parameter(struct doc *doc, json_t *parameters, const char *key, const char *name)
{
    json_t *p = doc_put(doc, parameters, key, doc_object(doc));
    doc_put(doc, p, "name", doc_text(doc, "%s", name));
    doc_put(doc, p, "in", doc_text(doc, "query"));
    return p;
}

/* A parameter whose value is a list with "," between its items. */
static json_t *put_list(struct doc *doc, json_t *parameters, const char *key, const char *name,
                        const char *description)
{
    json_t *p = put_parameter(doc, parameters, key, name);
    doc_put(doc, p, "description", doc_text(doc, "%s", description));
    doc_put(doc, p, "style", doc_text(doc, "form"));
    doc_put(doc, p, "explode", json_false());
    return p;
}

/* The enum of a list's items: of NAMES, what is not a longer path. */
static json_t *names_of(json_t *schema)
{
    json_t *any = json_object_get(json_object_get(schema, "items"), "anyOf");
    return json_object_get(json_array_get(any, 0), "enum");
}

static void put_paging(struct doc *doc, json_t *parameters)
{
    static const char *const totals[] = {
        [TOTAL_NONE] = "none",
        [TOTAL_EXACT] = "exact",
        [TOTAL_ESTIMATED] = "estimated",
    };
    const struct openapi_options *o = doc->options;
    doc_put(doc, parameters, "page.size",
            doc_parse(doc,
                      "{'name': 'page[size]', 'in': 'query', 'description': 'How many a page holds"
                      " at most.', 'schema': {'type': 'integer', 'minimum': 1, 'maximum': %u,"
                      " 'default': %u}}",
                      o->max_page_size, o->page_size));
    doc_put(doc, parameters, "page.after",
            doc_parse(doc, "{'name': 'page[after]', 'in': 'query', 'description': 'The page that"
                           " follows this cursor, which comes from a next link. Beside"
                           " page[before]: what lies between the two, the largest page of it if"
                           " page[size] does not say.',"
                           " 'schema': {'type': 'string'}}"));
    doc_put(doc, parameters, "page.before",
            doc_parse(doc, "{'name': 'page[before]', 'in': 'query', 'description': 'The page that"
                           " precedes this cursor, which comes from a prev link.',"
                           " 'schema': {'type': 'string'}}"));
    doc_put(doc, parameters, "page.number",
            doc_parse(doc, "{'name': 'page[number]', 'in': 'query', 'description': 'The page of"
                           " this number, from 1; not beside page[after] or page[before]. Pages"
                           " further back take longer to find.',"
                           " 'schema': {'type': 'integer', 'minimum': 1, 'maximum': 4294967295}}"));
    doc_put(doc, parameters, "page.total",
            doc_parse(doc,
                      "{'name': 'page[total]', 'in': 'query', 'description': 'Counts the whole"
                      " list in meta.page: exactly, or as the database estimates it.', 'schema':"
                      " {'type': 'string', 'enum': ['none', 'exact', 'estimated'],"
                      " 'default': '%s'}}",
                      totals[o->page_total]));
}

/* The families' remaining members. */
static void put_families(struct doc *doc, json_t *parameters)
{
    const struct openapi_options *o = doc->options;
    doc_put(doc, parameters, "fields",
            doc_parse(doc, "{'name': 'fields', 'in': 'query', 'description': 'fields[TYPE] of any"
                           " other type: its attributes and relationships to show, with a comma"
                           " between them.', " FAMILY("^fields\\\\[[^\\\\[\\\\]]+\\\\]$") "}"));
    doc_put(
        doc, parameters, "filter",
        doc_parse(
            doc,
            "{'name': 'filter', 'in': 'query', 'description': 'Further filters, all of which hold:"
            " filter[FIELD][OPERATOR]=VALUE. FIELD is id, an attribute, a relationship, a path"
            " to one of theirs (filter[a.b]) through up to %d relationships, or meta.NAME for what"
            " is kept with a link. OPERATOR is eq, ne, lt, le, gt, ge, in, like, ilike or null;"
            " of relationships any, none and null; filter[RELATIONSHIP][count][OPERATOR]"
            " compares how many there are. in, any and none take values with a comma between"
            " them, null takes true or false. At most %u filters, of %u values each.', " FAMILY(
                "^filter(\\\\[[^\\\\[\\\\]]+\\\\]){1,3}$") ", 'example': {'filter[id][in]': '1,2'}}",
            FIELD_MAX_PATH, o->max_filters, o->max_filter_values));
}

static void put_include(struct doc *doc, json_t *parameters, const struct resource *resource)
{
    if (resource->n_relationships == 0) {
        return;
    }
    json_t *p = put_list(doc, parameters, doc_format(doc, "%s.include", resource->type), "include",
                         doc_format(doc,
                                    "Relationships whose resources come with the answer, also"
                                    " through others (a.b): at most %u, %u deep.",
                                    doc->options->max_include, doc->options->max_include_depth));
    json_t *schema = doc_put(doc, p, "schema",
                             doc_parse(doc, NAMES,
                                       "{'type': 'string', 'pattern': "
                                       "'^[^.,]+([.][^.,]+)+$'}"));
    for (size_t i = 0; i < resource->n_relationships; i++) {
        doc_add(doc, names_of(schema), doc_text(doc, "%s", resource->relationships[i].name));
    }
}

/* For linkage: paths begin with the relationship's own name. */
static void put_linkage_include(struct doc *doc, json_t *parameters, const struct relationship *r)
{
    json_t *p = put_list(
        doc, parameters, doc_format(doc, "%s.%s.include", r->owner->type, r->name), "include",
        doc_format(doc, "Resources that come with the answer: paths begin with %s.", r->name));
    json_t *schema = doc_put(
        doc, p, "schema",
        doc_parse(doc, NAMES,
                  doc_format(doc, "{'type': 'string', 'pattern': '^%s([.][^.,]+)+$'}", r->name)));
    doc_add(doc, names_of(schema), doc_text(doc, "%s", r->name));
}

static void put_fields(struct doc *doc, json_t *parameters, const struct resource *resource)
{
    if (resource->n_attributes + resource->n_relationships == 0) {
        return;
    }
    json_t *p =
        put_list(doc, parameters, doc_format(doc, "fields.%s", resource->type),
                 doc_format(doc, "fields[%s]", resource->type),
                 "The attributes and relationships to show; a relationship that is named here comes"
                 " with its linkage.");
    json_t *schema =
        doc_put(doc, p, "schema",
                doc_parse(doc, "{'type': 'array', 'items': {'type': 'string', 'enum': []}}"));
    json_t *names = json_object_get(json_object_get(schema, "items"), "enum");
    for (size_t i = 0; i < resource->n_attributes; i++) {
        doc_add(doc, names, doc_text(doc, "%s", resource->attributes[i].name));
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        doc_add(doc, names, doc_text(doc, "%s", resource->relationships[i].name));
    }
}

static void add_key(struct doc *doc, json_t *names, const char *key)
{
    doc_add(doc, names, doc_text(doc, "%s", key));
    doc_add(doc, names, doc_text(doc, "-%s", key));
}

static void put_sort(struct doc *doc, json_t *parameters, const struct resource *resource)
{
    json_t *p =
        put_list(doc, parameters, doc_format(doc, "%s.sort", resource->type), "sort",
                 doc_format(doc,
                            "Keys to sort by, at most %u, the first one counts most; a - in front"
                            " turns one round. Also attributes of a to-one (a.b), how many members"
                            " there are (a.count), and meta.NAME of a link.",
                            doc->options->max_sort));
    json_t *schema =
        doc_put(doc, p, "schema",
                doc_parse(doc, NAMES, "{'type': 'string', 'pattern': '^-?[^.,]+([.][^.,]+)+$'}"));
    json_t *names = names_of(schema);
    add_key(doc, names, "id");
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (resource->attributes[i].type->is_sortable) {
            add_key(doc, names, resource->attributes[i].name);
        }
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        if (!resource->relationships[i].is_to_one) {
            add_key(doc, names, doc_format(doc, "%s.count", resource->relationships[i].name));
        }
    }
}

static const char *filter_key(struct doc *doc, const struct resource *resource, const char *field)
{
    return doc_format(doc, "%s.filter.%s", resource->type, doc_key(doc, field));
}

static bool has_filter(const struct attribute *attribute)
{
    return attribute->type->is_comparable && attribute->type->kind != COLUMN_ARRAY;
}

static void put_filters(struct doc *doc, json_t *parameters, const struct resource *resource)
{
    json_t *id = put_list(doc, parameters, filter_key(doc, resource, "id"), "filter[id]",
                          "Those with one of these ids.");
    json_t *ids = doc_put(doc, id, "schema", doc_parse(doc, "{'type': 'array'}"));
    doc_put(doc, ids, "items", doc_ref(doc, "schemas/%s.id", resource->type));
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *a = &resource->attributes[i];
        if (has_filter(a)) {
            json_t *p = put_parameter(doc, parameters, filter_key(doc, resource, a->name),
                                      doc_format(doc, "filter[%s]", a->name));
            doc_put(doc, p, "description", doc_text(doc, "Those whose %s is this.", a->name));
            doc_put(doc, p, "schema", schema_of_column(doc, a->type, false));
        }
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        const struct relationship *r = &resource->relationships[i];
        json_t *p = put_list(doc, parameters, filter_key(doc, resource, r->name),
                             doc_format(doc, "filter[%s]", r->name),
                             doc_format(doc,
                                        "Those whose %s holds one of these ids; null: those whose"
                                        " %s is empty.",
                                        r->name, r->name));
        doc_put(doc, p, "schema", doc_parse(doc, "{'type': 'array', 'items': {'type': 'string'}}"));
    }
}

void components_query_parameters(struct doc *doc, json_t *parameters)
{
    put_paging(doc, parameters);
    put_families(doc, parameters);
    for (size_t i = 0; i < doc->model->n_resources; i++) {
        const struct resource *resource = &doc->model->resources[i];
        put_include(doc, parameters, resource);
        put_fields(doc, parameters, resource);
        put_sort(doc, parameters, resource);
        put_filters(doc, parameters, resource);
        for (size_t j = 0; j < resource->n_relationships; j++) {
            put_linkage_include(doc, parameters, &resource->relationships[j]);
        }
    }
}

/* ---- references ------------------------------------------------------------------------------ */

/* Is this relationship the first one of its owner that leads to its target, and to another type? */
static bool leads_elsewhere(const struct relationship *r)
{
    const struct resource *owner = r->owner;
    for (size_t i = 0; i < r->index; i++) {
        if (owner->relationships[i].target == r->target) {
            return false;
        }
    }
    return r->target != owner;
}

static void add_fields(struct doc *doc, json_t *to, const struct resource *resource)
{
    if (resource->n_attributes + resource->n_relationships > 0) {
        doc_parameter(doc, to, doc_format(doc, "fields.%s", resource->type));
    }
}

/* Of the type and those next to it; the others are the family's. */
static void add_all_fields(struct doc *doc, json_t *to, const struct resource *resource)
{
    size_t n = 1;
    add_fields(doc, to, resource);
    for (size_t i = 0; i < resource->n_relationships; i++) {
        if (leads_elsewhere(&resource->relationships[i])) {
            add_fields(doc, to, resource->relationships[i].target);
            n++;
        }
    }
    if (n < doc->model->n_resources) {
        doc_parameter(doc, to, "fields");
    }
}

static void add_filters(struct doc *doc, json_t *to, const struct resource *resource)
{
    doc_parameter(doc, to, filter_key(doc, resource, "id"));
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (has_filter(&resource->attributes[i])) {
            doc_parameter(doc, to, filter_key(doc, resource, resource->attributes[i].name));
        }
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        doc_parameter(doc, to, filter_key(doc, resource, resource->relationships[i].name));
    }
    doc_parameter(doc, to, "filter");
}

void query_parameters(struct doc *doc, json_t *to, const struct query_subject *subject)
{
    static const char *const paging[] = { "page.size",   "page.after", "page.before",
                                          "page.number", "page.total", NULL };
    const struct resource *resource = subject->resource;
    const struct relationship *r = subject->relationship;
    if ((subject->accepts & QUERY_INCLUDE) != 0 && subject->is_linkage) {
        doc_parameter(doc, to, doc_format(doc, "%s.%s.include", r->owner->type, r->name));
    } else if ((subject->accepts & QUERY_INCLUDE) != 0 && resource->n_relationships > 0) {
        doc_parameter(doc, to, doc_format(doc, "%s.include", resource->type));
    }
    if ((subject->accepts & QUERY_FIELDS) != 0) {
        add_all_fields(doc, to, resource);
    }
    if ((subject->accepts & QUERY_SORT) != 0) {
        doc_parameter(doc, to, doc_format(doc, "%s.sort", resource->type));
    }
    if ((subject->accepts & QUERY_FILTER) != 0) {
        add_filters(doc, to, resource);
    }
    if ((subject->accepts & QUERY_PAGE) != 0) {
        doc_parameters(doc, to, paging);
    }
}
