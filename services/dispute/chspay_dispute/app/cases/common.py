"""What every use-case of cases begins with: kinds of disputes, the case asked for, who has done what."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy
from chspay_core.regions import prefix
from chspay_dispute.store import cases as store
from chspay_dispute.store import docket
from chspay_dispute.store.cases import StoredCase
from chspay_dispute.store.docket import Step
from chspay_dispute.store.scope import acting_as
from chspay_kit.auth import service_claim

CASE = "case"
CASE_UNKNOWN = Reason("CASE_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的争议案件。")
CASE_TYPE_CLOSED = Reason("CASE_TYPE_CLOSED", Kind.PRECONDITION, "{place}没有规定怎样处理“{value}”争议。")


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of dispute as the rules of a pool have it."""

    code: str
    name: str
    first_handler: str
    settled: bool
    window: bool
    quota: bool
    criteria: bool
    panel: bool
    remedies: tuple[str, ...]


def type_of(policy: Policy, code: str) -> Type:
    """A kind of dispute.

    :raises Fault: CASE_TYPE_CLOSED where the pool does not take it, POLICY_MISSING.
    """
    for row in policy.table("dispute.types"):
        if row["type"] == code:
            yes = {name: row[name] == "yes" for name in ("settled", "window", "quota", "criteria", "panel")}
            return Type(
                code, row["name"], row["first_handler"], **yes, remedies=tuple(row["remedies"].split())
            )
    raise Fault(CASE_TYPE_CLOSED, field="type", value=code, place=policy.place)


async def case_of(connection: asyncpg.Connection, case_no: str) -> StoredCase:
    """A case the caller may see.

    :raises Fault: CASE_UNKNOWN.
    """
    found = await store.one(connection, case_no)
    if found is None:
        raise Fault(CASE_UNKNOWN, field="case_no", value=case_no)
    return found


def as_office(connection: asyncpg.Connection, pool: str) -> AbstractAsyncContextManager[None]:
    """Inside the block the row policies show the whole pool; afterwards what they showed before."""
    return acting_as(connection, service_claim("dispute", prefix(pool)))


def everywhere(connection: asyncpg.Connection) -> AbstractAsyncContextManager[None]:
    """Inside the block the row policies hide nothing: to find out whose a case is."""
    return acting_as(connection, service_claim("dispute"))


@dataclass(frozen=True, slots=True)
class Persons:
    """Who has done what in a case so far, by the subject of their claims.

    :param events: every event that was taken.
    """

    acceptors: frozenset[str]
    reviewers: frozenset[str]
    deciders: frozenset[str]
    handlers: frozenset[str]
    events: tuple[str, ...]


async def persons(connection: asyncpg.Connection, case_no: str) -> Persons:
    """Who has done what, from the history; the caller must see the case."""
    return persons_in(await docket.steps(connection, CASE, case_no))


def persons_in(steps: list[Step]) -> Persons:
    """Who has done what in a history."""

    def of(*events: str) -> frozenset[str]:
        return frozenset(item.actor for item in steps if item.event in events and item.role != "SYS")

    handled = {"CNTY", "CITY", "PROV"}
    return Persons(
        acceptors=of("accept"),
        reviewers=of("county_opinion"),
        deciders=of("fast_track", "regroup", "conclude"),
        handlers=frozenset(item.actor for item in steps if item.role in handled),
        events=tuple(item.event for item in steps),
    )


def year_of(day: date) -> str:
    """The clearing year a discharge belongs to."""
    return f"{day.year:04d}"
