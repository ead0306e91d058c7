/*
 * incoming.c - see incoming.h.
 */
#include "http/incoming.h"

#include <string.h>

#include "http/conditional.h"
#include "http/guard.h"
#include "http/match.h"
#include "http/negotiate.h"

enum {
    MAX_HEADERS = 100,
    DROP_FACTOR = 16, /* times the limit: how much of a body is read only to answer 413 behind it */
};

/* ---- header fields --------------------------------------------------------------------------- */

struct fields {
    struct header
        at[MAX_HEADERS + 1]; /* one more, so that the guard sees that there are too many */
    size_t n;
};

static enum MHD_Result take_field(void *fields, enum MHD_ValueKind kind, const char *name,
                                  size_t n_name, const char *value, size_t n_value)
{
    (void)kind;
    struct fields *f = fields;
    if (f->n > MAX_HEADERS) {
        return MHD_NO;
    }
    f->at[f->n++] = (struct header){
        .name = { .at = name, .n = n_name },
        .value = { .at = value == NULL ? "" : value, .n = value == NULL ? 0 : n_value },
    };
    return MHD_YES;
}

/*
 * The field's value; several fields of the name are one list (RFC 9110, section 5.3). NULL: absent.
 */
static const char *find_field(struct arena *a, const struct fields *f, const char *name)
{
    const char *found = NULL;
    for (size_t i = 0; i < f->n; i++) {
        if (!header_is(&f->at[i], name)) {
            continue;
        }
        if (found == NULL) {
            found = arena_copy(a, f->at[i].value.at, f->at[i].value.n);
        } else {
            found = arena_printf(a, "%s, %.*s", found, (int)f->at[i].value.n, f->at[i].value.at);
        }
        if (found == NULL) {
            return NULL;
        }
    }
    return found;
}

static bool has_framing(struct arena *a, const struct fields *f)
{
    const char *length = find_field(a, f, "Content-Length");
    return find_field(a, f, "Transfer-Encoding") != NULL ||
           (length != NULL && strspn(length, "0") != strlen(length));
}

/* ---- judging --------------------------------------------------------------------------------- */

static int guard(struct exchange *x, const char *method, const char *version,
                 const struct fields *f)
{
    const struct settings *settings = x->service->settings;
    const struct guard_limits limits = {
        .max_body_bytes = settings->max_body_bytes,
        .max_header_bytes = settings->max_header_bytes,
        .max_headers = MAX_HEADERS,
        .max_uri_bytes = settings->max_uri_bytes,
    };
    const struct guard_request request = {
        .method = text_of(method),
        .target = x->request.path,
        .version = text_of(version),
        .headers = f->at,
        .n_headers = f->n,
        .limits = &limits,
    };
    return guard_check(&request, &x->answer.close, &x->problems);
}

static void split_target(struct request *request)
{
    if (text_is(request->path, "*")) { /* OPTIONS about the server as a whole */
        request->path = TEXT_LITERAL("/");
    }
    const char *mark = memchr(request->path.at, '?', request->path.n);
    if (mark != NULL) {
        size_t n_path = (size_t)(mark - request->path.at);
        request->query = (struct text){ .at = mark + 1, .n = request->path.n - n_path - 1 };
        request->path.n = n_path;
    }
}

/* For an answer that is given whatever the client accepts: the media type it likes, if possible. */
static void settle_representation(struct exchange *x)
{
    struct problems ignored = { .arena = x->arena };
    if (negotiate_accept(x->request.accept, true, &x->representation, &ignored) != 0) {
        x->representation = REPRESENTATION_JSONAPI;
    }
}

static int negotiate(struct exchange *x, bool has_body)
{
    struct request *r = &x->request;
    bool takes_atomic = x->operation->takes_atomic;
    if (x->operation->is_open) {
        settle_representation(x);
    } else if (negotiate_accept(r->accept, takes_atomic, &x->representation, &x->problems) != 0) {
        return PROBLEM_NOT_ACCEPTABLE;
    }
    int code = negotiate_content_type(r->content_type, has_body && x->operation->has_body,
                                      takes_atomic, &x->problems);
    return code != 0 ? code : conditional_check(x);
}

static int find_operation(struct exchange *x)
{
    struct match match;
    int r = match_request(x->arena, x->service->model, x->request.method, x->request.path, &match,
                          &x->problems);
    x->operation = match.operation;
    x->target = match.target;
    x->request.route = match.pattern;
    if (r == PROBLEM_METHOD_NOT_ALLOWED || x->request.method == METHOD_OPTIONS) {
        x->answer.allow = match.allow;
    }
    return r;
}

