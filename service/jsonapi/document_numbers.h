/*
 * document_numbers.h - numbers that the JSON parser would not keep: it holds fractions as doubles
 * and refuses integers beyond 64 bits, while numeric columns want every digit.
 *
 * While the bytes of a body go by, the literals of such numbers are noted. The parser gets a copy
 * in which zeros stand in their place, of the same length, so that the positions it reports are
 * those of the body. Parsed values keep the order of the text, so afterwards each of these numbers
 * is given its place in the list as its value.
 */
#ifndef BACKREF_JSONAPI_DOCUMENT_NUMBERS_H
#define BACKREF_JSONAPI_DOCUMENT_NUMBERS_H

#include "base/buf.h"
#include "base/text.h"

struct json_t;

struct document_numbers {
    size_t n;
    size_t capacity;
    struct text *at; /* literals, in the order of the body, from which they are borrowed */
};

/*
 * document_number_scan() - pass over the number at the beginning of `rest`, noting it if need be.
 *
 * ret_n     the bytes it takes, at least 1
 * Returns:  0 | -ENOMEM
 */
int document_number_scan(struct arena *a, struct text rest, struct document_numbers *numbers,
                         size_t *ret_n) MUST_CHECK;

/* document_numbers_hide() - a copy of the body with zeros for the numbers noted; 0 | -ENOMEM. */
int document_numbers_hide(struct arena *a, const struct document_numbers *numbers,
                          struct text *body) MUST_CHECK;

/* document_numbers_find() - make each number in the parsed body know its literal. */
void document_numbers_find(const struct document_numbers *numbers, struct json_t *root);

/* document_number() - the literal of a number that the parser holds as a real. */
struct text document_number(const struct document_numbers *numbers, const struct json_t *real);

/*
 * document_numbers_write() - parsed JSON as text again, without white space: as it was sent, with
 * all digits of its numbers.
 */
void document_numbers_write(const struct document_numbers *numbers, struct json_t *value,
                            struct buf *b);

#endif
