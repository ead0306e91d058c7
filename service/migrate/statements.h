/*
 * statements.h - SQL text cut into its statements, as psql cuts it.
 *
 * Statements are run one by one so that a failure can be told with its line, and so that
 * those which refuse to run in a transaction (create index concurrently) can run without one.
 */
#ifndef BACKREF_MIGRATE_STATEMENTS_H
#define BACKREF_MIGRATE_STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A place in SQL text; start with all of it and line 1 (or the line where it stands in its file).
 */
struct statement_reader {
    struct text rest;
    size_t line;
};

struct statement {
    struct text sql; /* borrowed: from its first word to before its semicolon */
    size_t line;     /* of its first word */
};

/*
 * statement_next() - the next statement; comments between statements are skipped.
 *
 * Semicolons in strings ('…', E'…', $tag$…$tag$), quoted names, comments (also nested ones),
 * parentheses and the bodies of SQL functions (begin atomic … end) end nothing. What is left open
 * runs to the end of the text: PostgreSQL says what is wrong with it.
 *
 * Returns:  false at the end; *ret is then not set
 */
bool statement_next(struct statement_reader *reader, struct statement *ret);

/* statement_is_transaction_control() - begin, commit, rollback and their like; not savepoints. */
bool statement_is_transaction_control(struct text sql);

/* statement_line_of() - the line of a statement's `position`th character (from 1; 0: its first
 * line). */
size_t statement_line_of(const struct statement *statement, size_t position);

#endif
