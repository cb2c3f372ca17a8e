"""Following something that is being worked on, until its page has more to show."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from chspay_portal import words
from chspay_portal.gateway import Refused
from chspay_portal.portal import Visit

_EVERY_SECONDS = 1.0
_GOING = {"pending", "waiting", "running"}


def follow(visit: Visit, place: str, *steps: str) -> None:
    """A bar that fills by what ``GET /api/v1/<steps>`` tells; the page is loaded anew at the end.

    :param place: id of the element on the page that the bar is put into.
    """
    with ui.teleport(f"#{place}"):
        told = ui.label("正在读取进度 …").props("role=status aria-live=polite")
        with ui.element("div").classes("progress").props("aria-hidden=true"):
            bar = ui.element("div")

    async def look() -> None:
        try:
            found = await visit.get(*steps)
        except Refused as error:
            timer.deactivate()
            told.set_text(f"{error.detail}（{error.code}）")
            return
        done, total = progress_of(found)
        bar.style(f"width: {100 * done // max(total, 1)}%")
        told.set_text(f"{stage_of(found)}：{done:,} / {total:,}")
        if found["state"] not in _GOING:
            timer.deactivate()
            ui.run_javascript("location.reload()")

    timer = ui.timer(_EVERY_SECONDS, look)


def progress_of(found: dict[str, Any]) -> tuple[int, int]:
    """How far it is: done, total."""
    return int(found.get("progress_done", found.get("done", 0))), int(
        found.get("progress_total", found.get("total", 0))
    )


def stage_of(found: dict[str, Any]) -> str:
    """What is being done."""
    return words.said(words.STAGES, str(found.get("stage", found.get("step", ""))))
