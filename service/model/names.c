/*
 * names.c - names are judged byte by byte: everything above ASCII is allowed in documents by
 * JSON:API and is well-formed UTF-8 already when it comes from a JSON file.
 */
#include "model/names.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_one_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool name_is_member(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        bool outermost = i == 0 || i == n - 1;
        bool everywhere = is_alphanumeric(name[i]) || (unsigned char)name[i] >= 0x80;
        if (!everywhere && (outermost || strchr("-_ ", name[i]) == NULL)) {
            return false;
        }
    }
    return n > 0;
}

bool name_is_segment(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        bool outermost = i == 0 || i == n - 1;
        if (!is_alphanumeric(name[i]) && (outermost || strchr("-_", name[i]) == NULL)) {
            return false;
        }
    }
    return n > 0;
}

bool name_is_reserved_type(const char *name)
{
    static const char *const paths[] = { "operations", "openapi.json", "openapi.yaml", "healthz",
                                         "readyz",     "metrics",      "explorer" };
    return is_one_of(name, paths, ARRAY_SIZE(paths));
}

bool name_is_reserved_field(const char *name)
{
    static const char *const fields[] = { "type", "id" };
    return is_one_of(name, fields, ARRAY_SIZE(fields));
}

static void add_quoted(struct buf *b, const char *name)
{
    buf_add_char(b, '"');
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == '"') {
            buf_add_char(b, '"');
        }
        buf_add_char(b, *c);
    }
    buf_add_char(b, '"');
}

const char *name_quote(struct arena *a, const char *name)
{
    struct buf b;
    buf_init(&b, a, strlen(name) + 3);
    add_quoted(&b, name);
    return buf_terminate(&b);
}

const char *name_quote_qualified(struct arena *a, const char *schema, const char *name)
{
    struct buf b;
    buf_init(&b, a, strlen(schema) + strlen(name) + 6);
    add_quoted(&b, schema);
    buf_add_char(&b, '.');
    add_quoted(&b, name);
    return buf_terminate(&b);
}

const char *pointer_join(struct arena *a, const char *parent, const char *token)
{
    if (parent == NULL || token == NULL) {
        return NULL; /* the arena is over budget */
    }
    struct buf b;
    buf_init(&b, a, strlen(parent) + strlen(token) + 8);
    buf_add_text(&b, parent);
    buf_add_char(&b, '/');
    for (const char *c = token; *c != '\0'; c++) {
        if (*c == '~' || *c == '/') {
            buf_add_text(&b, *c == '~' ? "~0" : "~1");
        } else {
            buf_add_char(&b, *c);
        }
    }
    return buf_terminate(&b);
}

const char *names_list(struct arena *a, const char *const *names, size_t n)
{
    struct buf b;
    buf_init(&b, a, 64);
    size_t n_listed = n > NAMES_LISTED ? NAMES_LISTED : n;
    for (size_t i = 0; i < n_listed; i++) {
        bool last = i > 0 && i == n - 1;
        buf_add_text(&b, i == 0 ? "" : last ? " and " : ", ");
        buf_add_text(&b, names[i]);
    }
    if (n > n_listed) {
        buf_addf(&b, " and %zu more", n - n_listed);
    }
    if (n == 0) {
        buf_add_literal(&b, "none");
    }
    return buf_terminate(&b);
}

const char *names_suggest(struct arena *a, const char *wrong, const char *const *names, size_t n)
{
    size_t nearest = text_nearest(text_of(wrong), names, n);
    return nearest == n ? "" : arena_printf(a, "did you mean \"%s\"? ", names[nearest]);
}
