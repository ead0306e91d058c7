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
    TAIL_BYTES = 8, /* kept free for the end of a cut message: "…" in UTF-8, `"}` and a line feed */
};

struct line {
    char at[LINE_BYTES];
    size_t n;
    bool is_full; /* the message was cut; nothing more is added but the end */
};

static void put(struct line *line, const char *bytes, size_t n)
{
    if (line->is_full || n > LINE_BYTES - TAIL_BYTES - line->n) {
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

/* The length of the UTF-8 sequence at `s` by its first byte, if its other bytes are continuations;
 * 0: it is none. */
static size_t sequence_length(const unsigned char *s)
{
    size_t n = s[0] < 0x80   ? 1
               : s[0] < 0xc2 ? 0
               : s[0] < 0xe0 ? 2
               : s[0] < 0xf0 ? 3
               : s[0] < 0xf5 ? 4
                             : 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0; /* also at the end of the string: NUL is no continuation */
        }
    }
    return n;
}

static void put_message(struct line *line, const char *message, bool json)
{
    const unsigned char *s = (const unsigned char *)message;
    while (*s != '\0' && !line->is_full) {
        size_t n = sequence_length(s);
        if (n == 0) {
            put(line, "?", 1);
        } else if (*s < 0x20 || *s == 0x7f) {
            put_escape(line, *s);
        } else if (json && (*s == '"' || *s == '\\')) {
            put(line, (char[]){ '\\', (char)*s }, 2);
        } else {
            put(line, (const char *)s, n);
        }
        s += n == 0 ? 1 : n;
    }
}

/* The moment in UTC with milliseconds, RFC 3339. */
static void write_time(char *to, size_t n_bytes)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(to, n_bytes, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(to + n, n_bytes - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static const char *level_name(enum log_level level)
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

static void write_line(const struct line *line)
{
    while (write(STDERR_FILENO, line->at, line->n) < 0 && errno == EINTR) {
    }
}

static void compose(struct line *line, const struct log *log, const char *level,
                    const char *message)
{
    char time[64];
    char head[128];
    write_time(time, sizeof time);
    snprintf(head, sizeof head,
             log->json ? "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"" : "%s %-5s ", time,
             level);
    line->n = 0;
    line->is_full = false;
    put(line, head, strlen(head));
    put_message(line, message, log->json);
    if (line->is_full) {
        put_end(line, "…");
    }
    put_end(line, log->json ? "\"}\n" : "\n");
}

void log_line(const struct log *log, enum log_level level, const char *format, ...)
{
    char message[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    if (level >= log->level) {
        struct line line;
        vsnprintf(message, sizeof message, format, arguments);
        compose(&line, log, level_name(level), message);
        write_line(&line);
    }
    va_end(arguments);
}
