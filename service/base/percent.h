/*
 * percent.h - percent-encoding, undone and done (RFC 3986, section 2.1).
 */
#ifndef BACKREF_BASE_PERCENT_H
#define BACKREF_BASE_PERCENT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/text.h"

/*
 * percent_decode() - undo percent-encoding.
 *
 * plus_is_space  true in query strings, false in paths
 * ret            in `a`, NUL-terminated
 * Returns:       false when an escape is broken, the result holds NUL or is not UTF-8
 */
bool percent_decode(struct arena *a, struct text raw, bool plus_is_space, struct text *ret)
    MUST_CHECK;

/* percent_encode() - append `t` with everything but RFC 3986's unreserved characters encoded. */
void percent_encode(struct buf *b, struct text t);

#endif
