/*
 * writing.c - what goes out: resources, pages, what is included, text that needs escapes.
 */
#include "base/json_text.h"
#include "counted.h"
#include "jsonapi/document_write.h"

enum {
    FRIENDS_ON_PAGE = 20,
    HOBBIES_EACH = 10,
    COLUMNS = 5, /* of a friend and of a hobby: key, two texts, two times */
    LINK_COLUMNS = 1,
    NODE_COLUMNS = COMPOUND_MEMBER + COLUMNS + LINK_COLUMNS,
};

static const int64_t some_time = 837421301501501; /* microseconds since 2000 */
static const char name[] = "Friend 123456";
static const char description[] = "What people do on day 123456";

static void fill_resource(struct arena *a, struct cell *cells, int64_t key)
{
    cells[0] = cell_from_int8(a, key);
    cells[1] = cell_from_text(name, sizeof name - 1);
    cells[2] = cell_from_text(description, sizeof description - 1);
    cells[3] = cell_from_int8(a, some_time);
    cells[4] = cell_from_int8(a, some_time + key);
}

static const struct document_view plain = { .prefix = TEXT_LITERAL("") };

static void write_resources(struct arena *a, const struct scene *scene, size_t n)
{
    struct cell cells[COLUMNS];
    struct document_links links = { .prefix = "", .self = "/friends" };
    struct buf b;
    buf_init(&b, a, 1024 + n * 512);
    document_begin(&b, &links);
    for (size_t i = 0; i < n; i++) {
        fill_resource(a, cells, 123456 + (int64_t)i);
        document_write_resource(&b, scene->friends, cells, &plain);
    }
    document_end(&b);
    ASSERT(!b.failed && b.n > n * 256);
}

static void write_one(struct arena *a, const struct scene *scene)
{
    write_resources(a, scene, 1);
}

static void write_page(struct arena *a, const struct scene *scene)
{
    write_resources(a, scene, 50);
}

/* The rows of friends and of their hobbies as PostgreSQL gives them; each friend has its own. */
static struct rows hobbies_of_friends(struct arena *a)
{
    struct rows rows = { .n_rows = (size_t)FRIENDS_ON_PAGE * HOBBIES_EACH,
                         .n_columns = NODE_COLUMNS };
    struct cell *cells = arena_zalloc(a, rows.n_rows * rows.n_columns, sizeof *cells);
    ASSERT(cells != NULL);
    for (size_t i = 0; i < rows.n_rows; i++) {
        struct cell *row = cells + i * rows.n_columns;
        row[0] = cell_from_int4(a, 0);
        row[COMPOUND_OWNER] = cell_from_int8(a, (int64_t)(i / HOBBIES_EACH));
        fill_resource(a, row + COMPOUND_MEMBER, 1000 + (int64_t)i);
        row[COMPOUND_MEMBER + COLUMNS] = cell_from_int8(a, some_time);
    }
    rows.cells = cells;
    return rows;
}

static void write_included(struct arena *a, const struct scene *scene)
{
    struct include_node node = { .relationship = scene->hobbies, .parent = INCLUDE_ROOT };
    static struct rows rows; /* PostgreSQL's work, so not counted: made in the first warm-up */
    if (rows.cells == NULL) {
        rows = hobbies_of_friends(scene->arena);
    }
    struct compound *compound = compound_new(a, &node, &rows, 1, 1000);
    ASSERT(compound != NULL);
    struct document_view view = { .prefix = TEXT_LITERAL(""), .compound = compound };
    struct buf b;
    buf_init(&b, a, 16384);
    for (int64_t i = 0; i < FRIENDS_ON_PAGE; i++) {
        compound_add_root(compound, scene->friends, cell_from_int8(a, i), NULL);
    }
    compound_reach(compound);
    for (int64_t i = 0; i < FRIENDS_ON_PAGE; i++) {
        struct cell cells[COLUMNS];
        fill_resource(a, cells, i);
        document_write_resource(&b, scene->friends, cells, &view);
    }
    document_write_included(&b, &view);
    size_t n_included = 0;
    compound_included(compound, &n_included);
    ASSERT(!b.failed && n_included == rows.n_rows);
}

#define EIGHT(s) s s s s s s s s
#define KIBIBYTE(s) EIGHT(EIGHT(s)) /* of a piece of 16 bytes */

static void write_text(struct arena *a, struct text text)
{
    struct buf b;
    buf_init(&b, a, 2 * text.n);
    json_text_write(&b, text);
    ASSERT(text.n == 1024 && b.n >= text.n + 2);
}

static void write_plain_text(struct arena *a, const struct scene *scene)
{
    (void)scene;
    write_text(a, TEXT_LITERAL(KIBIBYTE("No escape here. ")));
}

static void write_escaped_text(struct arena *a, const struct scene *scene)
{
    (void)scene;
    write_text(a, TEXT_LITERAL(KIBIBYTE("So \"that\" is it\n")));
}

const struct counted counted_writing[] = {
    { "write: one resource", write_one },
    { "write: a page of 50", write_page },
    { "write: 20 resources with 200 included", write_included },
    { "write: 1 KiB of text", write_plain_text },
    { "write: 1 KiB of text with escapes", write_escaped_text },
    { NULL, NULL },
};
