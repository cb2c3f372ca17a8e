"""The one path of the national envelope; every answer has its shape, refusals at the door included."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.types import Receive, Scope, Send

from chspay_core.errors import Fault
from chspay_gateway import auth, problems
from chspay_gateway.envelope import answer, message
from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.envelope.exchange import Desk
from chspay_gateway.problems import Faults
from chspay_gateway.session import begin, gateway_of

PATH = "/fsi/api/rsfComIfsService/callService"
MEDIA_TYPE = "application/json"

router = APIRouter(tags=["国家平台接口"])


@router.post(
    PATH,
    summary="国家医保信息平台报文（4101、4101A 上传，4103 查询）",
    response_class=Response,
    responses={
        200: {
            "description": '业务结果：infcode 为 "0" 成功、"-1" 失败，失败原因在 err_msg',
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        401: {"description": "密钥缺失或无效（报文形式同上）"},
        503: {"description": "暂时不可用，请用同一报文ID重试（报文形式同上）"},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}, "example": EXAMPLE}},
        }
    },
)
async def call_service(request: Request) -> Response:
    """接受任意 Content-Type，UTF-8 或 GB18030；字段名不分大小写和下划线，多余字段忽略。

    同一机构、交易编号、报文ID和内容重发，逐字节返回同一答复。
    """
    received = answer.now()
    gateway = gateway_of(request)
    try:
        claim = await gateway.keys.claim(auth.key_in(request.headers))
        session = begin(gateway, claim, gateway.settings.call_seconds)
        content = await Desk(session, gateway.store).serve(message.read(await request.body()), received)
    except Fault as fault:
        return refusal(fault)
    except Faults as several:
        return refusal(*several.faults)
    return Response(content, media_type=MEDIA_TYPE)


def refusal(*faults: Fault) -> Response:
    """A refusal in the shape of the envelope; business refusals answer 200."""
    moment = answer.now()
    status = answer.STATUS.get(faults[0].reason.kind, 200)
    headers = {"Retry-After": problems.RETRY_AFTER_SECONDS} if status == 503 else {}
    content = answer.failure(answer.new_refmsgid("", moment), moment, faults)
    return Response(content, status, headers=headers, media_type=MEDIA_TYPE)


async def refuse(scope: Scope, receive: Receive, send: Send, fault: Fault) -> None:
    """The door's refusal on this path."""
    await refusal(fault)(scope, receive, send)
