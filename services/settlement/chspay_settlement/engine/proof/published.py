"""What is published of a month on every hospital's statement, so that each can check its own share alone.

The root of the tree with its sums, the commitment of the group figures, the cuts of every handing out, and
what remained. The same on every statement; only a hospital whose remainder ties with the cut is also told
who was served last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.proof.cut import Cut, Tie, cut_of
from chspay_settlement.engine.proof.groups import extract_of
from chspay_settlement.engine.proof.leaves import CaseLeaf
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.proof.sums import Sums
from chspay_settlement.engine.proof.tree import HASH_BYTES, Node
from chspay_settlement.engine.value.divide import Division
from chspay_settlement.engine.value.elastic import Elastic
from chspay_settlement.engine.value.forms import Way

METHOD = "merkle_sum@1"
PUBLISHED_BROKEN = Reason(
    "PROOF_SECTION_BROKEN", Kind.INVALID, "结算单的总额证明部分不完整或无法识别（{value}）。"
)
PROOF_TOTALS = Reason(
    "PROOF_TOTALS",
    Kind.INTERNAL,
    "总额证明的“{field}”为{found}，与本次结算的{value}不一致，请联系管理员核查。",
)


class Published(NamedTuple):
    """The public part of a month's proof."""

    root: Node
    #: SM3 (hex) that commits to the figures of all groups.
    groups: str
    cuts: tuple[Cut, ...]
    residual_fen: int
    cause: str
    #: Under an elastic form: all points at the fixed value, and the base points decided for the pool.
    fixed_micro: int = 0
    base_micro: int = 0
    #: By hospital whose remainder ties with the cut: the last one served.
    ties: Mapping[str, Tie] = {}

    def section(self, hospital_code: str) -> dict[str, Any]:
        """The section ``proof`` of a hospital's statement."""
        found: dict[str, Any] = {
            "method": METHOD,
            "root": self.root.hash.hex(),
            "totals": self.root.sums._asdict(),
            "groups": self.groups,
            "cuts": [cut._asdict() | {"weight": str(cut.weight), "at": str(cut.at)} for cut in self.cuts],
            "residual_fen": self.residual_fen,
            "cause": self.cause,
            "fixed_micro": self.fixed_micro,
            "base_micro": self.base_micro,
        }
        tie = self.ties.get(hospital_code)
        if tie is not None:
            found["last_served"] = {"weight": str(tie.weight), "code": tie.code}
        return found

    def cut(self, of: str) -> Cut:
        """The cut of one handing out.

        :raises Fault: PROOF_SECTION_BROKEN.
        """
        found = [cut for cut in self.cuts if cut.of == of]
        if len(found) != 1:
            raise Fault(PUBLISHED_BROKEN, field="cuts", value=of)
        return found[0]


def publish(pool: Pool, division: Division, table: GroupTable) -> Published:
    """What is published of a month.

    :raises Fault: PROOF_TOTALS when the tree does not come to what was divided.
    """
    sums = pool.root.sums
    expected = {
        "points": sum(amount.points_micro for amount in division.hospitals),
        "fund": sum(amount.fund_fen for amount in division.hospitals),
        "cases": sum(amount.cases for amount in division.hospitals),
    }
    for name, found in (
        ("points", sums.points_net_micro),
        ("fund", sums.fund_net_fen),
        ("cases", sums.cases),
    ):
        if found != expected[name]:
            raise Fault(PROOF_TOTALS, field=name, value=expected[name], found=found)
    cuts, ties = _cuts(division)
    return Published(
        root=pool.root,
        groups=extract_of(table, pool.seed).digest,
        cuts=tuple(cuts),
        residual_fen=division.residual_fen,
        cause=division.cause,
        fixed_micro=sum(division.fixed_micro),
        base_micro=division.base_micro,
        ties=ties,
    )


def prove(cases: Mapping[str, Sequence[CaseLeaf]], division: Division, table: GroupTable) -> Published:
    """The proof of a month from all its cases, by hospital and in order of their ids.

    :raises Fault: PROOF_SUMS_REFUSED, PROOF_TOTALS.
    """
    return publish(Pool.of_cases(cases), division, table)


def parse_section(data: Any, hospital_code: str) -> Published:
    """What a statement publishes, which must be exactly what :meth:`Published.section` writes.

    :raises Fault: PROOF_SECTION_BROKEN, PROOF_SUMS_REFUSED.
    """
    try:
        last = data.get("last_served")
        found = Published(
            root=Node(bytes.fromhex(data["root"]), Sums(**data["totals"]).checked()),
            groups=data["groups"],
            cuts=tuple(_cut(cut) for cut in data["cuts"]),
            residual_fen=data["residual_fen"],
            cause=data["cause"],
            fixed_micro=data["fixed_micro"],
            base_micro=data["base_micro"],
            ties={} if last is None else {hospital_code: Tie(int(last["weight"]), last["code"])},
        )
        same = found.section(hospital_code) == data and len(found.root.hash) == HASH_BYTES
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(PUBLISHED_BROKEN, field="proof", value=type(error).__name__) from error
    if not same:
        raise Fault(PUBLISHED_BROKEN, field="proof", value="不是规范格式")
    return found


def _cut(data: Mapping[str, Any]) -> Cut:
    return Cut(data["of"], data["total_fen"], int(data["weight"]), int(data["at"]), data["tied"])


def _cuts(division: Division) -> tuple[list[Cut], dict[str, Tie]]:
    """The cut of every handing out by largest remainder in a division, and who ties with one."""
    handed = _handed_out(division)
    cuts: list[Cut] = []
    ties: dict[str, Tie] = {}
    for of, (total, weights) in handed.items():
        cut, tie = cut_of(of, total, list(weights.values()), list(weights))
        cuts.append(cut)
        if tie is not None:
            ties |= {code: tie for code, weight in weights.items() if cut.on_edge(weight)}
    return cuts, ties


def _handed_out(division: Division) -> dict[str, tuple[int, dict[str, int]]]:
    """What was handed out whole, with the weight of every hospital; nothing where each case was rounded."""
    way, hospitals = division.form.way, division.hospitals
    if way is Way.SPLIT:
        points = {amount.hospital_code: amount.points_micro for amount in hospitals}
        return {"": (division.value.numerator_fen, points)}
    if way is Way.LEVEL_SPLIT:
        found = {}
        for part in division.parts:
            members = {
                amount.hospital_code: amount.points_micro
                for amount, level in zip(hospitals, division.levels, strict=True)
                if str(level) == part.of
            }
            found[part.of] = (part.value.numerator_fen, members)
        return found
    if way is Way.ELASTIC and handed_whole(division):
        two = Elastic(division.part("fixed"), division.part("floating"))
        worth = two.weights([amount.points_micro for amount in hospitals], division.fixed_micro)
        codes = [amount.hospital_code for amount in hospitals]
        return {"": (division.value.numerator_fen, dict(zip(codes, worth, strict=True)))}
    return {}


def handed_whole(division: Division) -> bool:
    """Whether an elastic division handed its whole fund out, and not each hospital its rounded worth."""
    two = Elastic(division.part("fixed"), division.part("floating"))
    points = sum(amount.points_micro for amount in division.hospitals)
    whole = division.value.numerator_fen + division.residual_fen
    return two.worth(points, sum(division.fixed_micro)) == whole
