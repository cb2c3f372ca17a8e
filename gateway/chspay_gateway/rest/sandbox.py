"""What test institutions have sent 测试模式: reading and purging it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from chspay_core.errors import Fault
from chspay_core.sandbox import PREFIX, is_sandbox
from chspay_gateway import sandbox
from chspay_gateway.rest.types import Answer, Code
from chspay_gateway.session import Caller, Session, Writer, gateway_of
from chspay_kit.auth import EVERYWHERE

router = APIRouter(prefix="/api/v1/sandbox", tags=["测试模式"])
_Institution = Annotated[Code, Query(description="测试机构编码；测试机构自己可不填")]


class TriedFindingOut(Answer):
    """一条不符合的质控规则。"""

    rule: str
    fields: list[str]
    message: str
    fix: str


class TriedListOut(Answer):
    """测试机构的一份清单。"""

    list_id: str
    version: int
    case_id: str
    received_at: str
    status: str = Field(description="分组状态")
    drg: str
    reason: str
    errors: int | None = Field(description="质控错误数；没有国家报文时为空")
    warnings: int | None
    findings: list[TriedFindingOut]


class TriedListsOut(Answer):
    """测试机构的清单，新的在前，至多1000份；保留30天。"""

    items: list[TriedListOut]


class PurgedOut(Answer):
    """清除的份数。"""

    purged: int


@router.get("/lists", summary="查询测试机构的清单")
async def lists(caller: Caller, request: Request, institution: _Institution = "") -> TriedListsOut:
    """测试机构（编码以SBX开头）的清单照常检查、分组、答复，但不进入结算、基金和统计。"""
    store = gateway_of(request).store
    found = await sandbox.lists(store, store, _institution(caller, institution))
    return TriedListsOut(items=[TriedListOut.model_validate(each) for each in found])


@router.delete("/lists", summary="清除测试机构的清单")
async def purge(caller: Writer, request: Request, institution: _Institution = "") -> PurgedOut:
    """只清除测试清单；正式数据不受影响。"""
    store = gateway_of(request).store
    return PurgedOut(purged=await sandbox.purge(store, _institution(caller, institution)))


def _institution(caller: Session, asked: str) -> str:
    """The test institution meant: a test institution's own, or any for an administrator."""
    code = asked or caller.claim.institution
    if caller.claim.role == "hospital":
        caller.require_hospital(code)
    elif caller.claim.region != EVERYWHERE:
        code = ""
    if not is_sandbox(code):
        raise Fault(sandbox.SANDBOX_ONLY, field="institution", value=code, prefix=PREFIX)
    return code
