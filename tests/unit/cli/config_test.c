/*
 * config_test.c - settings from flags, environment and defaults, and the refusals with their words.
 */
#include "support/cmocka_all.h"

#include "cli/config.h"
#include "jsonapi/query.h"

enum { MOST_WORDS = 24 };

/* One reading; the arena is a new one each time. */
struct fixture {
    struct arena *arena;
    struct config config;
    struct command_line line;
    char *words[MOST_WORDS];
    const char *reason;
};

static char *no_variable(const char *name)
{
    (void)name;
    return NULL;
}

static char *some_variables(const char *name)
{
    static char workers[] = "7";
    static char listen[] = "10.0.0.1:1,unix:/run/x";
    static char empty[] = "";
    static char url[] = "postgresql:///from_variable";
    if (strcmp(name, "BACKREF_WORKERS") == 0) {
        return workers;
    }
    if (strcmp(name, "BACKREF_LISTEN") == 0) {
        return listen;
    }
    if (strcmp(name, "BACKREF_MAX_BODY") == 0) {
        return empty;
    }
    return strcmp(name, "DATABASE_URL") == 0 ? url : NULL;
}

static char *bad_workers(const char *name)
{
    static char bad[] = "many";
    return strcmp(name, "BACKREF_WORKERS") == 0 ? bad : NULL;
}

/* Reads the words of `typed`, which are separated by single spaces. */
static int read_as(struct fixture *f, unsigned user, const char *typed,
                   config_variable_fn *variable)
{
    f->arena = arena_new(1 << 20);
    f->reason = NULL;
    f->line = (struct command_line){ .command = "serve", .user = user, .words = f->words };
    char *rest = arena_strdup(f->arena, typed);
    for (char *word = strtok_r(rest, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(f->line.n_words < MOST_WORDS);
        f->words[f->line.n_words++] = word;
    }
    return config_read(f->arena, &f->line, variable, &f->config, &f->reason);
}

static void read_well(struct fixture *f, unsigned user, const char *typed,
                      config_variable_fn *variable)
{
    if (read_as(f, user, typed, variable) != 0) {
        fail_msg("\"%s\" is refused: %s", typed, f->reason);
    }
}

static void test_defaults(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_SERVE, "", no_variable);
    const struct settings *s = &f.config.settings;
    assert_string_equal(s->database, "");
    assert_int_equal(s->n_listen, 1);
    assert_string_equal(s->listen[0], "127.0.0.1:8080");
    assert_null(s->model);
    assert_int_equal(s->reflect, 0);
    assert_null(s->migrations);
    assert_string_equal(s->public_url, "");
    assert_int_equal(s->n_cors_origins, 0);
    assert_null(s->admin_listen);
    assert_null(s->tls_certificate);
    assert_null(s->tls_key);
    assert_int_equal(s->max_connections_per_address, 0);
    assert_int_equal(s->workers, 0);
    assert_int_equal(s->connections, 3);
    assert_int_equal(s->coalescing, COALESCING_AUTO);
    assert_int_equal(s->queue_timeout_ms, 5000);
    assert_int_equal(s->database_wait_ms, 10000);
    assert_int_equal(s->request_timeout_ms, 15000);
    assert_int_equal(s->statement_timeout_ms, 10000);
    assert_int_equal(s->lock_timeout_ms, 2000);
    assert_int_equal(s->header_timeout_ms, 10000);
    assert_int_equal(s->body_timeout_ms, 30000);
    assert_int_equal(s->idle_timeout_ms, 60000);
    assert_int_equal(s->max_connections, 0);
    assert_int_equal(s->max_body_bytes, 1 << 20);
    assert_int_equal(s->max_header_bytes, 8192);
    assert_int_equal(s->max_uri_bytes, 6144);
    assert_int_equal(s->max_members, 20000);
    assert_int_equal(s->max_depth, 32);
    assert_int_equal(s->max_parameters, 100);
    assert_int_equal(s->page_size, 50);
    assert_int_equal(s->max_page_size, 1000);
    assert_int_equal(s->page_total, TOTAL_NONE);
    assert_int_equal(s->max_include_depth, 3);
    assert_int_equal(s->max_include, 32);
    assert_int_equal(s->max_sort, 8);
    assert_int_equal(s->max_filters, 20);
    assert_int_equal(s->max_filter_values, 1000);
    assert_int_equal(s->access_log, 1);
    assert_int_equal(s->server_timing, 0);
    assert_int_equal(f.config.log_format, LOG_AUTO);
    assert_int_equal(f.config.log_level, 1);
    arena_free(f.arena);
}

