/*
 * document_atomic.h - the body of POST /operations, taken apart: one request after the other.
 *
 * Each operation becomes what the plain request would be: a target, and a body {"data": …} of its
 * own, so that everything behind reads, checks and writes it as ever. Local ids are replaced by
 * the ids that were chosen for them before.
 */
#ifndef BACKREF_JSONAPI_DOCUMENT_ATOMIC_H
#define BACKREF_JSONAPI_DOCUMENT_ATOMIC_H

#include "jsonapi/document_numbers.h"
#include "jsonapi/document_read.h"

enum atomic_verb {
    ATOMIC_ADD,
    ATOMIC_UPDATE,
    ATOMIC_REMOVE,
};

/* A resource that an operation adds under a name of the client's own. */
struct atomic_lid {
    const char *type;
    const char *lid;
    size_t added_by; /* index of the operation */
    struct text id;  /* chosen by the caller, before atomic_body() */
};

struct json_t;

struct atomic_operation {
    enum atomic_verb verb;
    const char *pointer; /* "/atomic:operations/3" */
    struct text href;    /* n is 0 without one */
    const char *type;    /* of `ref`, else of `data`; NULL: neither has one */
    struct text id;      /* of `ref`, else of `data` when it is one resource; n is 0 without one */
    const struct atomic_lid *lid; /* likewise, instead of the id; of an add: its own */
    const char *relationship;     /* of `ref`; NULL: the resource itself */
    const struct json_t *data;    /* NULL: none */
    bool has_ref;
};

struct atomic_request {
    size_t n;
    const struct atomic_operation *operations;
    size_t n_lids;
    struct atomic_lid *lids;
    struct document_numbers numbers; /* of the whole body */
};

/*
 * atomic_read() - the operations of a body.
 *
 * max_operations  more are PROBLEM_TOO_MANY_OPERATIONS
 * ret             in the reader's arena; set only on 0
 * reterr          PROBLEM_BAD_DOCUMENT for every operation that is malformed, at its pointer; a lid
 *                 that is used before it is assigned, or assigned twice, among them
 * Returns:        0 | the first problem's code | -ENOMEM
 * Source:         atomic operations, document structure and operation objects
 */
int atomic_read(const struct document_reader *reader, struct text body, size_t max_operations,
                struct atomic_request *ret) MUST_CHECK;

/*
 * atomic_body() - the body of the plain request that an operation stands for.
 *
 * ret       in the reader's arena; n is 0 for an operation without data
 * Cost:     the operation's own text once more
 * Returns:  0 | -ENOMEM
 */
int atomic_body(const struct document_reader *reader, const struct atomic_request *request,
                const struct atomic_operation *operation, struct text *ret) MUST_CHECK;

#endif
