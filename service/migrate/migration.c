/*
 * migration.c - finds the two section marks of a file and judges everything that could make a
 * migration do something else than its author sees: SQL above the first mark, an unknown option, a
 * second section of the same kind.
 */
#include "migrate/migration.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

#include "migrate/statements.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *s)
{
    size_t n = 0;
    while (is_digit(s[n])) {
        n++;
    }
    return n;
}

bool migration_is_file_name(const char *file)
{
    size_t n = strlen(file);
    size_t n_digits = count_digits(file);
    return n_digits > 0 && n_digits <= 64 && n >= n_digits + 4 && strcmp(file + n - 4, ".sql") == 0;
}

void migration_checksum(struct text text, char ret_checksum[MIGRATION_CHECKSUM_BYTES])
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] != '\r') {
            hash = (hash ^ (unsigned char)text.at[i]) * 0x100000001b3u;
        }
    }
    snprintf(ret_checksum, MIGRATION_CHECKSUM_BYTES, "%016" PRIx64, hash);
}

/* ---- sections ------------------------------------------------------------------------------ */

struct parser {
    struct arena *arena;
    const char *file;
    struct text rest;
    size_t line; /* of `rest`, from 1 */
    const char **reterr;
};

static int fail(const struct parser *p, size_t line, const char *reason)
{
    *p->reterr = arena_printf(p->arena, "%s:%zu: %s", p->file, line, reason);
    return 1;
}

/* Takes a line off the text, without its line end. */
static bool next_line(struct parser *p, struct text *ret)
{
    if (p->rest.n == 0) {
        return false;
    }
    const char *feed = memchr(p->rest.at, '\n', p->rest.n);
    size_t n = feed == NULL ? p->rest.n : (size_t)(feed - p->rest.at);
    *ret = (struct text){ .at = p->rest.at, .n = n > 0 && p->rest.at[n - 1] == '\r' ? n - 1 : n };
    n += feed == NULL ? 0 : 1;
    p->rest = (struct text){ .at = p->rest.at + n, .n = p->rest.n - n };
    p->line++;
    return true;
}

static struct text trim(struct text t)
{
    while (t.n > 0 && (t.at[0] == ' ' || t.at[0] == '\t')) {
        t = (struct text){ .at = t.at + 1, .n = t.n - 1 };
    }
    while (t.n > 0 && (t.at[t.n - 1] == ' ' || t.at[t.n - 1] == '\t')) {
        t.n--;
    }
    return t;
}

static bool take_prefix(struct text *t, const char *prefix)
{
    size_t n = strlen(prefix);
    if (t->n < n || memcmp(t->at, prefix, n) != 0) {
        return false;
    }
    *t = (struct text){ .at = t->at + n, .n = t->n - n };
    return true;
}

/* Is this line a mark (`-- migrate:WORDS` from its first column on)? Sets what follows the colon.
 */
static bool read_mark(struct text line, struct text *ret_words)
{
    if (!take_prefix(&line, "--")) {
        return false;
    }
    line = trim(line);
    if (!take_prefix(&line, "migrate:")) {
        return false;
    }
    *ret_words = trim(line);
    return true;
}

/* Opens the section that a mark names: "up", "down", each perhaps with an option. */
static int open_section(const struct parser *p, struct text words, struct migration *m,
                        struct migration_section **ret_open)
{
    size_t at = p->line - 1;
    bool is_up = take_prefix(&words, "up");
    if (!is_up && !take_prefix(&words, "down")) {
        return fail(p, at, "a mark is \"-- migrate:up\" or \"-- migrate:down\"");
    }
    bool has_option = words.n > 0;
    if (has_option && !text_is(trim(words), "transaction:false") &&
        !text_is(trim(words), "transaction:true")) {
        return fail(p, at,
                    "behind \"-- migrate:up\" or \"-- migrate:down\" may stand transaction:false "
                    "and nothing else");
    }
    struct migration_section *section = is_up ? &m->up : &m->down;
    if (section->exists) {
        return fail(p, at,
                    is_up ? "a second section \"-- migrate:up\""
                          : "a second section \"-- migrate:down\"");
    }
    if (!is_up && !m->up.exists) {
        return fail(p, at, "the section \"-- migrate:up\" comes first");
    }
    *section = (struct migration_section){
        .sql = { .at = p->rest.at, .n = 0 },
        .line = p->line,
        .in_transaction = !text_is(trim(words), "transaction:false"),
        .exists = true,
    };
    *ret_open = section;
    return 0;
}