static void test_flags_are_read_in_both_forms(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_SERVE,
              "--workers 3 --max-body=64KiB --listen [::1]:0 --listen=unix:/a --log-format=json "
              "--public-url https://x.org/v1// --log-level debug --model m.json "
              "--page-total estimated --admin-listen 127.0.0.1:9 --tls-key k --tls-certificate c",
              no_variable);
    const struct settings *s = &f.config.settings;
    assert_int_equal(s->workers, 3);
    assert_int_equal(s->max_body_bytes, 65536);
    assert_int_equal(s->n_listen, 2);
    assert_string_equal(s->listen[0], "[::1]:0");
    assert_string_equal(s->listen[1], "unix:/a");
    assert_string_equal(s->public_url, "https://x.org/v1");
    assert_string_equal(s->model, "m.json");
    assert_string_equal(s->admin_listen, "127.0.0.1:9");
    assert_string_equal(s->tls_certificate, "c");
    assert_string_equal(s->tls_key, "k");
    assert_int_equal(f.config.log_format, LOG_JSON);
    assert_int_equal(f.config.log_level, 0);
    assert_int_equal(s->page_total, TOTAL_ESTIMATED);
    arena_free(f.arena);
}

static void test_a_flag_wins_over_its_variable(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_SERVE, "--workers 2", some_variables);
    assert_int_equal(f.config.settings.workers, 2);
    assert_string_equal(f.config.settings.database, "postgresql:///from_variable");
    assert_int_equal(f.config.settings.n_listen, 2);
    assert_string_equal(f.config.settings.listen[1], "unix:/run/x");
    assert_int_equal(f.config.settings.max_body_bytes, 1 << 20); /* an empty variable is not set */
    arena_free(f.arena);

    read_well(&f, FOR_SERVE, "--listen 127.0.0.1:9 --database=", some_variables);
    assert_int_equal(f.config.settings.workers, 7);
    assert_int_equal(f.config.settings.n_listen, 1);
    assert_string_equal(f.config.settings.listen[0], "127.0.0.1:9");
    assert_string_equal(f.config.settings.database, "");
    arena_free(f.arena);
}

static void test_a_variable_of_another_command_is_not_judged(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_MIGRATE, "up", bad_workers);
    arena_free(f.arena);
    assert_int_equal(read_as(&f, FOR_SERVE, "", bad_workers), 1);
    assert_string_equal(f.reason,
                        "BACKREF_WORKERS: \"many\" is not a whole number; accepted: 0 to 256");
    arena_free(f.arena);
}

static void test_words_that_are_no_flags_come_first(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_MIGRATE, "--migrations m down --log-level=error 3 -- --database",
              no_variable);
    assert_int_equal(f.line.n_positionals, 3);
    assert_string_equal(f.words[0], "down");
    assert_string_equal(f.words[1], "3");
    assert_string_equal(f.words[2], "--database");
    assert_string_equal(f.config.settings.migrations, "m");
    arena_free(f.arena);
}

static void test_help_needs_nothing_else_to_be_right(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_SERVE, "--wrokers x --help", bad_workers);
    assert_true(f.line.wants_help);
    arena_free(f.arena);
    assert_int_equal(read_as(&f, FOR_MIGRATE, "up -- --help", no_variable), 0);
    assert_false(f.line.wants_help);
    arena_free(f.arena);
}

static void test_a_small_largest_page_makes_the_default_page_smaller(void **state)
{
    (void)state;
    struct fixture f;
    read_well(&f, FOR_SERVE, "--max-page-size 5", no_variable);
    assert_int_equal(f.config.settings.page_size, 5);
    arena_free(f.arena);
}

