"""Signing in and out 登录, the person's own password, and tokens for programs (OAuth2)."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field, StringConstraints

from chspay_core.errors import Fault
from chspay_gateway import auth, reasons
from chspay_gateway.access import desk, roles, tokens
from chspay_gateway.access.desk import Begun
from chspay_gateway.access.store import Role, SignedIn
from chspay_gateway.rest.types import Answer, Code, Strict
from chspay_gateway.session import Gateway, address_in, gateway_of

router = APIRouter(tags=["账号与登录"])
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path

Secret = Annotated[str, StringConstraints(max_length=200)]
_EXAMPLE_WORDS = "四季 常青-江边 2041"


class SignInIn(Strict):
    """登录名和密码。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"login": "zhang.san", "password": _EXAMPLE_WORDS}]}
    )

    login: Code = Field(description="登录名")
    password: Secret = Field(description="密码")
    role_id: Code = Field("", description="以哪个角色登录；不填为最先授予的一个")


class PasswordIn(Strict):
    """更改自己的密码。"""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"old": "k7m2p-x9r4t-b3n8w-h5v6c", "new": _EXAMPLE_WORDS}]}
    )

    old: Secret = Field(description="原密码或初始密码")
    new: Secret = Field(description="新密码，12至128个字符")


class OidcIn(Strict):
    """统一身份平台带回来的内容。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "x1", "code": "y2"}]})

    state: Secret = Field(description="开始时给出的state")
    code: Annotated[str, StringConstraints(max_length=4000)] = Field(description="授权码")
    role_id: Code = Field("", description="以哪个角色登录；不填为最先授予的一个")


class RoleOut(Answer):
    """一个角色。"""

    role_id: str = Field(description="角色编号")
    role: str = Field(description=" · ".join(f"{code} {name}" for code, name in roles.NAMES.items()))
    role_name: str = Field(description="角色的中文名")
    institution: str = Field(description="医疗机构编码")
    region: str = Field(description="能看到的行政区划前缀；*为全部")
    expert: str = Field(description="专家编号")
    duties: list[str] = Field(description="职责，见 GET /api/v1/me")
    since: str = Field(description="授予时间（UTC）")
    until: str = Field(description="到期时间（UTC）；长期为空")
    revoked_at: str = Field(description="收回时间（UTC）；有效时为空")


class SessionOut(Answer):
    """一次登录。"""

    account_id: str = Field(description="账号编号")
    login: str = Field(description="登录名")
    name: str = Field(description="姓名")
    role: RoleOut = Field(description="这次登录的角色")
    roles: list[RoleOut] = Field(description="可以使用的全部角色；要换角色请重新登录并写明role_id")
    must_change: bool = Field(description="是否须先更改初始密码；更改之前不能做别的")
    ends: str = Field(description="最迟结束时间（UTC）")


class BegunOut(SessionOut):
    """登录成功。"""

    token: str = Field(description="会话令牌，放在请求头 Authorization: Bearer；只给这一次")


class OidcStartOut(Answer):
    """去统一身份平台登录的地址。"""

    url: str = Field(description="浏览器应打开的地址")
    state: str = Field(description="回来时应原样带回，并与保存的核对")


def role_out(role: Role) -> RoleOut:
    """A role over HTTP."""
    return RoleOut(
        role_id=role.role_id,
        role=role.kind,
        role_name=roles.NAMES[role.kind],
        institution=role.institution,
        region=role.region,
        expert=role.expert,
        duties=list(role.duties),
        since=role.since.isoformat(),
        until=role.until.isoformat() if role.until else "",
        revoked_at=role.revoked_at.isoformat() if role.revoked_at else "",
    )


def _facts(signed: SignedIn, standing: tuple[Role, ...]) -> dict[str, object]:
    account = signed.account
    return {
        "account_id": account.account_id,
        "login": account.login,
        "name": account.name,
        "role": role_out(signed.role),
        "roles": [role_out(role) for role in standing],
        "must_change": signed.must_change,
        "ends": signed.ends.isoformat(),
    }


def _begun_out(begun: Begun) -> BegunOut:
    return BegunOut.model_validate({"token": begun.token, **_facts(begun.signed, begun.roles)})


def _at_the_door(request: Request) -> Gateway:
    """The gateway, for somebody not known yet: an address may try so often and no more."""
    gateway = gateway_of(request)
    gateway.access.doors.take(address_in(request))
    return gateway


def _token(request: Request) -> str:
    token = auth.key_in(request.headers)
    if not token.startswith(desk.MARK):
        raise Fault(desk.SESSION_ENDED if token else reasons.KEY_MISSING)
    return token


@router.post("/api/v1/sessions", summary="登录", status_code=201, openapi_extra={"security": []})
async def sign_in(request: Request, body: SignInIn) -> BegunOut:
    """用登录名和密码登录，得到会话令牌。连续五次不对须等待，等待时间逐次加倍。不带 Idempotency-Key。"""
    gateway = _at_the_door(request)
    return _begun_out(
        await gateway.access.desk.sign_in(body.login, body.password, address_in(request), body.role_id)
    )


@router.post("/api/v1/sessions/oidc", summary="开始统一身份登录", openapi_extra={"security": []})
async def oidc_start(request: Request) -> OidcStartOut:
    """给出统一身份平台（OIDC）的登录地址。调用方须把state记在同一个浏览器里，回来时核对。"""
    url, state = await _at_the_door(request).access.desk.oidc_start()
    return OidcStartOut(url=url, state=state)


@router.post(
    "/api/v1/sessions/oidc/finish",
    summary="完成统一身份登录",
    status_code=201,
    openapi_extra={"security": []},
)
async def oidc_finish(request: Request, body: OidcIn) -> BegunOut:
    """用带回的授权码换取会话令牌；没有对应账号的身份一律拒绝。"""
    gateway = _at_the_door(request)
    return _begun_out(await gateway.access.desk.oidc_finish(body.state, body.code, body.role_id))


@router.get("/api/v1/sessions/current", summary="查询当前登录")
async def current(request: Request) -> SessionOut:
    """谁登录着、以什么角色、到什么时候。"""
    at = gateway_of(request).access.desk
    signed = await at.session(_token(request))
    return SessionOut.model_validate(_facts(signed, await at.roles(signed.account.account_id)))


@router.delete("/api/v1/sessions/current", summary="退出登录", status_code=204)
async def sign_out(request: Request) -> Response:
    """结束当前登录。已经结束的再次退出也算成功。"""
    gateway, token = gateway_of(request), _token(request)
    await gateway.access.desk.sign_out(token)
    gateway.keys.forget(token)
    return Response(status_code=204)


@router.put("/api/v1/sessions/current/password", summary="更改自己的密码", status_code=204)
async def change_password(request: Request, body: PasswordIn) -> Response:
    """更改之后，这个账号在别处的登录全部结束。密码过短、常见或含登录名的会被拒绝。"""
    gateway, token = _at_the_door(request), _token(request)
    await gateway.access.desk.change_password(token, body.old, body.new, address_in(request))
    return Response(status_code=204)


@router.post(
    TOKEN_PATH,
    summary="用密钥换取访问令牌（OAuth2）",
    openapi_extra={
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "required": ["grant_type"],
                        "properties": {
                            "grant_type": {"type": "string", "const": "client_credentials"},
                            "scope": {"type": "string", "description": "read 只读 · read write 读写（默认）"},
                            "client_id": {"type": "string", "description": "密钥编号；也可用HTTP Basic"},
                            "client_secret": {"type": "string", "description": "密钥"},
                        },
                    }
                }
            },
        },
    },
)
async def token(request: Request) -> Response:
    """RFC 6749 客户端凭据方式：客户端编号是密钥的编号，客户端密钥是密钥本身。令牌十五分钟有效。"""
    gateway = _at_the_door(request)
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    try:
        granted = await gateway.keys.grant(tokens.asked(request.headers, await request.body()))
    except tokens.TokenRefused as refused:
        told = {"error": refused.error, "error_description": refused.text}
        status = 401 if refused.error == "invalid_client" else 400
        if status == 401:
            headers["WWW-Authenticate"] = "Basic"
        return Response(orjson.dumps(told), status, headers=headers, media_type="application/json")
    return Response(orjson.dumps(granted), headers=headers, media_type="application/json")
