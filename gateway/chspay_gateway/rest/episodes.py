"""Insured persons in, and the lists that still wait for a part of their stay."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field

from chspay.settlement.v1 import episodes_pb2 as pb
from chspay.settlement.v1 import settlement_pb2
from chspay_gateway.rest.types import Answer, Code, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Writer

router = APIRouter(prefix="/api/v1", tags=["就诊与人员"])


class PersonIn(Strict):
    """一名参保人；身份信息加密保存。"""

    person_no: Code = Field(min_length=1, description="人员编号 psn_no")
    name: Line = Field(description="姓名")
    certificate_type: Code = Field("01", description="证件类型")
    certificate_no: Code = Field("", description="证件号码")
    insured_region: Region = Field(description="参保地区划代码")
    facts: dict[Code, Line] = Field(
        default_factory=dict,
        description="国家平台字段：gend、brdy、naty、insutype、psn_type、psn_insu_stas、balc 等",
    )


class PersonsIn(Strict):
    """一批参保人，至多1000名。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "persons": [
                        {
                            "person_no": "99000000000000000001",
                            "name": "演示一",
                            "certificate_type": "01",
                            "certificate_no": "990101195806010011",
                            "insured_region": "990101",
                            "facts": {"gend": "1", "brdy": "1958-06-01", "insutype": "310"},
                        }
                    ]
                }
            ]
        }
    )

    persons: list[PersonIn] = Field(max_length=1000)


class PersonsOut(Answer):
    """登记的结果。"""

    written: int = Field(description="登记的人数")
    completed: list[str] = Field(description="因此补齐并收下的清单流水号")


class WaitingListOut(Answer):
    """一份等待补齐的清单。"""

    list_id: str = Field(description="清单流水号")
    hospital_code: str
    mdtrt_id: str = Field(description="就诊ID")
    setl_id: str = Field(description="结算ID")
    missing: list[str] = Field(description="还缺什么")
    since: str = Field(description="收到的时刻（UTC）")


class WaitingLists(Answer):
    """等待补齐的清单。"""

    lists: list[WaitingListOut]
    next_page_token: str


@router.post("/persons", summary="登记参保人（医保部门）")
async def put_persons(caller: Writer, body: PersonsIn) -> PersonsOut:
    """后到的登记取代先到的；缺人员信息的清单随即补齐。"""
    done = await caller.services.episodes.PutPersons(
        pb.PutPersonsRequest(
            request_id=caller.request_id,
            persons=[
                pb.Person(
                    identity=settlement_pb2.Identity(
                        person_no=each.person_no,
                        name=each.name,
                        certificate_type=each.certificate_type,
                        certificate_no=each.certificate_no,
                    ),
                    insured_region=each.insured_region,
                    facts=each.facts,
                )
                for each in body.persons
            ],
        )
    )
    return PersonsOut(written=done.written, completed=list(done.completed))


@router.get("/waiting-lists", summary="等待补齐的清单")
async def waiting_lists(
    caller: Caller,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；不填为能看到的全部")] = "",
    page_size: PageSize = 0,
    page_token: PageToken = "",
) -> WaitingLists:
    """每份清单说明还缺什么；缺的报文到了，清单自动收下并从此处消失。"""
    found = await caller.services.episodes.ListWaiting(
        pb.ListWaitingRequest(hospital_code=hospital_code, page_size=page_size, page_token=page_token)
    )
    return WaitingLists(
        lists=[
            WaitingListOut(
                list_id=each.list_id,
                hospital_code=each.hospital_code,
                mdtrt_id=each.mdtrt_id,
                setl_id=each.setl_id,
                missing=list(each.missing),
                since=each.since,
            )
            for each in found.lists
        ],
        next_page_token=found.next_page_token,
    )
