"""What a month decided, over HTTP: exact text, files that spreadsheets read, progress as it happens."""

from __future__ import annotations

import csv
import io

import openpyxl
import orjson
import pytest
from gateway_world import OWN, POOL
from settled import CONTENT, RUN_ID, settled

from chspay_core.digest import sm3_hex

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = f"/api/v1/runs/{RUN_ID}"


@pytest.fixture(autouse=True)
def month(gw):
    """Every test here looks at the same finished month."""
    with settled(gw):
        yield


async def test_a_run_is_told_in_exact_text(gw):
    """No amount and no point value passes through a float on its way to the client."""
    run = (await gw.ask("GET", RUN, who="bureau")).json()
    assert (run["state"], run["fund"], run["patient"]) == ("done", "12345.67", "100.00")
    assert (run["total_points"], run["point_value"]) == ("250.5", "49.6833")
    assert (run["point_value_numerator_fen"], run["point_value_denominator"]) == ("1244567", "250.5")


async def test_progress_is_streamed_until_the_end(gw):
    """A page can show progress without asking again and again."""
    answer = await gw.ask("GET", f"{RUN}/events", who="bureau")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [part.split("\n") for part in answer.text.strip().split("\n\n")]
    assert [event[0] for event in events] == ["event: run", "event: run"]
    states = [orjson.loads(event[1].removeprefix("data: "))["state"] for event in events]
    assert states == ["running", "done"]
    broken = await gw.ask("GET", f"{RUN}-broken/events", who="bureau")
    assert "event: problem" in broken.text
    missing = await gw.ask("GET", "/api/v1/runs/other/events", who="bureau")
    assert (missing.status_code, missing.json()["reason"]) == (404, "TEST_GONE")


async def test_statements_come_as_json_csv_and_xlsx(gw):
    """A bureau works in spreadsheets; the files hold all hospitals and cannot run a formula."""
    page = (await gw.ask("GET", f"{RUN}/statements", who="bureau")).json()
    assert (len(page["items"]), page["next_page_token"]) == (1, "1")
    by_accept = await gw.ask("GET", f"{RUN}/statements", who="bureau", headers={"Accept": "text/csv"})
    assert by_accept.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(by_accept.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [OWN, "H99010100002"]
    assert rows[1][1] == "'=演示<医院>1"
    assert rows[1][rows[0].index("基金支付(元)")] == "10000.00"
    xlsx = await gw.ask("GET", f"{RUN}/statements?format=xlsx", who="bureau")
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx.content)).active
    assert [cell.value for cell in sheet[1]][:2] == ["医疗机构编码", "医疗机构名称"]
    assert (sheet["B2"].value, sheet["B2"].data_type, sheet["F2"].value) == ("=演示<医院>1", "s", "10000.00")
    assert "attachment" in xlsx.headers["content-disposition"]
    wrong = await gw.ask("GET", f"{RUN}/statements?format=pdf", who="bureau")
    assert (wrong.status_code, wrong.json()["reason"]) == (422, "FORMAT_BAD")


async def test_a_statement_can_be_verified_by_its_digest(gw):
    """The canonical bytes are what was digested; anybody can check."""
    statement = (await gw.ask("GET", f"{RUN}/statements/{OWN}")).json()
    raw = await gw.ask("GET", f"{RUN}/statements/{OWN}?format=canonical")
    assert raw.content == CONTENT
    assert sm3_hex(raw.content) == statement["digest"] == raw.headers["x-content-sm3"]


async def test_a_case_explains_itself(gw):
    """Every line says value, formula, rounding and the document it rests on."""
    answer = (await gw.ask("GET", f"{RUN}/explain?case_id=C1")).json()
    lines = {line["key"]: line for line in answer["worksheet"]["lines"]}
    assert lines["scale"]["citation"] == "demo-2026#二(一)"
    assert lines["points"]["inputs"] == ["cost", "scale"]
    assert (answer["case"]["patient"], answer["case"]["fund"]) == ("-0.50", "10000.00")
    cases = (await gw.ask("GET", f"{RUN}/cases")).json()
    assert (cases["items"][0]["kind"], cases["next_page_token"]) == ("high", "next")


async def test_the_ledger_is_for_bureaus(gw):
    """A trial balance shows all hospitals' money."""
    balance = (await gw.ask("GET", f"/api/v1/ledger/{POOL}/2026/trial-balance", who="bureau")).json()
    assert (balance["difference"], balance["accounts"][0]["debit"]) == ("0.00", "1.00")
    refused = await gw.ask("GET", f"/api/v1/ledger/{POOL}/2026/trial-balance")
    assert refused.status_code == 403
