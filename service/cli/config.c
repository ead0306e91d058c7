/*
 * config.c - the table of settings, and nothing else: config_read.c reads it, cmd_help.c prints it.
 * A new setting is a new row here and a field in struct settings.
 */
#include "cli/config.h"

#include "base/log.h"
#include "jsonapi/query.h"

#define FIELD(field)                                                                               \
    .offset = offsetof(struct config, field), .width = sizeof(((struct config *)0)->field)
#define TEXT(field) .kind = CONFIG_TEXT, FIELD(field), .initial = ""
#define PATH(field) .kind = CONFIG_PATH, FIELD(field), .initial = ""
#define DURATION(field, low, high)                                                                 \
    .kind = CONFIG_DURATION, FIELD(field), .least = (low), .most = (high), .value_name = "DURATION"
#define SIZE(field, low, high)                                                                     \
    .kind = CONFIG_SIZE, FIELD(field), .least = (low), .most = (high), .value_name = "SIZE"
#define COUNT(field, low, high)                                                                    \
    .kind = CONFIG_COUNT, FIELD(field), .least = (low), .most = (high), .value_name = "N"
#define CHOICE(field, names)                                                                       \
    .kind = CONFIG_CHOICE, FIELD(field), .choices = (names), .value_name = (names)

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    SECOND = 1000,
    HOUR = 3600 * 1000,
};

_Static_assert(LOG_DEBUG == 0 && LOG_INFO == 1 && LOG_WARNING == 2 && LOG_ERROR == 3,
               "the names of --log-level are in the order of enum log_level");
_Static_assert(TOTAL_NONE == 0 && TOTAL_EXACT == 1 && TOTAL_ESTIMATED == 2,
               "the names of --page-total are in the order of enum page_total");

