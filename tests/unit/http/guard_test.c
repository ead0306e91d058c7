/*
 * guard_test.c - requests as they may not be framed, one rule and one request at a time.
 */
#include "support/cmocka_all.h"

#include "http/guard.h"

enum {
    MAX_BODY = 1000,
    MAX_HEADER_BYTES = 1500,
    MAX_HEADERS = 10,
    MAX_URI = 100,
    MOST_FIELDS = 12
};

static const struct guard_limits limits = {
    .max_body_bytes = MAX_BODY,
    .max_header_bytes = MAX_HEADER_BYTES,
    .max_headers = MAX_HEADERS,
    .max_uri_bytes = MAX_URI,
};

struct request_case {
    const char *method;
    const char *target;
    const char *version;
    const char *fields; /* "Name:value" lines, "\n" between them; a value may be anything else */
    enum problem_code code;
    bool close;
    const char *where; /* of the problem; NULL: it names no header */
};

static size_t split_fields(const char *fields, struct header *headers)
{
    size_t n = 0;
    while (*fields != '\0') {
        const char *end = strchrnul(fields, '\n');
        const char *colon = memchr(fields, ':', (size_t)(end - fields));
        assert_non_null(colon);
        assert_true(n < MOST_FIELDS);
        headers[n++] = (struct header){
            .name = { .at = fields, .n = (size_t)(colon - fields) },
            .value = { .at = colon + 1, .n = (size_t)(end - colon - 1) },
        };
        fields = *end == '\0' ? end : end + 1;
    }
    return n;
}

static void check(struct arena *a, const struct request_case *c)
{
    struct header headers[MOST_FIELDS];
    struct guard_request request = {
        .method = text_of(c->method),
        .target = text_of(c->target),
        .version = text_of(c->version),
        .headers = headers,
        .n_headers = split_fields(c->fields, headers),
        .limits = &limits,
    };
    struct problems problems = { .arena = a };
    bool must_close = false;
    int code = guard_check(&request, &must_close, &problems);
    if (code != (int)c->code || must_close != c->close || problems.n != (c->code != 0 ? 1 : 0)) {
        fail_msg("%s %s %s [%s]: code %d instead of %d, close %d, %zu problems: %s", c->method,
                 c->target, c->version, c->fields, code, (int)c->code, must_close, problems.n,
                 problems.n == 0 ? "" : problems.first->detail);
    }
    if (code != 0 && c->where != NULL) {
        assert_int_equal(problems.first->source, SOURCE_HEADER);
        assert_string_equal(problems.first->where, c->where);
    } else if (code != 0) {
        assert_int_equal(problems.first->source, SOURCE_NONE);
    }
}

#define CHECK_ALL(state, cases)                                                                    \
    do {                                                                                           \
        for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {                                           \
            check(*(state), &(cases)[i]);                                                          \
        }                                                                                          \
    } while (0)

#define H "Host:x\n"

/* clang-format off */
static void test_good_requests(void **state)
{
    static const struct request_case cases[] = {
        { "GET", "/", "HTTP/1.1", "Host:localhost", 0, false, NULL },
        { "GET", "/persons?page[size]=1", "HTTP/1.1", "host: localhost:8080 ", 0, false, NULL },
        { "GET", "/p", "HTTP/1.1", "HOST:[::1]:8080", 0, false, NULL },
        { "GET", "/p", "HTTP/1.1", "Host:", 0, false, NULL },
        { "GET", "/p", "HTTP/1.0", "", 0, false, NULL },
        { "GET", "/p", "HTTP/1.0", "Host:x", 0, false, NULL },
        { "HEAD", "/p", "HTTP/1.1", H, 0, false, NULL },
        { "DELETE", "/p/%00", "HTTP/1.1", H, 0, false, NULL },
        { "OPTIONS", "*", "HTTP/1.1", H, 0, false, NULL },
        { "OPTIONS", "/p", "HTTP/1.1", H, 0, false, NULL },
        { "PUT", "/p", "HTTP/1.1", H "Content-Length:0", 0, false, NULL },
        { "POST", "/p", "HTTP/1.1", H "Content-Length: 1000\t", 0, false, NULL },
        { "POST", "/p", "HTTP/1.1", H "Content-Length:0001", 0, false, NULL },
        { "POST", "/p", "HTTP/1.0", "Content-Length:3", 0, false, NULL },
        { "PATCH", "/p", "HTTP/1.1", H "Transfer-Encoding:chunked", 0, false, NULL },
        { "PATCH", "/p", "HTTP/1.1", H "transfer-encoding: CHUNKED", 0, false, NULL },
        { "POST", "/p", "HTTP/1.1", H "Content-Encoding:identity", 0, false, NULL },
        { "POST", "/p", "HTTP/1.1", H "Content-Encoding:", 0, false, NULL },
        { "GET", "/p", "HTTP/1.1", H "Content-Encoding:gzip", 0, false, NULL },
        { "GET", "/p", "HTTP/1.1", H "Accept:a\nAccept:b\nX-!#$%&'*+-.^_`|~:c", 0, false, NULL },
        { "GET", "/p", "HTTP/1.1", H "X-Text:caf\xC3\xA9\t\xFF", 0, false, NULL },
        { "GET", "/caf\xC3\xA9", "HTTP/1.1", H, 0, false, NULL },
        { "GET", "/p", "HTTP/1.1", H "X-HTTP-Method-Override:DELETE", 0, false, NULL },
    };
    CHECK_ALL(state, cases);
}

