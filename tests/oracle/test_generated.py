"""Models of every kind at random, served by backref and mapped by SQLAlchemy, changed and compared.

For each kind of relationship some models are drawn that have it, and others beside it (generated/shapes.py).
Each starts with every action from every side of that relationship; what follows is drawn.

ORACLE_MODELS     models for each kind (2)
ORACLE_CHANGES    drawn changes for each (20)
ORACLE_SHRINK     set to anything: look for the shortest form of a failure, which takes minutes
"""

import json
import os
import random
import warnings
import zlib
from collections import Counter

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, assume, given, seed, settings
from sqlalchemy.exc import SAWarning

from support.client import Client
from support.database import Sql
from support.service import Service

from .generated.changes import ACTIONS, NOTHING, Draft, drafts
from .generated.flaws import FLAWS, Flawed
from .generated.judge import REASONS
from .generated.shapes import KINDS, SCHEMAS, shapes
from .generated.tables import ddl, model_file, quote
from .generated.trial import Trial

MODELS = int(os.environ.get("ORACLE_MODELS", "2"))
CHANGES = int(os.environ.get("ORACLE_CHANGES", "20"))
COMPARE_EVERY = 12
MUST_EXIST = ("link", "replace", "put", "create", "update")
PHASES = tuple(Phase) if os.environ.get("ORACLE_SHRINK") else (Phase.generate,)

#: Why requests about any relationship must have been refused at least once, and those of a certain kind.
ALWAYS = {"no owner", "no member", "wrong type"}
REFUSALS = {
    "required": {"required", "kept"},
    "required one-to-one": {"required", "kept", "taken"},
    "refused": {"taken"}, "refused one-to-one": {"taken"}, "refused over a table": {"taken"},
    "symmetric": {"itself"},
    "view-only to-one": {"view-only"}, "view-only to-many": {"view-only"}, "view-only over a table": {"view-only"},
}


#: (kind of relationship, action, why it was refused or "") -> how often, over all tests of this file
SEEN = Counter()


class Place:
    """Two databases, for backref's tables and for SQLAlchemy's, emptied for each model."""

    def __init__(self, cluster, folder):
        self.cluster, self.model = cluster, folder / "model.json"
        self.names = ("oracle_served", "oracle_mapped")
        self.urls = [cluster.create_database(name) for name in self.names]
        self.sqls = [Sql(cluster.connect(name)) for name in self.names]

    def connect(self):
        """To SQLAlchemy's tables, with transactions."""
        connection = self.cluster.connect(self.names[1])
        connection.autocommit = False
        return connection

    def prepare(self, shape):
        gone = ", ".join(quote(name) for name in ("public", *sorted({one for one in SCHEMAS if one})))
        for sql, deferred in zip(self.sqls, (False, True)):
            sql.run(f"drop schema if exists {gone} cascade; create schema public")
            sql.run(ddl(shape, deferred))
        self.model.write_text(json.dumps(model_file(shape)))

    def close(self):
        for sql, name in zip(self.sqls, self.names):
            sql.close()
            self.cluster.drop_database(name)


@pytest.fixture(scope="module")
def place(cluster, tmp_path_factory):
    made = Place(cluster, tmp_path_factory.mktemp("generated"))
    yield made
    made.close()


def tour(shape, rng):
    """Every action from each side of the first bond, with members that exist and, where that is refused, with
    one that does not; in any order."""
    def draft(action, side, owner, *missing):
        named = [(rng.randrange(6), rng.randrange(4)) for _ in range(rng.choice((1, 1, 2)))]
        return Draft(action, side, owner, (*missing, *named) if action == "put" else (*named, *missing),
                     (), rng.randrange(14))

    found = []
    for side in range(len(shape.bonds[0].ends())):
        found += [draft(action, side, rng.randrange(6)) for action in ACTIONS]
        found += [draft(action, side, rng.randrange(6), (NOTHING, 0)) for action in MUST_EXIST]
        found.append(draft("put", side, NOTHING))
    rng.shuffle(found)
    return found


def serve(place, shape):
    try:
        return Service(place.urls[0], model=str(place.model), workers=2, connections=2)
    except RuntimeError as failure:
        raise AssertionError(f"{failure}\n{json.dumps(model_file(shape), ensure_ascii=False)}\n{ddl(shape)}") from None


def run(place, shape, drawn, tally, wrap=lambda client: client):
    place.prepare(shape)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SAWarning)  # SQLAlchemy's own doubts about a mapping
        with serve(place, shape) as service, Client(service.base_url) as client:
            trial = Trial(shape, wrap(client), place.sqls[0], place.connect, tally)
            try:
                changes(trial, shape, drawn)
            except AssertionError as failure:
                raise AssertionError(
                    f"{failure}\nthe requests before it:\n{trial.story()}\nthe model file:\n"
                    f"{json.dumps(model_file(shape), indent=1, ensure_ascii=False)}\n{ddl(shape)}") from None
            finally:
                trial.close()


def changes(trial, shape, drawn):
    rng = random.Random(len(drawn))
    trial.populate()
    steps = [(draft, True) for draft in tour(shape, rng)] + [(draft, False) for draft in drawn]
    for n, (draft, focus) in enumerate(steps):
        trial.step(draft, focus)
        if n % COMPARE_EVERY == COMPARE_EVERY - 1:
            trial.compare_all()
    trial.compare_all()


def for_each_model(kind, examples):
    """Decorates a test of (shape, drafts): the same models in each run, unless BACKREF_RANDOM is set.

    hypothesis begins with the simplest examples there are, which show little: those are passed over."""
    def decorate(test):
        def models(shape, drawn, varied):
            assume(varied)
            test(shape, drawn)

        made = settings(max_examples=examples, phases=PHASES, report_multiple_bugs=False)(given(
            shape=shapes(kind), drawn=st.lists(drafts, min_size=CHANGES, max_size=CHANGES),
            varied=st.integers(0, 255))(models))
        return made if os.environ.get("BACKREF_RANDOM") else seed(zlib.crc32(kind.encode()))(made)
    return decorate


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind(place, kind):
    @for_each_model(kind, MODELS)
    def models(shape, drawn):
        run(place, shape, drawn, lambda *what: SEEN.update([what]))

    models()
    of_this = [(action, reason) for of, action, reason in SEEN if of == kind]
    assert {action for action, _ in of_this} == set(ACTIONS)
    assert ALWAYS | REFUSALS.get(kind, set()) <= {reason for _, reason in of_this}


def test_everything_has_occurred():
    """Of all kinds together: every action was accepted, for most kinds, and refused for every reason there is."""
    kinds = {kind for kind, _, _ in SEEN}
    if kinds != set(KINDS):
        pytest.skip("only some kinds were tried")
    for action in set(ACTIONS) - {"wrong type", "taken"}:
        accepted = {kind for kind, of, reason in SEEN if of == action and not reason}
        assert len(accepted) > len(KINDS) // 3, (action, sorted(accepted))
    assert {reason for _, _, reason in SEEN} - {""} == set(REASONS)


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_noticed(place, flaw):
    @for_each_model(FLAWS[flaw][0], 3)
    def models(shape, drawn):
        run(place, shape, drawn, lambda *_: None, lambda client: Flawed(client, flaw))

    with pytest.raises(AssertionError, match="the requests before it"):
        models()
