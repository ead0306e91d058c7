/*
 * json_text.h - text as JSON (RFC 8259): strings, written straight into a buffer, and numbers.
 */
#ifndef BACKREF_BASE_JSON_TEXT_H
#define BACKREF_BASE_JSON_TEXT_H

#include "base/buf.h"
#include "base/text.h"

/*
 * json_text_write() - `t` in double quotes, with `"`, `\` and control characters escaped.
 *
 * t         UTF-8; everything else passes as it is
 * Cost:     eight bytes a step while nothing needs an escape
 */
void json_text_write(struct buf *b, struct text t);

/*
 * json_text_is_number() - is `t` a number as JSON writes it: no plus, no leading zero, digits on
 * both sides of the point?
 *
 * Source:   RFC 8259, section 6
 */
bool json_text_is_number(struct text t);

#endif