static void test_versions(void **state)
{
    static const struct request_case cases[] = {
        { "GET", "/", "HTTP/2.0", H, PROBLEM_HTTP_VERSION, true, NULL },
        { "GET", "/", "HTTP/9.9", H, PROBLEM_HTTP_VERSION, true, NULL },
        { "GET", "/", "HTTP/1.2", H, PROBLEM_HTTP_VERSION, true, NULL },
        { "GET", "/", "HTTP/0.9", H, PROBLEM_HTTP_VERSION, true, NULL },
        { "GET", "/", "http/1.1", H, PROBLEM_HTTP_VERSION, true, NULL },
        { "GET", "/", "HTTP/1.10", H, PROBLEM_HTTP_VERSION, true, NULL },
        { "GET", "/", "", "", PROBLEM_HTTP_VERSION, true, NULL },
    };
    CHECK_ALL(state, cases);
}

static void test_methods(void **state)
{
    static const struct request_case cases[] = {
        { "get", "/", "HTTP/1.1", H, PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "FOO", "/", "HTTP/1.1", H, PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "GE/T", "/", "HTTP/1.1", H, PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "GETS", "/", "HTTP/1.1", H, PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "", "/", "HTTP/1.1", H, PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "TRACE", "/", "HTTP/1.1", H, PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "FOO", "/", "HTTP/1.1", H "Content-Length:0", PROBLEM_NOT_IMPLEMENTED, false, NULL },
        { "FOO", "/", "HTTP/1.1", H "Content-Length:5", PROBLEM_NOT_IMPLEMENTED, true, NULL },
        { "FOO", "/", "HTTP/1.1", H "Transfer-Encoding:chunked", PROBLEM_NOT_IMPLEMENTED, true, NULL },
    };
    CHECK_ALL(state, cases);
}

