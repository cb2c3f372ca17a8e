"""Intake quality 清单质控 over HTTP: try lists before the upload, results after it, scores, the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from google.type import date_pb2
from pydantic import ConfigDict, Field

from chspay.grouper.v1 import grouper_pb2
from chspay.settlement.v1 import quality_pb2 as pb
from chspay_core.case import Case, check_intake
from chspay_core.errors import Fault
from chspay_gateway import reasons
from chspay_gateway.envelope import upload
from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.envelope.message import Message
from chspay_gateway.envelope.node import Node
from chspay_gateway.problems import Faults
from chspay_gateway.rest.cases import GroupOut, day_text, group_out
from chspay_gateway.rest.grouping import scheme_of
from chspay_gateway.rest.types import Answer, Code, Day, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Session
from chspay_kit import convert

router = APIRouter(prefix="/api/v1/quality", tags=["清单质控"])

_LEVELS = {pb.QUALITY_LEVEL_ERROR: "error", pb.QUALITY_LEVEL_WARNING: "warning"}
_MOST_LISTS = 200
_EXAMPLE: dict[str, Any] = {"examples": [{"place": "990100", "lists": [EXAMPLE["input"]]}]}
_From = Annotated[Day | None, Query(description="出院日期起")]
_To = Annotated[Day | None, Query(description="出院日期止（含当日）")]
_Hospital = Annotated[Code, Query(description="医疗机构编码；不填为权限内的全部")]


class QualityChecksIn(Strict):
    """要检查的清单，每份为4101报文的input；可同时试分组。"""

    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    lists: list[dict[str, Any]] = Field(
        min_length=1, max_length=_MOST_LISTS, description="清单，每份含setlinfo等节点"
    )
    place: Region | None = Field(None, description="统筹区代码；填写时按该地现行方案试分组")


class QualityFindingOut(Answer):
    """一条不符合的规则。"""

    rule: str = Field(description="规则编号")
    level: str = Field(description="error 错误，须改正 · warning 提示，须核对")
    fields: list[str] = Field(description="字段，如 setlinfo.medcasno")
    rows: list[int] = Field(description="不符合的行，从1起；针对整份清单时为空")
    message: str
    fix: str = Field(description="怎样改")


class UndecidedOut(Answer):
    """一条不能判定的规则：不算通过，也不算错。"""

    rule: str
    lacking: list[str] = Field(description="缺少什么")


class CheckedListOut(Answer):
    """一份清单的检查。"""

    setl_id: str
    errors: int
    warnings: int
    findings: list[QualityFindingOut]
    undecided: list[UndecidedOut]
    group: GroupOut | None = Field(description="试分组的结果；没有要求或不能分组时为空")
    group_problem: str = Field(description="不能试分组的原因")


class QualityChecksOut(Answer):
    """检查结果；没有保存任何内容。"""

    rule_set: str = Field(description="规则集及其指纹")
    lists: list[CheckedListOut]


class QualityResultOut(Answer):
    """一份已受理清单的质控结果。"""

    list_id: str
    version: int
    setl_id: str
    hospital_code: str
    discharge_date: str | None
    rule_set: str
    errors: int
    warnings: int
    undecided: int = Field(description="不能判定的规则数")
    findings: list[QualityFindingOut]
    checked_at: str = Field(description="质控时间，UTC")
    group_status: str


class QualityResultPage(Answer):
    """一页质控结果。"""

    items: list[QualityResultOut]
    next_page_token: str


class QualityPartOut(Answer):
    """评分的一个部分。"""

    key: str
    label: str
    percent: str = Field(description="百分数，两位小数；没有测到时为空")
    weight: str
    formula: str
    evidence: str = Field(description="chosen 本程序选定的默认值，没有文件依据")


class CodeAdoptionOut(Answer):
    """一项医保信息业务编码的采用情况。"""

    number: int
    label: str
    used: int = Field(description="清单中用到的次数")
    right: int = Field(description="其中合格的次数")
    basis: str = Field(description="依据什么统计，哪些还不知道")


class HospitalScoreOut(Answer):
    """一家医疗机构的清单质量。"""

    hospital_code: str
    lists: int
    passed: int
    score: str = Field(description="0.00至100.00；没有测到时为空")
    parts: list[QualityPartOut]
    adoption: list[CodeAdoptionOut]


class QualityScoresOut(Answer):
    """各医疗机构的清单质量。"""

    rule_set: str
    items: list[HospitalScoreOut]


class QualityRuleOut(Answer):
    """一条质控规则。"""

    rule: str
    level: str
    family: str
    fields: list[str]
    labels: list[str]
    message: str
    fix: str
    expression: str = Field(description="判定式，成立即为不符合")
    sources: list[str]
    evidence: str = Field(description="unverified 未核对文件原文")


class QualityRulesOut(Answer):
    """现行规则集。"""

    rule_set: str
    title: str
    note: str
    rules: list[QualityRuleOut]


@router.post("/checks", summary="上报之前检查清单")
async def check(body: QualityChecksIn, caller: Caller) -> QualityChecksOut:
    """检查清单并可试分组，不保存任何内容，不显示任何金额、权重或点数。"""
    for record in body.lists:
        stated = _setlinfo(record).get("fixmedins_code")
        if isinstance(stated, str) and stated.strip():
            caller.require_hospital(stated.strip())
    answer = await caller.services.quality.CheckLists(
        pb.CheckListsRequest(lists=[json.dumps(record).encode() for record in body.lists])
    )
    schemes: dict[date, str] = {}
    items = []
    for record, found in zip(body.lists, answer.lists, strict=True):
        group, problem = None, ""
        if body.place is not None:
            try:
                group = await _grouped(caller, body.place, record, schemes)
            except Fault as fault:
                problem = fault.message
            except Faults as several:
                problem = several.faults[0].message
        items.append(
            CheckedListOut(
                setl_id=found.setl_id,
                errors=found.errors,
                warnings=found.warnings,
                findings=[_finding(one) for one in found.findings],
                undecided=[UndecidedOut(rule=one.rule, lacking=list(one.lacking)) for one in found.undecided],
                group=group,
                group_problem=problem,
            )
        )
    return QualityChecksOut(rule_set=answer.rule_set, lists=items)


@router.get("/results", summary="查询已受理清单的质控结果")
async def results(
    caller: Caller,
    hospital_code: _Hospital = "",
    setl_id: Annotated[Code, Query(description="结算ID；经办机构须同时填医疗机构编码")] = "",
    discharged_from: _From = None,
    discharged_to: _To = None,
    with_errors: Annotated[bool, Query(description="只看有错误的")] = False,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> QualityResultPage:
    """清单受理后数秒内完成质控；不含填写内容，只指出字段和行。"""
    answer = await caller.services.quality.GetResults(
        pb.GetResultsRequest(
            hospital_code=hospital_code or caller.claim.institution,
            setl_id=setl_id,
            discharged_from=_day(discharged_from),
            discharged_to=_day(discharged_to),
            with_errors=with_errors,
            page_size=page_size,
            page_token=page_token,
        )
    )
    return QualityResultPage(
        items=[_result(one) for one in answer.results], next_page_token=answer.next_page_token
    )


@router.get("/scores", summary="查询医疗机构的清单质量评分")
async def scores(
    caller: Caller, hospital_code: _Hospital = "", discharged_from: _From = None, discharged_to: _To = None
) -> QualityScoresOut:
    """完整率、合格率、准确率、及时率、编码采用率及得分，按出院日期汇总。"""
    answer = await caller.services.quality.GetScores(
        pb.GetScoresRequest(
            hospital_code=hospital_code or caller.claim.institution,
            discharged_from=_day(discharged_from),
            discharged_to=_day(discharged_to),
        )
    )
    return QualityScoresOut(rule_set=answer.rule_set, items=[_score(one) for one in answer.scores])


@router.get("/rules", summary="查询现行质控规则")
async def rules(caller: Caller) -> QualityRulesOut:
    """每条规则的判定式、字段、改法和来源。"""
    answer = await caller.services.quality.ListRules(pb.ListRulesRequest())
    names = ("rule", "family", "message", "fix", "expression", "evidence")
    return QualityRulesOut(
        rule_set=answer.rule_set,
        title=answer.title,
        note=answer.note,
        rules=[
            QualityRuleOut(
                **{name: getattr(one, name) for name in names},
                level=_LEVELS[one.level],
                fields=list(one.fields),
                labels=list(one.labels),
                sources=list(one.sources),
            )
            for one in answer.rules
        ],
    )


def _setlinfo(record: Mapping[str, Any]) -> Mapping[str, Any]:
    found = Node(record, "").raw("setlinfo")
    return found if isinstance(found, Mapping) else {}


async def _grouped(
    caller: Session, place: str, record: Mapping[str, Any], schemes: dict[date, str]
) -> GroupOut:
    """The group a list would come to; no weight, no points, no money.

    :raises Fault, Faults: why it cannot be grouped.
    """
    institution = caller.claim.institution or str(_setlinfo(record).get("fixmedins_code") or "")
    case: Case = upload.case_of(
        Message(
            infno="4101", msgid="", institution=institution, place=place, insured_place="",
            input=Node(record, "input"), source=b"",
        )
    )  # fmt: skip
    faults = check_intake(case)
    if faults:
        raise Faults(faults)
    day = case.discharge_date
    if day is None:
        raise Fault(reasons.FIELD_REQUIRED, field="setlinfo.dscg_time")
    if day not in schemes:
        schemes[day] = await scheme_of(caller, place, day)
    answer = await caller.services.grouper.GroupCase(
        grouper_pb2.GroupCaseRequest(scheme=schemes[day], case=convert.case_to_pb(case))
    )
    return group_out(answer.answer)


def _day(day: date | None) -> date_pb2.Date | None:
    return None if day is None else convert.date_to_pb(day)


def _finding(found: pb.QualityFinding) -> QualityFindingOut:
    return QualityFindingOut(
        rule=found.rule,
        level=_LEVELS[found.level],
        fields=list(found.fields),
        rows=[row + 1 for row in found.rows],
        message=found.message,
        fix=found.fix,
    )


def _result(found: pb.QualityResult) -> QualityResultOut:
    names = (
        "list_id", "version", "setl_id", "hospital_code", "rule_set", "errors", "warnings", "undecided",
        "group_status",
    )  # fmt: skip
    return QualityResultOut(
        **{name: getattr(found, name) for name in names},
        discharge_date=day_text(found.discharge_date),
        findings=[_finding(one) for one in found.findings],
        checked_at=found.checked_at.ToJsonString(),
    )


def _score(found: pb.HospitalScore) -> HospitalScoreOut:
    parts = ("key", "label", "percent", "weight", "formula", "evidence")
    sets = ("number", "label", "used", "right", "basis")
    return HospitalScoreOut(
        hospital_code=found.hospital_code,
        lists=found.lists,
        passed=found.passed,
        score=found.score,
        parts=[QualityPartOut(**{name: getattr(one, name) for name in parts}) for one in found.parts],
        adoption=[CodeAdoptionOut(**{name: getattr(one, name) for name in sets}) for one in found.adoption],
    )
