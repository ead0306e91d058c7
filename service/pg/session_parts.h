/*
 * session_parts.h - what a session is, for the files that ask libpq more than session.h does.
 */
#ifndef BACKREF_PG_SESSION_PARTS_H
#define BACKREF_PG_SESSION_PARTS_H

#include <libpq-fe.h>

#include "pg/session.h"

struct session {
    PGconn *pg;
};

#endif
