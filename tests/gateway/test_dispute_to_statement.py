"""A special case through the gateway alone: filed, judged by a panel, published, paid, taken back."""

from __future__ import annotations

import asyncio
import functools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import gateway_world as world
import pytest
import pytest_asyncio
from gateway_world import COUNTY, OTHER, OWN, POOL

import chspay_dispute.main
from chspay_cli.cli_client import issue
from chspay_core.digest import sm3_hex
from chspay_dispute.app.clocks import BEIJING
from chspay_dispute.engine.experts.stream import commitment

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEAR = "DEAR-1"
OFFICES = {
    "acceptor": (COUNTY, "handling"), "reviewer": (COUNTY, "handling"), "city": (POOL, "handling"),
    "city_two": (POOL, "handling"), "secretary": (POOL, "secretary"), "secretary_two": (POOL, "secretary"),
    "clearing": (POOL, "clearing"), "auditor": (POOL, "audit"),
}  # fmt: skip
ROLES = ("clinical", "coding", "insurance")


class Clock:
    """The instant the dispute service lives in; moved by the test."""

    def __init__(self) -> None:
        self.at = datetime(2026, 4, 1, 12, tzinfo=BEIJING)

    def __call__(self) -> datetime:
        return self.at

    def later(self, **more: int) -> None:
        """Some time passes."""
        self.at += timedelta(**more)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gw(migrated_db):
    """The gateway with everything behind it, and a clock of its own for disputes."""
    patch, clock = pytest.MonkeyPatch(), Clock()
    build = chspay_dispute.main.build
    patch.setattr(chspay_dispute.main, "build", functools.partial(build, now=clock))
    async with world.running(migrated_db) as running:
        for who, (region, duty) in OFFICES.items():
            running.keys[who] = await issue(migrated_db.admin_url, region=region, duties=[duty])
        running.clock = clock
        yield running
    patch.undo()


async def asked(gw, method: str, path: str, who: str, status: int = 200, **more: Any) -> Any:
    """An answer of the status expected."""
    answer = await gw.ask(method, path, who=who, **more)
    assert answer.status_code == status, answer.text
    return answer.json()


async def until(gw, path: str, who: str, holds: Any) -> Any:
    """An answer, as soon as it holds."""
    async with asyncio.timeout(40):
        while True:
            found = await asked(gw, "GET", path, who)
            if holds(found):
                return found
            await asyncio.sleep(0.1)


async def month(gw, number: int) -> dict[str, Any]:
    """A month's lists and its run; the dear case is one of the first month's."""
    lines = ["case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,"
             "procedures,total_cost,patient_paid"]  # fmt: skip
    days = f"2026-{number:02}-01,2026-{number:02}-15"
    for place in range(40):
        money, hospital = f"{8000 + place * 37}.00,{1000 + place}.00", (OWN, OTHER)[place % 2]
        lines.append(f"E{number}-{place},{hospital},{COUNTY},{days},1,{30 + place},I63.900,,{money}")
    if number == 3:
        lines.append(f"{DEAR},{OWN},{COUNTY},{days},1,61,I63.900,,90000.00,3000.00")
    path = "/api/v1/lists/import?format=csv"
    found = await asked(gw, "POST", path, "bureau", content="\n".join(lines).encode())
    assert found["accepted"] == len(lines) - 1, found
    body = {"pool": POOL, "year": 2026, "month": number}
    run = await asked(gw, "POST", "/api/v1/runs", "bureau", 202, json=body)
    run = await until(
        gw, f"/api/v1/runs/{run['run_id']}", "bureau", lambda one: one["state"] in {"done", "failed"}
    )
    assert run["state"] == "done", run
    return run


async def act(gw, who: str, case_no: str, event: str, **more: Any) -> dict[str, Any]:
    """One step of the case."""
    return await asked(gw, "POST", f"/api/v1/disputes/{case_no}/events", who, json={"event": event, **more})


async def in_state(gw, case_no: str, state: str) -> dict[str, Any]:
    """The case, once a clock or a panel has brought it there."""
    return await until(gw, f"/api/v1/disputes/{case_no}", "city", lambda case: case["state"] == state)


async def filed(gw) -> str:
    """The hospital files, in three actions."""
    body = {"type": "T1", "hospital_code": OWN, "case_id": DEAR, "reason": "危重，多次抢救"}
    case = await asked(gw, "POST", "/api/v1/disputes", "own", 201, json=body)
    no = case["case_no"]
    path = f"/api/v1/disputes/attachments?case_no={no}&kind=reason&file_name=why.txt"
    await asked(gw, "POST", path, "own", 201, files={"file": ("why.txt", "抢救多次".encode())})
    case = await act(gw, "own", no, "submit", confirmed_digest=case["content_digest"])
    assert case["state"] == "SUBMITTED"
    return no


