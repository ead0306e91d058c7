/*
 * reflect_words.c - names from tables and columns: what a column is about, one and many of it.
 *
 * Simple rules of English and a few exceptions. A name that comes out odd is still a name, and the
 * file is there to be edited.
 */
#include <string.h>

#include "base/defs.h"
#include "model/names.h"
#include "model/reflect_words.h"

static const struct {
    const char *one;
    const char *many;
} irregular[] = {
    { "child", "children" }, { "man", "men" },       { "woman", "women" },
    { "data", "data" },      { "media", "media" },   { "people", "people" },
    { "news", "news" },      { "series", "series" }, { "staff", "staff" },
    { "datum", "data" },     { "medium", "media" },  { "equipment", "equipment" },
    { "alias", "aliases" },  { "atlas", "atlases" }, { "canvas", "canvases" },
    { "gas", "gases" },      { "lens", "lenses" },
};

static bool ends_with(const char *word, const char *end)
{
    size_t n = strlen(word);
    size_t n_end = strlen(end);
    return n > n_end && strcmp(word + n - n_end, end) == 0;
}

/* The word with its last `n_cut` bytes replaced. */
static const char *with_end(struct reflecting *r, const char *word, size_t n_cut, const char *end)
{
    return reflect_text(r, "%.*s%s", (int)(strlen(word) - n_cut), word, end);
}

/* The last word of a compound: "children" of "school_children". */
static const char *last_word(const char *name)
{
    const char *underscore = strrchr(name, '_');
    const char *hyphen = strrchr(name, '-');
    const char *last = underscore > hyphen ? underscore : hyphen;
    return last == NULL ? name : last + 1;
}

static bool is_vowel(char c)
{
    return strchr("aeiouAEIOU", c) != NULL;
}

const char *reflect_plural(struct reflecting *r, const char *noun)
{
    const char *last = last_word(noun);
    for (size_t i = 0; i < ARRAY_SIZE(irregular); i++) {
        if (strcmp(last, irregular[i].many) == 0) {
            return noun;
        }
        if (strcmp(last, irregular[i].one) == 0) {
            return with_end(r, noun, strlen(last), irregular[i].many);
        }
    }
    size_t n = strlen(noun);
    bool hisses = ends_with(noun, "ss") || ends_with(noun, "us") || ends_with(noun, "is") ||
                  ends_with(noun, "x") || ends_with(noun, "z") || ends_with(noun, "ch") ||
                  ends_with(noun, "sh");
    if (hisses) {
        return with_end(r, noun, 0, "es");
    }
    if (ends_with(noun, "s")) {
        return noun; /* many already */
    }
    if (n > 1 && noun[n - 1] == 'y' && !is_vowel(noun[n - 2])) {
        return with_end(r, noun, 1, "ies");
    }
    return with_end(r, noun, 0, "s");
}

const char *reflect_singular(struct reflecting *r, const char *noun)
{
    const char *last = last_word(noun);
    for (size_t i = 0; i < ARRAY_SIZE(irregular); i++) {
        if (strcmp(last, irregular[i].one) == 0) {
            return noun;
        }
        if (strcmp(last, irregular[i].many) == 0) {
            return with_end(r, noun, strlen(last), irregular[i].one);
        }
    }
    if (ends_with(noun, "ies")) {
        return with_end(r, noun, 3, "y");
    }
    bool hissed = ends_with(noun, "sses") || ends_with(noun, "xes") || ends_with(noun, "ches") ||
                  ends_with(noun, "shes") || ends_with(noun, "tuses");
    if (hissed) {
        return with_end(r, noun, 2, "");
    }
    bool is_many = ends_with(noun, "s") && !ends_with(noun, "ss") && !ends_with(noun, "us") &&
                   !ends_with(noun, "is");
    return is_many ? with_end(r, noun, 1, "") : noun;
}

const char *reflect_segment(struct reflecting *r, const char *name)
{
    struct buf b;
    if (name_is_segment(name)) {
        return name;
    }
    buf_init(&b, r->arena, strlen(name) + 1);
    for (const char *c = name; *c != '\0'; c++) {
        const char one[] = { *c, '\0' };
        bool is_kept = name_is_segment(one);
        bool is_joint = b.n > 0 && (b.at[b.n - 1] == '-' || b.at[b.n - 1] == '_');
        if (is_kept || (b.n > 0 && !is_joint)) {
            buf_add_char(&b, is_kept || *c == '_' ? *c : '-');
        }
    }
    while (b.n > 0 && (b.at[b.n - 1] == '-' || b.at[b.n - 1] == '_')) {
        b.n--;
    }
    if (b.n == 0) {
        buf_add_literal(&b, "unnamed");
    }
    const char *segment = buf_terminate(&b);
    return segment == NULL ? "" : segment;
}

/* Without an underscore only what comes before tells whether "id" is a word: "billtocustomerid". */
static bool ends_in_id_of(struct reflecting *r, const char *column, const struct reflected_table *t)
{
    const char *one = reflect_singular(r, t->type);
    return ends_with(column, reflect_text(r, "%sid", t->type)) ||
           ends_with(column, reflect_text(r, "%sid", one)) ||
           strcmp(column, reflect_text(r, "%sid", one)) == 0;
}

const char *reflect_stem(struct reflecting *r, const char *column,
                         const struct reflected_table *target)
{
    const char *key = target->key->name;
    const char *of_key =
        reflect_text(r, "_%s", last_word(key)); /* "country_code" refers to a code */
    const char *const ends[] = { of_key, "_id", "_ID", "_fk", "-id", " id", "Id", "ID" };
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        if (ends[i][0] != '\0' && ends_with(column, ends[i])) {
            return reflect_segment(r, with_end(r, column, strlen(ends[i]), ""));
        }
    }
    bool is_bare = strcmp(column, key) == 0 || strcmp(column, "id") == 0;
    if (!is_bare && ends_in_id_of(r, column, target)) {
        return reflect_segment(r, with_end(r, column, strlen("id"), ""));
    }
    return is_bare ? "" : reflect_segment(r, column);
}
