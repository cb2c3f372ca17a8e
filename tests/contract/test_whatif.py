"""Simulations over a real channel and the real PostgreSQL: a bureau sees its losers, nobody else does."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from itertools import count

import asyncpg
import pytest
import pytest_asyncio
import settlement_world as sw

from chspay.rulebook.v1 import institutions_pb2
from chspay.settlement.v1 import settlement_pb2, whatif_pb2_grpc
from chspay.settlement.v1 import whatif_pb2 as pb
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit import auth
from chspay_settlement.app.whatif.reform import MEASURES
from chspay_settlement.store import whatif

pytestmark = pytest.mark.asyncio(loop_scope="module")
FUND, CASES = 98_765_432, 240
CODES = ("H001", "H002", "H003")
_ids = (f"what-if-{number}" for number in count(1))


class Posted:
    """A world in which one month is closed, and the stub that simulates it."""

    def __init__(self, world: sw.World, run_id: str) -> None:
        self.world = world
        self.run_id = run_id
        self.stub = whatif_pb2_grpc.WhatIfServiceStub(world.channel)

    async def start(self, *scenarios: pb.Scenario, claim: auth.Claim = sw.BUREAU, **more) -> pb.WhatIf:
        request = pb.StartWhatIfRequest(
            request_id=next(_ids), run_ids=more.pop("run_ids", [self.run_id]), scenarios=scenarios, **more
        )
        with auth.use_claim(claim):
            return (await self.stub.StartWhatIf(request)).what_if

    async def get(self, what_if_id: str) -> pb.WhatIf:
        with auth.use_claim(sw.BUREAU):
            return (await self.stub.GetWhatIf(pb.GetWhatIfRequest(what_if_id=what_if_id))).what_if

    async def ended(self, what_if: pb.WhatIf) -> pb.WhatIf:
        while what_if.state in (pb.WHAT_IF_STATE_WAITING, pb.WHAT_IF_STATE_RUNNING):
            await asyncio.sleep(0.02)
            what_if = await self.get(what_if.what_if_id)
        return what_if

    async def rows(self, what_if_id: str, scenario: str, by: int, **more) -> pb.ListWhatIfRowsResponse:
        with auth.use_claim(more.pop("claim", sw.BUREAU)):
            return await self.stub.ListWhatIfRows(
                pb.ListWhatIfRowsRequest(what_if_id=what_if_id, scenario=scenario, by=by, **more)
            )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def posted(migrated_db):
    """A month of three hospitals, closed; two of them are a community."""
    async with sw.world(migrated_db.url("settlement")) as world:
        for code in CODES:
            await world.put_hospital(code, level=1 + CODES.index(code))
        world.institutions.held = [
            institutions_pb2.Institution(code=code, community="XY") for code in ("H001", "H002")
        ]
        cases = [
            sw.case_of(number, CODES[number % 3], age_years=number % 90, fee_drug_fen=100_000 + number)
            for number in range(CASES)
        ]
        await sw.import_lists(world.stub, "lists", [sw.chunk(cases)])
        run = await world.month_run("run", FUND)
        assert run.state == settlement_pb2.RUN_STATE_DONE, run.failure_message
        yield Posted(world, run.run_id)


def tried(name: str, **rules: str) -> pb.Scenario:
    """A scenario that changes texts of the policy."""
    given = [
        pb.TriedRule(key=key.replace("__", "."), value_json=f'"{value}"') for key, value in rules.items()
    ]
    return pb.Scenario(name=name, rules=given)


async def test_a_bureau_sees_winners_and_losers_and_nothing_is_stored(posted):
    """The base is the closed month to the fen, every facet adds up, and the database is as it was."""
    before = await rows_of(posted)
    made = await posted.start(
        tried("低倍率放宽", outlier__low_multiple="0.9"), age_bands=["0-17", "18-64", "65-"]
    )
    assert made.pool == sw.POOL
    done = await posted.ended(made)
    assert done.state == pb.WHAT_IF_STATE_DONE, done.failure_message
    base, scenario = done.scenarios
    assert (base.change_fen, base.fund_fen, list(base.recomputed)) == (0, FUND, [])
    assert scenario.change_fen == 0
    assert scenario.losers + scenario.winners > 0
    assert list(scenario.recomputed) == ["measure", "points"]
    with auth.use_claim(sw.BUREAU):
        statements = await posted.world.stub.ListStatements(
            settlement_pb2.ListStatementsRequest(run_id=posted.run_id)
        )
    stored = {one.hospital_code: one.fund_fen for one in statements.statements}
    for by in range(pb.WHAT_IF_BY_HOSPITAL, pb.WHAT_IF_BY_BAND + 1):
        found = await posted.rows(made.what_if_id, "低倍率放宽", by)
        assert found.change_fen == 0
        assert sum(row.base.fund_fen for row in found.rows) == sum(
            row.scenario.fund_fen for row in found.rows
        )
        assert sum(row.base.cases for row in found.rows) == CASES
        changes = [row.change_fen for row in found.rows]
        assert changes == sorted(changes)
        if by == pb.WHAT_IF_BY_HOSPITAL:
            assert {row.key: row.base.fund_fen for row in found.rows} == stored
            assert {row.name for row in found.rows} == {f"演示医院{code}" for code in CODES}
        if by == pb.WHAT_IF_BY_COMMUNITY:
            assert {row.key for row in found.rows} == {"XY", ""}
        if by == pb.WHAT_IF_BY_BAND:
            assert {row.key for row in found.rows} == {"0-17", "18-64", "65-"}
    losers = await posted.rows(made.what_if_id, "低倍率放宽", pb.WHAT_IF_BY_HOSPITAL, losers_only=True)
    assert all(row.change_fen < 0 for row in losers.rows)
    assert -losers.change_fen == scenario.moved_fen
    assert await rows_of(posted) == before


async def rows_of(posted: Posted) -> dict[str, int]:
    """How many rows every table holds, answers to requests left out."""
    async with posted.world.database.unit(auth.service_claim("settlement")) as unit:
        connection = await unit.connection()
        names = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'settlement' AND tablename <> 'request_once'"
        )
        return {
            name: await connection.fetchval(f"SELECT count(*) FROM settlement.{name}")
            for (name,) in names
            if await connection.fetchval("SELECT has_table_privilege($1, 'SELECT')", f"settlement.{name}")
        }


async def test_nobody_else_sees_it(posted):
    """A hospital that saw next year's losers before anybody signed would negotiate with it."""
    made = await posted.ended(await posted.start(tried("x", outlier__low_multiple="0.3")))
    neighbour = auth.Claim("bureau-9902", "bureau", region="9902")
    county = auth.Claim("bureau-990101", "bureau", region="990101")
    for claim, reasons in (
        (sw.hospital_claim("H001"), {"ROLE_DENIED"}),
        (neighbour, {"WHAT_IF_NOT_FOUND"}),
        (county, {"WHAT_IF_NOT_FOUND"}),
    ):
        with pytest.raises(Fault) as caught:
            await posted.rows(made.what_if_id, "x", pb.WHAT_IF_BY_HOSPITAL, claim=claim)
        assert caught.value.reason.code in reasons
        with pytest.raises(Fault) as caught:
            await posted.start(tried("x", outlier__low_multiple="0.3"), claim=claim)
        assert caught.value.reason.code in {"ROLE_DENIED", "RUN_NOT_FOUND", "REGION_DENIED"}


