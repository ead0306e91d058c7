/*
 * reading.c - what comes in: header fields, a path, a query string, a body.
 */
#include "counted.h"
#include "http/guard.h"
#include "http/match.h"
#include "jsonapi/document_read.h"
#include "jsonapi/query.h"

static void check_header(struct arena *a, const struct scene *scene)
{
    (void)scene;
    static const struct guard_limits limits = { .max_body_bytes = 1 << 20,
                                                .max_header_bytes = 8192,
                                                .max_headers = 100,
                                                .max_uri_bytes = 6144 };
    static const struct header headers[] = {
        { TEXT_LITERAL("Host"), TEXT_LITERAL("127.0.0.1:8080") },
        { TEXT_LITERAL("User-Agent"), TEXT_LITERAL("Mozilla/5.0 (X11; Linux x86_64; rv:128.0)") },
        { TEXT_LITERAL("Accept"), TEXT_LITERAL("application/vnd.api+json") },
        { TEXT_LITERAL("Accept-Encoding"), TEXT_LITERAL("gzip, deflate, br, zstd") },
        { TEXT_LITERAL("Content-Type"), TEXT_LITERAL("application/vnd.api+json") },
        { TEXT_LITERAL("Content-Length"), TEXT_LITERAL("120") },
    };
    struct guard_request request = { .method = TEXT_LITERAL("POST"),
                                     .target =
                                         TEXT_LITERAL("/friends/123456/relationships/hobbies"),
                                     .version = TEXT_LITERAL("HTTP/1.1"),
                                     .headers = headers,
                                     .n_headers = ARRAY_SIZE(headers),
                                     .limits = &limits };
    struct problems problems = { .arena = a };
    bool close = false;
    int r = guard_check(&request, &close, &problems);
    ASSERT(r == 0);
}

static void match_path(struct arena *a, const struct scene *scene, struct text path)
{
    struct problems problems = { .arena = a };
    struct match match;
    int r = match_request(a, scene->model, METHOD_GET, path, &match, &problems);
    ASSERT(r == 0 && match.operation != NULL);
}

static void match_resource(struct arena *a, const struct scene *scene)
{
    match_path(a, scene, TEXT_LITERAL("/friends/123456"));
}

static void match_linkage(struct arena *a, const struct scene *scene)
{
    match_path(a, scene, TEXT_LITERAL("/friends/123456/relationships/hobbies"));
}

static void read_query_string(struct arena *a, const struct scene *scene, struct text raw)
{
    static const struct query_limits limits = { .page_size = 50,
                                                .max_page_size = 1000,
                                                .max_parameters = 100,
                                                .max_include_depth = 3,
                                                .max_include = 32,
                                                .max_sort = 8,
                                                .max_filters = 20,
                                                .max_filter_values = 1000 };
    struct query_subject subject = { .accepts = QUERY_COLLECTION,
                                     .model = scene->model,
                                     .resource = scene->friends };
    struct problems problems = { .arena = a };
    struct query query;
    int r = query_read(a, raw, &subject, &limits, &query, &problems);
    ASSERT(r == 0);
}

static void read_no_query(struct arena *a, const struct scene *scene)
{
    read_query_string(a, scene, TEXT_LITERAL(""));
}

static void read_page_query(struct arena *a, const struct scene *scene)
{
    read_query_string(a, scene,
                      TEXT_LITERAL("page%5Bsize%5D=20&include=hobbies&page%5Bafter%5D=ARRdISgy"));
}

static void read_long_query(struct arena *a, const struct scene *scene)
{
    read_query_string(a, scene,
                      TEXT_LITERAL("filter%5Bname%5D%5Bilike%5D=al%25&filter%5Bhobbies%5D=3,4,5"
                                   "&sort=-created_at,name&fields%5Bfriends%5D=name,hobbies"
                                   "&include=hobbies,persons.phones&page%5Bsize%5D=100"));
}

static const struct document_limits document_limits = { .max_members = 20000, .max_depth = 32 };

static void read_create(struct arena *a, const struct scene *scene)
{
    static const char body[] =
        "{\"data\":{\"type\":\"friends\",\"attributes\":{\"name\":\"Friend 123456\","
        "\"nickname\":\"Nick\"},\"relationships\":{\"hobbies\":{\"data\":["
        "{\"type\":\"hobbies\",\"id\":\"1\"},{\"type\":\"hobbies\",\"id\":\"20\"},"
        "{\"type\":\"hobbies\",\"id\":\"300\"}]}}}}";
    struct problems problems = { .arena = a };
    struct document_reader reader = { .arena = a, .limits = &document_limits, .reterr = &problems };
    struct document document;
    int r = document_read_create(&reader, TEXT_LITERAL(body), scene->friends, &document);
    ASSERT(r == 0 && document.n_attributes == 2 && document.n_relationships == 1);
}

enum { MEMBERS = 100 };

static struct text hundred_identifiers(struct arena *a)
{
    struct buf b;
    buf_init(&b, a, 8192);
    buf_add_literal(&b, "{\"data\":[");
    for (int i = 0; i < MEMBERS; i++) {
        buf_addf(&b, "%s{\"type\":\"hobbies\",\"id\":\"%d\"}", i == 0 ? "" : ",", 1000 + i);
    }
    buf_add_literal(&b, "]}");
    return (struct text){ .at = b.at, .n = b.n };
}

static void read_linkage(struct arena *a, const struct scene *scene)
{
    static struct text body; /* the client's work, so not counted: made in the first warm-up */
    if (body.at == NULL) {
        body = hundred_identifiers(scene->arena);
    }
    struct problems problems = { .arena = a };
    struct document_reader reader = { .arena = a, .limits = &document_limits, .reterr = &problems };
    struct linkage linkage;
    int r = document_read_linkage(&reader, body, scene->hobbies, true, &linkage);
    ASSERT(r == 0 && linkage.n == MEMBERS);
}

const struct counted counted_reading[] = {
    { "guard: a header of six fields", check_header },
    { "route: a resource", match_resource },
    { "route: a relationship", match_linkage },
    { "query: none", read_no_query },
    { "query: a page with include", read_page_query },
    { "query: filters, sort, fields, include", read_long_query },
    { "document: a create with 3 links", read_create },
    { "document: 100 identifiers", read_linkage },
    { NULL, NULL },
};
