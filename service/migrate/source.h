/*
 * source.h - where migrations come from: a folder, or the files inside the binary.
 */
#ifndef BACKREF_MIGRATE_SOURCE_H
#define BACKREF_MIGRATE_SOURCE_H

#include "migrate/migration.h"

/*
 * source_read() - every migration of a folder, parsed and in order; other files there are ignored.
 *
 * folder    NULL: the default migrations
 * ret_list  in `a`
 * reterr    in `a`: the first file that cannot be read or parsed
 * Returns:  0 | 1 with reterr set
 */
int source_read(struct arena *a, const char *folder, struct migration_list *ret_list,
                const char **reterr) MUST_CHECK;

#endif
