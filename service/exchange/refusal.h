/*
 * refusal.h - what PostgreSQL refused, as a problem of the request.
 *
 * One table maps SQLSTATEs to what is done about them. Nothing of PostgreSQL's own words reaches an
 * answer; constraints are explained by their comments, read with the catalog.
 */
#ifndef BACKREF_EXCHANGE_REFUSAL_H
#define BACKREF_EXCHANGE_REFUSAL_H

#include "exchange/exchange.h"
#include "pg/conn.h"

enum remedy {
    REMEDY_REPORT,  /* tell the client */
    REMEDY_RETRY,   /* run the same again a little later: another writer was in the way */
    REMEDY_PREPARE, /* prepare the statements anew and run them again: a table has changed */
    REMEDY_MOVE,    /* run again on a fresh connection: this one leads to a standby */
};

/* refusal_remedy() - what to do about this SQLSTATE. */
enum remedy refusal_remedy(const char *sqlstate);

/*
 * refusal_report() - add the problem that `error` means for this request, pointing at the attribute
 * that a constraint binds where the request gave it. What is no fault of the request is logged.
 */
void refusal_report(struct exchange *x, const struct pg_error *error);

#endif