static void test_refusals_name_flag_value_and_what_is_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *words; /* some of the refusal */
    } rows[] = {
        { "--worker 3", "there is no flag --worker; did you mean --workers?" },
        { "--wrong", "there is no flag --wrong" },
        { "-w", "there is no flag -w: flags begin with --" },
        { "--workers", "--workers needs a value: --workers N" },
        { "--workers 257", "--workers: \"257\" is not within bounds; accepted: 0 to 256" },
        { "--connections 0", "accepted: 1 to 64" },
        { "--workers=", "--workers: \"\" is not a whole number" },
        { "--request-timeout 15", "--request-timeout: \"15\" is not a duration" },
        { "--request-timeout 2h", "accepted: 10ms to 1h" },
        { "--max-header 2KiB",
          "--max-header: \"2KiB\" is not within bounds; accepted: 4KiB to 1MiB" },
        { "--max-body 1MB", "--max-body: \"1MB\" is not a size" },
        { "--log-format xml", "--log-format: \"xml\" is none of auto|text|json" },
        { "--log-format tex", "is none of" },
        { "--reflect=maybe", "--reflect: \"maybe\" is none of off|on" },
        { "--reflect --model m.json", "--reflect and --model \"m.json\" are two models" },
        { "--page-total all", "--page-total: \"all\" is none of none|exact|estimated" },
        { "--max-include-depth 4", "accepted: 1 to 3" },
        { "--migrations m", "--migrations is not a setting of \"serve\"" },
        { "--page-size 20 --max-page-size 10", "--page-size 20 is more than --max-page-size 10" },
        { "--public-url ftp://x", "--public-url: \"ftp://x\" is not a URL" },
        { "--public-url http:///x", "is not a URL" },
        { "--public-url http://", "is not a URL" },
        { "--public-url http://x?y", "is not a URL" },
        { "--admin-listen 8080", "--admin-listen: \"8080\" is no address to listen on" },
        { "--admin-listen a:1,b:2", "is no address" },
        { "--tls-key k", "--tls-key needs --tls-certificate" },
        { "--tls-certificate c --tls-key=", "--tls-certificate needs --tls-key" },
        { "--access-log yes", "--access-log: \"yes\" is none of off|on" },
        { "--cors-origin null", "--cors-origin: \"null\" is no origin as browsers send it" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct fixture f;
        assert_int_equal(read_as(&f, FOR_SERVE, rows[i].typed, no_variable), 1);
        if (strstr(f.reason, rows[i].words) == NULL) {
            fail_msg("%s: %s", rows[i].typed, f.reason);
        }
        arena_free(f.arena);
    }
}

static char *reflects(const char *name)
{
    static char on[] = "on";
    return strcmp(name, "BACKREF_REFLECT") == 0 ? on : NULL;
}

