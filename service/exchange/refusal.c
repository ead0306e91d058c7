/*
 * refusal.c - see refusal.h.
 */
#include "exchange/refusal.h"

#include <string.h>

/* Codes are matched by prefix, the first match wins; a class is two characters. */
struct rule {
    const char *sqlstate;
    enum remedy remedy;
    enum problem_code code;
    const char *detail; /* where no constraint or column says more */
};

/* clang-format off */
static const struct rule rules[] = {
    { "40",    REMEDY_RETRY,   PROBLEM_BUSY, "other writers were in the way every time this was tried; try again" },
    { "55P03", REMEDY_REPORT,  PROBLEM_BUSY, "another writer holds what this request needs for too long; try again" },
    { "55000", REMEDY_REPORT,  PROBLEM_UNAVAILABLE,
      "the database is not ready for this: a view that has not been filled yet, or a table that takes no writes" },
    { "57014", REMEDY_REPORT,  PROBLEM_TIMEOUT,
      "the database did not finish in time (--statement-timeout); ask for less, or try again" },
    { "26000", REMEDY_PREPARE, PROBLEM_UNAVAILABLE,
      "the database session was reset, or a pooler shares it (its pool_mode must be session, or "
      "max_prepared_statements be set in PgBouncer 1.21 or later); try again" },
    { "0A000", REMEDY_PREPARE, PROBLEM_SCHEMA_MISMATCH, "the database's tables have changed; try again" },
    { "25006", REMEDY_MOVE,    PROBLEM_UNAVAILABLE, "the database takes no writes now; try again" },
    { "23505", REMEDY_REPORT,  PROBLEM_TAKEN, "another resource has this value already; choose another" },
    { "23503", REMEDY_RETRY,   PROBLEM_IN_USE, "other resources still depend on this one; remove them first" },
    { "23001", REMEDY_REPORT,  PROBLEM_IN_USE, "other resources still depend on this one; remove them first" },
    { "23502", REMEDY_REPORT,  PROBLEM_REQUIRED, "a value is required" },
    { "23",    REMEDY_REPORT,  PROBLEM_INVALID, "a value breaks a rule of the database; correct it" },
    { "22001", REMEDY_REPORT,  PROBLEM_INVALID, "a value is too long; shorten it" },
    { "22",    REMEDY_REPORT,  PROBLEM_INVALID, "a value cannot be stored; correct it" },
    { "54000", REMEDY_REPORT,  PROBLEM_INVALID, "a value is too long; shorten it" },
    { "53100", REMEDY_REPORT,  PROBLEM_STORAGE, "the database has no room left for this write; reads still work" },
    { "53",    REMEDY_REPORT,  PROBLEM_UNAVAILABLE, "the database has no resources left for this request; try again" },
    { "42P01", REMEDY_REPORT,  PROBLEM_SCHEMA_MISMATCH,
      "the database no longer has the tables that the model declares" },
    { "42703", REMEDY_REPORT,  PROBLEM_SCHEMA_MISMATCH,
      "the database no longer has the columns that the model declares" },
    { "42804", REMEDY_REPORT,  PROBLEM_SCHEMA_MISMATCH,
      "a column of the database has another type than the model knows of, until it is read again" },
    { "42883", REMEDY_REPORT,  PROBLEM_SCHEMA_MISMATCH,
      "a column of the database has another type than the model knows of, until it is read again" },
    { PG_OTHER_TYPES, REMEDY_REPORT, PROBLEM_SCHEMA_MISMATCH,
      "a column of the database has another type than the model knows of, until it is read again;"
      " if this was a write, look whether it was made" },
    { "42501", REMEDY_REPORT,  PROBLEM_FORBIDDEN, "the service's database role may not do this" },
    { "57",    REMEDY_RETRY,   PROBLEM_UNAVAILABLE, "the database is shutting down or starting up; try again" },
    { "08",    REMEDY_RETRY,   PROBLEM_UNAVAILABLE, "the connection to the database failed; try again" },
    { "",      REMEDY_REPORT,  PROBLEM_INTERNAL, "something went wrong on the server; its log says what" },
};
/* clang-format on */

