/*
 * steps.c - see steps.h.
 */
#include "resource/steps.h"

#include "plan/cursor.h"
#include "resource/operations.h"

/* Whether the answer's primary data are identifiers: paths that are included begin with them. */
static bool answers_linkage(const struct operation *operation)
{
    return operation == &relationship_fetch || operation == &relationship_add ||
           operation == &relationship_replace || operation == &relationship_remove;
}

enum step read_query(struct exchange *x)
{
    const struct settings *settings = x->service->settings;
    const struct query_limits limits = {
        .page_size = settings->page_size,
        .max_page_size = settings->max_page_size,
        .max_parameters = settings->max_parameters,
        .max_include_depth = settings->max_include_depth,
        .max_include = settings->max_include,
        .max_sort = settings->max_sort,
        .max_filters = settings->max_filters,
        .max_filter_values = settings->max_filter_values,
        .total = (enum page_total)settings->page_total,
    };
    const struct relationship *relationship = x->target.relationship;
    bool is_one = relationship != NULL && relationship->is_to_one;
    const struct query_subject subject = {
        .accepts = x->operation->query & (is_one ? QUERY_RESOURCE : ~0u), /* one is no list */
        .model = x->service->model,
        .resource = relationship == NULL ? x->target.resource : relationship->target,
        .relationship = relationship,
        .is_linkage = answers_linkage(x->operation),
    };
    int r = query_read(x->arena, x->request.query, &subject, &limits, &x->query, &x->problems);
    return exchange_next(x, r);
}

enum step answer_no_content(struct exchange *x)
{
    return exchange_answer(x, 204);
}

struct document_reader document_reader_of(struct exchange *x)
{
    struct document_limits *limits = arena_alloc(x->arena, sizeof *limits);
    if (limits != NULL) {
        *limits = (struct document_limits){
            .max_members = x->service->settings->max_members,
            .max_depth = x->service->settings->max_depth,
        };
    }
    return (struct document_reader){
        .arena = x->arena, .limits = limits, .reterr = &x->problems, .takes_ids = x->has_made_id
    };
}

enum step plan_shared(struct exchange *x, const struct statement *statement,
                      const struct argument *arguments, size_t n_rows)
{
    x->plan = (struct plan){
        .n_statements = 1,
        .statements = { { .statement = statement, .arguments = arguments } },
        .shared = true,
        .n_rows = n_rows,
    };
    return exchange_next(x, 0);
}

const struct argument *one_row(struct arena *a, const struct cell *cells, size_t n)
{
    struct argument *arguments = arena_alloc(a, n * sizeof *arguments);
    struct cell *copies = arena_alloc(a, n * sizeof *copies);
    for (size_t i = 0; arguments != NULL && copies != NULL && i < n; i++) {
        copies[i] = cells[i];
        arguments[i] = (struct argument){ .cells = &copies[i], .n = 1 };
    }
    return copies == NULL ? NULL : arguments;
}

struct page_view page_view_of(const struct page *page, size_t n_rows)
{
    bool has_more = n_rows > page->size;
    struct page_view view = { .n = has_more ? page->size : n_rows };
    if (page->direction == PAGE_BEFORE) {
        view.first = has_more ? 1 : 0;
        view.has_previous = has_more;
        view.has_next = true; /* the item that the page ends before */
    } else {
        view.has_previous = page->direction == PAGE_AFTER;
        view.is_truncated = has_more && page->end.n > 0;
        view.has_next = has_more || page->end.n > 0; /* the item that the range ends before */
    }
    return view;
}

