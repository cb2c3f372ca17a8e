"""The compiled proof of a month's totals is the proof of ``engine.proof``, byte for byte."""

from __future__ import annotations

import os

import numpy as np
import pytest
from settlement_rules import policy_of

from chspay_core.digest import sm3_bytes
from chspay_kit.machinecode import keep_machine_code
from chspay_settlement.engine.case.marks import Mark, MarkKind
from chspay_settlement.engine.model import PricedInput
from chspay_settlement.engine.proof.leaves import case_leaf
from chspay_settlement.engine.proof.published import prove

keep_machine_code()

from chspay_settlement.engine.columnar import sm3  # noqa: E402
from chspay_settlement.engine.columnar.clearing import clear_columns  # noqa: E402
from chspay_settlement.engine.columnar.columns import Columns  # noqa: E402
from chspay_settlement.engine.replay import proving  # noqa: E402


@pytest.mark.parametrize("length", [0, 1, 3, 54, 55, 56, 63, 64, 65, 118, 119, 120, 177, 600])
def test_the_compiled_sm3_is_sm3(length):
    """Around every edge of a block and its padding."""
    content = os.urandom(length)
    start, message, state, words = sm3.room(length)
    message[:length] = np.frombuffer(content, np.uint8)
    out = np.zeros(64, np.uint8)
    sm3.digest(message, length, start, state, words, out, 32)
    assert out[32:].tobytes() == sm3_bytes(content)


def cases(hospitals: int, each: int) -> list[PricedInput]:
    """Cases of hospitals of different size; some ungrouped, excluded, marked or owing."""
    made = []
    for hospital in range(hospitals):
        for number in range(1 + each * (hospital + 1) // hospitals):
            place = hospital * 7919 + number * 31
            marks = (Mark(MarkKind.VIOLATION, "1", "", f"处〔{number}〕号"),) if place % 41 == 5 else ()
            status = "grouped" if place % 17 else ("ungrouped", "invalid")[place % 2]
            made.append(
                PricedInput(
                    f"病例{place % 97}-{number}",
                    f"H{hospital:03}",
                    None if hospital == 1 else hospital % 3,
                    f"G{place % 5}" if status == "grouped" else "",
                    status,
                    ("A03", "A15")[place % 29 == 1],
                    None if place % 29 == 2 else 1 + place % 40,
                    500_000 + place * 101 % 900_000,
                    100_000 + place * 13 % 3_000_000,
                    marks,
                )
            )
    return made


@pytest.mark.parametrize(("hospitals", "each"), [(1, 1), (2, 5), (3, 40), (9, 120)])
@pytest.mark.parametrize("form", ["total_cost@1", "fund_only@1"])
def test_columns_prove_what_cases_prove(hospitals, each, form, monkeypatch):
    """The same root and sections on statements; by loops, and case by case where figures do not fit."""
    inputs = cases(hospitals, each)
    policy = policy_of({"point_value.form": form, "settle.violation": "times@1"})
    done = clear_columns(Columns.of(inputs), 123_456_789, policy)
    leaves: dict[str, list] = {}
    for row, inp in enumerate(inputs):
        leaf = case_leaf(inp, done.points[row], int(done.funds_fen[row]))
        leaves.setdefault(inp.hospital_code, []).append(leaf)
    sorted_leaves = {code: sorted(own, key=lambda leaf: leaf.case_id) for code, own in leaves.items()}
    expected = prove(sorted_leaves, done.division, done.table)
    found = proving.proof_of_columns(done)
    assert found == expected
    assert all(found.section(code) == expected.section(code) for code in leaves)
    monkeypatch.setattr(proving, "MOST", 0)
    assert proving.proof_of_columns(done) == expected
