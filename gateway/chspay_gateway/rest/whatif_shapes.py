"""The shapes of a simulation over HTTP, and how messages become them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from chspay.settlement.v1 import whatif_pb2 as pb
from chspay_core.amounts import fen_to_yuan
from chspay_gateway.rest.answers import points_text
from chspay_gateway.rest.types import POINTS_NOTE, YUAN_NOTE, Answer, Code, Line, Strict, Yuan

_STATES = {
    pb.WHAT_IF_STATE_WAITING: "waiting",
    pb.WHAT_IF_STATE_RUNNING: "running",
    pb.WHAT_IF_STATE_DONE: "done",
    pb.WHAT_IF_STATE_FAILED: "failed",
    pb.WHAT_IF_STATE_CANCELLED: "cancelled",
}
FigureText = Annotated[str, Field(max_length=64, pattern=r"^[0-9.]+$", description="十进制文本")]
_RATIO_NOTE = '比率，四位小数，如"-0.0830"表示减少8.30%；原来没有基金时为空'


class By(StrEnum):
    """按什么汇总。"""

    HOSPITAL = "hospital"
    LEVEL = "level"
    GROUP = "group"
    COMMUNITY = "community"
    BAND = "band"


class PatientPart(StrEnum):
    """换价以后个人负担怎样变。"""

    KEPT = "kept"
    PROPORTIONAL = "proportional"


class PricesIn(Strict):
    """换一张价目表：各类费用乘以倍数。"""

    factors: dict[Code, FigureText] = Field(
        description="费用类别（fee_drug、fee_consumable、fee_test、fee_service）与倍数"
    )
    patient_part: Annotated[PatientPart, Field(strict=False)] = Field(
        description="个人负担：kept 金额不变 · proportional 占比不变"
    )


class ScenarioIn(Strict):
    """一个方案：在现行规定之上改什么。"""

    name: Line = Field(description="名称，不能重复")
    rules: dict[Code, str | list[str | dict[str, str]] | dict[str, Any]] = Field(
        default_factory=dict, description="政策参数与试用的值；值也可以是修订里的一条（label、unit、rules）"
    )
    amendment: Annotated[str, Field(max_length=1_000_000)] = Field(
        default="", description="整份修订（YAML），每个参数取其中最新的一条试用"
    )
    points: dict[Code, FigureText] = Field(default_factory=dict, description="病组与另定的基准点数")
    point_factors: dict[Code, FigureText] = Field(default_factory=dict, description="病组与基准点数的倍数")
    fund: Yuan | None = Field(default=None, description=f"另定的基金，只在一次月结时可用。{YUAN_NOTE}")
    fund_factor: FigureText | None = Field(default=None, description="基金的倍数")
    scheme: Code = Field(default="", description="改用的分组方案（编号或SM3指纹），病例会重新分组")
    prices: PricesIn | None = Field(default=None, description="换价")


class AxisIn(Strict):
    """网格的一个对象。"""

    target: Line = Field(
        description="rules:键、rules:键[列=值].列、points:病组、point_factors:病组、prices:费用类别、fund_factor"
    )
    values: list[Line] = Field(min_length=1, max_length=2000, description="取的值")


class SweepIn(Strict):
    """一个网格：许多方案，只看汇总指标。"""

    axes: list[AxisIn] = Field(min_length=1, max_length=8)
    cartesian: bool = Field(default=True, description="true 全部组合；false 各对象的值逐个对应")


class WhatIfIn(Strict):
    """对哪些月结、按哪些方案模拟。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_ids": ["MR-990100-202603-1"],
                    "scenarios": [
                        {"name": "高倍率按费用追加", "rules": {"settle.high": "linear_add@1"}},
                        {"name": "脑梗死加一成", "point_factors": {"BR25": "1.1"}},
                    ],
                    "sweep": {"axes": [{"target": "rules:outlier.low_multiple", "values": ["0.3", "0.4"]}]},
                    "age_bands": ["0-17", "18-64", "65-"],
                }
            ]
        }
    )

    run_ids: list[Code] = Field(
        min_length=1, max_length=12, description="已完成的月结或试算，同一统筹区；多次的逐次结算后相加"
    )
    scenarios: list[ScenarioIn] = Field(default_factory=list, max_length=50)
    sweep: SweepIn | None = None
    age_bands: list[Line] = Field(
        default_factory=list, max_length=50, description="年龄段，如0-17、18-64、65-；不写则不按年龄汇总"
    )
    store: bool = Field(default=False, description="是否保存结果；不保存的一小时后清除")


