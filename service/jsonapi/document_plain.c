/*
 * document_plain.c - linkage in its plainest form, {"data":[{"type":"…","id":"…"},…]}, read from
 * the bytes without building a tree of them.
 *
 * Nearly every link request looks like this, and parsing ten thousand identifiers takes the general
 * parser twenty times as long. Nothing is judged here: whatever is not exactly of this form, holds
 * an escape, names another type or an id that is none, is left to the general reader, which says
 * what is wrong. So both must agree on every body that is accepted here.
 */
#include "jsonapi/document_parts.h"

enum {
    SHORTEST_MEMBER = sizeof "{\"type\":\"\",\"id\":\"\"}" - 1,
    PLAIN_DEPTH = 3,
};

/* What is still to be read. */
struct plain {
    const char *at;
    const char *end;
};

static void skip_blanks(struct plain *p)
{
    while (p->at < p->end &&
           (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')) {
        p->at++;
    }
}

/* Is `c` next, behind white space? */
static bool is_next(struct plain *p, char c)
{
    skip_blanks(p);
    return p->at < p->end && *p->at == c;
}

/* Passes `c`, if it is next. */
static bool pass(struct plain *p, char c)
{
    if (!is_next(p, c)) {
        return false;
    }
    p->at++;
    return true;
}

/* A string without escapes and control characters. */
static bool pass_string(struct plain *p, struct text *ret)
{
    if (!pass(p, '"')) {
        return false;
    }
    const char *begin = p->at;
    while (p->at < p->end && *p->at != '"' && *p->at != '\\' && (unsigned char)*p->at >= 0x20) {
        p->at++;
    }
    *ret = (struct text){ .at = begin, .n = (size_t)(p->at - begin) };
    if (p->at == p->end || *p->at != '"') {
        return false;
    }
    p->at++;
    return true;
}

static bool pass_pair(struct plain *p, struct text *name, struct text *value)
{
    return pass_string(p, name) && pass(p, ':') && pass_string(p, value);
}

/* An object with a type, an id and nothing else, in either order. */
static bool pass_identifier(struct plain *p, struct text *type, struct text *id)
{
    struct text names[2];
    struct text values[2];
    if (!pass(p, '{') || !pass_pair(p, &names[0], &values[0]) || !pass(p, ',') ||
        !pass_pair(p, &names[1], &values[1]) || !pass(p, '}')) {
        return false;
    }
    size_t at_type = text_is(names[0], "type") ? 0 : 1;
    *type = values[at_type];
    *id = values[1 - at_type];
    return text_is(names[at_type], "type") && text_is(names[1 - at_type], "id");
}

static bool pass_member(struct plain *p, struct arena *a, const struct resource *target,
                        struct cell *ret_key)
{
    struct text type;
    struct text id;
    return pass_identifier(p, &type, &id) && text_is(type, target->type) &&
           key_read(a, target->key_type, id, ret_key);
}

static bool pass_begin(struct plain *p)
{
    struct text name;
    return pass(p, '{') && pass_string(p, &name) && text_is(name, "data") && pass(p, ':') &&
           pass(p, '[');
}

static bool pass_end(struct plain *p)
{
    if (!pass(p, ']') || !pass(p, '}')) {
        return false;
    }
    skip_blanks(p);
    return p->at == p->end;
}

bool document_read_plain(const struct document_reader *reader, struct text body,
                         const struct resource *target, struct linkage *ret)
{
    struct plain p = { .at = body.at, .end = body.at + body.n };
    if (body.n == 0 || reader->limits->max_depth < PLAIN_DEPTH || !pass_begin(&p)) {
        return false;
    }
    size_t n_most = body.n / SHORTEST_MEMBER;
    if (n_most > reader->limits->max_members) {
        n_most = reader->limits->max_members;
    }
    struct member *members = arena_alloc(reader->arena, n_most * sizeof *members);
    if (members == NULL) {
        return false;
    }
    size_t n = 0;
    bool goes_on = !is_next(&p, ']');
    while (goes_on) {
        if (n == n_most || !pass_member(&p, reader->arena, target, &members[n].key)) {
            return false;
        }
        members[n].at = (uint32_t)n;
        members[n].n_columns = 0;
        members[n].columns = NULL;
        n++;
        goes_on = pass(&p, ',');
    }
    if (!pass_end(&p)) {
        return false;
    }
    *ret = (struct linkage){ .n = n, .members = members };
    return true;
}
