/*
 * batch.c - see batch.h. Encoding: the members' arguments become arrays, one after the other,
 * beside an array that says whose they are. Dealing: rows come back ordered by that number. Of
 * members that are together, each one's statements follow the other's.
 */
#include "exchange/batch.h"

#include <errno.h>

enum {
    ENCODING_BUDGET = 256 << 20,
    DISTRUST_MS = 1000,       /* bounds what statements that fail cost */
    MAX_STEPS_TOGETHER = 256, /* statements of one transaction that requests share */
};

/* The first member that still waits: what it is like, all of them are. */
static const struct exchange *live_member(const struct batch *b)
{
    for (size_t i = 0; i < b->n_members; i++) {
        if (b->members[i] != NULL) {
            return b->members[i];
        }
    }
    return NULL;
}

struct batch *batch_new(struct submitter *s, struct exchange *first)
{
    struct arena *a = arena_new_from(submitter_stock(s), ENCODING_BUDGET);
    struct batch *b = a == NULL ? NULL : arena_zalloc(a, 1, sizeof *b);
    if (b == NULL) {
        arena_free(a);
        return NULL;
    }
    b->submitter = s;
    b->service = first->service; /* the members may leave before PostgreSQL is done */
    b->worker = first->worker;
    service_hold(b->service, b->worker);
    b->arena = a;
    batch_join(b, first);
    return b;
}

struct batch *batch_free(struct batch *b)
{
    if (b != NULL) {
        group_release_results(&b->group);
        service_release(b->service, b->worker);
        arena_free(b->arena);
    }
    return NULL;
}

/* What is sent for an exchange: its precondition's statements, then its plan's. */
static size_t n_steps(const struct exchange *x)
{
    return x->precondition.n + x->plan.n_statements;
}

static const struct step_plan *step_at(const struct exchange *x, size_t i)
{
    return i < x->precondition.n ? &x->precondition.statements[i]
                                 : plan_statement(&x->plan, i - x->precondition.n);
}

static struct rows *rows_at(struct exchange *x, size_t i)
{
    return i < x->precondition.n ? &x->precondition.rows[i] : &x->rows[i - x->precondition.n];
}

/* Does somebody in the batch name the key that `x` must be the only one to name? */
static bool is_named(const struct batch *b, const struct exchange *x)
{
    const struct cell *key = x->plan.exclusive;
    bool found = false;
    for (size_t i = 0; key != NULL && !found && i < b->n_members; i++) {
        const struct exchange *member = b->members[i];
        const struct cell *other = member == NULL ? NULL : member->plan.exclusive;
        found =
            other != NULL && other->n == key->n && memcmp(other->at, key->at, (size_t)key->n) == 0;
    }
    return found;
}

static bool fit(const struct batch *b, const struct exchange *member, const struct exchange *x)
{
    if (member->plan.together) {
        return x->plan.together && b->n_steps + n_steps(x) <= MAX_STEPS_TOGETHER;
    }
    return b->n_rows + x->plan.n_rows <= BATCH_MAX_ROWS && plan_same(&member->plan, &x->plan) &&
           !is_named(b, x);
}

bool batch_may_join(const struct batch *b, const struct exchange *x)
{
    const struct exchange *member = live_member(b);
    return b->service->settings->coalescing != COALESCING_OFF && !b->is_closed &&
           b->service == x->service && b->n_members < BATCH_MAX_MEMBERS && member != NULL &&
           fit(b, member, x);
}

void batch_join(struct batch *b, struct exchange *x)
{
    x->batch = b;
    x->number = b->n_members;
    b->members[b->n_members++] = x;
    b->n_live++;
    b->n_rows += x->plan.n_rows;
    b->n_steps += n_steps(x);
}

void batch_leave(struct batch *b, struct exchange *x)
{
    ASSERT(b->members[x->number] == x);
    b->members[x->number] = NULL;
    b->n_live--;
    x->batch = NULL;
}

