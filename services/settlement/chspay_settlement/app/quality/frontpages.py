"""Front pages 病案首页 (4401): kept sealed, and held against the settlement list of the same stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import orjson

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_settlement import faults as list_faults
from chspay_settlement.app.episodes.desk import legal_today
from chspay_settlement.app.intake.keys import Keyring
from chspay_settlement.app.intake.lists import list_id_of
from chspay_settlement.app.quality.checking import rules
from chspay_settlement.engine.quality.frontpage import Compared, compare, is_front_page
from chspay_settlement.store import frontpages, hospitals, lists

FRONT_PAGE_BAD = Reason("FRONT_PAGE_BAD", Kind.INVALID, "病案首页应为JSON对象，并含有节点baseinfo。")
STAY_UNNAMED = Reason("STAY_UNNAMED", Kind.INVALID, "请给出就诊ID或结算ID，最长64个字符。")
FRONT_PAGE_NOT_FOUND = Reason("FRONT_PAGE_NOT_FOUND", Kind.NOT_FOUND, "没有找到这次住院的病案首页。")
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both papers of a stay; no list: nothing compared yet."""

    list_id: str
    version: int
    mdtrt_id: str
    setl_id: str
    received_at: datetime
    fields: list[Compared]


class FrontPages:
    """Keeps front pages and compares them."""

    def __init__(self, keys: Keyring) -> None:
        self._keys = keys

    async def put(
        self, request_id: str, hospital_code: str, mdtrt_id: str, setl_id: str, source: bytes
    ) -> Comparison:
        """Keeps a front page.

        :raises Fault: FRONT_PAGE_BAD, STAY_UNNAMED, HOSPITAL_UNKNOWN.
        """
        current_claim().require_institution(hospital_code)
        _check_names(mdtrt_id, setl_id)
        page = _object(source)
        if not is_front_page(page):
            raise Fault(FRONT_PAGE_BAD, field="baseinfo")
        connection = await current_connection()
        known = await hospitals.named(connection, [hospital_code], legal_today())
        if hospital_code not in known:
            raise Fault(list_faults.HOSPITAL_UNKNOWN, field="hospital_code", value=hospital_code)
        if not setl_id:
            setl_id = await frontpages.settlement_of(connection, hospital_code, mdtrt_id)
        sealed = self._keys.seal_source(source, _seal_name(request_id))
        stored = frontpages.StoredPage(request_id, mdtrt_id, setl_id, sealed, datetime.now(UTC))
        await frontpages.add(connection, hospital_code, known[hospital_code][0], stored)
        return await self._compared(connection, hospital_code, stored, page)

    async def compare(self, hospital_code: str, mdtrt_id: str, setl_id: str) -> Comparison:
        """The newest front page of a stay against the newest version of its list.

        :raises Fault: STAY_UNNAMED, FRONT_PAGE_NOT_FOUND.
        """
        _check_names(mdtrt_id, setl_id)
        current_claim().require_institution(hospital_code)
        connection = await current_connection()
        if setl_id and not mdtrt_id:
            message = await self._message(connection, list_id_of(hospital_code, setl_id))
            mdtrt_id = "" if message is None else _visit_of(message[1])
        found = await frontpages.newest(connection, hospital_code, mdtrt_id, setl_id)
        if found is None:
            raise Fault(FRONT_PAGE_NOT_FOUND, field="setl_id" if setl_id else "mdtrt_id")
        page = _object(self._keys.open_source(found.sealed, _seal_name(found.request_id)))
        setl_id = setl_id or found.setl_id
        if not setl_id:
            setl_id = await frontpages.settlement_of(connection, hospital_code, found.mdtrt_id)
        named = frontpages.StoredPage(
            found.request_id, found.mdtrt_id, setl_id, found.sealed, found.received_at
        )
        return await self._compared(connection, hospital_code, named, page)

    async def _compared(
        self,
        connection: asyncpg.Connection,
        hospital_code: str,
        stored: frontpages.StoredPage,
        page: Mapping[str, object],
    ) -> Comparison:
        list_id = list_id_of(hospital_code, stored.setl_id) if stored.setl_id else ""
        message = await self._message(connection, list_id) if list_id else None
        if message is None:
            return Comparison("", 0, stored.mdtrt_id, stored.setl_id, stored.received_at, [])
        version, record = message
        fields = compare(rules().front_page, record, page)
        return Comparison(list_id, version, stored.mdtrt_id, stored.setl_id, stored.received_at, fields)

    async def _message(
        self, connection: asyncpg.Connection, list_id: str
    ) -> tuple[int, Mapping[str, object]] | None:
        """The newest version of a list and its message; ``None`` when it came without one, or is not here."""
        found = (await lists.current(connection, [list_id])).get(list_id)
        if found is None:
            return None
        _, source = await lists.sealed(connection, list_id, found.version)
        return None if source is None else (found.version, _object(self._keys.open_source(source, list_id)))


def _seal_name(request_id: str) -> str:
    return f"front-page/{request_id}"


def _check_names(mdtrt_id: str, setl_id: str) -> None:
    if not (mdtrt_id or setl_id) or max(len(mdtrt_id), len(setl_id)) > _LONGEST_ID:
        raise Fault(STAY_UNNAMED, field="setl_id", value=(setl_id or mdtrt_id)[:_LONGEST_ID])


def _object(source: bytes) -> Mapping[str, object]:
    try:
        value = orjson.loads(source)
    except orjson.JSONDecodeError as error:
        raise Fault(FRONT_PAGE_BAD, field="source") from error
    if not isinstance(value, Mapping):
        raise Fault(FRONT_PAGE_BAD, field="source")
    return value


def _visit_of(message: Mapping[str, object]) -> str:
    setlinfo = message.get("setlinfo")
    named = setlinfo.get("mdtrt_id") if isinstance(setlinfo, Mapping) else None
    return named if isinstance(named, str) and len(named) <= _LONGEST_ID else ""
