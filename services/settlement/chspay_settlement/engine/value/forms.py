"""The named forms of the point value 点值 or rate 费率: how a fund and points become money.

Money is *split down* (a fund is handed out whole, nothing remains) or *priced up* (every case is paid at
a published rate, and what the fund and the payments differ by is a residual with a name). A form counts
in total cost, patients' part included, or in fund money alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chspay_core.method_registry import Registry


class Way(StrEnum):
    """How a form makes money of points."""

    #: One value for all points, found from the fund.
    SPLIT = "split"
    #: The fund is cut by level first; each level finds its own value.
    LEVEL_SPLIT = "level_split"
    #: Some points at a fixed value, the others share what is left of the fund.
    ELASTIC = "elastic"
    #: Every case at one published rate.
    RATE = "rate"
    #: Every case at the published rate of its hospital's level.
    LEVEL_RATE = "level_rate"


@dataclass(frozen=True, slots=True)
class Form:
    """A definition of the point value 点值: does the numerator hold the patients' part, and which way?"""

    name: str
    includes_patient: bool
    formula: str
    way: Way = Way.SPLIT
    #: The further policy keys the form reads.
    params: tuple[str, ...] = ()
    #: Whether the published value is at total cost: the fund's value ÷ the fund's share of cost.
    grossed: bool = False

    @property
    def needs_patient(self) -> bool:
        """Whether every case must say what its patient bears."""
        return self.includes_patient or self.grossed

    @property
    def priced_up(self) -> bool:
        """Whether each case is rounded by itself and a residual remains."""
        return self.way in {Way.RATE, Way.LEVEL_RATE}


POINT_VALUE = Registry[Form]("point_value.form")

#: V1: (fund + Σ patient-borne) ÷ Σ points; a hospital's fund is its points × value less what its
#: patients bear. Zhejiang/Jinhua shape (unverified).
TOTAL_COST = POINT_VALUE.add(Form("total_cost@1", True, "(fund + patient) ÷ points"))
#: V2: fund ÷ Σ points. 杭州市县域医共体支付方式改革实施细则（征求意见稿）二(二)2(3).
FUND_ONLY = POINT_VALUE.add(Form("fund_only@1", False, "fund ÷ points"))
_GROSSED = "fund ÷ (fund part of cost ÷ cost) ÷ points"
#: 结算点值: (fund for DIP ÷ 医保支付比例) ÷ total score, the ratio being booked fund ÷ total cost of the
#: year's cases; a hospital's fund is its score × value × ratio (DIP 3.0 征求意见稿 第七章第三节).
DIP_SETTLEMENT = POINT_VALUE.add(Form("dip_settlement@1", False, _GROSSED, grossed=True))
#: 浮动费率, found at clearing (医保发〔2025〕18号 第十六条): the same over weights.
FLOATING_RATE = POINT_VALUE.add(Form("floating_rate@1", False, _GROSSED, grossed=True))
#: The floating rate found at clearing (医保发〔2025〕18号 第十六条), over each level's share of the fund
#: (CHS-DRG 技术规范, unverified: rate_L = total cost × the level's share ÷ the level's weight).
LEVEL_SHARES = POINT_VALUE.add(
    Form(
        "level_shares@1",
        False,
        "fund × level_share ÷ level_points",
        Way.LEVEL_SPLIT,
        ("rate.level_shares",),
    )
)
_ELASTIC = "fixed_points × fixed_value + floating_points × floating_value"
_ELASTIC_KEYS = ("elastic.fixed_part", "elastic.value_method")
#: 弹性费率、弹性点值: base : increment 8:2 or 7:3, severe fixed and mild floating, or drugs and
#: consumables fixed and services floating (医保发〔2025〕18号 第十六条; DIP 3.0 征求意见稿 第四章第三节).
ELASTIC = POINT_VALUE.add(Form("elastic@1", False, _ELASTIC, Way.ELASTIC, _ELASTIC_KEYS))
#: The same over fund and patients' part together.
ELASTIC_TOTAL = POINT_VALUE.add(Form("elastic_total_cost@1", True, _ELASTIC, Way.ELASTIC, _ELASTIC_KEYS))
#: 固定费率 (医保发〔2025〕18号 第十六条、第十七条): payment standard = weight × coefficient × rate, less what
#: the patient bears.
FIXED_RATE = POINT_VALUE.add(Form("fixed_rate@1", True, "points × rate", Way.RATE, ("rate.fixed",)))
#: A fixed rate that is fund money already.
FIXED_RATE_FUND = POINT_VALUE.add(
    Form("fixed_rate_fund@1", False, "points × rate", Way.RATE, ("rate.fixed",))
)
#: A fixed rate for each level, less what the patient bears.
RATE_BY_LEVEL = POINT_VALUE.add(
    Form("rate_by_level@1", True, "points × level_rate", Way.LEVEL_RATE, ("rate.by_level",))
)