static void test_targets(void **state)
{
    static const struct request_case cases[] = {
        { "GET", "", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "*", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "persons", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "http://x/persons", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "CONNECT", "x:443", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/persons#top", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/per sons", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/per\rsons", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/per\x7Fsons", "HTTP/1.1", H, PROBLEM_BAD_REQUEST, true, NULL },
    };
    CHECK_ALL(state, cases);
}

static void test_fields(void **state)
{
    static const struct request_case cases[] = {
        { "GET", "/", "HTTP/1.1", H "X-A :1", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H " X-A:1", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H ":1", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "X(A):1", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "X\x01:1", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "\xC3\xA9:1", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "Content-Length :3", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "Transfer-Encoding\t:chunked", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "Transfer-Encodingchunked:", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "content-length1:", PROBLEM_BAD_REQUEST, true, NULL },
        { "GET", "/", "HTTP/1.1", H "X-A:a\rb", PROBLEM_BAD_REQUEST, true, "X-A" },
        { "GET", "/", "HTTP/1.1", H "X-A:a\x0B", PROBLEM_BAD_REQUEST, true, "X-A" },
        { "GET", "/", "HTTP/1.1", H "X-A:\x7F", PROBLEM_BAD_REQUEST, true, "X-A" },
        { "GET", "/", "HTTP/1.1", H "A:\nB:\nC:\nD:\nE:\nF:\nG:\nI:\nJ:\nK:", PROBLEM_HEADERS_TOO_LARGE, true, NULL },
        { "POST", "/", "HTTP/1.1", H "Content-Type:a/b\nContent-type:a/b", PROBLEM_BAD_REQUEST, true,
          "Content-Type" },
    };
    CHECK_ALL(state, cases);
}

static void test_hosts(void **state)
{
    static const struct request_case cases[] = {
        { "GET", "/", "HTTP/1.1", "", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "X:y", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:a\nHost:b", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:a\nhost:a", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.0", "Host:a\nHost:b", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:a b", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:a/b", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:a,b", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:a@b", PROBLEM_BAD_REQUEST, true, "Host" },
        { "GET", "/", "HTTP/1.1", "Host:\xC3\xA9", PROBLEM_BAD_REQUEST, true, "Host" },
    };
    CHECK_ALL(state, cases);
}

#define CL "Content-Length"
#define TE "Transfer-Encoding"

static void test_lengths(void **state)
{
    static const struct request_case cases[] = {
        { "POST", "/", "HTTP/1.1", H CL ":1001", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":9223372036854775808", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":18446744073709551615", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":18446744073709551616", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":18446744073709551617", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":18446744073709551620", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":99999999999999999999999999999999", PROBLEM_BODY_TOO_LARGE, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":99999999999999999999999999999x", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":-1", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":+3", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":0x3", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":3z", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":3 3", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":3, 3", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ": \t", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":3\n" CL ":4", PROBLEM_BAD_REQUEST, true, CL },
        { "POST", "/", "HTTP/1.1", H CL ":3\ncontent-length:3", PROBLEM_BAD_REQUEST, true, CL },
        { "GET", "/", "HTTP/1.1", H CL ":1001", PROBLEM_BODY_TOO_LARGE, true, CL },
    };
    CHECK_ALL(state, cases);
}

static void test_codings(void **state)
{
    static const struct request_case cases[] = {
        { "POST", "/", "HTTP/1.1", H CL ":3\n" TE ":chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H "TRANSFER-ENCODING:chunked\n" CL ":3", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H CL ":0\n" TE ":chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":xchunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunkedx", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":identity", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunked, chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunked, gzip", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":,chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunked,", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":\"chunked\"", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunked;x=1", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":\x0B" "chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":gzip, chunked", PROBLEM_NOT_IMPLEMENTED, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunked\n" TE ":chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H TE ":chunked\n" TE ":identity", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.0", H TE ":chunked", PROBLEM_BAD_REQUEST, true, TE },
        { "POST", "/", "HTTP/1.1", H "Content-Length:3\nContent-Encoding:gzip", PROBLEM_UNSUPPORTED_MEDIA_TYPE, true,
          "Content-Encoding" },
        { "POST", "/", "HTTP/1.1", H "Content-Length:3\nContent-Encoding:identity, gzip",
          PROBLEM_UNSUPPORTED_MEDIA_TYPE, true,
          "Content-Encoding" },
        { "POST", "/", "HTTP/1.1", H "Content-Encoding:identity\nContent-Encoding:gzip", PROBLEM_BAD_REQUEST,
      true, "Content-Encoding" },
    };
    CHECK_ALL(state, cases);
}
/* clang-format on */

static void test_a_long_target(void **state)
{
    char target[MAX_URI + 2] = "/";
    memset(target + 1, 'a', MAX_URI - 1);
    struct request_case fits = { "GET", target, "HTTP/1.1", H, 0, false, NULL };
    check(*state, &fits);
    target[MAX_URI] = 'a';
    struct request_case long_one = {
        "GET", target, "HTTP/1.1", H, PROBLEM_URI_TOO_LONG, true, NULL
    };
    check(*state, &long_one);
}

static void test_many_header_bytes(void **state)
{
    char fields[MAX_HEADER_BYTES + 16] = "Host:x\nX:";
    size_t n = strlen(fields);
    size_t room = MAX_HEADER_BYTES - strlen("/HostxX") - (size_t)2 * GUARD_FIELD_BYTES;
    memset(fields + n, 'a', room);
    struct request_case fits = { "GET", "/", "HTTP/1.1", fields, 0, false, NULL };
    check(*state, &fits);
    fields[n + room] = 'a';
    struct request_case large = { "GET", "/", "HTTP/1.1", fields, PROBLEM_HEADERS_TOO_LARGE,
                                  true,  NULL };
    check(*state, &large);
}

/* NUL cannot stand in the tables above. */
static void test_nul_in_a_value(void **state)
{
    const struct header headers[] = {
        { TEXT_LITERAL("Host"), TEXT_LITERAL("x") },
        { TEXT_LITERAL("X-A"), TEXT_LITERAL("a\0b") },
    };
    struct guard_request request = { .method = TEXT_LITERAL("GET"),
                                     .target = TEXT_LITERAL("/"),
                                     .version = TEXT_LITERAL("HTTP/1.1"),
                                     .headers = headers,
                                     .n_headers = 2,
                                     .limits = &limits };
    struct problems problems = { .arena = *state };
    bool must_close = false;
    assert_int_equal(guard_check(&request, &must_close, &problems), PROBLEM_BAD_REQUEST);
    assert_true(must_close);
}

static void test_messages_are_bounded_and_clean(void **state)
{
    char method[3001];
    memset(method, 'X', sizeof method - 1);
    method[sizeof method - 1] = '\0';
    memcpy(method, "A\xFF\n", 3);
    const struct header host = { TEXT_LITERAL("Host"), TEXT_LITERAL("x") };
    struct guard_request request = { .method = text_of(method),
                                     .target = TEXT_LITERAL("/"),
                                     .version = TEXT_LITERAL("HTTP/1.1"),
                                     .headers = &host,
                                     .n_headers = 1,
                                     .limits = &limits };
    struct problems problems = { .arena = *state };
    bool must_close = false;
    assert_int_equal(guard_check(&request, &must_close, &problems), PROBLEM_NOT_IMPLEMENTED);
    assert_true(strlen(problems.first->detail) < 300);
    assert_true(text_is_utf8(text_of(problems.first->detail)));
    assert_null(strchr(problems.first->detail, '\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        arena_test(test_good_requests),  arena_test(test_versions),
        arena_test(test_methods),        arena_test(test_targets),
        arena_test(test_fields),         arena_test(test_hosts),
        arena_test(test_lengths),        arena_test(test_codings),
        arena_test(test_a_long_target),  arena_test(test_many_header_bytes),
        arena_test(test_nul_in_a_value), arena_test(test_messages_are_bounded_and_clean),
    };
    return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
