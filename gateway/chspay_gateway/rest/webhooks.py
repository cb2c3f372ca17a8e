"""Webhooks over HTTP: who is told what and where; what is on its way; sending again."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ConfigDict, Field

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.rest.types import Answer, Code, PageSize, Strict
from chspay_gateway.session import Caller, Session, Writer, gateway_of
from chspay_gateway.store import PgStore
from chspay_gateway.webhooks import hookstore
from chspay_gateway.webhooks.addresses import check_url
from chspay_gateway.webhooks.courier import seal_name
from chspay_gateway.webhooks.news import EVENTS, body_of
from chspay_kit.once import REQUEST_ID_REUSED

router = APIRouter(prefix="/api/v1/webhooks", tags=["事件通知"])
EVENT_UNKNOWN = Reason("WEBHOOK_EVENT_UNKNOWN", Kind.INVALID, "没有事件“{value}”，可选：{known}。")
NOT_FOUND = Reason("WEBHOOK_NOT_FOUND", Kind.NOT_FOUND, "没有找到事件通知{value}。")
TOO_MANY = Reason("WEBHOOKS_TOO_MANY", Kind.CONFLICT, "一家机构或一个地区最多登记{limit}个事件通知。")
NO_SCOPE = Reason("WEBHOOK_SCOPE_MISSING", Kind.DENIED, "此身份不属于医疗机构或医保部门，不能登记事件通知。")
_MOST = 20
_STATES = {"", "waiting", "delivered", "dead"}
STATE_BAD = Reason("WEBHOOK_STATE_BAD", Kind.INVALID, "状态应为 waiting、delivered 或 dead，收到“{value}”。")
_Id = Annotated[Code, Path(description="事件通知编号")]


class WebhookIn(Strict):
    """一个接收地址和它要的事件。"""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://his.example.cn/chspay", "events": ["list.grouped", "list.refused"]}]
        }
    )

    url: str = Field(max_length=500, description="接收地址：公网上的 https")
    events: list[Code] = Field(min_length=1, max_length=20, description=f"事件：{'、'.join(EVENTS)}")


class WebhookOut(Answer):
    """一个事件通知。"""

    webhook_id: str
    url: str
    events: list[str]
    hospital_code: str = Field(description="只通知这家医疗机构的事件；为空时按地区")
    region: str = Field(description="只通知这个地区之内的事件；*为全部")
    since: str = Field(description="登记的时刻，UTC；此后的事件才通知")


class WebhookMade(WebhookOut):
    """新登记的事件通知。"""

    secret: str = Field(description="验签密钥，请妥善保存；只在登记时给出")


class WebhooksOut(Answer):
    """本机构或本地区的事件通知。"""

    items: list[WebhookOut]


class DeliveryOut(Answer):
    """一个事件的投递。"""

    seq: int
    event_id: str
    event: str
    state: str = Field(description="waiting 等待 · delivered 已送达 · dead 多次失败，已搁置")
    attempts: int
    status: int = Field(description="接收方最近一次的HTTP状态；0为没有应答")
    told: str
    written_at: str
    next_at: str = Field(description="下一次投递的时刻，UTC")
    done_at: str | None


class DeliveriesOut(Answer):
    """投递，新的在前。"""

    items: list[DeliveryOut]
    next_before: int = Field(description="下一页用 before=…；0为没有了")


class RedeliverIn(Strict):
    """要再次投递的事件；不填为全部搁置的。"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"event_ids": []}]})

    event_ids: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=1000)


class RedeliverOut(Answer):
    """再次投递的份数。"""

    sent_again: int


@router.post("", summary="登记事件通知", status_code=201)
async def add(body: WebhookIn, caller: Writer, request: Request) -> WebhookMade:
    """清单受理、拒收、入组，月结完成，结算单出具等事件，签名后投递到接收地址，失败则逐次延长间隔重试。

    同一事件可能送达不止一次，请按事件编号去重。用 chspay_client.verify_webhook 验签。
    """
    gateway = gateway_of(request)
    check_url(body.url, loopback=gateway.settings.webhook_loopback)
    for name in body.events:
        if name not in EVENTS:
            raise Fault(EVENT_UNKNOWN, field="events", value=name, known="、".join(EVENTS))
    institution, region = _scope(caller)
    store = _store(request)
    webhook_id = "wh-" + sm3_hex(f"{caller.claim.subject}|{caller.request_id}".encode())[:24]
    known = await hookstore.of_scope(store, institution, region)
    if len(known) >= _MOST and all(hook.webhook_id != webhook_id for hook in known):
        raise Fault(TOO_MANY, limit=_MOST)
    secret = secrets.token_urlsafe(32)
    events = sorted(set(body.events))
    made = await hookstore.add(
        store,
        hookstore.Hook(
            webhook_id, caller.claim.subject, institution, region, body.url, events,
            store.seals.seal(secret.encode(), seal_name(webhook_id)),
        ),
    )  # fmt: skip
    if (made.url, list(made.events)) != (body.url, events):
        raise Fault(REQUEST_ID_REUSED, field="request_id", value=caller.request_id)
    kept = store.seals.open(made.secret, seal_name(webhook_id)).decode()
    return WebhookMade(**_members(made), secret=kept)


