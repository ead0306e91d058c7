/*
 * audience.h - for whom a listener is.
 */
#ifndef BACKREF_HTTP_AUDIENCE_H
#define BACKREF_HTTP_AUDIENCE_H

enum audience {
    AUDIENCE_ALL,
    AUDIENCE_CLIENTS,   /* not what is for operators, which has a listener of its own */
    AUDIENCE_OPERATORS, /* nothing else */
};

#endif
