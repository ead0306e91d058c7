/*
 * config.h - every setting there is, in one table, and how its value is found: flag, environment,
 * default.
 *
 * The table also prints the help (cmd_help.c), so what is documented is what is accepted.
 */
#ifndef BACKREF_CLI_CONFIG_H
#define BACKREF_CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "exchange/settings.h"

/* Which commands a setting belongs to, as bits. */
enum config_user {
    FOR_SERVE = 1,
    FOR_MIGRATE = 2,
    FOR_MODEL = 4,
    FOR_EXPLAIN = 8,
    FOR_HEALTH = 16,
    FOR_ALL = 15, /* that use the database */
};

enum config_kind {
    CONFIG_TEXT,     /* const char * */
    CONFIG_PATH,     /* const char *, NULL when not given */
    CONFIG_URL,      /* const char *: http(s)://host…, its trailing "/" taken off */
    CONFIG_LIST,     /* struct settings.listen */
    CONFIG_ORIGINS,  /* struct settings.cors_origins */
    CONFIG_ADDRESS,  /* const char *, NULL when not given: one of what CONFIG_LIST lists */
    CONFIG_DURATION, /* uint32_t, milliseconds */
    CONFIG_SIZE,     /* size_t, bytes */
    CONFIG_COUNT,    /* uint32_t or size_t, by `width` */
    CONFIG_CHOICE,   /* unsigned, the index among `choices` */
    CONFIG_SWITCH,   /* the same for "off|on"; the flag alone means "on" */
};

struct setting {
    const char *flag;     /* without "--" */
    const char *variable; /* NULL: BACKREF_ and the flag */
    enum config_kind kind;
    size_t offset;            /* into struct config */
    size_t width;             /* of the field, in bytes */
    const char *initial;      /* as it would be typed; "" for none */
    const char *initial_help; /* how the help names the default; NULL: as `initial` */
    uint64_t least;           /* bounds of durations (ms), sizes (bytes) and counts */
    uint64_t most;
    const char *choices;    /* "text|json" */
    const char *value_name; /* in the help: DURATION */
    const char *help;
    unsigned users; /* enum config_user */
};

enum log_choice { LOG_AUTO, LOG_TEXT, LOG_JSON };
enum openapi_choice { OPENAPI_YAML, OPENAPI_JSON };

/* What was decided. Texts are borrowed from the command line, the environment and the arena. */
struct config {
    struct settings settings;
    unsigned log_format;     /* enum log_choice */
    unsigned log_level;      /* enum log_level */
    unsigned openapi_format; /* enum openapi_choice */
};

extern const struct setting config_settings[];
extern const size_t n_config_settings;

/* The words behind the command's name, and what was made of them. */
struct command_line {
    const char *command; /* for messages: "serve" */
    unsigned user;       /* its enum config_user; 0 takes no settings */
    int n_words;
    char **words;      /* reordered: what is no flag comes first */
    int n_positionals; /* set by config_read() */
    bool wants_help; /* set by config_read(): --help was among them; nothing else is then judged */
};

/* How the environment is asked: getenv(), or a test's own. */
typedef char *config_variable_fn(const char *name);

/*
 * config_read() - the settings of a command.
 *
 * Only what the command uses is read: a bad BACKREF_WORKERS does not keep `migrate` from running.
 * An empty variable counts as not set. `--` ends the flags.
 *
 * reterr    in `a`: one sentence that names the flag or variable, the value and what is accepted
 * Returns:  0 | 1 with reterr set
 */
int config_read(struct arena *a, struct command_line *line, config_variable_fn *variable,
                struct config *ret_config, const char **reterr) MUST_CHECK;

/* config_variable_name() - the environment variable of a setting, in `a`; "" over budget. */
const char *config_variable_name(struct arena *a, const struct setting *setting);

#endif
