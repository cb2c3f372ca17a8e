"""Lives: signed records and evaluations come in, are checked, chained and kept."""

from __future__ import annotations

from chspay_core.artefact import ArtefactKind
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app.artefacts import facts
from chspay_grouper.engine.canonical import DOCUMENT_BAD, Signed
from chspay_grouper.engine.life import (
    PUBLICATION_UNFOUNDED,
    Event,
    Life,
    Record,
    check_next,
    check_predecessor,
    check_publication,
    follow,
    parse_evaluation,
    parse_record,
    require_trusted,
)
from chspay_grouper.engine.runstatement import parse_statement
from chspay_grouper.store import artefacts, runs
from chspay_grouper.store import life as store
from chspay_grouper.store.artefacts import Facts
from chspay_kit.auth import current_claim
from chspay_kit.sm2 import require_signature

SCHEME_KEYS_UNSET = Reason(
    "SCHEME_KEYS_UNSET",
    Kind.PRECONDITION,
    "服务没有配置信任名单，不能受理生命周期记录；请管理员设置 CHSPAY_SCHEME_KEYS_FILE。",
)
PREDECESSOR_UNKNOWN = Reason(
    "PREDECESSOR_UNKNOWN", Kind.PRECONDITION, "封存记录指明的前一版本{value}不在本服务中，请先导入它。"
)


class Lives:
    """The lives of what this service keeps.

    :param trusted: public keys whose signatures count; none means that no record is taken.
    """

    def __init__(self, trusted: frozenset[str]) -> None:
        self._trusted = trusted

    async def add_record(self, content: bytes, signature: bytes) -> tuple[str, Life]:
        """Keeps a signed record; answers its digest and the life with it.

        :raises Fault: signature, signer, order or reference that does not hold; nothing is kept then.
        """
        subject = self._may_write()
        signed, record = Signed(content, signature), parse_record(content)
        self._check_signed(record.signer, signed, "生命周期记录")
        kept = await facts(record.artefact.kind, record.artefact.digest)
        if kept.artefact != record.artefact:
            raise Fault(DOCUMENT_BAD, kind="生命周期记录", problem="编号与摘要不属于同一内容")
        await store.lock(kept.digest)
        life = await _life(kept.digest)
        check_next(life, record)
        if record.predecessor:
            older = await artefacts.find(record.artefact.kind, record.predecessor)
            if older is None or older.digest != record.predecessor:
                raise Fault(PREDECESSOR_UNKNOWN, field="predecessor", value=record.predecessor)
            check_predecessor(record.artefact, older.artefact)
        if record.event is Event.PUBLISH:
            await _check_publication(record)
        await store.add_record(record, signed, subject)
        return signed.digest, Life((*life.records, record))

    async def add_evaluation(self, content: bytes, signature: bytes) -> str:
        """Keeps a signed evaluation of a run this service has; answers its digest.

        :raises Fault: signature or signer that does not hold, or an unknown run.
        """
        subject = self._may_write()
        signed, evaluation = Signed(content, signature), parse_evaluation(content)
        self._check_signed(evaluation.signer, signed, "评估")
        run = await runs.statement(evaluation.run)
        about = None if run is None else parse_statement(run).artefact
        if about is None or (about.kind, about.digest) != (evaluation.kind, evaluation.artefact):
            raise Fault(PUBLICATION_UNFOUNDED, field="run", problem="本服务没有保存它的这次模拟运行")
        await store.add_evaluation(evaluation, signed, subject)
        return signed.digest

    async def of(self, kind: ArtefactKind, name: str) -> tuple[Facts, Life, list[Signed]]:
        """An artefact with its life and its records as they were signed."""
        kept = await facts(kind, name)
        return kept, await _life(kept.digest), await store.records(kept.digest)

    def _may_write(self) -> str:
        claim = current_claim()
        claim.require_role("bureau", "service")
        if not self._trusted:
            raise Fault(SCHEME_KEYS_UNSET)
        return claim.subject

    def _check_signed(self, signer: str, signed: Signed, what: str) -> None:
        require_signature(signer, signed.signature, signed.content, what)
        require_trusted(signer, self._trusted, what)


async def _life(digest: str) -> Life:
    return follow([parse_record(signed.content) for signed in await store.records(digest)])


async def _check_publication(record: Record) -> None:
    run, signed = await runs.statement(record.run), await store.evaluation(record.evaluation)
    if run is None or signed is None:
        raise Fault(PUBLICATION_UNFOUNDED, field="run", problem="本服务没有保存所引用的模拟运行或评估")
    check_publication(record, parse_statement(run).artefact, parse_evaluation(signed.content))
