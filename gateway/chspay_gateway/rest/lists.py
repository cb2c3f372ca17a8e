"""Settlement lists 结算清单: submit one, read one, page through them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from chspay.settlement.v1 import settlement_pb2
from chspay_core.case import check_intake
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.sandbox import is_sandbox
from chspay_gateway import sandbox
from chspay_gateway.problems import Faults
from chspay_gateway.rest.answers import ListAnswer, ListOut, ListPage, list_out
from chspay_gateway.rest.body import described, read
from chspay_gateway.rest.cases import ListIn, group_out
from chspay_gateway.rest.types import Code, Day, PageSize, PageToken
from chspay_gateway.session import Caller, Gateway, Writing, gateway_of, writing
from chspay_gateway.tally import ACCEPTED, REST, Turned
from chspay_kit import convert, smcrypto

PERIOD_BACKWARDS = Reason("PERIOD_BACKWARDS", Kind.INVALID, "起始日期{value}晚于截止日期{until}，请核对。")

router = APIRouter(prefix="/api/v1", tags=["结算清单"])


@router.post(
    "/lists",
    summary="上报一份结算清单",
    status_code=201,
    response_model=ListAnswer,
    openapi_extra=described(ListIn, writes=True),
)
async def submit_list(request: Request) -> Response:
    """受理、分组并保存一份清单。同一病例号再次上报即替代前一版，前一版保留为历史。

    重试请使用同一个 Idempotency-Key，得到同样的答案。
    """
    # The busiest door: key, header and body are read here in one step instead of by FastAPI's many.
    caller = await writing(request)
    gateway, institution = gateway_of(request), caller.claim.institution
    try:
        body = await read(request, ListIn)
        content = (
            await _tried(caller, body, gateway) if is_sandbox(institution) else await _submit(caller, body)
        )
    except (Fault, Faults) as refusal:
        if institution and not is_sandbox(institution):
            turned = Turned(institution, REST, caller.request_id, smcrypto.sm3(await request.body()))
            await gateway.tally.refused(gateway.store, refusal, turned, REST)
        raise
    if institution and not is_sandbox(institution):
        gateway.tally.count(REST, institution, ACCEPTED)
    return Response(content, 201, media_type="application/json")


async def _submit(caller: Writing, body: ListIn) -> bytes:
    caller.require_hospital(body.hospital_code)
    case = body.case()
    faults = check_intake(case)
    if faults:
        raise Faults(faults)
    request = settlement_pb2.SubmitListRequest(
        request_id=caller.request_id, case=convert.case_to_pb(case), channel="rest"
    )
    if body.identity is not None:
        who = body.identity
        request.identity.CopyFrom(
            settlement_pb2.Identity(
                person_no=who.person_no,
                name=who.name,
                certificate_type=who.certificate_type,
                certificate_no=who.certificate_no,
            )
        )
    answer = await caller.services.settlement.SubmitList(request)
    return ListAnswer.model_construct(
        list_id=answer.list_id,
        version=answer.version,
        superseded=answer.superseded,
        settle_period=answer.settle_period,
        mark=answer.mark,
        group=group_out(answer.group),
    ).json_bytes()


async def _tried(caller: Writing, body: ListIn, gateway: Gateway) -> bytes:
    """The list of a test institution: the same answer, and nothing stored but here."""
    caller.require_hospital(body.hospital_code)
    done = await sandbox.take(caller, gateway.store, body.case())
    return ListAnswer.model_construct(
        list_id=done.list_id,
        version=done.version,
        superseded=done.version > 1,
        settle_period="",
        mark="sandbox",
        group=group_out(done.group),
    ).json_bytes()


@router.get("/lists", summary="查询结算清单")
async def list_lists(
    caller: Caller,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；医疗机构密钥可不填，即本机构")] = "",
    discharged_from: Annotated[Day | None, Query(description="出院日期起")] = None,
    discharged_to: Annotated[Day | None, Query(description="出院日期止（含当日）")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ListPage:
    """按出院日期查询已受理的清单。只能看到权限范围内的清单。"""
    if discharged_from and discharged_to and discharged_from > discharged_to:
        raise Fault(PERIOD_BACKWARDS, field="discharged_from", value=discharged_from, until=discharged_to)
    request = settlement_pb2.ListListsRequest(
        hospital_code=caller.hospital_or_own(hospital_code), page_size=page_size, page_token=page_token
    )
    _set_day(request, "discharged_from", discharged_from)
    _set_day(request, "discharged_to", discharged_to)
    answer = await caller.services.settlement.ListLists(request)
    return ListPage.model_construct(
        items=[list_out(item) for item in answer.lists], next_page_token=answer.next_page_token
    )


@router.get("/lists/{list_id}", summary="读取一份结算清单")
async def get_list(
    caller: Caller,
    list_id: Annotated[Code, Path(description="清单流水号")],
    version: Annotated[int, Query(ge=0, le=1_000_000, description="版本；0为最新")] = 0,
) -> ListOut:
    """读取一份清单及其分组。其他机构的清单读作“没有找到”。"""
    answer = await caller.services.settlement.GetList(
        settlement_pb2.GetListRequest(list_id=list_id, version=version)
    )
    return list_out(answer.list)


def _set_day(request: settlement_pb2.ListListsRequest, field: str, day: date | None) -> None:
    if day is not None:
        getattr(request, field).CopyFrom(convert.date_to_pb(day))