@router.get("", summary="查询事件通知")
async def listing(caller: Caller, request: Request) -> WebhooksOut:
    """本机构或本地区登记的事件通知，不含验签密钥。"""
    found = await hookstore.of_scope(_store(request), *_scope(caller))
    return WebhooksOut(items=[WebhookOut(**_members(hook)) for hook in found])


@router.delete("/{webhook_id}", summary="停止事件通知", status_code=204)
async def remove(webhook_id: _Id, caller: Writer, request: Request) -> Response:
    """不再投递；在途的一并停止。"""
    if not await hookstore.remove(_store(request), webhook_id, *_scope(caller)):
        raise Fault(NOT_FOUND, field="webhook_id", value=webhook_id)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries", summary="查询投递")
async def deliveries(
    webhook_id: _Id,
    caller: Caller,
    request: Request,
    state: Annotated[Code, Query(description="waiting、delivered 或 dead；不填为全部")] = "",
    before: Annotated[int, Query(ge=0, le=2**62, description="上一页的 next_before")] = 0,
    page_size: Annotated[PageSize, Query()] = 0,
) -> DeliveriesOut:
    """每个事件投递了几次，接收方最近一次怎样答复。"""
    if state not in _STATES:
        raise Fault(STATE_BAD, field="state", value=state)
    await _own(request, caller, webhook_id)
    limit = min(page_size or 50, 1000)
    found = await hookstore.deliveries(_store(request), webhook_id, state, before, limit)
    return DeliveriesOut(
        items=[
            DeliveryOut(
                seq=each.seq,
                event_id=each.event_id,
                event=each.name,
                state=each.state,
                attempts=each.attempts,
                status=each.status,
                told=each.told,
                written_at=each.written_at.isoformat(),
                next_at=each.next_at.isoformat(),
                done_at=None if each.done_at is None else each.done_at.isoformat(),
            )
            for each in found
        ],
        next_before=found[-1].seq if len(found) == limit else 0,
    )


@router.post("/{webhook_id}/redeliver", summary="再次投递")
async def redeliver(webhook_id: _Id, body: RedeliverIn, caller: Writer, request: Request) -> RedeliverOut:
    """接收方修好以后，把搁置的或指明的事件再投递一次。"""
    await _own(request, caller, webhook_id)
    return RedeliverOut(sent_again=await hookstore.again(_store(request), webhook_id, body.event_ids))


@router.post("/{webhook_id}/ping", summary="投递一个测试事件")
async def ping(webhook_id: _Id, caller: Writer, request: Request) -> RedeliverOut:
    """事件 ping，不论登记了哪些事件都投递，用来核对地址和验签。"""
    hook = await _own(request, caller, webhook_id)
    event_id = f"ping/{sm3_hex(f'{webhook_id}|{caller.request_id}'.encode())[:24]}"
    told = body_of(event_id, "ping", hook.since.isoformat() if hook.since else "", {"webhook_id": webhook_id})
    await hookstore.put(_store(request), [hookstore.NewDelivery(webhook_id, event_id, "ping", told)])
    return RedeliverOut(sent_again=1)


def _store(request: Request) -> PgStore:
    store = gateway_of(request).store
    assert isinstance(store, PgStore)  # noqa: S101 - the only store a serving gateway has
    return store


def _scope(caller: Session) -> tuple[str, str]:
    claim = caller.claim
    institution = claim.institution if claim.role == "hospital" else ""
    region = claim.region if claim.role == "bureau" else ""
    if not (institution or region):
        raise Fault(NO_SCOPE)
    return institution, region


async def _own(request: Request, caller: Session, webhook_id: str) -> hookstore.Hook:
    for hook in await hookstore.of_scope(_store(request), *_scope(caller)):
        if hook.webhook_id == webhook_id:
            return hook
    raise Fault(NOT_FOUND, field="webhook_id", value=webhook_id)


def _members(hook: hookstore.Hook) -> dict[str, Any]:
    return {
        "webhook_id": hook.webhook_id,
        "url": hook.url,
        "events": list(hook.events),
        "hospital_code": hook.institution,
        "region": hook.region,
        "since": "" if hook.since is None else hook.since.isoformat(),
    }
