/*
 * conditional.c - see conditional.h.
 */
#include "http/conditional.h"

#include "base/digest.h"
#include "exchange/entity_tag.h"

enum { QUOTED_BYTES = 80 }; /* how much of a field a message repeats */

static int check_field(struct exchange *x, const char *name, const char *value)
{
    if (value == NULL || entity_tags_are_valid(value)) {
        return 0;
    }
    return problem_add(&x->problems, PROBLEM_BAD_REQUEST, problem_header(name),
                       "[%s] is no list of entity tags: send what ETag said, quotes included, or *",
                       text_quotable(x->arena, text_of(value), QUOTED_BYTES));
}

int conditional_check(struct exchange *x)
{
    int r = check_field(x, "If-Match", x->request.if_match);
    return r != 0 ? r : check_field(x, "If-None-Match", x->request.if_none_match);
}

/* A tag of the body. The same bytes as another media type are another representation. */
static const char *tag_body(struct exchange *x)
{
    char tag[DIGEST_DIGITS + 2];
    digest_write(answer_body(&x->answer), x->representation, tag + 1);
    tag[0] = tag[sizeof tag - 1] = '"';
    return arena_copy(x->arena, tag, sizeof tag);
}

void conditional_finish(struct exchange *x)
{
    struct answer *answer = &x->answer;
    bool is_read = x->request.method == METHOD_GET || x->request.method == METHOD_HEAD;
    if (answer->status != 200 || !is_read || x->operation->is_for_operators) {
        return;
    }
    if (answer->etag == NULL) {
        answer->etag = tag_body(x);
    }
    struct text etag = text_of(answer->etag == NULL ? "" : answer->etag);
    if (x->request.if_match != NULL && !entity_tag_matches(x->request.if_match, etag, false)) {
        problem_add(&x->problems, PROBLEM_PRECONDITION_FAILED, problem_header("If-Match"),
                    "what is here now has another entity tag than those in If-Match: read it "
                    "without If-Match");
        answer->fixed_body.n = 0;
        exchange_refuse(x);
    } else if (x->request.if_none_match != NULL &&
               entity_tag_matches(x->request.if_none_match, etag, true)) {
        answer->status = 304;
    }
}
