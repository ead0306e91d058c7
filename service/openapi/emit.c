/*
 * emit.c - one walk over the tree per format. Double-quoted YAML is JSON with a few more characters
 * escaped: those that YAML does not allow to stand in a file, or takes for line breaks.
 */
#include "openapi/emit.h"

#include <string.h>
#include <strings.h>

#include "base/json_text.h"

/* jansson's iterators take trees that may be changed; nothing here changes one. */
static json_t *mutable_of(const json_t *value)
{
    json_t *mutable;
    memcpy(&mutable, &value, sizeof mutable);
    return mutable;
}

static void emit_number(struct buf *b, const json_t *value)
{
    if (json_is_integer(value)) {
        buf_add_int(b, json_integer_value(value));
    } else {
        buf_addf(b, "%.15g", json_real_value(value));
    }
}

static struct text text_of_string(const json_t *value)
{
    return (struct text){ .at = json_string_value(value), .n = json_string_length(value) };
}

static void emit_json_object(struct buf *b, json_t *object)
{
    const char *key = NULL;
    json_t *member = NULL;
    bool first = true;
    buf_add_char(b, '{');
    json_object_foreach(object, key, member)
    {
        if (!first) {
            buf_add_char(b, ',');
        }
        first = false;
        json_text_write(b, text_of(key));
        buf_add_char(b, ':');
        emit_json(b, member);
    }
    buf_add_char(b, '}');
}

static void emit_json_array(struct buf *b, const json_t *array)
{
    size_t i = 0;
    json_t *element = NULL;
    buf_add_char(b, '[');
    json_array_foreach(array, i, element)
    {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        emit_json(b, element);
    }
    buf_add_char(b, ']');
}

void emit_json(struct buf *b, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        emit_json_object(b, mutable_of(value));
        return;
    case JSON_ARRAY:
        emit_json_array(b, value);
        return;
    case JSON_STRING:
        json_text_write(b, text_of_string(value));
        return;
    case JSON_INTEGER:
    case JSON_REAL:
        emit_number(b, value);
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_add_text(b, json_is_true(value) ? "true" : "false");
        return;
    case JSON_NULL:
        buf_add_literal(b, "null");
        return;
    }
    UNREACHABLE();
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Words that some version of YAML reads as a truth value or as nothing. */
static bool is_yaml_word(struct text t)
{
    static const char *const words[] = {
        "true", "false", "yes", "no", "on", "off", "null", "y", "n"
    };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
        if (strlen(words[i]) == t.n && strncasecmp(t.at, words[i], t.n) == 0) {
            return true;
        }
    }
    return false;
}

/* Text of letters, digits and a few signs that begins with a letter or "/" needs no quotes. */
static bool is_plain_yaml(struct text t)
{
    if (t.n == 0 || !(is_letter(t.at[0]) || t.at[0] == '/') || is_yaml_word(t)) {
        return false;
    }
    for (size_t i = 0; i < t.n; i++) {
        char c = t.at[i];
        bool digit = c >= '0' && c <= '9';
        bool inner = i > 0 && i + 1 < t.n;
        if (!is_letter(c) && !digit && strchr("_/.-+()", c) == NULL &&
            !(inner && (c == ' ' || c == ',' || c == ';'))) {
            return false;
        }
    }
    return true;
}

/* The code point at `at` if YAML wants it escaped in a double-quoted scalar although JSON does not.
 */
static uint32_t hidden_character(const unsigned char *at, size_t n, size_t *ret_length)
{
    *ret_length = 1;
    if (at[0] == 0x7F) {
        return 0x7F;
    }
    if (n >= 2 && at[0] == 0xC2 && at[1] < 0xA0) { /* U+0080 … U+009F */
        *ret_length = 2;
        return at[1];
    }
    *ret_length = 3;
    if (n >= 3 && at[0] == 0xE2 && at[1] == 0x80 && (at[2] == 0xA8 || at[2] == 0xA9)) {
        return at[2] == 0xA8 ? 0x2028 : 0x2029;
    }
    if (n >= 3 && at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF) {
        return 0xFEFF;
    }
    if (n >= 3 && at[0] == 0xEF && at[1] == 0xBF && (at[2] == 0xBE || at[2] == 0xBF)) {
        return at[2] == 0xBE ? 0xFFFE : 0xFFFF;
    }
    return 0;
}

static void emit_yaml_quoted(struct buf *b, struct text t)
{
    struct buf quoted;
    buf_init(&quoted, b->arena, t.n + 2);
    json_text_write(&quoted, t);
    b->failed = b->failed || quoted.failed;
    const unsigned char *at = (const unsigned char *)quoted.at;
    for (size_t i = 0; i < quoted.n && !quoted.failed;) {
        size_t length = 1;
        uint32_t hidden = hidden_character(at + i, quoted.n - i, &length);
        if (hidden != 0) {
            buf_addf(b, "\\u%04X", hidden);
            i += length;
        } else {
            buf_add(b, at + i, 1);
            i++;
        }
    }
}

static void emit_yaml_text(struct buf *b, struct text t)
{
    if (is_plain_yaml(t)) {
        buf_add(b, t.at, t.n);
    } else {
        emit_yaml_quoted(b, t);
    }
}

static void emit_indent(struct buf *b, size_t depth)
{
    for (size_t i = 0; i < depth; i++) {
        buf_add_literal(b, "  ");
    }
}

static bool is_block(const json_t *value)
{
    return json_object_size(value) > 0 || json_array_size(value) > 0;
}

static void emit_yaml_block(struct buf *b, const json_t *value, size_t depth, bool begun);

/* What follows "key:" or "-": the rest of the line, or a block on the lines below. */
static void emit_yaml_value(struct buf *b, const json_t *value, size_t depth)
{
    if (is_block(value)) {
        buf_add_char(b, '\n');
        emit_yaml_block(b, value, depth, false);
        return;
    }
    buf_add_char(b, ' ');
    if (json_is_string(value)) {
        emit_yaml_text(b, text_of_string(value));
    } else {
        emit_json(b, value); /* numbers, truth values, null, {} and [] are the same in both */
    }
    buf_add_char(b, '\n');
}

/* The lines of a block; `begun`: the first line is indented already, behind a "- ". */
static void emit_yaml_block(struct buf *b, const json_t *value, size_t depth, bool begun)
{
    const char *key = NULL;
    json_t *inner = NULL;
    size_t i = 0;
    json_object_foreach(mutable_of(value), key, inner)
    {
        emit_indent(b, begun ? 0 : depth);
        begun = false;
        emit_yaml_text(b, text_of(key));
        buf_add_char(b, ':');
        emit_yaml_value(b, inner, depth + 1);
    }
    json_array_foreach(value, i, inner)
    {
        emit_indent(b, begun ? 0 : depth);
        begun = false;
        buf_add_char(b, '-');
        if (is_block(inner)) {
            buf_add_char(b, ' ');
            emit_yaml_block(b, inner, depth + 1, true);
        } else {
            emit_yaml_value(b, inner, depth + 1);
        }
    }
}

void emit_yaml(struct buf *b, const json_t *value)
{
    if (is_block(value)) {
        emit_yaml_block(b, value, 0, false);
    } else if (json_is_string(value)) {
        emit_yaml_text(b, text_of_string(value));
        buf_add_char(b, '\n');
    } else {
        emit_json(b, value);
        buf_add_char(b, '\n');
    }
}
