/*
 * log.c - a line is formatted, then escaped into a second buffer of at most PIPE_BUF bytes, which
 * the kernel writes to a pipe in one piece.
 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE_BYTES = 4096,
    TAIL_BYTES = 8, /* kept free for the end of a cut text: "…" in UTF-8, `"}` and a line feed */
    ROOM_BYTES = LINE_BYTES - TAIL_BYTES,
};

struct line {
    char at[LINE_BYTES];
    size_t n;
    bool is_full; /* a text was cut; nothing more is added but the end */
};

static inline void put(struct line *line, const char *bytes, size_t n)
{
    if (line->is_full || line->n + n > ROOM_BYTES) {
        line->is_full = true;
        return;
    }
    memcpy(line->at + line->n, bytes, n);
    line->n += n;
}

/* What must follow even when the line is full; TAIL_BYTES has room for it. */
static void put_end(struct line *line, const char *end)
{
    size_t n = strlen(end);
    memcpy(line->at + line->n, end, n);
    line->n += n;
}

static void put_escape(struct line *line, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    switch (c) {
    case '\n':
        put(line, "\\n", 2);
        return;
    case '\t':
        put(line, "\\t", 2);
        return;
    case '\r':
        put(line, "\\r", 2);
        return;
    default:
        put(line, (char[]){ '\\', 'u', '0', '0', digits[c >> 4], digits[c & 15] }, 6);
    }
}

static inline bool is_plain(unsigned char c, bool json)
{
    return c >= 0x20 && c < 0x7f && !(json && (c == '"' || c == '\\'));
}

/* One character of `n` bytes that are left; returns how many bytes it has. */
static size_t put_character(struct line *line, const unsigned char *s, size_t n, bool json)
{
    size_t length = utf8_length(s, n);
    if (length == 0) {
        put(line, "?", 1);
    } else if (*s < 0x20 || *s == 0x7f) {
        put_escape(line, *s);
    } else if (length == 1 && !is_plain(*s, json)) {
        put(line, (char[]){ '\\', (char)*s }, 2);
    } else {
        put(line, (const char *)s, length);
    }
    return length == 0 ? 1 : length;
}

/* Text of any length: as much of it as there is room for. */
static void put_text(struct line *line, struct text text, bool json)
{
    const unsigned char *s = (const unsigned char *)text.at;
    const unsigned char *end = s + text.n;
    while (s < end && !line->is_full) {
        const unsigned char *run = s;
        size_t room = line->n < ROOM_BYTES ? ROOM_BYTES - line->n : 0;
        const unsigned char *stop = (size_t)(end - s) < room ? end : s + room;
        while (s < stop && is_plain(*s, json)) {
            s++;
        }
        put(line, (const char *)run, (size_t)(s - run));
        if (s < end) {
            s += put_character(line, s, (size_t)(end - s), json);
        }
    }
}

/* The second in UTC, RFC 3339, without what comes behind the second. */
static void write_second(time_t second, char *to, size_t n_bytes)
{
    struct tm utc;
    gmtime_r(&second, &utc);
    strftime(to, n_bytes, "%Y-%m-%dT%H:%M:%S", &utc);
}

const char *log_level_name(enum log_level level)
{
    switch (level) {
    case LOG_DEBUG:
        return "debug";
    case LOG_INFO:
        return "info";
    case LOG_WARNING:
        return "warning";
    case LOG_ERROR:
        return "error";
    }
    UNREACHABLE();
}

static void write_out(const char *bytes, size_t n)
{
    while (write(STDERR_FILENO, bytes, n) < 0 && errno == EINTR) {
    }
}

