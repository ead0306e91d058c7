/*
 * model_graph.h - a model as its author wants to read it: what was understood, and what the
 * database does on its own.
 */
#ifndef BACKREF_CLI_MODEL_GRAPH_H
#define BACKREF_CLI_MODEL_GRAPH_H

#include "base/buf.h"
#include "model/model.h"
#include "pg/catalog.h"

/*
 * model_graph_write() - every type with its attributes and relationships, in lines of text.
 *
 * A relationship shows its kind, both sides, the columns that store it, whether it may be written,
 * and what the foreign keys' delete rules mean for it.
 */
void model_graph_write(struct buf *b, const struct catalog *catalog, const struct model *model);

#endif