async def opined(gw, no: str) -> None:
    """County and smart audit do their part, the city asks for a panel."""
    await act(gw, "acceptor", no, "accept", checked=["subject", "materials", "period"], unrelated=True)
    await act(gw, "reviewer", no, "county_opinion", opinion="support", reason="情况属实")
    gw.clock.later(hours=25)
    await in_state(gw, no, "CITY_REVIEW")
    await act(gw, "city", no, "to_panel", reason="需要专家评议")


async def experts(gw) -> None:
    """A pool of experts of other institutions, each with a key of his own."""
    for number in range(12):
        role = ROLES[number % 3]
        body = {
            "pool": POOL, "name": f"专家{number}", "title": "主任医师", "institution": f"H97{number % 6}",
            "level": 1 + number // 3 % 3, "roles": [role],
            "specialties": ["MDC:B"] if role == "clinical" else [],
            "term_since": "2026-01-01", "term_until": "2036-01-01", "trained_until": "2036-01-01",
        }  # fmt: skip
        one = (await asked(gw, "POST", "/api/v1/experts", "secretary_two", 201, json=body))["expert_id"]
        path = f"/api/v1/experts/{one}/standing"
        await asked(gw, "POST", path, "secretary", json={"event": "confirm", "reason": "审核合格"})
        gw.keys[one] = await issue(gw.admin_url, expert=one)


async def drawn(gw, no: str) -> tuple[str, list[str]]:
    """The panel of the case: commitment, beacon, draw; and who sits."""
    secret, at = sm3_hex(no.encode()), datetime.now(UTC) + timedelta(seconds=2)
    body = {
        "pool": POOL, "commitment": commitment(secret), "beacon_source": "演示公开信标第1期",
        "beacon_at": at.isoformat(),
    }  # fmt: skip
    batch = (await asked(gw, "POST", "/api/v1/draws", "secretary", 201, json=body))["batch_id"]
    await asked(gw, "POST", f"/api/v1/draws/{batch}/close", "secretary", json={"case_nos": [no]})
    await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0) + 0.05)
    body = {"secret": secret, "beacon": "03 11 17 20 28 31"}
    done = await asked(gw, "POST", f"/api/v1/draws/{batch}/draw", "secretary", json=body)
    panel = done["panel_ids"][0]
    checked = await asked(gw, "GET", f"/api/v1/draws/{batch}/verification", "auditor")
    assert not checked["findings"], checked
    seats = (await asked(gw, "GET", f"/api/v1/panels/{panel}", "secretary"))["seats"]
    return panel, [seat["expert_id"] for seat in seats if seat["state"] != "reserve"]


async def judged(gw, no: str) -> None:
    """The panel declares, judges alone, and concludes: by item, less 2,000 yuan."""
    panel, members = await drawn(gw, no)
    base = f"/api/v1/reviews/{panel}"
    for one in members:
        body = {"no_conflict": True, "confidential": True}
        await asked(gw, "POST", f"{base}/declaration", one, json=body)
    await asked(gw, "POST", f"/api/v1/panels/{panel}/seat", "secretary")
    avoidable = [{"item": "人血白蛋白", "amount": "2000.00", "reason": "超量使用"}]
    for one in members:
        seen = await asked(gw, "GET", base, one)
        assert OWN not in str(seen), "a reviewer must not learn whose case it is"
        marks = dict.fromkeys(("necessity", "reasonableness", "complexity", "coding"), 85)
        body = marks | {"conclusion": "ITEM", "confidence": 4, "reason": "合理", "avoidable": avoidable}
        await asked(gw, "POST", f"{base}/sheet", one, json=body)
    body = {
        "outcome": "ITEM", "reasons": "病情复杂，费用合理", "cites": ["特例单议办法第四条"],
        "reason_code": "HIGH_COST", "avoidable": avoidable,
    }  # fmt: skip
    await asked(gw, "POST", f"{base}/opinion", members[0], json=body)
    for one in members:
        ballot = await asked(gw, "GET", f"{base}/ballot?vote=yes", one)
        body = {"vote": "yes", "digest": ballot["digest"]}
        await asked(gw, "POST", f"{base}/vote", one, json=body)


