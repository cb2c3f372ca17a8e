"""The proof that a case or a hospital is counted in a pool's root, as bytes below 4 kB, and its check.

Layout: ``CHP1``; for a case its leaf, salt and way to the hospital's root; the hospital's code and root; its
parts with salts, figures and ways. Numbers are LEB128, the last byte below 128 and none longer than needed;
texts and lists have their length in front; a step is one byte (1: the sibling stands on the left), the
sibling's hash and its seven figures.
"""

from __future__ import annotations

from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.proof.leaves import CaseLeaf, case_node, case_nodes, case_salt, part_node
from chspay_settlement.engine.proof.pool import Part, Pool
from chspay_settlement.engine.proof.sums import Sums, total
from chspay_settlement.engine.proof.tree import DEEPEST, HASH_BYTES, Node, Step, Tree, climb, root_of

MARK = b"CHP1"
PROOF_BROKEN = Reason("PROOF_BROKEN", Kind.INVALID, "总额证明无法识别（{value}），请重新取得一份。")
PROOF_FAILS = Reason(
    "PROOF_FAILS",
    Kind.PRECONDITION,
    "总额证明不成立：{value}（应为{expected}，算得{found}）。请向经办机构核对公布的总额根。",
)
_MOST_PARTS, _MOST_TEXTS = 32, 64
_LONGEST_TEXT = 4096


class CaseWay(NamedTuple):
    """A case in its hospital's tree."""

    leaf: CaseLeaf
    salt: bytes
    way: tuple[Step, ...]


class Proof(NamedTuple):
    """That a hospital, and perhaps one case of it, is counted under a root."""

    hospital_code: str
    own: Node
    parts: tuple[Part, ...]
    case: CaseWay | None = None

    def check(self, root: Node) -> None:
        """Refuse unless everything is counted under ``root``, once.

        :raises Fault: PROOF_FAILS naming what does not hold; PROOF_SUMS_REFUSED.
        """
        if self.case is not None:
            start = case_node(self.hospital_code, self.case.leaf, self.case.salt)
            _same("病例不在本机构的汇总之下", self.own, climb(start, self.case.way))
        _same_sums("本机构各部分之和与本机构合计不符", self.own.sums, total(part.sums for part in self.parts))
        layers = []
        for number, part in enumerate(self.parts):
            start = part_node(self.hospital_code, number, self.own, part.sums, part.salt)
            layers.append(climb(start, part.way))
        _same("本机构不在公布的总额根之下", root, root_of(layers))


def hospital_proof(pool: Pool, hospital_code: str) -> Proof:
    """The proof of a hospital."""
    return Proof(hospital_code, pool.hospitals[hospital_code], pool.parts(hospital_code))


def case_proof(pool: Pool, hospital_code: str, cases: list[CaseLeaf], case_id: str) -> Proof:
    """The proof of one case; it shows nothing of the hospital's other cases but sums along the way.

    :param cases: all cases of the hospital, in order.
    """
    key = pool.key(hospital_code)
    place = next(number for number, found in enumerate(cases) if found.case_id == case_id)
    way = Tree(case_nodes(hospital_code, cases, key)).way(place)
    found = CaseWay(cases[place], case_salt(key, case_id), tuple(way))
    return hospital_proof(pool, hospital_code)._replace(case=found)


def encode(proof: Proof) -> bytes:
    """The proof as bytes: the same proof, the same bytes."""
    out = [MARK]
    if proof.case is None:
        out.append(b"\x00")
    else:
        found = proof.case
        out.append(b"\x01")
        leaf = found.leaf
        out += [_text(text) for text in (leaf.case_id, leaf.kind, leaf.reason)]
        out += [_number(len(leaf.inputs)), *map(_text, leaf.inputs)]
        out += [_sums(leaf.sums), found.salt, _way(found.way)]
    out += [_text(proof.hospital_code), proof.own.hash, _sums(proof.own.sums), _number(len(proof.parts))]
    for part in proof.parts:
        out += [part.salt, _sums(part.sums), _way(part.way)]
    return b"".join(out)


