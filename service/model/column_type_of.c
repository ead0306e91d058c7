/*
 * column_type_of.c - see column_type_of.h. Modifiers are read as PostgreSQL's own typmod functions
 * write them (src/backend/utils/adt/varchar.c and numeric.c).
 */
#include "model/column_type_of.h"

enum {
    ADDED_TO_MODIFIERS = 4, /* so that none of them is 0 */
    PRECISION_SHIFT = 16,
    SCALE_BITS = 0x7FF,
    SCALE_SIGN = 0x400,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
};

static const struct column_type *type_with(struct arena *a, const struct catalog *catalog,
                                           uint32_t oid, int32_t modifier);

/* A type that differs from `from` in some way; NULL over budget. */
static struct column_type *derive(struct arena *a, const struct column_type *from)
{
    struct column_type *type = arena_alloc(a, sizeof *type);
    if (type != NULL) {
        *type = *from;
    }
    return type;
}

static const struct column_type *with_bounds(struct arena *a, const struct column_type *from,
                                             int32_t modifier)
{
    bool is_text = from->oid == OID_VARCHAR || from->oid == OID_BPCHAR;
    bool is_bounded = modifier >= ADDED_TO_MODIFIERS && (is_text || from->kind == COLUMN_NUMERIC);
    struct column_type *type = is_bounded ? derive(a, from) : NULL;
    if (type == NULL) {
        return is_bounded ? NULL : from;
    }
    int32_t bits = modifier - ADDED_TO_MODIFIERS;
    if (is_text) {
        type->max_length = (uint32_t)bits;
    } else {
        type->precision = bits >> PRECISION_SHIFT & 0xFFFF;
        type->scale = ((bits & SCALE_BITS) ^ SCALE_SIGN) - SCALE_SIGN;
    }
    return type;
}

static const struct column_type *array_of(struct arena *a, const struct column_type *element)
{
    if (element == NULL || element->kind == COLUMN_ARRAY || element->array_oid == 0) {
        return NULL;
    }
    const struct column_type array = {
        .kind = COLUMN_ARRAY,
        .oid = element->array_oid,
        .name = arena_printf(a, "%s[]", element->name),
        .json = "an array",
        .json_type = "array",
        .compared_as = element->kind == COLUMN_JSON ? "::jsonb[]" : "",
        .element = element,
    };
    return derive(a, &array);
}

static const struct column_type *enum_of(struct arena *a, const struct catalog_type *from)
{
    const char **labels = arena_zalloc(a, from->n_labels, sizeof *labels);
    for (size_t i = 0; labels != NULL && i < from->n_labels; i++) {
        labels[i] = arena_strdup(a, from->labels[i]);
    }
    const struct column_type type = {
        .kind = COLUMN_ENUM,
        .oid = from->oid,
        .array_oid = from->array_oid,
        .name = arena_strdup(a, from->name),
        .json = "one of its labels",
        .json_type = "string",
        .is_comparable = true,
        .is_sortable = true,
        .compared_as = "",
        .n_labels = labels == NULL ? 0 : from->n_labels,
        .labels = labels,
    };
    return derive(a, &type);
}

/* A string type of an extension, such as citext: its binary format is the text itself. */
static const struct column_type *string_of(struct arena *a, const struct catalog_type *from)
{
    const struct column_type type = {
        .kind = COLUMN_TEXT,
        .oid = from->oid,
        .array_oid = from->array_oid,
        .name = arena_strdup(a, from->name),
        .json = "a string",
        .json_type = "string",
        .is_comparable = true,
        .is_sortable = true,
        .compared_as = "",
    };
    return derive(a, &type);
}

/* The elements of an array may be of a domain, by whose number PostgreSQL wants to know them. */
static const struct column_type *element_of(struct arena *a, const struct catalog *catalog,
                                            uint32_t oid, int32_t modifier)
{
    const struct catalog_type *domain = catalog_find_type(catalog, oid);
    if (domain == NULL || domain->kind != 'd') {
        return type_with(a, catalog, oid, modifier);
    }
    const struct column_type *base = type_with(a, catalog, domain->base_oid, domain->base_modifier);
    struct column_type *type = base == NULL ? NULL : derive(a, base);
    if (type == NULL || base->kind == COLUMN_ARRAY) {
        return NULL;
    }
    type->oid = domain->oid;
    type->array_oid = domain->array_oid;
    type->name = arena_strdup(a, domain->name);
    return type;
}

static const struct column_type *type_with(struct arena *a, const struct catalog *catalog,
                                           uint32_t oid, int32_t modifier)
{
    const struct column_type *own = column_type_find(oid);
    if (own != NULL) {
        return with_bounds(a, own, modifier);
    }
    const struct column_type *element = column_type_find_element(oid);
    if (element != NULL) {
        return array_of(a, with_bounds(a, element, modifier));
    }
    const struct catalog_type *type = catalog_find_type(catalog, oid);
    if (type == NULL) {
        return NULL;
    }
    if (type->kind == 'e') {
        return enum_of(a, type);
    }
    if (type->kind == 'b' && type->category == 'A') {
        return array_of(a, element_of(a, catalog, type->element_oid, modifier));
    }
    return type->kind == 'b' && type->category == 'S' ? string_of(a, type) : NULL;
}

const struct column_type *column_type_of(struct arena *a, const struct catalog *catalog,
                                         const struct catalog_column *column)
{
    return type_with(a, catalog, column->type_oid, column->type_modifier);
}
