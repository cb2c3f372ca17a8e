"""Shapes of experts, draws, panels and reviews over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from chspay.dispute.v1 import experts_pb2 as pb
from chspay_gateway.rest.cases import day_text
from chspay_gateway.rest.types import Answer, Code, Day, Line, Region, Strict

Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def example(content: dict[str, Any]) -> ConfigDict:
    """The example of a body; it runs."""
    return ConfigDict(json_schema_extra={"examples": [content]})


class ExpertIn(Strict):
    """推荐一名专家；确认以前可以更正后再次推荐。"""

    model_config = example(
        {
            "pool": "990100", "name": "王医师", "title": "主任医师", "institution": "H990101EX", "level": 3,
            "roles": ["clinical"], "specialties": ["MDC:F"], "term_since": "2026-01-01",
            "term_until": "2028-01-01", "trained_until": "2027-01-01",
        }
    )  # fmt: skip

    expert_id: Code = Field(default="", description="专家编号；新推荐的不填")
    pool: Region = Field(description="统筹区代码")
    name: Line = Field(min_length=1)
    title: Line = Field(default="", description="职称")
    institution: Code = Field(min_length=1, description="所在机构代码")
    level: int = Field(ge=0, le=3, description="所在机构等级；没有等级的为0")
    roles: list[Literal["clinical", "coding", "insurance", "finance", "statistics", "pharmacy", "price"]] = (
        Field(
            min_length=1,
            description="clinical临床 · coding病案编码 · insurance医保 · finance财务 · "
            "statistics统计 · pharmacy药学 · price价格",
        )
    )
    specialties: list[Line] = Field(default=[], description="专业，如MDC:F、ICD:9")
    communities: list[Code] = Field(default=[], description="所属医共体或集团的代码")
    term_since: Day = Field(description="任期第一天")
    term_until: Day = Field(description="任期截止日，当日不含")
    trained_until: Day = Field(description="培训有效截止日，当日不含")


class StandingIn(Strict):
    """确认、暂停、恢复、退出或者列入黑名单。"""

    model_config = example({"event": "confirm", "reason": "审核合格"})

    event: Literal["confirm", "suspend", "restore", "remove", "bar"] = Field(
        description="confirm确认 · suspend暂停 · restore恢复 · remove退出 · bar列入黑名单"
    )
    reason: Line = Field(min_length=1)


class EmploymentIn(Strict):
    """一段任职经历；回避按它判断。"""

    model_config = example({"institution": "H990101EX", "since": "2019-01-01", "until": "2024-01-01"})

    institution: Code = Field(min_length=1)
    since: Day
    until: Day | None = Field(default=None, description="离开的日期；不填为仍在任")


class TieIn(Strict):
    """一项利害关系。"""

    model_config = example({"kind": "kin", "target": "H990101EX", "note": "配偶在该院任职"})

    kind: Literal["kin", "treated", "supplier", "declared"] = Field(
        description="kin亲属 · treated参与过诊治 · supplier供应方 · declared其他声明"
    )
    target: Line = Field(min_length=1, description="机构、病例、案件或者供应方的编号")
    note: Line = ""


class RenewalIn(Strict):
    """延长任期、更新培训。"""

    model_config = example({"term_until": "2030-01-01", "trained_until": "2029-01-01", "reason": "续聘"})

    term_until: Day
    trained_until: Day
    reason: Line = Field(min_length=1)


class KeyIn(Strict):
    """登记签名用的SM2公钥；用私钥对公钥文本签名，证明确实持有。"""

    model_config = example({"public_key": "04" + "0" * 128, "proof": "0" * 128})

    public_key: Line = Field(min_length=128)
    proof: Line = Field(min_length=128)


class EmploymentOut(Answer):
    """一段任职经历。"""

    institution: str
    since: str | None
    until: str | None


class TieOut(Answer):
    """一项利害关系。"""

    kind: str
    target: str
    note: str


class ExpertOut(Answer):
    """专家库中的一名专家。"""

    expert_id: str
    pool: str
    name: str
    title: str
    institution: str
    level: int
    roles: list[str]
    specialties: list[str]
    communities: list[str]
    term_since: str | None
    term_until: str | None
    trained_until: str | None
    standing: str = Field(description="recommended已推荐 · confirmed已确认 · suspended已暂停 · removed已退出")
    barred: str = Field(description="列入黑名单的理由；空为没有")
    public_key: str
    employments: list[EmploymentOut]
    ties: list[TieOut]
    recent: int = Field(description="近期评审次数，抽取权重按它计算")
    open: int = Field(description="正在进行的评审")


class ExpertPage(Answer):
    """一页专家。"""

    items: list[ExpertOut]
    next_page_token: str


class BatchIn(Strict):
    """开一批抽取：公布对密值的承诺和将要使用的公开信标。"""

    model_config = example(
        {
            "pool": "990100", "commitment": "ab" * 32, "beacon_source": "双色球第2026136期开奖号码",
            "beacon_at": "2036-11-24T13:15:00Z",
        }
    )  # fmt: skip

    pool: Region
    commitment: Hex = Field(description="chspay draw secret 给出的承诺；密值由秘书自己保管")
    beacon_source: Line = Field(min_length=1, description="公开信标的来源，须写明期次")
    beacon_at: Annotated[datetime, Field(strict=False)] = Field(
        description="信标公布的时间，须在名单关闭以后"
    )


class PaperIn(Strict):
    """一份已经核对、不含姓名的材料。"""

    model_config = example({"case_no": "none", "attachment_id": "none", "digest": "ab" * 32})

    case_no: Code = Field(min_length=1)
    attachment_id: Code = Field(min_length=1)
    digest: Hex = Field(description="核对过的文件的SM3")


class PaperOut(Answer):
    """已标记的材料。"""

    attachment_id: str


class CloseIn(Strict):
    """关闭名单。"""

    model_config = example({"case_nos": ["DC-1"]})

    case_nos: list[Code] = Field(min_length=1, max_length=100, description="待抽取专家的案件")


class DrawIn(Strict):
    """公布密值和信标的值，抽取专家。"""

    model_config = example({"secret": "cd" * 32, "beacon": "03 11 17 20 28 31 + 07"})

    secret: Hex
    beacon: Line = Field(min_length=1, description="信标公布的值，原样填写")


class BatchOut(Answer):
    """一批抽取。"""

    batch_id: str
    pool: str
    state: str = Field(description="opened已承诺 · closed名单已关闭 · drawn已抽取")
    commitment: str
    beacon_source: str
    beacon_at: str
    beacon: str
    batch_digest: str = Field(description="批次摘要（SM3）")
    seed: str
    panel_ids: list[str]
    entry_nos: list[str] = Field(description="公示登记簿的编号")


class BatchPage(Answer):
    """一页抽取批次。"""

    items: list[BatchOut]
    next_page_token: str


class WaitingOut(Answer):
    """等待抽取专家的案件。"""

    case_no: str
    pool: str
    stage: str = Field(description="first首次 · province省级 · reconsider复核")
    due: str | None
    mdc: str


class WaitingList(Answer):
    """等待抽取专家的案件。"""

    items: list[WaitingOut]


class FindingOut(Answer):
    """一处不符。"""

    code: str
    panel_id: str
    text: str


class CheckedOut(Answer):
    """对一批抽取的核验。"""

    step: str
    panel_ids: list[str]
    findings: list[FindingOut] = Field(description="凭公示登记簿核验的结果；空为全部相符")
    inner_findings: list[FindingOut] = Field(description="评分表和签名的核验，只对医保部门给出")


def expert_out(item: pb.Expert) -> ExpertOut:
    """An expert."""
    plain_names = (
        "expert_id", "pool", "name", "title", "institution", "level", "standing", "barred", "public_key",
        "recent", "open",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(item, name) for name in plain_names}
    values |= {name: list(getattr(item, name)) for name in ("roles", "specialties", "communities")}
    values |= {name: day_text(getattr(item, name)) for name in ("term_since", "term_until", "trained_until")}
    return ExpertOut.model_construct(
        **values,
        employments=[
            EmploymentOut.model_construct(
                institution=job.institution,
                since=day_text(job.since),
                until=day_text(job.until) if job.HasField("until") else None,
            )
            for job in item.employments
        ],
        ties=[TieOut.model_construct(kind=t.kind, target=t.target, note=t.note) for t in item.ties],
    )


def batch_out(item: pb.PanelBatch, entries: list[str]) -> BatchOut:
    """A batch."""
    names = ("batch_id", "pool", "state", "commitment", "beacon_source", "beacon", "batch_digest", "seed")
    return BatchOut.model_construct(
        **{name: getattr(item, name) for name in names},
        beacon_at=item.beacon_at.ToJsonString(),
        panel_ids=list(item.panel_ids),
        entry_nos=entries,
    )
