/*
 * library_target.c - see library_target.h.
 */
#include "http/library_target.h"

#include <microhttpd.h>
#include <string.h>

/*
 * The buffer is the library's to write and is lent as constant. Libmicrohttpd 0.9.75 and 1.0 find
 * the first "?" and the target's end before they call, put a NUL on both afterwards, and read
 * arguments from behind the "?" to the next NUL: none are left. The byte written is never behind
 * the target's own NUL, so that what follows in the buffer, header fields and pipelined requests,
 * stays as it came, and no line is read twice.
 */
void library_hide_query(const char *uri)
{
    union {
        const char *constant;
        char *lent;
    } bytes = { .constant = uri };
    char *mark = strchr(bytes.lent, '?');
    if (mark != NULL) {
        mark[1] = '\0';
    }
}

/* Where a target is whole, the version stands one NUL behind it. */
void library_restore_nul(struct text *target, const char *url, const char *version)
{
#if MHD_VERSION < 0x01000000
    if (url + target->n + 1 != version) {
        target->n++;
    }
#else
    (void)target;
    (void)url;
    (void)version;
#endif
}
