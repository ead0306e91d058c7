/*
 * statements.c - a lexer that knows of SQL only what may hide a semicolon.
 *
 * The rules are those of PostgreSQL's scan.l and of psql's psqlscan.l, for servers with
 * standard_conforming_strings on: a backslash escapes in E'…' alone.
 */
#include "migrate/statements.h"

#include <strings.h>

/* Where the lexer stands within one statement. */
struct scan {
    const char *at;
    const char *end;
    size_t n_words;     /* seen so far */
    bool is_create;     /* the first word is create */
    bool is_routine;    /* create [or replace] function or procedure */
    bool after_begin;   /* the last word was begin, in a routine outside strings */
    size_t parentheses; /* open ones */
    size_t blocks;      /* open ones of begin atomic … end, with case … end inside them */
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word(char c)
{
    return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

static bool starts(const struct scan *s, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(s->end - s->at) >= n && memcmp(s->at, with, n) == 0;
}

static bool is_keyword(struct text word, const char *keyword)
{
    return word.n == strlen(keyword) && strncasecmp(word.at, keyword, word.n) == 0;
}

static void skip_line_comment(struct scan *s)
{
    const char *feed = memchr(s->at, '\n', (size_t)(s->end - s->at));
    s->at = feed == NULL ? s->end : feed + 1;
}

static void skip_block_comment(struct scan *s)
{
    size_t depth = 0;
    while (s->at < s->end) {
        if (starts(s, "/*")) {
            depth++;
            s->at += 2;
        } else if (starts(s, "*/")) {
            s->at += 2;
            if (--depth == 0) {
                return;
            }
        } else {
            s->at++;
        }
    }
}

/* Past the quote that ends what the quote at hand began; a doubled one is read as two strings. */
static void skip_quoted(struct scan *s, bool has_escapes)
{
    char quote = *s->at++;
    while (s->at < s->end && *s->at != quote) {
        s->at += has_escapes && *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
    }
    s->at += s->at < s->end ? 1 : 0;
}

/* $tag$ … $tag$; a dollar that begins no tag ($1) is passed as it is. */
static void skip_dollar_quoted(struct scan *s)
{
    const char *close = s->at + 1;
    while (close < s->end && is_word(*close) && *close != '$') {
        close++;
    }
    bool is_tag =
        close < s->end && *close == '$' && (close == s->at + 1 || is_word_start(s->at[1]));
    if (!is_tag) {
        s->at++;
        return;
    }
    size_t n = (size_t)(close + 1 - s->at);
    const char *found = memmem(close + 1, (size_t)(s->end - close - 1), s->at, n);
    s->at = found == NULL ? s->end : found + n;
}

/* Follows `create function … begin atomic …; …; end`, where statements are nested. */
static void note_word(struct scan *s, struct text word)
{
    s->n_words++;
    if (s->n_words == 1) {
        s->is_create = is_keyword(word, "create");
    } else if (s->is_create && s->n_words <= 4 &&
               (is_keyword(word, "function") || is_keyword(word, "procedure"))) {
        s->is_routine = true;
    } else if ((s->after_begin && is_keyword(word, "atomic")) ||
               (s->blocks > 0 && is_keyword(word, "case"))) {
        s->blocks++;
    } else if (s->blocks > 0 && is_keyword(word, "end")) {
        s->blocks--;
    }
    s->after_begin = s->is_routine && s->parentheses == 0 && is_keyword(word, "begin");
}

static void skip_word(struct scan *s)
{
    const char *start = s->at;
    while (s->at < s->end && is_word(*s->at)) {
        s->at++;
    }
    struct text word = { .at = start, .n = (size_t)(s->at - start) };
    if (is_keyword(word, "e") && s->at < s->end && *s->at == '\'') {
        skip_quoted(s, true);
        return;
    }
    note_word(s, word);
}

/* Passes one comment if one stands here. */
static bool skip_comment(struct scan *s)
{
    if (starts(s, "--")) {
        skip_line_comment(s);
        return true;
    }
    if (starts(s, "/*")) {
        skip_block_comment(s);
        return true;
    }
    return false;
}

static void skip_token(struct scan *s)
{
    char c = *s->at;
    if (skip_comment(s)) {
        return;
    }
    if (c == '\'' || c == '"') {
        skip_quoted(s, false);
    } else if (c == '$') {
        skip_dollar_quoted(s);
    } else if (is_word(c)) {
        skip_word(s); /* a number is a word here */
    } else {
        s->parentheses += c == '(' ? 1 : 0;
        s->parentheses -= c == ')' && s->parentheses > 0 ? 1 : 0;
        s->at++;
    }
}

static size_t count_lines(const char *from, const char *to)
{
    size_t n = 0;
    for (const char *c = from; c < to; c++) {
        n += *c == '\n' ? 1 : 0;
    }
    return n;
}

/* Passes what stands between statements: white space, comments, semicolons of empty statements. */
static void skip_between(struct scan *s)
{
    while (s->at < s->end) {
        if (is_space(*s->at) || *s->at == ';') {
            s->at++;
        } else if (!skip_comment(s)) {
            return;
        }
    }
}

bool statement_next(struct statement_reader *reader, struct statement *ret)
{
    struct scan s = { .at = reader->rest.at, .end = reader->rest.at + reader->rest.n };
    skip_between(&s);
    size_t line = reader->line + count_lines(reader->rest.at, s.at);
    const char *start = s.at;
    while (s.at < s.end && !(*s.at == ';' && s.parentheses == 0 && s.blocks == 0)) {
        skip_token(&s);
    }
    reader->line = line + count_lines(start, s.at);
    reader->rest = (struct text){ .at = s.at, .n = (size_t)(s.end - s.at) };
    if (s.at == start) {
        return false;
    }
    *ret = (struct statement){ .sql = { .at = start, .n = (size_t)(s.at - start) }, .line = line };
    return true;
}

/* The next word of a statement; an empty one where no word stands. */
static struct text next_word(struct scan *s)
{
    while (s->at < s->end && (is_space(*s->at) || skip_comment(s))) {
        s->at += s->at < s->end && is_space(*s->at) ? 1 : 0;
    }
    const char *start = s->at;
    while (s->at < s->end && is_word(*s->at)) {
        s->at++;
    }
    return (struct text){ .at = start, .n = (size_t)(s->at - start) };
}

bool statement_is_transaction_control(struct text sql)
{
    static const char *const enders[] = { "begin", "commit", "end", "abort" };
    struct scan s = { .at = sql.at, .end = sql.at + sql.n };
    struct text first = next_word(&s);
    struct text second = next_word(&s);
    struct text third = next_word(&s);
    for (size_t i = 0; i < ARRAY_SIZE(enders); i++) {
        if (is_keyword(first, enders[i])) {
            return true;
        }
    }
    if (is_keyword(first,
                   "rollback")) { /* rollback [work | transaction] to [savepoint] stays within */
        return !is_keyword(second, "to") && !is_keyword(third, "to");
    }
    return (is_keyword(first, "start") || is_keyword(first, "prepare")) &&
           is_keyword(second, "transaction");
}

size_t statement_line_of(const struct statement *statement, size_t position)
{
    const char *at = statement->sql.at;
    const char *end = at + statement->sql.n;
    size_t n_characters = 0;
    for (; at < end; at++) {
        n_characters += ((unsigned char)*at & 0xc0) != 0x80 ? 1 : 0;
        if (n_characters >= position) {
            break;
        }
    }
    return statement->line + count_lines(statement->sql.at, at);
}
