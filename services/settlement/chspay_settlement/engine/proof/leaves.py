"""What a leaf commits to, and the salts that keep it from being guessed.

A case's leaf names the hospital, the case, all it was settled from, how it was settled, and its figures. A
hospital's leaf is one of the parts its totals are cut into (see ``pool``); it names the hospital and the root
over its cases. A hospital gets its own key, and no other; from it it makes the salts of all its leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chspay_core.digest import sm3_bytes
from chspay_settlement.engine.case.marks import Mark
from chspay_settlement.engine.model import CaseKind, CasePoints, PricedInput
from chspay_settlement.engine.proof.sums import Sums, sums_of_case
from chspay_settlement.engine.proof.tree import Node, leaf

CASE, _PART, CASE_SALT, _PART_SALT = b"case", b"part", b"case-salt", b"part-salt"


class CaseLeaf(NamedTuple):
    """One case of a hospital as it is committed to."""

    case_id: str
    #: Everything its points were worked out from but its cost: level, group, the grouper's answer,
    #: department, days, and four texts for each mark.
    inputs: tuple[str, ...]
    #: How it was settled (``CaseKind``), and why an excluded one earns nothing.
    kind: str
    reason: str
    sums: Sums

    def content(self, hospital_code: str) -> bytes:
        """What stands in the leaf besides its figures."""
        return framed(CASE, hospital_code, self.case_id, self.kind, self.reason, *self.inputs)


def case_leaf(inp: PricedInput, points: CasePoints, fund_fen: int) -> CaseLeaf:
    """The leaf of a settled case; an excluded one is there, and counts nowhere.

    :raises Fault: PROOF_SUMS_REFUSED.
    """
    sums = Sums()
    if points.kind is not CaseKind.EXCLUDED:
        sums = sums_of_case(points.points_micro, inp.cost_fen or 0, inp.patient_fen or 0, fund_fen)
    inputs = inputs_of(inp.level, inp.drg, inp.status, inp.department, inp.los_days, inp.marks)
    return CaseLeaf(inp.case_id, inputs, points.kind.value, points.reason, sums)


def inputs_of(
    level: int | None, drg: str, status: str, department: str, los_days: int | None, marks: Sequence[Mark]
) -> tuple[str, ...]:
    """What a leaf says of the inputs of a case; unknown is the empty text."""
    known = ["" if number is None else str(number) for number in (level, los_days)]
    texts = (known[0], drg, status, department, known[1])
    return (*texts, *(str(text) for mark in sorted(marks) for text in mark)) if marks else texts


def framed(tag: bytes, *texts: str) -> bytes:
    """Texts in one form: each with its length in front, so that no two lists of texts are the same bytes."""
    raw = [text.encode() for text in texts]
    return tag + b"".join([len(part).to_bytes(4, "big") + part for part in raw])


def case_salt(key: bytes, case_id: str) -> bytes:
    """The salt of a case's leaf, from its hospital's key."""
    return sm3_bytes(CASE_SALT + key + case_id.encode())


def case_node(hospital_code: str, found: CaseLeaf, salt: bytes) -> Node:
    """The leaf of a case."""
    return leaf(salt, found.content(hospital_code), found.sums)


def case_nodes(hospital_code: str, cases: Iterable[CaseLeaf], key: bytes) -> list[Node]:
    """The leaves of a hospital's cases, in the order given (by case id)."""
    return [case_node(hospital_code, found, case_salt(key, found.case_id)) for found in cases]


def part_salt(key: bytes, number: int) -> bytes:
    """The salt of a part of a hospital, from the hospital's key."""
    return sm3_bytes(_PART_SALT + key + number.to_bytes(4, "big"))


def part_node(hospital_code: str, number: int, own: Node, sums: Sums, salt: bytes) -> Node:
    """One part of a hospital: it names the hospital, its number and the root over the hospital's cases."""
    content = framed(_PART, hospital_code, str(number), own.hash.hex()) + own.sums.packed()
    return leaf(salt, content, sums)
