"""The life of schemes: signed records and evaluations come in, are checked, chained and kept."""

from __future__ import annotations

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.app.grouping import GrouperApp
from chspay_grouper.engine.canonical import Signed
from chspay_grouper.engine.life import (
    PUBLICATION_UNFOUNDED,
    Event,
    Life,
    Record,
    check_next,
    check_publication,
    follow,
    parse_evaluation,
    parse_record,
    require_trusted,
)
from chspay_grouper.engine.runstatement import parse_statement
from chspay_grouper.store import life as store
from chspay_grouper.store import runs, schemes
from chspay_grouper.store.schemes import SchemeFacts
from chspay_kit.auth import current_claim
from chspay_kit.sm2 import require_signature

SCHEME_KEYS_UNSET = Reason(
    "SCHEME_KEYS_UNSET",
    Kind.PRECONDITION,
    "服务没有配置信任名单，不能受理方案记录；请管理员设置 CHSPAY_SCHEME_KEYS_FILE。",
)
PREDECESSOR_UNKNOWN = Reason(
    "PREDECESSOR_UNKNOWN", Kind.PRECONDITION, "封存记录指明的前一版本{value}没有导入，请先导入它。"
)


class SchemeLife:
    """The lives of the schemes of this service.

    :param trusted: public keys whose signatures count; none means that no record is taken.
    """

    def __init__(self, app: GrouperApp, trusted: frozenset[str]) -> None:
        self._app = app
        self._trusted = trusted

    async def add_record(self, content: bytes, signature: bytes) -> tuple[str, Life]:
        """Keeps a signed record; answers its digest and the life with it.

        :raises Fault: signature, signer, order or reference that does not hold; nothing is kept then.
        """
        subject = self._may_write()
        signed, record = Signed(content, signature), parse_record(content)
        self._check_signed(record.signer, signed, "方案记录")
        facts = await self._app.facts(record.scheme)
        await store.lock(facts.digest)
        life = await self._life(facts)
        check_next(life, record)
        if record.predecessor and await schemes.find(record.predecessor) is None:
            raise Fault(PREDECESSOR_UNKNOWN, field="predecessor", value=record.predecessor)
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
        if run is None or parse_statement(run).scheme != evaluation.scheme:
            raise Fault(PUBLICATION_UNFOUNDED, field="run", problem="本服务没有保存这个方案的这次模拟分组")
        await store.add_evaluation(evaluation, signed, subject)
        return signed.digest

    async def of(self, name: str) -> tuple[SchemeFacts, Life, list[Signed]]:
        """A scheme with its life and its records as they were signed."""
        facts = await self._app.facts(name)
        return facts, await self._life(facts), await store.records(facts.digest)

    async def _life(self, facts: SchemeFacts) -> Life:
        return follow([parse_record(signed.content) for signed in await store.records(facts.digest)])

    def _may_write(self) -> str:
        claim = current_claim()
        claim.require_role("bureau", "service")
        if not self._trusted:
            raise Fault(SCHEME_KEYS_UNSET)
        return claim.subject

    def _check_signed(self, signer: str, signed: Signed, what: str) -> None:
        require_signature(signer, signed.signature, signed.content, what)
        require_trusted(signer, self._trusted, what)


async def _check_publication(record: Record) -> None:
    run, signed = await runs.statement(record.run), await store.evaluation(record.evaluation)
    if run is None or signed is None:
        raise Fault(PUBLICATION_UNFOUNDED, field="run", problem="本服务没有保存所引用的模拟分组或评估")
    check_publication(record, parse_statement(run).scheme, parse_evaluation(signed.content))
