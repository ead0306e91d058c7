"""`backref migrate`: the built-in migrations and folders of one's own."""

import concurrent.futures
import pathlib
import re
import shutil

import pytest

from support.database import Sql
from support.service import REPOSITORY, migrate, run

TABLES = {"persons", "phones", "friends", "hobbies", "person_phones", "person_friends", "friend_hobbies"}


@pytest.fixture
def empty(cluster, fresh_database):
    """An empty database: its URL and a Sql."""
    name = fresh_database(migrated=False)
    sql = Sql(cluster.connect(name))
    yield cluster.url(name), sql
    sql.close()


@pytest.fixture
def folder(tmp_path):
    """A writable copy of the repository's migrations."""
    copy = tmp_path / "migrations"
    copy.mkdir()
    for file in sorted((REPOSITORY / "migrations").glob("*.sql")):
        shutil.copy(file, copy)
    return copy


def tables(sql):
    return set(sql.column("select tablename from pg_tables where schemaname = 'public'"))


def versions(sql):
    return sql.column("select version::text from schema_migrations order by 1")


def file_names():
    return sorted(p.name for p in (REPOSITORY / "migrations").glob("*.sql"))


def test_up_status_down(empty):
    url, sql = empty
    pending = migrate(url, "status", check=False)
    for name in file_names():
        version, _, title = pathlib.Path(name).stem.partition("_")
        assert re.search(rf"^{version}\s+{title}\s+pending$", pending.stdout, re.M), pending.stdout
    assert "schema_migrations" not in tables(sql), "status changes nothing"
    migrate(url, "up")
    assert tables(sql) == TABLES | {"schema_migrations"}
    assert len(versions(sql)) == len(file_names())
    applied = migrate(url, "status")
    assert applied.stdout == pending.stdout.replace("pending", "applied")
    again = migrate(url, "up")
    assert again.returncode == 0
    last = versions(sql)[-1]
    migrate(url, "down")
    assert last not in versions(sql)
    assert tables(sql) == {"persons", "phones", "friends", "hobbies", "schema_migrations"}
    migrate(url, "up")
    assert tables(sql) == TABLES | {"schema_migrations"}


def test_down_to_nothing_and_up_again(empty):
    url, sql = empty
    migrate(url, "up")
    for _ in file_names():
        migrate(url, "down")
    assert tables(sql) == {"schema_migrations"}
    assert sql.column("select proname from pg_proc where pronamespace = 'public'::regnamespace") == []
    migrate(url, "up")
    assert tables(sql) == TABLES | {"schema_migrations"}


def test_what_the_default_migrations_make(empty):
    """Composite keys in the declared order, an index the other way, cascades, readable rules."""
    url, sql = empty
    migrate(url, "up")
    for table, first, second in (("person_phones", "person_id", "phone_id"),
                                 ("person_friends", "person_id", "friend_id"),
                                 ("friend_hobbies", "friend_id", "hobby_id")):
        indexes = sql.column("select indexdef from pg_indexes where tablename = %s", table)
        assert any(f"({first}, {second})" in i and "UNIQUE" in i for i in indexes), indexes
        assert any(f"({second}, {first})" in i or f"({second})" in i for i in indexes), indexes
        rules = sql.column("select confdeltype::text from pg_constraint where contype = 'f'"
                           " and conrelid = %s::regclass", table)
        assert rules == ["c", "c"]
    bare = sql.column("select conname from pg_constraint c where contype = 'c' and connamespace ="
                      " 'public'::regnamespace and obj_description(oid, 'pg_constraint') is null")
    assert bare == []


def test_the_folder_and_the_built_in_files_are_the_same(empty, folder):
    url, sql = empty
    migrate(url, "up", "--migrations", folder)
    assert migrate(url, "up").returncode == 0
    assert len(versions(sql)) == len(file_names())


def test_two_processes_at_once(empty):
    url, sql = empty
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: migrate(url, "up", check=False), range(6)))
    assert [d.returncode for d in done] == [0] * 6, [d.stderr for d in done]
    assert len(versions(sql)) == len(set(versions(sql))) == len(file_names())
    assert tables(sql) == TABLES | {"schema_migrations"}