async def posted(gw, no: str) -> dict[str, Any]:
    """Signed twice, told, published without objection, effective, posted; the decision."""
    case = await in_state(gw, no, "DECIDED")
    decision = case["decisions"][0]
    await asked(
        gw, "POST", f"/api/v1/disputes/{no}/signatures", "city_two", json={"digest": decision["digest"]}
    )
    await act(gw, "city", no, "notify", decision_no="特议〔2026〕1号")
    await act(gw, "own", no, "accept_result")
    gw.clock.later(days=14)
    await in_state(gw, no, "EFFECTIVE")
    case = await act(gw, "clearing", no, "post")
    assert case["state"] == "SETTLED"
    return decision


async def moved(gw, no: str, kind: str) -> dict[str, Any]:
    """What the case moved, once it has."""
    found = await until(
        gw, f"/api/v1/effects?case_no={no}", "clearing",
        lambda page: any(one["kind"] == kind and one["state"] == "moved" for one in page["items"]),
    )  # fmt: skip
    return next(one for one in found["items"] if one["kind"] == kind)


async def statement(gw, run: dict[str, Any]) -> Any:
    """The hospital's statement of a run, the very bytes it was sealed as."""
    answer = await gw.ask("GET", f"/api/v1/runs/{run['run_id']}/statements/{OWN}?format=canonical", who="own")
    assert answer.status_code == 200, answer.text
    return answer


async def differences(gw, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of differences on the hospital's statement of a run."""
    return [line for line in (await statement(gw, run)).json()["payment"] if line["kind"] == "difference"]


async def test_a_special_case_is_paid_on_the_next_statement_and_taken_back_when_forged(gw):
    """What a hospital is promised, from its list to its money, and what the fund is promised when it lied."""
    body = {"inpatient_fund": "12000000.00", "out_of_area": "1000000.00", "reserve": "500000.00"}
    path = f"/api/v1/budget/years/{POOL}/2026"
    version = (await asked(gw, "PUT", path, "bureau", json=body))["version"]
    approval = {"version": version, "decision_no": "演示医保〔2026〕1号"}
    await asked(gw, "POST", f"{path}/approve", "second", json=approval)
    march = await month(gw, 3)
    old = (await statement(gw, march)).content
    await checked(gw)
    no = await filed(gw)
    await experts(gw)
    await opined(gw, no)
    await judged(gw, no)
    decision = await posted(gw, no)
    gained = await moved(gw, no, "post")
    # What the decision shows goes by the mean cost in whole fen, what is paid by the exact one.
    assert abs(Decimal(gained["points_delta"]) - Decimal(decision["delta_points"])) < Decimal("0.001")
    assert Decimal(gained["delta"]) > 0
    assert gained["paid_month"] == "2026-04"
    assert Decimal(gained["value_delta"]) < 0
    april = await month(gw, 4)
    lines = await differences(gw, april)
    assert [(line["number"], line["note"]) for line in lines] == [
        (gained["difference_id"], f"特议〔2026〕1号 {no}")
    ]
    case = (await asked(gw, "GET", f"/api/v1/disputes/{no}", "own"))["state"]
    assert case == "SETTLED"
    await act(gw, "auditor", no, "revoke", document="撤〔2026〕1号", reason="病历系伪造")
    lost = await moved(gw, no, "revoke")
    assert Decimal(lost["points_delta"]) == -Decimal(gained["points_delta"])
    assert Decimal(lost["delta"]) == -Decimal(gained["delta"])
    may = await month(gw, 5)
    back = await differences(gw, may)
    assert [line["amount_fen"] for line in back] == [-line["amount_fen"] for line in lines]
    verified = await asked(gw, "GET", f"/api/v1/ledger/{POOL}/verify", "bureau")
    assert verified["intact"], verified
    again = await asked(gw, "POST", f"/api/v1/runs/{march['run_id']}/replay", "bureau", 202)
    again = await until(gw, f"/api/v1/runs/{again['run_id']}", "bureau", lambda one: one["state"] == "done")
    assert again["statements_digest"] == march["statements_digest"]
    assert (await statement(gw, march)).content == old


async def checked(gw) -> None:
    """The list came without its national message; what its check found is told here."""
    await gw.admin.execute(
        "INSERT INTO settlement.quality_result (list_id, version, rule_set, hospital_code, region_code,"
        " discharge_date, errors, warnings, undecided, filled, wanted, decided, wrong, codes, findings)"
        " SELECT list_id, version, 'test', hospital_code, region_code, discharge_date, 0, 0, 0, 1, 1, 1, 0,"
        " '{}', '[]' FROM settlement.list_version WHERE case_id = $1",
        DEAR,
    )
