/*
 * emit.h - a JSON tree as text. Members keep their order.
 */
#ifndef BACKREF_OPENAPI_EMIT_H
#define BACKREF_OPENAPI_EMIT_H

#include <jansson.h>

#include "base/buf.h"

/* emit_json() - compact JSON, without a line end. */
void emit_json(struct buf *b, const json_t *value);

/*
 * emit_yaml() - YAML in block style, with a line end.
 *
 * Text that any reader of YAML 1.1 or 1.2 could take for something else than text is quoted.
 *
 * Source:   YAML 1.2.2, sections 5.1, 5.7 and 7.3
 */
void emit_yaml(struct buf *b, const json_t *value);

#endif
