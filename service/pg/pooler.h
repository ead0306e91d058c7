/*
 * pooler.h - is there a pooler before PostgreSQL that prepared statements do not survive?
 */
#ifndef BACKREF_PG_POOLER_H
#define BACKREF_PG_POOLER_H

#include "pg/session.h"

/*
 * pooler_check() - refuse a pooler that hands one session of PostgreSQL to several connections and
 * does not keep their prepared statements apart.
 *
 * Asks by preparing a statement of the same name on two connections. What cannot be asked, for want
 * of a connection, passes, and so may a pooler whose other clients are busy.
 *
 * conninfo  as of session_open()
 * reterr    set on 1: what to do about it, for an operator
 * Cost:     a connection and a query; behind a pooler, another one and two statements prepared
 * Returns:  0 | 1
 */
int pooler_check(const char *conninfo, struct session_error *reterr) MUST_CHECK;

#endif
