"""What is being tested: a service of our own on a throwaway PostgreSQL, or any server by its URL."""

import contextlib
import itertools
import json
import pathlib
import subprocess
import tempfile

from support.database import Sql
from support.postgres import Cluster
from support.service import Service, run

from expect import Skip

HERE = pathlib.Path(__file__).resolve().parent
NO_PROGRAM = "needs the program itself, and there is only a URL"


class Elsewhere:
    """A server that somebody else started."""

    def __init__(self, base_url):
        self.base_url = base_url.rstrip("/")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def check_model(self, _):
        raise Skip(NO_PROGRAM)

    serve_model = check_model

    def spare(self):
        raise Skip(NO_PROGRAM)


class OurOwn:
    """The program under test, serving the zoo."""

    def __init__(self, model, schema):
        self.model, self.schema = pathlib.Path(model), pathlib.Path(schema).read_text(encoding="utf-8")
        self._stack = contextlib.ExitStack()
        self._names = (f"zoo_{n}" for n in itertools.count(1))

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.cluster = stack.enter_context(Cluster())
            self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="brzoo-")))
            self.database, _ = self._open()
            self.service = stack.enter_context(Service(self.database, model=self.model))
            self.base_url = self.service.base_url
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *details):
        return self._stack.__exit__(*details)

    def _open(self):
        name = next(self._names)
        url = self.cluster.create_database(name)
        with contextlib.closing(Sql(self.cluster.connect(name))) as sql:
            sql.run(self.schema)
        return url, name

    def check_model(self, change):
        """`backref model check` on the zoo's model after change(model). Returns the ended process."""
        model = json.loads(self.model.read_text(encoding="utf-8"))
        change(model["resources"])
        file = self.folder / "changed.json"
        file.write_text(json.dumps(model), encoding="utf-8")
        return run("model", "check", "--model", file, "--database", self.database)

    def serve_model(self, change):
        """`backref serve` with such a model, which is not expected to start. Returns its end."""
        self.check_model(change)
        try:
            return run("serve", "--model", self.folder / "changed.json", "--database", self.database,
                       "--listen", "127.0.0.1:0", timeout=30)
        except subprocess.TimeoutExpired:
            raise AssertionError("expected a refusal to start; it serves the changed model") from None

    @contextlib.contextmanager
    def spare(self):
        """(base URL, Sql) of another service with a database of its own, to be maltreated."""
        url, name = self._open()
        with contextlib.closing(Sql(self.cluster.connect(name))) as sql:
            with Service(url, model=self.model) as service:
                yield service.base_url, sql
        self.cluster.drop_database(name)