/* A switch takes no word of its own: what follows it is something else. */
static void test_switches(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        config_variable_fn *variable;
        unsigned reflect;
        int n_positionals;
    } rows[] = {
        { "--reflect", no_variable, 1, 0 },
        { "--reflect word", no_variable, 1, 1 },
        { "--reflect=on", no_variable, 1, 0 },
        { "--reflect=off", no_variable, 0, 0 },
        { "", reflects, 1, 0 },
        { "--reflect=off --model m", reflects, 0, 0 },
        { "--reflect --workers 2", reflects, 1, 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct fixture f;
        read_well(&f, FOR_SERVE, rows[i].typed, rows[i].variable);
        assert_int_equal(f.config.settings.reflect, rows[i].reflect);
        assert_int_equal(f.line.n_positionals, rows[i].n_positionals);
        arena_free(f.arena);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        bool is_address;
    } rows[] = {
        { "127.0.0.1:8080", true }, { "[::1]:0", true },       { "0.0.0.0:65535", true },
        { "localhost:80", true },   { "unix:/tmp/x", true },   { "a:1,b:2", true },
        { "8080", false },          { ":8080", false },        { "::1:80", false },
        { "[]:80", false },         { "[::1:80", false },      { "127.0.0.1:65536", false },
        { "127.0.0.1:", false },    { "127.0.0.1:8o", false }, { "unix:", false },
        { "a:1,", false },          { "a:1,,b:2", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct fixture f;
        char typed[64];
        snprintf(typed, sizeof typed, "--listen=%s", rows[i].typed);
        if ((read_as(&f, FOR_SERVE, typed, no_variable) == 0) != rows[i].is_address) {
            fail_msg("%s", typed);
        }
        arena_free(f.arena);
    }
}

static void test_origins(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        size_t n; /* 0: refused */
    } rows[] = {
        { "https://app.example.org", 1 },
        { "http://localhost:3000,https://[::1]:8443", 2 },
        { "*", 1 },
        { "capacitor://localhost", 1 },
        { "http://x:443,https://x:80", 2 },
        { "https://x:443", 0 },
        { "http://[::1]:80", 0 },
        { "https://App.example.org", 0 },
        { "https://app.example.org/", 0 },
        { "https://u@x", 0 },
        { "https://", 0 },
        { "://x", 0 },
        { "app.example.org", 0 },
        { "**", 0 },
        { "https://x,", 0 },
        { "null", 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct fixture f;
        char typed[96];
        snprintf(typed, sizeof typed, "--cors-origin=%s", rows[i].typed);
        int r = read_as(&f, FOR_SERVE, typed, no_variable);
        if ((r == 0) != (rows[i].n > 0) ||
            (r == 0 && f.config.settings.n_cors_origins != rows[i].n)) {
            fail_msg("%s", typed);
        }
        arena_free(f.arena);
    }
}

static void test_no_more_listeners_than_there_is_room_for(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(
        read_as(&f, FOR_SERVE,
                "--listen a:1,a:2,a:3,a:4,a:5,a:6,a:7,a:8,a:9,a:10,a:11,a:12,a:13,a:14,"
                "a:15,a:16",
                no_variable),
        0);
    assert_int_equal(f.config.settings.n_listen, MAX_LISTENERS);
    arena_free(f.arena);
    assert_int_equal(
        read_as(&f, FOR_SERVE,
                "--listen a:1,a:2,a:3,a:4,a:5,a:6,a:7,a:8,a:9,a:10,a:11,a:12,a:13,a:14,"
                "a:15,a:16,a:17",
                no_variable),
        1);
    assert_non_null(strstr(f.reason, "more than 16 addresses"));
    arena_free(f.arena);
}

static void test_variables_are_named_after_flags(void **state)
{
    (void)state;
    struct arena *a = arena_new(4096);
    size_t n_database = 0;
    for (size_t i = 0; i < n_config_settings; i++) {
        const struct setting *s = &config_settings[i];
        const char *name = config_variable_name(a, s);
        if (strcmp(s->flag, "max-page-size") == 0) {
            assert_string_equal(name, "BACKREF_MAX_PAGE_SIZE");
        }
        n_database += strcmp(name, "DATABASE_URL") == 0 ? 1 : 0;
    }
    assert_int_equal(n_database, 1);
    arena_free(a);
}

static void test_little_memory_is_an_error_and_not_a_crash(void **state)
{
    (void)state;
    for (size_t budget = 0; budget < 2048; budget += 16) {
        struct arena *a = arena_new(budget);
        char *words[] = { (char[]){ "--listen=a:1" }, (char[]){ "--wrkers=1" } };
        struct command_line line = {
            .command = "serve", .user = FOR_SERVE, .n_words = 2, .words = words
        };
        struct config config;
        const char *reason = NULL;
        assert_int_equal(config_read(a, &line, no_variable, &config, &reason), 1);
        assert_non_null(reason);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_flags_are_read_in_both_forms),
        cmocka_unit_test(test_a_flag_wins_over_its_variable),
        cmocka_unit_test(test_a_variable_of_another_command_is_not_judged),
        cmocka_unit_test(test_words_that_are_no_flags_come_first),
        cmocka_unit_test(test_help_needs_nothing_else_to_be_right),
        cmocka_unit_test(test_a_small_largest_page_makes_the_default_page_smaller),
        cmocka_unit_test(test_refusals_name_flag_value_and_what_is_accepted),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_no_more_listeners_than_there_is_room_for),
        cmocka_unit_test(test_variables_are_named_after_flags),
        cmocka_unit_test(test_little_memory_is_an_error_and_not_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
