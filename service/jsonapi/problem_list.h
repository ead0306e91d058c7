/*
 * problem_list.h - every refusal there is: X(constant, code, HTTP status, title).
 *
 * Codes and titles are part of the interface: clients compare the one and show the other, so that a
 * line may be added but none changed.
 */
#ifndef BACKREF_JSONAPI_PROBLEM_LIST_H
#define BACKREF_JSONAPI_PROBLEM_LIST_H

/* clang-format off */
#define PROBLEM_LIST(X)                                                                            \
    X(BAD_REQUEST,           "bad-request",            400, "The request is malformed")              \
    X(BAD_JSON,              "bad-json",               400, "The body is not well-formed JSON")      \
    X(BAD_DOCUMENT,          "bad-document",           400, "The document does not fit JSON:API")    \
    X(UNKNOWN_FIELD,         "unknown-field",          400, "There is no such field")                \
    X(BAD_PARAMETER,         "bad-parameter",          400, "A query parameter is not valid")        \
    X(UNKNOWN_PARAMETER,     "unknown-parameter",      400, "There is no such query parameter")      \
    X(PAGE_TOO_LARGE,        "page-too-large",         400, "The page is larger than allowed")       \
    X(FORBIDDEN,             "forbidden",              403, "The change is not allowed")             \
    X(READ_ONLY,             "read-only",              403, "The field is read-only")                \
    X(CLIENT_ID,             "client-id",              403, "Ids are given by the server")           \
    X(NOT_FOUND,             "not-found",              404, "There is no such resource")             \
    X(METHOD_NOT_ALLOWED,    "method-not-allowed",     405, "The method is not allowed here")        \
    X(NOT_ACCEPTABLE,        "not-acceptable",         406, "No acceptable representation")          \
    X(REQUEST_TIMEOUT,       "request-timeout",        408, "The request took too long to arrive")   \
    X(CONFLICT,              "conflict",               409, "The request conflicts with the target") \
    X(TAKEN,                 "taken",                  409, "The value is taken")                    \
    X(IN_USE,                "in-use",                 409, "The resource is in use")                \
    X(PRECONDITION_FAILED,   "precondition-failed",    412, "The precondition failed")               \
    X(BODY_TOO_LARGE,        "body-too-large",         413, "The body is too large")                 \
    X(TOO_MANY_MEMBERS,      "too-many-members",       413, "The request names too many members")    \
    X(TOO_MANY_OPERATIONS,   "too-many-operations",    413, "The request has too many operations")    \
    X(URI_TOO_LONG,          "uri-too-long",           414, "The request target is too long")        \
    X(UNSUPPORTED_MEDIA_TYPE,"unsupported-media-type", 415, "The media type is not supported")       \
    X(INVALID,               "invalid",                422, "The value is not valid")                \
    X(REQUIRED,              "required",               422, "A required value is missing")           \
    X(HEADERS_TOO_LARGE,     "headers-too-large",      431, "The header fields are too large")       \
    X(INTERNAL,              "internal",               500, "The service failed")                    \
    X(NOT_IMPLEMENTED,       "not-implemented",        501, "The method or coding is not known")     \
    X(UNAVAILABLE,           "unavailable",            503, "The database cannot be reached")        \
    X(OVERLOADED,            "overloaded",             503, "The service is too busy")               \
    X(BUSY,                  "busy",                   503, "Other writers are in the way")          \
    X(OUTCOME_UNKNOWN,       "outcome-unknown",        503, "The outcome of the write is unknown")   \
    X(STORAGE,               "storage",                503, "The database has no room left")         \
    X(SCHEMA_MISMATCH,       "schema-mismatch",        503, "The database has changed its tables")   \
    X(TIMEOUT,               "timeout",                504, "The database took too long")            \
    X(HTTP_VERSION,          "http-version",           505, "The HTTP version is not supported")
/* clang-format on */

#endif
