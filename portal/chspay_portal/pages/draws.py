"""Draws of panels: the commitment first, then the list, then the public value and the secret."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter
from nicegui import ui
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chspay_kit.markup import Part, Safe, join, tag
from chspay_portal.forms import Again, posted, text, texts
from chspay_portal.frame import PATIENCE, show
from chspay_portal.portal import Visit
from chspay_portal.view.layout import Sheet
from chspay_portal.view.parts import Cell, Column, card, digest, href, link, table, text_cell

router = APIRouter(include_in_schema=False)
HERE = "/draws"
_STATES = {"opened": "已承诺", "closed": "名单已关闭", "drawn": "已抽取"}
_SECRET = join("由 ", tag("code", "chspay draw secret"), " 给出，密值自己保管")
_COLUMNS = (
    Column("批次"),
    Column("状态"),
    Column("公开信标"),
    Column("信标时间"),
    Column("专家组数", "count"),
)


@ui.page("/draws", response_timeout=PATIENCE)
async def draws_page(request: Request) -> Response | None:
    """The batches, the cases that wait, and the form that opens a batch."""
    return await show(request, _list)


@ui.page("/draws/{batch_id}", response_timeout=PATIENCE)
async def draw_page(request: Request, batch_id: str) -> Response | None:
    """One batch: what was committed, what was revealed, whether it verifies."""
    return await show(request, lambda visit: _batch(visit, batch_id))


@router.post("/draws")
async def open_batch(request: Request) -> Response:
    """Opens a batch with its commitment."""

    async def work(visit: Visit, form: FormData) -> str:
        names = ("pool", "commitment", "beacon_source", "beacon_at")
        made = await visit.send("POST", "draws", body={name: text(form, name) for name in names})
        return href("draws", made["batch_id"])

    return await posted(request, HERE, work)


@router.post("/draws/{batch_id}/close")
async def close_batch(request: Request, batch_id: str) -> Response:
    """Closes the list of cases."""

    async def work(visit: Visit, form: FormData) -> str:
        await visit.send("POST", "draws", batch_id, "close", body={"case_nos": texts(form, "case_nos")})
        return href("draws", batch_id)

    return await posted(request, href("draws", batch_id), work)


@router.post("/draws/{batch_id}/draw")
async def draw_batch(request: Request, batch_id: str) -> Response:
    """Reveals secret and beacon, and draws."""

    async def work(visit: Visit, form: FormData) -> str:
        body = {name: text(form, name) for name in ("secret", "beacon")}
        await visit.send("POST", "draws", batch_id, "draw", body=body)
        return href("draws", batch_id)

    return await posted(request, href("draws", batch_id), work)


async def _list(visit: Visit) -> Sheet:
    batches, waiting = await asyncio.gather(visit.get("draws"), visit.get("draws", "waiting"))
    again = Again(visit.session, HERE)
    rows = [
        [
            Cell(link(row["batch_id"], href("draws", row["batch_id"])), row["batch_id"]),
            text_cell(_STATES.get(row["state"], row["state"])),
            text_cell(row["beacon_source"]),
            text_cell(row["beacon_at"]),
            text_cell(str(len(row["panel_ids"]))),
        ]
        for row in batches["items"]
    ]
    shown: Part = tag("p", "还没有抽取过。", cls="soft")
    if rows:
        shown = table("draws", _COLUMNS, rows, caption="新的在前。")
    cases = "、".join(row["case_no"] for row in waiting["items"]) or "没有"
    form = again.form(
        HERE,
        again.line("pool", "统筹区代码", required=True),
        again.line("commitment", "承诺", _SECRET, required=True),
        again.line("beacon_source", "公开信标", "写明期次", required=True),
        again.line("beacon_at", "信标公布的时间", "如 2026-11-24T13:15:00Z，须在名单关闭以后", required=True),
        button="公布承诺，开一批抽取",
    )
    return Sheet(
        title="专家抽取",
        lead="先公布承诺，再关闭名单，最后用约定的公开信标和密值抽取：谁都不能挑选结果，任何人都能核验。",
        here=HERE,
        parts=[
            card(shown),
            card(
                tag("h2", "等待抽取的案件"),
                tag("p", cases),
                again.told(),
                tag("details", tag("summary", "开一批抽取"), form, cls="act"),
            ),
        ],
    )


async def _batch(visit: Visit, batch_id: str) -> Sheet:
    found, checked, waiting = await asyncio.gather(
        visit.get("draws", batch_id),
        visit.get("draws", batch_id, "verification"),
        visit.get("draws", "waiting"),
    )
    here = href("draws", batch_id)
    again = Again(visit.session, here)
    return Sheet(
        title=f"抽取 {batch_id}",
        lead=f"统筹区 {found['pool']}　{_STATES.get(found['state'], found['state'])}",
        crumbs=[link("专家抽取", HERE), batch_id],
        here=HERE,
        parts=[
            _shown(found),
            _verified(checked),
            card(tag("h2", "现在可以办理"), again.told(), _acts(found, waiting["items"], again, here)),
        ],
    )


def _shown(found: dict[str, Any]) -> Safe:
    pairs: list[tuple[str, Part]] = [
        ("承诺", digest(found["commitment"])),
        ("公开信标", f"{found['beacon_source']}，{found['beacon_at']}"),
        ("信标的值", found["beacon"] or "尚未公布"),
        ("名单摘要", digest(found["batch_digest"])),
        ("种子", digest(found["seed"])),
        ("专家组", "、".join(found["panel_ids"]) or "尚未抽取"),
        ("公示", join(*(join(link(no, href("register", no)), "　") for no in found["entry_nos"]))),
    ]
    rows = [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs]
    return card(tag("h2", "承诺与公布"), tag("dl", *rows, cls="prints"))


def _verified(checked: dict[str, Any]) -> Safe:
    wrong = [*checked["findings"], *checked["inner_findings"]]
    if not wrong:
        return card(tag("h2", "核验"), tag("p", "凭公示的内容重新计算，全部相符。", cls="good"))
    rows = [tag("li", f"{item['text']}（{item['code']}）") for item in wrong]
    return card(tag("h2", "核验"), tag("div", tag("ul", *rows), cls="alert", role="alert"))


def _acts(found: dict[str, Any], waiting: list[dict[str, Any]], again: Again, here: str) -> Part:
    if found["state"] == "opened":
        boxes: list[Part] = [again.box("case_nos", row["case_no"], row["case_no"]) for row in waiting]
        return again.form(
            f"{here}/close",
            tag("p", "列入本批的案件：", *(boxes or ["现在没有等待抽取的案件。"])),
            button="关闭名单",
        )
    if found["state"] == "closed":
        return again.form(
            f"{here}/draw",
            again.line("secret", "密值", "与承诺对应", required=True),
            again.line("beacon", "信标公布的值", "原样填写", required=True),
            button="公布密值并抽取",
        )
    return tag("p", "本批已抽取完毕。", cls="soft")
