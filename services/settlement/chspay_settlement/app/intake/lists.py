"""Taking in one settlement list 结算清单: check, group, store; and reading it back."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import asyncpg

from chspay_core import regions
from chspay_core.case import Case, check_intake
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit import smcrypto
from chspay_kit.auth import Claim, current_claim
from chspay_kit.convert import Answer
from chspay_kit.db import current_connection
from chspay_settlement import faults
from chspay_settlement.app.intake.keys import Identity, Keyring
from chspay_settlement.clients import Grouper, Policies
from chspay_settlement.store import hospitals, lists

_ID_LENGTH = 30
_ID_HOSPITAL = 14
#: Highest cost of one list, fen (10 billion yuan): a million of them still add up in 64 bits.
MOST_FEN = 10**12
_TEXTS = ("person_key", "department", "leaving_type", "insured_region", "insurance_type", "referral_id")
_LONGEST_TEXT = 64
_KINDS = {"clinic": "门诊部、诊所", "pharmacy": "零售药店"}
_ENDED = {"suspended": "中止", "terminated": "终止"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the sender of a list is told."""

    list_id: str
    stored: lists.Stored
    answer: Answer
    superseded: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A list as it came in.

    :param source: the message as received, empty when there is none.
    :param channel: the door it came by.
    """

    case: Case
    identity: Identity
    source: bytes
    channel: str


def list_id_of(hospital_code: str, case_id: str) -> str:
    """清单流水号: 30 characters, the same for the same case of the same hospital, for ever.

    Up to 14 characters of the hospital code, then letters and digits of an SM3 digest (95 bits or more).
    """
    digest = smcrypto.sm3(f"{hospital_code}\x00{case_id}".encode())
    letters = base64.b64encode(digest, altchars=b"Zz").decode()
    return (hospital_code[:_ID_HOSPITAL] + letters)[:_ID_LENGTH]


def period_of(day: date) -> int:
    """The month of a day as ``yyyymm``."""
    return day.year * 100 + day.month


def month_of(period: int) -> Month:
    """The month written ``yyyymm``."""
    return Month(period // 100, period % 100)


def check_list(case: Case) -> list[Fault]:
    """The input check of a settlement list; an empty answer means that it may be stored."""
    found = check_intake(case)
    found.extend(
        Fault(faults.FIELD_MISSING, field=name)
        for name, value in (("discharge_date", case.discharge_date), ("total_cost", case.total_cost_fen))
        if value is None
    )
    if case.total_cost_fen is not None and case.total_cost_fen > MOST_FEN:
        found.append(Fault(faults.COST_TOO_LARGE, field="total_cost", value=case.total_cost_fen))
    for name in _TEXTS:
        text = getattr(case, name)
        if text and (len(text) > _LONGEST_TEXT or not text.isprintable()):
            found.append(Fault(faults.TEXT_BAD, field=name, value=text))
    return found


def placed(case: Case, hospital: hospitals.Hospital) -> Case:
    """The case with its region: as written when that lies in the pool, else where the hospital stands."""
    if not case.region_code:
        return replace(case, region_code=hospital.region_code)
    regions.check_code(case.region_code, "region_code")
    if not regions.contains(hospital.pool, case.region_code):
        raise Fault(
            faults.REGION_OUTSIDE_POOL, field="region_code", value=case.region_code, pool=hospital.pool
        )
    return case


def entitled(hospital: hospitals.Hospital, day: date) -> hospitals.Hospital:
    """The institution itself, when inpatient lists of ``day`` may be settled with it.

    :raises Fault: NOT_A_HOSPITAL, HOSPITAL_NO_AGREEMENT.
    """
    code = hospital.hospital_code
    if hospital.kind != "hospital":
        raise Fault(faults.NOT_A_HOSPITAL, field="hospital_code", value=code, kind=_KINDS[hospital.kind])
    if hospital.agreement != "active":
        state = _ENDED[hospital.agreement]
        raise Fault(faults.HOSPITAL_NO_AGREEMENT, field="hospital_code", value=code, day=day, state=state)
    return hospital


def day_of(case: Case) -> date:
    """The day of discharge of a case that passed :func:`check_list`."""
    assert case.discharge_date is not None  # noqa: S101 - check_list refused it
    return case.discharge_date


def in_force(known: Mapping[str, Sequence[hospitals.Hospital]], case: Case) -> hospitals.Hospital:
    """The hospital of a case as it stood on the day of discharge, when it may send lists of that day.

    :raises Fault: HOSPITAL_UNKNOWN (as far as the asker may see), HOSPITAL_NOT_IN_FORCE, or as
        :func:`entitled`.
    """
    code, day = case.hospital_code, day_of(case)
    if code not in known:
        raise Fault(faults.HOSPITAL_UNKNOWN, field="hospital_code", value=code)
    for hospital in known[code]:
        if hospital.since <= day and (hospital.until is None or day <= hospital.until):
            return entitled(hospital, day)
    raise Fault(faults.HOSPITAL_NOT_IN_FORCE, field="hospital_code", value=code, day=day)


async def _stored(connection: asyncpg.Connection, new: Sequence[lists.NewList]) -> list[Accepted]:
    """Stores lists and says what became of each; one that is there word for word stays as it is."""
    if not new:
        return []
    stored = await lists.put_lists(connection, new)
    same = [one.list_id for one in new if one.list_id not in stored]
    current = await lists.current(connection, same) if same else {}
    accepted = []
    for one in new:
        now = stored.get(one.list_id)
        if now is not None:
            accepted.append(Accepted(one.list_id, now, one.answer, superseded=now.version > 1))
            continue
        record = await lists.one(connection, one.list_id, 0)
        if record is None or one.list_id not in current:
            raise Fault(faults.LIST_NOT_FOUND, field="list_id", value=one.list_id)
        accepted.append(Accepted(one.list_id, current[one.list_id], record.answer, superseded=False))
    return accepted


class Intake:
    """Takes lists in and gives them back."""

    def __init__(self, grouper: Grouper, policies: Policies, keys: Keyring) -> None:
        self._grouper = grouper
        self._policies = policies
        self._keys = keys

    async def submit(self, case: Case, identity: Identity, source: bytes, channel: str) -> Accepted:
        """Stores a list with its group; the same body again changes nothing, another one supersedes.

        :raises Fault: the first fault of the input check, or why the hospital may not send it.
        """
        outcome = (await self.submit_all([Sent(case, identity, source, channel)]))[0]
        if isinstance(outcome, Fault):
            raise outcome
        return outcome

    async def submit_all(self, sent: Sequence[Sent]) -> list[Accepted | Fault]:
        """As :meth:`submit` for lists that differ in their ids, in the current unit of work.

        A refused list writes nothing and keeps no other from being stored.
        """
        claim = current_claim()
        outcomes: list[Accepted | Fault | None] = [None] * len(sent)
        cases: dict[int, Case] = {}
        for place, one in enumerate(sent):
            try:
                cases[place] = self._checked(one, claim)
            except Fault as fault:
                outcomes[place] = fault
        connection = await current_connection()
        known = await hospitals.admit(connection, sorted({case.hospital_code for case in cases.values()}))
        pools: dict[int, str] = {}
        by_scheme: dict[str, list[int]] = {}
        for place, case in cases.items():
            try:
                hospital = in_force(known, case)
                cases[place] = placed(case, hospital)
                scheme = await self._policies.scheme(hospital.pool, day_of(case))
            except Fault as fault:
                outcomes[place] = fault
                continue
            pools[place] = hospital.pool
            by_scheme.setdefault(scheme, []).append(place)
        new: dict[int, lists.NewList] = {}
        for scheme, places in by_scheme.items():
            try:
                answers = await self._grouper.some(scheme, [cases[place] for place in places])
            except Fault as fault:
                for place in places:
                    outcomes[place] = fault
                continue
            for place, answer in zip(places, answers, strict=True):
                one = sent[place]
                new[place] = self.prepare(
                    cases[place], one.identity, one.source, one.channel, answer, pools[place], claim.subject
                )
        for place, accepted in zip(new, await _stored(connection, list(new.values())), strict=True):
            outcomes[place] = accepted
        return [outcome for outcome in outcomes if outcome is not None]

    def _checked(self, one: Sent, claim: Claim) -> Case:
        """The case of a list that may be stored if its hospital may send it."""
        case = self._with_person(one.case, one.identity)
        for fault in check_list(case):
            raise fault
        claim.require_institution(case.hospital_code)
        return case

    def _with_person(self, case: Case, identity: Identity) -> Case:
        if not identity.person_no:
            return case
        key = self._keys.person_key(identity.person_no)
        if case.person_key not in ("", key):
            raise Fault(faults.PERSON_KEY_DIFFERS, field="person_key", value=case.person_key)
        return replace(case, person_key=key)

    def prepare(
        self,
        case: Case,
        identity: Identity,
        source: bytes,
        channel: str,
        answer: Answer,
        pool: str,
        subject: str,
    ) -> lists.NewList:
        """A checked and grouped list, its personal data sealed, ready for the store."""
        list_id = list_id_of(case.hospital_code, case.case_id)
        return lists.NewList(
            list_id=list_id,
            case=case,
            answer=answer,
            pool=pool,
            period=period_of(day_of(case)),
            body_hash=self._keys.fingerprint(case, identity),
            identity=self._keys.seal_identity(identity, list_id) if identity.given() else None,
            source=self._keys.seal_source(source, list_id) if source else None,
            channel=channel,
            received_from=subject,
        )

    async def get(self, list_id: str, version: int) -> lists.ListRecord:
        """One version of a list (0 = newest) that the asker may see."""
        record = await lists.one(await current_connection(), list_id, version)
        if record is None:
            raise Fault(faults.LIST_NOT_FOUND, field="list_id", value=list_id)
        return record

    async def page(
        self, hospital_code: str, first: date, last: date, after: Sequence[str | int], limit: int
    ) -> list[lists.ListRecord]:
        """Lists of a hospital by day of discharge, after a position."""
        position = (date.fromisoformat(str(after[0])), str(after[1])) if after else (date.min, "")
        return await lists.page(await current_connection(), hospital_code, first, last, position, limit)
