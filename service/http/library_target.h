/*
 * library_target.h - the request target, kept from what libmicrohttpd would do to it.
 */
#ifndef BACKREF_HTTP_LIBRARY_TARGET_H
#define BACKREF_HTTP_LIBRARY_TARGET_H

#include "base/text.h"

/*
 * library_hide_query() - end the target at its "?", once it was copied.
 *
 * The library would parse the query string into its own memory, a hundred bytes for each parameter,
 * and close the connection without a word when that is full; no option keeps it from that.
 *
 * uri   the target in the connection's read buffer, as the library shows it with the request line
 */
void library_hide_query(const char *uri);

/*
 * library_restore_nul() - lengthen `target` by the NUL that it was cut at, if it was.
 *
 * Libmicrohttpd before 1.0 lets a NUL through, which would cut the target short: "DELETE
 * /persons/1<NUL>x" would be "DELETE /persons/1". With its NUL back, the guard refuses it.
 *
 * target        the copy that was made with the request line; a NUL stands behind it
 * url, version  as the library shows them with the header
 */
void library_restore_nul(struct text *target, const char *url, const char *version);

#endif
