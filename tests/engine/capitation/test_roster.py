"""Bad rosters are told row by row and reason by reason, and nothing is guessed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from capitation_rules import batch_of, catchment, key_of, policy_of, random_roster, spell

from chspay_capitation.engine.attribution import Span, explain, stays
from chspay_capitation.engine.catchment import Catchment, Entry, Stretches
from chspay_capitation.engine.checks import (
    Placed,
    Report,
    RowFault,
    check_persons,
    check_rows,
    keys_of,
    places_of,
    repeated,
    suspects,
)
from chspay_capitation.engine.columnar import terms, units_of
from chspay_capitation.engine.findings import Finding, State, decide, file, hear, removed_spans
from chspay_capitation.engine.keys import prefixes, well_formed
from chspay_capitation.engine.order import read_order
from chspay_capitation.engine.quota import tally_of
from chspay_capitation.engine.referral import Contract, check_contract
from chspay_capitation.engine.risk import read_risk
from chspay_capitation.engine.roster import ROW_REASONS, Spell, normalised, spells_of
from chspay_core.errors import Fault

AS_OF = date(2026, 12, 31)
PLACES = places_of("990100", ["330106", "990101", "990102003", "990200"])
REST = {"person_type": "*", "by": "rest"}


def _report(spells: list[Spell], broken: list[bool] | None = None) -> Report:
    """The whole check of one part."""
    report, batch = Report(), batch_of(spells)
    sound = check_rows(report, batch, pa.array(broken or [False] * len(spells)), PLACES, AS_OF, 0, 0)
    rows = suspects(batch, repeated([keys_of(batch, sound)]), sound)
    check_persons(report, [Placed(spells[row], 0, int(row)) for row in rows])
    return report


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"person_key": "abc"}, "PERSON_KEY_WRONG"),
        ({"person_key": "A" * 64}, "PERSON_KEY_WRONG"),
        ({"region_code": "330100"}, "REGION_UNKNOWN"),
        ({"region_code": "99010"}, "REGION_UNKNOWN"),
        ({"region_code": "990199"}, "REGION_UNKNOWN"),
        ({"region_code": "990200"}, "REGION_UNKNOWN"),
        ({"person_type": "worker"}, "PERSON_TYPE_UNKNOWN"),
        ({"insurance_type": ""}, "INSURANCE_TYPE_UNKNOWN"),
        ({"household_region": "9901"}, "HOUSEHOLD_REGION_WRONG"),
        ({"residence_region": "杭州"}, "RESIDENCE_REGION_WRONG"),
        ({"household_region": "000000"}, "HOUSEHOLD_REGION_WRONG"),
        ({"household_region": "163401"}, "HOUSEHOLD_REGION_WRONG"),
        ({"household_region": "470101"}, "HOUSEHOLD_REGION_WRONG"),
        ({"residence_region": "330001"}, "RESIDENCE_REGION_WRONG"),
        ({"sex": "男"}, "SEX_UNKNOWN"),
        ({"birth_date": None}, "BIRTH_DATE_WRONG"),
        ({"birth_date": date(2027, 1, 1)}, "BIRTH_IN_FUTURE"),
        ({"valid_from": None}, "VALID_FROM_WRONG"),
        ({"valid_to": date(2020, 1, 1)}, "PERIOD_BACKWARDS"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(change: dict[str, object], reason: str) -> None:
    """Who sent the file must find the cell without searching."""
    report = _report([spell(1), spell(2), spell(3, **change)])
    assert report.counts == {reason: 1}
    assert report.shown == [RowFault(0, 2, ROW_REASONS[reason][0], reason)]


def test_one_report_holds_wrong_rows_and_persons_who_contradict_themselves() -> None:
    """Mending a file twice for faults that were there at once is a day lost; a wrong row stays out of it."""
    rows = [
        spell(1), spell(2, sex="7"), spell(1, signed_institution="H1"), spell(2),
        spell("x", person_key="abc"),
        spell(3, region_code="990102", household_region="659001", residence_region="810000"),
    ]  # fmt: skip
    report = _report(rows)
    assert report.counts == {"SEX_UNKNOWN": 1, "PERSON_KEY_WRONG": 1, "PERSON_TWICE": 1}
    assert {(fault.row, fault.reason) for fault in report.shown} == {
        (1, "SEX_UNKNOWN"), (4, "PERSON_KEY_WRONG"), (2, "PERSON_TWICE"),
    }  # fmt: skip


def test_a_day_that_is_none_is_told_even_where_it_may_be_empty() -> None:
    """An unreadable end must not become "until further notice"."""
    report = _report([spell(1), spell(2)], [False, True])
    assert report.counts == {"VALID_TO_WRONG": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "PERSON_TWICE"),
        ({"signed_institution": "H2", "employer": "E1"}, "CONTRACTS_OVERLAP"),
        ({"employer": "E2"}, "EMPLOYERS_TWO"),
        ({"sex": "2", "valid_from": date(2027, 1, 1)}, "PERSON_DIFFERS"),
    ],
)
def test_two_rows_of_one_person_may_not_contradict(change: dict[str, object], reason: str) -> None:
    """Two employers or two contracts on one day would pay two communities for one head."""
    first = spell(1, signed_institution="H1", employer="E1", valid_to=date(2026, 7, 1))
    second = first._replace(valid_from=date(2026, 6, 30), valid_to=None)._replace(**change)
    report = _report([first, spell(2), second])
    assert report.counts == {reason: 1}
    assert [fault.row for fault in report.shown] == [2]
    follows = second._replace(valid_from=date(2026, 7, 1), sex=first.sex)
    assert _report([first, spell(2), follows]).sound


def test_a_third_row_is_held_against_the_longest_of_those_before() -> None:
    """A short row in between must not hide an overlap with a long one."""
    rows = [
        spell(1, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 1)),
        spell(1, valid_from=date(2026, 2, 1), valid_to=date(2026, 3, 1)),
        spell(1, valid_from=date(2026, 6, 1), valid_to=date(2026, 7, 1)),
    ]
    assert _report(rows).counts == {"PERSON_TWICE": 2}


def test_text_columns_are_read_exactly_and_no_day_is_made_up() -> None:
    """A CSV holds texts; 30 February is no day, and blanks are cut."""
    texts = {
        name: pa.array([str(value if value is not None else "")] * 2)
        for name, value in spell(1)._asdict().items()
    }
    texts["valid_to"] = pa.array(["2026-02-30", " "])
    texts["birth_date"] = pa.array([" 1980-05-01", "1980-5-1"])
    texts["chronic_conditions"] = pa.array(["I10 ; E11", "E11|E11"])
    batch, broken = normalised(pa.RecordBatch.from_pydict(texts))
    assert broken.to_pylist() == [True, False]
    assert batch.column("birth_date").to_pylist() == [date(1980, 5, 1), None]
    assert batch.column("chronic_conditions").to_pylist() == ["E11;I10", "E11"]
    listed = batch.set_column(
        batch.schema.get_field_index("chronic_conditions"),
        "chronic_conditions",
        pa.array([["I10", "E11"], []]),
    )
    again, broken = normalised(listed)
    assert again.column("chronic_conditions").to_pylist() == ["E11;I10", ""]
    assert not any(broken.to_pylist())


def test_a_roster_without_a_column_is_refused() -> None:
    """A missing column is not a column of blanks."""
    batch = batch_of([spell(1)])
    with pytest.raises(Fault) as caught:
        normalised(batch.drop_columns(["employer"]))
    assert (caught.value.reason.code, caught.value.field) == ("ROSTER_COLUMN_MISSING", "employer")
    with pytest.raises(Fault) as caught:
        normalised(batch.drop_columns(["employer"]).append_column("employer", pa.array([1.5])))
    assert caught.value.reason.code == "ROSTER_COLUMN_TYPE"


def test_keys_keep_their_order_as_numbers() -> None:
    """The last fen goes by key: numbers and texts must agree on which is smaller."""
    keys = random_roster(500).column("person_key")
    assert (
        np.argsort(prefixes(keys), kind="stable").tolist()
        == np.argsort(keys.to_pylist(), kind="stable").tolist()
    )
    assert well_formed(keys.slice(3, 7)).all()
    assert prefixes(keys.slice(3, 7)).tolist() == prefixes(keys)[3:10].tolist()
    assert well_formed(pa.array(["", "é" * 32, "0" * 63 + "G"])).tolist() == [False] * 3


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([], "CATCHMENT_EMPTY"),
        ([Entry("clinic", "X", "C1", date(2026, 1, 1), None)], "CATCHMENT_KIND_UNKNOWN"),
        ([Entry("region", "9901", "C1", date(2026, 1, 1), None)], "CATCHMENT_ROW_WRONG"),
        ([Entry("employer", "E1", "C1", date(2026, 1, 1), date(2026, 1, 1))], "CATCHMENT_ROW_WRONG"),
        (
            [Entry("employer", "E1", name, date(2026, 1, 1), None) for name in ("C1", "C2")],
            "CATCHMENT_TWICE",
        ),
    ],
)
def test_a_catchment_that_cannot_be_meant_is_refused(entries: list[Entry], reason: str) -> None:
    """An employer in two communities would make the file's order decide."""
    with pytest.raises(Fault) as caught:
        Catchment(entries)
    assert caught.value.reason.code == reason


