"""Random changes from both sides of every relationship, each also done to SQLAlchemy, everything compared.

ORACLE_SEEDS    how many seeds (3)           ORACLE_SEED    the first one (1; BACKREF_RANDOM=1: any)
ORACLE_STEPS    changes per seed (700)       ORACLE_CHECK   compare everything after so many (20)

A failure prints its seed and step; `ORACLE_SEED=<seed> ORACLE_SEEDS=1` repeats it. A long run is
`ORACLE_STEPS=1000000 ORACLE_SEEDS=1`, with a line about its progress every ten seconds.
"""

import os
import random
import threading
import time

import pytest

from .operations import ACTIONS, Draft
from .sides import stored
from .trial import Trial

STEPS = int(os.environ.get("ORACLE_STEPS", "700"))
CHECK = int(os.environ.get("ORACLE_CHECK", "20"))
FIRST = int(
    os.environ.get("ORACLE_SEED") or (time.time_ns() % 10**9 if os.environ.get("BACKREF_RANDOM") else 1)
)
SEEDS = range(FIRST, FIRST + int(os.environ.get("ORACLE_SEEDS", "3")))
COMPANIONS = 8
PROGRESS_SECONDS = 10


def run(trial, rng, seed, steps, tell):
    """`steps` random changes; an AssertionError tells seed, step and the operations that led there."""
    started = told = time.monotonic()
    seen = set()
    try:
        while trial.steps < steps:
            seen.add(trial.step(Draft.random(rng)).action)
            if trial.steps % CHECK == 0 or trial.steps == steps:
                trial.compare_all()
            now = time.monotonic()
            if now - told > PROGRESS_SECONDS:
                told = now
                tell(f"seed {seed}: {trial.steps} of {steps}, {trial.steps / (now - started):.0f}/s")
    except AssertionError as failure:
        raise AssertionError(
            f"seed {seed}, step {trial.steps}: {failure}\nthe operations before it:\n{trial.story()}"
        ) from None
    finally:
        trial.close()
    return seen


@pytest.fixture
def tell(capfd):
    """Prints a line at once, past pytest's capture."""

    def say(line):
        with capfd.disabled():
            print(f"\n  {line}", end="", flush=True)

    return say


@pytest.mark.parametrize("seed", SEEDS)
def test_one_client(fresh_service, tell, seed):
    service = fresh_service()
    rng = random.Random(seed)
    clients = [service.client() for _ in range(4)]
    seen = run(Trial(clients, stored(service.sql), rng), rng, seed, STEPS, tell)
    assert STEPS < 300 or seen == set(ACTIONS)


def test_in_company(fresh_service, tell):
    """Several clients, each with resources and an oracle of its own: their requests share batches,
    and each must still get its own outcome and nobody else's rows."""
    service = fresh_service()
    failures = []

    def companion(index):
        seed = FIRST * 100 + index
        rng = random.Random(seed)
        clients = [service.client() for _ in range(2)]
        trial = Trial(clients, stored(service.sql), rng, company=1_000_000 * (index + 1))
        try:
            run(trial, rng, seed, max(STEPS // COMPANIONS, 50), tell)
        except BaseException as failure:  # reported by the main thread
            failures.append(failure)

    threads = [threading.Thread(target=companion, args=(index,)) for index in range(COMPANIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
