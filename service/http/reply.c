/*
 * reply.c - see reply.h.
 */
#include "http/reply.h"

#include "http/negotiate.h"

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return value == NULL || MHD_add_response_header(response, name, value) == MHD_YES;
}

/* What browsers ask for before they let a page read the answer, or send its request at all. */
static bool add_cors_headers(struct MHD_Response *response, const struct cors *cors)
{
    if (cors->allowed_origin == NULL) {
        return true;
    }
    if (!add_header(response, "Access-Control-Allow-Origin", cors->allowed_origin)) {
        return false;
    }
    if (!cors->is_preflight) {
        return add_header(response, "Access-Control-Expose-Headers", CORS_ANSWER_HEADERS);
    }
    return add_header(response, "Access-Control-Allow-Methods", CORS_METHODS) &&
           add_header(response, "Access-Control-Allow-Headers", CORS_REQUEST_HEADERS) &&
           add_header(response, "Access-Control-Max-Age", CORS_MAX_AGE);
}

static bool add_headers(struct MHD_Response *response, const struct exchange *x)
{
    const struct answer *answer = &x->answer;
    const char *content_type =
        answer->content_type != NULL
            ? answer->content_type
            : answer_media_type(x->representation, answer->is_atomic, answer->is_paged);
    bool has_type = answer->status != 204 && answer->status != 304 && answer_body(answer).n > 0;
    char retry_after[12] = "";
    if (answer->retry_after_s > 0) {
        snprintf(retry_after, sizeof retry_after, "%u", answer->retry_after_s);
    }
    bool knows_origins = x->service->settings->n_cors_origins > 0;
    return add_header(response, "Vary", knows_origins ? "Accept, Origin" : "Accept") &&
           add_header(response, "Content-Type", has_type ? content_type : NULL) &&
           add_header(response, "ETag", answer->status < 400 ? answer->etag : NULL) &&
           add_header(response, "Location", answer->location) &&
           add_header(response, "Allow", answer->allow) &&
           add_header(response, "Retry-After", answer->retry_after_s > 0 ? retry_after : NULL) &&
           add_header(response, "Preference-Applied",
                      answer->preference_applied ? "return=representation" : NULL) &&
           add_header(response, "X-Request-Id", x->request.id) &&
           add_header(response, "Connection", answer->close ? "close" : NULL);
}

enum MHD_Result reply_send(struct client *c, const struct exchange *x)
{
    /* A 304 has a body here too: its Content-Length may only be that of the 200 (RFC 9110, section
     * 8.6). The library sends no bytes of it, as with HEAD. */
    const struct answer *answer = &x->answer;
    struct text body = answer_body(answer);
    if (answer->status == 204) {
        body.n = 0;
    }
    /* The library takes a pointer to mutable bytes, and only reads them. */
    union {
        const char *borrowed;
        void *lent;
    } bytes = { .borrowed = body.n == 0 ? "" : body.at };
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        body.n, bytes.lent, NULL, NULL); /* not the shorter function: see library_pages.c */
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result r = MHD_NO;
    if (add_headers(response, x) && add_cors_headers(response, &c->cors) &&
        add_header(response, "Server-Timing", c->server_timing)) {
        r = MHD_queue_response(c->connection, (unsigned)answer->status, response);
    }
    MHD_destroy_response(response);
    return r;
}
