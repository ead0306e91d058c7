/*
 * mistakes.c - one function judges every row; cmocka gives it the row as its state.
 */
#include "support/mistakes.h"

#include "support/catalogs.h"
#include "support/cmocka_all.h"

static bool is_as_expected(const struct mistake *m, const struct findings *findings)
{
    const struct finding *f = findings->first;
    while (f != NULL && m->n_errors > 0 && f->level != FINDING_ERROR) {
        f = f->next;
    }
    return findings->n_errors == m->n_errors && f != NULL && strcmp(f->pointer, m->pointer) == 0 &&
           strstr(f->reason, m->reason) != NULL && strstr(f->remedy, m->remedy) != NULL;
}

static void test_mistake(void **state)
{
    const struct mistake *m = *state;
    struct loaded_model l = loaded_model_over(m->tables, m->json);
    bool is_good = is_as_expected(m, &l.findings);
    if (!is_good) {
        print_error("%s: %zu errors\n", m->name, l.findings.n_errors);
        for (const struct finding *f = l.findings.first; f != NULL; f = f->next) {
            print_error("    %s: %s. %s\n", f->pointer, f->reason, f->remedy);
        }
    }
    loaded_model_free(&l);
    assert_true(is_good);
}

int mistakes_run(const char *group, const struct mistake *mistakes, size_t n)
{
    struct arena *a = arena_new(1 << 20);
    struct mistake *rows = arena_zalloc(a, n, sizeof *rows);
    struct CMUnitTest *tests = arena_zalloc(a, n, sizeof *tests);
    ASSERT(rows != NULL && tests != NULL);
    for (size_t i = 0; i < n; i++) {
        rows[i] = mistakes[i];
        tests[i] = (struct CMUnitTest){ .name = rows[i].name,
                                        .test_func = test_mistake,
                                        .initial_state = &rows[i] };
    }
    int n_failed = _cmocka_run_group_tests(group, tests, n, NULL, NULL);
    arena_free(a);
    return n_failed;
}
