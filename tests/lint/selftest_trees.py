"""The good tree of tests/lint/selftest, and the faults that are put into it, one at a time.

A fault is (check, file, change, expected[, place]): `change` makes the file's bad text from its
good one (None: the file goes), and the check must then print a line that begins with the place (the
file itself, if not said) and has `expected` in it.
"""

EXECUTABLE = {"tests/unnamed"}

COUNT_H = """\
#ifndef BACKREF_BASE_COUNT_H
#define BACKREF_BASE_COUNT_H

#include <stddef.h>

struct count {
    size_t n;
};

/* count_add() - adds n to the count, which the caller owns. */
void count_add(struct count *c, size_t n);

size_t count_get(const struct count *c); /* what was added so far */
size_t count_left(const struct count *c, /* of
                                            100 */
                  size_t n);             /* what may still be added */

/*
 * count_reset(), _clear() - both begin again.
 */
void count_reset(struct count *c);
void count_clear(struct count *c);

#endif
"""

COUNT_C = """\
/* Counts things. The text "strcpy(a, b)" and a comment on sprintf() are not calls. */
#include "base/count.h"

static const char *const names[] = { "strcpy(a, b)", "free(x)" };

void count_add(struct count *c, size_t n)
{
    if (names[0] != NULL) {
        c->n += n;
    }
}

size_t count_get(const struct count *c)
{
    return c->n;
}
"""

CATALOG_H = """\
#ifndef BACKREF_PG_CATALOG_H
#define BACKREF_PG_CATALOG_H

struct catalog {
    int n_tables;
};

#endif
"""

CONN_C = """\
/* Holds the connection; the only kind of file that knows libpq. */
#include "pg/catalog.h"

#include <libpq-fe.h>
#include <stdlib.h>

int conn_try(const struct catalog *c);

int conn_try(const struct catalog *c)
{
    void *p = malloc(16);
    free(p);
    return c->n_tables + PQlibVersion();
}
"""

CHECK_C = """\
/* The model knows the catalog as plain structs. */
#include "base/count.h"
#include "pg/catalog.h"

int check_model(const struct catalog *c);

int check_model(const struct catalog *c)
{
    return c->n_tables;
}
"""

CONFIG_C = """\
/* The settings. */
#include <stddef.h>

struct setting {
    const char *flag;
};

extern const struct setting settings[];

const struct setting settings[] = {
    { .flag = "listen" },
    { .flag = "listen-backlog" },
    { .flag = NULL },
};
"""

ROUTES_C = """\
/* The routes. */
#include <stddef.h>

enum { METHOD_GET, METHOD_POST };

struct route {
    int method;
    const char *pattern;
};

extern const struct route routes[];

const struct route routes[] = {
    { METHOD_GET, "/healthz" },
    { METHOD_GET, "/" },
    { METHOD_GET, "/{type}" },
    { METHOD_GET, "/{type}/{id}/{relationship}/{related}" },
    { METHOD_GET, "/{type}/{id}/relationships/{relationship}" },
    { METHOD_POST, "/{type}" },
    { METHOD_GET, NULL },
};
"""

OPENAPI = """\
openapi: 3.1.0
paths:
  /:
    get:
      summary: entry
  /healthz:
    get:
      summary: up
  /persons/{id}/phones/{phone}:
    get:
      summary: one link
  "/persons/{id}/relationships/phones":
    get:
      summary: linkage
  /persons:
    get:
      summary: list
    post:
      summary: create
components: {}
"""


def function(name, parameters, body):
    """A C function that compiles without warnings, its prototype included."""
    return f"\nint {name}({parameters});\n\nint {name}({parameters})\n{{\n{body}    return a;\n}}\n"


def nested(depth, inmost="a++"):
    """`depth` ifs inside each other."""
    opened = "".join(f"{'    ' * (i + 1)}if (a > {i}) {{\n" for i in range(depth))
    closed = "".join(f"{'    ' * (i + 1)}}}\n" for i in reversed(range(depth)))
    return opened + "    " * (depth + 1) + f"{inmost};\n" + closed


LIMITS_C = """\
/* Everything here is as large as it may be. */
#define CHANGE(x)                                                                                  \\
    do {                                                                                           \\
        if (x) {                                                                                   \\
            (x)++;                                                                                 \\
        }                                                                                          \\
    } while (0)
""" + function(
    "sixty_lines",
    "int a, int b, int c, int d, int e, int f",
    "    a += b + c + d + e + f;\n" + nested(3, "CHANGE(a)") + "    a++;\n" * 48,
)

