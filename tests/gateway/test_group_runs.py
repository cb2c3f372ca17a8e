"""A whole file is grouped over HTTP in the background; a scheme is sealed and looked things up in."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chspay_core.artefact import Artefact, ArtefactKind
from chspay_core.case import Case
from chspay_core.digest import sm3_hex
from chspay_core.tables import batch_from_cases
from chspay_grouper.engine.life import Event, Record

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/v1/group-runs"
STARTER = "chspay_starter"


def parquet(number: int) -> bytes:
    codes = (("I63.900", "I10.x00"), ("ZZZ",), ("J18.900",))
    cases = [
        Case(case_id=f"c{n}", sex=1, age_years=70, diagnoses=codes[n % len(codes)]) for n in range(number)
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_batches([batch_from_cases(cases)]), sink)
    return sink.getvalue()


async def start(gw, content: bytes, **more):
    return await gw.ask("POST", PATH, params={"scheme": STARTER}, content=content, **more)


async def ended(gw, run_id: str, who: str = "own") -> dict[str, object]:
    for _ in range(200):
        run = (await gw.ask("GET", f"{PATH}/{run_id}", who=who)).json()
        if run["state"] not in ("pending", "running"):
            return run
        await asyncio.sleep(0.05)
    raise AssertionError(run)


async def test_a_file_is_grouped_in_the_background_and_read_in_every_form(gw):
    """A hospital sends a month and takes its answers away as it likes; all forms say the same."""
    key = "group-run-1"
    first = await start(gw, parquet(30), key=key)
    assert first.status_code == 202, first.text
    assert (await start(gw, parquet(30), key=key)).json()["run_id"] == first.json()["run_id"]
    run_id = first.json()["run_id"]
    run = await ended(gw, run_id)
    assert (run["state"], run["cases"], run["done"]) == ("done", 30, 30)
    answers = f"{PATH}/{run_id}/answers"
    page = (await gw.ask("GET", answers, params={"page_size": 20})).json()
    rest = (await gw.ask("GET", answers, params={"page_token": page["next_page_token"]})).json()
    rows = [(item["case_id"], item["drg"]) for item in (*page["items"], *rest["items"])]
    assert [name for name, _ in rows] == [f"c{n}" for n in range(30)]
    text = (await gw.ask("GET", answers, params={"format": "csv"})).text
    assert [(row["case_id"], row["drg"]) for row in csv.DictReader(io.StringIO(text))] == rows
    content = (await gw.ask("GET", answers, params={"format": "parquet"})).content
    table = pq.read_table(io.BytesIO(content)).to_pylist()
    assert [(row["case_id"], row["drg"]) for row in table] == rows
    told = await gw.ask("GET", f"{PATH}/{run_id}/statement")
    assert sm3_hex(told.content) == told.headers["X-Content-SM3"] == run["statement_digest"]
    events = (await gw.ask("GET", f"{PATH}/{run_id}/events")).text
    assert json.loads(events.split("data: ")[1])["state"] == "done"
    again = await gw.ask("POST", f"{PATH}/{run_id}/again", params={"scheme": STARTER})
    other = again.json()["run_id"]
    await ended(gw, other)
    compared = await gw.ask("GET", f"{PATH}/compare", params={"before": run_id, "after": other})
    assert compared.json() == {"cases": 30, "moved": 0, "moves": []}
    listed = (await gw.ask("GET", PATH)).json()["items"]
    assert {item["run_id"] for item in listed} == {run_id, other}
    assert (await gw.ask("GET", f"{PATH}/{run_id}", who="other")).status_code == 404
    cancelled = await gw.ask("POST", f"{PATH}/{run_id}/cancel")
    assert cancelled.json()["state"] == "done"


async def test_a_broken_file_leaves_no_run(gw):
    """What cannot be read is told at once, and nothing is begun."""
    before = await gw.rows()
    for content in (b"", b"no parquet", parquet(30)[:200], parquet(0)):
        answer = await start(gw, content)
        assert (answer.status_code, answer.json()["reason"]) == (422, "UPLOAD_UNREADABLE"), answer.text
    huge = await start(gw, b"x" * (1024 * 1024 + 1))
    assert huge.status_code == 413
    assert await gw.rows() == before
    bad = await gw.ask("GET", f"{PATH}/nowhere/answers", params={"format": "doc"})
    assert bad.json()["reason"] == "FORMAT_BAD"
    assert (await gw.ask("GET", f"{PATH}/nowhere/answers")).status_code == 404


async def test_a_scheme_is_sealed_by_a_signed_record_and_its_life_is_public(gw):
    """The bureau signs where its key is; everybody can read and check what it signed."""
    digest = (await gw.ask("GET", f"/api/v1/schemes/{STARTER}")).json()["digest"]
    about = Artefact(ArtefactKind.SCHEME, STARTER, digest)
    record = Record(about, 1, Event.SEAL, date(2026, 1, 1), gw.signing.public_hex())
    form = {"content": record.content.decode(), "signature": gw.signing.sign_raw(record.content).hex()}
    denied = await gw.ask("POST", "/api/v1/scheme-records", data=form)
    assert denied.status_code == 403
    forged = await gw.ask("POST", "/api/v1/scheme-records", who="admin", data=form | {"signature": "0" * 128})
    assert forged.json()["reason"] == "SIGNATURE_BAD"
    sealed = await gw.ask("POST", "/api/v1/scheme-records", who="admin", data=form)
    assert (sealed.status_code, sealed.json()["state"]) == (201, "draft")
    life = (await gw.ask("GET", f"/api/v1/schemes/{STARTER}/life")).json()
    assert [(item["event"], item["content"]) for item in life["records"]] == [("seal", form["content"])]
    unfit = await gw.ask("POST", "/api/v1/scheme-evaluations", who="admin", data=form)
    assert unfit.json()["reason"] == "DOCUMENT_BAD"


async def test_codes_and_groups_are_looked_up(gw):
    """A coder searches before asking."""
    codes = (await gw.ask("GET", f"/api/v1/schemes/{STARTER}/codes", params={"q": "I63"})).json()["items"]
    assert codes
    assert all(item["code"].startswith("I63") for item in codes)
    groups = (await gw.ask("GET", f"/api/v1/schemes/{STARTER}/groups", params={"q": "BR2"})).json()["items"]
    assert {item["level"] for item in groups} == {"adrg", "drg"}
