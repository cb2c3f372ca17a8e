"""Filing from a statement line: what the list says is filled in, reason and papers are added."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal.forms import AT, Again, hidden, posted, text, texts, uploads
from chspay_portal.frame import PATIENCE, show
from chspay_portal.gateway import Refused
from chspay_portal.pages.disputes import DISPUTES, HERE
from chspay_portal.pages.errors import code_line
from chspay_portal.portal import Visit
from chspay_portal.sessions import Draft
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import card, facts, four_places, href, why

router = APIRouter(include_in_schema=False)
#: The list cannot be held against the rules of special cases; other disputes of it may be filed all the same.
_NOT_JUDGED = {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
_TYPES = (
    ("T1", "特例单议"),
    ("T2", "分组与编码"),
    ("T3", "审核扣款"),
    ("T4", "点数与清算"),
)


@ui.page("/disputes/new", response_timeout=PATIENCE)
async def new_page(request: Request, case: str = "", hospital: str = "", pool: str = "") -> Response | None:
    """The form for one settled list."""
    return await show(request, lambda visit: _form(visit, case, hospital or visit.session.institution, pool))


@router.post("/disputes/new")
async def file_it(request: Request, case: str = "", hospital: str = "", pool: str = "") -> Response:
    """Makes the draft, keeps the papers, and goes to the case, where it is submitted."""
    return await posted(request, _address(case, hospital, pool), _file)


def _address(case: str, hospital: str, pool: str) -> str:
    return href("disputes", "new", case=case, hospital=hospital, pool=pool)


async def materials(visit: Visit, pool: str, type_: str = "") -> list[dict[str, str]]:
    """The papers that applications of a kind need."""
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    rules = await visit.every("places", pool, "rules", on=today.isoformat())
    found: list[dict[str, str]] = next(
        (rule["value"] for rule in rules if rule["key"] == "dispute.materials"), []
    )
    return [row for row in found if not type_ or row["type"] == type_]


async def _form(visit: Visit, case: str, hospital: str, pool: str) -> Sheet:
    here = _address(case, hospital, pool)
    again = Again(visit.session, here)
    known, review = await _known(visit, case, hospital)
    papers = _merged(await materials(visit, pool) if pool else [])
    form = again.form(
        here,
        hidden("case", case),
        hidden("hospital", hospital),
        again.choice("type", "申请什么", _TYPES if review else (*_TYPES[1:], _TYPES[0])),
        again.paragraph(
            "reason", "理由", "写明费用高、住院长或分组不当的临床原因；不要写患者和医师的姓名。", rows=5
        ),
        again.line("subject_ref", "扣款编号", "只在审核扣款争议时填写，见扣款通知"),
        _stated(again),
        tag(
            "fieldset",
            tag("legend", "材料"),
            tag("p", "PDF、图片、文本、表格或DOCX，每份不超过10兆字节；不含宏和脚本。", cls="soft"),
            *papers,
        ),
        button="填好了，下一步核对",
        files=True,
    )
    return Sheet(
        title=f"申请：病例 {case}",
        lead="清单、分组和支付已经填好。写明理由、附上材料，下一步核对后提交。",
        crumbs=[DISPUTES, "新的申请"],
        here=HERE,
        parts=[card(again.told(), known), card(tag("h2", "申请内容"), form)],
    )


async def _known(visit: Visit, case: str, hospital: str) -> tuple[Safe, bool]:
    """What is known of the list before anything is filed, and whether it can be a special-case review now."""
    asked = {"hospital_code": hospital, "case_id": case}
    try:
        found: dict[str, Any] = await visit.send("POST", "disputes", "check", body=asked)
    except Refused as error:
        if error.status not in _NOT_JUDGED:
            raise
        told = tag("p", f"现在不能对照特例标准：{error.detail}其他争议仍可提出。", cls="notice")
        return join(told, code_line(error.code)), False
    shown = join(
        _window(found), _figures(found["figures"]), tag("h3", "特例标准"), criteria_list(found["criteria"])
    )
    return shown, found["open"] and found["eligible"]


def _stated(again: Again) -> Safe:
    return tag(
        "details",
        tag("summary", "清单之外的事实（有则填写，须附材料证明）"),
        again.line("vent_hours", "有创呼吸机使用小时数"),
        again.line("departments", "参加多学科会诊的科室", "用顿号分开"),
        again.line("items", "新药、新耗材、新技术的代码", "用顿号分开"),
        tag(
            "p",
            again.box("organ_support", "yes", "使用ECMO、CRRT等器官支持"),
            again.box("transferred", "yes", "由其他机构转入抢救"),
        ),
    )


def _merged(rows: list[dict[str, str]]) -> list[Safe]:
    """A place for each kind of paper, saying which applications cannot do without it."""
    types, found = dict(_TYPES), []
    for kind in dict.fromkeys(row["kind"] for row in rows if row["type"] in types):
        same = [row for row in rows if row["kind"] == kind and row["type"] in types]
        needed = "、".join(types[row["type"]] for row in same if row["required"] == "yes")
        name = f"paper:{kind}"
        told = f"{needed}必须上传" if needed else "可选"
        found.append(
            tag(
                "div",
                tag("label", "或".join(dict.fromkeys(row["name"] for row in same)), for_=name),
                tag("input", type="file", id=name, name=name, aria_describedby=f"{name}-help"),
                tag("small", told, id=f"{name}-help"),
                cls="field",
            )
        )
    return found


def _window(found: dict[str, Any]) -> Part:
    told: list[Part] = []
    if not found["eligible"]:
        told.append(tag("p", "这份清单现在不能申请特例单议：" + "；".join(found["reasons"]), cls="notice"))
    span = f"{found['window_since'] or '—'} 至 {found['window_until'] or '—'}"
    if found["open"]:
        told.append(tag("p", f"周期 {found['cycle']} 的申报窗口开放：{span}。"))
    else:
        told.append(tag("p", f"周期 {found['cycle']} 的申报窗口现在没有开放（{span}）。", cls="notice"))
    return join(*told)


def _figures(given: dict[str, Any]) -> Safe:
    return facts(figures_of(given))


def figures_of(given: dict[str, Any]) -> list[tuple[str, Part, str]]:
    """What a list says and was paid, as labelled figures."""
    ref = given["ref"]
    points = four_places(given["points"]) if given["points"] else "—"
    return [
        ("入院", given["admission"] or "—", ""),
        ("出院", given["discharge"] or "—", ""),
        ("住院天数", str(given["los_days"]), "天"),
        ("主要诊断", given["diagnoses"][0] if given["diagnoses"] else "—", ""),
        ("病组", given["drg"] or "—", ""),
        ("总费用", money(given["cost"]), "元"),
        ("病组均费", money(given["group_mean"]), "元"),
        ("支付标准", money(given["paid"]), "元"),
        ("基金支付", why(ref, given["fund"]) if ref else money(given["fund"]), "元"),
        ("点数", points, "点"),
        ("结算月份", given["month"] or "—", ""),
    ]


def criteria_list(criteria: list[dict[str, Any]]) -> Safe:
    """Each criterion and whether the list meets it, in words."""
    words = {
        True: ("符合", "mark official"),
        False: ("不符合", "mark"),
        None: ("数据不足", "mark unverified"),
    }
    rows = []
    for item in criteria:
        word, cls = words[item["met"]]
        rows.append(tag("li", tag("span", word, cls=cls), " ", item["text"]))
    return tag("ul", *rows, cls="criteria") if rows else tag("p", "本地没有规定特例标准。", cls="soft")


async def _file(visit: Visit, form: FormData) -> str:
    vent = text(form, "vent_hours")
    stated = {
        "organ_support": bool(texts(form, "organ_support")),
        "transferred": bool(texts(form, "transferred")),
        "departments": _split(text(form, "departments")),
        "items": _split(text(form, "items")),
    } | ({"vent_hours": int(vent)} if vent.isascii() and vent.isdigit() else {})
    body = {
        "type": text(form, "type") or "T1",
        "hospital_code": text(form, "hospital"),
        "case_id": text(form, "case"),
        "subject_ref": text(form, "subject_ref"),
        "reason": text(form, "reason"),
        "stated": stated,
    }
    made = await visit.send("POST", "disputes", body=body)
    there = href("disputes", "of", made["case_no"])
    try:
        for name in [name for name in form if name.startswith("paper:")]:
            for file in uploads(form, name):
                kind = name.removeprefix("paper:")
                await attach(visit, made["case_no"], kind, file.filename or "", await file.read())
    except Refused as error:
        # The draft stands; its page says which paper was refused, and takes another one.
        visit.session.draft = Draft({AT: there}, error.code, error.detail)
    return there


async def attach(visit: Visit, case_no: str, kind: str, name: str, content: bytes) -> None:
    """Keeps a paper of a case."""
    await visit.upload(
        "disputes", "attachments", name=name, content=content, case_no=case_no, kind=kind, file_name=name
    )


def _split(given: str) -> list[str]:
    return [part.strip() for part in given.replace("，", "、").replace(",", "、").split("、") if part.strip()]
