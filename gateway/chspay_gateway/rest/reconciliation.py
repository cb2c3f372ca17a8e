"""The reconciliation report of a day and institution 对账, as JSON, CSV and XLSX."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import Field

from chspay_gateway import export
from chspay_gateway.reconciling import LISTS, Reconciling, Row
from chspay_gateway.rest.types import Answer, Code, Day
from chspay_gateway.session import Caller, gateway_of

router = APIRouter(prefix="/api/v1", tags=["对账"])


class ReconciledOut(Answer):
    """一家医疗机构一天的一个交易；交易编号为空的一行是该机构合计。"""

    hospital_code: str
    infno: str = Field(description="交易编号；REST、IMPORT、GRPC、CLI为其他入口；空为合计")
    received: int = Field(description="收到的报文，重发只计一次")
    accepted: int = Field(description="受理")
    rejected: int = Field(description="拒收，至今未以同样内容受理的")
    reasons: dict[str, int] = Field(description="拒收原因代码 → 份数")
    waiting: int = Field(description="等待补齐的清单")
    stored: int = Field(description="已入库的清单")
    grouped: int = Field(description="其中已入组")
    ungrouped: int = Field(description="其中未入组")
    ambiguous: int = Field(description="其中歧义组")
    invalid_input: int = Field(description="其中数据不能分组")
    quality_passed: int = Field(description="质控没有错误")
    quality_failed: int = Field(description="质控有错误")
    quality_pending: int = Field(description="等待质控")
    quality_none: int = Field(description="没有国家报文，不作质控")

    differs: str = Field("", description="不为空时，该机构两边不平，各项为零、不作数；写明哪两项不同")

    @property
    def reasons_text(self) -> str:
        """The reasons in one cell."""
        return "；".join(f"{reason}：{count}" for reason, count in self.reasons.items())


class ReconciliationOut(Answer):
    """一天的对账；各项之和已核对，不平的机构不出数字。"""

    day: str
    items: list[ReconciledOut]


_COLUMNS: export.Columns = (
    ("hospital_code", "医疗机构编码"),
    ("infno", "交易编号"),
    ("received", "收到"),
    ("accepted", "受理"),
    ("rejected", "拒收"),
    ("reasons_text", "拒收原因"),
    ("waiting", "等待补齐清单"),
    ("stored", "入库清单"),
    ("grouped", "已入组"),
    ("ungrouped", "未入组"),
    ("ambiguous", "歧义组"),
    ("invalid_input", "不能分组"),
    ("quality_passed", "质控无错误"),
    ("quality_failed", "质控有错误"),
    ("quality_pending", "等待质控"),
    ("quality_none", "不作质控"),
    ("differs", "不平之处"),
)


@router.get(
    "/reconciliation",
    summary="对账：一天之内收到、受理、拒收、等待、分组、质控",
    response_model=ReconciliationOut,
    responses={
        200: {
            "content": {export.CSV_TYPE: {}, export.XLSX_TYPE: {}},
            "description": "按 Accept 或 ?format= 返回 JSON、CSV 或 XLSX",
        }
    },
)
async def reconcile(
    request: Request,
    caller: Caller,
    day: Annotated[Day, Query(description="收到报文的日期（北京时间）")],
    hospital_code: Annotated[Code, Query(description="医疗机构编码；不填为权限内的全部")] = "",
    file: Annotated[str, Query(alias="format", description="json、csv 或 xlsx")] = "",
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | ReconciliationOut:
    """网关逐份计数，结算服务按同样的清单流水号另行计数；两边不平时拒绝出报告，并指出哪两项不同。

    医保部门查询多家机构时，只有不平的机构不出数字，并在differs里写明；测试机构没有对账。"""
    form = export.wanted(file, accept)
    rows = await Reconciling(caller, gateway_of(request).store).report(day, hospital_code)
    items = [_out(row) for row in rows]
    if form == "json":
        return ReconciliationOut(day=day.isoformat(), items=items)
    return export.as_file(form, items, _COLUMNS, "对账", f"reconciliation-{day}")


def _out(row: Row) -> ReconciledOut:
    return ReconciledOut(
        hospital_code=row.institution,
        infno=row.infno,
        received=row.received,
        accepted=row.accepted,
        rejected=row.rejected,
        reasons=row.reasons,
        differs=row.differs,
        **{name: row.lists[name] for name in LISTS},
    )
