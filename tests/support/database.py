"""Short forms for asking the database what is really stored."""


class Sql:
    """Wraps a psycopg2 connection in autocommit mode."""

    def __init__(self, connection):
        self.connection = connection

    def rows(self, statement, *parameters):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def column(self, statement, *parameters):
        return [row[0] for row in self.rows(statement, *parameters)]

    def value(self, statement, *parameters):
        found = self.rows(statement, *parameters)
        return found[0][0] if found else None

    def run(self, statement, *parameters):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.rowcount

    def count(self, table):
        return self.value(f"select count(*) from {table}")

    def counts(self):
        """Row counts of every table of the default model: equal before and after a refusal."""
        tables = ("persons", "phones", "friends", "hobbies",
                  "person_phones", "person_friends", "friend_hobbies")
        return {table: self.count(table) for table in tables}

    def close(self):
        self.connection.close()
