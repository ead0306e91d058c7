/*
 * negotiate.c - reads header values of the form `item;name=value;name="value", item` (RFC 9110,
 * section 5.6), one item at a time and without copying, and judges them as media types.
 */
#include "http/negotiate.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "jsonapi/media_type.h"

enum { QUOTED_BYTES = 80 }; /* how much of a header a message repeats */

/* What is still to be read of a header's value. */
struct cursor {
    const char *at;
};

struct parameter {
    struct text name;
    struct text value; /* without quotes, escapes not undone: no value that matters needs one */
};

/* What one media type with its parameters amounts to. */
struct media_type {
    struct text name; /* "type/subtype" */
    bool malformed;
    bool is_foreign;         /* has parameters that JSON:API does not know */
    bool is_atomic;          /* names the extension Atomic Operations */
    bool is_paged;           /* names the profile Cursor Pagination */
    struct text unsupported; /* an extension that is none of ours; no bytes: there is none */
    bool is_plain_json;      /* has no parameters, or charset=utf-8 alone */
    bool is_excluded;        /* q=0 */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_spaces(struct cursor *c)
{
    while (is_space(*c->at)) {
        c->at++;
    }
}

/* Everything up to one of `ends` or the end, spaces around it left out. */
static struct text read_word(struct cursor *c, const char *ends)
{
    skip_spaces(c);
    struct text word = { .at = c->at, .n = strcspn(c->at, ends) };
    c->at += word.n;
    while (word.n > 0 && is_space(word.at[word.n - 1])) {
        word.n--;
    }
    return word;
}

/* A quoted string, behind its opening quote; false when it is not closed. */
static bool read_quoted(struct cursor *c, struct text *ret)
{
    ret->at = c->at;
    while (*c->at != '"') {
        if (*c->at == '\\' && c->at[1] != '\0') {
            c->at++;
        }
        if (*c->at == '\0') {
            return false;
        }
        c->at++;
    }
    ret->n = (size_t)(c->at - ret->at);
    c->at++;
    skip_spaces(c);
    return true;
}

/* `name`, `name=value` or `name="value"`, up to `;` or `,`; false when it is malformed. */
static bool read_pair(struct cursor *c, struct parameter *ret)
{
    ret->name = read_word(c, "=;,\"");
    ret->value = (struct text){ .at = c->at, .n = 0 };
    bool is_good = true;
    if (*c->at == '=') {
        c->at++;
        skip_spaces(c);
        if (*c->at == '"') {
            c->at++;
            is_good = read_quoted(c, &ret->value);
        } else {
            ret->value = read_word(c, ";,\"");
        }
        is_good = is_good && ret->name.n > 0;
    }
    if (*c->at != '\0' && *c->at != ',' && *c->at != ';') { /* a quote where none may be */
        c->at += strcspn(c->at, ",");
        return false;
    }
    return is_good;
}

/* The next `;name=value` of an item; false at the item's end. `malformed` is only ever set. */
static bool read_parameter(struct cursor *c, struct parameter *ret, bool *malformed)
{
    while (*c->at == ';') {
        c->at++;
        *malformed |= !read_pair(c, ret);
        if (ret->name.n > 0) {
            return true;
        }
    }
    return false;
}

static bool text_is_like(struct text t, const char *s)
{
    return strlen(s) == t.n && strncasecmp(t.at, s, t.n) == 0;
}

/* A weight of zero: digits and a point, and no digit but 0. */
static bool is_zero(struct text weight)
{
    bool has_digit = false;
    for (size_t i = 0; i < weight.n; i++) {
        has_digit |= weight.at[i] == '0';
        if (weight.at[i] != '0' && weight.at[i] != '.') {
            return false;
        }
    }
    return has_digit;
}

/* Looks at the URIs of a space-separated list; the first that is not supported is kept. */
static void judge_extensions(struct text list, struct media_type *m)
{
    while (list.n > 0) {
        const char *space = memchr(list.at, ' ', list.n);
        size_t n = space == NULL ? list.n : (size_t)(space - list.at);
        struct text uri = { .at = list.at, .n = n };
        if (text_is(uri, ATOMIC_EXTENSION)) {
            m->is_atomic = true;
        } else if (m->unsupported.n == 0) {
            m->unsupported = uri;
        }
        n += space == NULL ? 0 : 1;
        list = (struct text){ .at = list.at + n, .n = list.n - n };
    }
}

/* Profiles that are not known do not matter. The URI is written with and without its last slash. */
static void judge_profiles(struct text list, struct media_type *m)
{
    while (list.n > 0) {
        const char *space = memchr(list.at, ' ', list.n);
        size_t n = space == NULL ? list.n : (size_t)(space - list.at);
        struct text given = { .at = list.at, .n = n };
        given.n -= n > 0 && given.at[n - 1] == '/' ? 1 : 0;
        m->is_paged |= text_is(given, CURSOR_PROFILE);
        n += space == NULL ? 0 : 1;
        list = (struct text){ .at = list.at + n, .n = list.n - n };
    }
}

static void judge_parameter(struct parameter p, bool has_weight, struct media_type *m)
{
    if (has_weight && text_is_like(p.name, "q")) {
        m->is_excluded = is_zero(p.value);
        return;
    }
    if (!text_is_like(p.name, "charset") || !text_is_like(p.value, "utf-8")) {
        m->is_plain_json = false;
    }
    if (text_is_like(p.name, "ext")) {
        judge_extensions(p.value, m);
    } else if (text_is_like(p.name, "profile")) {
        judge_profiles(p.value, m);
    } else {
        m->is_foreign = true;
    }
}

/* One media type, up to a comma or the end. */
static struct media_type read_media_type(struct cursor *c, bool has_weight)
{
    struct media_type m = { .is_plain_json = true };
    m.name = read_word(c, ";,");
    struct parameter p;
    while (read_parameter(c, &p, &m.malformed)) {
        judge_parameter(p, has_weight, &m);
    }
    return m;
}

const char *answer_media_type(enum representation representation, bool is_atomic, bool is_paged)
{
    static const char *const jsonapi[2][2] = {
        { JSONAPI_MEDIA_TYPE, JSONAPI_MEDIA_TYPE ";profile=\"" CURSOR_PROFILE "\"" },
        { JSONAPI_MEDIA_TYPE ";ext=\"" ATOMIC_EXTENSION "\"",
          JSONAPI_MEDIA_TYPE ";ext=\"" ATOMIC_EXTENSION "\";profile=\"" CURSOR_PROFILE "\"" },
    };
    switch (representation) {
    case REPRESENTATION_JSONAPI:
        return jsonapi[is_atomic ? 1 : 0][is_paged ? 1 : 0];
    case REPRESENTATION_JSON:
        return JSON_MEDIA_TYPE;
    }
    UNREACHABLE();
}

static int refuse_content_type(const struct media_type *m, const char *value, bool takes_atomic,
                               struct problems *reterr)
{
    struct problem_place place = problem_header("Content-Type");
    const char *quoted = text_quotable(reterr->arena, text_of(value), QUOTED_BYTES);
    const char *wanted = answer_media_type(REPRESENTATION_JSONAPI, takes_atomic, false);
    if (m->malformed || !text_is_like(m->name, JSONAPI_MEDIA_TYPE)) {
        return problem_add(reterr, PROBLEM_UNSUPPORTED_MEDIA_TYPE, place,
                           "\"%s\" is not read here: send %s or " JSON_MEDIA_TYPE, quoted, wanted);
    }
    if (m->is_foreign) {
        return problem_add(reterr, PROBLEM_UNSUPPORTED_MEDIA_TYPE, place,
                           "\"%s\" has a parameter that JSON:API does not allow: send %s with no "
                           "other parameters but ext and profile",
                           quoted, wanted);
    }
    if (m->unsupported.n > 0) {
        return problem_add(reterr, PROBLEM_UNSUPPORTED_MEDIA_TYPE, place,
                           "the extension \"%s\" is not supported here: send %s",
                           text_quotable(reterr->arena, m->unsupported, QUOTED_BYTES), wanted);
    }
    return problem_add(reterr, PROBLEM_UNSUPPORTED_MEDIA_TYPE, place,
                       takes_atomic
                           ? "\"%s\" does not name the extension that is used here: send %s"
                           : "\"%s\" names an extension that is not used here: send %s",
                       quoted, wanted);
}

int negotiate_content_type(const char *value, bool has_body, bool takes_atomic,
                           struct problems *reterr)
{
    if (value == NULL) {
        return !has_body
                   ? 0
                   : problem_add(reterr, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                                 problem_header("Content-Type"),
                                 "the body has no media type: send Content-Type: %s",
                                 answer_media_type(REPRESENTATION_JSONAPI, takes_atomic, false));
    }
    struct cursor c = { .at = value };
    struct media_type m = read_media_type(&c, false);
    m.malformed |= *c.at != '\0'; /* a list of types is none */
    bool is_good = false;
    if (text_is_like(m.name, JSONAPI_MEDIA_TYPE)) {
        bool fits = m.is_atomic == takes_atomic || (!m.is_atomic && !has_body);
        is_good = !m.malformed && !m.is_foreign && m.unsupported.n == 0 && fits;
    } else {
        is_good =
            !has_body || (!m.malformed && m.is_plain_json && text_is_like(m.name, JSON_MEDIA_TYPE));
    }
    return is_good ? 0 : refuse_content_type(&m, value, takes_atomic, reterr);
}

/* What an Accept header says of one media range. */
enum wish {
    WISH_NONE,
    WISH_EXCLUDED, /* q=0 */
    WISH_ACCEPTED,
};

struct wishes {
    enum wish jsonapi;
    enum wish json;
    enum wish application; /* application/... */
    enum wish any;
    bool jsonapi_is_modified; /* an instance of JSON:API's type has parameters that make it useless
                               */
};

/* Of several instances of one range, one that accepts is enough. */
static void add_wish(enum wish *wish, const struct media_type *m)
{
    enum wish added = m->is_excluded ? WISH_EXCLUDED : WISH_ACCEPTED;
    if (added > *wish) {
        *wish = added;
    }
}

static void judge_instance(const struct media_type *m, bool takes_atomic, struct wishes *w)
{
    if (text_is_like(m->name, JSONAPI_MEDIA_TYPE)) {
        if (m->malformed || m->is_foreign || m->unsupported.n > 0 ||
            (m->is_atomic && !takes_atomic)) {
            w->jsonapi_is_modified = true;
        } else {
            add_wish(&w->jsonapi, m);
        }
    } else if (m->malformed) {
        return;
    } else if (text_is_like(m->name, JSON_MEDIA_TYPE) && m->is_plain_json) {
        add_wish(&w->json, m);
    } else if (text_is_like(m->name, "application/*")) {
        add_wish(&w->application, m);
    } else if (text_is(m->name, "*/*") || text_is(m->name, "*")) { /* old Java clients send "*" */
        add_wish(&w->any, m);
    }
}

/* Finds the representation; false when there is none. */
static bool choose(const struct wishes *w, enum representation *ret)
{
    if (w->jsonapi == WISH_ACCEPTED) {
        *ret = REPRESENTATION_JSONAPI;
        return true;
    }
    if (w->jsonapi_is_modified) {
        return false;
    }
    enum wish others = w->application != WISH_NONE ? w->application : w->any;
    if (w->json == WISH_ACCEPTED) {
        *ret = REPRESENTATION_JSON;
        return true;
    }
    if (others == WISH_ACCEPTED && w->jsonapi == WISH_NONE) {
        *ret = REPRESENTATION_JSONAPI;
        return true;
    }
    if (others == WISH_ACCEPTED && w->json == WISH_NONE) {
        *ret = REPRESENTATION_JSON;
        return true;
    }
    return false;
}

int negotiate_accept(const char *value, bool takes_atomic, enum representation *ret,
                     struct problems *reterr)
{
    if (value == NULL || value[strspn(value, " \t")] == '\0') {
        *ret = REPRESENTATION_JSONAPI;
        return 0;
    }
    struct wishes w = { 0 };
    struct cursor c = { .at = value };
    for (;;) {
        struct media_type m = read_media_type(&c, true);
        judge_instance(&m, takes_atomic, &w);
        if (*c.at == '\0') {
            break;
        }
        c.at++; /* the comma */
    }
    if (choose(&w, ret)) {
        return 0;
    }
    if (w.jsonapi_is_modified) {
        return problem_add(reterr, PROBLEM_NOT_ACCEPTABLE, problem_header("Accept"),
                           "every " JSONAPI_MEDIA_TYPE " in Accept has parameters other than "
                           "profile and the extensions used here: name it once without them");
    }
    return problem_add(reterr, PROBLEM_NOT_ACCEPTABLE, problem_header("Accept"),
                       "\"%s\" accepts nothing that is served here: accept " JSONAPI_MEDIA_TYPE
                       " or " JSON_MEDIA_TYPE,
                       text_quotable(reterr->arena, text_of(value), QUOTED_BYTES));
}

bool accept_names_paging(const char *value)
{
    bool named = false;
    struct cursor c = { .at = value == NULL ? "" : value };
    while (*c.at != '\0') {
        struct media_type m = read_media_type(&c, true);
        named |= text_is_like(m.name, JSONAPI_MEDIA_TYPE) && m.is_paged && !m.is_excluded;
        c.at += *c.at == '\0' ? 0 : 1; /* the comma */
    }
    return named;
}

bool prefer_return_representation(const char *value)
{
    struct cursor c = { .at = value == NULL ? "" : value };
    while (*c.at != '\0') {
        struct parameter preference;
        struct parameter ignored;
        bool malformed = !read_pair(&c, &preference);
        while (read_parameter(&c, &ignored, &malformed)) {
            continue; /* preferences have parameters of their own, `return` has none */
        }
        if (!malformed && text_is_like(preference.name, "return")) {
            return text_is_like(preference.value, "representation");
        }
        c.at += *c.at == ',' ? 1 : 0;
    }
    return false;
}
