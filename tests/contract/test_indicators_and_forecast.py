"""Indicators from issue to proposal, and forecasts of the point value, over real gRPC and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal

import around_month as am
import pytest
import settlement_world as sw
import watch_world as ww
from google.type import decimal_pb2

from chspay.budget.v1 import forecast_pb2 as fpb
from chspay.budget.v1 import indicators_pb2 as pb
from chspay.rulebook.v1 import institutions_pb2
from chspay_kit import auth

FUND = 30_000_000


@pytest.fixture
async def world(migrated_db):
    """Budget beside the real settlement with three hospitals."""
    async with ww.world(migrated_db) as running:
        yield running


def dec(text: str) -> decimal_pb2.Decimal:
    """A decimal as a message."""
    return decimal_pb2.Decimal(value=text)


def measured(values: dict[str, str], **more: object) -> pb.MeasurePeersRequest:
    """One figure for each institution."""
    rows = [pb.Observation(institution=code, value=dec(text), **more) for code, text in values.items()]
    return pb.MeasurePeersRequest(
        request_id=am.request_id(), pool=sw.POOL, year=2025, indicator="cost_per_case", observations=rows,
        document="年度统计报表",
    )  # fmt: skip


def name(year: int, holder: str = "H001") -> pb.IndicatorName:
    """The cost per case of a holder."""
    return pb.IndicatorName(pool=sw.POOL, year=year, holder=holder, code="cost_per_case")


async def settled(world, year: int, target: str, actual: str) -> pb.Indicator:
    """An indicator brought from issue to settlement by two persons."""
    stub = world.indicators
    with auth.use_claim(ww.FIRST):
        await stub.IssueIndicator(
            pb.IssueIndicatorRequest(
                request_id=am.request_id(), name=name(year), target=dec(target), document="下达文件"
            )
        )
        await stub.ReviseIndicator(
            pb.ReviseIndicatorRequest(
                request_id=am.request_id(), name=name(year), target=dec(target), document="调整文件"
            )
        )
        asked = pb.MeasureIndicatorRequest(
            request_id=am.request_id(), name=name(year), actual=dec(actual), document="年报"
        )
        await stub.MeasureIndicator(asked)
        own = pb.SettleIndicatorRequest(request_id=am.request_id(), name=name(year), decision_no="决算1号")
        assert (await am.refused(stub.SettleIndicator(own))).reason.code == "INDICATOR_SAME_PERSON"
    with auth.use_claim(ww.SECOND):
        other = pb.SettleIndicatorRequest(request_id=am.request_id(), name=name(year), decision_no="决算1号")
        return (await stub.SettleIndicator(other)).indicator


async def test_an_indicator_lives_from_issue_to_the_proposal_of_the_next_year(world):
    """S22: issue, figure and settlement are one chain, and the next target follows from it within the cap."""
    first = await settled(world, 2024, "12000.00", "11500.00")
    assert [step.state for step in first.steps] == ["issued", "revised", "measured", "settled"]
    assert first.steps[-1].outcome == "met"
    second = await settled(world, 2025, "12000.00", "12650.00")
    assert (second.steps[-1].outcome, second.label, second.unit) == ("missed", "例均住院费用", "yuan")
    with auth.use_claim(ww.FIRST):
        values = {"H001": "12650", "H002": "10000", "H003": "9800", "H004": "10200", "H005": "60000"}
        made = await world.indicators.MeasurePeers(measured(values, level=2, kind="hospital"))
        benchmark = made.benchmark
        mine = next(one for one in benchmark.comparisons if one.institution == "H001")
        assert Decimal(mine.peers.value) < 11_000
        assert mine.worksheet.lines
        proposed = await world.indicators.ProposeIndicator(
            pb.ProposeIndicatorRequest(
                request_id=am.request_id(), name=name(2025), benchmark_id=benchmark.benchmark_id
            )
        )
        steps = proposed.indicator.steps
        own = Decimal(12650) * 12650 / 11500
        wanted = (own + Decimal(mine.peers.value)) / 2
        assert abs(Decimal(steps[-1].value.value) - wanted) < Decimal("0.01")
        keys = {line.key: line for line in proposed.worksheet.lines}
        assert keys["growth_cap"].rule == "budget.growth_cap"
        again = await world.indicators.GetIndicator(pb.GetIndicatorRequest(name=name(2025)))
        assert again.worksheet == proposed.worksheet
        closed = pb.ReviseIndicatorRequest(
            request_id=am.request_id(), name=name(2025), target=dec("1"), document="x"
        )
        fault = await am.refused(world.indicators.ReviseIndicator(closed))
        assert fault.reason.code == "INDICATOR_STATE_WRONG"
        listed = await world.indicators.ListIndicators(pb.ListIndicatorsRequest(pool=sw.POOL, page_size=1))
        assert (len(listed.indicators), bool(listed.next_page_token)) == (1, True)
        benchmarks = await world.indicators.ListBenchmarks(pb.ListBenchmarksRequest(pool=sw.POOL))
        assert benchmark.benchmark_id in {one.benchmark_id for one in benchmarks.benchmarks}


async def test_classes_are_read_from_the_registry(world):
    """Level and kind are facts of the registry; nobody types them in to look better beside others."""
    world.settlement.institutions.held[:] = [
        institutions_pb2.Institution(code=code, level=3, kind=institutions_pb2.INSTITUTION_KIND_HOSPITAL)
        for code in ("H001", "H002")
    ]
    with auth.use_claim(ww.FIRST):
        made = (await world.indicators.MeasurePeers(measured({"H001": "1", "H002": "2"}))).benchmark
        assert {(one.level, one.kind) for one in made.comparisons} == {(3, "hospital")}
        fault = await am.refused(world.indicators.MeasurePeers(measured({"H001": "1", "H009": "2"})))
        assert fault.reason.code == "PEERS_INSTITUTION_UNKNOWN"


async def test_what_cannot_be_an_indicator_is_refused(world):
    """A target nobody knows, a value too fine, a second issue: each in words."""
    stub = world.indicators
    request = pb.IssueIndicatorRequest(request_id=am.request_id(), name=name(2030), document="d")
    for code, value, reason in (
        ("no_such", "1", "INDICATOR_UNKNOWN"), ("cost_per_case", "1.234", "INDICATOR_VALUE_WRONG"),
        ("cost_per_case", "", "DECIMAL_MISSING"), ("cost_per_case", "-1", "INDICATOR_VALUE_WRONG"),
    ):  # fmt: skip
        request.request_id, request.name.code = am.request_id(), code
        request.target.CopyFrom(dec(value))
        with auth.use_claim(ww.FIRST):
            assert (await am.refused(stub.IssueIndicator(request))).reason.code == reason
    with auth.use_claim(ww.FIRST):
        missing = await am.refused(stub.GetIndicator(pb.GetIndicatorRequest(name=name(2031))))
        assert missing.reason.code == "INDICATOR_MISSING"
    with auth.use_claim(ww.ELSEWHERE):
        assert (await am.refused(stub.IssueIndicator(request))).reason.code == "REGION_DENIED"


def past(years: int) -> list[fpb.PastMonth]:
    """Months up to December 2025 with a season and a trend; in each, the fund is the same."""
    found = []
    for at in range(12 * years):
        year, month = divmod(at, 12)
        points = 3_000_000 + 250_000 * ((month * 5) % 7) + 10_000 * at + (at * 7919) % 60_000
        found.append(
            fpb.PastMonth(
                month=f"{2026 - years + year}-{month + 1:02d}", fund_fen=FUND, other_fen=points * 3,
                points=dec(str(points)),
            )
        )  # fmt: skip
    return found


async def test_the_year_is_forecast_from_its_first_months_on(world):
    """D13: who knows what a point will be worth need not race for points."""
    asked = {"pool": sw.POOL, "year": 2026, "history": past(4), "document": "历年月结汇总"}
    with auth.use_claim(ww.FIRST):
        early = world.forecast.ForecastValue(fpb.ForecastValueRequest(request_id=am.request_id(), **asked))
        assert (await am.refused(early)).reason.code == "BUDGET_MISSING"
    await world.approved(2026, 12 * FUND)
    with auth.use_claim(ww.FIRST):
        made = await world.forecast.ForecastValue(
            fpb.ForecastValueRequest(request_id=am.request_id(), **asked)
        )
        found = made.forecast
        assert (found.seen, found.history, found.method, len(found.months)) == (0, 48, "seasonal_ratio@1", 12)
        assert sum(one.fund_fen for one in found.months) == 12 * FUND == found.whole.fund_fen
        for one in [*found.months, found.whole]:
            low, value, high = (
                Decimal(part.value) for part in (one.interval.low, one.value, one.interval.high)
            )
            assert low <= value <= high
            assert one.interval.covered * 100 >= 60 * one.interval.tested > 0
        kept = await world.forecast.GetForecast(fpb.GetForecastRequest(forecast_id=found.forecast_id))
        assert kept.forecast == found
        assert {"value_year", "low_year", "points_01"} <= {line.key for line in kept.worksheet.lines}
        short = {**asked, "history": past(4)[-12:]}
        fault = await am.refused(
            world.forecast.ForecastValue(fpb.ForecastValueRequest(request_id=am.request_id(), **short))
        )
        assert (fault.reason.code, fault.facts["wanted"]) == ("FORECAST_TOO_SHORT", "22")
    await am.lists(world.settlement, 1)
    await world.settlement.month_run("forecast-1", FUND, month=1)
    with auth.use_claim(ww.FIRST):
        made = await world.forecast.ForecastValue(
            fpb.ForecastValueRequest(request_id=am.request_id(), **asked)
        )
        assert (made.forecast.seen, made.forecast.months[0].month) == (1, "2026-02")
        twice = {**asked, "history": [*past(4), fpb.PastMonth(month="2026-01", fund_fen=1, points=dec("1"))]}
        fault = await am.refused(
            world.forecast.ForecastValue(fpb.ForecastValueRequest(request_id=am.request_id(), **twice))
        )
        assert fault.reason.code == "FORECAST_MONTHS_GAP"
        listed = await world.forecast.ListForecasts(fpb.ListForecastsRequest(pool=sw.POOL, page_size=1))
        assert (len(listed.forecasts), bool(listed.next_page_token)) == (1, True)
