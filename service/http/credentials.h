/*
 * credentials.h - certificate and key, by which a listener with TLS proves who it is.
 */
#ifndef BACKREF_HTTP_CREDENTIALS_H
#define BACKREF_HTTP_CREDENTIALS_H

#include <stdbool.h>

#include "base/arena.h"

enum { CREDENTIALS_ERROR_MAX = 512 };

struct credentials {
    struct arena *arena;
    const char *certificate; /* PEM: the server's own first, then those that signed it */
    const char *key;         /* PEM, without a password */
};

/*
 * credentials_read() - what stands in two files, once the TLS library has accepted it.
 *
 * reterr    in words: which file, what is wrong
 * Returns:  0 | 1 with reterr set
 */
int credentials_read(const char *certificate_path, const char *key_path,
                     struct credentials **ret_credentials, char reterr[CREDENTIALS_ERROR_MAX])
    MUST_CHECK;

/* credentials_equal() - the same certificate and key? */
bool credentials_equal(const struct credentials *a, const struct credentials *b);

/* credentials_free() - NULL in, NULL out. */
struct credentials *credentials_free(struct credentials *c);

/* credentials_priorities() - which versions and ciphers are spoken, in GnuTLS's words. */
const char *credentials_priorities(void);

#endif
