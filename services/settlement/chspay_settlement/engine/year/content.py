"""What an annual clearing was made of, as canonical bytes: the same facts give the same bytes; pure.

From these bytes and the sealed policy alone a year is cleared again, years later, to the same fen; so a
re-clearing starts from what was stored, never from what has become of it since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from chspay_core.amounts import plain
from chspay_core.policy import Policy
from chspay_settlement.engine.value.facts import Facts
from chspay_settlement.engine.year.clearing import Booked, Year, clear_year
from chspay_settlement.engine.year.sharing import Member, Standing

FORMAT = "chspay-year-input/1"


@dataclass(frozen=True, slots=True)
class YearInput:
    """Everything a clearing takes in besides the policy; money in fen, points in millionths."""

    pool: str
    year: int
    budget_fen: int
    #: What the methods of the months left over.
    residual_fen: int
    members: tuple[Member, ...]
    booked: Mapping[str, Booked] = field(default_factory=dict)
    scores: Mapping[str, Decimal] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)

    def clear(self, policy: Policy) -> Year:
        """The year cleared by a policy.

        :raises Fault: those of :func:`clear_year`.
        """
        return clear_year(
            self.members, self.budget_fen, self.booked, self.scores, policy, self.residual_fen, self.facts
        )

    def content(self) -> bytes:
        """Canonical JSON: sorted, compact, UTF-8."""
        facts = self.facts
        found = {
            "format": FORMAT,
            "pool": self.pool,
            "year": self.year,
            "budget_fen": self.budget_fen,
            "residual_fen": self.residual_fen,
            "members": [list(member) for member in sorted(self.members)],
            "booked": {code: list(booked) for code, booked in self.booked.items()},
            "scores": {code: plain(score) for code, score in self.scores.items()},
            "levels": dict(facts.levels),
            "fixed_micro": dict(facts.fixed_micro),
            "cases": {code: sorted(cases) for code, cases in facts.cases.items()},
        }
        return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def year_input(content: bytes) -> YearInput:
    """The input read back from :meth:`YearInput.content`."""
    found = json.loads(content)
    if found["format"] != FORMAT:
        raise AssertionError(f"not the input of a year: {found['format']}")
    members = [Member(row[0], row[1], Standing(row[2]), *row[3:]) for row in found["members"]]
    return YearInput(
        pool=found["pool"],
        year=found["year"],
        budget_fen=found["budget_fen"],
        residual_fen=found["residual_fen"],
        members=tuple(members),
        booked={code: Booked(*row) for code, row in found["booked"].items()},
        scores={code: Decimal(score) for code, score in found["scores"].items()},
        facts=Facts(found["levels"], found["fixed_micro"], found["cases"]),
    )
