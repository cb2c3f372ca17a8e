"""The canonical case in JSON, and how it becomes the message services speak."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chspay.common.v1 import case_pb2
from chspay_core import amounts
from chspay_core.case import Case
from chspay_core.tables import MONEY
from chspay_gateway.rest.types import YUAN_NOTE, Answer, Code, Day, Line, Strict, Yuan

EXAMPLE_CASE: JsonDict = {
    "case_id": "ZY20260100001",
    "hospital_code": "H33010100001",
    "region_code": "990101",
    "admission_date": "2026-01-05",
    "discharge_date": "2026-01-12",
    "sex": 1,
    "age_years": 67,
    "department": "A03.05",
    "leaving_type": "1",
    "diagnoses": ["I63.900", "I10.x00"],
    "procedures": [],
    "total_cost": "12345.60",
    "patient_paid": "3021.17",
}
_BIG = 2**31 - 1
_Count = Annotated[int, Field(ge=-_BIG, le=_BIG)]


class CaseIn(Strict):
    """一份住院病例，字段名与标准病例表（CSV、Parquet）一致；不填表示未知，不等于零。"""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_CASE]})

    case_id: Code = Field(description="病例号，院内唯一")
    hospital_code: Code = Field("", description="定点医疗机构编码")
    region_code: Code = Field("", description="就医地行政区划代码，六位")
    person_key: Code = Field("", description="参保人的假名（HMAC-SM3，64位十六进制）；不知道则不填")
    admission_date: Day | None = Field(None, description="入院日期")
    discharge_date: Day | None = Field(None, description="出院日期")
    sex: _Count | None = Field(None, description="性别：1 男，2 女")
    age_years: _Count | None = Field(None, description="年龄，单位：岁")
    age_days: _Count | None = Field(None, description="不足一岁时的日龄，单位：天")
    newborn_weight_g: _Count | None = Field(None, description="新生儿出生体重，单位：克")
    department: Code = Field("", description="出院科别代码")
    los_days: _Count | None = Field(None, description="住院天数，单位：天；不填则按日期相减，至少1天")
    leaving_type: Code = Field("", description="离院方式：1 医嘱离院 2 转院 3 转社区 4 非医嘱 5 死亡 9 其他")
    icu_hours: _Count | None = Field(None, description="重症监护时长，单位：小时")
    diagnoses: list[Code] = Field(
        default_factory=list, description="诊断编码（医保版ICD-10），第一个为主要诊断"
    )
    procedures: list[Code] = Field(
        default_factory=list, description="手术操作编码（医保版ICD-9-CM-3），第一个为主要手术"
    )
    total_cost: Yuan | None = Field(None, description=f"总费用。{YUAN_NOTE}")
    patient_paid: Yuan | None = Field(None, description=f"个人负担。{YUAN_NOTE}")
    insured_region: Code = Field("", description="参保地行政区划代码")
    insurance_type: Code = Field("", description="险种类型，如 310 职工、390 城乡居民")
    fund_paid: Yuan | None = Field(None, description=f"结算时基金支付。{YUAN_NOTE}")
    fee_drug: Yuan | None = Field(None, description=f"其中：药品费。{YUAN_NOTE}")
    fee_consumable: Yuan | None = Field(None, description=f"其中：耗材费。{YUAN_NOTE}")
    fee_test: Yuan | None = Field(None, description=f"其中：检查检验费。{YUAN_NOTE}")
    fee_service: Yuan | None = Field(None, description=f"其中：医疗服务费。{YUAN_NOTE}")
    tcm_diagnoses: list[Code] = Field(default_factory=list, description="中医诊断编码，第一个为主病")
    tcm_cost: Yuan | None = Field(None, description=f"中医治疗费用。{YUAN_NOTE}")
    referral_id: Code = Field("", description="转诊单号")

    def case(self) -> Case:
        """The domain noun; money in fen."""
        return Case(
            case_id=self.case_id,
            hospital_code=self.hospital_code,
            region_code=self.region_code,
            person_key=self.person_key,
            admission_date=self.admission_date,
            discharge_date=self.discharge_date,
            sex=self.sex,
            age_years=self.age_years,
            age_days=self.age_days,
            newborn_weight_g=self.newborn_weight_g,
            department=self.department,
            los_days=self.los_days,
            leaving_type=self.leaving_type,
            icu_hours=self.icu_hours,
            diagnoses=tuple(self.diagnoses),
            procedures=tuple(self.procedures),
            insured_region=self.insured_region,
            insurance_type=self.insurance_type,
            tcm_diagnoses=tuple(self.tcm_diagnoses),
            referral_id=self.referral_id,
            **{f"{name}_fen": fen(getattr(self, name), name) for name in MONEY},
        )


class IdentityIn(Strict):
    """参保人身份。只以密文保存，任何接口都不返回。"""

    person_no: Code = Field("", description="人员编号")
    name: Line = Field("", description="姓名")
    certificate_type: Code = Field("", description="证件类别")
    certificate_no: Code = Field("", description="证件号码")


class ListIn(CaseIn):
    """一份结算清单：病例加上可选的身份信息。"""

    identity: IdentityIn | None = Field(None, description="参保人身份（可选），只以密文保存")


class CaseOut(Answer):
    """一份病例；未知的字段为 null 或空文本。"""

    case_id: str
    hospital_code: str
    region_code: str
    person_key: str
    admission_date: str | None = Field(description="入院日期")
    discharge_date: str | None = Field(description="出院日期")
    sex: int | None = Field(description="1 男，2 女")
    age_years: int | None = Field(description="单位：岁")
    age_days: int | None = Field(description="单位：天")
    newborn_weight_g: int | None = Field(description="单位：克")
    department: str
    los_days: int | None = Field(description="单位：天")
    leaving_type: str
    icu_hours: int | None = Field(description="单位：小时")
    diagnoses: list[str]
    procedures: list[str]
    total_cost: str | None = Field(description=f"总费用。{YUAN_NOTE}")
    patient_paid: str | None = Field(description=f"个人负担。{YUAN_NOTE}")
    insured_region: str
    insurance_type: str
    fund_paid: str | None = Field(description=f"结算时基金支付。{YUAN_NOTE}")
    fee_drug: str | None = Field(description=f"药品费。{YUAN_NOTE}")
    fee_consumable: str | None = Field(description=f"耗材费。{YUAN_NOTE}")
    fee_test: str | None = Field(description=f"检查检验费。{YUAN_NOTE}")
    fee_service: str | None = Field(description=f"医疗服务费。{YUAN_NOTE}")
    tcm_diagnoses: list[str]
    tcm_cost: str | None = Field(description=f"中医治疗费用。{YUAN_NOTE}")
    referral_id: str


class GroupOut(Answer):
    """分组答案。"""

    case_id: str
    status: str = Field(
        description="grouped 已入组 · ambiguous 歧义组 · ungrouped 无法入组 · invalid 数据不合格"
    )
    mdc: str
    adrg: str
    drg: str
    reason: str = Field(description="未入组的原因代码；已入组时为空")
    scheme_digest: str = Field(description="分组方案的SM3指纹")


#: The grouper's answers in words.
STATUS = {
    case_pb2.GROUP_STATUS_UNSPECIFIED: "",
    case_pb2.GROUP_STATUS_GROUPED: "grouped",
    case_pb2.GROUP_STATUS_AMBIGUOUS: "ambiguous",
    case_pb2.GROUP_STATUS_UNGROUPED: "ungrouped",
    case_pb2.GROUP_STATUS_INVALID: "invalid",
}
_TEXTS = ("case_id", "hospital_code", "region_code", "person_key", "department", "leaving_type",
          "insured_region", "insurance_type", "referral_id")  # fmt: skip
_NUMBERS = ("sex", "age_years", "age_days", "newborn_weight_g", "los_days", "icu_hours")


def fen(text: str | None, field: str) -> int | None:
    """Yuan text as fen; unknown stays unknown."""
    return None if text is None else amounts.yuan_to_fen(text, field)


def group_out(answer: case_pb2.GroupAnswer) -> GroupOut:
    """A group answer as JSON."""
    return GroupOut.model_construct(
        case_id=answer.case_id,
        status=STATUS[answer.status],
        mdc=answer.mdc,
        adrg=answer.adrg,
        drg=answer.drg,
        reason=answer.reason,
        scheme_digest=answer.scheme_digest,
    )


def case_out(case: case_pb2.Case) -> CaseOut:
    """A case as JSON, money in yuan."""
    fields: dict[str, Any] = {name: getattr(case, name) for name in _TEXTS}
    for name in _NUMBERS:
        fields[name] = getattr(case, name) if case.HasField(name) else None
    for name in ("admission_date", "discharge_date"):
        fields[name] = day_text(getattr(case, name)) if case.HasField(name) else None
    for name in MONEY:
        known = case.HasField(f"{name}_fen")
        fields[name] = amounts.fen_to_yuan(getattr(case, f"{name}_fen")) if known else None
    return CaseOut.model_construct(
        **fields,
        diagnoses=list(case.diagnoses),
        procedures=list(case.procedures),
        tcm_diagnoses=list(case.tcm_diagnoses),
    )


def day_text(day: object) -> str | None:
    """A ``google.type.Date`` as ``YYYY-MM-DD``; unset is ``None``."""
    year, month, dom = (getattr(day, name) for name in ("year", "month", "day"))
    return f"{year:04d}-{month:02d}-{dom:02d}" if year else None