static const struct rule *find_rule(const char *sqlstate)
{
    const struct rule *rule = rules;
    while (strncmp(sqlstate, rule->sqlstate, strlen(rule->sqlstate)) != 0) {
        rule++;
    }
    return rule;
}

enum remedy refusal_remedy(const char *sqlstate)
{
    return find_rule(sqlstate)->remedy;
}

/* ---- what the database names ----------------------------------------------------------------- */

/*
 * The resource whose row was refused: the one that is written, or one whose foreign key is written
 * with it.
 */
struct culprit {
    const struct resource *resource;
    const struct relationship_value
        *by; /* the relationship that wrote it; NULL: the request itself */
};

static bool is_column(const char *quoted, const char *name)
{
    for (quoted++; *quoted != '\0' && *name != '\0' && *quoted == *name; quoted++, name++) {
        quoted += *quoted == '"' ? 1 : 0; /* doubled within quotes */
    }
    return *name == '\0' && strcmp(quoted, "\"") == 0;
}

static const struct attribute *find_column(const struct resource *resource, const char *column)
{
    for (size_t i = 0; i < resource->n_attributes; i++) {
        if (strcmp(resource->attributes[i].raw_name, column) == 0) {
            return &resource->attributes[i];
        }
    }
    return NULL;
}

/* The relationship whose foreign key this column of the resource's table is. */
static const struct relationship *find_foreign_key(const struct resource *resource,
                                                   const char *column)
{
    for (size_t i = 0; i < resource->n_relationships; i++) {
        const struct relationship *rel = &resource->relationships[i];
        if (rel->kind == RELATIONSHIP_MANY_TO_ONE && is_column(rel->far, column)) {
            return rel;
        }
    }
    return NULL;
}

static const struct constraint *find_constraint(const struct exchange *x, const char *name,
                                                struct culprit *ret)
{
    *ret = (struct culprit){ .resource = x->target.resource };
    const struct constraint *found = resource_find_constraint(ret->resource, name);
    for (size_t i = 0; found == NULL && i < x->document.n_relationships; i++) {
        const struct relationship_value *v = &x->document.relationships[i];
        if (v->relationship->kind == RELATIONSHIP_ONE_TO_MANY) {
            *ret = (struct culprit){ .resource = v->relationship->target, .by = v };
            found = resource_find_constraint(ret->resource, name);
        }
    }
    return found;
}

/* ---- where it stands in the request ---------------------------------------------------------- */

static struct problem_place place_of_linkage(struct exchange *x, const struct relationship *rel)
{
    if (!x->operation->has_body) {
        return problem_nowhere();
    }
    return x->target.relationship == rel ? problem_at(&x->problems, "/data")
                                         : problem_at(&x->problems, "/data/relationships/%s/data",
                                                      problem_escape(x->arena, rel->name));
}

/* Where the document gives this attribute, or else the object in which it is missing. */
static struct problem_place place_of(struct exchange *x, const struct culprit *culprit,
                                     const struct attribute *attribute)
{
    if (culprit->by != NULL) {
        return place_of_linkage(x, culprit->by->relationship);
    }
    for (size_t i = 0; i < x->document.n_attributes; i++) {
        if (x->document.attributes[i].attribute == attribute) {
            return problem_at(&x->problems, "/data/attributes/%s",
                              problem_escape(x->arena, attribute->name));
        }
    }
    if (!x->operation->has_body) {
        return problem_nowhere();
    }
    return problem_at(&x->problems, x->document.n_attributes > 0 ? "/data/attributes" : "/data");
}

static bool gives_relationship(const struct exchange *x, const struct relationship *rel)
{
    size_t i = 0;
    while (i < x->document.n_relationships && x->document.relationships[i].relationship != rel) {
        i++;
    }
    return i < x->document.n_relationships;
}

/* Where the document gives this relationship, or else the object in which it is missing. */
static struct problem_place place_of_foreign_key(struct exchange *x, const struct culprit *culprit,
                                                 const struct relationship *rel)
{
    if (culprit->by != NULL) {
        return place_of_linkage(x, culprit->by->relationship);
    }
    if (gives_relationship(x, rel)) {
        return place_of_linkage(x, rel);
    }
    bool is_resource = x->target.relationship == NULL && x->document.n_relationships > 0;
    return problem_at(&x->problems, is_resource ? "/data/relationships" : "/data");
}