class SummaryOut(Answer):
    """一个方案的汇总，医疗机构与现行规定相比。"""

    name: str
    fund: str = Field(description=f"可分配基金。{YUAN_NOTE}")
    residual: str = Field(description=f"没有分出去的余差。{YUAN_NOTE}")
    residual_cause: str = Field(description="余差的名称；没有余差时为空")
    point_values: list[str] = Field(description="各次月结的点值，单位：元/点，仅供显示")
    points: str | None = Field(description=f"总点数。{POINTS_NOTE}")
    change: str = Field(description=f"各医疗机构变化之和＝基金变化－余差变化。{YUAN_NOTE}")
    fund_change: str = Field(description=f"基金变化。{YUAN_NOTE}")
    residual_change: str = Field(description=f"余差变化。{YUAN_NOTE}")
    moved: str = Field(description=f"减少的医疗机构一共减少多少。{YUAN_NOTE}")
    winners: int = Field(description="增加的医疗机构数")
    losers: int = Field(description="减少的医疗机构数")
    largest_loss: str = Field(description=f"减少最多的一家的变化，负数。{YUAN_NOTE}")
    largest_loss_hospital: str = Field(description="减少最多的医疗机构")
    gini: str = Field(description="各医疗机构支付与费用之比的基尼系数，0至1，六位小数")
    riv: str = Field(description="组间变异RIV，六位小数；多次月结一起模拟时为空")
    recomputed: list[str] = Field(description="重新计算了哪些步骤：cases measure points")


class WhatIfOut(Answer):
    """一次测算模拟。"""

    what_if_id: str
    pool: str = Field(description="统筹区")
    run_ids: list[str]
    state: str = Field(description="waiting 等待 · running 进行中 · done 完成 · failed 失败 · cancelled 取消")
    step: str = Field(description="正在做什么：load 读取病例，或方案名称")
    steps_done: int = Field(description="做完了几步")
    steps: int = Field(description="一共几步")
    scenarios: list[SummaryOut] = Field(description="现行规定在前；做完一个多一个")
    sweep_points: int = Field(description="网格有多少点")
    failure_reason: str
    failure_message: str
    started_by: str
    started_at: str = Field(description="UTC，RFC 3339")
    expires_at: str = Field(description="何时清除，UTC；已保存的为空")
    stored: bool
    digest: str = Field(description="保存的结果的SM3指纹")
    policy_digests: list[str] = Field(description="各次月结的政策包摘要")
    engine_version: str
    age_bands: list[str]


class WhatIfPage(Answer):
    """能看到的测算模拟，新的在前。"""

    items: list[WhatIfOut]


class SumsOut(Answer):
    """汇总数。"""

    cases: int = Field(description="计点的病例数")
    points: str | None = Field(description=f"点数。{POINTS_NOTE}")
    cmi: str = Field(description="病例组合指数CMI（基准点数÷点数基数），四位小数")
    cost: str = Field(description=f"医疗总费用。{YUAN_NOTE}")
    patient: str = Field(description=f"个人负担。{YUAN_NOTE}")
    fund: str = Field(description=f"基金。{YUAN_NOTE}")


class RowOut(Answer):
    """一家医疗机构、一个等级、病组、医共体或年龄段，前后对比。"""

    key: str = Field(description="代码；空表示未知")
    name: str = Field(description="医疗机构名称")
    base: SumsOut = Field(description="现行规定")
    scenario: SumsOut = Field(description="方案")
    change: str = Field(description=f"基金变化。{YUAN_NOTE}")
    change_ratio: str = Field(description=f"基金变化。{_RATIO_NOTE}")


class RowPage(Answer):
    """前后对比，减少最多的在前。"""

    items: list[RowOut]
    next_page_token: str
    rows: int = Field(description="一共多少行")
    change: str = Field(description=f"全部行的变化之和。{YUAN_NOTE}")


class SweepRowOut(Answer):
    """网格的一个点。"""

    point: int
    values: list[str] = Field(description="各对象的值")
    summary: SummaryOut | None
    failure_reason: str
    failure_message: str


