"""The same comparison under hypothesis, which shrinks a failing sequence to its shortest form.

Every step is followed by the comparison of everything. ORACLE_EXAMPLES sets the number of sequences.
"""

import os
import random

import hypothesis.strategies as st
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test

from support.model import SIDES, TYPES

from .fake import FakeService
from .operations import ACTIONS, LIVE_SLOTS, SLOTS, Draft
from .sides import empty, stored
from .trial import Trial

EXAMPLES = int(os.environ.get("ORACLE_EXAMPLES", "25"))
STEPS = 20

slots = st.integers(0, SLOTS - 1)
live_slots = st.integers(0, LIVE_SLOTS - 1)


def machine_for(clients, rows, clear):
    """A state machine class whose examples start from an empty database."""

    class Changes(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            clear()
            self.trial = Trial(clients, rows, random.Random(0))

        @initialize()
        def two_of_each(self):
            for kind in TYPES:
                side = next(i for i, one in enumerate(SIDES) if one.type == kind)
                for _ in range(2):
                    self.trial.step(Draft("create", side, 0, (), None))

        @rule(
            action=st.sampled_from(ACTIONS),
            side=st.integers(0, len(SIDES) - 1),
            owner=live_slots,
            members=st.lists(slots, max_size=4),
            more=st.none() | st.lists(slots, max_size=2),
        )
        def change(self, action, side, owner, members, more):
            more = None if more is None else tuple(more)
            self.trial.step(Draft(action, side, owner, tuple(members), more))

        @rule(
            action=st.sampled_from(ACTIONS),
            side=st.integers(0, len(SIDES) - 1),
            members=st.lists(slots),
        )
        def change_of_a_missing_owner(self, action, side, members):
            self.trial.step(Draft(action, side, LIVE_SLOTS, tuple(members[:3]), None))

        @invariant()
        def both_sides_agree(self):
            self.trial.compare_all()

        def teardown(self):
            self.trial.close()

    return Changes


def run(machine, examples, **options):
    run_state_machine_as_test(
        machine,
        settings=settings(max_examples=examples, stateful_step_count=STEPS, print_blob=True, **options),
    )


def test_sequences(fresh_service):
    service = fresh_service()
    clients = [service.client() for _ in range(4)]
    run(machine_for(clients, stored(service.sql), lambda: empty(service.sql)), EXAMPLES)


def test_the_machine_notices_a_flaw():
    fake = FakeService("replace adds only")
    with pytest.raises(AssertionError, match="shows"):
        machine = machine_for([fake], fake.rows, fake.clear)
        run(machine, 100, phases=(Phase.generate,), report_multiple_bugs=False)
