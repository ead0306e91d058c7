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
    { "57014", REMEDY_REPORT,  PROBLEM_TIMEOUT,
      "the database did not finish in time (--statement-timeout); ask for less, or try again" },
    { "26000", REMEDY_PREPARE, PROBLEM_UNAVAILABLE, "the database session was reset; try again" },
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

/* Where the document gives this attribute, or else the object in which it is missing. */
static struct problem_place place_of(struct exchange *x, const struct attribute *attribute)
{
    for (size_t i = 0; i < x->document.n_attributes; i++) {
        if (x->document.attributes[i].attribute == attribute) {
            return problem_at(&x->problems, "/data/attributes/%s",
                              problem_escape(x->arena, attribute->name));
        }
    }
    return problem_at(&x->problems, x->document.n_attributes > 0 ? "/data/attributes" : "/data");
}

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

static void report_constraint(struct exchange *x, const struct constraint *constraint,
                              const struct rule *rule)
{
    const struct attribute *attribute = constraint->attributes[0];
    const char *value = quoted_value(x, attribute);
    if (constraint->unique) {
        problem_add(&x->problems, rule->code, place_of(x, attribute),
                    "\"%s\"%s is taken: another resource of type \"%s\" has it; choose another",
                    attribute->name, value, x->target.resource->type);
    } else if (constraint->explanation != NULL) {
        problem_add(&x->problems, rule->code, place_of(x, attribute), "\"%s\"%s %s",
                    attribute->name, value, constraint->explanation);
    } else {
        problem_add(&x->problems, rule->code, place_of(x, attribute),
                    "\"%s\"%s breaks a rule of the database; correct it", attribute->name, value);
    }
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

void refusal_report(struct exchange *x, const struct pg_error *error)
{
    const struct rule *rule = find_rule(error->sqlstate);
    const struct resource *resource = x->target.resource;
    if (!is_fault_of_request(rule->code)) {
        log_line(x->service->log, LOG_WARNING, "PostgreSQL refused %s: %s %s (request %s)",
                 x->operation->name, error->sqlstate, error->message, x->request.id);
    }
    const struct constraint *constraint =
        resource == NULL || error->constraint[0] == '\0'
            ? NULL
            : resource_find_constraint(resource, error->constraint);
    if (constraint != NULL && constraint->n_attributes > 0) {
        report_constraint(x, constraint, rule);
        return;
    }
    const struct attribute *attribute =
        resource == NULL || error->column[0] == '\0' ? NULL : find_column(resource, error->column);
    if (attribute == NULL && rule->code == PROBLEM_INVALID) {
        attribute = longest_text(x);
    }
    if (attribute != NULL) {
        problem_add(&x->problems, rule->code, place_of(x, attribute), "\"%s\"%s: %s",
                    attribute->name, quoted_value(x, attribute), rule->detail);
        return;
    }
    problem_add(&x->problems, rule->code, problem_nowhere(), "%s", rule->detail);
}