/* Above the first mark only comments may stand: what else stands there would never run. */
static int check_preamble(const struct parser *p, struct text preamble)
{
    struct statement_reader reader = { .rest = preamble, .line = 1 };
    struct statement s;
    return statement_next(&reader, &s)
               ? fail(p, s.line, "SQL above \"-- migrate:up\", where it would never run")
               : 0;
}

static int parse_sections(struct parser *p, struct migration *m)
{
    struct text whole = p->rest;
    struct migration_section *open = NULL;
    struct text line;
    while (next_line(p, &line)) {
        struct text words;
        if (!read_mark(line, &words)) {
            continue;
        }
        if (open == NULL &&
            check_preamble(p, (struct text){ .at = whole.at, .n = (size_t)(line.at - whole.at) }) !=
                0) {
            return 1;
        }
        if (open != NULL) {
            open->sql.n = (size_t)(line.at - open->sql.at);
        }
        if (open_section(p, words, m, &open) != 0) {
            return 1;
        }
    }
    if (open == NULL) {
        return fail(p, 1, "there is no line \"-- migrate:up\"");
    }
    open->sql.n = (size_t)(p->rest.at - open->sql.at);
    return 0;
}

/* In a section that runs in a transaction, a commit would keep half of it when the rest fails. */
static int check_statements(const struct parser *p, const struct migration_section *section)
{
    struct statement_reader reader = { .rest = section->sql, .line = section->line };
    struct statement s;
    while (section->exists && section->in_transaction && statement_next(&reader, &s)) {
        if (statement_is_transaction_control(s.sql)) {
            return fail(
                p, s.line,
                "the file already runs in a transaction of its own: take this statement out, "
                "or write transaction:false behind the section's mark");
        }
    }
    return 0;
}

static int check_bytes(const struct parser *p)
{
    const char *nul = memchr(p->rest.at, '\0', p->rest.n);
    if (nul == NULL && text_is_utf8(p->rest)) {
        return 0;
    }
    *p->reterr = arena_printf(p->arena, "%s: the file is not UTF-8 text", p->file);
    return 1;
}

int migration_parse(struct arena *a, const char *file, struct text text,
                    struct migration *ret_migration, const char **reterr)
{
    ASSERT(migration_is_file_name(file));
    size_t n_digits = count_digits(file);
    size_t n_name = strlen(file) - n_digits - 4;
    const char *name = file + n_digits;
    if (n_name > 0 && name[0] == '_') {
        name++;
        n_name--;
    }
    struct migration m = {
        .file = arena_strdup(a, file),
        .version = arena_copy(a, file, n_digits),
        .name = arena_copy(a, name, n_name),
    };
    migration_checksum(text, m.checksum);
    take_prefix(&text, "\xef\xbb\xbf"); /* a byte order mark */
    struct parser p = { .arena = a, .file = file, .rest = text, .line = 1, .reterr = reterr };
    if (check_bytes(&p) != 0 || parse_sections(&p, &m) != 0 || check_statements(&p, &m.up) != 0 ||
        check_statements(&p, &m.down) != 0) {
        return 1;
    }
    if (arena_failed(a)) {
        *reterr = "out of memory for the migrations";
        return 1;
    }
    *ret_migration = m;
    return 0;
}

/* ---- lists --------------------------------------------------------------------------------- */

int migration_compare_versions(const char *a, const char *b)
{
    while (*a == '0') {
        a++;
    }
    while (*b == '0') {
        b++;
    }
    size_t n_a = strlen(a);
    size_t n_b = strlen(b);
    return n_a != n_b ? (n_a < n_b ? -1 : 1) : strcmp(a, b);
}

static int compare(const void *a, const void *b)
{
    const struct migration *left = a;
    const struct migration *right = b;
    int order = migration_compare_versions(left->version, right->version);
    return order != 0 ? order : strcmp(left->file, right->file);
}

int migration_list_sort(struct arena *a, struct migration_list *list, const char **reterr)
{
    if (list->n > 0) {
        qsort(list->at, list->n, sizeof *list->at, compare);
    }
    for (size_t i = 1; i < list->n; i++) {
        const struct migration *before = &list->at[i - 1];
        if (migration_compare_versions(before->version, list->at[i].version) == 0) {
            *reterr =
                arena_printf(a, "%s and %s have the same version: give one of them another number",
                             before->file, list->at[i].file);
            return 1;
        }
    }
    return 0;
}

const struct migration *migration_list_find(const struct migration_list *list, const char *version)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->at[i].version, version) == 0) {
            return &list->at[i];
        }
    }
    return NULL;
}
