/*
 * guard.c - first the request line, then each field on its own, counting those that frame the body,
 * then what the counted ones mean together.
 */
#include "http/guard.h"

#include <stdint.h>
#include <strings.h>

enum { QUOTED_BYTES = 60 }; /* how much of a field or target a message repeats */

/* The fields that say where the request goes and where its body ends. */
enum framing {
    FRAMING_HOST,
    FRAMING_CONTENT_LENGTH,
    FRAMING_TRANSFER_ENCODING,
    FRAMING_CONTENT_TYPE,
    FRAMING_CONTENT_ENCODING,
    N_FRAMINGS,
};

static const char *const framing_names[N_FRAMINGS] = {
    [FRAMING_HOST] = "Host",
    [FRAMING_CONTENT_LENGTH] = "Content-Length",
    [FRAMING_TRANSFER_ENCODING] = "Transfer-Encoding",
    [FRAMING_CONTENT_TYPE] = "Content-Type",
    [FRAMING_CONTENT_ENCODING] = "Content-Encoding",
};

/* What one look over all fields has found. */
struct framing_seen {
    bool given[N_FRAMINGS];
    struct text value[N_FRAMINGS];
};

struct guarded {
    const struct guard_request *request;
    struct problems *reterr;
    struct framing_seen seen;
};

static const char *quote(const struct guarded *g, struct text t)
{
    return text_quotable(g->reterr->arena, t, QUOTED_BYTES);
}

static int refuse_header(const struct guarded *g, enum framing which, const char *reason)
{
    return problem_add(g->reterr, PROBLEM_BAD_REQUEST, problem_header(framing_names[which]), "%s",
                       reason);
}

/* A tchar of RFC 9110, section 5.6.2. */
static bool is_token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(struct text t)
{
    for (size_t i = 0; i < t.n; i++) {
        if (!is_token_char((unsigned char)t.at[i])) {
            return false;
        }
    }
    return t.n > 0;
}

static bool is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7F;
}

static struct text trim(struct text t)
{
    while (t.n > 0 && (t.at[0] == ' ' || t.at[0] == '\t')) {
        t.at++;
        t.n--;
    }
    while (t.n > 0 && (t.at[t.n - 1] == ' ' || t.at[t.n - 1] == '\t')) {
        t.n--;
    }
    return t;
}

static bool text_is_like(struct text t, const char *s)
{
    return strlen(s) == t.n && strncasecmp(t.at, s, t.n) == 0;
}

bool header_is(const struct header *header, const char *name)
{
    return text_is_like(header->name, name);
}

static int check_version(struct guarded *g)
{
    struct text version = g->request->version;
    if (text_is(version, "HTTP/1.1") || text_is(version, "HTTP/1.0")) {
        return 0;
    }
    return problem_add(g->reterr, PROBLEM_HTTP_VERSION, problem_nowhere(),
                       "\"%s\" is not spoken here: use HTTP/1.1", quote(g, version));
}

static int check_target(struct guarded *g)
{
    struct text target = g->request->target;
    if (target.n > g->request->limits->max_uri_bytes) {
        return problem_add(
            g->reterr, PROBLEM_URI_TOO_LONG, problem_nowhere(),
            "the request target has %zu bytes, and at most %zu are read (--max-uri); send less",
            target.n, g->request->limits->max_uri_bytes);
    }
    if (text_is(target, "*") && text_is(g->request->method, "OPTIONS")) {
        return 0;
    }
    if (target.n == 0 || target.at[0] != '/') {
        return problem_add(g->reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                           "the request target \"%s\" is not a path: send one that begins with "
                           "\"/\", and the host in the Host header",
                           quote(g, target));
    }
    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.at[i];
        if (is_control(c) || c == ' ' || c == '#') {
            return problem_add(g->reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                               "the request target \"%s\" holds %s: write it percent-encoded",
                               quote(g, target),
                               c == '#'   ? "a \"#\""
                               : c == ' ' ? "a space"
                                          : "a control character");
        }
    }
    return 0;
}

static int check_method(struct guarded *g)
{
    static const char *const methods[] = { "GET",   "HEAD",   "POST",   "PUT",
                                           "PATCH", "DELETE", "OPTIONS" };
    struct text method = g->request->method;
    const char *meant = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (text_is(method, methods[i])) {
            return 0;
        }
        if (text_is_like(method, methods[i])) {
            meant = methods[i];
        }
    }
    if (meant != NULL) {
        return problem_add(g->reterr, PROBLEM_NOT_IMPLEMENTED, problem_nowhere(),
                           "\"%s\" is no method: methods are case-sensitive, write \"%s\"",
                           quote(g, method), meant);
    }
    return problem_add(g->reterr, PROBLEM_NOT_IMPLEMENTED, problem_nowhere(),
                       "\"%s\" is not a method of this service: use GET, HEAD, POST, PUT, PATCH, "
                       "DELETE or OPTIONS",
                       quote(g, method));
}

