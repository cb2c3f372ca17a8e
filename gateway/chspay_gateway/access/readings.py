"""Who read whose data: one row before each answer that tells of single persons, whether found or not.

Kept are the reader, the door (route or transaction) and the ids asked for; never what was answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from opentelemetry import trace

from chspay_kit.auth import Claim, service_claim
from chspay_kit.db import Database, current_connection

_OWN = service_claim("gateway")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading."""

    seq: int
    at: datetime
    subject: str
    role: str
    institution: str
    region: str
    what: str
    ids: str
    trace_id: str


def trace_id() -> str:
    """The trace this request belongs to, as logs have it; empty when nothing is traced."""
    number = trace.get_current_span().get_span_context().trace_id
    return f"{number:032x}" if number else ""


class Readings:
    """The book of readings; rows are added and never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, claim: Claim, what: str, ids: str) -> None:
        """Writes a reading down, or fails, so that nothing is read unrecorded."""
        async with self._database.unit(_OWN):
            await (await current_connection()).execute(
                "INSERT INTO reading (subject, role, institution, region, what, ids, trace_id)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                claim.subject, claim.role, claim.institution, claim.region, what, ids[:_LONGEST], trace_id(),
            )  # fmt: skip

    async def page(
        self, claim: Claim, *, subject: str, institution: str, since: datetime | None, before: int, limit: int
    ) -> list[Reading]:
        """Readings, newest first.

        :param claim: whose region the readers are of; a reader of a hospital is found by naming the hospital,
            for which the caller proves its reach and asks with a claim that sees it.
        """
        async with self._database.unit(claim):
            rows = await (await current_connection()).fetch(
                "SELECT seq, at, subject, role, institution, region, what, ids, trace_id FROM reading"
                " WHERE seq < $1 AND ($2 = '' OR subject = $2) AND ($3 = '' OR institution = $3)"
                " AND ($4::timestamptz IS NULL OR at >= $4) ORDER BY seq DESC LIMIT $5",
                before, subject, institution, since, limit,
            )  # fmt: skip
        return [Reading(**row) for row in rows]
