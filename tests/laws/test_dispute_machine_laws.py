"""Whatever is asked of a machine in whatever order: nothing illegal is accepted, and nothing gets stuck."""

from __future__ import annotations

import os
import random

import pytest

from chspay_core.errors import Fault
from chspay_dispute.app.shelf import machines
from chspay_dispute.engine.machine import Machine

_REFUSED = {"EVENT_NOT_ALLOWED", "EVENT_ROLE", "GUARD_FAILED", "GUARD_UNKNOWN"}


def _reach(machine: Machine) -> dict[str, int]:
    """The fewest steps from each state to an end."""
    ways = dict.fromkeys(machine.finals, 0)
    while len(ways) < len(machine.states):
        for item in machine.transitions:
            if item.target in ways and item.source not in ways:
                ways[item.source] = ways[item.target] + 1
    return ways


def _walk(machine: Machine, steps: int, seed: int) -> tuple[int, int]:
    """Random legal and illegal asks against a model that knows nothing but the rows; both must agree."""
    chance, ways = random.Random(seed), _reach(machine)
    rows = {(item.source, item.event): item for item in machine.transitions}
    events = sorted({item.event for item in machine.transitions})
    roles = [*sorted({role for item in machine.transitions for role in item.roles}), "NOBODY"]
    state, history, ended = machine.start, [machine.start], 0
    for _ in range(steps):
        if machine.final(state):
            # An end is an end: no event, role or fact leads out of it.
            state, history, ended = machine.start, [machine.start], ended + 1
        event, role = chance.choice(events), chance.choice(roles)
        row = rows.get((state, event))
        if chance.random() < 0.5:
            row = chance.choice(machine.leaving(state))
            event, role = row.event, chance.choice([*row.roles, role])
        facts = {guard: chance.random() < 0.9 for guard in machine.guards if chance.random() < 0.98}
        legal = row is not None and role in row.roles and all(facts.get(name) for name in row.guards)
        if not legal:
            with pytest.raises(Fault) as refused:
                machine.step(state, event, role, facts)
            code = refused.value.reason.code
            assert code in _REFUSED
            assert (code == "EVENT_NOT_ALLOWED") == (row is None)
            continue
        taken = machine.step(state, event, role, facts)
        assert (taken.source, taken.event) == (state, event)
        state = taken.target
        history.append(state)
        # From wherever it is, some way leads to an end: nobody is left waiting for ever.
        assert ways[state] < len(machine.states)
        assert machine.final(state) or machine.leaving(state)
    return ended, len(history)


@pytest.mark.parametrize("owner", ["case", "topic"])
def test_a_random_walk_never_goes_where_it_may_not(owner: str) -> None:
    # The same walk in the default run, other and longer ones in the proofs.
    ended, _ = _walk(machines()[owner], 3_000, seed=4101)
    assert ended > 5


@pytest.mark.prove
@pytest.mark.parametrize("owner", ["case", "topic"])
def test_a_hundred_thousand_steps(owner: str) -> None:
    # The figure the design asks for, with new questions each time it is proved.
    seed = int.from_bytes(os.urandom(4), "big")
    ended, _ = _walk(machines()[owner], 100_000, seed)
    assert ended > 100, seed
