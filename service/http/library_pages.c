/*
 * library_pages.c - what clients see when libmicrohttpd refuses a request before it calls us.
 *
 * The library answers a header that does not fit its buffer, and a Content-Length that is no
 * number,
 * by itself, with an HTML page and no way to ask for another one. It creates those pages with the
 * public function below, which it calls like any other library function, so the definition here
 * takes
 * that one's place (ELF symbol interposition). reply.c creates answers in another way: whatever
 * comes through here is one of those pages.
 *
 * libmicrohttpd 0.9.75 writes the header of its answer to a malformed Content-Length twice. Without
 * a
 * body, the first one is a whole answer, and what follows is behind its end on a connection that
 * closes.
 */
#include <microhttpd.h>
#include <string.h>

#include "base/defs.h"

#define PAGE(code, title, detail)                                                                  \
    "{\"errors\":[{\"code\":\"" code "\",\"title\":\"" title "\",\"detail\":\"" detail "\"}]}"

struct page {
    const char *clue; /* found in the library's own page; "" in any */
    const char *document;
};

static const struct page pages[] = {
    { "Content-Length", "" },
    { "too big",
      PAGE("headers-too-large", "The header fields are too large",
           "the request line and header fields are larger than this service reads (--max-header); "
           "send less") },
    { "", PAGE("bad-request", "The request is malformed",
               "the request is not HTTP/1.1 as RFC 9112 defines it; correct it") },
};

static struct MHD_Response *create_page(size_t size, const void *page)
{
    const struct page *found = pages;
    while (memmem(page, size, found->clue, strlen(found->clue)) == NULL) {
        found++;
    }
    /* The library takes a pointer to mutable bytes, and only reads them. */
    union {
        const char *constant;
        void *lent;
    } bytes = { .constant = found->document };
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        strlen(found->document), bytes.lent, NULL, NULL);
    if (response != NULL && found->document[0] != '\0') {
        MHD_add_response_header(response, "Content-Type", "application/vnd.api+json");
        MHD_add_response_header(response, "Vary", "Accept");
    }
    return response;
}

struct MHD_Response *MHD_create_response_from_buffer(size_t size, void *buffer,
                                                     enum MHD_ResponseMemoryMode mode)
{
    ASSERT(mode == MHD_RESPMEM_PERSISTENT); /* what a constant page is created with */
    return create_page(size, buffer);
}

#if MHD_VERSION >= 0x00097701
struct MHD_Response *MHD_create_response_from_buffer_static(size_t size, const void *buffer)
{
    return create_page(size, buffer);
}
#endif
