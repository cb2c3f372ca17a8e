"""The steps of a topic that a reader may take: a form each, and the ballot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal.forms import Again, hidden, posted, text
from chspay_portal.portal import Visit
from chspay_portal.view.parts import href

router = APIRouter(include_in_schema=False)
_CHOICES = (("yes", "赞成"), ("no", "反对"), ("abstain", "弃权"))
_LEVELS = {"county": "CNTY", "city": "CITY", "province": "PROV"}


@router.post("/negotiations/{topic_id}/act")
async def act(request: Request, topic_id: str) -> Response:
    """Takes one step."""
    return await posted(request, _here(topic_id), lambda visit, form: _act(visit, form, topic_id))


@router.post("/negotiations/{topic_id}/papers")
async def write(request: Request, topic_id: str) -> Response:
    """Writes a comment."""

    async def work(visit: Visit, form: FormData) -> str:
        body = {"kind": text(form, "kind"), "text": text(form, "text"), "ref": _number(text(form, "ref"))}
        await visit.send("POST", "negotiations", topic_id, "papers", body=body)
        return _here(topic_id)

    return await posted(request, _here(topic_id), work)


@router.post("/negotiations/{topic_id}/ballot")
async def cast(request: Request, topic_id: str) -> Response:
    """Casts a ballot that was signed elsewhere."""

    async def work(visit: Visit, form: FormData) -> str:
        body = {name: text(form, name) for name in ("choice", "nonce", "signature")}
        await visit.send("POST", "negotiations", topic_id, "ballot", body=body)
        return _here(topic_id)

    return await posted(request, _here(topic_id), work)


def _here(topic_id: str) -> str:
    return href("negotiations", topic_id)


def roles_of(me: dict[str, Any]) -> frozenset[str]:
    """The roles of the machine a reader holds; the service has the last word."""
    duties = set(me["duties"])
    found = {"PUB"}
    if me["role"] == "hospital":
        found.add("HOSP")
    if me["role"] == "expert":
        found.add("EXPT")
    if "handling" in duties and me["level"] in _LEVELS:
        found.add(_LEVELS[me["level"]])
    if "administration" in duties:
        found.add("ADMIN")
    return frozenset(found)


def acts(found: dict[str, Any], machine: dict[str, Any], me: dict[str, Any], again: Again) -> Safe:
    """The forms of the steps that the machine gives this reader in the present state."""
    topic = found["topic"]
    mine = roles_of(me)
    shown: list[Part] = []
    for step in machine["transitions"]:
        if step["source"] != topic["state"] or not mine & set(step["roles"]):
            continue
        fields = _FIELDS.get(step["event"], _nothing)(again, found)
        guards = tag("ul", *(tag("li", guard) for guard in step["guards"]), cls="clauses soft")
        form = again.form(
            f"{_here(topic['topic_id'])}/act",
            hidden("event", step["event"]),
            guards,
            *fields,
            again.paragraph("text", "说明、纪要或理由"),
            button=step["text"],
        )
        shown.append(tag("details", tag("summary", step["text"]), form, cls="act"))
    if topic["state"] == "VOTE":
        shown.append(_ballot(topic["topic_id"], again))
    return join(*shown) if shown else tag("p", "这个环节没有等您办理的事项；可以在下面写意见。", cls="soft")


def _ballot(topic_id: str, again: Again) -> Safe:
    form = again.form(
        f"{_here(topic_id)}/ballot",
        tag(
            "p",
            "每席一票，用登记的密钥签名，投后不能更改。密钥不离开您的电脑：先运行 ",
            tag("code", f"chspay negotiate vote {topic_id}"),
            " 直接投票，或取得签名后填在下面。",
            cls="soft",
        ),
        again.choice("choice", "选择", _CHOICES),
        again.line("signature", "SM2签名（128位十六进制）", required=True),
        again.line("nonce", "不记名表决的随机数", "记名表决不填"),
        button="投票",
    )
    return tag("details", tag("summary", "投票"), form, cls="act")


_Fields = Callable[[Again, dict[str, Any]], list[Part]]


def _freeze(again: Again, _found: dict[str, Any]) -> list[Part]:
    return [
        again.line("run_ids", "已关闭的月结编号", "用顿号分开", required=True),
        again.line(
            "panel", "论证专家", "身份:专业，用顿号分开；专业为 clinical、statistics、coding、management"
        ),
    ]


def _agree(again: Again, found: dict[str, Any]) -> list[Part]:
    numbers = [
        (str(item["number"]), f"方案 {item['number']}：{item['title']}") for item in found["proposals"]
    ]
    return [
        again.choice("proposal", "表决哪个方案", numbers or [("0", "还没有方案")]),
        again.line("present", "到会席位", "用顿号分开"),
    ]


def _approve(again: Again, _found: dict[str, Any]) -> list[Part]:
    return [
        again.line("decision_no", "决定文号", required=True),
        again.line("decided_by", "决定机关", required=True),
        again.line("filing_no", "备案文号"),
    ]


def _publish(again: Again, _found: dict[str, Any]) -> list[Part]:
    return [again.line("signature", "发布包的SM2签名（128位十六进制）", required=True)]


def _nothing(_again: Again, _found: dict[str, Any]) -> list[Part]:
    return []


_FIELDS: dict[str, _Fields] = {
    "freeze": _freeze,
    "agree": _agree,
    "revised": _agree,
    "admin_decide": _agree,
    "approve": _approve,
    "publish": _publish,
}


async def _act(visit: Visit, form: FormData, topic_id: str) -> str:
    panel = [part.partition(":") for part in _split(text(form, "panel"))]
    body: dict[str, Any] = {
        "text": text(form, "text"),
        "run_ids": _split(text(form, "run_ids")),
        "panel": [{"subject": subject, "field": field} for subject, _, field in panel],
        "present": _split(text(form, "present")),
        "proposal": _number(text(form, "proposal")),
    }
    body |= {name: text(form, name) for name in ("decision_no", "decided_by", "filing_no", "signature")}
    await visit.send("POST", "negotiations", topic_id, "events", text(form, "event") or "-", body=body)
    return _here(topic_id)


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0


def _split(given: str) -> list[str]:
    return [part.strip() for part in given.replace("，", "、").replace("：", ":").split("、") if part.strip()]
