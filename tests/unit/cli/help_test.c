/*
 * help_test.c - the help fits a terminal and leaves nothing out.
 */
#include "support/cmocka_all.h"

#include "cli/cmd_help.h"

static void assert_fits(const char *help)
{
    while (*help != '\0') {
        size_t n = strcspn(help, "\n");
        if (n > 80 || (n > 0 && help[n - 1] == ' ')) {
            fail_msg("%.*s", (int)n, help);
        }
        help += n + (help[n] == '\n' ? 1 : 0);
    }
}

static void assert_has(const char *help, const char *what, bool is_there)
{
    if ((strstr(help, what) != NULL) != is_there) {
        fail_msg("\"%s\" is %sin:\n%s", what, is_there ? "not " : "", help);
    }
}

/* How the help names a setting; a switch needs no value. */
static const char *head_of(struct arena *a, const struct setting *s)
{
    return arena_printf(a, "  --%s%s%s", s->flag, s->kind == CONFIG_SWITCH ? "" : " ",
                        s->value_name);
}

static void test_the_help_has_every_command_and_setting(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct buf b;
    buf_init(&b, a, 0);
    help_write_all(&b);
    const char *help = buf_terminate(&b);
    assert_fits(help);
    for (size_t i = 0; i < n_cli_commands; i++) {
        assert_has(help, arena_printf(a, "\n  %s", cli_commands[i].name), true);
    }
    for (size_t i = 0; i < n_config_settings; i++) {
        assert_has(help, head_of(a, &config_settings[i]), true);
        assert_has(help, config_variable_name(a, &config_settings[i]), true);
    }
    arena_free(a);
}

static void test_a_commands_help_has_its_own_settings(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_cli_commands; i++) {
        const struct cli_command *c = &cli_commands[i];
        struct arena *a = arena_new(1 << 20);
        struct buf b;
        buf_init(&b, a, 0);
        help_write(&b, c);
        const char *help = buf_terminate(&b);
        assert_fits(help);
        assert_has(help, arena_printf(a, "usage: backref %s", c->name), true);
        for (size_t k = 0; k < n_config_settings; k++) {
            const struct setting *s = &config_settings[k];
            assert_has(help, head_of(a, s), (s->users & c->user) != 0);
        }
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_help_has_every_command_and_setting),
        cmocka_unit_test(test_a_commands_help_has_its_own_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