static bool gives_attribute(const struct exchange *x, const struct attribute *attribute)
{
    size_t i = 0;
    while (i < x->document.n_attributes && x->document.attributes[i].attribute != attribute) {
        i++;
    }
    return i < x->document.n_attributes;
}

/* Where the document gives the first of several fields that it does give. */
static struct problem_place place_of_columns(struct exchange *x, const struct culprit *culprit,
                                             const struct constraint *constraint)
{
    for (size_t i = 0; culprit->by == NULL && i < constraint->n_columns; i++) {
        const struct attribute *attribute = find_column(culprit->resource, constraint->columns[i]);
        const struct relationship *rel =
            find_foreign_key(culprit->resource, constraint->columns[i]);
        if (attribute != NULL && gives_attribute(x, attribute)) {
            return place_of(x, culprit, attribute);
        }
        if (rel != NULL && gives_relationship(x, rel)) {
            return place_of_linkage(x, rel);
        }
    }
    return culprit->by != NULL      ? place_of_linkage(x, culprit->by->relationship)
           : x->operation->has_body ? problem_at(&x->problems, "/data")
                                    : problem_nowhere();
}

/* ---- what is said about it ------------------------------------------------------------------- */

static const char *quoted_value(struct exchange *x, const struct attribute *attribute)
{
    for (size_t i = 0; i < x->document.n_attributes; i++) {
        const struct attribute_value *v = &x->document.attributes[i];
        if (v->attribute == attribute && attribute->type->kind == COLUMN_TEXT && v->value.n >= 0) {
            struct text text = { .at = v->value.at, .n = (size_t)v->value.n };
            return arena_printf(x->arena, " (\"%s\")", text_quotable(x->arena, text, 60));
        }
    }
    return "";
}

static void report_attribute(struct exchange *x, const struct culprit *culprit,
                             const struct constraint *constraint, const struct rule *rule)
{
    const struct attribute *attribute = constraint->attributes[0];
    struct problem_place place = place_of(x, culprit, attribute);
    const char *value = quoted_value(x, attribute);
    if (constraint->unique) {
        problem_add(&x->problems, rule->code, place,
                    "\"%s\"%s is taken: another resource of type \"%s\" has it; choose another",
                    attribute->name, value, culprit->resource->type);
    } else if (constraint->explanation != NULL) {
        problem_add(&x->problems, rule->code, place, "\"%s\"%s %s", attribute->name, value,
                    constraint->explanation);
    } else {
        problem_add(&x->problems, rule->code, place,
                    "\"%s\"%s breaks a rule of the database; correct it", attribute->name, value);
    }
}

/* Several fields that are unique together. False when none of them is the model's. */
static bool report_combination(struct exchange *x, const struct culprit *culprit,
                               const struct constraint *constraint, const struct rule *rule)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, x->arena, 64);
    for (size_t i = 0; i < constraint->n_columns; i++) {
        const struct attribute *attribute = find_column(culprit->resource, constraint->columns[i]);
        const struct relationship *rel =
            find_foreign_key(culprit->resource, constraint->columns[i]);
        if (attribute != NULL || rel != NULL) {
            buf_addf(&b, "%s\"%s\"", n++ == 0 ? "" : " and ",
                     attribute != NULL ? attribute->name : rel->name);
        }
    }
    const char *fields = buf_terminate(&b);
    if (n < 2 || fields == NULL) {
        return false;
    }
    problem_add(&x->problems, rule->code, place_of_columns(x, culprit, constraint),
                "%s are taken together: another resource of type \"%s\" has the same; change one",
                fields, culprit->resource->type);
    return true;
}

