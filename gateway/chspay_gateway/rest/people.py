"""Accounts 账号 and their roles, looked after by an accounts manager; what happened, and who read what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from chspay.dispute.v1 import experts_pb2
from chspay.rulebook.v1 import institutions_pb2
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.access import roles
from chspay_gateway.access.people import People, PoolOf, Wanted
from chspay_gateway.access.store import Account
from chspay_gateway.rest.sessions import RoleOut, role_out
from chspay_gateway.rest.types import Answer, Code, Line, PageSize, PageToken, Region, Strict
from chspay_gateway.session import Caller, Session, gateway_of
from chspay_kit import paging
from chspay_kit.auth import Claim, service_claim, use_claim

router = APIRouter(prefix="/api/v1", tags=["账号与登录"])
AccountId = Annotated[Code, Path(description="账号编号")]
_NEWEST = 2**62

INSTITUTION_NOT_YOURS = Reason(
    "ACCOUNT_INSTITUTION_UNKNOWN",
    Kind.NOT_FOUND,
    "定点机构登记中没有{value}，或它不在管理范围内；请先登记机构。",
)
EXPERT_NOT_YOURS = Reason(
    "ACCOUNT_EXPERT_UNKNOWN",
    Kind.NOT_FOUND,
    "专家库中没有编号为“{value}”的专家，或其统筹区不在管理范围内；请先由专家库秘书登记。",
)


class AccountIn(Strict):
    """新账号。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"login": "zhang.san", "name": "张三", "home": "990100"}]}
    )

    login: Code = Field(description="登录名，3至40位小写字母、数字或 . _ -")
    name: Line = Field(description="姓名")
    home: Region = Field(description="由哪个地区的账号管理员管理")
    identity: Line = Field("", description="统一身份平台对此人的称呼；不用统一身份登录时不填")