/* What another listener answers is not here. */
static bool is_elsewhere(const struct client *c, const struct exchange *x)
{
    switch (c->audience) {
    case AUDIENCE_ALL:
        return false;
    case AUDIENCE_CLIENTS:
        return match_is_for_operators(x->request.path);
    case AUDIENCE_OPERATORS:
        return !match_is_for_operators(x->request.path);
    }
    UNREACHABLE();
}

static int refuse_elsewhere(const struct client *c, struct exchange *x)
{
    return problem_add(
        &x->problems, PROBLEM_NOT_FOUND, problem_nowhere(), "there is nothing at \"%s\" here; %s",
        text_quotable(x->arena, x->request.path, 100),
        c->audience == AUDIENCE_OPERATORS ? "this address answers /healthz, /readyz and /metrics"
                                          : "GET / lists what there is");
}

static enum incoming refuse(struct client *c, struct exchange *x, bool waits_for_body)
{
    exchange_refuse(x);
    c->is_refused = true;
    return x->answer.close || waits_for_body ? INCOMING_ANSWER : INCOMING_READ_ON;
}

/* What the header says beside the body's framing, and where it goes. */
static void read_fields(struct exchange *x, const struct fields *f)
{
    struct request *r = &x->request;
    r->accept = find_field(x->arena, f, "Accept");
    r->content_type = find_field(x->arena, f, "Content-Type");
    r->names_paging = accept_names_paging(r->accept);
    r->prefer = find_field(x->arena, f, "Prefer");
    r->if_match = find_field(x->arena, f, "If-Match");
    r->if_none_match = find_field(x->arena, f, "If-None-Match");
    x->wants_representation = prefer_return_representation(r->prefer);
}

static struct cors judge_origin(struct exchange *x, const struct fields *f)
{
    const struct settings *settings = x->service->settings;
    if (settings->n_cors_origins == 0) {
        return (struct cors){ 0 };
    }
    const char *asks_for = x->request.method == METHOD_OPTIONS
                               ? find_field(x->arena, f, "Access-Control-Request-Method")
                               : NULL;
    return cors_judge(settings, find_field(x->arena, f, "Origin"), asks_for);
}

enum incoming incoming_header(struct client *c, struct exchange *x, const char *method,
                              const char *version)
{
    struct fields f = { .n = 0 };
    MHD_get_connection_values_n(c->connection, MHD_HEADER_KIND, take_field, &f);
    if (!method_read(text_of(method), &x->request.method)) {
        x->request.method = METHODS; /* the guard refuses it */
    }
    c->cors = judge_origin(x, &f); /* refusals of any kind are told to pages too */
    if (guard(x, method, version, &f) != 0) {
        return refuse(c, x, false);
    }
    split_target(&x->request);
    read_fields(x, &f);
    bool has_body = has_framing(x->arena, &f);
    bool expects = has_body && find_field(x->arena, &f, "Expect") != NULL;
    int code = is_elsewhere(c, x) ? refuse_elsewhere(c, x) : find_operation(x);
    if (code != 0 && !c->cors.is_preflight) {
        settle_representation(x);
        return refuse(c, x, expects);
    }
    if (x->operation == NULL) { /* OPTIONS: the answer is in the header */
        exchange_answer(x, 204);
        c->is_refused = true;
        return INCOMING_READ_ON;
    }
    return negotiate(x, has_body) != 0 ? refuse(c, x, expects) : INCOMING_READ_ON;
}

void incoming_body(struct client *c, struct exchange *x, const char *bytes, size_t n)
{
    size_t limit = x->service->settings->max_body_bytes;
    struct buf *b = &x->answer.body; /* until there is an answer, its buffer holds the body */
    c->n_body += n;
    if (c->n_body > limit) {
        c->is_cut_off = true;
        if (c->n_body / DROP_FACTOR > limit) {
            client_cut_off(c);
        }
    } else if (!c->is_refused && x->operation->has_body) {
        buf_add(b, bytes, n);
    }
}

enum incoming incoming_end(struct client *c, struct exchange *x, uint64_t now_ms)
{
    c->is_whole = true;
    if (c->is_refused) {
        return INCOMING_ANSWER;
    }
    x->request.body = (struct text){ .at = x->answer.body.at, .n = x->answer.body.n };
    x->answer.body = (struct buf){ .arena = x->arena };
    x->started_ms = now_ms;
    if (c->is_cut_off) {
        problem_add(&x->problems, PROBLEM_BODY_TOO_LARGE, problem_nowhere(),
                    "the body is larger than %zu bytes (--max-body); send less at once",
                    x->service->settings->max_body_bytes);
        x->answer.close = true;
        exchange_refuse(x);
        return INCOMING_ANSWER;
    }
    exchange_run(x);
    return x->state == EXCHANGE_ANSWERED ? INCOMING_ANSWER : INCOMING_WAIT;
}
