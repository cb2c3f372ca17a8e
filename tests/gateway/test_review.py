"""The review queue and samples over HTTP, as an office of the pool, a hospital and a stranger meet them."""

from __future__ import annotations

import asyncio
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from gateway_world import OTHER, OWN, POOL, SOUND
from typer.testing import CliRunner

from chspay_cli.cli_review import app
from chspay_settlement.app.quality.checking import rules
from chspay_settlement.engine.quality.sampling import drawn

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUEUE = "/api/v1/review-queue"
SPAN = {"pool": POOL, "first": "2026-03", "last": "2026-03"}


async def uploaded(gw: Any, case_id: str, place: str) -> str:
    body = SOUND | {"case_id": case_id, "insured_region": place}
    answer = await gw.ask("POST", "/api/v1/lists", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["list_id"]


async def test_a_claim_from_outside_is_listed_questioned_and_checked(gw):
    """The whole way of an officer; a hospital reads what was asked and cannot answer for the office."""
    await uploaded(gw, "R-IN", "990102")
    list_id = await uploaded(gw, "R-OUT", "330100")
    page = (await gw.ask("GET", QUEUE, who="bureau", params={"pool": POOL, "state": "waiting"})).json()
    assert [(one["list_id"], one["state"]) for one in page["items"]] == [(list_id, "waiting")]
    assert (page["waiting"], page["checked"]) == (1, 0)
    path = f"{QUEUE}/{list_id}/decisions"
    asked = {"version": 1, "decision": "questioned", "reason": "请补充急诊证明"}
    assert (await gw.ask("POST", path, json=asked)).status_code == 403
    first = await gw.ask("POST", path, who="bureau", key="review-1", json=asked)
    assert first.status_code == 201, first.text
    assert (await gw.ask("POST", path, who="bureau", key="review-1", json=asked)).json() == first.json()
    other = await gw.ask("POST", path, who="bureau", key="review-1", json=asked | {"reason": "另一理由"})
    assert other.json()["reason"] == "REQUEST_ID_REUSED", other.text
    mine = (await gw.ask("GET", QUEUE, params={"pool": POOL})).json()["items"]
    assert [(one["state"], one["decisions"][0]["reason"]) for one in mine] == [
        ("questioned", "请补充急诊证明")
    ]
    done = await gw.ask("POST", path, who="bureau", json={"version": 1, "decision": "checked"})
    assert [one["decision"] for one in done.json()["decisions"]] == ["questioned", "checked"]
    assert (await gw.ask("GET", QUEUE, who="other", params={"pool": POOL})).json()["items"] == []


async def test_the_warning_list_and_a_sample_over_http(gw):
    """An office sees rate, share and worksheet; the sample is the one anybody draws from the numbers."""
    lists = [await uploaded(gw, f"R-S{number}", "") for number in range(20)]
    names = (
        "list_id, version, rule_set, hospital_code, region_code, discharge_date, errors, warnings, undecided,"
    )
    for at, list_id in enumerate(lists):
        await gw.admin.execute(
            f"INSERT INTO settlement.quality_result ({names} filled, wanted, decided, wrong, codes, findings)"
            " VALUES ($1, 1, $2, $3, $4, $5, $6, 0, 0, 1, 1, 1, 0, '{}', '[]')",
            list_id, rules().version, OWN, "990101", date(2026, 3, 8), int(at < 5),
        )  # fmt: skip
    answer = await gw.ask("GET", "/api/v1/sampling", who="bureau", params=SPAN | {"warned": "true"})
    (found,) = answer.json()["items"]
    assert (found["lists"], found["rate"], found["share"], found["warned"]) == (20, "1/4", "1/2", True)
    assert found["worksheet"]["lines"][-1]["value"] == "1/2"
    sample = await gw.ask("GET", "/api/v1/sampling/lists", who="bureau", params=SPAN | {"hospital_code": OWN})
    by_hand = drawn("2026-03", lists, Fraction(1, 2))
    assert [(one["list_id"], one["draw"]) for one in sample.json()["items"]] == [
        (list_id, f"{draw:016x}") for list_id, draw in by_hand
    ]
    assert (await gw.ask("GET", "/api/v1/sampling", who="other", params=SPAN)).json()["items"] == []
    beside = await gw.ask("GET", "/api/v1/sampling/lists", who="other", params=SPAN | {"hospital_code": OWN})
    assert beside.status_code == 404
    assert OTHER not in answer.text


async def test_the_command_asks_what_the_office_asks(gw):
    """Whoever works at a terminal sees the same queue and the same sample."""
    server, task = await gw.serve()
    try:
        options = ["--gateway", gw.url, "--key", gw.keys["bureau"]]
        told = {}
        for words in (
            ["list", POOL],
            ["sampling", POOL, "2026-03"],
            ["sample", POOL, "2026-03", "--hospital", OWN],
        ):
            run = await asyncio.to_thread(CliRunner().invoke, app, [*words, *options])
            assert run.exit_code == 0, run.output
            told[words[0]] = run.output
    finally:
        server.should_exit = True
        await task
    assert "已核1份" in told["list"]
    assert f"{OWN}\t20\t5\t1/4\t1/2\t是" in told["sampling"]
    assert "20份中抽" in told["sample"]
