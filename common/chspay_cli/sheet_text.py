"""A worksheet as lines for people; one form for cases and for weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chspay_core.wording import evidence_text, formula_text, rounding_text, unit_text
from chspay_core.worksheet import Line


def sheet_lines(lines: Sequence[Line], citations: Mapping[str, str]) -> Iterator[str]:
    """Number, label, value; below it the formula, the rounding and the document.

    :param citations: the document behind each rule key, in words.
    """
    labels = {line.key: line.label for line in lines}
    for number, line in enumerate(lines, 1):
        unit = unit_text(line.unit)
        yield f"{number:>3}  {line.label}：{line.value}{' ' if unit else ''}{unit}"
        notes = []
        if line.formula:
            words = formula_text(line, labels)
            notes.append(f"因为 {words}" if line.key == "kind" else f"＝ {words}")
        if line.rounding:
            notes.append(rounding_text(line.rounding))
        if line.citation:
            notes.append(f"依据 {citations.get(line.rule, line.citation)}［{evidence_text(line.evidence)}］")
        if notes:
            yield "      " + "；".join(notes)
