"""Charts, drawn by ECharts out of NiceGUI's own files; the table beside a chart says the same in figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from nicegui import ui

from chspay_core.amounts import yuan_to_fen

_EACH_SIDE = 10
_ROW_PIXELS = 26
_GAIN, _LOSS = "#0b6455", "#a8321f"
_TEN_THOUSAND_YUAN = Decimal(1_000_000)


def winners_and_losers(place: str, rows: list[dict[str, Any]], title: str) -> None:
    """Bars of the largest changes on either side, largest gain on top.

    :param place: id of the element on the page that the chart is put into.
    :param rows: as the gateway gives them, largest loss first.
    """
    moved = [row for row in rows if yuan_to_fen(row["change"])]
    losers = [row for row in moved if row["change"].startswith("-")][:_EACH_SIDE]
    winners = [row for row in moved if not row["change"].startswith("-")][-_EACH_SIDE:]
    shown = [*losers, *winners]
    with ui.teleport(f"#{place}"):
        if not shown:
            ui.label("没有任何变化。")
            return
        ui.echart(_options(shown, title), renderer="svg").style(
            f"width:100%;height:{90 + _ROW_PIXELS * len(shown)}px"
        ).props("aria-hidden=true")


def _drawn(yuan: str) -> str:
    return str((Decimal(yuan_to_fen(yuan)) / _TEN_THOUSAND_YUAN).quantize(Decimal("0.01")))


def _options(rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    bars = [
        {
            # For drawing only: the figures themselves stand in the table, exact.
            "value": _drawn(row["change"]),
            "itemStyle": {"color": _LOSS if row["change"].startswith("-") else _GAIN},
        }
        for row in rows
    ]
    return {
        "animation": False,
        "textStyle": {"fontFamily": "inherit"},
        "title": {
            "text": f"增减最多的{title}（万元）",
            "left": 0,
            "textStyle": {"fontSize": 13, "fontWeight": "normal", "color": "#566372"},
        },
        "grid": {"left": 8, "right": 56, "top": 36, "bottom": 26, "containLabel": True},
        "xAxis": {"type": "value", "splitLine": {"lineStyle": {"color": "#e1e7ed"}}},
        "yAxis": {
            "type": "category",
            "data": [row["name"] or row["key"] or "未知" for row in rows],
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"color": "#1c2733", "width": 190, "overflow": "truncate"},
        },
        "series": [
            {
                "type": "bar",
                "data": bars,
                "barMaxWidth": 16,
                "label": {"show": True, "position": "right", "color": "#1c2733", "formatter": "{c}"},
            }
        ],
    }
