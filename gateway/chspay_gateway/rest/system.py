"""Probes and the version, open to everyone and without anybody's data; and whom a key stands for."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from chspay_gateway.collection import collection_of
from chspay_gateway.rest.types import Answer
from chspay_gateway.session import Caller, gateway_of
from chspay_kit.auth import DUTY_NAMES

router = APIRouter(tags=["系统"])


class HealthOut(Answer):
    """进程存活。"""

    status: str = Field(description="ok")


class ReadyOut(Answer):
    """能否受理业务。"""

    status: str = Field(description="ok 或 unavailable")
    parts: dict[str, bool] = Field(description="各部分是否就绪")


class VersionOut(Answer):
    """软件版本。"""

    version: str


class CallerOut(Answer):
    """密钥或登录代表谁。"""

    subject: str = Field(description="密钥编号，或账号（user:…、expert:…）")
    role: str = Field(description="hospital 医疗机构 · bureau 医保部门 · expert 专家")
    institution: str = Field(description="医疗机构编码；医保部门为空")
    region: str = Field(description="能看到的行政区划前缀；*为全部，医疗机构为空")
    level: str = Field(description="county、city、province、nation；只有医保部门有")
    duties: list[str] = Field(
        description="职责：" + " · ".join(f"{code} {name}" for code, name in DUTY_NAMES.items())
    )


@router.get("/healthz", summary="进程是否存活", openapi_extra={"security": []})
async def healthz() -> HealthOut:
    """只说明进程存活，不检查下游。"""
    return HealthOut(status="ok")


@router.get(
    "/readyz",
    summary="是否可以受理业务",
    responses={503: {"model": ReadyOut, "description": "有一部分尚未就绪"}},
    openapi_extra={"security": []},
)
async def readyz(request: Request, response: Response) -> ReadyOut:
    """数据库和各服务都就绪时返回200，否则503。"""
    gateway = gateway_of(request)
    parts = {"database": await gateway.store.ready(), **await gateway.services.health()}
    ready = all(parts.values())
    response.status_code = 200 if ready else 503
    return ReadyOut(status="ok" if ready else "unavailable", parts=parts)


@router.get("/version", summary="软件版本", openapi_extra={"security": []})
async def software_version() -> VersionOut:
    """本系统的版本号。"""
    return VersionOut(version=version("chspay"))


@router.get("/collection.json", summary="接口请求集", openapi_extra={"security": []})
async def collection(request: Request) -> JSONResponse:
    """由接口说明生成的请求集（Postman 2.1格式），导入工具后填写base_url和key即可逐个试用。"""
    return JSONResponse(collection_of(request.app.openapi()))


@router.get("/api/v1/me", summary="查询当前密钥的身份")
async def who_am_i(caller: Caller) -> CallerOut:
    """密钥属于哪家医疗机构或哪个地区，页面据此显示。"""
    claim = caller.claim
    return CallerOut(
        subject=claim.subject,
        role=claim.role,
        institution=claim.institution,
        region=claim.region,
        level=claim.level,
        duties=list(claim.duties),
    )
