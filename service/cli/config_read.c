/*
 * config_read.c - reads flags first, then fills what they left open from the environment, then from
 * the table's defaults, which go through the same parsers as everything else.
 */
#include "cli/config.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <sys/un.h>

#include "base/text.h"
#include "cli/value.h"

enum { LONGEST_QUOTE = 60 };

struct reading {
    struct arena *arena;
    struct command_line *line;
    config_variable_fn *variable;
    struct config *config;
    bool *is_given; /* per setting: by a flag or a variable */
    const char **reterr;
};

static int fail(struct reading *r, const char *format, ...) PRINTF_LIKE(2, 3);
static int fail(struct reading *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *words = arena_vprintf(r->arena, format, arguments);
    va_end(arguments);
    *r->reterr = words == NULL ? "out of memory for the settings" : words;
    return 1;
}

static const char *quote(struct reading *r, const char *value)
{
    return text_quotable(r->arena, text_of(value), LONGEST_QUOTE);
}

const char *config_variable_name(struct arena *a, const struct setting *setting)
{
    if (setting->variable != NULL) {
        return setting->variable;
    }
    char *name = arena_printf(a, "BACKREF_%s", setting->flag);
    for (char *c = name; c != NULL && *c != '\0'; c++) {
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    }
    return name == NULL ? "" : name;
}

/* ---- values -------------------------------------------------------------------------------- */

static void *field_of(struct reading *r, const struct setting *s)
{
    return (char *)r->config + s->offset;
}

static const char *write_bound(struct reading *r, const struct setting *s, uint64_t bound)
{
    if (s->kind == CONFIG_DURATION) {
        return value_write_duration(r->arena, bound);
    }
    if (s->kind == CONFIG_SIZE) {
        return value_write_size(r->arena, bound);
    }
    const char *digits = arena_printf(r->arena, "%" PRIu64, bound);
    return digits == NULL ? "" : digits;
}

/* Durations, sizes and counts: a number within the setting's bounds. */
static int set_number(struct reading *r, const struct setting *s, const char *source,
                      const char *value)
{
    static const struct {
        bool (*parse)(const char *s, uint64_t *ret);
        const char *wanted;
    } kinds[] = {
        [CONFIG_DURATION] = { value_parse_duration,
                              "a duration: write a number and its unit, such as 500ms, 15s or 2m" },
        [CONFIG_SIZE] = { value_parse_size,
                          "a size: write bytes, or a number with KiB, MiB or GiB" },
        [CONFIG_COUNT] = { value_parse_count, "a whole number" },
    };
    uint64_t number;
    bool is_number = kinds[s->kind].parse(value, &number);
    if (!is_number || number < s->least || number > s->most) {
        return fail(r, "%s: \"%s\" is not %s; accepted: %s to %s", source, quote(r, value),
                    is_number ? "within bounds" : kinds[s->kind].wanted,
                    write_bound(r, s, s->least), write_bound(r, s, s->most));
    }
    if (s->width == sizeof(uint32_t)) {
        uint32_t narrow = (uint32_t)number;
        memcpy(field_of(r, s), &narrow, sizeof narrow);
    } else {
        ASSERT(s->width == sizeof number);
        memcpy(field_of(r, s), &number, sizeof number);
    }
    return 0;
}

static int set_choice(struct reading *r, const struct setting *s, const char *source,
                      const char *value)
{
    unsigned index = 0;
    for (const char *at = s->choices; at != NULL; index++) {
        const char *bar = strchr(at, '|');
        struct text choice = { .at = at, .n = bar == NULL ? strlen(at) : (size_t)(bar - at) };
        if (text_is(choice, value)) {
            memcpy(field_of(r, s), &index, sizeof index);
            return 0;
        }
        at = bar == NULL ? NULL : bar + 1;
    }
    return fail(r, "%s: \"%s\" is none of %s", source, quote(r, value), s->choices);
}

static int set_text(struct reading *r, const struct setting *s, const char *value)
{
    const char *text = s->kind != CONFIG_TEXT && value[0] == '\0' ? NULL : value;
    memcpy(field_of(r, s), &text, sizeof text);
    return 0;
}

