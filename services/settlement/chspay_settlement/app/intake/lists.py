"""Taking in one settlement list 结算清单: check, group, store; and reading it back."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from chspay_core import regions
from chspay_core.case import Case, check_intake
from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_kit import smcrypto
from chspay_kit.auth import current_claim
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
        case = self._with_person(case, identity)
        for fault in check_list(case):
            raise fault
        claim = current_claim()
        claim.require_institution(case.hospital_code)
        connection = await current_connection()
        day = case.discharge_date
        assert day is not None  # noqa: S101 - check_list refused it
        hospital = await hospitals.admit(connection, case.hospital_code, day)
        if hospital is None:
            raise await self.not_admitted(case.hospital_code, day)
        case = placed(case, entitled(hospital, day))
        answer = await self._grouper.one(await self._policies.scheme(hospital.pool, day), case)
        new = self.prepare(case, identity, source, channel, answer, hospital.pool, claim.subject)
        stored = (await lists.put_lists(connection, [new])).get(new.list_id)
        if stored is not None:
            return Accepted(new.list_id, stored, answer, superseded=stored.version > 1)
        record = await lists.one(connection, new.list_id, 0)
        current = (await lists.current(connection, [new.list_id])).get(new.list_id)
        if record is None or current is None:
            raise Fault(faults.LIST_NOT_FOUND, field="list_id", value=new.list_id)
        return Accepted(new.list_id, current, record.answer, superseded=False)

    async def not_admitted(self, hospital_code: str, day: date) -> Fault:
        """Why a hospital is not admitted: unknown (as far as the asker may see), or not on that day."""
        connection = await current_connection()
        if await hospitals.known(connection, hospital_code):
            return Fault(faults.HOSPITAL_NOT_IN_FORCE, field="hospital_code", value=hospital_code, day=day)
        return Fault(faults.HOSPITAL_UNKNOWN, field="hospital_code", value=hospital_code)

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
        assert case.discharge_date is not None  # noqa: S101 - check_list refused it
        list_id = list_id_of(case.hospital_code, case.case_id)
        return lists.NewList(
            list_id=list_id,
            case=case,
            answer=answer,
            pool=pool,
            period=period_of(case.discharge_date),
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
