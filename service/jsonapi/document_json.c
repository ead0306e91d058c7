/*
 * document_json.c - bytes to JSON, without trusting them.
 *
 * A parsed value takes up to a hundred times the memory of its text, and the parser recurses; so a
 * scan over the bytes looks at depth and counts first. The parser's own messages quote the input
 * and are not ours: only its codes and positions are used.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "jsonapi/document_parts.h"

enum {
    MAX_NAMES = 1000,        /* in one object; a resource's own are far fewer */
    SPARE_CONTAINERS = 1000, /* objects and arrays beside those of the members */
    QUOTED_BYTES = 80,       /* how much of a value a message repeats */
};

/* Counts taken while the bytes of a body go by. */
struct scan {
    struct text body;
    size_t at;
    size_t max_depth;
    size_t depth;
    size_t n_containers;
    uint32_t *n_names; /* of the object open at each depth */
    struct document_numbers *numbers;
};

static bool is_blank(struct text body)
{
    for (size_t i = 0; i < body.n; i++) {
        if (body.at[i] == '\0' || strchr(" \t\r\n", body.at[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* The position of the first byte that is not part of a well-formed character. */
static size_t find_bad_byte(struct text t)
{
    size_t i = 0;
    while (i < t.n) {
        size_t length = 1;
        while (length <= 4 && length <= t.n - i &&
               !text_is_utf8((struct text){ .at = t.at + i, .n = length })) {
            length++;
        }
        if (length > 4 || length > t.n - i) {
            break;
        }
        i += length;
    }
    return i;
}

static int check_encoding(const struct document_reader *reader, struct text body)
{
    static const char byte_order_mark[] = { '\xEF', '\xBB', '\xBF' };
    if (is_blank(body)) {
        return problem_add(reader->reterr, PROBLEM_BAD_JSON, problem_nowhere(),
                           "the body is empty: send a document such as {\"data\": …}");
    }
    if (!text_is_utf8(body)) {
        return problem_add(reader->reterr, PROBLEM_BAD_JSON, problem_nowhere(),
                           "the body is not UTF-8 from byte %zu on", find_bad_byte(body));
    }
    if (body.n >= sizeof byte_order_mark &&
        memcmp(body.at, byte_order_mark, sizeof byte_order_mark) == 0) {
        return problem_add(reader->reterr, PROBLEM_BAD_JSON, problem_nowhere(),
                           "the body begins with a byte order mark: send it without");
    }
    return 0;
}

/* Moves from a string's opening quote to its closing one, or to the end. */
static void skip_string(struct scan *s)
{
    for (s->at++; s->at < s->body.n && s->body.at[s->at] != '"'; s->at++) {
        if (s->body.at[s->at] == '\\') {
            s->at++;
        }
    }
}

static int open_container(const struct document_reader *reader, struct scan *s)
{
    size_t max_containers = 2 * reader->limits->max_members + SPARE_CONTAINERS;
    if (s->depth == s->max_depth) {
        return problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, problem_nowhere(),
                           "the body nests more than %zu arrays and objects, at byte %zu",
                           s->max_depth, s->at);
    }
    if (++s->n_containers > max_containers) {
        return problem_add(reader->reterr, PROBLEM_TOO_MANY_MEMBERS, problem_nowhere(),
                           "the body holds more than %zu arrays and objects; a request names at "
                           "most %zu members: split it",
                           max_containers, reader->limits->max_members);
    }
    s->n_names[s->depth] = 0;
    s->depth++;
    return 0;
}

static bool begins_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-';
}

/* Moves from a number's first byte to its last. */
static int pass_number(const struct document_reader *reader, struct scan *s)
{
    size_t n = 0;
    struct text rest = { .at = s->body.at + s->at, .n = s->body.n - s->at };
    int r = document_number_scan(reader->arena, rest, s->numbers, &n);
    s->at += n - 1;
    return r;
}

static int check_byte(const struct document_reader *reader, struct scan *s)
{
    switch (s->body.at[s->at]) {
    case '"':
        skip_string(s);
        return 0;
    case '{':
    case '[':
        return open_container(reader, s);
    case '}':
    case ']':
        s->depth -= s->depth > 0 ? 1 : 0;
        return 0;
    case ':':
        if (s->depth > 0 && ++s->n_names[s->depth - 1] > MAX_NAMES) {
            return problem_add(reader->reterr, PROBLEM_BAD_DOCUMENT, problem_nowhere(),
                               "an object of the body has more than %d members, at byte %zu",
                               MAX_NAMES, s->at);
        }
        return 0;
    default:
        return begins_number(s->body.at[s->at]) ? pass_number(reader, s) : 0;
    }
}

static int check_shape(const struct document_reader *reader, struct text body,
                       struct document_numbers *numbers)
{
    struct scan s = { .body = body, .max_depth = reader->limits->max_depth, .numbers = numbers };
    s.n_names = arena_alloc(reader->arena, s.max_depth * sizeof *s.n_names);
    if (s.n_names == NULL) {
        return -ENOMEM;
    }
    int r = 0;
    for (; r == 0 && s.at < body.n; s.at++) {
        r = check_byte(reader, &s);
    }
    return r;
}

/* What is wrong, in our words; the parser's text is only compared, since it quotes the body. */
static const char *explain_syntax(const char *text)
{
    static const struct {
        const char *begins;
        const char *means;
    } known[] = {
        { "'[' or '{' expected", "a document is an object, and this is something else" },
        { "invalid Unicode", "a \\u escape is no character, such as half of a surrogate pair" },
        { "invalid escape", "a backslash in a string escapes nothing that JSON knows" },
        { "control character", "a string holds a control character that is not escaped" },
        { "unexpected newline", "a string is not closed on its line" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (strncmp(text, known[i].begins, strlen(known[i].begins)) == 0) {
            return known[i].means;
        }
    }
    return "something else is expected";
}

static const char *explain(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        return "the document ends too early";
    case json_error_end_of_input_expected:
        return "something follows the document's end";
    case json_error_invalid_syntax:
        return explain_syntax(error->text);
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "\\u0000 may not stand in a string";
    case json_error_duplicate_key:
        return "an object has two members of the same name";
    case json_error_stack_overflow:
        return "arrays and objects are nested too deep";
    case json_error_unknown:
    case json_error_numeric_overflow: /* such numbers are hidden from the parser */
    case json_error_out_of_memory:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_invalid_utf8:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
        break;
    }
    return "it cannot be read";
}

static void release_json(void *json)
{
    json_decref(json);
}

int document_parse(struct document_reading *reading, struct text body, const json_t **ret_root)
{
    const struct document_reader *reader = reading->reader;
    int r = check_encoding(reader, body);
    if (r == 0) {
        r = check_shape(reader, body, &reading->numbers);
    }
    if (r == 0) {
        r = document_numbers_hide(reader->arena, &reading->numbers, &body);
    }
    if (r != 0) {
        return r;
    }
    json_error_t error;
    json_t *root = json_loadb(body.at, body.n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL && json_error_code(&error) == json_error_out_of_memory) {
        return -ENOMEM;
    }
    if (root == NULL) {
        return problem_add(reader->reterr, PROBLEM_BAD_JSON, problem_nowhere(),
                           "the body is no JSON document: %s, at line %d, column %d",
                           explain(&error), error.line, error.column);
    }
    if (!arena_adopt(reader->arena, release_json, root)) {
        return -ENOMEM;
    }
    document_numbers_find(&reading->numbers, root);
    *ret_root = root;
    return 0;
}

const char *document_describe(struct arena *a, const json_t *value)
{
    const char *described = NULL;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        described = arena_printf(a, "the string \"%s\"",
                                 text_quotable(a,
                                               (struct text){ .at = json_string_value(value),
                                                              .n = json_string_length(value) },
                                               QUOTED_BYTES));
        break;
    case JSON_INTEGER:
        described = arena_printf(a, "the number %" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        return "a number that is no integer of 64 bits";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "null";
    }
    return described == NULL ? "" : described;
}
