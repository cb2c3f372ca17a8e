"""How a community hands its money on 医共体内部分配, by its own rule; pure.

S1 三(一): the lead hospital allocates by contribution. The rule is the community's own, with its document: so
much of the amount by this figure of the members, so much by that one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from chspay_core.amounts import largest_remainder, to_micro
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.worksheet import Worksheet

RULE_WRONG = Reason("COMMUNITY_RULE_WRONG", Kind.INVALID, "医共体内部分配规则的“{field}”{problem}：{value}。")


class Part(NamedTuple):
    """So much of the amount is handed out by this figure."""

    figure: str
    label: str
    share: Decimal


class Member(NamedTuple):
    """A member institution and its figures (visits, heads, score …), whole numbers."""

    institution: str
    figures: Mapping[str, int]


def allocate(
    amount_fen: int, parts: Sequence[Part], members: Sequence[Member], document: str
) -> tuple[dict[str, int], Worksheet]:
    """Fen of each member; they add up to the amount. A negative amount (owed) mirrors a positive one.

    :raises Fault: COMMUNITY_RULE_WRONG: shares that do not add up to 1, a figure that is missing or below
        zero, a member twice, no document.
    """
    _check(parts, members, document)
    sheet = Worksheet("医共体内部分配")
    sheet.given("amount", "可分配金额", amount_fen, "分")
    sheet.given("document", "分配规则的文件", document, "")
    names = [part.figure for part in parts]
    shares = largest_remainder(amount_fen, [to_micro(part.share, part.figure) for part in parts], names)
    totals = {member.institution: 0 for member in members}
    codes = list(totals)
    for part, share in zip(parts, shares, strict=True):
        sheet.given(f"share_{part.figure}", f"按{part.label}分配的比例", part.share, "比例")
        sheet.line(
            f"part_{part.figure}", f"按{part.label}分配的金额", share, "分",
            formula="可分配金额 × 比例，最大余数法", inputs=["amount", f"share_{part.figure}", "document"],
            rounding="合计等于可分配金额",
        )  # fmt: skip
        figures = [member.figures[part.figure] for member in members]
        for code, figure, fen in zip(codes, figures, largest_remainder(share, figures, codes), strict=True):
            sheet.given(f"{part.figure}_{code}", f"{code}的{part.label}", figure, "")
            sheet.line(
                f"{part.figure}_fen_{code}", f"{code}按{part.label}分得", fen, "分",
                formula="按比例，最大余数法", inputs=[f"part_{part.figure}", f"{part.figure}_{code}"],
                rounding="合计等于该部分金额",
            )  # fmt: skip
            totals[code] += fen
    for code, fen in totals.items():
        inputs = [f"{part.figure}_fen_{code}" for part in parts]
        sheet.line(f"fen_{code}", f"{code}合计", fen, "分", formula="各部分之和", inputs=inputs)
    return totals, sheet


def check_parts(parts: Sequence[Part]) -> None:
    """The parts of a rule for themselves.

    :raises Fault: COMMUNITY_RULE_WRONG.
    """
    for part in parts:
        if not part.figure.strip() or not part.label.strip():
            raise Fault(RULE_WRONG, field="figure", problem="名称没有填写", value=part.label)
    if sum(part.share for part in parts) != 1 or any(part.share < 0 for part in parts):
        shares = "、".join(str(part.share) for part in parts)
        raise Fault(RULE_WRONG, field="share", problem="各部分应不为负且合计为1", value=shares)
    if len({part.figure for part in parts}) != len(parts):
        raise Fault(
            RULE_WRONG, field="figure", problem="重复", value="、".join(part.figure for part in parts)
        )


def _check(parts: Sequence[Part], members: Sequence[Member], document: str) -> None:
    if not document.strip():
        raise Fault(RULE_WRONG, field="document", problem="没有填写", value="")
    check_parts(parts)
    codes = [member.institution for member in members]
    if not codes or len(set(codes)) != len(codes):
        raise Fault(RULE_WRONG, field="institution", problem="为空或重复", value="、".join(codes))
    for member in members:
        for part in parts:
            if member.figures.get(part.figure, -1) < 0:
                problem = f"缺少{part.label}或小于零"
                raise Fault(RULE_WRONG, field=part.figure, problem=problem, value=member.institution)