class GrantIn(Strict):
    """要授予的角色。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"role": "county", "region": "990101", "duties": ["handling"]}]}
    )

    role: Code = Field(description=" · ".join(f"{code} {name}" for code, name in roles.NAMES.items()))
    institution: Code = Field("", description="医疗机构编码，角色为hospital或lead时")
    region: Code = Field("", description="行政区划代码，角色为各级医保部门或稽核人员时")
    expert: Code = Field("", description="专家编号，角色为expert时")
    duties: list[Code] = Field(
        default=[], max_length=10, description="各级医保部门的职责；不填为handling和clearing"
    )
    until: AwareDatetime | None = Field(None, strict=False, description="到期时间，带时区；不填为长期")


class AccountOut(Answer):
    """一个账号。"""

    account_id: str = Field(description="账号编号；在各处记作 user:<编号>")
    login: str = Field(description="登录名")
    name: str = Field(description="姓名")
    home: str = Field(description="由哪个地区管理")
    identity: str = Field(description="统一身份；没有为空")
    state: str = Field(description="active 有效 · closed 停用")
    must_change: bool = Field(description="还在用初始密码")


class AccountAnswer(AccountOut):
    """一个账号和它有过的全部角色。"""

    roles: list[RoleOut]


class AccountMade(AccountOut):
    """新账号和它的初始密码。"""

    start_password: str = Field(description="初始密码，只显示这一次，三天内有效，首次登录须更改")


class StartPassword(Answer):
    """新的初始密码。"""

    start_password: str = Field(description="初始密码，只显示这一次，三天内有效，首次登录须更改")


class AccountPage(Answer):
    """一页账号。"""

    items: list[AccountOut]
    next_page_token: str = Field(description="下一页；没有为空")


class EventOut(Answer):
    """账号上发生的一件事。"""

    seq: int = Field(description="序号，连成哈希链")
    at: str = Field(description="时间（UTC）")
    event: str = Field(
        description="signed_in 登录 · signed_out 退出 · sign_in_refused 登录被拒 · role_granted 授予角色 · "
        "role_revoked 收回角色 · password_reset 重置密码 · password_changed 更改密码 · "
        "account_added 建账号 · account_closed 停用 · account_opened 启用"
    )
    by: str = Field(description="办理人；本人登录被拒时为空")
    account_id: str = Field(description="账号编号")
    facts: dict[str, object] = Field(description="细节，如角色编号")


class EventPage(Answer):
    """一页记录，新的在前。"""

    items: list[EventOut]
    next_page_token: str = Field(description="下一页；没有为空")


class ReadingOut(Answer):
    """一次读取个人数据。"""

    seq: int = Field(description="序号")
    at: str = Field(description="时间（UTC）")
    subject: str = Field(description="读取人：密钥编号、user:…、expert:…")
    role: str = Field(description="读取人的身份")
    institution: str = Field(description="读取人所属医疗机构")
    region: str = Field(description="读取人的辖区前缀")
    what: str = Field(description="读取的接口或交易")
    ids: str = Field(description="问到的编号；不含内容")
    trace_id: str = Field(description="链路编号；没有为空")


class ReadingPage(Answer):
    """一页读取记录，新的在前。"""

    items: list[ReadingOut]
    next_page_token: str = Field(description="下一页；没有为空")


def _people(request: Request) -> People:
    return gateway_of(request).access.people


def _facts(account: Account) -> dict[str, object]:
    return {
        "account_id": account.account_id,
        "login": account.login,
        "name": account.name,
        "home": account.home,
        "identity": account.identity or "",
        "state": account.state,
        "must_change": account.must_change,
    }


async def _pool_of(caller: Session, code: str) -> str:
    """The pool an institution belongs to, as the caller may see it."""
    try:
        found = await caller.services.institutions.GetInstitution(
            institutions_pb2.GetInstitutionRequest(code=code)
        )
    except Fault as fault:
        if fault.reason.kind is not Kind.NOT_FOUND:
            raise
        raise Fault(INSTITUTION_NOT_YOURS, field="institution", value=code) from fault
    return str(found.rows[-1].institution.pool)


async def _pool_of_expert(caller: Session, number: str) -> str:
    """The pool an expert belongs to; only the pool is taken from what the manager may not see otherwise."""
    claim = caller.claim
    asking = Claim(claim.subject, "bureau", region=claim.region, duties=("audit",))
    try:
        with use_claim(asking):
            found = await caller.services.experts.GetExpert(experts_pb2.GetExpertRequest(expert_id=number))
    except Fault as fault:
        if fault.reason.kind not in {Kind.NOT_FOUND, Kind.DENIED}:
            raise
        raise Fault(EXPERT_NOT_YOURS, field="expert", value=number) from fault
    return str(found.expert.pool)


def _pools(caller: Session) -> PoolOf:
    async def pool_of(wanted: Wanted) -> str:
        if wanted.expert:
            return await _pool_of_expert(caller, wanted.expert)
        return await _pool_of(caller, wanted.institution)

    return pool_of


@router.post("/accounts", summary="建一个账号", status_code=201)
async def add_account(request: Request, caller: Caller, body: AccountIn) -> AccountMade:
    """需要账号管理职责，只能管理本地区。登录名已存在则拒绝，因此不带 Idempotency-Key。"""
    account, start = await _people(request).add(caller.claim, body.login, body.name, body.home, body.identity)
    return AccountMade.model_validate({**_facts(account), "start_password": start})


@router.get("/accounts", summary="查询账号")
async def list_accounts(
    request: Request,
    caller: Caller,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> AccountPage:
    """本地区的账号，按登录名。需要账号管理或稽核审计职责。"""
    limit, after = paging.size(page_size), paging.decode(("accounts",), page_token)
    found = await _people(request).page(caller.claim, str(after[0]) if after else "", limit + 1)
    token = paging.encode(("accounts",), [found[limit - 1].login]) if len(found) > limit else ""
    items = [AccountOut.model_validate(_facts(each)) for each in found[:limit]]
    return AccountPage(items=items, next_page_token=token)


@router.get("/accounts/{account_id}", summary="读取一个账号")
async def get_account(request: Request, caller: Caller, account_id: AccountId) -> AccountAnswer:
    """账号和它有过的全部角色，收回的也在内。"""
    account, given = await _people(request).one(caller.claim, account_id)
    return AccountAnswer.model_validate({**_facts(account), "roles": [role_out(role) for role in given]})


@router.post("/accounts/{account_id}/roles", summary="授予角色", status_code=201)
async def grant_role(request: Request, caller: Caller, account_id: AccountId, body: GrantIn) -> RoleOut:
    """角色的地区、机构或专家须在办理人的辖区内；不能给自己授予。已有同样的有效角色时，答复那一个。"""
    wanted = Wanted(body.role, body.institution, body.region, body.expert, body.duties, body.until)
    return role_out(await _people(request).grant(caller.claim, account_id, wanted, _pools(caller)))


@router.delete("/accounts/{account_id}/roles/{role_id}", summary="收回角色", status_code=204)
async def revoke_role(
    request: Request,
    caller: Caller,
    account_id: AccountId,
    role_id: Annotated[Code, Path(description="角色编号")],
) -> Response:
    """以这个角色登录着的会话随即结束（最迟三十秒）。"""
    await _people(request).revoke(caller.claim, account_id, role_id, _pools(caller))
    return Response(status_code=204)


@router.post("/accounts/{account_id}/reset", summary="重置密码")
async def reset_password(request: Request, caller: Caller, account_id: AccountId) -> StartPassword:
    """给出新的初始密码，原密码和登录着的会话作废，等待解除。"""
    return StartPassword(
        start_password=await _people(request).reset(caller.claim, account_id, _pools(caller))
    )


@router.post("/accounts/{account_id}/close", summary="停用账号", status_code=204)
async def close_account(request: Request, caller: Caller, account_id: AccountId) -> Response:
    """停用后不能登录，登录着的会话结束；账号不删除。"""
    await _people(request).set_state(caller.claim, account_id, _pools(caller), closed=True)
    return Response(status_code=204)


@router.post("/accounts/{account_id}/open", summary="启用账号", status_code=204)
async def open_account(request: Request, caller: Caller, account_id: AccountId) -> Response:
    """停用的账号重新可以登录。"""
    await _people(request).set_state(caller.claim, account_id, _pools(caller), closed=False)
    return Response(status_code=204)


@router.get("/account-events", summary="查询账号记录")
async def list_events(
    request: Request,
    caller: Caller,
    account_id: Annotated[Code, Query(description="账号编号；不填为全部")] = "",
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> EventPage:
    """登录、角色变动、密码重置等，只增不改、连成哈希链。需要账号管理或稽核审计职责，只见本地区。"""
    query, limit = ("account-events", account_id), paging.size(page_size)
    after = paging.decode(query, page_token)
    found = await _people(request).events(
        caller.claim, account_id, int(after[0]) if after else _NEWEST, limit + 1
    )
    token = paging.encode(query, [found[limit - 1][0]]) if len(found) > limit else ""
    return EventPage(items=[_event_out(*each) for each in found[:limit]], next_page_token=token)


def _event_out(seq: int, at: datetime, content: dict[str, object]) -> EventOut:
    named = {name: str(content.pop(name)) for name in ("event", "by", "account", "home")}
    return EventOut(
        seq=seq, at=at.isoformat(), event=named["event"], by=named["by"], account_id=named["account"],
        facts=content,
    )  # fmt: skip


@router.get("/readings", summary="查询谁读过个人数据")
async def list_readings(
    request: Request,
    caller: Caller,
    subject: Annotated[Code, Query(description="读取人；不填为全部")] = "",
    institution: Annotated[Code, Query(description="读取人所属的医疗机构；须在本地区登记")] = "",
    since: Annotated[AwareDatetime | None, Query(description="起始时间，带时区")] = None,
    page_size: Annotated[PageSize, Query()] = 0,
    page_token: Annotated[PageToken, Query()] = "",
) -> ReadingPage:
    """每次读取清单、病例、参保人的记录。需要稽核审计职责；不写明医疗机构时，只列本地区医保部门的读取。"""
    caller.claim.require_duty("audit")
    claim = caller.claim
    if institution:
        claim.require_region(await _pool_of(caller, institution))
        claim = service_claim("gateway")
    query = ("readings", subject, institution, since.isoformat() if since else "")
    limit, after = paging.size(page_size), paging.decode(query, page_token)
    found = await gateway_of(request).access.readings.page(
        claim,
        subject=subject,
        institution=institution,
        since=since,
        before=int(after[0]) if after else _NEWEST,
        limit=limit + 1,
    )
    token = paging.encode(query, [found[limit - 1].seq]) if len(found) > limit else ""
    items = [
        ReadingOut(
            seq=each.seq, at=each.at.isoformat(), subject=each.subject, role=each.role,
            institution=each.institution, region=each.region, what=each.what, ids=each.ids,
            trace_id=each.trace_id,
        )
        for each in found[:limit]
    ]  # fmt: skip
    return ReadingPage(items=items, next_page_token=token)
