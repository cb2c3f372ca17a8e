"""What can be done with a case now: a form for each step the machine allows this reader, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chspay_kit.markup import Part, Safe, join, tag
from chspay_kit.notices import OUTCOMES
from chspay_portal.forms import Again, hidden, posted, text, texts, uploads
from chspay_portal.pages.dispute_file import attach
from chspay_portal.portal import Visit
from chspay_portal.sessions import Session
from chspay_portal.view.parts import href, link

router = APIRouter(include_in_schema=False)
#: Steps that other pages take.
_ELSEWHERE = {
    "draw": ("抽取专家在抽取页办理", "/draws"),
    "recuse": ("回避在评审页办理", "/reviews"),
}
_GROUNDS = (
    ("OUT_OF_SCOPE", "不属于受理范围"),
    ("LATE", "超过申报期限"),
    ("DUPLICATE", "重复申请"),
    ("NOT_BY_GROUP", "不是按病组结算的病例"),
)
_OPINIONS = (("support", "支持"), ("oppose", "不支持"), ("regroup", "建议重新分组"))
_FORM = (("subject", "申请人和病例属实"), ("materials", "材料齐全"), ("period", "在申报期限内"))
#: Whether a step is the reader's answer, and not only one of several ways: its button comes first.
_FIRST = ("submit", "resubmit", "accept_result", "accept", "county_opinion", "to_panel", "notify", "post")
_PAPER = ("supplement", "补正材料"), ("evidence", "新的证据"), ("consent", "书面同意"), ("reply", "答复")


@router.post("/disputes/of/{case_no}/act")
async def act(request: Request, case_no: str) -> Response:
    """Takes one step."""
    return await posted(request, _here(case_no), lambda visit, form: _act(visit, form, case_no))


@router.post("/disputes/of/{case_no}/sign")
async def sign(request: Request, case_no: str) -> Response:
    """Signs the decision that stands."""

    async def work(visit: Visit, form: FormData) -> str:
        await visit.send("POST", "disputes", case_no, "signatures", body={"digest": text(form, "digest")})
        return _here(case_no)

    return await posted(request, _here(case_no), work)


@router.post("/disputes/of/{case_no}/papers")
async def add_paper(request: Request, case_no: str) -> Response:
    """Adds a paper."""

    async def work(visit: Visit, form: FormData) -> str:
        for file in uploads(form, "file"):
            await attach(visit, case_no, text(form, "kind"), file.filename or "", await file.read())
        return _here(case_no)

    return await posted(request, _here(case_no), work)


def _here(case_no: str) -> str:
    return href("disputes", "of", case_no)


def acts(case: dict[str, Any], again: Again, papers: list[dict[str, str]], session: Session) -> Safe:
    """The forms of the steps this reader may take; the likeliest stands open."""
    mine = [step for step in case["next"] if step["mine"]]
    mine.sort(key=lambda step: (step["event"] not in _FIRST, step["event"] == "withdraw"))
    shown: list[Part] = []
    opened = False
    for step in mine:
        event = step["event"]
        if event == "objection" and session.is_hospital and session.institution == case["hospital_code"]:
            continue
        if event in _ELSEWHERE:
            word, to = _ELSEWHERE[event]
            shown.append(tag("p", link(word, to)))
            continue
        fields = _FIELDS.get(event, _reason)(again, case, papers)
        form = again.form(
            f"{_here(case['case_no'])}/act",
            hidden("event", event),
            hidden("version", str(case["version"])),
            *fields,
            button=step["text"],
        )
        first = not opened and event in _FIRST
        opened = opened or first
        shown.append(form if first else tag("details", tag("summary", step["text"]), form, cls="act"))
    shown.append(_signing(case, again, session))
    if not case["closed"]:
        shown.append(_adding(case, again, papers))
    if not mine:
        shown.insert(0, tag("p", "现在没有等您办理的事项。", cls="soft"))
    return join(*shown)


def _signing(case: dict[str, Any], again: Again, session: Session) -> Part:
    standing = [item for item in case["decisions"] if not item["dropped"]]
    if session.is_hospital or case["state"] != "DECIDED" or not standing or standing[-1]["signatures"] > 1:
        return ""
    form = again.form(
        f"{_here(case['case_no'])}/sign",
        hidden("digest", standing[-1]["digest"]),
        tag("p", "裁定书须由两人签署，受理人和初审人不能签署。", cls="soft"),
        button="签署裁定书",
        second=True,
    )
    return tag("details", tag("summary", "签署裁定书"), form, cls="act")


def _adding(case: dict[str, Any], again: Again, papers: list[dict[str, str]]) -> Part:
    kinds = tuple((row["kind"], row["name"]) for row in papers)
    form = again.form(
        f"{_here(case['case_no'])}/papers",
        again.choice("kind", "材料种类", (*kinds, *_PAPER)),
        tag(
            "div",
            tag("label", "文件", for_="file"),
            tag("input", type="file", id="file", name="file", required=True, multiple=True),
            cls="field",
        ),
        button="上传",
        files=True,
        second=True,
    )
    return tag("details", tag("summary", "添加材料"), form, cls="act")


_Fields = Callable[[Again, dict[str, Any], list[dict[str, str]]], list[Part]]


def _submit(_again: Again, case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [
        hidden("confirmed_digest", case["content_digest"]),
        tag("p", "请核对下面的申请和材料。提交即以本机构名义确认内容真实，并按指纹固定下来。"),
    ]


def _accept(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [
        tag("p", *(again.box("checked", code, word, required=True) for code, word in _FORM)),
        tag("p", again.box("unrelated", "yes", "本人与申请机构、病例没有利害关系", required=True)),
    ]


def _return(again: Again, _case: dict[str, Any], papers: list[dict[str, str]]) -> list[Part]:
    return [
        tag("p", "欠缺的材料：", *(again.box("lacking", row["kind"], row["name"]) for row in papers)),
        again.paragraph("reason", "一次性告知的内容"),
    ]


def _reject(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [again.choice("ground", "理由", _GROUNDS), again.paragraph("reason", "说明和救济途径")]


def _opinion(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [again.choice("opinion", "意见", _OPINIONS), again.paragraph("reason", "初审意见")]


def _decide(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [
        again.choice("outcome", "结论", tuple(OUTCOMES.items())),
        again.paragraph("reasons", "理由"),
        again.line("cites", "依据", "用分号分开", required=True),
        again.line("unreasonable", "不合理费用（元）", "按项目支付时从费用中扣除"),
        again.line("points", "调整后的点数或得分"),
        again.line("drg", "重新分入的病组"),
        again.line("restored", "退还的金额（元）"),
    ]


def _document(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [again.line("document", "依据的文书", required=True), again.paragraph("reason", "理由")]


def _notify(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [again.line("decision_no", "裁定书编号", required=True)]


def _objection(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [
        again.line("objector", "异议人（署名）", required=True),
        again.line("contact", "联系方式", required=True),
        again.paragraph("reason", "异议和理由"),
    ]


def _nothing(_again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return []


def _agreed(_again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [tag("p", "签收表示收到并同意结果；不同意的，可以在期限内申请复核。", cls="soft")]


def _reason(again: Again, _case: dict[str, Any], _papers: list[dict[str, str]]) -> list[Part]:
    return [again.paragraph("reason", "理由", rows=3)]


_FIELDS: dict[str, _Fields] = {
    "submit": _submit,
    "accept": _accept,
    "return": _return,
    "reject": _reject,
    "county_opinion": _opinion,
    "fast_track": _decide,
    "regroup": _decide,
    "conclude": _decide,
    "notify": _notify,
    "accept_result": _agreed,
    "objection": _objection,
    "post": _nothing,
    "suspend": _document,
    "resume": _document,
    "revoke": _document,
    "overturn": _document,
}


async def _act(visit: Visit, form: FormData, case_no: str) -> str:
    version = text(form, "version")
    body: dict[str, Any] = {
        "event": text(form, "event"),
        "version": int(version) if version.isascii() and version.isdigit() else 0,
        "checked": texts(form, "checked"),
        "lacking": texts(form, "lacking"),
        "unrelated": bool(texts(form, "unrelated")),
    }
    plain = (
        "reason",
        "confirmed_digest",
        "ground",
        "opinion",
        "document",
        "objector",
        "contact",
        "decision_no",
    )
    body |= {name: text(form, name) for name in plain if text(form, name)}
    if text(form, "outcome"):
        body["decision"] = {
            "outcome": text(form, "outcome"),
            "reasons": text(form, "reasons"),
            "cites": [
                part.strip() for part in text(form, "cites").replace("；", ";").split(";") if part.strip()
            ],
            "unreasonable": text(form, "unreasonable") or "0",
            "points": text(form, "points"),
            "drg": text(form, "drg"),
            "restored": text(form, "restored") or "0",
        }
    await visit.send("POST", "disputes", case_no, "events", body=body)
    return _here(case_no)
