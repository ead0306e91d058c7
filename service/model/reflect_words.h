/*
 * reflect_words.h - names from those of tables and columns.
 */
#ifndef BACKREF_MODEL_REFLECT_WORDS_H
#define BACKREF_MODEL_REFLECT_WORDS_H

#include "model/reflect_parts.h"

/* reflect_segment() - `name` with what cannot stand in a path replaced; never empty. */
const char *reflect_segment(struct reflecting *r, const char *name);

/*
 * reflect_stem() - what the column of a foreign key to `target` is about: "author" of "author_id".
 *
 * Returns:  "" when it is called like the key, or "id"
 */
const char *reflect_stem(struct reflecting *r, const char *column,
                         const struct reflected_table *target);

/* reflect_plural(), reflect_singular() - of an English noun, as far as simple rules go. */
const char *reflect_plural(struct reflecting *r, const char *noun);
const char *reflect_singular(struct reflecting *r, const char *noun);

#endif
