"""Answers of runs, statements, budgets and policy as JSON, and how messages become them."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from chspay.common.v1 import case_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_core.amounts import fen_to_yuan, plain
from chspay_gateway.rest.cases import CaseOut, GroupOut, case_out, day_text, group_out
from chspay_gateway.rest.types import POINTS_NOTE, REFS_NOTE, YUAN_NOTE, Answer


def points_text(value: object) -> str | None:
    """A ``google.type.Decimal`` in plain notation; absent is ``None``, never zero."""
    text = str(getattr(value, "value", ""))
    return plain(Decimal(text)) if text else None


class ListAnswer(Answer):
    """清单受理结果。"""

    list_id: str = Field(description="清单流水号")
    version: int = Field(description="版本，重报一次加一")
    superseded: bool = Field(description="是否替代了先前上报的同一份清单")
    settle_period: str = Field(description="参加哪个月的结算（yyyy-MM）")
    mark: str = Field(
        description="空；late 出院月已结算，转入下月；difference 更正已结算的清单，等待处理；"
        "sandbox 测试清单，不参加结算"
    )
    group: GroupOut


class ListOut(Answer):
    """一份已受理的清单（不含身份信息）。"""

    list_id: str
    version: int
    channel: str = Field(description="来源：rest envelope bulk grpc cli")
    received_at: str = Field(description="受理时刻，UTC，RFC 3339")
    case: CaseOut
    group: GroupOut


class ListPage(Answer):
    """一页清单。"""

    items: list[ListOut]
    next_page_token: str = Field(description="空表示没有下一页")


def list_out(item: settlement_pb2.SettlementList) -> ListOut:
    """A stored list as JSON."""
    return ListOut.model_construct(
        list_id=item.list_id,
        version=item.version,
        channel=item.channel,
        received_at=item.received_at,
        case=case_out(item.case),
        group=group_out(item.group),
    )


class HospitalOut(Answer):
    """一家定点医疗机构。"""

    hospital_code: str
    name: str
    region_code: str = Field(description="所属统筹区")
    area_code: str = Field(description="所在县区；空为统筹区本级")
    level: int = Field(description="1、2、3 为一、二、三级，9 为未定级")
    since: str | None
    until: str | None
    kind: str = Field(description="hospital 医院、clinic 门诊部或诊所、pharmacy 零售药店")
    agreement: str = Field(description="医保服务协议：active 有效、suspended 中止、terminated 终止")
    community: str = Field(description="所属医共体；空为没有")
    registry_version: int = Field(description="取自定点机构登记的版本；0为在本接口登记")


class HospitalPage(Answer):
    """一页医疗机构。"""

    items: list[HospitalOut]
    next_page_token: str


def hospital_out(item: settlement_pb2.Hospital) -> HospitalOut:
    """A hospital as JSON."""
    return HospitalOut.model_construct(
        hospital_code=item.hospital_code,
        name=item.name,
        region_code=item.region_code,
        area_code=item.area_code,
        level=item.level,
        since=day_text(item.since),
        until=day_text(item.until),
        kind=item.kind,
        agreement=item.agreement,
        community=item.community,
        registry_version=item.registry_version,
    )


class RunOut(Answer):
    """一次月度结算及其进度。"""

    run_id: str
    pool: str = Field(description="统筹区")
    year: int
    month: int
    state: str = Field(
        description="pending 等待 · running 进行中 · done 完成 · failed 失败 · discarded 已作废的试算"
    )
    nature: str = Field(description="month 月结 · trial 试算 · replay 重算")
    stage: str = Field(description="当前步骤")
    progress_done: int = Field(description="当前步骤已处理的件数")
    progress_total: int = Field(description="当前步骤的总件数")
    cases: int = Field(description="病例数")
    held_lists: int = Field(description="因疑点未处理而没有参加的清单")
    point_table_id: str = Field(description="所用的全市点数表；空为按本次病例测算")
    total_points: str | None = Field(description=f"总点数。{POINTS_NOTE}")
    fund: str = Field(description=f"基金支付。{YUAN_NOTE}")
    patient: str = Field(description=f"个人负担。{YUAN_NOTE}")
    point_value: str = Field(description="点值，单位：元/点，四位小数，仅供显示")
    point_value_numerator_fen: str = Field(description="点值的精确分子，单位：分")
    point_value_denominator: str | None = Field(description=f"点值的精确分母。{POINTS_NOTE}")
    policy_digest: str = Field(description="政策包的SM3指纹")
    scheme_digest: str = Field(description="分组方案的SM3指纹")
    engine_version: str
    evidence: str = Field(description="所用规则中最弱的依据：official 正式 · unverified 待核 · demo 演示")
    statements_digest: str = Field(description="全部结算单的SM3指纹")
    failure_reason: str
    failure_message: str
    refs: dict[str, str] = Field(description=REFS_NOTE)


class RunPage(Answer):
    """一页月度结算，新的在前。"""

    items: list[RunOut]
    next_page_token: str = Field(description="空表示没有下一页")


_STATES = {
    settlement_pb2.RUN_STATE_UNSPECIFIED: "",
    settlement_pb2.RUN_STATE_PENDING: "pending",
    settlement_pb2.RUN_STATE_RUNNING: "running",
    settlement_pb2.RUN_STATE_DONE: "done",
    settlement_pb2.RUN_STATE_FAILED: "failed",
    settlement_pb2.RUN_STATE_DISCARDED: "discarded",
}


def run_out(run: settlement_pb2.Run) -> RunOut:
    """A run as JSON."""
    return RunOut.model_construct(
        run_id=run.run_id,
        pool=run.pool,
        year=run.year,
        month=run.month,
        state=_STATES[run.state],
        nature=run.nature,
        stage=run.stage,
        progress_done=run.done,
        progress_total=run.total,
        cases=run.cases,
        held_lists=run.held_lists,
        point_table_id=run.point_table_id,
        total_points=points_text(run.total_points),
        fund=fen_to_yuan(run.fund_fen),
        patient=fen_to_yuan(run.patient_fen),
        point_value=run.point_value_display,
        point_value_numerator_fen=str(run.point_value_numerator_fen),
        point_value_denominator=points_text(run.point_value_denominator),
        policy_digest=run.policy_digest,
        scheme_digest=run.scheme_digest,
        engine_version=run.engine_version,
        evidence=run.evidence,
        statements_digest=run.statements_digest,
        failure_reason=run.failure_reason,
        failure_message=run.failure_message,
        refs=dict(run.refs),
    )


class StatementOut(Answer):
    """一家医疗机构的月度结算单。"""

    run_id: str
    hospital_code: str
    hospital_name: str
    cases: int = Field(description="病例数")
    points: str | None = Field(description=f"点数。{POINTS_NOTE}")
    point_value: str = Field(description="点值，单位：元/点，仅供显示")
    fund: str = Field(description=f"基金支付（扣预留前）。{YUAN_NOTE}")
    patient: str = Field(description=f"个人负担。{YUAN_NOTE}")
    total: str = Field(description=f"合计。{YUAN_NOTE}")
    cost: str = Field(description=f"医疗总费用。{YUAN_NOTE}")
    prepaid: str = Field(description=f"本月预付。{YUAN_NOTE}")
    retained: str = Field(description=f"预留，考核后拨付。{YUAN_NOTE}")
    deducted: str = Field(description=f"审核扣款（退回的为负）。{YUAN_NOTE}")
    differences: str = Field(description=f"已结算月份的差额。{YUAN_NOTE}")
    held: str = Field(description=f"暂缓拨付。{YUAN_NOTE}")
    released: str = Field(description=f"解除暂缓。{YUAN_NOTE}")
    payable: str = Field(description=f"本月应付＝预付－扣款＋差额－暂缓＋解除；为负则应收。{YUAN_NOTE}")
    evidence: str = Field(description="所用规则中最弱的依据")
    digest: str = Field(description="结算单原文（?format=canonical）的SM3指纹")
    refs: dict[str, str] = Field(description=REFS_NOTE)


class StatementPage(Answer):
    """一页结算单。"""

    items: list[StatementOut]
    next_page_token: str


def statement_out(item: settlement_pb2.Statement) -> StatementOut:
    """A statement as JSON, without its canonical bytes."""
    return StatementOut.model_construct(
        run_id=item.run_id,
        hospital_code=item.hospital_code,
        hospital_name=item.hospital_name,
        cases=item.cases,
        points=points_text(item.points),
        point_value=item.point_value_display,
        fund=fen_to_yuan(item.fund_fen),
        patient=fen_to_yuan(item.patient_fen),
        total=fen_to_yuan(item.total_fen),
        cost=fen_to_yuan(item.cost_fen),
        prepaid=fen_to_yuan(item.prepaid_fen),
        retained=fen_to_yuan(item.retained_fen),
        deducted=fen_to_yuan(item.deducted_fen),
        differences=fen_to_yuan(item.difference_fen),
        held=fen_to_yuan(item.held_fen),
        released=fen_to_yuan(item.released_fen),
        payable=fen_to_yuan(item.payable_fen),
        evidence=item.evidence,
        digest=item.digest,
        refs=dict(item.refs),
    )


class RunCaseOut(Answer):
    """月度结算中的一份病例。"""

    case_id: str
    hospital_code: str
    drg: str
    kind: str = Field(
        description="normal 正常 · low、high 低、高倍率 · unstable 不稳定 · per_diem 床日 · ungrouped 未入组"
    )
    points: str | None = Field(description=f"病例点数。{POINTS_NOTE}")
    cost: str = Field(description=f"总费用。{YUAN_NOTE}")
    patient: str = Field(description=f"个人负担。{YUAN_NOTE}")
    fund: str = Field(description=f"分得的基金。{YUAN_NOTE}")
    refs: dict[str, str] = Field(description=REFS_NOTE)


class RunCasePage(Answer):
    """一页结算病例。"""

    items: list[RunCaseOut]
    next_page_token: str


def run_case_out(item: settlement_pb2.RunCase) -> RunCaseOut:
    """A case of a run as JSON."""
    return RunCaseOut.model_construct(
        case_id=item.case_id,
        hospital_code=item.hospital_code,
        drg=item.drg,
        kind=item.kind,
        points=points_text(item.points),
        cost=fen_to_yuan(item.cost_fen),
        patient=fen_to_yuan(item.patient_fen),
        fund=fen_to_yuan(item.fund_fen),
        refs=dict(item.refs),
    )


class WorksheetLineOut(Answer):
    """计算底稿的一行；只用它上面的行。"""

    key: str
    label: str = Field(description="中文名称")
    value: str
    unit: str = Field(
        description="单位：fen 分 · yuan 元 · points 点 · ratio 比例 · days 天 · count 件 · text 文本"
    )
    formula: str
    inputs: list[str]
    rounding: str
    rule: str = Field(description="政策键")
    citation: str = Field(description="文件与条款")
    evidence: str


class WorksheetOut(Answer):
    """计算底稿。"""

    title: str
    lines: list[WorksheetLineOut]


class ExplainOut(Answer):
    """为什么这份病例得到这个金额。"""

    case: RunCaseOut
    worksheet: WorksheetOut


def worksheet_out(sheet: case_pb2.Worksheet) -> WorksheetOut:
    """A worksheet as JSON."""
    names = ("key", "label", "value", "unit", "formula", "rounding", "rule", "citation", "evidence")
    lines = [
        WorksheetLineOut.model_construct(
            **{name: getattr(line, name) for name in names}, inputs=list(line.inputs)
        )
        for line in sheet.lines
    ]
    return WorksheetOut.model_construct(title=sheet.title, lines=lines)


class AccountOut(Answer):
    """一个科目的借贷发生额。"""

    account: str
    debit: str = Field(description=f"借方。{YUAN_NOTE}")
    credit: str = Field(description=f"贷方。{YUAN_NOTE}")


class TrialBalanceOut(Answer):
    """试算平衡表。"""

    accounts: list[AccountOut]
    difference: str = Field(description=f"借贷差额，必须为0.00。{YUAN_NOTE}")