def test_a_changed_file_is_refused(empty, folder):
    url, sql = empty
    migrate(url, "up", "--migrations", folder)
    changed = sorted(folder.glob("*.sql"))[0]
    changed.write_text(changed.read_text() + "\n-- one more remark\n")
    (folder / "9000_more.sql").write_text("-- migrate:up\ncreate table more ();\n-- migrate:down\ndrop table more;\n")
    done = migrate(url, "up", "--migrations", folder, check=False)
    assert done.returncode != 0
    assert changed.name in done.stderr
    assert "more" not in tables(sql), "nothing runs after the refusal"


def test_a_failing_file_rolls_back_and_names_its_line(empty, folder):
    url, sql = empty
    broken = folder / "9000_broken.sql"
    broken.write_text("-- migrate:up\ncreate table early (a int);\n\ninsert into early\nvalues (1 / 0);\n"
                      "-- migrate:down\ndrop table early;\n")
    (folder / "9001_later.sql").write_text("-- migrate:up\ncreate table later ();\n-- migrate:down\ndrop table later;\n")
    done = migrate(url, "up", "--migrations", folder, check=False)
    assert done.returncode != 0
    assert broken.name in done.stderr and "division by zero" in done.stderr
    assert tables(sql) == TABLES | {"schema_migrations"}, "the files before it stay, its own table is gone"
    assert not [v for v in versions(sql) if v.startswith("900")]


@pytest.mark.parametrize("text, line", [
    ("-- migrate:up\ncreate table a (\n  b int,\n  c nosuchtype\n);\n-- migrate:down\ndrop table a;\n", 4),
    ("-- migrate:up\n\n\n\nselect nothing from nowhere;\n-- migrate:down\n", 5),
    ("-- migrate:up\ncreate table z ();\nselekt 1;\n-- migrate:down\n", 3),
])
def test_the_line_of_an_error(empty, tmp_path, text, line):
    url, _ = empty
    (tmp_path / "0001_wrong.sql").write_text(text)
    done = migrate(url, "up", "--migrations", tmp_path, check=False)
    assert done.returncode != 0
    assert re.search(rf"0001_wrong\.sql\D{{1,20}}{line}\b", done.stderr), done.stderr


def test_a_missing_folder_and_a_folder_without_migrations(empty, tmp_path):
    url, sql = empty
    for path in (tmp_path / "nope", tmp_path):
        done = migrate(url, "up", "--migrations", path, check=False)
        assert done.returncode != 0
        assert str(path) in done.stderr
    assert tables(sql) <= {"schema_migrations"}


@pytest.mark.parametrize("name, text", [
    ("0001_no_sections.sql", "create table a ();\n"),
    ("0001_no_up.sql", "-- migrate:down\ndrop table a;\n"),
])
def test_files_that_are_not_migrations(empty, tmp_path, name, text):
    url, sql = empty
    (tmp_path / name).write_text(text)
    done = migrate(url, "up", "--migrations", tmp_path, check=False)
    assert done.returncode != 0
    assert name in done.stderr and "migrate:up" in done.stderr
    assert tables(sql) <= {"schema_migrations"}


def test_two_files_of_one_version(empty, tmp_path):
    url, sql = empty
    for name in ("0001_a.sql", "0001_b.sql"):
        (tmp_path / name).write_text(f"-- migrate:up\ncreate table {name[5]} ();\n-- migrate:down\n")
    done = migrate(url, "up", "--migrations", tmp_path, check=False)
    assert done.returncode != 0
    assert "0001_a.sql" in done.stderr or "0001_b.sql" in done.stderr
    assert tables(sql) <= {"schema_migrations"}


@pytest.mark.parametrize("words", [(), ("sideways",), ("up", "--nope")])
def test_unknown_words(empty, words):
    url, sql = empty
    done = run("migrate", *words, "--database", url)
    assert done.returncode != 0
    assert "up" in done.stderr and "down" in done.stderr or "--nope" in done.stderr
    assert tables(sql) == set()


def test_an_unreachable_database():
    done = migrate("postgresql:///x?host=/nonexistent&user=nobody", "up", "--database-wait", "0s", check=False)
    assert done.returncode != 0
    assert "/nonexistent" in done.stderr
