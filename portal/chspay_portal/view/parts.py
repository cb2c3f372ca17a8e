"""Figures, facts, notices and tables, with their units and their way to "why this amount"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from chspay_core.wording import evidence_text
from chspay_kit.markup import Part, Safe, join, money, tag
from chspay_portal import words


def href(*steps: str, **query: str) -> str:
    """An address of ours; steps and values are quoted, empty values left out."""
    path = "/" + "/".join(quote(step, safe="") for step in steps)
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items() if value)
    return f"{path}?{asked}" if asked else path


def link(text: Part, to: str, cls: str = "", **attributes: str | None) -> Safe:
    """A link to an address made by :func:`href`."""
    return tag("a", text, cls=cls, href=to, **attributes)


def why(ref: str | None, amount: str, unit: str = "元") -> Part:
    """An amount that leads to how it came about.

    :param ref: name of the amount, as the gateway tells it beside the amount; without one it leads nowhere.
    """
    if not ref:
        return money(amount)
    return link(
        money(amount), href("why", ref=ref), cls="why", title=f"{money(amount)} {unit}：为什么是这个数"
    )


def card(*parts: Part, cls: str = "", **attributes: str | None) -> Safe:
    """A white card."""
    return tag("section", *parts, cls=f"card {cls}".strip(), **attributes)


def facts(pairs: Iterable[tuple[str, Part, str]]) -> Safe:
    """Labelled figures: label, value, unit."""
    cells = [
        tag("div", tag("dt", label), tag("dd", value, tag("small", " ", unit) if unit else ""))
        for label, value, unit in pairs
    ]
    return tag("dl", *cells, cls="facts")


def evidence_tag(evidence: str) -> Safe:
    """The mark of how well a rule is proven."""
    return tag("span", evidence_text(evidence), cls=f"mark {evidence}") if evidence else join()


def notice(evidence: str) -> Safe:
    """A page over anything but official rules says so, on the screen and on paper."""
    told = words.EVIDENCE.get(evidence)
    if told is None:
        return join()
    return tag("p", tag("strong", told[0]), "　", told[1], cls="notice", role="note")


def digest(value: str, *, short: bool = False) -> Safe:
    """A fingerprint; a short one shows its first digits and says the whole when pointed at."""
    if not value:
        return tag("span", "—", cls="soft")
    return tag("code", value[:12] + "…", title=value) if short else tag("code", value)


def exports(csv: str, xlsx: str) -> Safe:
    """The ways to take a table along: as files and on paper."""
    return join(
        link("导出 CSV", csv, cls="button second", download=""),
        link("导出 XLSX", xlsx, cls="button second", download=""),
        tag("button", "打印", type="button", cls="plain", data_print=True),
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    :param kind: ``text``, ``money`` (yuan), ``points``, ``count`` or ``signed`` (yuan, a plus shown): how
        cells are sorted and summed, and on which side they stand.
    :param unit: shown in the head.
    :param summed: whether the foot sums it, over the rows that are shown.
    """

    title: str
    kind: str = "text"
    unit: str = ""
    summed: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, and the exact text it is sorted and summed by."""

    shown: Part
    value: str


def table(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: str,
    foot: Sequence[Part] = (),
    sortable: bool = True,
) -> Safe:
    """A table that scrolls in itself on narrow screens and sorts by its heads.

    :param name: id of the table on the page.
    :param caption: what it holds, read out and shown above.
    :param foot: the sums of all rows, as the server knows them.
    """
    heads = [_head(column, sortable) for column in columns]
    body = [
        tag("tr", *(_cell(columns[at], cell, first=at == 0) for at, cell in enumerate(row))) for row in rows
    ]
    ends = [tag("td", part, cls=_side(columns[at])) for at, part in enumerate(foot)]
    content = join(
        tag("caption", caption),
        tag("thead", tag("tr", *heads)),
        tag("tbody", *body),
        tag("tfoot", tag("tr", *ends)) if foot else "",
    )
    shown = tag("table", content, id=name, data_sortable=sortable)
    return tag("div", shown, cls="scroll", tabindex=0, role="region", aria_label=caption)


def _head(column: Column, sortable: bool) -> Safe:
    unit = tag("small", column.unit) if column.unit else join()
    inner = join(column.title, unit)
    if sortable:
        inner = tag("button", inner, type="button")
    return tag("th", inner, cls=_side(column), scope="col", data_kind=column.kind, data_sum=column.summed)


def _cell(column: Column, cell: Cell, *, first: bool) -> Safe:
    if first:
        return tag("th", cell.shown, scope="row", data_value=cell.value)
    return tag("td", cell.shown, cls=_side(column), data_value=cell.value)


def _side(column: Column) -> str:
    return "" if column.kind == "text" else "n"


def four_places(points: str | None) -> str:
    """Points as tables show them; the places of points are at most four where a case earns them."""
    whole, _, rest = (points or "0").partition(".")
    return f"{whole}.{rest.ljust(4, '0')}"


def text_cell(text: str, shown: Part = None) -> Cell:
    """A cell of words."""
    return Cell(text if shown is None else shown, text)


def figure(value: str, shown: Part = None) -> Cell:
    """A cell of a figure in plain notation."""
    return Cell(money(value) if shown is None else shown, value)
