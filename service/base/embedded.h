/*
 * The files that are carried inside the binary.
 *
 * The build turns the default model and the default migrations into C arrays (build/gen/embedded.c,
 * written by the
 * Makefile), so that one file is all that has to be installed. Everything here is constant and
 * lives as long as the
 * process.
 */
#ifndef BACKREF_BASE_EMBEDDED_H
#define BACKREF_BASE_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name;           /* without folders, such as "0001_resources.sql" */
    const unsigned char *bytes; /* a NUL follows the last one, so text can be used as a C string */
    size_t n_bytes;             /* without that NUL */
};

extern const struct embedded_file embedded_migrations[]; /* in the order of their names */
extern const size_t n_embedded_migrations;

extern const struct embedded_file embedded_model; /* service/model/default.json */

extern const char backref_version[]; /* such as "0.1.0"; between tags "0.1.0-12-gabcdef0" */

#endif