GOOD = {
    "README.md": "Use `--listen ADDR` and `--listen-backlog N`.\n",
    "openapi.yaml": OPENAPI,
    "Makefile": "CFLAGS = -Wall -Wextra -Werror -Wshadow -Wconversion -Wstrict-prototypes \\\n"
    "\t-Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla \\\n"
    "\t-Wno-unused -Wl,-z,relro\n",
    "service/base/count.h": COUNT_H,
    "service/base/count.c": COUNT_C,
    "service/base/limits.c": LIMITS_C,
    "service/pg/catalog.h": CATALOG_H,
    "service/pg/conn.c": CONN_C,
    "service/model/check.c": CHECK_C,
    "service/cli/config.c": CONFIG_C,
    "service/http/routes.c": ROUTES_C,
    "tests/run": "#!/bin/sh\nset -eu\nif true; then echo ok; fi\n",
    "tests/ask.py": "print('ok')\n",
    "tests/lint/globals.allow": "# none\n",
}


def add(text):
    return lambda before: before + text


def swap(old, new):
    return lambda before: before.replace(old, new)


def include(name):
    return lambda before: f"#include {name}\n" + before


BRANCHES = "".join(
    f"    if (a == {i} || (a > {i} && a != 9)) {{\n        a++;\n    }}\n" for i in range(9)
)
COUNT = "service/base/count.c"
HEADER = "service/base/count.h"
CHECK = "service/model/check.c"
CONN = "service/pg/conn.c"

