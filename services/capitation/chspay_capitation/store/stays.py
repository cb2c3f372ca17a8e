"""Persons' stays, what each came to, and what was taken back."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, field
from typing import Any

from chspay_capitation.engine.benefit import OVERLAPS, Admission, Settled
from chspay_kit.db import current_connection

_FACTS = (
    "institution, stay_id, pool, person_key, level, community, member, member_by, out_of_area, emergency,"
    " emergency_proof, admitted, discharged, eligible_fen, policy_digest"
)
_STAYS = (
    f"SELECT {_FACTS}, coalesce(r.document, '') AS document"  # noqa: S608 - constants only
    " FROM person_stay s LEFT JOIN (SELECT institution, stay_id, document FROM stay_reversal) r"
    " USING (institution, stay_id) WHERE pool = $1 AND person_key = $2"
    " ORDER BY admitted, discharged, institution, stay_id"
)
_BENEFITS = (
    "SELECT b.institution, b.stay_id, b.version, b.linked_to, b.deductible_fen, b.surcharged, b.fund_fen,"
    " b.cause, b.worksheet FROM stay_benefit b JOIN person_stay s USING (institution, stay_id)"
    " WHERE s.pool = $1 AND s.person_key = $2 ORDER BY b.version"
)
_PUT = (
    f"INSERT INTO person_stay ({_FACTS}, put_by)"  # noqa: S608 - constants only
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    " ON CONFLICT (institution, stay_id) DO NOTHING"
)
_BENEFIT = (
    "INSERT INTO stay_benefit (institution, stay_id, version, pool, linked_to, deductible_fen, surcharged,"
    " fund_fen, cause, worksheet, settled_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a stay is settled by, as found on the day of its settlement."""

    institution: str
    stay_id: str
    pool: str
    person_key: str
    level: int
    community: str
    member: bool
    member_by: str
    out_of_area: bool
    emergency: bool
    emergency_proof: str
    admitted: Any
    discharged: Any
    eligible_fen: int
    policy_digest: str

    @property
    def name(self) -> str:
        """Hospital and number: what no other stay has."""
        return f"{self.institution}/{self.stay_id}"

    @property
    def admission(self) -> Admission:
        """The stay as the engine sees it."""
        return Admission(
            self.name, self.person_key, self.institution, self.level, self.community, self.member,
            self.out_of_area, self.emergency, self.admitted, self.discharged, self.eligible_fen,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Benefit:
    """What a stay came to, and why it was worked out."""

    version: int
    linked_to: str
    deductible_fen: int
    surcharged: bool
    fund_fen: int
    cause: str
    worksheet: dict[str, Any]

    def same(self, other: Settled) -> bool:
        """Whether a settlement comes to the same, overlapping stays included."""
        mine = (self.linked_to, self.overlaps, self.deductible_fen, self.surcharged, self.fund_fen)
        return mine == (
            other.linked_to, other.overlaps, other.deductible_fen, other.surcharged, other.fund_fen,
        )  # fmt: skip

    @property
    def overlaps(self) -> str:
        """The stays begun before that share days with it; empty for none."""
        lines = self.worksheet["lines"]
        return next((str(line["value"]) for line in lines if line["key"] == OVERLAPS), "")


@dataclass(slots=True)
class StoredStay:
    """A stay on record with everything worked out for it; ``reversed_by`` is empty while it stands."""

    facts: Facts
    reversed_by: str = ""
    benefits: list[Benefit] = field(default_factory=list)


async def of_person(pool: str, person_key: str) -> list[StoredStay]:
    """A person's stays that the caller may see, in their order."""
    connection = await current_connection()
    found: dict[tuple[str, str], StoredStay] = {}
    for row in await connection.fetch(_STAYS, pool, person_key):
        *facts, document = tuple(row)
        found[row["institution"], row["stay_id"]] = StoredStay(Facts(*facts), document)
    for row in await connection.fetch(_BENEFITS, pool, person_key):
        figures = {**row, "worksheet": json.loads(row["worksheet"])}
        of = found[figures.pop("institution"), figures.pop("stay_id")]
        of.benefits.append(Benefit(**figures))
    return list(found.values())


async def person_of(pool: str, institution: str, stay_id: str) -> str | None:
    """Whose stay it is; ``None`` for one that is not on record."""
    found: str | None = await (await current_connection()).fetchval(
        "SELECT person_key FROM person_stay WHERE pool = $1 AND institution = $2 AND stay_id = $3",
        pool,
        institution,
        stay_id,
    )
    return found


async def put(new: Facts, by: str) -> bool:
    """Keeps a stay; ``False`` when its hospital has used the number."""
    done: str = await (await current_connection()).execute(_PUT, *astuple(new), by)
    return done.endswith(" 1")


async def put_benefit(of: Facts, new: Benefit, by: str) -> None:
    """Keeps what a stay came to."""
    sheet = json.dumps(new.worksheet, ensure_ascii=False)
    await (await current_connection()).execute(
        _BENEFIT, of.institution, of.stay_id, new.version, of.pool, new.linked_to, new.deductible_fen,
        new.surcharged, new.fund_fen, new.cause, sheet, by,
    )  # fmt: skip


async def reverse(of: Facts, document: str, by: str) -> None:
    """Takes a stay back."""
    await (await current_connection()).execute(
        "INSERT INTO stay_reversal (institution, stay_id, pool, document, reversed_by)"
        " VALUES ($1, $2, $3, $4, $5)",
        of.institution, of.stay_id, of.pool, document, by,
    )  # fmt: skip
