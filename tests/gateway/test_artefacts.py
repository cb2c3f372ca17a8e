"""DIP catalogues and weight tables over HTTP: a bureau puts them in, everybody reads and asks them."""

from __future__ import annotations

import asyncio
import io
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_catalogue import batch, catalogue

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.digest import sm3_hex
from chspay_grouper.engine.life import Event, Record

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/artefacts"


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch()]), sink)
    return sink.getvalue()


async def put(gw, content: bytes, who: str = "admin", kind: str = "dip-catalogues"):
    files = {"content": ("catalogue.json", content, "application/json")}
    return await gw.ask("POST", f"{PATH}/{kind}", who=who, files=files)


async def ended(gw, run_id: str, who: str = "admin") -> dict[str, object]:
    for _ in range(200):
        run = (await gw.ask("GET", f"/api/v1/group-runs/{run_id}", who=who)).json()
        if run["state"] not in ("pending", "running"):
            return run
        await asyncio.sleep(0.05)
    raise AssertionError(run)


async def test_a_catalogue_comes_in_is_read_and_answers(gw):
    """The bureau uploads what it built; a hospital asks it case by case and may check its digest."""
    made = catalogue()
    assert (await put(gw, made.content, who="own")).status_code == 403
    answer = await put(gw, made.content)
    assert answer.status_code == 201, answer.text
    assert answer.json()["digest"] == made.digest
    spoiled = await put(gw, made.content.replace(b"990100", b"990200", 1) + b" ")
    assert (spoiled.status_code, spoiled.json()["reason"]) == (422, "DIP_CATALOGUE_UNREADABLE")
    read = await gw.ask("GET", f"{PATH}/dip-catalogues/dip-990100/content")
    assert sm3_hex(read.content) == read.headers["X-Content-SM3"] == made.digest
    listed = (await gw.ask("GET", f"{PATH}/dip-catalogues")).json()["items"]
    assert [item["digest"] for item in listed] == [made.digest]
    assert (await gw.ask("GET", f"{PATH}/weight-tables")).json()["items"] == []
    assert (await gw.ask("GET", f"{PATH}/schemes")).status_code == 422
    case = {"case_id": "1", "sex": 1, "diagnoses": ["K35.900"], "total_cost": "9000.00"}
    asked = {"catalogue": "dip-990100", "case": case}
    found = (await gw.ask("POST", "/api/v1/dip/group", key=None, json=asked)).json()
    assert (found["status"], found["group"], found["factor"]) == ("grouped", "K35.9", "1")
    for more, reason in (
        ({}, "CATALOGUE_UNDECIDED"),
        ({"place": "990100", "on": "2026-01-31"}, "POLICY_MISSING"),
        ({"catalogue": "nowhere"}, "ARTEFACT_UNKNOWN"),
    ):
        refused = await gw.ask("POST", "/api/v1/dip/group", key=None, json={"case": case, **more})
        assert refused.json()["reason"] == reason, refused.text
    told = (await gw.ask("POST", "/api/v1/dip/explain", key=None, json=asked)).json()
    assert told["answer"] == found
    assert told["steps"][-1]["code"] == "K35.9"
    record = Record(
        Artefact(ArtefactKind.DIP_CATALOGUE, "dip-990100", made.digest),
        1, Event.SEAL, date(2026, 1, 1), gw.signing.public_hex(),
    )  # fmt: skip
    form = {"content": record.content.decode(), "signature": gw.signing.sign_raw(record.content).hex()}
    assert (await gw.ask("POST", "/api/v1/scheme-records", who="admin", data=form)).status_code == 201
    life = (await gw.ask("GET", f"{PATH}/dip-catalogues/{made.digest}/life")).json()
    assert [item["event"] for item in life["records"]] == ["seal"]


async def test_weights_are_measured_from_a_file_and_cases_run_through_both(gw):
    """One upload each: measure next year's weights, try them, try the catalogue."""
    query = {"place": "990100", "on": "2026-01-01", "table_id": "weights-990100"}
    denied = await gw.ask("POST", "/api/v1/weight-runs", params=query, content=parquet())
    assert denied.status_code == 403
    started = await gw.ask("POST", "/api/v1/weight-runs", who="admin", params=query, content=parquet())
    assert started.status_code == 202, started.text
    run = await ended(gw, started.json()["run_id"])
    assert (run["state"], run["kind"], run["cases"]) == ("done", "measure", 40), run
    table = (await gw.ask("GET", f"{PATH}/weight-tables/weights-990100")).json()
    assert (table["digest"], table["counts"]) == (run["scheme_digest"], {"drg": 1})
    sheets = (await gw.ask("GET", f"/api/v1/group-runs/{run['run_id']}/statement", who="admin")).json()
    assert sheets["weight_table"] == table["digest"]
    await put(gw, catalogue().content)
    for kind, name, group in (
        ("weight_table", "weights-990100", ("weight_status", "weighted")),
        ("dip_catalogue", "dip-990100", ("dip", "K35.9")),
    ):
        params = {"scheme": name, "kind": kind}
        begun = await gw.ask("POST", "/api/v1/group-runs", who="admin", params=params, content=parquet())
        assert begun.status_code == 202, begun.text
        done = await ended(gw, begun.json()["run_id"])
        assert done["state"] == "done", done
        answers = f"/api/v1/group-runs/{done['run_id']}/answers"
        page = (await gw.ask("GET", answers, who="admin", params={"page_size": 2})).json()
        assert [row["case_id"] for row in page["rows"]] == ["c0", "c1"]
        assert page["rows"][0][group[0]] == group[1]
        text = (await gw.ask("GET", answers, who="admin", params={"format": "csv"})).text
        assert text.count("\n") == 41