bool batch_fall_back(struct batch *b, uint64_t now_ms)
{
    bool has_fallen_back = false;
    for (size_t i = 0; i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        if (x != NULL && x->plan.fallback != NULL) {
            x->plan.statements[x->plan.judged].statement = x->plan.fallback;
            x->plan.fallback = NULL;
            *service_trusts_from_ms(x->service, x->worker, x->target.relationship) =
                now_ms + DISTRUST_MS;
            has_fallen_back = true;
        }
    }
    return has_fallen_back;
}

enum lane batch_lane(const struct batch *b)
{
    const struct exchange *member = live_member(b);
    if (member == NULL) {
        return LANE_FAST;
    }
    return member->plan.writes ? LANE_WRITES : member->plan.slow ? LANE_SLOW : LANE_FAST;
}

/* ---- encoding ------------------------------------------------------------------------------ */

/*
 * Decides whether a request that comes alone is given company: a copy of itself. Of two equal
 * writes the first one is credited with what was done, so the copy of a write stands behind it.
 */
static void find_company(struct batch *b)
{
    const struct exchange *member = live_member(b);
    bool wants = b->service->settings->coalescing == COALESCING_ALWAYS;
    b->has_company = wants && b->n_members == 1 && member->plan.shared;
    b->first_number = b->has_company && !member->plan.writes ? 1 : 0;
}

static size_t n_places(const struct batch *b)
{
    return b->n_members + (b->has_company ? 1 : 0);
}

/* Whose arguments are sent under this number; NULL: nobody's. */
static const struct exchange *at_place(const struct batch *b, size_t number)
{
    return b->members[b->has_company ? 0 : number];
}

struct encoded {
    uint32_t *types;
    const char **values;
    int *lengths;
};

static bool encode_array(struct arena *a, const struct cell *cells, size_t n, uint32_t oid,
                         struct cell *ret)
{
    size_t n_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        n_bytes += cells[i].n > 0 ? (size_t)cells[i].n : 0;
    }
    char *at = arena_alloc(a, cell_array_size(n, n_bytes));
    if (at == NULL) {
        return false;
    }
    *ret = cell_from_text(at, cell_array_write(at, oid, cells, n));
    return true;
}

/* All members' cells of one parameter, one after the other; for `only` one, its own. */
static const struct cell *gather(struct batch *b, const struct exchange *only, size_t statement,
                                 size_t parameter, size_t *ret_n)
{
    if (only != NULL) {
        const struct argument *argument = &step_at(only, statement)->arguments[parameter];
        *ret_n = argument->n;
        return argument->cells;
    }
    size_t n = 0;
    for (size_t i = 0; i < n_places(b); i++) {
        const struct exchange *x = at_place(b, i);
        n += x == NULL ? 0 : step_at(x, statement)->arguments[parameter].n;
    }
    struct cell *cells = arena_alloc(b->arena, n * sizeof *cells);
    *ret_n = n;
    n = 0;
    for (size_t i = 0; cells != NULL && i < n_places(b); i++) {
        const struct exchange *x = at_place(b, i);
        if (x != NULL) {
            const struct argument *argument = &step_at(x, statement)->arguments[parameter];
            memcpy(cells + n, argument->cells, argument->n * sizeof *cells);
            n += argument->n;
        }
    }
    return cells;
}

/* The numbers of the members, once for each of their rows of arguments; `only` one is number 0. */
static bool encode_numbers(struct batch *b, const struct exchange *only, size_t statement,
                           struct cell *ret)
{
    size_t n = 0;
    size_t n_all = only != NULL ? 1 : n_places(b);
    for (size_t i = 0; i < n_all; i++) {
        const struct exchange *x = only != NULL ? only : at_place(b, i);
        n += x == NULL ? 0 : step_at(x, statement)->arguments[0].n;
    }
    struct cell *numbers = arena_alloc(b->arena, n * sizeof *numbers);
    n = 0;
    for (size_t i = 0; numbers != NULL && i < n_all; i++) {
        const struct exchange *x = only != NULL ? only : at_place(b, i);
        if (x == NULL) {
            continue;
        }
        struct cell number = cell_from_int4(b->arena, (int32_t)i);
        size_t end = n + step_at(x, statement)->arguments[0].n;
        while (n < end) {
            numbers[n++] = number;
        }
    }
    return numbers != NULL && encode_array(b->arena, numbers, n, OID_INT4, ret);
}

