/*
 * json_text.h - text as a JSON string (RFC 8259, section 7), written straight into a buffer.
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

#endif
