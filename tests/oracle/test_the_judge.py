"""The comparison itself: silent about a sound service, loud about each kind of unsound one."""

import random

import pytest

from .fake import FLAWS, FakeService
from .operations import ACTIONS, Draft, expected
from .trial import Disagreement, Trial


def run(service, seed, steps):
    rng = random.Random(seed)
    trial = Trial([service], service.rows, rng)
    seen = set()
    try:
        for step in range(steps):
            op = trial.step(Draft.random(rng))
            seen.add(op.action)
            if step % 15 == 14:
                trial.compare_all()
    except Disagreement as error:
        raise Disagreement(f"{error}\n{trial.story()}") from None
    finally:
        trial.close()
    return seen


def test_a_sound_service_passes_and_every_action_occurs():
    seen = set()
    for seed in range(2):
        seen |= run(FakeService(), seed, 200)
    assert seen == set(ACTIONS)


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_noticed(flaw):
    with pytest.raises(Disagreement):
        for seed in range(4):
            run(FakeService(flaw), seed, 200)


def test_operations_succeed_and_fail_in_a_healthy_mix():
    rng, service, counts = random.Random(11), FakeService(), {}
    trial = Trial([service], service.rows, rng)
    for _ in range(400):
        op = trial.drawer.resolve(Draft.random(rng))
        status = expected(op, trial.oracle).status
        counts[status] = counts.get(status, 0) + 1
        trial.step(Draft.random(rng))
    trial.close()
    assert {200, 201, 204, 404, 409} <= set(counts)
    refused = sum(n for status, n in counts.items() if status >= 400)
    assert 0.05 < refused / 400 < 0.45, counts
