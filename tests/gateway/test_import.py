"""Bulk intake over HTTP: good rows in, bad rows told, the same file again changes nothing."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from gateway_world import COUNTY, OTHER, OWN, SOUND

from chspay_core.tables import CASE_SCHEMA
from chspay_gateway import casefile

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/lists/import"
HEAD = (
    "case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,total_cost,note"
)


def row(case_id: str, hospital: str = OWN, cost: str = "1000.50", sex: str = "1") -> str:
    return f"{case_id},{hospital},{COUNTY},2026-03-01,2026-03-08,{sex},40,I63.900|I10.x00,{cost},附注"


async def upload(gw, text: str | bytes, form: str = "csv", **more):
    content = text if isinstance(text, bytes) else text.encode()
    answer = await gw.ask("POST", f"{PATH}?format={form}", content=content, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_good_rows_go_in_and_bad_rows_are_told_with_their_number(gw, monkeypatch):
    """One wrong line must not cost a hospital the other twenty thousand."""
    monkeypatch.setattr(casefile, "CHUNK_ROWS", 2)
    lines = [
        HEAD,
        row("I1"),
        row("I2", cost="-5"),
        row("I3", cost="viel"),
        row("I4", hospital=OTHER),
        row("I5", sex="3"),
        row("I6") + ",surplus",
        row("I7"),
    ]
    found = await upload(gw, "\n".join(lines))
    assert (found["rows"], found["accepted"], found["faulty"]) == (7, 2, 5)
    told = {(fault["row"], fault["case_id"], fault["reason"]) for fault in found["faults"]}
    assert told == {
        (2, "I2", "NEGATIVE"),
        (3, "I3", "NOT_A_NUMBER"),
        (4, "I4", "INSTITUTION_DENIED"),
        (5, "I5", "SEX_BAD"),
        (6, "I6", "ROW_WIDTH"),
    }
    page = (await gw.ask("GET", "/api/v1/lists?page_size=100")).json()
    mine = {item["case"]["case_id"]: item for item in page["items"]}
    assert {"I1", "I7"} <= set(mine)
    assert mine["I1"]["case"]["total_cost"] == "1000.50"
    assert mine["I1"]["channel"] == "bulk"


async def test_the_same_import_again_changes_nothing(gw):
    """A broken upload is simply sent again."""
    text = "\n".join([HEAD, row("R1"), row("R2")])
    first = await upload(gw, text, key="import-1")
    before = await gw.rows()
    assert await upload(gw, text, key="import-1") == first
    assert await gw.rows() == before
    unchanged = await upload(gw, text, key="import-2")
    assert (unchanged["accepted"], unchanged["unchanged"]) == (0, 2)


async def test_a_file_of_the_national_encoding_is_read(gw):
    """Hospital desks export from Windows."""
    found = await upload(gw, "\r\n".join([HEAD, row("N1")]).encode("gb18030"))
    assert found["accepted"] == 1


async def test_parquet_is_taken_typed_or_as_text(gw):
    """The canonical types go straight on; a file of text columns is read like CSV."""
    typed = pa.RecordBatch.from_pylist(
        [
            {
                "case_id": "P1", "hospital_code": OWN, "admission_date": date(2026, 3, 1),
                "discharge_date": date(2026, 3, 8), "sex": 1, "age_years": 50,
                "diagnoses": ["I63.900"], "total_cost": Decimal("99.90"),
            }
        ],
        schema=CASE_SCHEMA,
    )  # fmt: skip
    text = pa.table({"case_id": ["P2"], "hospital_code": [OWN], "discharge_date": ["2026-03-08"],
                     "admission_date": ["2026-03-02"], "sex": ["2"], "age_years": ["7"],
                     "diagnoses": ["J18.900"], "total_cost": ["12.30"]})  # fmt: skip
    for batch, case_id, cost in ((pa.table(typed), "P1", "99.90"), (text, "P2", "12.30")):
        out = io.BytesIO()
        pq.write_table(batch, out)
        found = await upload(gw, out.getvalue(), "parquet")
        assert (found["accepted"], found["faulty"]) == (1, 0), found
        page = (await gw.ask("GET", "/api/v1/lists?page_size=100")).json()
        mine = {item["case"]["case_id"]: item["case"] for item in page["items"]}
        assert mine[case_id]["total_cost"] == cost


async def test_a_file_that_breaks_in_the_middle_leaves_no_trace(gw, monkeypatch):
    """Half an import is worse than none: nobody knows which half."""
    monkeypatch.setattr(casefile, "CHUNK_ROWS", 2)
    lines = [HEAD, *(row(f"X{number}") for number in range(6)), 'X9,"never closed']
    before = await gw.rows()
    answer = await gw.ask("POST", f"{PATH}?format=csv", content="\n".join(lines).encode())
    assert (answer.status_code, answer.json()["reason"]) == (422, "UPLOAD_UNREADABLE")
    assert await gw.rows() == before


async def test_the_bureau_imports_for_its_hospitals(gw):
    """A city's history comes in one file, for all hospitals."""
    found = await upload(gw, "\n".join([HEAD, row("B1"), row("B2", hospital=OTHER)]), who="bureau")
    assert found["accepted"] == 2
    elsewhere = await upload(gw, "\n".join([HEAD, row("B3")]), who="elsewhere")
    assert (elsewhere["accepted"], elsewhere["faulty"]) == (0, 1)


async def test_sound_json_of_the_same_case_is_the_same_list(gw):
    """Whatever door a case comes through, it is one list."""
    line = f"ONE,{OWN},{COUNTY},2026-03-01,2026-03-08,1,67,I63.900|I10.x00,12345.60,"
    await upload(gw, "\n".join([HEAD, line]))
    body = {k: v for k, v in SOUND.items() if k != "patient_paid"} | {"case_id": "ONE"}
    again = (await gw.ask("POST", "/api/v1/lists", json=body)).json()
    assert (again["version"], again["superseded"]) == (1, False)
