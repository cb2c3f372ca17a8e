"""Front pages 病案首页 held against settlement lists, for reading."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from chspay.settlement.v1 import frontpages_pb2 as pb
from chspay_gateway.rest.types import Answer, Code
from chspay_gateway.session import Caller

router = APIRouter(prefix="/api/v1/quality", tags=["清单质控"])
_VERDICTS = {
    pb.FIELD_VERDICT_SAME: "same",
    pb.FIELD_VERDICT_DIFFERENT: "different",
    pb.FIELD_VERDICT_ONLY_LIST: "only_list",
    pb.FIELD_VERDICT_ONLY_FRONT_PAGE: "only_front_page",
}


class ComparedFieldOut(Answer):
    """两份文书共有的一个项目；不含填写内容。"""

    label: str
    field: str = Field(description="清单中的字段，如 setlinfo.adm_time")
    verdict: str = Field(
        description="same 相同 · different 不同 · only_list 首页没有填写 · only_front_page 清单没有填写"
    )


class FrontPageComparisonOut(Answer):
    """一次住院的病案首页与结算清单。"""

    list_id: str = Field(description="清单流水号；为空表示清单还没有收到")
    version: int = Field(description="清单版本")
    mdtrt_id: str
    setl_id: str
    front_page_received_at: str = Field(description="首页收到的时刻，UTC")
    fields: list[ComparedFieldOut]


@router.get("/front-pages", summary="比对病案首页与结算清单")
async def compare(
    caller: Caller,
    hospital_code: Annotated[Code, Query(description="医疗机构编码；医疗机构密钥可不填，即本机构")] = "",
    mdtrt_id: Annotated[Code, Query(description="就诊ID；与结算ID至少填一个")] = "",
    setl_id: Annotated[Code, Query(description="结算ID")] = "",
) -> FrontPageComparisonOut:
    """最新的首页（4401）与清单最新版本逐项比对；不同不一定是错，两者的填写口径本来有别。"""
    answer = await caller.services.front_pages.CompareFrontPage(
        pb.CompareFrontPageRequest(
            hospital_code=caller.hospital_or_own(hospital_code), mdtrt_id=mdtrt_id, setl_id=setl_id
        )
    )
    found = answer.comparison
    return FrontPageComparisonOut(
        list_id=found.list_id,
        version=found.version,
        mdtrt_id=found.mdtrt_id,
        setl_id=found.setl_id,
        front_page_received_at=found.front_page_received_at,
        fields=[
            ComparedFieldOut(label=one.label, field=one.field, verdict=_VERDICTS[one.verdict])
            for one in found.fields
        ],
    )
