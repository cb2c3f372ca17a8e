"""The machines are what the design says, reach everywhere, end everywhere, and refuse with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chspay_core.errors import Fault
from chspay_dispute.app.shelf import machines
from chspay_dispute.engine.machine import read_machine

DESIGNED = {"case": ("case", 22, 38), "topic": ("negotiation", 13, 19)}


@pytest.mark.parametrize("owner", DESIGNED)
def test_every_row_is_the_designed_one(shared: Path, owner: str) -> None:
    # Whoever approved the design must find each of its rows here, and no other.
    name, states, count = DESIGNED[owner]
    rows = json.loads((shared / "handbook/governance/dispute_fsm.json").read_text(encoding="utf-8"))[name]
    machine = machines()[owner]
    assert (len(machine.states), len(machine.transitions)) == (states, count)
    ours = [
        (item.source, item.event, item.target, "/".join(item.roles), item.clock or "-", bool(item.guards))
        for item in machine.transitions
    ]
    assert ours == [
        (row["from"], row["event"], row["to"], row["role"], row["deadline_param"], row["guard"] != "-")
        for row in rows
    ]
    # What the design asks to be done or issued is asked here as well.
    silent = {(item.source, item.event) for item in machine.transitions if not item.documents + item.effects}
    assert silent <= {(row["from"], row["event"]) for row in rows if row["documents_effects"] == "-"}


@pytest.mark.parametrize("owner", DESIGNED)
def test_every_state_is_reached_and_left(owner: str) -> None:
    # A case that can go nowhere is a hospital that is never answered; read_machine refuses such a machine.
    machine = machines()[owner]
    for state in machine.states:
        assert machine.final(state) == (not machine.leaving(state))
        for running in machine.running(state):
            assert set(running.events) <= {item.event for item in machine.leaving(state) if item.automatic}


def _small(**changes: object) -> dict[str, object]:
    content: dict[str, object] = {
        "machine": "m", "title": "试验", "start": "A", "keys": "k",
        "roles": [{"role": "HOSP", "text": "机构"}, {"role": "SYS", "text": "系统"}],
        "states": [{"state": "A", "text": "甲"}, {"state": "B", "text": "乙", "final": "true"}],
        "clocks": [{"clock": "c_wd", "unit": "working_days", "text": "期限"}],
        "guards": [{"guard": "g", "text": "条件"}],
        "transitions": [{"from": "A", "event": "go", "to": "B", "roles": ["HOSP"], "text": "前进",
                         "guards": ["g"], "clock": "c_wd"}],
    }  # fmt: skip
    return content | changes


def test_a_step_needs_its_event_role_and_guards() -> None:
    # Each refusal names what is missing, so that the reader knows what to do next.
    machine = read_machine(_small())
    assert machine.step("A", "go", "HOSP", {"g": True}).target == "B"
    for event, role, facts, code in (
        ("stop", "HOSP", {"g": True}, "EVENT_NOT_ALLOWED"),
        ("go", "SYS", {"g": True}, "EVENT_ROLE"),
        ("go", "HOSP", {}, "GUARD_UNKNOWN"),
        ("go", "HOSP", {"g": False}, "GUARD_FAILED"),
    ):
        with pytest.raises(Fault) as fault:
            machine.step("A", event, role, facts)
        assert fault.value.reason.code == code
    with pytest.raises(Fault) as fault:
        machine.step("B", "go", "HOSP", {"g": True})
    assert "无（已办结）" in fault.value.message


@pytest.mark.parametrize(
    "changes",
    [
        {"transitions": [{"from": "A", "event": "go", "to": "C", "roles": ["HOSP"], "text": "x"}]},
        {"transitions": [{"from": "A", "event": "go", "to": "B", "roles": ["WHO"], "text": "x"}]},
        {"transitions": [{"from": "A", "event": "go", "to": "B", "roles": ["HOSP"], "text": "x",
                          "guards": ["?"]}]},
        {"transitions": [{"from": "A", "event": "go", "to": "B", "roles": ["HOSP"], "text": "x"}] * 2},
        {"states": [{"state": "A", "text": "甲"}, {"state": "B", "text": "乙", "final": "true"},
                    {"state": "C", "text": "丙", "final": "true"}]},
        {"states": [{"state": "A", "text": "甲"}, {"state": "B", "text": "乙"}]},
        {"clocks": [{"clock": "c_wd", "unit": "weeks", "text": "期限"}]},
    ],
)  # fmt: skip
def test_a_machine_with_a_hole_is_refused(changes: dict[str, object]) -> None:
    # A local office may change the file; a typing error must not lose a case.
    with pytest.raises(Fault) as fault:
        read_machine(_small(**changes))
    assert fault.value.reason.code == "MACHINE_BAD"