def decode(content: bytes) -> Proof:
    """The proof in ``content``, which must be exactly what :func:`encode` writes.

    :raises Fault: PROOF_BROKEN, PROOF_SUMS_REFUSED.
    """
    reader = _Reader(content)
    if reader.take(len(MARK)) != MARK:
        raise Fault(PROOF_BROKEN, value="开头不符")
    which = reader.take(1)[0]
    if which > 1:
        raise Fault(PROOF_BROKEN, value="种类不符")
    case = None
    if which:
        case_id, kind, reason = reader.text(), reader.text(), reader.text()
        inputs = tuple(reader.text() for _ in range(reader.count(_MOST_TEXTS)))
        leaf = CaseLeaf(case_id, inputs, kind, reason, reader.sums())
        case = CaseWay(leaf, reader.take(HASH_BYTES), reader.way())
    code = reader.text()
    own = reader.node()
    size = reader.count(_MOST_PARTS)
    parts = tuple(Part(reader.take(HASH_BYTES), reader.sums(), reader.way()) for _ in range(size))
    reader.end()
    return Proof(code, own, parts, case)


def _same(what: str, expected: Node, found: Node) -> None:
    _same_sums(what, expected.sums, found.sums)
    if expected.hash != found.hash:
        raise Fault(PROOF_FAILS, value=what, expected=expected.hash.hex(), found=found.hash.hex())


def _same_sums(what: str, expected: Sums, found: Sums) -> None:
    for name, one, other in zip(Sums._fields, expected, found, strict=True):
        if one != other:
            raise Fault(PROOF_FAILS, field=name, value=what, expected=one, found=other)


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(text: str) -> bytes:
    raw = text.encode()
    return _number(len(raw)) + raw


def _sums(sums: Sums) -> bytes:
    return b"".join(map(_number, sums))


def _way(way: tuple[Step, ...]) -> bytes:
    steps = [bytes([step.left]) + step.sibling.hash + _sums(step.sibling.sums) for step in way]
    return _number(len(way)) + b"".join(steps)


class _Reader:
    """Reads what :func:`encode` wrote, and nothing else."""

    def __init__(self, content: bytes) -> None:
        self._content, self._place = content, 0

    def take(self, size: int) -> bytes:
        end = self._place + size
        if end > len(self._content):
            raise Fault(PROOF_BROKEN, value="不完整")
        found, self._place = self._content[self._place : end], end
        return found

    def number(self) -> int:
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if not byte and shift:
                    raise Fault(PROOF_BROKEN, value="数字不合规范")
                return value
            shift += 7
            if shift > 63:
                raise Fault(PROOF_BROKEN, value="数字过大")

    def count(self, most: int) -> int:
        size = self.number()
        if not 1 <= size <= most:
            raise Fault(PROOF_BROKEN, value="个数不符")
        return size

    def text(self) -> str:
        size = self.number()
        if size > _LONGEST_TEXT:
            raise Fault(PROOF_BROKEN, value="文字过长")
        try:
            return self.take(size).decode()
        except UnicodeDecodeError as error:
            raise Fault(PROOF_BROKEN, value="文字不能识别") from error

    def sums(self) -> Sums:
        return Sums(*(self.number() for _ in Sums._fields)).checked()

    def node(self) -> Node:
        return Node(self.take(HASH_BYTES), self.sums())

    def way(self) -> tuple[Step, ...]:
        size = self.number()
        if size > DEEPEST:
            raise Fault(PROOF_BROKEN, value="路径过长")
        return tuple(self._step() for _ in range(size))

    def _step(self) -> Step:
        side = self.take(1)[0]
        if side > 1:
            raise Fault(PROOF_BROKEN, value="方向不符")
        return Step(bool(side), self.node())

    def end(self) -> None:
        if self._place != len(self._content):
            raise Fault(PROOF_BROKEN, value="有多余的内容")
