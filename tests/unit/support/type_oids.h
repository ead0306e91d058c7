/*
 * type_oids.h - PostgreSQL's own types by the numbers they have in every database.
 */
#ifndef BACKREF_TESTS_TYPE_OIDS_H
#define BACKREF_TESTS_TYPE_OIDS_H

enum {
    BIGINT = 20,
    INTEGER = 23,
    SMALLINT = 21,
    TEXT = 25,
    VARCHAR = 1043,
    NAME = 19,
    BOOLEAN = 16,
    REAL = 700,
    DOUBLE = 701,
    DATE = 1082,
    TIMESTAMP = 1114,
    TIMESTAMPTZ = 1184,
    UUID = 2950,
    NUMERIC = 1700,
    TIME = 1083,
    TIMETZ = 1266,
    INTERVAL = 1186,
    JSON = 114,
    JSONB = 3802,
    BYTEA = 17,
    INET = 869,
    CIDR = 650,
    MACADDR = 829,
    MACADDR8 = 774,
};

#endif
