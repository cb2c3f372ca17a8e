"""Taking parts of stays in, and lists out of them as soon as they are whole.

Whoever works on a stay holds a lock of its person and its hospital, so that the last of two parts
arriving at the same moment sees the other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

import asyncpg
import orjson

from chspay.common.v1 import case_pb2
from chspay_core.case import Case
from chspay_core.errors import Fault, Kind
from chspay_core.period import parse_day
from chspay_kit import convert, logs, smcrypto
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults as list_faults
from chspay_settlement import faults_episodes as faults
from chspay_settlement.app.episodes import facts
from chspay_settlement.app.episodes.persons import Persons
from chspay_settlement.app.episodes.undoing import hold_list, undo
from chspay_settlement.app.intake.keys import Identity, Keyring
from chspay_settlement.app.intake.lists import Intake, list_id_of
from chspay_settlement.engine.episodes.joining import join
from chspay_settlement.engine.episodes.parts import Episode, Part, PartKind, Settled, gather
from chspay_settlement.store import episodes, hospitals

log = logs.get_logger(__name__)

_SHANGHAI = timezone(timedelta(hours=8))
_NEW_STATUS = {"0": {"0", "1"}, "3": {"0", "1"}, "": {"0", "1"}, "1": set(), "2": set()}


@dataclass(frozen=True, slots=True)
class Told:
    """A part as its sender tells it."""

    request_id: str
    hospital_code: str
    part: Part
    identity: Identity
    case: Case | None = None
    source: bytes = b""


@dataclass(slots=True)
class Taken:
    """What became of a part."""

    mdtrt_id: str
    setl_id: str
    list_id: str = ""
    missing: tuple[str, ...] = ()
    completed: list[str] = field(default_factory=list)
    cancelled: Settled | None = None
    warning: str = ""


class Desk:
    """Takes parts in."""

    def __init__(self, intake: Intake, keys: Keyring) -> None:
        self._intake = intake
        self._keys = keys
        self.persons = Persons(keys)

    async def record(self, told: Told) -> Taken:
        """Keeps a part, and takes in every list it makes whole.

        :raises Fault: EPISODE_*, MESSAGE_REVERSED, LIST_STATUS_*, SETTLEMENT_ALREADY_CANCELLED.
        """
        current_claim().require_institution(told.hospital_code)
        facts.check(told.part)
        connection = await current_connection()
        part = self._with_ids(told)
        await self._lock(connection, part, told.hospital_code)
        if await episodes.is_reversed(connection, told.hospital_code, part.infno, part.msgid):
            raise Fault(faults.MESSAGE_REVERSED, field="msgid", value=part.msgid)
        region = await self._region(connection, told.hospital_code)
        taken = Taken(part.mdtrt_id, part.setl_id)
        if part.kind is PartKind.CANCELLATION:
            part = await self._cancels(connection, told.hospital_code, part, taken)
        elif part.kind is PartKind.STATUS:
            await self._check_status(connection, told.hospital_code, part)
        elif part.kind is PartKind.REVERSAL:
            return await undo(connection, told, part, region, taken)
        sealed = self._sealed(told)
        await episodes.add(connection, told.request_id, told.hospital_code, region, part, sealed)
        if part.kind is PartKind.LIST:
            await self._list(connection, told, part, region, taken)
        else:
            waiting = await episodes.waiting_for(connection, told.hospital_code, part.mdtrt_id, part.setl_id)
            taken.completed = await self.complete(connection, waiting)
        if part.kind is PartKind.CANCELLATION:
            taken.warning = await hold_list(connection, told.hospital_code, part.setl_id, region, part)
        return taken

    async def complete(
        self, connection: asyncpg.Connection, waiting: Sequence[episodes.Waiting]
    ) -> list[str]:
        """Takes in those of the waiting lists that are whole now; their numbers."""
        done = []
        for each in waiting:
            content = await episodes.sealed_part(connection, each.part_id)
            if content is None:
                continue
            case, identity, source = self._opened(each.part_id, content)
            whole, missing = await self._joined(connection, each, case)
            if not missing:
                missing = await self._late(whole, identity, source, each.list_id)
            if missing:
                await episodes.wait(connection, replace(each, missing=list(missing)))
            else:
                await episodes.done_waiting(connection, each.list_id)
                done.append(each.list_id)
        return done

    async def _list(
        self, connection: asyncpg.Connection, told: Told, part: Part, region: str, taken: Taken
    ) -> None:
        case = told.case
        if case is None or not part.setl_id:
            raise Fault(faults.PART_BAD, field="setl_id", value=part.setl_id)
        taken.list_id = list_id_of(told.hospital_code, part.setl_id)
        waiting = episodes.Waiting(
            taken.list_id, told.hospital_code, region, part.mdtrt_id, part.setl_id, part.person_key,
            told.request_id, [],
        )  # fmt: skip
        whole, missing = await self._joined(connection, waiting, case)
        if missing:
            await episodes.wait(connection, replace(waiting, missing=list(missing)))
            taken.missing = missing
        else:
            await self._intake.submit(whole, told.identity, told.source, "envelope")
            await episodes.done_waiting(connection, taken.list_id)

    async def _joined(
        self, connection: asyncpg.Connection, waiting: episodes.Waiting, case: Case
    ) -> tuple[Case, tuple[str, ...]]:
        parts = await episodes.of_stay(connection, waiting.hospital_code, waiting.mdtrt_id, waiting.setl_id)
        known = await self.persons.facts_of(connection, waiting.person_key)
        joined = join(case, waiting.setl_id, gather(parts), known)
        return joined.case, joined.missing

    async def _late(self, whole: Case, identity: Identity, source: bytes, list_id: str) -> tuple[str, ...]:
        """Hands a list to intake that its sender is not asking about now; a refusal keeps it waiting."""
        try:
            await self._intake.submit(whole, identity, source, "envelope")
        except Fault as fault:
            if fault.reason.kind in {Kind.UNAVAILABLE, Kind.INTERNAL, Kind.DENIED}:
                raise
            log.info("episode.list_refused", list_id=list_id, reason=fault.reason.code)
            return (f"{fault.message.rstrip('。')}[{fault.reason.code}]",)
        return ()

    async def episode(self, hospital_code: str, mdtrt_id: str, setl_id: str) -> tuple[str, Episode]:
        """A stay of the hospital, and its visit id.

        :raises Fault: EPISODE_NOT_FOUND.
        """
        connection = await current_connection()
        parts = await episodes.of_stay(connection, hospital_code, mdtrt_id, setl_id)
        visit = next((part.mdtrt_id for part in parts if part.mdtrt_id), mdtrt_id)
        if visit and not mdtrt_id:
            parts = await episodes.of_stay(connection, hospital_code, visit, setl_id)
        if not parts:
            raise Fault(faults.NOTHING_FOUND, field="setl_id" if setl_id else "mdtrt_id")
        return visit, gather(parts)

    async def status(self, hospital_code: str, setl_id: str, episode: Episode) -> str:
        """The status of a stay's list; empty when there is none."""
        connection = await current_connection()
        state = await episodes.list_state(connection, list_id_of(hospital_code, setl_id))
        return "2" if state == "2" else episode.status.get(setl_id, "") or state

    async def _check_status(self, connection: asyncpg.Connection, hospital_code: str, part: Part) -> None:
        then = part.facts.get("stas_type", "")
        parts = await episodes.of_stay(connection, hospital_code, "", part.setl_id)
        now = await self.status(hospital_code, part.setl_id, gather(parts))
        waits = await episodes.waiting_for(connection, hospital_code, "", part.setl_id)
        if not now and not waits:
            raise Fault(faults.NOTHING_FOUND, field="setl_id", value=part.setl_id)
        if now == "2":
            raise Fault(faults.STATUS_FROZEN, field="stas_type", value=part.setl_id)
        if then not in _NEW_STATUS.get(now, set()):
            raise Fault(faults.STATUS_BAD, field="stas_type", value=part.setl_id, now=now, then=then or "空")

    async def _cancels(
        self, connection: asyncpg.Connection, hospital_code: str, part: Part, taken: Taken
    ) -> Part:
        """Which settlement a cancellation takes back."""
        parts = await episodes.of_stay(connection, hospital_code, part.mdtrt_id, part.setl_id)
        found = gather(parts).settlement(part.setl_id)
        if found is None:
            raise Fault(faults.NOTHING_FOUND, field="setl_id", value=part.setl_id)
        if found.cancelled:
            raise Fault(faults.ALREADY_CANCELLED, field="setl_id", value=part.setl_id)
        taken.cancelled = found
        taken.setl_id, taken.mdtrt_id = found.part.setl_id, found.part.mdtrt_id
        return replace(part, setl_id=taken.setl_id, mdtrt_id=taken.mdtrt_id)

    def _with_ids(self, told: Told) -> Part:
        """The part with its person, its day, and ids made here where the sender has none yet."""
        part = told.part
        made = smcrypto.sm3(f"{told.hospital_code}\x00{part.infno}\x00{part.msgid}".encode())
        digits = f"{int.from_bytes(made[:10], 'big') % 10**20:020d}"
        mdtrt_id = part.mdtrt_id or (digits if part.kind is PartKind.ADMISSION else "")
        setl_id = part.setl_id or (digits if part.kind is PartKind.SETTLEMENT else "")
        if part.kind is PartKind.REVERSAL:
            setl_id = f"{part.reversed_infno}/{part.reversed_msgid}"
        if not (mdtrt_id or setl_id):
            raise Fault(faults.PART_BAD, field="mdtrt_id", value="")
        number = told.identity.person_no
        return replace(
            part,
            mdtrt_id=mdtrt_id,
            setl_id=setl_id,
            person_key=self._keys.person_key(number) if number else "",
            on=_day_of(part.facts),
        )

    async def _lock(self, connection: asyncpg.Connection, part: Part, hospital_code: str) -> None:
        names = [f"person/{part.person_key}"] if part.person_key else []
        await episodes.lock(connection, [*names, f"hospital/{hospital_code}"])

    async def _region(self, connection: asyncpg.Connection, hospital_code: str) -> str:
        found = await hospitals.named(connection, [hospital_code], legal_today())
        if hospital_code not in found:
            raise Fault(list_faults.HOSPITAL_UNKNOWN, field="hospital_code", value=hospital_code)
        return found[hospital_code][0]

    def _sealed(self, told: Told) -> bytes | None:
        """Who it is about, and of a list the list itself."""
        if told.case is not None:
            case = convert.case_to_pb(told.case).SerializeToString()
        elif told.identity.given():
            case = b""
        else:
            return None
        identity = told.identity
        content = [identity.person_no, identity.name, identity.certificate_type, identity.certificate_no]
        head = orjson.dumps(content)
        packed = b"".join(len(each).to_bytes(4, "big") + each for each in (head, case, told.source))
        return self._keys.seal_source(packed, f"part/{told.request_id}")

    def _opened(self, part_id: str, sealed: bytes) -> tuple[Case, Identity, bytes]:
        packed = self._keys.open_source(sealed, f"part/{part_id}")
        found, at = [], 0
        while at < len(packed):
            end = at + 4 + int.from_bytes(packed[at : at + 4], "big")
            found.append(packed[at + 4 : end])
            at = end
        message = case_pb2.Case.FromString(found[1])
        return convert.case_from_pb(message), Identity(*orjson.loads(found[0])), found[2]


def legal_today() -> date:
    """Today in China."""
    return datetime.now(_SHANGHAI).date()


def _day_of(members: Mapping[str, str]) -> date:
    """The day a part speaks of; today when it tells none."""
    for name in ("setl_time", "endtime", "begntime"):
        text = members.get(name, "")
        if text:
            return parse_day(text[:10], name)
    return legal_today()
