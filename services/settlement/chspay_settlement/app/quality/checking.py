"""Checks of lists against the rule set that ships: asked for, or done for every accepted list.

An accepted list is checked by the worker a moment after it was answered, so that its sender never waits
for it; a list that came without its message (REST) has no national fields and is not checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import cache

import asyncpg
import orjson

from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy_files import folder_texts
from chspay_kit import logs
from chspay_kit.auth import Claim, service_claim
from chspay_kit.db import current_connection
from chspay_policy import ROOT
from chspay_settlement.app.intake.keys import Keyring
from chspay_settlement.app.reading.events import of_list
from chspay_settlement.engine.quality.check import Outcome, check
from chspay_settlement.engine.quality.ruleset import RuleSet, read_rule_set
from chspay_settlement.engine.quality.scores import Sums, sums_by_list
from chspay_settlement.store import events, quality

QUALITY_LISTS_MANY = Reason("QUALITY_LISTS_MANY", Kind.TOO_LARGE, "一次最多检查{limit}份清单，请分批。")
QUALITY_LIST_NOT_JSON = Reason(
    "QUALITY_LIST_NOT_JSON", Kind.INVALID, "第{value}份清单不是JSON对象，请按4101的input上送。"
)
QUALITY_ONE_LIST = Reason("QUALITY_ONE_LIST", Kind.INVALID, "按结算ID查询须同时给出医疗机构编码。")
#: Lists of one question, and bytes of one list.
MOST_LISTS = 500
#: Lists the worker checks in one transaction; few, so that intakes beside it wait no more than moments.
_CHUNK = 100
_RUN = "quality"
_BEIJING = timezone(timedelta(hours=8))
#: What an ungrouped list is called in the rules.
_UNGROUPED = "0000"

log = logs.get_logger(__name__)


@cache
def rules() -> RuleSet:
    """The rule set in force: read and compiled once."""
    return read_rule_set(folder_texts(ROOT, "quality"))


def now_in_beijing() -> datetime:
    """The legal time, without zone, as the rules know it."""
    return datetime.now(_BEIJING).replace(tzinfo=None)


class Quality:
    """Answers questions about the quality of lists."""

    async def check(self, lists: Sequence[bytes]) -> Outcome:
        """Checks lists and stores nothing.

        :raises Fault: QUALITY_LISTS_MANY, QUALITY_LIST_NOT_JSON.
        """
        if len(lists) > MOST_LISTS:
            raise Fault(QUALITY_LISTS_MANY, field="lists", limit=MOST_LISTS)
        records = []
        for number, content in enumerate(lists, start=1):
            record = _read(content)
            if not isinstance(record, Mapping):
                raise Fault(QUALITY_LIST_NOT_JSON, field=f"lists[{number}]", value=number)
            records.append(record)
        return await asyncio.to_thread(check, rules(), records, None, now_in_beijing())

    async def results(
        self, wanted: quality.Wanted, after: Sequence[str | int], offset: int, limit: int
    ) -> tuple[list[quality.Result], int]:
        """Results by day of discharge, after a position or a number of them; and how many there are."""
        position = (date.fromisoformat(str(after[0])), str(after[1])) if after else (date.min, "")
        connection = await current_connection()
        found = await quality.page(connection, wanted, position, offset, limit)
        return found, await quality.count(connection, wanted)

    async def result_of(self, list_id: str, hospital_code: str, case_id: str) -> list[quality.Result]:
        """The newest result of one list; none when it waits, or is not there."""
        if not list_id and not hospital_code:
            raise Fault(QUALITY_ONE_LIST, field="hospital_code")
        return (await quality.one(await current_connection(), list_id, hospital_code, case_id))[:1]

    async def sums(self, hospital_code: str, first: date, last: date) -> dict[str, Sums]:
        """Counts per hospital under the rule set in force."""
        return await quality.sums(await current_connection(), rules().version, hospital_code, first, last)


class QualityChecks:
    """What the worker of the kit asks for: one endless run, with work whenever a list waits."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    async def waiting(self, connection: asyncpg.Connection) -> list[tuple[str, Claim]]:
        """The run, when a list waits."""
        return [(_RUN, service_claim("settlement"))] if await quality.waits(connection) else []

    def memory(self) -> None:
        """Nothing is kept between two steps."""

    async def step(self, connection: asyncpg.Connection, _run_id: str, _memory: None) -> bool:
        """Checks the next lists; ``False`` when none waits."""
        taken = await quality.take(connection, _CHUNK)
        results = await asyncio.to_thread(self._checked, taken)
        await quality.put(connection, results)
        await events.add(connection, [event for one in taken for event in _happened(one)])
        return len(taken) == _CHUNK

    async def fail(self, _connection: asyncpg.Connection, _run_id: str, fault: Fault) -> None:
        """Says why lists wait longer; they are tried again."""
        log.warning("quality.behind", reason=fault.reason.code)

    def _checked(self, taken: list[quality.Taken]) -> list[quality.NewResult]:
        found = []
        for one in taken:
            record = self._message(one)
            if record is not None:
                found.append((one, _received(record, one.received_at)))
        facts = [
            {"group_code": one.drg if one.status == Status.GROUPED.value else _UNGROUPED} for one, _ in found
        ]
        outcome = check(rules(), [record for _, record in found], facts, now_in_beijing())
        return _results([one for one, _ in found], outcome)

    def _message(self, one: quality.Taken) -> Mapping[str, object] | None:
        """The message of a list; one that cannot be opened or read is told and left without a result.

        A list that came without a message has no national fields: there is nothing to check.
        """
        if one.source is None:
            return None
        try:
            record = _read(self._keys.open_source(one.source, one.list_id))
        except Fault as fault:
            log.error("quality.sealed", list_id=one.list_id, reason=fault.reason.code)
            return None
        if isinstance(record, Mapping):
            return record
        log.warning("quality.unreadable", list_id=one.list_id)
        return None


