/*
 * cmd_model.c - what an author of a model file wants to see: every mistake, then what was
 * understood.
 */
#include "cli/cmd_model.h"

#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "cli/load_model.h"
#include "model/names.h"
#include "openapi/openapi.h"

enum { MODEL_BYTES = 256 << 20 };

/* ---- check --------------------------------------------------------------------------------- */

/* A quoted name as people write it: without quotes where SQL would not be misread without them. */
static const char *plain(struct arena *a, const char *quoted)
{
    char *name = arena_strdup(a, quoted);
    if (name == NULL || strstr(quoted, "\"\"") != NULL) {
        return quoted;
    }
    size_t n = 0;
    for (const char *c = quoted; *c != '\0'; c++) {
        if (*c != '"') {
            name[n++] = *c;
        }
    }
    name[n] = '\0';
    return name;
}

static const char *rule_name(char on_delete)
{
    switch (on_delete) {
    case 'c':
        return "cascade: its links go with it";
    case 'r':
        return "restrict: refused while it is linked";
    case 'n':
        return "set null";
    case 'd':
        return "set default";
    default:
        return "no action: refused while it is linked";
    }
}

/* What deleting the row that `column` of the association table refers to does; NULL: no foreign
 * key. */
static const char *delete_rule(struct arena *a, const struct catalog *catalog, const char *table,
                               const char *column)
{
    for (size_t i = 0; i < catalog->n_tables; i++) {
        const struct catalog_table *t = &catalog->tables[i];
        const char *name = name_quote_qualified(a, t->schema, t->name);
        for (size_t k = 0; name != NULL && strcmp(name, table) == 0 && k < t->n_constraints; k++) {
            const struct catalog_constraint *c = &t->constraints[k];
            const char *of = c->n_columns == 1 ? name_quote(a, c->columns[0]) : NULL;
            if (c->kind == CATALOG_FOREIGN_KEY && of != NULL && strcmp(of, column) == 0) {
                return rule_name(c->on_delete);
            }
        }
    }
    return NULL;
}

static void add_rule(struct buf *b, const struct catalog *catalog, const struct relationship *rel,
                     const char *column, const char *type)
{
    const char *rule = delete_rule(b->arena, catalog, rel->table, column);
    buf_addf(b, "      deleting one of %s: %s (foreign key %s)\n", type,
             rule == NULL ? "leaves its links behind" : rule,
             rule == NULL ? "missing" : plain(b->arena, column));
}

static const char *kind_name(const struct relationship *rel)
{
    switch (rel->kind) {
    case RELATIONSHIP_MANY_TO_MANY:
        return rel->is_symmetric ? "symmetric many-to-many" : "many-to-many";
    case RELATIONSHIP_MANY_TO_ONE:
        return "many-to-one";
    case RELATIONSHIP_ONE_TO_MANY:
        return rel->is_to_one ? "one-to-one" : "one-to-many";
    }
    UNREACHABLE();
}

static void add_relationship(struct buf *b, const struct catalog *catalog,
                             const struct relationship *rel)
{
    struct arena *a = b->arena;
    buf_addf(b, "  %s: %s to %s, ", rel->name, kind_name(rel), rel->target->type);
    if (rel->inverse == NULL) {
        buf_add_literal(b, "one-sided: there is no inverse\n");
    } else {
        buf_addf(b, "inverse %s.%s\n", rel->inverse->owner->type, rel->inverse->name);
    }
    buf_addf(b, "      through %s: %s is %s, %s is %s\n", plain(a, rel->table), plain(a, rel->near),
             rel->owner->type, plain(a, rel->far), rel->target->type);
    add_rule(b, catalog, rel, rel->near, rel->owner->type);
    add_rule(b, catalog, rel, rel->far, rel->target->type);
    for (size_t i = 0; i < rel->n_link_columns; i++) {
        buf_addf(b, "%s%s", i == 0 ? "      each link has " : ", ", rel->link_columns[i].name);
    }
    buf_add_text(b, rel->n_link_columns > 0 ? "\n" : "");
}

