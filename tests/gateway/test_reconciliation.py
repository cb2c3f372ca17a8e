"""The reconciliation of a day: counted on both sides, refused when the sides differ; and the counters."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import io
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import national_client as client
import openpyxl
import pytest
import typer
from gateway_world import OTHER, OWN, PATH, SOUND, STRANGER
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from typer.testing import CliRunner

from chspay_cli import cli_reconcile
from chspay_cli.cli_client import issue
from chspay_gateway import store_door
from chspay_gateway.envelope.answer import SHANGHAI
from chspay_gateway.envelope.example import EXAMPLE
from chspay_kit import telemetry

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPORT = "/api/v1/reconciliation"
cli = typer.Typer()
cli.command()(cli_reconcile.reconcile)


@pytest.fixture(scope="module")
def today() -> str:
    return datetime.now(SHANGHAI).date().isoformat()


async def tell(gw: Any, infno: str, content: Any, who: str = "own", code: str = OWN, **members: Any) -> Any:
    message = client.envelope(infno, code, content, **members)
    headers = {"Authorization": f"Bearer {gw.keys[who]}"}
    return (await gw.http.post(PATH, content=client.written(message), headers=headers)).json()


def a_list(setl_id: str, **changes: Any) -> dict[str, Any]:
    content = copy.deepcopy(EXAMPLE["input"])
    content["setlinfo"] |= {"setl_id": setl_id, "fixmedins_code": OWN} | changes
    return content


async def report(gw: Any, who: str = "own", **params: Any) -> dict[str, dict[str, Any]]:
    answer = await gw.ask("GET", REPORT, who=who, params=params)
    assert answer.status_code == 200, answer.text
    return {row["infno"]: row for row in answer.json()["items"] if row["hospital_code"] == OWN}


async def test_a_day_adds_up_from_the_door_to_the_check(gw, today):
    """The bureau and the hospital must be able to say of each message of a day what became of it."""
    reader = InMemoryMetricReader()
    telemetry.setup("test", None, exporter=InMemorySpanExporter(), reader=reader)
    sent = client.written(client.envelope("4101", OWN, a_list("D1")))
    headers = {"Authorization": f"Bearer {gw.keys['own']}"}
    first = await gw.http.post(PATH, content=sent, headers=headers)
    assert (await gw.http.post(PATH, content=sent, headers=headers)).content == first.content
    assert (await tell(gw, "4101", a_list("D2")))["infcode"] == "0"
    bad = a_list("D3")
    bad["diseinfo"] = []
    refused = await tell(gw, "4101", bad)
    assert refused["infcode"] == "-1"
    short = {"setlinfo": {"psn_no": "P1", "mdtrt_id": "W1", "setl_id": "W1", "medcasno": "1",
                          "adm_time": "2026-02-01 08:00:00", "dscg_time": "2026-02-07 10:00:00"},
             "diseinfo": EXAMPLE["input"]["diseinfo"]}  # fmt: skip
    assert "尚缺" in (await tell(gw, "4101A", short))["warn_msg"]
    assert (await gw.ask("POST", "/api/v1/lists", json=SOUND | {"case_id": "R1"})).status_code == 201
    assert (await gw.ask("POST", "/api/v1/lists", json=SOUND | {"sex": 7})).status_code == 422
    await tell(gw, "4101", a_list("D9"), "stranger", STRANGER)
    async with asyncio.timeout(30):
        while (rows := await report(gw, day=today))[""]["quality_pending"]:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.1)
    whole, lists = rows[""], rows["4101"]
    assert (lists["received"], lists["accepted"], lists["rejected"]) == (3, 2, 1)
    assert sum(lists["reasons"].values()) == 1
    assert (rows["REST"]["accepted"], rows["REST"]["rejected"], rows["REST"]["stored"]) == (1, 1, 1)
    assert (whole["received"], whole["accepted"], whole["rejected"]) == (6, 4, 2)
    assert (whole["waiting"], whole["stored"]) == (1, 3)
    assert whole["grouped"] + whole["ungrouped"] + whole["ambiguous"] + whole["invalid_input"] == 3
    assert whole["quality_passed"] + whole["quality_failed"] == 2
    assert whole["quality_none"] == 1
    points = [point for resource in reader.get_metrics_data().resource_metrics for scope in
              resource.scope_metrics for metric in scope.metrics
              if metric.name == "chspay.gateway.messages" for point in metric.data.data_points]  # fmt: skip
    telemetry.shutdown()
    counted = Counter(
        {
            tuple(point.attributes[f"chspay.{name}"] for name in ("infno", "institution", "outcome")):
            point.value for point in points
        }
    )  # fmt: skip
    assert counted["4101", OWN, "accepted"] == 2
    assert counted["4101", OWN, "repeated"] == 1
    assert counted["4101", OWN, "rejected"] == 1
    assert not any(STRANGER in key for key in counted), "an institution nobody registered is no label"


async def test_the_report_is_a_file_for_both_offices(gw, today):
    """The month's binder is made of sheets, not of JSON; a hospital sees itself only."""
    sheet = await gw.ask("GET", REPORT, who="bureau", params={"day": today, "format": "xlsx"})
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet.content)).active.iter_rows(values_only=True))
    assert rows[0][:3] == ("医疗机构编码", "交易编号", "收到")
    assert OWN in {row[0] for row in rows[1:]}
    text = (await gw.ask("GET", REPORT, params={"day": today, "format": "csv"})).content.decode("utf-8-sig")
    assert text.startswith("医疗机构编码,交易编号")
    other = await gw.ask("GET", REPORT, who="other", params={"day": today})
    assert other.json()["items"] == []
    denied = await gw.ask("GET", REPORT, who="other", params={"day": today, "hospital_code": OWN})
    assert denied.status_code == 403
    assert (await gw.ask("GET", REPORT, who="elsewhere", params={"day": today})).json()["items"] == []