/* clang-format off */
const struct setting config_settings[] = {
    { .flag = "database", .variable = "DATABASE_URL", TEXT(settings.database), .users = FOR_ALL,
      .value_name = "CONNINFO", .initial_help = "libpq's own and PG* variables",
      .help = "PostgreSQL, as a URL or a libpq connection string" },
    { .flag = "database-wait", DURATION(settings.database_wait_ms, 0, HOUR), .initial = "10s",
      .users = FOR_ALL, .help = "at start: how long to wait for a database that is not there yet" },
    { .flag = "listen", .kind = CONFIG_LIST, FIELD(settings.listen), .initial = "127.0.0.1:8080",
      .users = FOR_SERVE | FOR_HEALTH, .value_name = "ADDRESS",
      .help = "where to answer: 127.0.0.1:8080, [::1]:8080, port 0 for a free one, or unix:/path; "
              "may be repeated (in the variable: separated by commas)" },
    { .flag = "admin-listen", .kind = CONFIG_ADDRESS, FIELD(settings.admin_listen), .initial = "",
      .users = FOR_SERVE | FOR_HEALTH, .value_name = "ADDRESS", .initial_help = "with everything else",
      .help = "where to answer /healthz, /readyz and /metrics, which are then nowhere else; never "
              "with TLS" },
    { .flag = "tls-certificate", PATH(settings.tls_certificate), .users = FOR_SERVE | FOR_HEALTH,
      .value_name = "FILE", .initial_help = "no TLS",
      .help = "certificate chain in PEM, the server's own first: every --listen but unix sockets "
              "then speaks TLS (1.2 or 1.3) and nothing else. SIGHUP reads it again, for new "
              "connections" },
    { .flag = "tls-key", PATH(settings.tls_key), .users = FOR_SERVE | FOR_HEALTH, .value_name = "FILE",
      .initial_help = "no TLS", .help = "its private key in PEM, without a password" },
    { .flag = "model", PATH(settings.model), .users = FOR_SERVE | FOR_MODEL | FOR_EXPLAIN,
      .value_name = "FILE", .initial_help = "the default model, inside the program",
      .help = "the model file: which tables are served, and how they are related" },
    { .flag = "reflect", .kind = CONFIG_SWITCH, FIELD(settings.reflect), .choices = "off|on",
      .initial = "off", .users = FOR_SERVE | FOR_MODEL | FOR_EXPLAIN, .value_name = "[=on|off]",
      .help = "without a model file: all tables of the database, related by their foreign keys, "
              "as `backref model reflect` prints them" },
    { .flag = "migrations", PATH(settings.migrations), .users = FOR_MIGRATE,
      .value_name = "FOLDER", .initial_help = "the default migrations, inside the program",
      .help = "the folder of migrations, NNNN_name.sql" },
    { .flag = "public-url", .kind = CONFIG_URL, FIELD(settings.public_url), .initial = "",
      .users = FOR_SERVE | FOR_MODEL | FOR_EXPLAIN, .value_name = "URL",
      .initial_help = "links are relative",
      .help = "what links begin with, such as https://api.example.org/v1" },
    { .flag = "cors-origin", .kind = CONFIG_ORIGINS, FIELD(settings.cors_origins), .initial = "",
      .users = FOR_SERVE, .value_name = "ORIGIN", .initial_help = "none",
      .help = "pages of other sites that may use the service from a browser, such as "
              "https://app.example.org, or * for any; may be repeated (in the variable: separated "
              "by commas)" },

    { .flag = "workers", COUNT(settings.workers, 0, MAX_WORKERS), .initial = "0",
      .initial_help = "one per core", .users = FOR_SERVE, .help = "threads that answer requests" },
    { .flag = "connections", COUNT(settings.connections, 1, 64), .initial = "3", .users = FOR_SERVE,
      .help = "connections to PostgreSQL, per worker, opened when needed: with three or more, slow "
              "lists and writes cannot hold up each other or anything else" },
    { .flag = "coalescing", CHOICE(settings.coalescing, "auto|off|always"), .initial = "auto",
      .users = FOR_SERVE,
      .help = "whether requests that wait at the same time share the execution of a statement; "
              "always is for tests: one that comes alone is then sent with a copy of itself" },

    { .flag = "request-timeout", DURATION(settings.request_timeout_ms, 10, HOUR), .initial = "15s",
      .users = FOR_SERVE, .help = "from a whole request to its answer; then 503" },
    { .flag = "queue-timeout", DURATION(settings.queue_timeout_ms, 10, HOUR), .initial = "5s",
      .users = FOR_SERVE,
      .help = "how long a request waits for a connection to PostgreSQL to come free; then 503" },
    { .flag = "statement-timeout", DURATION(settings.statement_timeout_ms, 10, HOUR),
      .initial = "10s", .users = FOR_SERVE, .help = "how long PostgreSQL works on one statement" },
    { .flag = "lock-timeout", DURATION(settings.lock_timeout_ms, 10, HOUR), .initial = "2s",
      .users = FOR_SERVE, .help = "how long PostgreSQL waits for one lock" },
    { .flag = "header-timeout", DURATION(settings.header_timeout_ms, 10, HOUR), .initial = "10s",
      .users = FOR_SERVE, .help = "from a request's first byte to the end of its header" },
    { .flag = "body-timeout", DURATION(settings.body_timeout_ms, 10, HOUR), .initial = "30s",
      .users = FOR_SERVE, .help = "for a request's body" },
    { .flag = "idle-timeout", DURATION(settings.idle_timeout_ms, 10, 24 * HOUR),
      .initial = "60s", .users = FOR_SERVE,
      .help = "how long a connection is kept between requests" },

    { .flag = "max-connections", COUNT(settings.max_connections, 0, 1000000), .initial = "0",
      .initial_help = "as many as descriptors allow", .users = FOR_SERVE,
      .help = "connections of clients, per worker" },
    { .flag = "max-connections-per-address", COUNT(settings.max_connections_per_address, 0, 1000000),
      .initial = "0", .initial_help = "no limit", .users = FOR_SERVE,
      .help = "connections of clients from one IP address, per worker and --listen; more are closed "
              "at once" },
    { .flag = "max-body", SIZE(settings.max_body_bytes, KIB, 256 * MIB), .initial = "1MiB",
      .users = FOR_SERVE, .help = "the largest request body" },
    { .flag = "max-header", SIZE(settings.max_header_bytes, 4 * KIB, MIB), .initial = "8KiB",
      .users = FOR_SERVE, .help = "the largest request target with its header fields, 72 bytes more for each" },
    { .flag = "max-uri", SIZE(settings.max_uri_bytes, 256, MIB), .initial = "6KiB",
      .users = FOR_SERVE, .help = "the longest request target" },
    { .flag = "max-members", COUNT(settings.max_members, 1, 1000000), .initial = "20000",
      .users = FOR_SERVE, .help = "resource identifiers in one request" },
    { .flag = "max-operations", COUNT(settings.max_operations, 1, 100000), .initial = "1000",
      .users = FOR_SERVE, .help = "operations in one atomic request" },
    { .flag = "max-depth", COUNT(settings.max_depth, 4, 512), .initial = "32",
      .users = FOR_SERVE, .help = "how deep a request's JSON may be nested" },
    { .flag = "max-parameters", COUNT(settings.max_parameters, 1, 10000), .initial = "100",
      .users = FOR_SERVE, .help = "parameters in one query string" },
    { .flag = "page-size", COUNT(settings.page_size, 1, 100000), .initial = "50",
      .users = FOR_SERVE | FOR_EXPLAIN,
      .help = "resources on a page when the request does not say" },
    { .flag = "max-page-size", COUNT(settings.max_page_size, 1, 100000), .initial = "1000",
      .users = FOR_SERVE | FOR_EXPLAIN, .help = "the largest page[size]" },
    { .flag = "page-total", CHOICE(settings.page_total, "none|exact|estimated"), .initial = "none",
      .users = FOR_SERVE | FOR_EXPLAIN,
      .help = "how lists are counted when the request has no page[total]" },
    { .flag = "max-include-depth", COUNT(settings.max_include_depth, 1, FIELD_MAX_PATH),
      .initial = "3", .users = FOR_SERVE | FOR_EXPLAIN,
      .help = "relationships on one path of include" },
    { .flag = "max-include", COUNT(settings.max_include, 1, 40), .initial = "32",
      .users = FOR_SERVE | FOR_EXPLAIN,
      .help = "relationships that one request includes, those on the way counted" },
    { .flag = "max-sort", COUNT(settings.max_sort, 1, 16), .initial = "8",
      .users = FOR_SERVE | FOR_EXPLAIN, .help = "keys that one list is sorted by" },
    { .flag = "max-filters", COUNT(settings.max_filters, 1, 64), .initial = "20",
      .users = FOR_SERVE | FOR_EXPLAIN, .help = "filters of one list" },
    { .flag = "max-filter-values", COUNT(settings.max_filter_values, 1, 1000000),
      .initial = "1000", .users = FOR_SERVE | FOR_EXPLAIN, .help = "values of one filter" },

    { .flag = "access-log", CHOICE(settings.access_log, "off|on"), .initial = "on",
      .users = FOR_SERVE, .help = "a line of the log, at level info, for each answer" },
    { .flag = "server-timing", CHOICE(settings.server_timing, "off|on"), .initial = "off",
      .users = FOR_SERVE,
      .help = "say in each answer (Server-Timing) how long it took, and PostgreSQL's part in it" },
    { .flag = "log-format", CHOICE(log_format, "auto|text|json"), .initial = "auto",
      .initial_help = "text on a terminal, else json", .users = FOR_ALL,
      .help = "lines for people, or one JSON object per line" },
    { .flag = "log-level", CHOICE(log_level, "debug|info|warning|error"), .initial = "info",
      .users = FOR_ALL, .help = "leave out what is less important" },
    { .flag = "format", CHOICE(openapi_format, "yaml|json"), .initial = "yaml", .users = FOR_MODEL,
      .help = "of the description that `model openapi` prints" },
};
/* clang-format on */
const size_t n_config_settings = ARRAY_SIZE(config_settings);