FAULTS = [
    ("format", COUNT, swap("    c->n", "   c->n"), "not in the house format"),
    ("format", COUNT, add("/* " + "wide " * 20 + "*/\n"), "wider than 100 columns"),
    ("format", COUNT, swap("free(x)", "wide " * 20), "wider than 100 columns (with a string: 120)"),
    ("format", "tests/unit/x_test.c", add("int x( void );\n"), "not in the house format"),
    ("layers", COUNT, include('"pg/catalog.h"'), "is above it"),
    ("layers", CHECK, include('"migrate/migrate.h"'), "includes migrate/"),
    ("layers", CHECK, include('"pg/conn.h"'), "may know pg/catalog.h"),
    ("layers", "service/plan/sql.c", include('"pg/catalog.h"'), "may know nothing"),
    (
        "layers",
        "service/relationship/link.c",
        include('"plan/../pg/conn.h"'),
        "not a path from service/",
    ),
    ("layers", "service/migrate/migrate.c", include('"model/model.h"'), "is above it"),
    ("layers", "service/resource/steps.c", include('"http/routes.h"'), "is above it"),
    ("layers", "service/exchange/submit.c", include('"migrate/migrate.h"'), "includes migrate/"),
    ("layers", "service/feed/follow.c", include('"resource/operations.h"'), "may know nothing"),
    ("layers", "service/util/x.c", add("int x;\n"), "no place among the layers"),
    ("layers", COUNT, include('"util/x.h"'), "no place among the layers"),
    ("layers", COUNT, include('"count.h"'), "not a path from service/"),
    ("layers", CHECK, include("<libpq-fe.h>"), "outside its home"),
    ("layers", CONN, include("<microhttpd.h>"), "outside its home"),
    ("layers", "service/jsonapi/document_write.c", include("<jansson.h>"), "outside its home"),
    ("layers", "service/jsonapi/document_parts.h", include("<jansson.h>"), "outside its home"),
    ("layers", "service/model/resolve.c", include("<jansson.h>"), "outside its home"),
    ("layers", "service/pg/catalog.h", include("<libpq-fe.h>"), "reaches everyone"),
    ("headers", HEADER, swap("#include <stddef.h>\n", ""), "unknown type name"),
    ("headers", HEADER, swap("BASE_COUNT_H", "COUNT_H"), "use BACKREF_BASE_COUNT_H"),
    ("headers", HEADER, swap("/* what was added so far */", ""), "count_get() has no comment"),
    ("headers", HEADER, swap("_clear()", "and so on"), "count_clear() has no comment"),
    (
        "headers",
        HEADER,
        swap("count_reset(struct count *c);\n", "count_reset(struct count *c);\n\n"),
        "count_clear() has no comment",
    ),
    (
        "headers",
        HEADER,
        swap("so far */\n", "so far */\nint count_two(void);\n"),
        "count_two() has no comment",
    ),
    (
        "headers",
        HEADER,
        swap("/* count_add() - adds n to the count, which the caller owns. */", ""),
        "count_add() has no comment",
    ),
    (
        "headers",
        HEADER,
        swap("\n#endif", "\nstatic inline int count_one(void)\n{\n    return 1;\n}\n\n#endif"),
        "count_one() has no comment",
    ),
    ("headers", HEADER, add("\n" * 120), "a header has at most 120"),
    ("headers", "Makefile", swap("-Wundef", ""), "-Wundef is used by lint alone"),
    (
        "headers",
        "Makefile",
        add("EXTRA = -Wlogical-op\n"),
        "-Wlogical-op is used by the build alone",
    ),
    ("globals", COUNT, add("int changes = 1;\n"), "changes can change"),
    ("globals", COUNT, add("int zero;\n"), "zero can change"),
    ("globals", COUNT, add("_Thread_local int own = 3;\n"), "own can change"),
    (
        "globals",
        COUNT,
        swap("    return c->n;", "    static size_t calls;\n    return c->n + calls++;"),
        "calls can change",
    ),
    ("globals", COUNT, swap("const char *const names", "const char *names"), "names can change"),
    ("globals", COUNT, add("int broken = ;\n"), "expected expression"),
    (
        "globals",
        "tests/lint/globals.allow",
        add("service/base/count.c gone was here once\n"),
        "delete the line",
    ),
    ("globals", "tests/lint/globals.allow", add("service/base/count.c gone\n"), "without a reason"),
    ("banned", CONN, swap("    free(p);", '    free(p);\n    sprintf(p, "x");'), "sprintf()"),
    ("banned", CHECK, swap("return c", 'return atoi("1") + c'), "atoi()"),
    ("banned", CHECK, swap("return c", "free(0);\n    return c"), "free() outside base/"),
    ("banned", CHECK, swap("return c", "adopt(c, free);\n    return c"), "free handed on"),
    ("banned", COUNT, add("/* TODO: more */\n"), "TODO puts work off"),
    ("banned", "tests/run", add("# FIXME\n"), "FIXME puts work off"),
    ("docs", "service/cli/config.c", swap('"listen"', '"listener"'), "--listener is in no README"),
    (
        "docs",
        "README.md",
        swap("`--listen ADDR`", "`--listening`"),
        "--listen is in no README",
        "service/cli/config.c",
    ),
    ("docs", "README.md", None, "--listen is in no README", "service/cli/config.c"),
    ("docs", "service/cli/config.c", None, "missing"),
    ("docs", "service/cli/config.c", swap('.flag = "', '.name = L"'), "no row"),
    (
        "docs",
        "service/http/routes.c",
        swap('METHOD_POST, "/{type}"', 'METHOD_POST, "/{type}/{id}"'),
        "POST /{type}/{id} is not described",
    ),
    (
        "docs",
        "openapi.yaml",
        swap("  /persons:", "  /persons/{id}:\n    get:\n  /persons:"),
        "GET /persons/{id} has no route",
    ),
    (
        "docs",
        "openapi.yaml",
        swap("/relationships/phones", "/links/phones"),
        "relationships/{relationship} is not described",
        "service/http/routes.c",
    ),
    (
        "docs",
        "openapi.yaml",
        swap("  /:", "  /start:"),
        "GET / is not described",
        "service/http/routes.c",
    ),
    ("docs", "openapi.yaml", add("]"), "let it be YAML"),
    ("docs", "openapi.yaml", swap("post:", "patch:"), "PATCH /persons has no route"),
    ("docs", "openapi.yaml", None, "missing"),
    ("shell", "tests/run", swap("fi\n", "\n"), "sh -n must accept it"),
    ("shell", "tests/deep.sh", add("#!/bin/bash\nfor x in a; do\n"), "bash -n must accept it"),
    ("shell", "tests/ask.py", add("def x(:\n"), "let Python read it"),
    ("shell", "tests/unnamed", add("echo hello\n"), "no interpreter"),
    ("size", COUNT, add("\n" * 500), "at most 500"),
    ("size", HEADER, add("\n" * 120), "at most 120"),
    ("size", "tests/ask.py", add("\n" * 500), "at most 500"),
    ("size", "tests/run", add("\n" * 500), "at most 500"),
    ("size", COUNT, add(function("long_one", "int a", "    a++;\n" * 57)), "61 lines (at most 60)"),
    (
        "size",
        COUNT,
        add(function("wide_one", ", ".join(f"int {c}" for c in "abcdefg"), "")),
        "7 parameters (threshold 6)",
    ),
    ("size", COUNT, add(function("deep_one", "int a", nested(4))), "4 levels deep (at most 3)"),
    ("size", COUNT, add(function("tangle", "int a", BRANCHES)), "cognitive complexity"),
    (
        "size",
        "tests/unit/long_test.c",
        add(function("long_one", "int a", "    a++;\n" * 57)),
        "61 lines (at most 60)",
    ),
    (
        "tidy",
        COUNT,
        add(function("bare", "int a", "    if (a)\n        a++;\n")),
        "readability-braces",
    ),
    (
        "tidy",
        COUNT,
        add(function("null", "int a", "    int *p = 0;\n    *p = a;\n")),
        "clang-analyzer-core",
    ),
    ("tidy", HEADER, swap("size_t n);", "size_t count);"), "inconsistent-declaration"),
    (
        "tidy",
        "tests/unit/bare_test.c",
        add(function("bare", "int a", "    if (a)\n        a++;\n")),
        "readability-braces",
    ),
    ("tidy", COUNT, add("int broken = ;\n"), "clang-diagnostic-error"),
    ("cppcheck", CONN, swap("    free(p);", "    free(p);\n    free(p);"), "doubleFree"),
    (
        "cppcheck",
        COUNT,
        add(function("over", "int a", "    int x[2] = { 0, 0 };\n    x[2] = a;\n")),
        "arrayIndexOutOfBounds",
    ),
]
