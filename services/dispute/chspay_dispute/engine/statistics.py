"""Statistics of a cycle as they are published: counts by institution, reasons, rates, money, point value.

What is told of each cycle, and that cells under five are not, follows the governance design of results; which
further figures go with them is worked out by :mod:`chspay_dispute.engine.suppress`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chspay_core.amounts import divide_half_up, fen_to_yuan
from chspay_core.errors import Fault, Kind, Reason
from chspay_dispute.engine.suppress import LEAST, Flow, protect

#: As :data:`chspay_kit.notices.HIDDEN`, which pages explain.
HIDDEN = "＊"
STATISTICS_BAD = Reason(
    "STATISTICS_BAD", Kind.INVALID, "周期统计的“{field}”有误：{value}；各项不能为负，理由合计应等于申报数。"
)
#: Ends a case can have in a cycle; accepted is what was neither refused nor withdrawn before.
_ENDS = ("approved", "rejected", "pending", "inadmissible", "withdrawn")
_ACCEPTED = ("approved", "rejected", "pending")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the applications of an institution in a cycle; money of those approved (fen)."""

    hospital_code: str
    hospital: str
    approved: int
    rejected: int
    pending: int
    inadmissible: int
    withdrawn: int
    amount_fen: int

    @property
    def applied(self) -> int:
        """All of them."""
        return sum(getattr(self, name) for name in _ENDS)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle of one pool.

    :param reasons: applications by class of reason, together all of them.
    :param on_time: decided in time, of those decided; ``overturned``: changed by reconsideration, of those
        reconsidered.
    :param delta_point_value: change of the point value by the approved ones, plain decimal, yuan per point.
    """

    cycle: str
    rows: Sequence[Counts]
    reasons: Mapping[str, int]
    on_time: int
    decided: int
    overturned: int
    reconsidered: int
    delta_points: str
    delta_point_value: str


def content_of(cycle: Cycle) -> dict[str, Any]:
    """The content of the publication; exact figures, or :data:`HIDDEN`.

    :raises Fault: STATISTICS_BAD.
    """
    _check(cycle)
    flows = _flows(cycle)
    counts = {flow.name: flow.size for flow in flows}
    hidden = protect(flows)

    def told(name: str) -> int | str:
        return HIDDEN if name in hidden else counts[name]

    amounts = _amounts(cycle, hidden)
    rows = [
        {
            "hospital": row.hospital,
            "hospital_code": row.hospital_code,
            "applied": told(f"{row.hospital_code}/applied"),
            "accepted": told(f"{row.hospital_code}/accepted"),
            **{name: told(f"{row.hospital_code}/{name}") for name in _ENDS},
            "amount": amounts[row.hospital_code],
        }
        for row in cycle.rows
    ]
    whole = "total/approved" in hidden
    return {
        "cycle": cycle.cycle,
        "total": {
            "applied": told("total/applied"),
            **{name: told(f"total/{name}") for name in _ENDS},
            "amount": amounts["total"],
            "delta_points": HIDDEN if whole else cycle.delta_points,
            "delta_point_value": HIDDEN if whole else cycle.delta_point_value,
        },
        "on_time_rate": _rate(cycle.on_time, cycle.decided),
        "overturn_rate": _rate(cycle.overturned, cycle.reconsidered),
        "hospitals": rows,
        "reasons": [{"class": name, "count": told(f"reason/{name}")} for name in sorted(cycle.reasons)],
    }


def _check(cycle: Cycle) -> None:
    for row in cycle.rows:
        for name in _ENDS:
            if getattr(row, name) < 0:
                raise Fault(STATISTICS_BAD, field=name, value=getattr(row, name))
    if any(count < 0 for count in cycle.reasons.values()):
        raise Fault(STATISTICS_BAD, field="reasons", value=min(cycle.reasons.values()))
    applied = sum(row.applied for row in cycle.rows)
    if sum(cycle.reasons.values()) != applied:
        raise Fault(STATISTICS_BAD, field="reasons", value=sum(cycle.reasons.values()))
    if not (0 <= cycle.on_time <= cycle.decided and 0 <= cycle.overturned <= cycle.reconsidered):
        raise Fault(STATISTICS_BAD, field="on_time", value=cycle.on_time)


def _flows(cycle: Cycle) -> list[Flow]:
    """The table as a circulation: all → institution → what became of it → all ends → reasons → all."""
    flows = []
    for row in cycle.rows:
        code = row.hospital_code
        inside = f"{code}/in"
        flows.append(Flow(f"{code}/applied", "all", code, row.applied))
        accepted = sum(getattr(row, name) for name in _ACCEPTED)
        flows.append(Flow(f"{code}/accepted", code, inside, accepted))
        for name in _ENDS:
            source = inside if name in _ACCEPTED else code
            flows.append(Flow(f"{code}/{name}", source, f"end/{name}", getattr(row, name)))
    for name in _ENDS:
        total = sum(getattr(row, name) for row in cycle.rows)
        flows.append(Flow(f"total/{name}", f"end/{name}", "ends", total))
    applied = sum(row.applied for row in cycle.rows)
    flows.append(Flow("total/applied", "ends", "reasons", applied))
    flows += [
        Flow(f"reason/{name}", "reasons", "all", count) for name, count in sorted(cycle.reasons.items())
    ]
    return flows


def _amounts(cycle: Cycle, hidden: frozenset[str]) -> dict[str, str]:
    """Money goes with its count; one alone missing from the sum takes the next smallest along."""
    gone = {row.hospital_code for row in cycle.rows if f"{row.hospital_code}/approved" in hidden}
    if len(gone) == 1:
        rest = [row for row in cycle.rows if row.hospital_code not in gone]
        if rest:
            gone.add(min(rest, key=lambda row: (row.amount_fen, row.hospital_code)).hospital_code)
    found = {
        row.hospital_code: HIDDEN if row.hospital_code in gone else fen_to_yuan(row.amount_fen)
        for row in cycle.rows
    }
    whole = "total/approved" in hidden or len(gone) == len(cycle.rows) == 1
    found["total"] = HIDDEN if whole else fen_to_yuan(sum(row.amount_fen for row in cycle.rows))
    return found


def _rate(part: int, whole: int) -> str:
    """A share in whole percent; of fewer than five nothing is told."""
    return HIDDEN if whole < LEAST else f"{divide_half_up(100 * part, whole)}%"
