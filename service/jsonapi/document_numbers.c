/*
 * document_numbers.c - see document_numbers.h.
 */
#include "jsonapi/document_numbers.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/json_text.h"

enum { FIRST_CAPACITY = 16 };

static bool may_stand_in_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Does the parser keep it? It does integers of 64 bits. */
static bool is_kept(struct text literal)
{
    int64_t value = 0;
    size_t at = literal.at[0] == '-' ? 1 : 0;
    for (size_t i = at; i < literal.n; i++) {
        int64_t digit = literal.at[i] - '0';
        if (literal.at[i] == '.' || literal.at[i] == 'e' || literal.at[i] == 'E' ||
            __builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_add_overflow(value, at == 1 ? -digit : digit, &value)) {
            return false;
        }
    }
    return true;
}

static int note(struct arena *a, struct text literal, struct document_numbers *numbers)
{
    if (numbers->n == numbers->capacity) {
        size_t capacity = numbers->n == 0 ? FIRST_CAPACITY : 2 * numbers->n;
        struct text *at = numbers->n == 0 ? arena_alloc(a, capacity * sizeof *at)
                                          : arena_grow(a, numbers->at, numbers->n * sizeof *at,
                                                       capacity * sizeof *at);
        if (at == NULL) {
            return -ENOMEM;
        }
        numbers->at = at;
        numbers->capacity = capacity;
    }
    numbers->at[numbers->n++] = literal;
    return 0;
}

int document_number_scan(struct arena *a, struct text rest, struct document_numbers *numbers,
                         size_t *ret_n)
{
    struct text literal = { .at = rest.at };
    while (literal.n < rest.n && may_stand_in_number(rest.at[literal.n])) {
        literal.n++;
    }
    *ret_n = literal.n;
    if (!json_text_is_number(literal) || is_kept(literal)) { /* the parser judges what is none */
        return 0;
    }
    return note(a, literal, numbers);
}

int document_numbers_hide(struct arena *a, const struct document_numbers *numbers,
                          struct text *body)
{
    if (numbers->n == 0) {
        return 0;
    }
    char *copy = arena_copy(a, body->at, body->n);
    if (copy == NULL) {
        return -ENOMEM;
    }
    for (size_t i = 0; i < numbers->n; i++) {
        char *to = copy + (numbers->at[i].at - body->at);
        memset(to, '0', numbers->at[i].n); /* at least three bytes: "1.5", "1e5" */
        to[1] = '.';
    }
    body->at = copy;
    return 0;
}

/* Gives the numbers in `value` their places, from `next` on; the place behind the last. */
static size_t give_places(json_t *value, size_t next)
{
    size_t i;
    const char *name;
    json_t *inner;
    if (json_is_real(value)) {
        json_real_set(value, (double)next);
        return next + 1;
    }
    if (json_is_array(value)) {
        json_array_foreach(value, i, inner)
        {
            next = give_places(inner, next);
        }
        return next;
    }
    json_object_foreach(value, name, inner)
    {
        next = give_places(inner, next);
    }
    return next;
}

void document_numbers_find(const struct document_numbers *numbers, json_t *root)
{
    if (numbers->n > 0) {
        size_t n = give_places(root, 0);
        ASSERT(n == numbers->n);
    }
}

struct text document_number(const struct document_numbers *numbers, const json_t *real)
{
    size_t place = (size_t)json_real_value(real);
    ASSERT(place < numbers->n);
    return numbers->at[place];
}

static void write_array(struct buf *b, const struct document_numbers *numbers, json_t *array)
{
    size_t i;
    json_t *element;
    buf_add_char(b, '[');
    json_array_foreach(array, i, element)
    {
        if (i > 0) {
            buf_add_char(b, ',');
        }
        document_numbers_write(numbers, element, b);
    }
    buf_add_char(b, ']');
}

static void write_object(struct buf *b, const struct document_numbers *numbers, json_t *object)
{
    const char *name;
    json_t *value;
    bool is_first = true;
    buf_add_char(b, '{');
    json_object_foreach(object, name, value)
    {
        if (!is_first) {
            buf_add_char(b, ',');
        }
        is_first = false;
        json_text_write(b, text_of(name));
        buf_add_char(b, ':');
        document_numbers_write(numbers, value, b);
    }
    buf_add_char(b, '}');
}

void document_numbers_write(const struct document_numbers *numbers, json_t *value, struct buf *b)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(b, numbers, value);
        return;
    case JSON_ARRAY:
        write_array(b, numbers, value);
        return;
    case JSON_STRING:
        json_text_write(
            b, (struct text){ .at = json_string_value(value), .n = json_string_length(value) });
        return;
    case JSON_INTEGER:
        buf_add_int(b, json_integer_value(value));
        return;
    case JSON_REAL: {
        struct text literal = document_number(numbers, value);
        buf_add(b, literal.at, literal.n);
        return;
    }
    case JSON_TRUE:
        buf_add_literal(b, "true");
        return;
    case JSON_FALSE:
        buf_add_literal(b, "false");
        return;
    case JSON_NULL:
        buf_add_literal(b, "null");
        return;
    }
    UNREACHABLE();
}
