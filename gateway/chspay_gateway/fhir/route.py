"""FHIR R4 over HTTP: submit a claim, read it back, read its group and its money, read a scheme's codes."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from chspay.grouper.v1 import grouper_pb2, schemes_pb2
from chspay.settlement.v1 import settlement_pb2
from chspay_core import regions
from chspay_core.case import Case, check_intake
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind
from chspay_gateway import reasons
from chspay_gateway.fhir import answers, names
from chspay_gateway.fhir.claim import claim_in, read
from chspay_gateway.fhir.example import EXAMPLE
from chspay_gateway.fhir.outcome import PREFIX, FhirRoute, resource
from chspay_gateway.problems import Faults, media_fault
from chspay_gateway.rest.grouping import scheme_of
from chspay_gateway.rest.types import Code
from chspay_gateway.session import REQUEST_ID_HEADER, Caller, Session, request_id_in
from chspay_kit import convert

router = APIRouter(prefix=PREFIX, tags=["FHIR"], route_class=FhirRoute)
ListId = Annotated[Code, Path(description="清单流水号，即上报时答复的id")]

#: Canonical fields as the claim has them, for faults found after the mapping.
_ELEMENTS = {
    "case_id": "Claim.identifier",
    "hospital_code": "Claim.provider.identifier.value",
    "admission_date": "Claim.billablePeriod.start",
    "discharge_date": "Claim.billablePeriod.end",
    "sex": "Patient.gender",
    "age_years": "Patient.birthDate",
    "age_days": "Patient.birthDate",
    "diagnoses": "Claim.diagnosis",
    "procedures": "Claim.procedure",
    "total_cost": "Claim.total",
}
#: Runs looked through for a list, oldest first from the month of its discharge.
_MOST_RUNS = 24
_PAGE = 1000
_MARKS = {"late": "出院月已结算，转入下一个月", "difference": "更正已结算的清单，等待处理", "": ""}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {names.MEDIA_TYPE: {"schema": {"type": "object"}, "example": EXAMPLE}},
    }
}


@router.get("/metadata", summary="FHIR能力声明")
async def metadata() -> Response:
    """本服务支持的资源与操作（CapabilityStatement，R4）。不需要密钥。"""
    return resource(answers.capability(version("chspay"), datetime.now(UTC).date()))


@router.post("/Claim/$submit", summary="以FHIR上报一份清单", openapi_extra=_BODY)
async def submit(request: Request, caller: Caller) -> Response:
    """一份住院清单（Claim，R4）：use为claim则受理、分组并保存，为predetermination则只分组、不保存、不显示金额。

    可带请求头 Idempotency-Key；不带时以报文内容为准，同样的内容重发得到同样的答案。
    """
    media = media_fault(request)
    if media is not None:
        raise media
    content = await request.body()
    said = read(claim_in(content))
    caller.require_writing()
    caller.require_hospital(said.case.hospital_code)
    faults = check_intake(said.case)
    if faults:
        raise Faults([_named(fault) for fault in faults])
    now = datetime.now(UTC).isoformat(timespec="seconds")
    case = convert.case_to_pb(said.case)
    if said.trial:
        group = (await caller.services.grouper.GroupCase(
            grouper_pb2.GroupCaseRequest(scheme=await _scheme(caller, said.case), case=case)
        )).answer  # fmt: skip
        return resource(answers.claim_response(case, group, now))
    request_id = request_id_in(request) if REQUEST_ID_HEADER in request.headers else _of_content(content)
    asked = settlement_pb2.SubmitListRequest(
        request_id=request_id, case=case, identity=said.identity, channel="rest"
    )
    answer = await caller.services.settlement.SubmitList(asked)
    mark = _MARKS[answer.mark]
    return resource(answers.claim_response(case, answer.group, now, answer.list_id, mark), 201)


def _of_content(content: bytes) -> str:
    return f"fhir-{sm3_hex(content)[:48]}"


def _named(fault: Fault) -> Fault:
    """A fault of the canonical case under the name its element has."""
    name, bracket, rest = fault.field.partition("[")
    element = _ELEMENTS.get(name, f"Claim.{name}")
    return Fault(fault.reason, field=f"{element}{bracket}{rest}", value=fault.value, **fault.facts)


async def _scheme(caller: Session, case: Case) -> str:
    """The scheme in force where the stay was, on the day of discharge."""
    if not case.region_code:
        raise Fault(reasons.FIELD_REQUIRED, field="Claim.supportingInfo(place-of-care)")
    if case.discharge_date is None:
        raise Fault(reasons.FIELD_REQUIRED, field="Claim.billablePeriod.end")
    return await scheme_of(caller, case.region_code, case.discharge_date)


@router.get("/Claim/{list_id}", summary="以FHIR读取一份清单")
async def get_claim(caller: Caller, list_id: ListId) -> Response:
    """一份已受理的清单（Claim，R4）；参保人身份不返回。"""
    return resource(answers.claim_of(await _stored(caller, list_id)))


@router.get("/ClaimResponse/{list_id}", summary="以FHIR读取受理与分组结果")
async def get_response(caller: Caller, list_id: ListId) -> Response:
    """清单的受理与分组结果（ClaimResponse，R4），病组写在R5的diagnosisRelatedGroup扩展里。"""
    item = await _stored(caller, list_id)
    return resource(answers.claim_response(item.case, item.group, item.received_at, item.list_id))


@router.get("/ExplanationOfBenefit/{list_id}", summary="以FHIR读取支付结果")
async def get_explanation(caller: Caller, list_id: ListId) -> Response:
    """清单的病组、点数与基金支付（ExplanationOfBenefit，R4）。单位：元（CNY）、点；尚未月结的只有病组。"""
    item = await _stored(caller, list_id)
    run, paid = await _settled(caller, item)
    return resource(answers.explanation(item, paid, run))


async def _stored(caller: Session, list_id: str) -> settlement_pb2.SettlementList:
    asked = settlement_pb2.GetListRequest(list_id=list_id)
    found: settlement_pb2.SettlementList = (await caller.services.settlement.GetList(asked)).list
    return found


async def _settled(
    caller: Session, item: settlement_pb2.SettlementList
) -> tuple[settlement_pb2.Run | None, settlement_pb2.RunCase | None]:
    """The month run that paid the list: that of its discharge month, or a later one."""
    runs = await _runs_since(caller, item)
    for run in sorted(runs, key=lambda run: (run.year, run.month))[:_MOST_RUNS]:
        asked = settlement_pb2.ExplainCaseRequest(
            run_id=run.run_id, hospital_code=item.case.hospital_code, case_id=item.case.case_id
        )
        try:
            return run, (await caller.services.settlement.ExplainCase(asked)).case
        except Fault as fault:
            if fault.reason.kind is not Kind.NOT_FOUND:
                raise
    return None, None


async def _runs_since(caller: Session, item: settlement_pb2.SettlementList) -> list[settlement_pb2.Run]:
    """The finished month runs of the list's pool, from the month of its discharge on."""
    day, place = item.case.discharge_date, item.case.region_code
    found: list[settlement_pb2.Run] = []
    token = ""
    while True:
        page = await caller.services.settlement.ListRuns(
            settlement_pb2.ListRunsRequest(page_size=_PAGE, page_token=token)
        )
        late = [run for run in page.runs if (run.year, run.month) >= (day.year, day.month)]
        found += [run for run in late if run.nature == "month" and regions.contains(run.pool, place)]
        token = page.next_page_token
        # The newest month comes first.
        if not token or len(late) < len(page.runs):
            return [run for run in found if run.state == settlement_pb2.RUN_STATE_DONE]


@router.get("/CodeSystem/{scheme}", summary="以FHIR读取一个分组方案的病组")
async def get_code_system(
    caller: Caller, scheme: Annotated[Code, Path(description="方案编号或SM3指纹")]
) -> Response:
    """一个版本的全部MDC、ADRG与DRG（CodeSystem，R4），逐级包含。"""
    found = await caller.services.grouper.GetScheme(grouper_pb2.GetSchemeRequest(scheme=scheme))
    groups: list[schemes_pb2.GroupFound] = []
    token = ""
    while True:
        page = await caller.services.scheme_life.SearchGroups(
            schemes_pb2.SearchGroupsRequest(scheme=scheme, page_size=_PAGE, page_token=token)
        )
        groups += page.groups
        token = page.next_page_token
        if not token:
            break
    about = {name: getattr(found.scheme, name) for name in ("scheme_id", "title", "version", "digest")}
    return resource(answers.code_system(about, groups))