class SweepPage(Answer):
    """网格的结果，按网格的次序。"""

    targets: list[str] = Field(description="各对象")
    items: list[SweepRowOut]
    next_page_token: str


def sums_out(item: pb.WhatIfSums) -> SumsOut:
    return SumsOut.model_construct(
        cases=item.cases,
        points=points_text(item.points),
        cmi=item.cmi,
        cost=fen_to_yuan(item.cost_fen),
        patient=fen_to_yuan(item.patient_fen),
        fund=fen_to_yuan(item.fund_fen),
    )


_MONEY = ("fund", "residual", "change", "fund_change", "residual_change", "moved", "largest_loss")
_SAME = ("name", "residual_cause", "winners", "losers", "largest_loss_hospital", "gini", "riv")


def summary_out(item: pb.ScenarioSummary) -> SummaryOut:
    """A summary as JSON."""
    cells: dict[str, Any] = {name: fen_to_yuan(getattr(item, f"{name}_fen")) for name in _MONEY}
    cells |= {name: getattr(item, name) for name in _SAME}
    return SummaryOut.model_construct(
        **cells,
        point_values=list(item.point_values),
        points=points_text(item.points),
        recomputed=list(item.recomputed),
    )


def what_if_out(item: pb.WhatIf) -> WhatIfOut:
    """A simulation as JSON."""
    same = (
        *("what_if_id", "pool", "step", "sweep_points", "failure_reason", "failure_message"),
        *("started_by", "stored", "digest", "engine_version"),
    )
    cells: dict[str, Any] = {name: getattr(item, name) for name in same}
    cells |= {name: list(getattr(item, name)) for name in ("run_ids", "policy_digests", "age_bands")}
    return WhatIfOut.model_construct(
        **cells,
        steps_done=item.done,
        steps=item.total,
        state=_STATES[item.state],
        scenarios=[summary_out(one) for one in item.scenarios],
        started_at=item.started_at.ToJsonString(),
        expires_at=item.expires_at.ToJsonString() if item.HasField("expires_at") else "",
    )


class MeasureName(StrEnum):
    """评价什么指标。"""

    FUND_PER_CASE = "fund_per_case"
    COST_PER_CASE = "cost_per_case"
    PATIENT_SHARE = "patient_share"
    POINTS_PER_CASE = "points_per_case"
    CASES = "cases"


class EstimateOut(Answer):
    """一个估计值。"""

    name: str = Field(
        description="level 起点水平 · trend 每月变化 · level_change 水平变化 · trend_change 变化的改变"
    )
    label: str
    unit: str = Field(description="单位；每月变化的单位另加“·月”")
    value: str
    error: str = Field(description="标准误（Newey-West）")
    low: str = Field(description="置信区间下限")
    high: str = Field(description="置信区间上限")
    p: str = Field(description="双侧p值；标准误为零时为空")


class SeriesPointOut(Answer):
    """一个月。"""

    month: str
    value: str = Field(description="实际")
    fitted: str = Field(description="拟合")
    without_reform: str = Field(description="按改革前的走势会是多少；改革前为空")


class EvaluationOut(Answer):
    """改革前后评价（中断时间序列，分段回归）。"""

    measure: str
    unit: str
    estimates: list[EstimateOut]
    series: list[SeriesPointOut]
    months_before: int
    months_after: int
    lag: int = Field(description="误差的自相关月数")
    confidence: str
    notes: list[str] = Field(description="使用这些数字时要知道的")


def evaluation_out(item: pb.EvaluateReformResponse) -> EvaluationOut:
    """An evaluation as JSON."""
    names = list(EstimateOut.model_fields)
    return EvaluationOut.model_construct(
        measure=item.measure,
        unit=item.unit,
        estimates=[EstimateOut(**{name: getattr(one, name) for name in names}) for one in item.estimates],
        series=[
            SeriesPointOut(
                month=f"{one.period // 100}-{one.period % 100:02}",
                value=one.value,
                fitted=one.fitted,
                without_reform=one.without_reform,
            )
            for one in item.series
        ],
        months_before=item.months_before,
        months_after=item.months_after,
        lag=item.lag,
        confidence=item.confidence,
        notes=list(item.notes),
    )