/* A constraint that binds no attribute: foreign keys, or the key. False when it says nothing. */
static bool report_key(struct exchange *x, const struct culprit *culprit,
                       const struct constraint *constraint, const struct rule *rule)
{
    const struct relationship *rel = NULL;
    for (size_t i = 0; rel == NULL && i < constraint->n_columns; i++) {
        rel = find_foreign_key(culprit->resource, constraint->columns[i]);
    }
    bool is_key =
        constraint->n_columns == 1 && is_column(culprit->resource->key, constraint->columns[0]);
    if (rel != NULL) {
        problem_add(&x->problems, rule->code, place_of_foreign_key(x, culprit, rel),
                    constraint->unique
                        ? "\"%s\" is taken: another resource of type \"%s\" is linked to it"
                        : "\"%s\" of \"%s\" breaks a rule of the database; link another",
                    rel->name, culprit->resource->type);
    } else if (is_key && x->document.has_key) {
        problem_add(&x->problems, rule->code, problem_at(&x->problems, "/data/id"),
                    constraint->unique
                        ? "the id is taken: there is such a resource of type \"%s\"; choose another"
                        : "the id breaks a rule of the database for \"%s\"; choose another",
                    culprit->resource->type);
    }
    return rel != NULL || (is_key && x->document.has_key);
}

/* The one text of the document that is too long for its index, by elimination: the longest. */
static const struct attribute *longest_text(const struct exchange *x)
{
    const struct attribute *longest = NULL;
    int32_t n = -1;
    for (size_t i = 0; i < x->document.n_attributes; i++) {
        const struct attribute_value *v = &x->document.attributes[i];
        if (v->attribute->type->kind == COLUMN_TEXT && v->value.n > n) {
            longest = v->attribute;
            n = v->value.n;
        }
    }
    return longest;
}

static bool is_fault_of_request(enum problem_code code)
{
    return problem_status(code) < 500;
}

/* The relationship whose links are given columns; NULL: none. */
static const struct relationship *find_given_columns(const struct exchange *x)
{
    for (size_t i = 0; i < x->document.n_relationships; i++) {
        const struct relationship_value *v = &x->document.relationships[i];
        for (size_t m = 0; m < v->linkage.n; m++) {
            if (v->linkage.members[m].n_columns > 0) {
                return v->relationship;
            }
        }
    }
    return NULL;
}

/* Is `quoted`, "schema"."name", the table called `name`? */
static bool is_table(const char *quoted, const char *name)
{
    size_t n = strlen(quoted);
    for (size_t i = 0; i + 2 < n; i++) {
        if (strncmp(quoted + i, "\".\"", 3) == 0 && is_column(quoted + i + 2, name)) {
            return true;
        }
    }
    return false;
}

static bool gives_column(const struct member *member, const struct attribute *column)
{
    size_t i = 0;
    while (i < member->n_columns && member->columns[i].attribute != column) {
        i++;
    }
    return i < member->n_columns;
}

/* The only member that lacks the column, or else all of them together. */
static struct problem_place place_of_lacking(struct exchange *x, const struct relationship_value *v,
                                             const struct attribute *column)
{
    struct problem_place place = place_of_linkage(x, v->relationship);
    const struct member *lacking = NULL;
    size_t n = 0;
    for (size_t i = 0; i < v->linkage.n; i++) {
        if (!gives_column(&v->linkage.members[i], column)) {
            lacking = &v->linkage.members[i];
            n++;
        }
    }
    return n != 1 || place.where == NULL || v->relationship->is_to_one
               ? place
               : problem_at(&x->problems, "%s/%u", place.where, lacking->at);
}

/* A new link lacks what its meta has to give: NOT NULL of an association table. */
static bool report_lacking(struct exchange *x, const struct pg_error *error,
                           const struct rule *rule)
{
    for (size_t i = 0; rule->code == PROBLEM_REQUIRED && i < x->document.n_relationships; i++) {
        const struct relationship_value *v = &x->document.relationships[i];
        const struct relationship *rel = v->relationship;
        bool is_here = rel->kind == RELATIONSHIP_MANY_TO_MANY && is_table(rel->table, error->table);
        for (size_t c = 0; is_here && c < rel->n_link_columns; c++) {
            const struct attribute *column = &rel->link_columns[c];
            if (strcmp(column->raw_name, error->column) == 0) {
                problem_add(&x->problems, rule->code, place_of_lacking(x, v, column),
                            "a new link of \"%s\" needs \"%s\" in its meta: %s", rel->name,
                            column->name,
                            x->operation->has_body ? "give it a value" : "link with POST");
                return true;
            }
        }
    }
    return false;
}

