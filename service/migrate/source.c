/*
 * source.c - a folder is read once, whole, before anything runs: a mistake in the last file is
 * found while nothing has been done yet.
 */
#include "migrate/source.h"

#include <dirent.h>
#include <errno.h>

#include "base/embedded.h"
#include "base/file.h"

enum {
    FILE_LIMIT_BYTES = 64 << 20,
    MOST_FILES = 100000,
};

/* The migrations' file names in a folder, in the order in which the folder lists them. */
struct names {
    size_t n;
    const char **at;
};

static int list_folder(struct arena *a, const char *folder, DIR *open, struct names *ret,
                       const char **reterr)
{
    size_t capacity = 64;
    struct names names = { .at = arena_zalloc(a, capacity, sizeof *names.at) };
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        if (!migration_is_file_name(entry->d_name)) {
            continue;
        }
        if (names.n == MOST_FILES) {
            *reterr = arena_printf(a, "%s: more than %d migrations", folder, MOST_FILES);
            return 1;
        }
        if (names.n == capacity) {
            size_t n_old = capacity * sizeof *names.at;
            names.at = arena_grow(a, names.at, n_old, 2 * n_old);
            capacity *= 2;
        }
        char *name = arena_strdup(a, entry->d_name);
        if (name == NULL || names.at == NULL) {
            *reterr = "out of memory for the migrations";
            return 1;
        }
        names.at[names.n++] = name;
    }
    *ret = names;
    return 0;
}

static int read_file(struct arena *a, const char *folder, const char *name, struct migration *ret,
                     const char **reterr)
{
    struct text text;
    const char *path = arena_printf(a, "%s/%s", folder, name);
    if (path == NULL) {
        *reterr = "out of memory for the migrations";
        return 1;
    }
    if (file_read(a, path, FILE_LIMIT_BYTES, &text, reterr) != 0) {
        return 1;
    }
    return migration_parse(a, name, text, ret, reterr);
}

static int read_files(struct arena *a, const char *folder, const struct names *names,
                      struct migration_list *ret_list, const char **reterr)
{
    struct migration_list list = { .at = arena_zalloc(a, names->n, sizeof *list.at) };
    if (list.at == NULL) {
        *reterr = "out of memory for the migrations";
        return 1;
    }
    for (; list.n < names->n; list.n++) {
        if (read_file(a, folder, names->at[list.n], &list.at[list.n], reterr) != 0) {
            return 1;
        }
    }
    *ret_list = list;
    return 0;
}

static int read_folder(struct arena *a, const char *folder, struct migration_list *ret_list,
                       const char **reterr)
{
    DIR *open = opendir(folder);
    if (open == NULL) {
        *reterr =
            arena_printf(a, "the folder of migrations %s: %s", folder, strerrordesc_np(errno));
        return 1;
    }
    struct names names;
    int r = list_folder(a, folder, open, &names, reterr);
    closedir(open);
    if (r == 0 && names.n == 0) {
        *reterr = arena_printf(a, "%s holds no migrations: files such as 0001_name.sql", folder);
        return 1;
    }
    return r != 0 ? r : read_files(a, folder, &names, ret_list, reterr);
}

static int read_embedded(struct arena *a, struct migration_list *ret_list, const char **reterr)
{
    struct migration_list list = { .at = arena_zalloc(a, n_embedded_migrations, sizeof *list.at) };
    if (list.at == NULL) {
        *reterr = "out of memory for the migrations";
        return 1;
    }
    for (; list.n < n_embedded_migrations; list.n++) {
        const struct embedded_file *file = &embedded_migrations[list.n];
        struct text text = { .at = (const char *)file->bytes, .n = file->n_bytes };
        if (migration_parse(a, file->name, text, &list.at[list.n], reterr) != 0) {
            return 1;
        }
    }
    *ret_list = list;
    return 0;
}

int source_read(struct arena *a, const char *folder, struct migration_list *ret_list,
                const char **reterr)
{
    struct migration_list list;
    int r =
        folder == NULL ? read_embedded(a, &list, reterr) : read_folder(a, folder, &list, reterr);
    if (r != 0 || migration_list_sort(a, &list, reterr) != 0) {
        return 1;
    }
    *ret_list = list;
    return 0;
}