/* Everything up to the message; `second` as write_second() wrote it. */
static void begin_line(struct line *line, const struct log *log, const char *second,
                       long nanoseconds, enum log_level level)
{
    long ms = nanoseconds / 1000000;
    char fraction[] = { '.', (char)('0' + ms / 100), (char)('0' + ms / 10 % 10),
                        (char)('0' + ms % 10), 'Z' };
    const char *name = log_level_name(level);
    line->n = 0;
    line->is_full = false;
    if (log->json) {
        put(line, "{\"time\":\"", 9);
    }
    put(line, second, strlen(second));
    put(line, fraction, sizeof fraction);
    put(line, log->json ? "\",\"level\":\"" : " ", log->json ? 11 : 1);
    put(line, name, strlen(name));
    if (log->json) {
        put(line, "\",\"message\":\"", 13);
    } else {
        put(line, "      ", strlen(name) < 5 ? 6 - strlen(name) : 1);
    }
}

/* A text up to its closing quote, which a line that is full still has room for. */
static void put_whole_text(struct line *line, struct text text, bool quoted)
{
    put_text(line, text, quoted);
    if (line->is_full) {
        put_end(line, "…");
    }
    if (quoted) {
        put_end(line, "\"");
    }
}

static void put_message(struct line *line, const struct log *log, const char *message)
{
    put_whole_text(line, text_of(message), log->json);
}

static void end_line(struct line *line, const struct log *log)
{
    put_end(line, log->json ? "}\n" : "\n");
}

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    char message[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    if (level >= log->level) {
        struct line line;
        struct timespec now;
        char second[64];
        vsnprintf(message, sizeof message, format, arguments);
        clock_gettime(CLOCK_REALTIME, &now);
        write_second(now.tv_sec, second, sizeof second);
        begin_line(&line, log, second, now.tv_nsec, level);
        put_message(&line, log, message);
        end_line(&line, log);
        write_out(line.at, line.n);
    }
    va_end(arguments);
}

/* ---- batches --------------------------------------------------------------------------------- */

/* For people: a value that could be mistaken for something else stands in quotes. */
static bool needs_quotes(struct text text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '=') {
            return true;
        }
    }
    return text.n == 0;
}

static void put_number(struct line *line, const struct log_field *f)
{
    char digits[24];
    size_t at = sizeof digits;
    size_t n_fraction = f->is_thousandths ? 3 : 0;
    uint64_t rest = f->number;
    for (size_t i = 0; i <= n_fraction || rest > 0; i++) {
        if (i == n_fraction && i > 0) {
            digits[--at] = '.';
        }
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    }
    put(line, digits + at, sizeof digits - at);
}

static void put_field(struct line *line, const struct log_field *f, bool json)
{
    enum { MOST_AROUND = 32 }; /* bytes beside the name: separators, a number */
    size_t n_name = strlen(f->name);
    if (line->is_full || line->n + n_name + MOST_AROUND > ROOM_BYTES) {
        line->is_full = true;
        return;
    }
    put(line, json ? ",\"" : " ", json ? 2 : 1);
    put(line, f->name, n_name);
    put(line, json ? "\":" : "=", json ? 2 : 1);
    if (f->text.at == NULL) {
        put_number(line, f);
        return;
    }
    bool quoted = json || needs_quotes(f->text);
    if (quoted) {
        put(line, "\"", 1);
    }
    put_whole_text(line, f->text, quoted);
}

void log_batch_init(struct log_batch *b, const struct log *log)
{
    b->log = log;
    b->second = 0;
    b->n = 0;
}

void log_batch_add(struct log_batch *b, enum log_level level, const char *message,
                   const struct log_field *fields, size_t n_fields)
{
    struct line line;
    struct timespec now;
    if (level < b->log->level) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != b->second) {
        b->second = now.tv_sec;
        write_second(now.tv_sec, b->moment, sizeof b->moment);
    }
    begin_line(&line, b->log, b->moment, now.tv_nsec, level);
    put_message(&line, b->log, message);
    for (size_t i = 0; i < n_fields; i++) {
        put_field(&line, &fields[i], b->log->json);
    }
    end_line(&line, b->log);
    if (line.n > sizeof b->at - b->n) {
        log_batch_flush(b);
    }
    memcpy(b->at + b->n, line.at, line.n);
    b->n += line.n;
}

void log_batch_flush(struct log_batch *b)
{
    if (b->n > 0) {
        write_out(b->at, b->n);
        b->n = 0;
    }
}