/* A name that goes on behind the name of a framing field is what a folded line looks like. */
static bool is_glued(struct text name)
{
    static const char *const framed[] = { "Transfer-Encoding", "Content-Length" };
    for (size_t i = 0; i < ARRAY_SIZE(framed); i++) {
        size_t n = strlen(framed[i]);
        if (name.n > n && strncasecmp(name.at, framed[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static int check_field(struct guarded *g, const struct header *header)
{
    if (!is_token(header->name)) {
        return problem_add(g->reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
                           "\"%s\" is no name of a header field: there may be no space before the "
                           "colon, and no line may be folded",
                           quote(g, header->name));
    }
    if (is_glued(header->name)) {
        return problem_add(
            g->reterr, PROBLEM_BAD_REQUEST, problem_nowhere(),
            "the header field \"%s\" is refused, since others may read a folded line "
            "in it",
            quote(g, header->name));
    }
    for (size_t i = 0; i < header->value.n; i++) {
        unsigned char c = (unsigned char)header->value.at[i];
        if (is_control(c) && c != '\t') {
            return problem_add(
                g->reterr, PROBLEM_BAD_REQUEST, problem_header(quote(g, header->name)),
                "the value of \"%s\" holds a control character", quote(g, header->name));
        }
    }
    for (size_t i = 0; i < N_FRAMINGS; i++) {
        if (!header_is(header, framing_names[i])) {
            continue;
        }
        if (g->seen.given[i]) {
            return problem_add(g->reterr, PROBLEM_BAD_REQUEST, problem_header(framing_names[i]),
                               "%s is given more than once: send it once", framing_names[i]);
        }
        g->seen.given[i] = true;
        g->seen.value[i] = trim(header->value);
    }
    return 0;
}

static int check_fields(struct guarded *g)
{
    const struct guard_request *request = g->request;
    if (request->n_headers > request->limits->max_headers) {
        return problem_add(
            g->reterr, PROBLEM_HEADERS_TOO_LARGE, problem_nowhere(),
            "the request has %zu header fields, and at most %zu are read; send fewer",
            request->n_headers, request->limits->max_headers);
    }
    size_t n_bytes = request->target.n;
    for (size_t i = 0; i < request->n_headers; i++) {
        n_bytes += request->headers[i].name.n + request->headers[i].value.n + GUARD_FIELD_BYTES;
    }
    if (n_bytes > request->limits->max_header_bytes) {
        return problem_add(g->reterr, PROBLEM_HEADERS_TOO_LARGE, problem_nowhere(),
                           "the request's target and header fields take %zu bytes (each field %d "
                           "more than its name and value), and at most %zu are read "
                           "(--max-header); send less",
                           n_bytes, GUARD_FIELD_BYTES, request->limits->max_header_bytes);
    }
    for (size_t i = 0; i < request->n_headers; i++) {
        int r = check_field(g, &request->headers[i]);
        if (r != 0) {
            return r;
        }
    }
    return 0;
}

static int check_host(struct guarded *g)
{
    if (!g->seen.given[FRAMING_HOST]) {
        if (text_is(g->request->version, "HTTP/1.0")) {
            return 0;
        }
        return refuse_header(g, FRAMING_HOST, "Host is missing, and HTTP/1.1 asks for it");
    }
    struct text host = g->seen.value[FRAMING_HOST];
    for (size_t i = 0; i < host.n; i++) {
        unsigned char c = (unsigned char)host.at[i];
        if (c <= 0x20 || c >= 0x7F || strchr("/?#@,\\\"<>^`{|}", c) != NULL) {
            return refuse_header(g, FRAMING_HOST, "Host is not a host with, or without, a port");
        }
    }
    return 0;
}

static int refuse_body_size(const struct guarded *g)
{
    return problem_add(
        g->reterr, PROBLEM_BODY_TOO_LARGE, problem_header("Content-Length"),
        "the body has %s bytes, and at most %zu are read (--max-body); send less at once",
        quote(g, g->seen.value[FRAMING_CONTENT_LENGTH]), g->request->limits->max_body_bytes);
}

/* Digits only; a number that does not fit is over every limit. */
static int check_content_length(struct guarded *g)
{
    struct text length = g->seen.value[FRAMING_CONTENT_LENGTH];
    uint64_t n_bytes = 0;
    bool overflows = false;
    for (size_t i = 0; i < length.n; i++) {
        if (length.at[i] < '0' || length.at[i] > '9') {
            return refuse_header(g, FRAMING_CONTENT_LENGTH, "Content-Length is not a whole number");
        }
        overflows |= __builtin_mul_overflow(n_bytes, (uint64_t)10, &n_bytes);
        overflows |= __builtin_add_overflow(n_bytes, (uint64_t)(length.at[i] - '0'), &n_bytes);
    }
    if (length.n == 0) {
        return refuse_header(g, FRAMING_CONTENT_LENGTH, "Content-Length is empty");
    }
    if (overflows || n_bytes > g->request->limits->max_body_bytes) {
        return refuse_body_size(g);
    }
    return 0;
}

/*
 * Is this a list of codings that ends in "chunked" and names it nowhere else? Then the end of the
 * body is known, although we cannot read it (RFC 9112, section 6.3).
 */
static bool ends_chunked(struct text codings)
{
    bool last_is_chunked = false;
    for (;;) {
        const char *comma = memchr(codings.at, ',', codings.n);
        size_t n = comma == NULL ? codings.n : (size_t)(comma - codings.at);
        struct text coding = trim((struct text){ .at = codings.at, .n = n });
        if (last_is_chunked || !is_token(coding)) {
            return false;
        }
        last_is_chunked = text_is_like(coding, "chunked");
        if (comma == NULL) {
            return last_is_chunked;
        }
        codings = (struct text){ .at = comma + 1, .n = codings.n - n - 1 };
    }
}

static int check_transfer_encoding(struct guarded *g)
{
    struct text codings = g->seen.value[FRAMING_TRANSFER_ENCODING];
    if (g->seen.given[FRAMING_CONTENT_LENGTH]) {
        return refuse_header(
            g, FRAMING_TRANSFER_ENCODING,
            "Transfer-Encoding and Content-Length contradict each other: send one");
    }
    if (!text_is(g->request->version, "HTTP/1.1")) {
        return refuse_header(g, FRAMING_TRANSFER_ENCODING,
                             "HTTP/1.0 knows no Transfer-Encoding: use HTTP/1.1");
    }
    if (text_is_like(codings, "chunked")) {
        return 0;
    }
    if (codings.n > 0 && ends_chunked(codings)) {
        return problem_add(g->reterr, PROBLEM_NOT_IMPLEMENTED,
                           problem_header(framing_names[FRAMING_TRANSFER_ENCODING]),
                           "the codings \"%s\" are not known: send \"chunked\" alone",
                           quote(g, codings));
    }
    return refuse_header(g, FRAMING_TRANSFER_ENCODING,
                         "Transfer-Encoding does not say where the body ends: send \"chunked\"");
}

/* Is there a body, which somebody has to read? */
static bool has_body(const struct guarded *g)
{
    struct text length = g->seen.value[FRAMING_CONTENT_LENGTH];
    return g->seen.given[FRAMING_TRANSFER_ENCODING] ||
           (g->seen.given[FRAMING_CONTENT_LENGTH] && !text_is(length, "0"));
}

static int check_content_encoding(struct guarded *g)
{
    struct text coding = g->seen.value[FRAMING_CONTENT_ENCODING];
    if (coding.n == 0 || text_is_like(coding, "identity") || !has_body(g)) {
        return 0;
    }
    return problem_add(g->reterr, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                       problem_header(framing_names[FRAMING_CONTENT_ENCODING]),
                       "bodies in \"%s\" are not read: send them uncompressed", quote(g, coding));
}

static int check_framing(struct guarded *g)
{
    int r = check_host(g);
    if (r == 0 && g->seen.given[FRAMING_TRANSFER_ENCODING]) {
        r = check_transfer_encoding(g);
    }
    if (r == 0 && g->seen.given[FRAMING_CONTENT_LENGTH]) {
        r = check_content_length(g);
    }
    if (r == 0) {
        r = check_content_encoding(g);
    }
    return r;
}

int guard_check(const struct guard_request *request, bool *ret_close, struct problems *reterr)
{
    struct guarded g = { .request = request, .reterr = reterr };
    *ret_close = true;
    int r = check_version(&g);
    if (r == 0) {
        r = check_target(&g);
    }
    if (r == 0) {
        r = check_fields(&g);
    }
    if (r == 0) {
        r = check_framing(&g);
    }
    if (r == 0) { /* from here on it is certain where the request ends */
        r = check_method(&g);
        *ret_close = r != 0 && has_body(&g);
    }
    return r;
}
