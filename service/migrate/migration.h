/*
 * migration.h - migration files as text: names, sections, order. Nothing here reads or runs
 * anything.
 *
 * The format is dbmate's: `0001_name.sql` with a section `-- migrate:up` and, below it, one
 * `-- migrate:down`; either may carry `transaction:false`.
 */
#ifndef BACKREF_MIGRATE_MIGRATION_H
#define BACKREF_MIGRATE_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

enum { MIGRATION_CHECKSUM_BYTES = 17 }; /* with the NUL */

struct migration_section {
    struct text sql;     /* borrowed from the file */
    size_t line;         /* of the file, where `sql` begins */
    bool in_transaction; /* unless transaction:false */
    bool exists;
};

struct migration {
    const char *file;    /* without folders: "0001_resources.sql" */
    const char *version; /* its leading digits: "0001" */
    const char *name;    /* what follows: "resources" */
    char checksum[MIGRATION_CHECKSUM_BYTES];
    struct migration_section up;
    struct migration_section down;
};

/* Every migration of a folder, in the order in which they run. */
struct migration_list {
    size_t n;
    struct migration *at;
};

/* migration_is_file_name() - does a file of this name hold a migration? Digits first, ".sql" last.
 */
bool migration_is_file_name(const char *file);

/*
 * migration_parse() - a file's text as a migration.
 *
 * file           borrowed; migration_is_file_name()
 * text           borrowed; NUL-terminated
 * ret_migration  strings in `a`; set only on 0
 * reterr         in `a`: "0001_resources.sql:7: reason"
 * Returns:       0 | 1 with reterr set
 */
int migration_parse(struct arena *a, const char *file, struct text text,
                    struct migration *ret_migration, const char **reterr) MUST_CHECK;

/*
 * migration_list_sort() - bring a list into the order of the versions, as numbers.
 *
 * reterr    in `a`: two files have the same version
 * Returns:  0 | 1 with reterr set
 */
int migration_list_sort(struct arena *a, struct migration_list *list, const char **reterr)
    MUST_CHECK;

/* migration_list_find() - the migration of this version; NULL when there is none. */
const struct migration *migration_list_find(const struct migration_list *list, const char *version);

/* migration_compare_versions() - as numbers of any length: negative, 0 or positive, like strcmp().
 */
int migration_compare_versions(const char *a, const char *b);

/*
 * migration_checksum() - 16 hexadecimal digits for a file's bytes (FNV-1a, 64 bits).
 *
 * It notices a file that was edited after it ran; it is no protection from somebody who wants to
 * deceive. Carriage returns do not count, so that a checkout on another system is the same file.
 */
void migration_checksum(struct text text, char ret_checksum[MIGRATION_CHECKSUM_BYTES]);

#endif