/* Keeps what a link may hold as it is and encodes the rest, brackets first of all. */
static void write_query(struct buf *b, struct text query)
{
    static const char kept[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "-._~%!$&()*+,;=:@/?";
    for (size_t i = 0; i < query.n; i++) {
        if (query.at[i] != '\0' && strchr(kept, query.at[i]) != NULL) {
            buf_add_char(b, query.at[i]);
        } else {
            buf_addf(b, "%%%02X", (unsigned char)query.at[i]);
        }
    }
}

const char *own_link(struct exchange *x, const char *path)
{
    if (path == NULL || x->request.query.n == 0) {
        return path;
    }
    struct buf b;
    buf_init(&b, x->arena, 128);
    buf_add_text(&b, path);
    buf_add_char(&b, '?');
    write_query(&b, x->request.query);
    return buf_terminate(&b);
}

/* Is it a parameter that says where a page begins? Another page's link has its own. */
static bool is_place(struct exchange *x, struct text pair)
{
    static const char *const places[] = { "page[after]", "page[before]", "page[number]" };
    const char *equals = memchr(pair.at, '=', pair.n);
    struct text raw = { .at = pair.at, .n = equals == NULL ? pair.n : (size_t)(equals - pair.at) };
    struct text name;
    bool found = false;
    for (size_t i = 0; percent_decode(x->arena, raw, true, &name) && i < ARRAY_SIZE(places); i++) {
        found = found || text_is(name, places[i]);
    }
    return found;
}

/* The path with everything that was asked but the place, ready for a last parameter. */
static struct buf begin_page_link(struct exchange *x, const char *path)
{
    struct text rest = x->request.query;
    struct buf b;
    buf_init(&b, x->arena, 128 + rest.n);
    buf_add_text(&b, path);
    buf_add_char(&b, '?');
    while (rest.n > 0) {
        const char *end = memchr(rest.at, '&', rest.n);
        struct text pair = { .at = rest.at, .n = end == NULL ? rest.n : (size_t)(end - rest.at) };
        rest.n -= end == NULL ? rest.n : pair.n + 1;
        rest.at = end == NULL ? rest.at : end + 1;
        if (pair.n > 0 && !is_place(x, pair)) {
            write_query(&b, pair);
            buf_add_char(&b, '&');
        }
    }
    return b;
}

static const char *numbered_link(struct exchange *x, const char *path, uint32_t number)
{
    struct buf b = begin_page_link(x, path);
    buf_addf(&b, "page%%5Bnumber%%5D=%u", number);
    return buf_terminate(&b);
}

static const char *cursor_link(struct exchange *x, const struct page_place *place, bool is_next)
{
    struct buf b = begin_page_link(x, place->path);
    if (is_next && place->view->is_truncated) {
        buf_add_literal(&b, "page%5Bbefore%5D=");
        write_query(&b, x->query.page.end);
        buf_add_char(&b, '&');
    }
    buf_addf(&b, "page%%5B%s%%5D=", is_next ? "after" : "before");
    cursor_write(&b, place->form, is_next ? place->last_values : place->first_values,
                 is_next ? place->last_key : place->first_key);
    return buf_terminate(&b);
}

void page_links(struct exchange *x, const struct page_place *place, struct document_links *links)
{
    const struct page_view *view = place->view;
    uint32_t number = x->query.page.number;
    links->is_page = true;
    if (number > 0) {
        links->prev = number > 1 ? numbered_link(x, place->path, number - 1) : NULL;
        links->next = view->has_next ? numbered_link(x, place->path, number + 1) : NULL;
    } else if (view->n > 0) {
        links->prev = view->has_previous ? cursor_link(x, place, false) : NULL;
        links->next = view->has_next ? cursor_link(x, place, true) : NULL;
    }
}

const char *resource_path(struct exchange *x, const struct resource *resource, struct cell key)
{
    struct buf b;
    buf_init(&b, x->arena, 64);
    document_write_path(&b, resource, key);
    return buf_terminate(&b);
}

const char *relationship_path(struct exchange *x, bool is_linkage)
{
    struct buf b;
    buf_init(&b, x->arena, 96);
    document_write_related_path(&b, x->target.relationship, x->target.key, is_linkage);
    return buf_terminate(&b);
}

enum step refuse_missing(struct exchange *x)
{
    problem_add(&x->problems, PROBLEM_NOT_FOUND, problem_nowhere(),
                "there is no resource of type \"%s\" with the id \"%s\"", x->target.resource->type,
                text_quotable(x->arena, x->target.id, 60));
    return exchange_refuse(x);
}
