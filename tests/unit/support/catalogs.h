/*
 * catalogs.h - catalogs and models for unit tests, written as text instead of read from PostgreSQL.
 */
#ifndef BACKREF_SUPPORT_CATALOGS_H
#define BACKREF_SUPPORT_CATALOGS_H

#include "model/model.h"
#include "model/resolve.h"
#include "pg/catalog.h"

/* The tables of the default model, as catalog_from() reads them. */
extern const char default_tables[];

/* The default model file. */
extern const char default_model[];

/*
 * catalog_from() - a catalog from lines of words; a fault in the text stops the test.
 *
 *     table NAME [SCHEMA]               begins a table; a schema is off the search path
 *     view NAME
 *     column NAME TYPE [not_null] [default] [generated]
 *     primary COLUMN…
 *     unique NAME COLUMN…
 *     check NAME COLUMN = COMMENT
 *     foreign COLUMN TABLE REFERENCED [restrict | set_null]
 *     index COLUMN…
 */
const struct catalog *catalog_from(struct arena *a, const char *text);

/* json_from() - the text with each ' turned into ", so that JSON stays readable in C. */
const char *json_from(struct arena *a, const char *text);

/* model_default() - the default model over its tables; freed with model_free(). */
struct model *model_default(void);

/* A model file over the default tables and some more, and what came of it. */
struct loaded_model {
    struct arena *arena;
    struct findings findings;
    struct model *model; /* NULL when there were errors */
    int r;
};

/* loaded_model_over() - `json` (see json_from()) over the default tables and `more_tables`. */
struct loaded_model loaded_model_over(const char *more_tables, const char *json);

/* relationship_of() - the relationship `name` of `type`, which the model has. */
const struct relationship *relationship_of(const struct model *model, const char *type,
                                           const char *name);

/* loaded_model_free() - release both arenas. */
void loaded_model_free(struct loaded_model *loaded);

#endif
