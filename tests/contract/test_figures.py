"""Figures for those who watch: equal to the ledger to the fen, and nothing of other places."""

from __future__ import annotations

import asyncpg
import pytest
import settlement_world as sw
from test_month_run import CODES, FUND, month_of_lists

from chspay.settlement.v1 import figures_pb2 as pb
from chspay.settlement.v1 import figures_pb2_grpc
from chspay_core.errors import Fault
from chspay_kit import auth

COUNTY, CITY, PROVINCE, NATION = (
    pb.PLACE_KIND_COUNTY,
    pb.PLACE_KIND_CITY,
    pb.PLACE_KIND_PROVINCE,
    pb.PLACE_KIND_NATION,
)
AREAS = dict(zip(CODES, (sw.COUNTY, sw.OTHER_COUNTY, sw.POOL), strict=True))
NATIONAL = auth.Claim("nation", "bureau", region="*")
PROVINCIAL = auth.Claim("bureau-990000", "bureau", region="99")
STRANGER = auth.Claim("bureau-330000", "bureau", region="33")


@pytest.fixture
async def ask(migrated_db):
    """Two settled months of one pool with hospitals in two counties and in the city; asks for its rows."""
    async with sw.world(migrated_db.url("settlement")) as world:
        for code, level in zip(CODES, (1, 2, 3), strict=True):
            await world.put_hospital(code, area=AREAS[code], level=level)
        for month in (3, 4):
            await month_of_lists(world, month, 60 + 30 * month)
            await world.month_run(f"figures-{month}", FUND + month, month=month)
        stub = figures_pb2_grpc.FiguresServiceStub(world.channel)

        async def asking(claim: auth.Claim, by: int, **more: object) -> list[pb.Figure]:
            asked = {"by": by, "first_period": 202601, "last_period": 202612, **more}
            with auth.use_claim(claim):
                return list((await stub.ListFigures(pb.ListFiguresRequest(**asked))).figures)

        yield asking


async def test_figures(ask, migrated_db):
    """A monitor that shows other totals than the books, or rows of other places, is worse than none."""
    admin = await asyncpg.connect(migrated_db.admin_url)
    try:
        await _adds_up_to_the_ledger(ask, admin)
        await _shows_only_its_own(ask, admin)
        await _values_and_growth(ask, admin)
    finally:
        await admin.close()


async def _adds_up_to_the_ledger(ask, admin) -> None:
    spent = await admin.fetchval("SELECT sum(amount_fen) FROM settlement.posting WHERE hospital_code = ''")
    assert spent == 2 * FUND + 7
    for claim, by in ((sw.BUREAU, COUNTY), (sw.BUREAU, CITY), (PROVINCIAL, PROVINCE), (NATIONAL, NATION)):
        rows = await ask(claim, by)
        assert sum(row.fund_fen for row in rows) == spent
        assert sum(row.cases for row in rows) == 150 + 180
        assert [row.period for row in rows] == sorted((row.period for row in rows), reverse=True)
    assert [(row.place, row.period, row.fund_fen) for row in await ask(NATIONAL, NATION)] == [
        ("000000", 202604, FUND + 4),
        ("000000", 202603, FUND + 3),
    ]


async def _shows_only_its_own(ask, admin) -> None:
    own = await ask(sw.COUNTY_BUREAU, COUNTY)
    assert {row.place for row in own} == {sw.COUNTY}
    booked = await admin.fetchval(
        "SELECT -sum(amount_fen) FROM settlement.posting WHERE region_code = $1 AND hospital_code <> ''",
        sw.COUNTY,
    )
    assert sum(row.fund_fen for row in own) == booked
    assert await ask(sw.COUNTY_BUREAU, COUNTY, place=sw.OTHER_COUNTY) == []
    assert await ask(STRANGER, NATION) == []
    assert {row.place for row in await ask(sw.BUREAU, COUNTY, place=sw.OTHER_COUNTY)} == {sw.OTHER_COUNTY}
    with pytest.raises(Fault) as refused:
        await ask(sw.hospital_claim("H001"), COUNTY)
    assert refused.value.reason.code == "ROLE_DENIED"
    with pytest.raises(Fault) as refused:
        await ask(sw.BUREAU, COUNTY, first_period=202603, last_period=202601)
    assert refused.value.reason.code == "MONTHS_BACKWARDS"


async def _values_and_growth(ask, admin) -> None:
    second, first = await ask(sw.BUREAU, CITY)
    run = await admin.fetchrow(
        "SELECT value_fen, value_micro FROM settlement.month_run WHERE period = 202604"
    )
    (value,) = second.values
    assert (value.pool, value.numerator_fen) == (sw.POOL, run["value_fen"])
    assert (first.month_growth.cases, second.month_growth.cases) == ("", "0.2000")
    assert (second.month_growth.fund, second.year_growth.fund) == ("0.0000", "")
    county = (await ask(sw.COUNTY_BUREAU, COUNTY))[0]
    assert county.values[0] == value
