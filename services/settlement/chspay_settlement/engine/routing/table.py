"""The payment-method router 付费方式认定: a table of policy from facts to exactly one method.

Methods stand beside each other in one pool (demand S12): by group (DRG, DIP), by the bed-day, by head, by
item, as a bundle, or not at all. The first row of ``routing.table`` whose conditions hold decides; its reason
and the rule's citation go with the answer. What no row speaks of is refused: nobody is paid by default.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy, Rule
from chspay_core.policy_reading import broken, cell, choice

TABLE, OVERLAP = "routing.table", "routing.overlap"
#: Between which stays of a person a day may stand only once: any two, or where one is paid by the bed-day.
ANY, BED_DAYS_ONLY = "any", "bed_days"
#: Medical type 医疗类别 of a settlement list: inpatient.
INPATIENT = "21"

UNRULED = Reason(
    "ROUTE_UNRULED",
    Kind.PRECONDITION,
    "“{value}”按现行规定不能认定付费方式（{facts}；依据{document}）。请在付费方式表中补充规定。",
)
CONTRADICTED = Reason(
    "ROUTE_CONTRADICTED",
    Kind.PRECONDITION,
    "付费方式表第{row}行把“{value}”定为{method}，而床日付费服务的答复是“{answer}”，两者不符（依据{document}）。",
)


class Method(StrEnum):
    """How a case is paid."""

    DRG = "drg"
    DIP = "dip"
    PER_DIEM = "per_diem"
    CAPITATION = "capitation"
    BY_ITEM = "by_item"
    BUNDLE = "bundle"
    NONE = "none"


NAMES = {
    Method.DRG: "按病组（DRG点数）",
    Method.DIP: "按病种分值（DIP）",
    Method.PER_DIEM: "按床日付费",
    Method.CAPITATION: "按人头付费",
    Method.BY_ITEM: "按项目付费",
    Method.BUNDLE: "打包付费",
    Method.NONE: "不支付",
}
#: Methods under which a case goes to its group.
BY_GROUP = frozenset({Method.DRG, Method.DIP})


class BedDays(StrEnum):
    """What the bed-day service said of a case; ``NOT_ASKED`` where it was not asked."""

    NOT_ASKED = ""
    PAID = "paid"
    BY_GROUP = "by_group"
    NOT_PILOT = "not_pilot"
    REFUSED = "refused"
    #: A list inside of a long stay: an acute episode 急性发作, or days outside of the pilot.
    OWN_LIST = "own_list"
    #: A list inside of a long stay whose days are bed-days of that stay.
    WITH_STAY = "with_stay"


BED_DAY_NAMES = {
    BedDays.NOT_ASKED: "不属床日付费范围",
    BedDays.PAID: "按床日计付",
    BedDays.BY_GROUP: "按病组",
    BedDays.NOT_PILOT: "不是床日付费试点机构",
    BedDays.REFUSED: "不能计付",
    BedDays.OWN_LIST: "长期住院中单列的清单",
    BedDays.WITH_STAY: "并入长期住院的床日",
}


class Facts(NamedTuple):
    """What the router looks at; texts are codes, empty where unknown."""

    #: What is routed, for messages: a case number, a bill number.
    name: str
    #: hospital, clinic, pharmacy.
    institution: str
    medical_type: str
    department: str
    insurance: str
    #: Whether the fund bears any of it.
    fund_part: bool
    bed_days: BedDays = BedDays.NOT_ASKED

    @property
    def text(self) -> str:
        """In words."""
        return "，".join(
            (
                f"机构{_KINDS.get(self.institution, self.institution or '未登记')}",
                f"医疗类别{self.medical_type or '未填'}",
                f"科别{self.department or '未填'}",
                f"险种{self.insurance or '未填'}",
                "有基金支付" if self.fund_part else "无基金支付",
                BED_DAY_NAMES[self.bed_days],
            )
        )


class Route(NamedTuple):
    """One method, and why; ``row`` counts from 1."""

    method: Method
    reason: str
    text: str
    row: int
    rule: Rule

    @property
    def cite(self) -> str:
        """The document and article behind it."""
        return self.rule.cite


class Row(NamedTuple):
    """A row of the table; an empty condition holds for everything."""

    institution: str
    medical_type: str
    department: str
    insurance: str
    fund_part: str
    bed_days: str
    method: Method
    reason: str
    text: str

    def holds(self, facts: Facts) -> bool:
        """Whether the row speaks of these facts."""
        return (
            self.institution in {"", facts.institution}
            and self.medical_type in {"", facts.medical_type}
            and self.department in {"", facts.department}
            and self.insurance in {"", facts.insurance}
            and self.fund_part in {"", "yes" if facts.fund_part else "no"}
            and self.bed_days in {"", facts.bed_days.value or "not_asked"}
        )


_CONDITIONS = ("institution", "medical_type", "department", "insurance", "fund_part", "bed_days")
_KINDS = {"hospital": "医院", "clinic": "门诊部或诊所", "pharmacy": "零售药店"}
_ALLOWED = {
    "institution": {"", *_KINDS},
    "fund_part": {"", "yes", "no"},
    "bed_days": {"", "not_asked", *(one.value for one in BedDays if one)},
}
#: Answers of the bed-day service that leave no other method, and methods that no answer but these allows.
_BOUND = {BedDays.PAID: Method.PER_DIEM, BedDays.WITH_STAY: Method.PER_DIEM}


@dataclass(frozen=True, slots=True)
class Router:
    """The table of one place and day."""

    rows: tuple[Row, ...]
    rule: Rule
    document: str
    overlap: str

    @staticmethod
    def read(policy: Policy) -> Router:
        """Compiles the table.

        :raises Fault: POLICY_MISSING; POLICY_VALUE for an unknown word, a row without reason, or one that
            an earlier row leaves nothing to.
        """
        rows: list[Row] = []
        for place, given in enumerate(policy.table(TABLE), 1):
            row = _row(policy, given, place)
            hidden = next((n for n, one in enumerate(rows, 1) if _covers(one, row)), 0)
            if hidden:
                raise broken(policy, TABLE, f"第{place}行", f"第{hidden}行已经包括了它，永远轮不到")
            rows.append(row)
        rule = policy.rule(TABLE)
        overlap = choice(policy, OVERLAP, ANY, BED_DAYS_ONLY)
        return Router(tuple(rows), rule, policy.citation(rule), overlap)

    def route(self, facts: Facts) -> Route:
        """The method of one case or bill.

        :raises Fault: ROUTE_UNRULED when no row speaks of it; ROUTE_CONTRADICTED when the row that does gives
            bed-days to whom the bed-day service gave none, or takes them from whom it did.
        """
        for place, row in enumerate(self.rows, 1):
            if row.holds(facts):
                _check(self, facts, row, place)
                return Route(row.method, row.reason, row.text, place, self.rule)
        raise Fault(UNRULED, field=TABLE, value=facts.name, facts=facts.text, document=self.document)


def _row(policy: Policy, given: dict[str, str], place: int) -> Row:
    cells = {name: cell(policy, TABLE, given, name) for name in (*_CONDITIONS, "method", "reason", "text")}
    for name, allowed in _ALLOWED.items():
        if cells[name] not in allowed:
            known = "、".join(sorted(one or "（空）" for one in allowed))
            raise broken(policy, TABLE, cells[name], f"第{place}行的{name}应为{known}之一")
    if cells["method"] not in set(Method):
        raise broken(policy, TABLE, cells["method"], f"第{place}行的method应为{'、'.join(Method)}之一")
    if not cells["reason"].isidentifier() or not cells["text"]:
        raise broken(policy, TABLE, cells["reason"], f"第{place}行应写明reason（英文代码）和text（理由）")
    conditions = {name: cells[name] for name in _CONDITIONS}
    return Row(**conditions, method=Method(cells["method"]), reason=cells["reason"], text=cells["text"])


def _covers(earlier: Row, later: Row) -> bool:
    """Whether an earlier row takes everything a later one speaks of."""
    return all(one in {"", other} for one, other in zip(earlier[:6], later[:6], strict=True))


def _check(router: Router, facts: Facts, row: Row, place: int) -> None:
    bound = _BOUND.get(facts.bed_days)
    if bound is not None and row.method not in {bound, Method.NONE}:
        wrong = True
    else:
        wrong = bound is None and row.method is Method.PER_DIEM
    if wrong:
        raise Fault(
            CONTRADICTED, field=TABLE, value=facts.name, row=place, method=NAMES[row.method],
            answer=BED_DAY_NAMES[facts.bed_days], document=router.document,
        )  # fmt: skip


def reasons_of(router: Router) -> Sequence[tuple[str, str]]:
    """Every reason of the table with its text, in order."""
    return [(row.reason, row.text) for row in router.rows]
