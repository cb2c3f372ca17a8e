"""Schemes, DIP catalogues and weight tables: stored under their digests, listed, read."""

from __future__ import annotations

import asyncio

from chspay_core.artefact import KIND_NAMES, ArtefactKind
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.weight_table import WeightTable, load_weight_table
from chspay_grouper.engine.dip.catalogue import Catalogue, load_catalogue
from chspay_grouper.store import artefacts as store
from chspay_grouper.store.artefacts import Facts
from chspay_kit import paging
from chspay_kit.auth import current_claim

SCHEME_UNNAMED = Reason("SCHEME_UNNAMED", Kind.INVALID, "请指明分组方案的编号或SM3摘要。")
SCHEME_UNKNOWN = Reason(
    "SCHEME_UNKNOWN", Kind.NOT_FOUND, "没有编号或摘要为“{value}”的分组方案，请先导入，或查询可用的方案。"
)
ARTEFACT_UNNAMED = Reason("ARTEFACT_UNNAMED", Kind.INVALID, "请指明{kind}的编号或SM3摘要。")
ARTEFACT_UNKNOWN = Reason(
    "ARTEFACT_UNKNOWN", Kind.NOT_FOUND, "没有编号或摘要为“{value}”的{kind}，请先上传，或查询可用的。"
)
SCHEME_BY_WORKBOOK = Reason("SCHEME_BY_WORKBOOK", Kind.INVALID, "分组方案请用官方工作簿导入，不在这里上传。")


async def facts(kind: ArtefactKind, name: str) -> Facts:
    """What is said of an artefact, by id (the newest) or digest.

    :raises Fault: SCHEME_UNNAMED, SCHEME_UNKNOWN; of the other kinds ARTEFACT_UNNAMED, ARTEFACT_UNKNOWN.
    """
    scheme = kind is ArtefactKind.SCHEME
    if not name:
        unnamed = SCHEME_UNNAMED if scheme else ARTEFACT_UNNAMED
        raise Fault(unnamed, field=kind.value, kind=KIND_NAMES[kind])
    found = await store.find(kind, name)
    if found is None:
        unknown = SCHEME_UNKNOWN if scheme else ARTEFACT_UNKNOWN
        raise Fault(unknown, field=kind.value, value=name, kind=KIND_NAMES[kind])
    return found


class Artefacts:
    """DIP catalogues and weight tables of this service; schemes come in as workbooks."""

    async def put(self, kind: ArtefactKind, content: bytes) -> Facts:
        """Keeps a canonical form under its digest; the same content twice is one.

        :raises Fault: what is wrong with the content; nothing is kept then.
        """
        claim = current_claim()
        claim.require_role("bureau", "service")
        found = await asyncio.to_thread(described, kind, content)
        await store.keep(found, content, [], claim.subject)
        return found

    async def page(self, kind: ArtefactKind, size: int, token: str) -> tuple[list[Facts], str]:
        """A page of a kind, by id and digest."""
        query, wanted = ("artefacts", kind.value), paging.size(size)
        after = paging.decode(query, token)
        place = (str(after[0]), str(after[1])) if after else ("", "")
        found = await store.page(kind, place, wanted + 1)
        if len(found) <= wanted:
            return found, ""
        last = found[wanted - 1].artefact
        return found[:wanted], paging.encode(query, [last.id, last.digest])

    async def content(self, kind: ArtefactKind, name: str) -> tuple[Facts, bytes]:
        """An artefact and its canonical form."""
        found = await facts(kind, name)
        content = await store.content(found.digest)
        if content is None:
            raise Fault(ARTEFACT_UNKNOWN, field=kind.value, value=name, kind=KIND_NAMES[kind])
        return found, content


def described(kind: ArtefactKind, content: bytes) -> Facts:
    """What is said of a canonical form.

    :raises Fault: SCHEME_BY_WORKBOOK, DIP_CATALOGUE_UNREADABLE, WEIGHT_TABLE_UNREADABLE.
    """
    if kind is ArtefactKind.DIP_CATALOGUE:
        return catalogue_facts(load_catalogue(content))
    if kind is ArtefactKind.WEIGHT_TABLE:
        return table_facts(load_weight_table(content))
    raise Fault(SCHEME_BY_WORKBOOK, field="kind")


def catalogue_facts(catalogue: Catalogue) -> Facts:
    """What is said of a DIP catalogue; the place is its title, the first day of use its version."""
    evidence = catalogue.weakest_evidence()
    return Facts(catalogue.artefact, catalogue.place, catalogue.on, evidence, catalogue.counts())


def table_facts(table: WeightTable) -> Facts:
    """What is said of a weight table; the place is its title, the first day of use its version."""
    counts = {kind: sum(row.kind == kind for row in table.rows) for kind in {row.kind for row in table.rows}}
    return Facts(table.artefact, table.place, table.on, table.weakest_evidence(), counts)