/* Bytes that a link could not carry as they are, and what begins a query or fragment. */
static bool is_url_byte(char c)
{
    return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f && strchr("\"<>\\^`{|}?#", c) == NULL;
}

static int set_url(struct reading *r, const struct setting *s, const char *source,
                   const char *value)
{
    size_t n = strlen(value);
    size_t n_scheme = strncmp(value, "https://", 8) == 0  ? 8
                      : strncmp(value, "http://", 7) == 0 ? 7
                                                          : 0;
    bool is_url = n == 0 || (n_scheme > 0 && n > n_scheme && value[n_scheme] != '/');
    for (size_t i = 0; i < n; i++) {
        is_url = is_url && is_url_byte(value[i]);
    }
    if (!is_url) {
        return fail(
            r,
            "%s: \"%s\" is not a URL that links can begin with: write http:// or https://, a host, "
            "and perhaps a path, such as https://api.example.org/v1",
            source, quote(r, value));
    }
    while (n > n_scheme && value[n - 1] == '/') {
        n--;
    }
    const char *url = arena_copy(r->arena, value, n);
    if (url == NULL) {
        return fail(r, "out of memory for the settings");
    }
    memcpy(field_of(r, s), &url, sizeof url);
    return 0;
}

static bool is_address(const char *value)
{
    if (strncmp(value, "unix:", 5) == 0) {
        size_t n = strlen(value + 5);
        return n > 0 && n < sizeof(((struct sockaddr_un *)0)->sun_path);
    }
    const char *colon = strrchr(value, ':');
    uint64_t port;
    if (colon == NULL || colon == value || !value_parse_count(colon + 1, &port) || port > 65535) {
        return false;
    }
    if (value[0] == '[') {
        return colon[-1] == ']' && colon - value > 2;
    }
    return memchr(value, ':', (size_t)(colon - value)) == NULL;
}

static int refuse_address(struct reading *r, const char *source, const char *value)
{
    return fail(r,
                "%s: \"%s\" is no address to listen on: write 127.0.0.1:8080, [::1]:8080, "
                "127.0.0.1:0 for a free port, or unix:/path",
                source, quote(r, value));
}

/* Adds each of a comma separated list of addresses to those there are. */
static int add_addresses(struct reading *r, const char *source, const char *value)
{
    struct settings *settings = &r->config->settings;
    for (const char *at = value; at != NULL;) {
        const char *comma = strchr(at, ',');
        const char *address =
            arena_copy(r->arena, at, comma == NULL ? strlen(at) : (size_t)(comma - at));
        if (address == NULL) {
            return fail(r, "out of memory for the settings");
        }
        if (!is_address(address)) {
            return refuse_address(r, source, address);
        }
        if (settings->n_listen == MAX_LISTENERS) {
            return fail(r, "%s: more than %d addresses", source, MAX_LISTENERS);
        }
        settings->listen[settings->n_listen++] = address;
        at = comma == NULL ? NULL : comma + 1;
    }
    return 0;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s);
    return n >= strlen(end) && strcmp(s + n - strlen(end), end) == 0;
}

/* Could a browser send this as Origin? It leaves out the usual port. "null" may be any page. */
static bool is_origin(const char *value)
{
#define LETTERS "abcdefghijklmnopqrstuvwxyz0123456789"
    size_t n_scheme = strspn(value, LETTERS "+-.");
    if (n_scheme == 0 || strncmp(value + n_scheme, "://", 3) != 0) {
        return strcmp(value, "*") == 0;
    }
    const char *host = value + n_scheme + 3;
    size_t n_host = strspn(host, LETTERS "-._[:]");
#undef LETTERS
    bool has_usual_port = (strncmp(value, "https:", 6) == 0 && ends_with(host, ":443")) ||
                          (strncmp(value, "http:", 5) == 0 && ends_with(host, ":80"));
    return n_host > 0 && host[n_host] == '\0' && !has_usual_port;
}