async def test_prices_points_fund_and_another_scheme(posted):
    """Whatever is negotiated can be tried: prices, weights, the fund, the next version of the scheme."""
    prices = pb.Scenario(name="药品降价")
    prices.prices.patient = "proportional"
    prices.prices.factors["fee_drug"] = "0.8"
    tests = pb.Scenario(name="检查降价")
    tests.prices.patient = "kept"
    tests.prices.factors["fee_test"] = "0.8"
    made = await posted.ended(
        await posted.start(
            prices,
            pb.Scenario(name="加一成", point_factors={"I69": "1.1"}),
            pb.Scenario(name="少一成", fund_factor="0.9"),
            pb.Scenario(name="新方案", scheme="next"),
        )
    )
    assert made.state == pb.WHAT_IF_STATE_DONE, made.failure_message
    _, cheaper, dearer, less, again = made.scenarios
    assert "cases" in cheaper.recomputed
    assert dearer.change_fen == 0 < dearer.moved_fen
    assert less.change_fen == less.fund_change_fen == -(FUND // 10)
    assert again.change_fen == again.moved_fen == 0
    refused = await posted.ended(await posted.start(tests))
    assert (refused.state, refused.failure_reason) == (pb.WHAT_IF_STATE_FAILED, "WHAT_IF_PART_ROW_UNKNOWN")


async def forgotten(posted: Posted, what_if_id: str) -> str:
    """Why a simulation that was stopped is not shown any more."""
    while True:
        try:
            assert (await posted.get(what_if_id)).state == pb.WHAT_IF_STATE_CANCELLED
        except Fault as fault:
            return fault.reason.code
        await asyncio.sleep(0.02)


async def test_a_grid_is_gone_through_and_can_be_stopped(posted):
    """A bureau looks for the figure that hurts least, and changes its mind in the middle."""
    sweep = pb.Sweep(
        axes=[
            pb.Axis(target="rules:outlier.low_multiple", values=["0.3", "0.5", "lots"]),
            pb.Axis(target="fund_factor", values=["1", "1.05"]),
        ],
        cartesian=True,
    )
    made = await posted.ended(await posted.start(sweep=sweep))
    assert (made.state, made.sweep_points) == (pb.WHAT_IF_STATE_DONE, 6)
    with auth.use_claim(sw.BUREAU):
        found = await posted.stub.ListSweepRows(pb.ListSweepRowsRequest(what_if_id=made.what_if_id))
    assert [list(row.values) for row in found.rows][1] == ["0.3", "1.05"]
    assert [row.failure_reason for row in found.rows] == ["", "", "", "", "NOT_A_NUMBER", "NOT_A_NUMBER"]
    assert found.rows[1].summary.change_fen == found.rows[1].summary.fund_change_fen > 0
    many = pb.Sweep(axes=[pb.Axis(target="fund_factor", values=[f"1.{n:04}" for n in range(2000)])])
    long = await posted.start(sweep=many)
    with auth.use_claim(sw.BUREAU):
        await posted.stub.CancelWhatIf(
            pb.CancelWhatIfRequest(request_id=next(_ids), what_if_id=long.what_if_id)
        )
    assert await forgotten(posted, long.what_if_id) == "WHAT_IF_NOT_FOUND"


async def test_one_that_is_to_be_kept_is_kept_as_it_was_found(posted, monkeypatch):
    """What was put before a committee must be there years later, byte for byte, for bureaus alone."""
    sweep = pb.Sweep(axes=[pb.Axis(target="rules:outlier.low_multiple", values=["0.3", "lots"])])
    scenario = tried("低倍率放宽", outlier__low_multiple="0.9")
    made = await posted.ended(
        await posted.start(scenario, sweep=sweep, age_bands=["0-59", "60-"], store=True)
    )
    assert (made.state, made.stored, made.HasField("expires_at")) == (pb.WHAT_IF_STATE_DONE, True, False)
    pages = [await posted.rows(made.what_if_id, "低倍率放宽", by) for by in range(1, 6)]
    with auth.use_claim(sw.BUREAU):
        grid = await posted.stub.ListSweepRows(pb.ListSweepRowsRequest(what_if_id=made.what_if_id))
        forgotten = await posted.stub.CancelWhatIf(
            pb.CancelWhatIfRequest(request_id=next(_ids), what_if_id=made.what_if_id)
        )
        assert forgotten.what_if.state == pb.WHAT_IF_STATE_DONE
        again = (await posted.stub.GetWhatIf(pb.GetWhatIfRequest(what_if_id=made.what_if_id))).what_if
        assert again.digest == made.digest != ""
        assert (again.scenarios, again.run_ids, again.age_bands) == (
            made.scenarios, made.run_ids, made.age_bands,
        )  # fmt: skip
        assert [await posted.rows(made.what_if_id, "低倍率放宽", by) for by in range(1, 6)] == pages
        assert await posted.stub.ListSweepRows(pb.ListSweepRowsRequest(what_if_id=made.what_if_id)) == grid
        listed = await posted.stub.ListWhatIfs(pb.ListWhatIfsRequest())
        assert made.what_if_id in [one.what_if_id for one in listed.what_ifs]
    async with posted.world.database.unit(sw.BUREAU) as unit:
        kept = await whatif.one(await unit.connection(), made.what_if_id)
    assert kept is not None
    assert sm3_hex(kept.content) == made.digest
    for claim in (sw.hospital_claim("H001"), auth.Claim("b", "bureau", region="9902")):
        async with posted.world.database.unit(claim) as unit:
            assert await whatif.one(await unit.connection(), made.what_if_id) is None
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with posted.world.database.unit(sw.BUREAU) as unit:
            await (await unit.connection()).execute("DELETE FROM settlement.what_if_result")

    async def altered(_connection, _what_if_id):
        return kept._replace(content=kept.content.replace(b"98765432", b"98765433"))

    monkeypatch.setattr(whatif, "one", altered)
    with pytest.raises(Fault) as caught:
        await posted.get(made.what_if_id)
    assert caught.value.reason.code == "WHAT_IF_ALTERED"


@pytest.mark.parametrize(
    ("request_of", "reason"),
    [
        (lambda run: {"run_ids": []}, "WHAT_IF_RUNS"),
        (lambda run: {"run_ids": [run, run]}, "WHAT_IF_RUN_TWICE"),
        (lambda run: {"run_ids": ["MR-990100-209901-1"]}, "RUN_NOT_FOUND"),
        (lambda run: {"age_bands": ["17-0"]}, "WHAT_IF_BAND"),
        (lambda run: {"scenarios": []}, "WHAT_IF_NOTHING"),
        (lambda run: {"scenarios": [tried("a", a="b"), tried("a", a="b")]}, "WHAT_IF_NAME"),
        (lambda run: {"scenarios": [pb.Scenario(name="a", amendment="x: y")]}, "WHAT_IF_SHAPE"),
        (lambda run: {"sweep": pb.Sweep(axes=[pb.Axis(target="a")])}, "WHAT_IF_GRID_EMPTY"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_any_work(posted, request_of, reason):
    """A bureau must not wait minutes to learn that it mistyped."""
    given = request_of(posted.run_id)
    scenarios = given.pop("scenarios", [tried("a", outlier__low_multiple="0.3")])
    with pytest.raises(Fault) as caught:
        await posted.start(*scenarios, **given)
    assert caught.value.reason.code == reason


async def test_a_reform_is_evaluated_over_closed_months(posted):
    """One month is closed: too short a series is refused, and nobody else may ask."""

    async def ask(claim=sw.BUREAU, **more):
        given = {"pool": sw.POOL, "measure": "cost_per_case", "first_period": 202601, "last_period": 202612,
                 "change_period": 202603, "lag": -1, "confidence": "0.95", **more}  # fmt: skip
        with auth.use_claim(claim), pytest.raises(Fault) as caught:
            await posted.stub.EvaluateReform(pb.EvaluateReformRequest(**given))
        return caught.value.reason.code

    assert await ask() == "WHAT_IF_SERIES_SHORT"
    assert await ask(change_period=202604) == "WHAT_IF_SERIES_CHANGE"
    assert await ask(measure="happiness") == "WHAT_IF_MEASURE"
    assert await ask(first_period=202613) == "NOT_A_MONTH"
    assert await ask(claim=sw.hospital_claim("H001")) == "ROLE_DENIED"
    assert await ask(pool="330100") == "REGION_DENIED"


async def test_the_series_of_stored_months_is_what_the_runs_came_to(posted):
    """An evaluation must rest on the closed months themselves, each measure in its unit."""
    async with posted.world.database.unit(sw.BUREAU) as unit:
        (month,) = await whatif.months(await unit.connection(), sw.POOL, 202601, 202612)
    assert (month.period, month.cases, month.fund_fen) == (202603, CASES, FUND)
    assert MEASURES["fund_per_case"].of(month) == Fraction(FUND, 100 * CASES)
    assert MEASURES["patient_share"].of(month) == Fraction(month.patient_fen, month.cost_fen)
    assert MEASURES["points_per_case"].of(month) * CASES == Fraction(month.points_micro, 10**6)