async def test_a_refused_message_that_is_accepted_later_is_no_refusal_any_more(gw, today):
    """A hospital registered a day late sends the same messages again: they must not count as lost."""
    await gw.admin.execute(
        "INSERT INTO gateway.rejection (institution, infno, msgid, body_hash, reason)"
        " SELECT institution, infno, msgid, body_hash, 'HOSPITAL_UNKNOWN' FROM gateway.exchange"
        " WHERE institution = $1 AND setl_id = 'D2'",
        OWN,
    )
    assert (await report(gw, day=today))["4101"]["rejected"] == 1


async def test_a_report_whose_sides_differ_is_not_given(gw, today, monkeypatch):
    """A list the sender was promised and nobody has is the very thing reconciliation is for."""
    await gw.admin.execute(
        "INSERT INTO gateway.exchange (institution, infno, msgid, body_hash, accepted, refmsgid, answer,"
        " mdtrt_id, setl_id, list_id) VALUES ($1, '4101', 'lost', '\\x01', true, 'r', '', '', 'L', 'LOST1')",
        OWN,
    )
    answer = await gw.ask("GET", REPORT, params={"day": today})
    assert (answer.status_code, answer.json()["reason"]) == (409, "RECONCILIATION_DIFFERS")
    assert "LOST1" in answer.json()["detail"]
    one = await gw.ask("GET", REPORT, who="bureau", params={"day": today, "hospital_code": OWN})
    assert one.json()["reason"] == "RECONCILIATION_DIFFERS"
    assert (
        await gw.ask("POST", "/api/v1/lists", who="other", json=SOUND | {"hospital_code": OTHER})
    ).is_success
    city = (await gw.ask("GET", REPORT, who="bureau", params={"day": today})).json()["items"]
    told = {(row["hospital_code"], row["infno"]): row for row in city}
    assert "LOST1" in told[OWN, ""]["differs"]
    assert (told[OTHER, ""]["accepted"], told[OTHER, ""]["differs"]) == (1, "")
    assert (OWN, "4101") not in told
    monkeypatch.setattr(cli_reconcile, "asked", lambda *_: {"items": city})
    ran = CliRunner().invoke(cli, [today])
    assert (ran.exit_code, "LOST1" in ran.output, OTHER in ran.output) == (1, True, True)


async def test_a_test_institution_is_told_that_it_has_none(gw, today):
    """Its lists are in no settlement by design: calling that a difference sends people looking for a loss."""
    gw.keys["test"] = await issue(gw.admin_url, institution="SBX99010100001")
    for who, params in (("test", {}), ("bureau", {"hospital_code": "SBX99010100001"})):
        answer = await gw.ask("GET", REPORT, who=who, params={"day": today} | params)
        assert (answer.status_code, answer.json()["reason"]) == (409, "SANDBOX_NOT_RECONCILED")


async def test_the_door_is_counted_at_one_moment(gw, today, monkeypatch):
    """A message that comes in between two counts must not make a sound day differ."""
    day = datetime.fromisoformat(today).replace(tzinfo=SHANGHAI)
    store = gw.app.state.gateway.store
    number = iter(range(100))

    class Between:
        """A connection that lets a refused message in after every statement."""

        def __init__(self, connection):
            self._connection = connection

        def transaction(self, **options):
            return self._connection.transaction(**options)

        async def fetch(self, *asked):
            found = await self._connection.fetch(*asked)
            await gw.admin.execute(
                "INSERT INTO gateway.rejection (institution, infno, msgid, body_hash, reason)"
                " VALUES ('HBETWEEN', '4101', $1, '\\x01', 'LATE')",
                f"between {next(number)}",
            )
            return found

    class Busy:
        @contextlib.asynccontextmanager
        async def connection(self):
            async with store.connection() as connection:
                yield Between(connection)

    for expected in (0, 3):
        found = await store_door.counted(Busy(), ["HBETWEEN"], day, day + timedelta(days=1))
        assert sum(each.rejected for each in found.doors if each.infno) == expected
        assert sum(sum(each.values()) for each in found.reasons.values()) == expected