/* Adds each of a comma separated list of origins to those there are. */
static int add_origins(struct reading *r, const char *source, const char *value)
{
    struct settings *settings = &r->config->settings;
    for (const char *at = value[0] == '\0' ? NULL : value; at != NULL;) {
        const char *comma = strchr(at, ',');
        const char *origin =
            arena_copy(r->arena, at, comma == NULL ? strlen(at) : (size_t)(comma - at));
        if (origin == NULL) {
            return fail(r, "out of memory for the settings");
        }
        if (!is_origin(origin)) {
            return fail(
                r,
                "%s: \"%s\" is no origin as browsers send it: write the scheme, the host in "
                "lower case and its port unless it is the usual one, such as "
                "https://app.example.org or http://localhost:3000, or * for any",
                source, quote(r, origin));
        }
        if (settings->n_cors_origins == MAX_CORS_ORIGINS) {
            return fail(r, "%s: more than %d origins", source, MAX_CORS_ORIGINS);
        }
        settings->cors_origins[settings->n_cors_origins++] = origin;
        at = comma == NULL ? NULL : comma + 1;
    }
    return 0;
}

static int set_address(struct reading *r, const struct setting *s, const char *source,
                       const char *value)
{
    if (value[0] != '\0' && !is_address(value)) {
        return refuse_address(r, source, value);
    }
    return set_text(r, s, value);
}

/* Gives a setting a value; `source` is the flag or the variable that says so. */
static int set_value(struct reading *r, const struct setting *s, const char *source,
                     const char *value)
{
    switch (s->kind) {
    case CONFIG_TEXT:
    case CONFIG_PATH:
        return set_text(r, s, value);
    case CONFIG_URL:
        return set_url(r, s, source, value);
    case CONFIG_LIST:
        return add_addresses(r, source, value);
    case CONFIG_ADDRESS:
        return set_address(r, s, source, value);
    case CONFIG_ORIGINS:
        return add_origins(r, source, value);
    case CONFIG_DURATION:
    case CONFIG_SIZE:
    case CONFIG_COUNT:
        return set_number(r, s, source, value);
    case CONFIG_CHOICE:
    case CONFIG_SWITCH:
        return set_choice(r, s, source, value);
    }
    UNREACHABLE();
}

/* ---- flags --------------------------------------------------------------------------------- */

static const struct setting *find_setting(struct text flag)
{
    for (size_t i = 0; i < n_config_settings; i++) {
        if (text_is(flag, config_settings[i].flag)) {
            return &config_settings[i];
        }
    }
    return NULL;
}

/* Says that there is no such flag, and which one may be meant. */
static void refuse_unknown(struct reading *r, struct text flag)
{
    const char **names = arena_zalloc(r->arena, n_config_settings, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names != NULL && i < n_config_settings; i++) {
        if ((config_settings[i].users & r->line->user) != 0) {
            names[n++] = config_settings[i].flag;
        }
    }
    size_t nearest = text_nearest(flag, names, n);
    const char *quoted = text_quotable(r->arena, flag, LONGEST_QUOTE);
    if (nearest < n) {
        fail(r, "there is no flag --%s; did you mean --%s?", quoted, names[nearest]);
    } else {
        fail(r, "there is no flag --%s", quoted);
    }
}

/* The setting that a flag names; NULL, with the reason told, when it may not stand here. */
static const struct setting *find_flag(struct reading *r, struct text flag)
{
    const struct setting *s = find_setting(flag);
    if (s == NULL) {
        refuse_unknown(r, flag);
    } else if ((s->users & r->line->user) == 0) {
        fail(r, "--%s is not a setting of \"%s\"", s->flag, r->line->command);
        s = NULL;
    }
    return s;
}

/* Reads the flag at words[*at] with its value, which may be the next word. */
static int read_flag(struct reading *r, int *at)
{
    struct command_line *line = r->line;
    const char *word = line->words[*at] + 2;
    const char *equals = strchr(word, '=');
    struct text flag = { .at = word, .n = equals == NULL ? strlen(word) : (size_t)(equals - word) };
    const struct setting *s = find_flag(r, flag);
    if (s == NULL) {
        return 1;
    }
    bool stands_alone = equals == NULL && s->kind == CONFIG_SWITCH;
    if (equals == NULL && !stands_alone && *at + 1 >= line->n_words) {
        return fail(r, "--%s needs a value: --%s %s", s->flag, s->flag, s->value_name);
    }
    const char *value = stands_alone ? "on" : equals == NULL ? line->words[++*at] : equals + 1;
    const char *source = arena_printf(r->arena, "--%s", s->flag);
    if (source == NULL) {
        return fail(r, "out of memory for the settings");
    }
    r->is_given[s - config_settings] = true;
    return set_value(r, s, source, value);
}