def test_the_most_exact_region_decides() -> None:
    """A town named by itself is not its county's any more; the city stands for what nobody names."""
    served = Catchment(
        [
            Entry("region", "990100", "C0", date(2026, 1, 1), None),
            Entry("region", "990101", "C1", date(2026, 1, 1), None),
            Entry("region", "990101003", "C3", date(2026, 1, 1), None),
        ]
    ).on(date(2026, 5, 1))
    found = [served.of("region", code) for code in ("990101003001", "990101004", "990102", "330100", "")]
    assert found == [("C3",), ("C1",), ("C0",), (), ()]


def test_nobody_is_left_without_a_community_unnoticed() -> None:
    """Without a rest community, days of nowhere stop the run instead of vanishing."""
    policy = policy_of({"capitation.order": [{"person_type": "*", "by": "signed"}]})
    stretches = Stretches(catchment(), date(2026, 1, 1), date(2027, 1, 1))
    given = terms(stretches, read_order(policy), read_risk(policy), catchment().communities, {})
    tally = tally_of([units_of(batch_of([spell(1), spell(2, signed_institution="H1")]), given)])
    with pytest.raises(Fault) as caught:
        tally.refuse_unplaced()
    assert (caught.value.reason.code, caught.value.value) == ("CAPITATION_UNPLACED", "365")
    sheet = explain(spell(1), stretches, given.order)
    assert sheet["community_1"].formula == "没有一步能确定"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"capitation.order": [{"person_type": "*", "by": "luck"}]}, "POLICY_VALUE"),
        ({"capitation.order": [REST, {"person_type": "*", "by": "signed"}]}, "POLICY_VALUE"),
        ({"capitation.unsigned_by": "both"}, "POLICY_VALUE"),
        ({"capitation.tie": "first_come@1"}, "METHOD_UNKNOWN"),
        ({"capitation.risk_age": [{"from_age": "1", "sex": "", "factor": "1"}]}, "POLICY_VALUE"),
        ({"capitation.risk_chronic": [{"condition": "E11", "factor": "-1"}]}, "POLICY_VALUE"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_meant_is_refused(changes: dict[str, object], reason: str) -> None:
    """A wrong rule is told with its key; it never means something by accident."""
    policy = policy_of(changes)
    read = read_risk if any("risk" in key for key in changes) else read_order
    with pytest.raises(Fault) as caught:
        read(policy)
    assert caught.value.reason.code == reason


def _finding(**changes: object) -> Finding:
    facts = {
        "finding_no": "F1", "person_key": key_of(1), "span": Span(date(2026, 3, 1), date(2026, 4, 1)),
        "cause": "同日拆单", "document": "稽核报告〔2026〕3号", "found_by": "a",
    }  # fmt: skip
    return Finding(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_head_is_removed_only_after_it_was_heard_and_by_another_person() -> None:
    """Taking a community's money needs its answer on file and four eyes."""
    found = file(_finding())

    def refused(call: object) -> str:
        with pytest.raises(Fault) as caught:
            call()  # type: ignore[operator]
        return caught.value.reason.code

    assert (
        refused(lambda: decide(found, remove=True, decision_no="1", decided_by="b")) == "HEAD_FINDING_STATE"
    )
    heard = hear(found, "属实")
    assert (
        refused(lambda: decide(heard, remove=True, decision_no="1", decided_by="a"))
        == "HEAD_FINDING_SAME_PERSON"
    )
    removed = decide(heard, remove=True, decision_no="演示〔2026〕9号", decided_by="b")
    assert (removed.state, decide(heard, remove=False, decision_no="1", decided_by="b").state) == (
        State.REMOVED, State.DISMISSED,
    )  # fmt: skip
    assert refused(lambda: hear(removed, "再听")) == "HEAD_FINDING_STATE"
    assert refused(lambda: file(_finding(document=" "))) == "HEAD_FINDING_EMPTY"
    other = _finding(state=State.REMOVED, span=Span(date(2026, 3, 20), date(2026, 4, 10)))
    spans = removed_spans([removed, other, heard])
    assert spans == {key_of(1): [Span(date(2026, 3, 1), date(2026, 4, 10))]}
    stretches = Stretches(catchment(), date(2026, 1, 1), date(2027, 1, 1))
    cut = stays(spell(1), stretches, read_order(policy_of()), spans[key_of(1)])
    assert [(stay.days, stay.removed) for stay in cut] == [(59, False), (40, True), (266, False)]


def test_a_person_has_one_contract_on_a_day() -> None:
    """A new contract begins where the old one ends, not before."""
    old = Contract("K1", key_of(1), "H1", date(2026, 1, 1), date(2026, 7, 1))
    assert check_contract(old._replace(contract_no="K2", since=date(2026, 7, 1), until=None), [old])
    for since, until in ((date(2026, 6, 30), None), (date(2025, 1, 1), date(2026, 1, 2))):
        with pytest.raises(Fault) as caught:
            check_contract(old._replace(contract_no="K2", since=since, until=until), [old])
        assert caught.value.reason.code == "CONTRACT_OVERLAP"


def test_rows_come_back_as_they_were() -> None:
    """The single-case form reads the very facts the columns hold."""
    rows = [spell(1), spell(2, valid_to=date(2026, 5, 1), chronic_conditions="E11;I10")]
    assert spells_of(batch_of(rows)) == rows
    assert rows[1].conditions == ("E11", "I10")