def _happened(one: quality.Taken) -> Iterable[events.NewEvent]:
    return of_list(
        list_id=one.list_id, version=one.version, case_id=one.case_id, status=one.status, drg=one.drg,
        hospital_code=one.hospital_code, region_code=one.region_code,
    )  # fmt: skip


def _read(content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _received(record: Mapping[str, object], received_at: datetime) -> Mapping[str, object]:
    """The list with the time it was received as 申报时间 when it names none, as the platform fills it in."""
    setlinfo = record.get("setlinfo")
    if not isinstance(setlinfo, dict) or setlinfo.get("dcla_time"):
        return record
    received = received_at.astimezone(_BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return {**record, "setlinfo": {**setlinfo, "dcla_time": received}}


def _results(taken: list[quality.Taken], outcome: Outcome) -> list[quality.NewResult]:
    counts = {name: column.tolist() for name, column in outcome.counts().items()}
    rows = zip(taken, outcome.findings(), sums_by_list(outcome), strict=True)
    return [
        quality.NewResult(
            list_id=one.list_id,
            version=one.version,
            rule_set=outcome.rule_set.version,
            hospital_code=one.hospital_code,
            region_code=one.region_code,
            discharge_date=one.discharge_date,
            errors=counts["errors"][at],
            warnings=counts["warnings"][at],
            undecided=counts["undecided"][at],
            filled=sums.filled,
            wanted=sums.wanted,
            decided=sums.decided,
            wrong=sums.wrong,
            timely=sums.timely if sums.dated else None,
            codes=orjson.dumps({key: [used, right] for key, used, right in sums.codes}).decode(),
            findings=orjson.dumps([[found.rule.id, list(found.rows)] for found in findings]).decode(),
        )
        for at, (one, findings, sums) in enumerate(rows)
    ]