/* The many-to-many relationship of the request that is stored in this table; NULL: none. */
static const struct relationship *find_stored_in(const struct exchange *x, const char *table)
{
    for (size_t i = 0; i < x->document.n_relationships; i++) {
        const struct relationship *rel = x->document.relationships[i].relationship;
        if (rel->kind == RELATIONSHIP_MANY_TO_MANY && is_table(rel->table, table)) {
            return rel;
        }
    }
    return NULL;
}

/* A constraint that is none of a resource's may be one of an association table. */
static bool report_link_columns(struct exchange *x, const struct pg_error *error,
                                const struct rule *rule)
{
    const struct relationship *taken =
        rule->code == PROBLEM_TAKEN ? find_stored_in(x, error->table) : NULL;
    if (taken != NULL) {
        problem_add(&x->problems, rule->code, place_of_linkage(x, taken),
                    "another link of \"%s\" holds the same values already, which are unique; give "
                    "others",
                    taken->name);
        return true;
    }
    const struct relationship *rel = error->constraint[0] == '\0' || rule->code != PROBLEM_INVALID
                                         ? NULL
                                         : find_given_columns(x);
    if (rel != NULL) {
        problem_add(&x->problems, rule->code, place_of_linkage(x, rel),
                    "a meta member of \"%s\" breaks a rule of the database; correct it", rel->name);
    }
    return rel != NULL;
}

/* False when the error names no constraint that the model knows. */
static bool report_constraint(struct exchange *x, const struct pg_error *error,
                              const struct rule *rule)
{
    struct culprit culprit;
    const struct constraint *constraint = x->target.resource == NULL || error->constraint[0] == '\0'
                                              ? NULL
                                              : find_constraint(x, error->constraint, &culprit);
    if (constraint == NULL) {
        return report_link_columns(x, error, rule);
    }
    if (constraint->unique && report_combination(x, &culprit, constraint, rule)) {
        return true;
    }
    if (constraint->n_attributes == 0) {
        return report_key(x, &culprit, constraint, rule);
    }
    report_attribute(x, &culprit, constraint, rule);
    return true;
}

/* False when the error names no column that the model knows, and no attribute can be guessed. */
static bool report_column(struct exchange *x, const struct pg_error *error, const struct rule *rule)
{
    struct culprit culprit = { .resource = x->target.resource };
    bool is_named = culprit.resource != NULL && error->column[0] != '\0';
    const struct attribute *attribute =
        is_named ? find_column(culprit.resource, error->column) : NULL;
    const struct relationship *rel =
        is_named ? find_foreign_key(culprit.resource, error->column) : NULL;
    if (attribute == NULL && rel != NULL) {
        problem_add(&x->problems, rule->code, place_of_foreign_key(x, &culprit, rel),
                    "\"%s\": %s; link one of \"%s\"", rel->name, rule->detail, rel->target->type);
        return true;
    }
    if (attribute == NULL && rule->code == PROBLEM_INVALID) {
        attribute = longest_text(x);
    }
    if (attribute == NULL) {
        return false;
    }
    problem_add(&x->problems, rule->code, place_of(x, &culprit, attribute), "\"%s\"%s: %s",
                attribute->name, quoted_value(x, attribute), rule->detail);
    return true;
}

/* Whatever rule a delete breaks, it is that of a row that refers to the one deleted. */
static const struct rule *find_rule_of(const struct exchange *x, const struct pg_error *error)
{
    bool is_removal = x->plan.writes && !x->operation->has_body && x->target.relationship == NULL;
    bool is_constraint = strncmp(error->sqlstate, "23", 2) == 0;
    return find_rule(is_removal && is_constraint ? "23001" : error->sqlstate);
}

void refusal_report(struct exchange *x, const struct pg_error *error)
{
    const struct rule *rule = find_rule_of(x, error);
    if (!is_fault_of_request(rule->code)) {
        log_line(x->service->log, LOG_WARNING, "PostgreSQL refused %s: %s %s (request %s)",
                 x->operation->name, error->sqlstate, error->message, x->request.id);
    }
    if (rule->code != PROBLEM_IN_USE &&
        (report_lacking(x, error, rule) || report_constraint(x, error, rule) ||
         report_column(x, error, rule))) {
        return;
    }
    problem_add(&x->problems, rule->code, problem_nowhere(), "%s", rule->detail);
}
