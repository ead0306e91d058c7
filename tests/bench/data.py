"""The fixed data: made by PostgreSQL itself, the same at every run.

Every friend has LINKS hobbies, spread evenly over the hobbies; persons have three friends and two
phones each. Foreign keys are not checked while loading (the ids are right by construction) and the
inverse index is built afterwards, which together load four times faster.
"""

import dataclasses

LINKS = 10
SMALL_HOBBIES, SMALL_HOBBY_FRIENDS = 50, 100
DEFAULT_FRIENDS = 100_000


@dataclasses.dataclass(frozen=True)
class Size:
    """How much of everything. With `big_hobby_friends`, that many friends, from the first on, have
    one hobby more, `big_hobby`; and each of `small_hobbies` has 100 friends that follow each other,
    so that the pages of both kinds of hobby lie equally close together in the tables."""

    friends: int = DEFAULT_FRIENDS
    hobbies: int = 1000
    with_persons: bool = True
    big_hobby_friends: int = 0

    @property
    def phones(self):
        return self.friends * 12 // 10

    @property
    def big_hobby(self):
        return self.hobbies + 1

    @property
    def small_hobbies(self):
        return range(self.big_hobby + 1, self.big_hobby + 1 + SMALL_HOBBIES)


FRIENDS = """
insert into friends (name, nickname)
select 'Friend ' || i, case when i % 3 > 0 then 'Nick ' || i end
from generate_series(1, {friends}) i;
insert into hobbies (name, description)
select 'Hobby ' || i, case when i % 2 = 0 then 'What people do on day ' || i end
from generate_series(1, {hobbies}) i;
"""
LINKS_OF_FRIENDS = """
insert into friend_hobbies (friend_id, hobby_id)
select f, (f::bigint * 7919 + k * ({hobbies} / {links})) % {hobbies} + 1
from generate_series(1, {friends}) f, generate_series(0, {links} - 1) k
"""
PERSONS = """
insert into persons (name, email)
select 'Person ' || i, 'person' || i || '@example.org' from generate_series(1, {friends}) i;
insert into phones (number, label)
select '+1' || (2000000000 + i), 'mobile' from generate_series(1, {phones}) i;
insert into person_phones (person_id, phone_id)
select p, (p * 2 + k) % {phones} + 1 from generate_series(1, {friends}) p, generate_series(0, 1) k;
insert into person_friends (person_id, friend_id)
select p, (p * 3 + k) % {friends} + 1 from generate_series(1, {friends}) p, generate_series(0, 2) k;
"""
BIG_HOBBY = """
insert into hobbies (name) values ('Hobby of everybody');
insert into hobbies (name) select 'Hobby of few ' || i from generate_series(1, {small}) i;
insert into friend_hobbies (friend_id, hobby_id)
select f, {big_hobby} from generate_series(1, {big_hobby_friends}) f
union all
select (i - 1) * {small_friends} + k, {big_hobby} + i
from generate_series(1, {small}) i, generate_series(1, {small_friends}) k;
"""


def load(connection, size):
    """Fill a migrated, empty database; `connection` is in autocommit mode and may do anything."""
    values = {
        "friends": size.friends, "hobbies": size.hobbies, "phones": size.phones, "links": LINKS,
        "big_hobby": size.big_hobby, "big_hobby_friends": size.big_hobby_friends,
        "small": SMALL_HOBBIES, "small_friends": SMALL_HOBBY_FRIENDS,
    }
    with connection.cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where indexname = 'friend_hobbies_inverse'")
        inverse = cursor.fetchone()[0]
        cursor.execute("set session_replication_role = replica")
        cursor.execute("set maintenance_work_mem = '512MB'")
        cursor.execute("drop index friend_hobbies_inverse")
        cursor.execute(FRIENDS.format(**values))
        cursor.execute(LINKS_OF_FRIENDS.format(**values))
        if size.with_persons:
            cursor.execute(PERSONS.format(**values))
        if size.big_hobby_friends:
            cursor.execute(BIG_HOBBY.format(**values))
        cursor.execute(inverse)
        cursor.execute("set session_replication_role = origin")
        cursor.execute("vacuum analyze")
        cursor.execute("select count(*) from friend_hobbies")
        links = cursor.fetchone()[0]
    expected = size.friends * LINKS
    if size.big_hobby_friends:
        expected += size.big_hobby_friends + SMALL_HOBBIES * SMALL_HOBBY_FRIENDS
    if links != expected:
        raise RuntimeError(f"the data has {links} links and not {expected}")
