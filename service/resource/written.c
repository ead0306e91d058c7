/*
 * written.c - see written.h.
 */
#include "resource/written.h"

#include "relationship/write.h"

struct cell written_outcome(const struct exchange *x, size_t statement, size_t i, size_t which)
{
    const struct cell *row = rows_row(&x->rows[statement], 0);
    return row[WRITE_RELATIONSHIPS + WRITE_PER_RELATIONSHIP * i + which];
}

bool written_is_whole(struct exchange *x, size_t statement)
{
    for (size_t i = 0; i < x->document.n_relationships; i++) {
        struct cell missing = written_outcome(x, statement, i, WRITE_MISSING_AT);
        if (cell_is_null(missing)) {
            continue;
        }
        const struct relationship_value *v = &x->document.relationships[i];
        const char *pointer = arena_printf(x->arena, "/data/relationships/%s/data",
                                           problem_escape(x->arena, v->relationship->name));
        refuse_missing_member(x, pointer == NULL ? "" : pointer, v->relationship, &v->linkage,
                              (size_t)cell_int(missing));
    }
    return x->problems.n == 0;
}