static void set_value(struct encoded *e, size_t i, uint32_t type, struct cell value)
{
    e->types[i] = type;
    e->values[i] = value.n < 0 ? NULL : value.at;
    e->lengths[i] = value.n < 0 ? 0 : value.n;
}

/*
 * Statement `position` of the members' plans, or of `only` that one's, as number `place` of the
 * group.
 */
static bool encode_statement(struct batch *b, const struct exchange *only, size_t position,
                             size_t place)
{
    const struct statement *statement =
        step_at(only == NULL ? live_member(b) : only, position)->statement;
    bool shared = statement->shared;
    size_t n = statement->n_parameters + (shared ? 1 : 0);
    struct encoded e = { .types = arena_alloc(b->arena, n * sizeof *e.types),
                         .values = arena_alloc(b->arena, n * sizeof *e.values),
                         .lengths = arena_alloc(b->arena, n * sizeof *e.lengths) };
    if (arena_failed(b->arena)) {
        return false;
    }
    struct cell value;
    if (shared) {
        if (!encode_numbers(b, only, position, &value)) {
            return false;
        }
        set_value(&e, 0, 1007, value);
    }
    for (size_t i = 0; i < statement->n_parameters; i++) {
        const struct parameter *p = &statement->parameters[i];
        size_t n_cells;
        const struct cell *cells = gather(b, only, position, i, &n_cells);
        if (p->array_oid == 0) {
            ASSERT(n_cells == 1);
            value = cells[0];
        } else if (!encode_array(b->arena, cells, n_cells, p->oid, &value)) {
            return false;
        }
        set_value(&e, i + (shared ? 1 : 0), p->array_oid == 0 ? p->oid : p->array_oid, value);
    }
    const char *sql = arena_strdup(b->arena, statement->sql); /* the members may leave before it */
    b->group.statements[place] = (struct group_statement){
        .sql = sql,
        .hash = statement->hash,
        .n_parameters = (int)n,
        .types = e.types,
        .values = e.values,
        .lengths = e.lengths,
    };
    return sql != NULL;
}

/* One that takes no parameters and returns no rows. */
static struct group_statement plain_statement(const char *sql)
{
    return (struct group_statement){ .sql = sql, .is_plain = true };
}

/* Writers lock rows in one order: what is made first, then what is changed, by type and key. */
static bool goes_before(const struct exchange *a, const struct exchange *b)
{
    struct cell keys[2] = { a->target.key, b->target.key };
    if (a->target.resource != b->target.resource) {
        return a->target.resource->index < b->target.resource->index;
    }
    if (keys[0].n != keys[1].n) {
        return keys[0].n < keys[1].n;
    }
    return keys[0].n > 0 && memcmp(keys[0].at, keys[1].at, (size_t)keys[0].n) < 0;
}

/* The members that are there, in the order in which they are sent. */
static size_t order_members(const struct batch *b, size_t ret_order[BATCH_MAX_MEMBERS])
{
    size_t n = 0;
    for (size_t i = 0; i < b->n_members; i++) {
        if (b->members[i] == NULL) {
            continue;
        }
        size_t at = n++;
        for (; at > 0 && goes_before(b->members[i], b->members[ret_order[at - 1]]); at--) {
            ret_order[at] = ret_order[at - 1];
        }
        ret_order[at] = i;
    }
    return n;
}

static bool encode_together(struct batch *b)
{
    size_t order[BATCH_MAX_MEMBERS];
    size_t n = order_members(b, order);
    size_t place = b->n_before;
    bool encoded = true;
    for (size_t i = 0; encoded && i < n; i++) {
        const struct exchange *x = b->members[order[i]];
        b->first_step[order[i]] = place - b->n_before;
        for (size_t step = 0; encoded && step < n_steps(x); step++) {
            encoded = encode_statement(b, x, step, place++);
        }
    }
    return encoded;
}

static bool encode_shared(struct batch *b)
{
    const struct exchange *member = live_member(b);
    const struct exchange *only = n_places(b) == 1 ? member : NULL;
    bool encoded = true;
    for (size_t i = 0; encoded && i < n_steps(member); i++) {
        encoded = encode_statement(b, only, i, b->n_before + i);
    }
    return encoded;
}

