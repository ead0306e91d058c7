/*
 * conditional.h - reads that depend on what the client has already: ETag, If-None-Match, If-Match.
 *
 * Writes are judged where they are done, inside their transaction.
 */
#ifndef BACKREF_HTTP_CONDITIONAL_H
#define BACKREF_HTTP_CONDITIONAL_H

#include "exchange/exchange.h"

/*
 * conditional_check() - are If-Match and If-None-Match what they should be?
 *
 * Returns:  0 | PROBLEM_BAD_REQUEST at the field, in x->problems
 */
int conditional_check(struct exchange *x) MUST_CHECK;

/*
 * conditional_finish() - name the version that a 200 to a read shows, and leave it out when the
 * client has it.
 *
 * An answer without a tag gets a strong one from its body and media type. Then it becomes 412 when
 * If-Match does not name the tag, else 304 when If-None-Match does. What is for operators has no
 * tag. Nothing is done to other answers.
 *
 * Cost:     one pass over the body
 * Source:   RFC 9110, sections 8.8.3 and 13.2.2
 */
void conditional_finish(struct exchange *x);

#endif
