"""Bodies and answers of the watch over institutions as JSON."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from chspay_gateway.rest.answers import WorksheetOut
from chspay_gateway.rest.plan_types import Rate
from chspay_gateway.rest.types import (
    YUAN_NOTE,
    Answer,
    Code,
    Line,
    MonthNo,
    MonthText,
    Region,
    Strict,
    Year,
    Yuan,
)

Persons = Annotated[int, Field(ge=0, le=10**9)]


class HeadStratumIn(Strict):
    """一个年龄段、一类疾病的参保人与上年人头。"""

    age_band: Code = Field(min_length=1, description="年龄段")
    disease: Code = Field(min_length=1, description="疾病类别")
    insured: Persons = Field(description="本年参保人数")
    base_insured: Persons = Field(description="上年参保人数")
    base_heads: Persons = Field(description="上年全统筹区人头")


class ServedIn(Strict):
    """一家机构在一层中服务（签约或归属）的参保人。"""

    age_band: Code = Field(min_length=1, description="年龄段")
    disease: Code = Field(min_length=1, description="疾病类别")
    served: Persons = Field(description="参保人数")


class InstitutionHeadsIn(Strict):
    """一家机构全年的人头，每人一次。"""

    institution: Code = Field(min_length=1, description="医疗机构编码")
    heads: Persons = Field(description="实际人头")
    served: list[ServedIn] = Field(max_length=10_000, description="各层服务的参保人")


class HeadsIn(Strict):
    """按参保人数和疾病谱判断各机构全年的人头。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "year": 2025,
                    "strata": [
                        {
                            "age_band": "60+", "disease": "I10", "insured": 2000, "base_insured": 1900,
                            "base_heads": 1500,
                        }
                    ],
                    "institutions": [
                        {
                            "institution": "H1", "heads": 1300,
                            "served": [{"age_band": "60+", "disease": "I10", "served": 900}],
                        }
                    ],
                    "document": "2025年参保与疾病谱统计",
                }
            ]
        }
    )  # fmt: skip

    pool: Region = Field(description="统筹区代码")
    year: Year = Field(description="年度")
    strata: list[HeadStratumIn] = Field(min_length=1, max_length=10_000, description="各层")
    institutions: list[InstitutionHeadsIn] = Field(min_length=1, max_length=10_000, description="各机构")
    document: Line = Field(min_length=1, description="数据来源文件")


class HeadRangeOut(Answer):
    """一家机构的预期人头区间。"""

    institution: str
    heads: int = Field(description="实际人头")
    expected: str | None = Field(description="预期人头")
    low: int = Field(description="区间下限，含本数")
    high: int = Field(description="区间上限，含本数，已加宽限")
    excess: int = Field(description="超出区间的人头")
    watch_id: str = Field(description="已立项的监测事项；在区间内为空")
    worksheet: WorksheetOut


class HeadsOut(Answer):
    """各机构的预期人头区间。"""

    items: list[HeadRangeOut]


class GrowthIn(Strict):
    """一个月的费用与此前各月比较；数据取自月结，当月没有月结的取最近一次试算。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"pool": "990100", "year": 2040, "month": 4, "document": "2040年4月月度分析"}]
        }
    )

    pool: Region = Field(description="统筹区代码")
    year: Year = Field(description="年度")
    month: MonthNo = Field(description="月份")
    document: Line = Field(min_length=1, description="分析文件")


class HospitalGrowthOut(Answer):
    """一家医疗机构的费用增长。"""

    hospital_code: str
    cost: str = Field(description=f"当月医疗费用。{YUAN_NOTE}")
    before: list[str] = Field(description=f"此前各月，从早到晚。{YUAN_NOTE}")
    percent: str = Field(description="增长百分比；此前没有费用时为空")
    over: str = Field(description=f"超出上限、可以暂缓的金额。{YUAN_NOTE}")
    watch_id: str = Field(description="已立项的监测事项；没有异常为空")
    worksheet: WorksheetOut


class GrowthOut(Answer):
    """各医疗机构的费用增长。"""

    run_id: str = Field(description="当月数据取自哪次月结或试算")
    items: list[HospitalGrowthOut]


class YearFiguresIn(Strict):
    """一家机构一年的数据。"""

    year: Year = Field(description="年度")
    cases: int = Field(ge=0, le=10**10, description="人次")
    cost: Yuan = Field(description=f"费用。{YUAN_NOTE}")
    weight: Rate = Field(description="总权重（或总点数），十进制文本")
    price_index: Rate = Field(description="价格指数，如 1 和 1.02")


class ChangeIn(Strict):
    """一家机构前后两年的变化，提交核实。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "990100", "institution": "H1", "fund_kind": "outpatient",
                    "before": {
                        "year": 2024, "cases": 1000, "cost": "1000000.00", "weight": "1000",
                        "price_index": "1",
                    },
                    "after": {
                        "year": 2025, "cases": 1100, "cost": "1300000.00", "weight": "1150",
                        "price_index": "1.02",
                    },
                    "document": "两年数据核实表",
                }
            ]
        }
    )  # fmt: skip

    pool: Region = Field(description="统筹区代码")
    institution: Code = Field(min_length=1, description="医疗机构编码")
    fund_kind: Code = Field(description="outpatient · per_diem · capitation；inpatient在按病组付费后拒绝")
    before: YearFiguresIn
    after: YearFiguresIn
    document: Line = Field(min_length=1, description="证明文件")


class HearWatchIn(Strict):
    """医疗机构的意见；没有意见也须写明。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"statement": "部分为体检，没有异议"}]})

    statement: Line = Field(min_length=1, description="意见")


class DecideWatchIn(Strict):
    """对监测事项的决定，须由发现人以外的人作出。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"uphold": True, "decision_no": "演示稽核〔2040〕5号", "since": "2040-05"}]
        }
    )

    uphold: bool = Field(description="true 认定 · false 不予认定")
    decision_no: Line = Field(min_length=1, description="决定文号")
    removed: Persons = Field(0, description="人头：剔除几个")
    since: MonthText | None = Field(None, description="费用增长：自哪个尚未月结的月份起暂缓拨付")


class ReleaseWatchIn(Strict):
    """核查后解除暂缓拨付，须由作出暂缓决定以外的人办理。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"statement": "核查未见违规", "decision_no": "演示稽核〔2040〕8号"}]}
    )

    statement: Line = Field(min_length=1, description="核查情况")
    decision_no: Line = Field(min_length=1, description="决定文号")