/* Room for everything that is sent. */
static bool begin_group(struct batch *b)
{
    const struct exchange *member = live_member(b);
    size_t n = b->n_before + n_steps(member);
    if (b->is_together) {
        n = b->n_before;
        for (size_t i = 0; i < b->n_members; i++) {
            n += b->members[i] == NULL ? 0 : n_steps(b->members[i]);
        }
    }
    struct group *g = &b->group;
    g->n_statements = n;
    g->types = b->service->column_types;
    g->statements = arena_zalloc(b->arena, n, sizeof g->statements[0]);
    g->due = arena_zalloc(b->arena, GROUP_ANSWERS_PER_STATEMENT * n, sizeof g->due[0]);
    if (g->statements == NULL || g->due == NULL) {
        g->n_statements = 0;
        return false;
    }
    return true;
}

int batch_encode(struct batch *b)
{
    const struct exchange *member = live_member(b);
    b->opens_transaction = member->judge != NULL;
    b->is_together = member->plan.together && b->n_members > 1;
    find_company(b);
    b->n_before = b->opens_transaction || member->plan.snapshot ? 1 : 0;
    if (!begin_group(b)) {
        return -ENOMEM;
    }
    if (b->n_before > 0) {
        b->group.statements[0] = b->opens_transaction
                                     ? plain_statement("begin")
                                     : plain_statement("set transaction isolation level "
                                                       "repeatable read");
    }
    return (b->is_together ? encode_together(b) : encode_shared(b)) ? 0 : -ENOMEM;
}

void batch_close(struct batch *b, bool commits)
{
    b->commits = commits;
    b->closing_statement = plain_statement(commits ? "commit" : "rollback");
    b->closing = (struct group){ .n_statements = 1,
                                 .statements = &b->closing_statement,
                                 .due = b->closing_due };
}

size_t batch_refused_at(const struct batch *b, const struct pg_error *error)
{
    const struct exchange *member = live_member(b);
    size_t n_others = b->n_before;
    if (member != NULL) {
        n_others += member->precondition.n + (b->is_together ? b->first_step[member->number] : 0);
    }
    return error->position < n_others ? 0 : error->position - n_others;
}

struct exchange *batch_culprit(const struct batch *b, const struct pg_error *error)
{
    for (size_t i = 0; b->is_together && i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        size_t first = b->n_before + b->first_step[i];
        if (x != NULL && error->position >= first && error->position < first + n_steps(x)) {
            return x;
        }
    }
    return NULL;
}

/* ---- dealing ------------------------------------------------------------------------------- */

/* Each has statements of its own, in which it is number 0. */
static void deal_together(struct batch *b)
{
    for (size_t i = 0; i < b->n_members; i++) {
        struct exchange *x = b->members[i];
        for (size_t s = 0; x != NULL && s < n_steps(x); s++) {
            struct result *result = b->group.statements[b->n_before + b->first_step[i] + s].result;
            if (result != NULL && arena_adopt(x->arena, result_release, result_hold(result))) {
                struct rows rows = result_rows(result);
                size_t at = 0;
                *rows_at(x, s) = rows_of_request(&rows, 0, &at);
            }
        }
    }
}

void batch_deal(struct batch *b)
{
    if (b->is_together) {
        deal_together(b);
        return;
    }
    for (size_t s = 0; s + b->n_before < b->group.n_statements; s++) {
        struct result *result = b->group.statements[s + b->n_before].result;
        if (result == NULL) { /* a statement without rows */
            continue;
        }
        struct rows rows = result_rows(result);
        size_t at = 0;
        for (size_t i = 0; i < b->first_number; i++) {
            rows_of_request(&rows, (int64_t)i, &at); /* those of the copy are passed over */
        }
        for (size_t i = 0; i < b->n_members; i++) {
            struct rows own = rows_of_request(&rows, (int64_t)(b->first_number + i), &at);
            struct exchange *x = b->members[i];
            if (x != NULL && own.n_rows > 0 &&
                arena_adopt(x->arena, result_release, result_hold(result))) {
                *rows_at(x, s) = own;
            }
        }
    }
}
