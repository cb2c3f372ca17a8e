"""A publication on paper: A4, Chinese, with the seal of publication and what is needed to verify it.

The font is the STSong-Light that every PDF reader knows for Chinese (Adobe-GB1 by UniGB-UCS2-H): nothing is
embedded, the text can be searched and copied, and the same entry is the same file, byte for byte.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from chspay_kit.notices import Facts, Paragraph, Table, blocks_of

_FONT = "STSong-Light"
_RED, _INK, _SOFT, _LINE = (0.76, 0.07, 0.09), (0.11, 0.15, 0.2), (0.36, 0.41, 0.46), (0.8, 0.83, 0.86)
#: Points of A4, and the margins within it.
_WIDTH, _HEIGHT, _MARGIN = 595.28, 841.89, 64
_SIZE, _LEADING, _SMALL = 11, 19, 8.5
_SEAL = 52
_BOTTOM = 92
#: Signs that do not begin a line.
_CLOSING = "，。；：、！？）》」』”’％%"


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper."""

    entry_no: str
    title: str
    kind: str
    issuer: str
    published_on: str
    content: dict[str, Any]
    content_sm3: str
    hash: str
    withdrawn_by: str


def notice_pdf(paper: Paper) -> bytes:
    """The paper as PDF."""
    from reportlab.pdfgen.canvas import Canvas

    _fonts()
    sink = io.BytesIO()
    canvas = Canvas(sink, pagesize=(_WIDTH, _HEIGHT), invariant=True, pageCompression=1, lang="zh-CN")
    canvas.setTitle(f"{paper.title} {paper.entry_no}")
    canvas.setAuthor(paper.issuer)
    canvas.setSubject(paper.kind)
    canvas.setCreator("chspay")
    sheet = _Sheet(canvas, paper)
    sheet.head()
    sheet.content()
    sheet.sign()
    canvas.save()
    return sink.getvalue()


@cache
def _fonts() -> None:
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont

    registerFont(UnicodeCIDFont(_FONT))


