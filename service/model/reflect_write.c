/*
 * reflect_write.c - the model file as text, laid out as a person would: one line per relationship.
 */
#include <string.h>

#include "base/json_text.h"
#include "model/reflect_parts.h"

static void add_text(struct buf *b, const char *text)
{
    json_text_write(b, text_of(text));
}

static void add_member(struct buf *b, const char *name, const char *value)
{
    add_text(b, name);
    buf_add_literal(b, ": ");
    add_text(b, value);
}

/* Begins the next member of an object: a comma behind the one before, a new line, blanks. */
static void begin(struct buf *b, bool *is_first, const char *indent)
{
    buf_add_text(b, *is_first ? "\n" : ",\n");
    buf_add_text(b, indent);
    *is_first = false;
}

static void end(struct buf *b, bool is_empty, const char *indent)
{
    if (!is_empty) {
        buf_add_char(b, '\n');
        buf_add_text(b, indent);
    }
    buf_add_char(b, '}');
}

static void write_attribute(struct buf *b, const struct reflected_attribute *attribute,
                            bool is_read_only)
{
    bool is_renamed = strcmp(attribute->name, attribute->column->name) != 0;
    add_text(b, attribute->name);
    buf_add_literal(b, ": {");
    if (is_renamed) {
        buf_add_char(b, ' ');
        add_member(b, "column", attribute->column->name);
    }
    if (is_read_only) {
        buf_add_text(b, is_renamed ? ", \"read_only\": true" : " \"read_only\": true");
    }
    buf_add_text(b, is_renamed || is_read_only ? " }" : "}");
}

static void write_attributes(struct buf *b, const struct reflected_table *t)
{
    bool is_first = true;
    buf_add_literal(b, "\"attributes\": {");
    for (size_t i = 0; i < t->n_attributes; i++) {
        begin(b, &is_first, "        ");
        write_attribute(b, &t->attributes[i], false);
    }
    end(b, is_first, "      ");
}

/* All on the line of the relationship; read-only unless links need them. */
static void write_link_columns(struct buf *b, const struct reflected_table *association)
{
    buf_add_literal(b, ", \"secondary_attributes\": {");
    for (size_t i = 0; i < association->n_attributes; i++) {
        buf_add_text(b, i == 0 ? " " : ", ");
        const struct reflected_attribute *attribute = &association->attributes[i];
        write_attribute(b, attribute, !attribute->is_given);
    }
    buf_add_literal(b, " }");
}

static void add_optional(struct buf *b, const char *name, const char *value)
{
    if (value != NULL) {
        buf_add_literal(b, ", ");
        add_member(b, name, value);
    }
}

static void write_end(struct buf *b, struct reflecting *r, const struct reflected_end *e)
{
    add_text(b, e->name);
    buf_add_literal(b, ": { ");
    add_member(b, "target", e->target->type);
    add_optional(b, "secondary",
                 e->secondary == NULL ? NULL : reflect_table_name(r, e->secondary->table));
    add_optional(b, "local_columns", e->local);
    add_optional(b, "remote_columns", e->remote);
    add_optional(b, "back_populates", e->inverse == NULL ? NULL : e->inverse->name);
    if (e->secondary != NULL && e->secondary->lists_attributes) {
        write_link_columns(b, e->secondary);
    }
    if (e->is_single) {
        buf_add_literal(b, ", \"uselist\": false");
    }
    if (e->view_only) {
        buf_add_literal(b, ", \"view_only\": true");
    }
    buf_add_literal(b, " }");
}

static void write_relationships(struct buf *b, struct reflecting *r,
                                const struct reflected_table *t)
{
    bool is_first = true;
    buf_add_literal(b, "\"relationships\": {");
    for (const struct reflected_end *e = t->first; e != NULL; e = e->next) {
        begin(b, &is_first, "        ");
        write_end(b, r, e);
    }
    end(b, is_first, "      ");
}

static void write_resource(struct buf *b, struct reflecting *r, const struct reflected_table *t)
{
    static const char indent[] = "      ";
    const char *table = reflect_table_name(r, t->table);
    bool is_first = true;
    add_text(b, t->type);
    buf_add_literal(b, ": {");
    if (strcmp(table, t->type) != 0) {
        begin(b, &is_first, indent);
        add_member(b, "table", table);
    }
    if (!t->key_is_primary) {
        begin(b, &is_first, indent);
        add_member(b, "key", t->key->name);
    }
    if (t->lists_attributes) {
        begin(b, &is_first, indent);
        write_attributes(b, t);
    }
    if (t->first != NULL) {
        begin(b, &is_first, indent);
        write_relationships(b, r, t);
    }
    end(b, is_first, "    ");
}

void reflect_write(struct buf *b, struct reflecting *r)
{
    bool is_first = true;
    buf_add_literal(b, "{\n  \"resources\": {");
    for (size_t i = 0; i < r->n_tables; i++) {
        if (r->tables[i].role == REFLECTED_RESOURCE) {
            begin(b, &is_first, "    ");
            write_resource(b, r, &r->tables[i]);
        }
    }
    end(b, is_first, "  ");
    buf_add_literal(b, "\n}\n");
}
