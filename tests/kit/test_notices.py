"""A publication reads in the order people read, in Chinese, and explains its gaps."""

from __future__ import annotations

from chspay_kit.notices import HIDDEN, HIDDEN_NOTE, Facts, Paragraph, Table, blocks_of


def test_text_comes_first_then_facts_then_tables_with_the_hospital_in_front() -> None:
    """The stored form sorts fields by their English names; a notice on the wall must not."""
    content = {
        "cycle": "2026Q3",
        "rows": [{"count": 3, "doctor_name": "■■■", "hospital": "演示医院"}],
        "text": "现公示如下。\n特此公告。",
    }
    assert blocks_of(content) == [
        Paragraph("现公示如下。"),
        Paragraph("特此公告。"),
        Facts([("申报周期", "2026Q3")]),
        Table("明细", ["医疗机构", "件数", "医师"], [["演示医院", "3", "■■■"]]),
    ]


def test_a_figure_that_is_kept_back_is_explained_wherever_it_stands() -> None:
    """A star without a word looks like a mistake."""
    for content in ({"total": {"applied": HIDDEN}}, {"rows": [{"applied": HIDDEN}]}):
        assert blocks_of(content)[-1] == Paragraph(HIDDEN_NOTE)
    assert Paragraph(HIDDEN_NOTE) not in blocks_of({"applied": 7})