class _Sheet:
    """Draws from top to bottom, on as many pages as it takes."""

    def __init__(self, canvas: Any, paper: Paper) -> None:
        self._canvas, self._paper = canvas, paper
        self._page = 1
        self._y = _HEIGHT - _MARGIN
        self._foot()

    def head(self) -> None:
        """Issuer, title, number."""
        paper = self._paper
        self._middle(paper.issuer, 15, _RED, 30)
        self._rule(_RED, 1.4)
        self._y -= 14
        for line in _lines(paper.title, 19, _WIDTH - 2 * _MARGIN):
            self._middle(line, 19, _INK, 28)
        self._middle(f"{paper.kind}　编号 {paper.entry_no}　{paper.published_on}", 9.5, _SOFT, 26)

    def content(self) -> None:
        """The blocks of the content, or that it was withdrawn."""
        if self._paper.withdrawn_by:
            text = (
                f"本条公示已由 {self._paper.withdrawn_by} 撤回，正文不再公布。"
                "下面的指纹仍在登记簿的链上，可以核对它曾经公布。"
            )
            self._text(text, indent=2)
            return
        for block in blocks_of(self._paper.content):
            if isinstance(block, Paragraph):
                self._text(block.text, indent=2)
            elif isinstance(block, Facts):
                for name, value in block.pairs:
                    self._text(f"{name}：{value}")
            else:
                self._table(block)

    def sign(self) -> None:
        """Who publishes it, when, and the seal over it."""
        self._room(2 * _SEAL + 30)
        self._y -= 24
        right = _WIDTH - _MARGIN
        self._canvas.setFillColorRGB(*_INK)
        for text in (self._paper.issuer, self._paper.published_on):
            self._canvas.setFont(_FONT, _SIZE)
            self._canvas.drawRightString(right - 12, self._y, text)
            self._y -= _LEADING
        self._seal(right - 132, self._y + _LEADING + 4)

    def _seal(self, x: float, y: float) -> None:
        """A round mark of publication, without star or name of an authority: no official seal is imitated."""
        canvas = self._canvas
        canvas.saveState()
        canvas.setStrokeColorRGB(*_RED)
        canvas.setFillColorRGB(*_RED)
        for radius, width in ((_SEAL, 2.2), (_SEAL - 5, 0.7)):
            canvas.setLineWidth(width)
            canvas.circle(x, y, radius, stroke=1, fill=0)
        around = "医疗保障信息公示"
        for at, letter in enumerate(around):
            turn = math.radians(205 - 230 * at / (len(around) - 1))
            canvas.saveState()
            canvas.translate(x + (_SEAL - 18) * math.cos(turn), y + (_SEAL - 18) * math.sin(turn))
            canvas.rotate(math.degrees(turn) - 90)
            canvas.setFont(_FONT, 11)
            canvas.drawCentredString(0, -3, letter)
            canvas.restoreState()
        canvas.setFont(_FONT, 14)
        canvas.drawCentredString(x, y - 4, "发布章")
        canvas.setFont("Helvetica", 5.5)
        canvas.drawCentredString(x, y - 22, self._paper.entry_no)
        canvas.drawCentredString(x, y - 29, f"SM3 {self._paper.hash[:12]}")
        canvas.restoreState()

    def _table(self, table: Table) -> None:
        self._y -= 6
        self._room(80)
        self._text(table.title)
        widths = _widths(table, _WIDTH - 2 * _MARGIN)
        self._row(table.heads, widths, _SOFT)
        for row in table.rows:
            if self._room(_height(row, widths)):
                self._row(table.heads, widths, _SOFT)
            self._row(row, widths, _INK)
        self._y -= 8

    def _row(self, cells: Sequence[str], widths: Sequence[float], color: Sequence[float]) -> None:
        wrapped = [
            list(_lines(cell, 9.5, width - 8)) or [""] for cell, width in zip(cells, widths, strict=True)
        ]
        height = 14 * max(len(lines) for lines in wrapped) + 6
        self._room(height)
        self._canvas.setFont(_FONT, 9.5)
        self._canvas.setFillColorRGB(*color)
        x: float = _MARGIN
        for lines, width in zip(wrapped, widths, strict=True):
            for at, line in enumerate(lines):
                self._canvas.drawString(x + 4, self._y - 12 - 14 * at, line)
            x += width
        self._y -= height
        self._canvas.setStrokeColorRGB(*_LINE)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_MARGIN, self._y, _WIDTH - _MARGIN, self._y)

    def _text(self, text: str, indent: int = 0) -> None:
        for line in _lines("　" * indent + text, _SIZE, _WIDTH - 2 * _MARGIN):
            self._room(_LEADING)
            self._canvas.setFont(_FONT, _SIZE)
            self._canvas.setFillColorRGB(*_INK)
            self._canvas.drawString(_MARGIN, self._y - _SIZE, line)
            self._y -= _LEADING

    def _middle(self, text: str, size: float, color: Sequence[float], height: float) -> None:
        self._canvas.setFont(_FONT, size)
        self._canvas.setFillColorRGB(*color)
        self._canvas.drawCentredString(_WIDTH / 2, self._y - size, text)
        self._y -= height

    def _rule(self, color: Sequence[float], width: float) -> None:
        self._canvas.setStrokeColorRGB(*color)
        self._canvas.setLineWidth(width)
        self._canvas.line(_MARGIN, self._y, _WIDTH - _MARGIN, self._y)

    def _room(self, height: float) -> bool:
        """A new page when what comes does not fit; whether one was begun."""
        if self._y - height >= _BOTTOM:
            return False
        self._canvas.showPage()
        self._page += 1
        self._y = _HEIGHT - _MARGIN
        self._foot()
        return True

    def _foot(self) -> None:
        """What verifies the paper, on every page."""
        canvas = self._canvas
        canvas.setStrokeColorRGB(*_LINE)
        canvas.setLineWidth(0.5)
        canvas.line(_MARGIN, 76, _WIDTH - _MARGIN, 76)
        canvas.setFillColorRGB(*_SOFT)
        canvas.setFont(_FONT, _SMALL)
        lines = (
            f"正文指纹 {self._paper.content_sm3}",
            f"链　　值 {self._paper.hash}",
            "发布章只是版式。真伪以公示登记簿的签名和链为准，可离线核对：chspay register verify",
        )
        for at, line in enumerate(lines):
            canvas.drawString(_MARGIN, 63 - 12 * at, line)
        canvas.drawRightString(_WIDTH - _MARGIN, 63, f"第{self._page}页")


def _width(text: str, size: float) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, _FONT, size))


def _lines(text: str, size: float, most: float) -> Iterator[str]:
    """Text in lines that fit; a closing sign hangs rather than begin a line."""
    line, used = "", 0.0
    for letter in text:
        needed = _width(letter, size)
        if line and used + needed > most and letter not in _CLOSING:
            yield line
            line, used = "", 0.0
        line += letter
        used += needed
    if line:
        yield line


def _wrapped(cells: Sequence[str], widths: Sequence[float]) -> list[list[str]]:
    return [list(_lines(cell, 9.5, width - 8)) or [""] for cell, width in zip(cells, widths, strict=True)]


def _height(cells: Sequence[str], widths: Sequence[float]) -> float:
    """How high a row of a table is."""
    return 14.0 * max(len(lines) for lines in _wrapped(cells, widths)) + 6


def _widths(table: Table, whole: float) -> list[float]:
    """Columns by their longest cell, none under a share."""
    longest = [
        min(26.0, max(4.0, *(_width(row[at], 1) for row in (table.heads, *table.rows))))
        for at in range(len(table.heads))
    ]
    return [whole * each / sum(longest) for each in longest]
