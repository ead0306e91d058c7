/*
 * media_type.h - the names by which documents, and what they are extended with, are known.
 */
#ifndef BACKREF_JSONAPI_MEDIA_TYPE_H
#define BACKREF_JSONAPI_MEDIA_TYPE_H

#define JSONAPI_MEDIA_TYPE "application/vnd.api+json"
#define JSON_MEDIA_TYPE "application/json"

/* The extension Atomic Operations. */
#define ATOMIC_EXTENSION "https://jsonapi.org/ext/atomic"

/* The profile Cursor Pagination, as it is registered; clients also write it with a "/" behind. */
#define CURSOR_PROFILE "https://jsonapi.org/profiles/ethanresnick/cursor-pagination"

#endif
