/*
 * fuzz_guard.c - requests as "METHOD TARGET VERSION" and lines of "name:value". What the guard lets
 * through is held against a second, naive reading of the same rules.
 */
#include "fuzz.h"

#include <strings.h>

#include "http/guard.h"

enum { MAX_FIELDS = 40 };

static const struct guard_limits limits = {
    .max_body_bytes = 1 << 20,
    .max_header_bytes = 4096,
    .max_headers = 20,
    .max_uri_bytes = 200,
};

static struct text cut_at(struct text *rest, char separator)
{
    const char *end = rest->n == 0 ? NULL : memchr(rest->at, separator, rest->n);
    struct text piece = { .at = rest->at, .n = end == NULL ? rest->n : (size_t)(end - rest->at) };
    size_t n_used = end == NULL ? rest->n : piece.n + 1;
    rest->at += n_used;
    rest->n -= n_used;
    return piece;
}

static size_t count_named(const struct guard_request *r, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_headers; i++) {
        struct text given = r->headers[i].name;
        n += given.n == strlen(name) && strncasecmp(given.at, name, given.n) == 0 ? 1 : 0;
    }
    return n;
}

/* The value of a field, as a string; "" when it is not given. */
static const char *value_of(struct arena *a, const struct guard_request *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++) {
        if (header_is(&r->headers[i], name)) {
            return arena_copy(a, r->headers[i].value.at, r->headers[i].value.n);
        }
    }
    return "";
}

static void check_field(struct arena *a, const struct header *header)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *name = arena_copy(a, header->name.at, header->name.n);
    HOLDS(name[0] != '\0' && strspn(name, token) == header->name.n);
    HOLDS(strncasecmp(name, "content-length", 14) != 0 || name[14] == '\0');
    HOLDS(strncasecmp(name, "transfer-encoding", 17) != 0 || name[17] == '\0');
    for (size_t i = 0; i < header->value.n; i++) {
        unsigned char c = (unsigned char)header->value.at[i];
        HOLDS((c >= 0x20 && c != 0x7F) || c == '\t');
    }
}

/* What must be true of a request that is let through. */
static void check_accepted(struct arena *a, const struct guard_request *r)
{
    bool is_11 = text_is(r->version, "HTTP/1.1");
    HOLDS(is_11 || text_is(r->version, "HTTP/1.0"));
    HOLDS(r->target.n <= limits.max_uri_bytes && r->n_headers <= limits.max_headers);
    HOLDS(r->target.at[0] == '/' || text_is(r->target, "*"));
    HOLDS(memchr(r->target.at, '#', r->target.n) == NULL);
    for (size_t i = 0; i < r->n_headers; i++) {
        check_field(a, &r->headers[i]);
    }
    size_t n_hosts = count_named(r, "host");
    size_t n_lengths = count_named(r, "content-length");
    size_t n_codings = count_named(r, "transfer-encoding");
    HOLDS(n_hosts == 1 || (n_hosts == 0 && !is_11));
    HOLDS(n_lengths + n_codings <= 1);
    HOLDS(count_named(r, "content-type") <= 1);
    if (n_codings == 1) {
        const char *coding = value_of(a, r, "transfer-encoding");
        coding += strspn(coding, " \t");
        HOLDS(is_11 && strncasecmp(coding, "chunked", 7) == 0);
        HOLDS(strspn(coding + 7, " \t") == strlen(coding + 7));
    }
    if (n_lengths == 1) {
        const char *length = value_of(a, r, "content-length");
        length += strspn(length, " \t");
        HOLDS(length[0] >= '0' && length[0] <= '9');
        char *end = NULL;
        HOLDS(strtoull(length, &end, 10) <= limits.max_body_bytes);
        HOLDS(strspn(end, " \t") == strlen(end));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct text input = { .at = (const char *)data, .n = n };
    struct text line = fuzz_line(&input);
    struct header headers[MAX_FIELDS];
    struct guard_request request = { .headers = headers, .limits = &limits };
    request.method = cut_at(&line, ' ');
    request.target = cut_at(&line, ' ');
    request.version = line;
    while (input.n > 0 && request.n_headers < MAX_FIELDS) {
        struct text field = fuzz_line(&input);
        struct header *header = &headers[request.n_headers++];
        header->name = cut_at(&field, ':');
        header->value = field;
    }
    struct arena *a = arena_new(FUZZ_BUDGET);
    struct problems problems = { .arena = a };
    bool must_close = false;
    int result = guard_check(&request, &must_close, &problems);
    fuzz_check_problems(&problems, result);
    HOLDS(problems.n <= 1);
    if (result == 0) {
        HOLDS(!must_close);
        check_accepted(a, &request);
    } else {
        HOLDS(must_close || result == PROBLEM_NOT_IMPLEMENTED);
    }
    arena_free(a);
    return 0;
}