static void add_resource(struct buf *b, const struct catalog *catalog,
                         const struct resource *resource)
{
    buf_addf(b, "\n%s: table %s, key %s (%s)\n", resource->type, plain(b->arena, resource->table),
             plain(b->arena, resource->key), resource->key_type->name);
    for (size_t i = 0; i < resource->n_attributes; i++) {
        const struct attribute *attribute = &resource->attributes[i];
        buf_addf(b, "  %s: %s%s%s\n", attribute->name, attribute->type->name,
                 attribute->required ? ", required" : "",
                 attribute->read_only ? ", read-only" : "");
    }
    for (size_t i = 0; i < resource->n_relationships; i++) {
        add_relationship(b, catalog, &resource->relationships[i]);
    }
}

static int print(const struct log *log, const struct buf *b)
{
    if (b->failed) {
        log_line(log, LOG_ERROR, "out of memory for the output");
        return CLI_FAILED;
    }
    fwrite(b->at, 1, b->n, stdout);
    return CLI_OK;
}

static int check(const struct cli_call *call, const struct judged_model *judged, struct buf *b)
{
    const struct findings *findings = &judged->findings;
    for (const struct finding *f = findings->first; f != NULL; f = f->next) {
        buf_addf(b, "%s%s\n", f->level == FINDING_WARNING ? "warning: " : "",
                 load_model_finding(b->arena, findings, f));
    }
    const char *hint = load_model_hint(&call->config->settings, judged);
    if (hint != NULL) {
        buf_addf(b, "%s\n", hint);
    }
    const struct model *model = judged->model;
    if (model == NULL) {
        buf_addf(b, "%s: %zu errors, %zu warnings\n", findings->file, findings->n_errors,
                 findings->n_warnings);
        int status = print(call->log, b);
        return status == CLI_OK ? CLI_FAILED : status;
    }
    buf_addf(b, "%s: %zu types, %zu relationships, 0 errors, %zu warnings\n", findings->file,
             model->n_resources, model->n_relationships, findings->n_warnings);
    for (size_t i = 0; i < model->n_resources; i++) {
        add_resource(b, judged->catalog, &model->resources[i]);
    }
    return print(call->log, b);
}

/* ---- openapi ------------------------------------------------------------------------------- */

static int print_openapi(const struct cli_call *call, const struct judged_model *judged,
                         struct buf *b)
{
    const struct settings *settings = &call->config->settings;
    const struct openapi_options options = {
        .version = backref_version,
        .public_url = settings->public_url,
        .page_size = settings->page_size,
        .max_page_size = settings->max_page_size,
        .max_body_bytes = settings->max_body_bytes,
        .max_members = settings->max_members,
    };
    if (judged->model == NULL) {
        load_model_log(settings, call->log, judged);
        return CLI_FAILED;
    }
    int r = call->config->openapi_format == OPENAPI_JSON
                ? openapi_write_json(judged->model, &options, b)
                : openapi_write_yaml(judged->model, &options, b);
    if (r != 0) {
        log_line(call->log, LOG_ERROR, "out of memory for the description");
        return CLI_FAILED;
    }
    return print(call->log, b);
}

/* ---- which of them ------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(const struct cli_call *call, const struct judged_model *judged, struct buf *b);
} actions[] = {
    { "check", check },
    { "openapi", print_openapi },
};

static int run_action(const struct cli_call *call, size_t action)
{
    struct judged_model judged;
    struct arena *a = arena_new(MODEL_BYTES);
    if (a == NULL) {
        log_line(call->log, LOG_ERROR, "out of memory");
        return CLI_FAILED;
    }
    int status = CLI_FAILED;
    if (load_model_judged(&call->config->settings, call->log, a, &judged) == 0) {
        struct buf b;
        buf_init(&b, a, 65536);
        status = actions[action].run(call, &judged, &b);
        model_free(judged.model);
    }
    arena_free(a);
    return status;
}

int cmd_model(const struct cli_call *call)
{
    const char *names[ARRAY_SIZE(actions)];
    for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
        names[i] = actions[i].name;
        if (strcmp(names[i], call->words[0]) == 0) {
            return run_action(call, i);
        }
    }
    return cli_refuse_word("model", "action", call->words[0], names, ARRAY_SIZE(names));
}
