"""The interface description: OpenAPI 3.1, Chinese, with every refusal documented once."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from chspay_gateway import problems
from chspay_gateway.rest.body import WRITES
from chspay_gateway.rest.cases import ListIn
from chspay_gateway.session import REQUEST_ID_HEADER, writes

_DESCRIPTION = """
医保支付（DRG 点数法）接口。约定：

- **身份**：请求头 `Authorization: Bearer …` 或 `X-API-Key: …`，放密钥（`cp_…`）、用密钥换取的令牌
  （`ca_…`，`/oauth/token`）或登录得到的会话令牌（`cs_…`）。只能看到自己机构或地区的数据。
- **写入**：带请求头 `Idempotency-Key`；同一值、同一内容重发得到同样的答案，
  内容不同则拒绝（409 `REQUEST_ID_REUSED`）。
- **金额**：十进制文本，单位元，如 `"1234.50"`；**点数**同为文本。数字类型的金额会被拒绝，以免经过浮点数。
- **日期**：`YYYY-MM-DD`，北京时间的法定日期；时刻为 UTC。
- **错误**：`application/problem+json`（RFC 9457），`reason` 是稳定的英文代码，
  `detail` 是中文说明，`errors` 逐字段列出。
"""
_COMMON = {
    "400": "报文不是JSON、嵌套过深，或缺少请求号",
    "401": "密钥缺失或无效",
    "403": "没有权限",
    "404": "没有找到（包括其他机构的数据）",
    "409": "请求号已用于别的内容，或条件尚未满足（如预算未批准）",
    "413": "请求内容过大",
    "422": "内容不符合要求，逐字段说明",
    "429": "请求过于频繁，请按 Retry-After 重试",
    "503": "下游暂时不可用，请按 Retry-After 重试",
}
_REQUEST_ID = {
    "name": REQUEST_ID_HEADER,
    "in": "header",
    "required": True,
    "description": "请求号。重试同一请求时用同一个值，得到同样的答案；内容不同则拒绝（409）。",
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z._:-]{1,64}$"},
    "example": "2026-01-12-0001",
}
_OPEN = ("/healthz", "/readyz", "/version", "/collection.json")
_TAGS = [
    {"name": "结算清单", "description": "上报、查询、批量导入"},
    {"name": "分组", "description": "给一份病例分组并说明原因，不保存"},
    {"name": "批量分组", "description": "上传病例，后台分组，下载答案，比较两个方案"},
    {"name": "分组方案", "description": "方案的封存、试行、发布与停用，编码与病组检索"},
    {"name": "预算", "description": "年度住院基金"},
    {"name": "考核指标", "description": "同级同类平均水平；指标的下达、调整、测算、决算与下年建议"},
    {"name": "机构监测", "description": "预期人头、费用异常增长与暂缓拨付、两年变化的核实"},
    {"name": "点值预测", "description": "其余各月和全年的点值及其区间，附回测"},
    {"name": "医疗机构", "description": "登记与查询"},
    {"name": "月度结算", "description": "结算、结算单、计算底稿、总账"},
    {"name": "年度清算", "description": "试算、复核、批准、公示、关闭，清算单，重新清算"},
    {"name": "总账与拨付", "description": "对账单、哈希链核验、预付金、拨付单"},
    {"name": "政策", "description": "规则及其出处"},
    {"name": "国家平台接口", "description": "国家医保信息平台报文"},
    {"name": "FHIR", "description": "FHIR R4：上报Claim，读取分组、支付结果与方案的病组"},
    {"name": "账号与登录", "description": "登录与令牌，账号、角色及其记录，谁读过个人数据"},
    {"name": "系统", "description": "探针与版本"},
]


def install(app: FastAPI) -> None:
    """Replaces the generated description with the completed one."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    summary=app.summary,
                    description=_DESCRIPTION,
                    routes=app.routes,
                    tags=_TAGS,
                    separate_input_output_schemas=False,
                ),
                _writes(app),
            )
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def _writes(app: FastAPI) -> set[tuple[str, str]]:
    """Path and method of every operation that needs an Idempotency-Key."""
    return {
        (route.path_format, method.lower())
        for route in app.routes
        if isinstance(route, APIRoute)
        and any(writes(dependency.call) for dependency in route.dependant.dependencies)
        for method in route.methods or ()
    }


def _complete(document: dict[str, Any], writing: set[tuple[str, str]]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for model in (problems.Problem, ListIn):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "description": "cp_<编号>_<密钥>"},
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "cp_<编号>_<密钥>"},
    }
    document["security"] = [{"bearer": []}, {"key": []}]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation.pop(WRITES, False) or (path, method) in writing:
                operation.setdefault("parameters", []).append(_REQUEST_ID)
            _document_refusals(path, operation)
    return document


def _document_refusals(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if path in _OPEN:
        responses.pop("422", None)
        return
    if not path.startswith("/api/"):
        responses.pop("422", None)
        return
    for status, text in _COMMON.items():
        responses[status] = {
            "description": text,
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
