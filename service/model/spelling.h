/*
 * spelling.h - the model's names as documents spell them: encoded once, when the model is built, so
 * that a row is written by copying what does not depend on it.
 *
 * Texts live in the arena; an empty one means that it is over budget, which the caller asks it.
 */
#ifndef BACKREF_MODEL_SPELLING_H
#define BACKREF_MODEL_SPELLING_H

#include "model/model.h"

/* spell_attribute() - a member's name in JSON, with the colon: "name": */
struct text spell_attribute(struct arena *a, const char *name);

/* spell_resource() - fill `spelled` of a resource that has its type. */
void spell_resource(struct arena *a, struct resource *resource);

/* spell_relationship() - fill `spelled` of a relationship that has its name. */
void spell_relationship(struct arena *a, struct relationship *relationship);

#endif
