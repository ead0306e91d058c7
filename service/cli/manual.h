/*
 * manual.h - what is generated from the tables of commands and settings for readers elsewhere: a
 * manual page and a Markdown table.
 */
#ifndef BACKREF_CLI_MANUAL_H
#define BACKREF_CLI_MANUAL_H

#include "base/buf.h"

/* manual_write_page() - backref(1), in roff's macros for manual pages. */
void manual_write_page(struct buf *b);

/* manual_write_table() - every setting as a row of a Markdown table. */
void manual_write_table(struct buf *b);

#endif