/* Is --help among the words, before a "--"? Then nothing else needs to be right. */
static bool asks_for_help(const struct command_line *line)
{
    for (int i = 0; i < line->n_words && strcmp(line->words[i], "--") != 0; i++) {
        if (strcmp(line->words[i], "--help") == 0 || strcmp(line->words[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static int read_words(struct reading *r)
{
    struct command_line *line = r->line;
    bool flags_ended = false;
    for (int i = 0; i < line->n_words; i++) {
        char *word = line->words[i];
        if (flags_ended || word[0] != '-' || word[1] == '\0') {
            line->words[line->n_positionals++] = word;
        } else if (strcmp(word, "--") == 0) {
            flags_ended = true;
        } else if (word[1] != '-') {
            return fail(r, "there is no flag %s: flags begin with --", quote(r, word));
        } else if (read_flag(r, &i) != 0) {
            return 1;
        }
    }
    return 0;
}

/* ---- all together -------------------------------------------------------------------------- */

static int read_rest(struct reading *r)
{
    for (size_t i = 0; i < n_config_settings; i++) {
        const struct setting *s = &config_settings[i];
        if (r->is_given[i]) {
            continue;
        }
        const char *source = config_variable_name(r->arena, s);
        const char *value = (s->users & r->line->user) != 0 ? r->variable(source) : NULL;
        r->is_given[i] = value != NULL && value[0] != '\0';
        if (set_value(r, s, source, r->is_given[i] ? value : s->initial) != 0) {
            return 1;
        }
    }
    return 0;
}

/* A default page that is larger than the largest one follows it down; one that was asked for does
 * not. */
static int reconcile_page_sizes(struct reading *r)
{
    struct settings *settings = &r->config->settings;
    if (settings->page_size <= settings->max_page_size) {
        return 0;
    }
    if (r->is_given[find_setting(TEXT_LITERAL("page-size")) - config_settings]) {
        return fail(r, "--page-size %" PRIu32 " is more than --max-page-size %" PRIu32,
                    settings->page_size, settings->max_page_size);
    }
    settings->page_size = settings->max_page_size;
    return 0;
}

static int refuse_two_models(struct reading *r)
{
    const struct settings *settings = &r->config->settings;
    return settings->reflect == 0 || settings->model == NULL
               ? 0
               : fail(r,
                      "--reflect and --model \"%s\" are two models: leave out one of them (or "
                      "BACKREF_REFLECT, BACKREF_MODEL)",
                      quote(r, settings->model));
}

static int check_tls(struct reading *r)
{
    const struct settings *settings = &r->config->settings;
    if ((settings->tls_certificate == NULL) != (settings->tls_key == NULL)) {
        return fail(r, "%s needs %s: TLS takes a certificate and its key",
                    settings->tls_key == NULL ? "--tls-certificate" : "--tls-key",
                    settings->tls_key == NULL ? "--tls-key" : "--tls-certificate");
    }
    return 0;
}

int config_read(struct arena *a, struct command_line *line, config_variable_fn *variable,
                struct config *ret_config, const char **reterr)
{
    *ret_config = (struct config){ .log_format = LOG_AUTO };
    line->n_positionals = 0;
    line->wants_help = asks_for_help(line);
    struct reading r = {
        .arena = a,
        .line = line,
        .variable = variable,
        .config = ret_config,
        .is_given = arena_zalloc(a, n_config_settings, sizeof(bool)),
        .reterr = reterr,
    };
    if (line->wants_help) {
        return 0;
    }
    if (r.is_given == NULL) {
        return fail(&r, "out of memory for the settings");
    }
    if (read_words(&r) != 0 || read_rest(&r) != 0 || refuse_two_models(&r) != 0) {
        return 1;
    }
    return reconcile_page_sizes(&r) != 0 ? 1 : check_tls(&r);
}
