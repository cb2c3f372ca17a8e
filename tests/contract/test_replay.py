"""A stored clearing carried away as a file and done again elsewhere comes to the same bytes."""

from __future__ import annotations

import asyncio

import around_month as am
import pytest
import replaying
import settlement_world as sw
import year_world as yw
from test_reclear import SCORES, drafting, finding
from typer.testing import CliRunner

from chspay.settlement.v1 import month_pb2, year_pb2
from chspay_cli import cli_replay
from chspay_cli.replay_damage import open_bundle
from chspay_core.errors import Fault
from chspay_kit import auth


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """Settlement, and a command line that knows its address and key."""
    async with yw.year_world(migrated_db.url("settlement")) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", sw.KEY.decode())
        monkeypatch.setenv("CHSPAY_SETTLEMENT_TARGET", running.target)
        yield running


async def run(*words: str, code: int = 0) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    import typer

    app = typer.Typer()
    app.command()(cli_replay.replay)
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.output


async def test_every_kind_of_stored_clearing_is_done_again(world, tmp_path):
    """A month with marks, deductions, a hold and a difference; a period; the year; two re-clearings."""
    cases = await am.lists(world, 1)
    await am.decide(world, "会议1号", cases[3], "incomplete")
    await am.find(world, ("F1", cases[4], 12_345))
    await am.decide_finding(world, "F1", "upheld")
    with auth.use_claim(sw.BUREAU):
        hold = month_pb2.PlaceHoldRequest(
            request_id="hold", pool=sw.POOL, hospital_code="H002", since="2026-01", amount_fen=100_000,
            rule_id="增长过快", evidence="同比30%", citation="演示2号",
        )  # fmt: skip
        await world.month.PlaceHold(hold)
    first = await world.month_run("run-1", 9_000_001, month=1)
    assert first.run_id in await run(first.run_id, "--save", str(tmp_path / "one.chsreplay"))
    assert "一致：每张" in await run(str(tmp_path / "one.chsreplay"))

    await world.submit("corrected", am.raised(cases[5]))
    await am.commit(world, (await am.preview(world)).preview_digest)
    await am.lists(world, 2)
    world.budget.months[sw.POOL, 2026, 2] = 9_100_000
    with auth.use_claim(sw.BUREAU):
        request = month_pb2.StartPeriodRequest(
            request_id="period", pool=sw.POOL, first_month="2026-01", last_month="2026-02"
        )
        period = (await world.month.StartPeriod(request)).period
        while period.state == "running":
            await asyncio.sleep(0.05)
            asked = month_pb2.GetPeriodRequest(period_id=period.period_id)
            period = (await world.month.GetPeriod(asked)).period
    assert period.state == "done", period.failure_message
    assert (await run(period.period_id)).count("一致：每张") == 2

    await world.score(2026, **SCORES)
    trial = await world.trial(2026, 19_000_000)
    assert "一致：每张" in await run(trial.clearing_id)
    closed = await world.close(trial)
    assert "一致：每张" in await run(closed.clearing_id)
    for number, place in ((1, 0), (2, 6)):
        with auth.use_claim(yw.AUTHOR):
            drafted = await world.years.DraftReclearing(
                drafting(closed.clearing_id, finding(cases[place].case_id, cases[place].hospital_code, "1.5"))
            )
        reclear_id = drafted.reclearing.reclear_id
        assert "一致：每张" in await run(reclear_id)
        with auth.use_claim(yw.APPROVER):
            await world.years.CommitReclearing(
                year_pb2.CommitReclearingRequest(
                    request_id=yw.fresh(), reclear_id=reclear_id, digest=drafted.reclearing.digest
                )
            )
        told = await run(reclear_id)
        assert f"RC-990100-2026-{number}" in told
        assert "一致：每张" in told


async def test_the_same_clearing_gives_the_same_bundle(world, tmp_path):
    """Its digest names it: asked for twice, the same members; signed by the service, whoever carried it."""
    await world.months(2025, {3: 8_000_000}, count=12)
    found = []
    for number in (1, 2):
        content, end = await replaying.export(world, "MR-990100-202503-1")
        path = tmp_path / f"{number}.chsreplay"
        path.write_bytes(content)
        with open_bundle(path) as package:
            found.append((package.digest, package.signer, [package.read(name) for name in package.names]))
        assert (end.kind, end.size, end.digest) == ("month", len(content), package.digest)
    assert found[0] == found[1]
    assert found[0][1] in await run(str(path), "--signer", found[0][1])


@pytest.mark.parametrize(
    ("clearing_id", "claim", "reason"),
    [
        ("MR-990100-209901-1", sw.BUREAU, "REPLAY_CLEARING_UNKNOWN"),
        ("XX-1", sw.BUREAU, "REPLAY_CLEARING_UNKNOWN"),
        ("YC-990100-2099-1", sw.BUREAU, "REPLAY_CLEARING_UNKNOWN"),
        ("RC-990100-2099-1", sw.BUREAU, "REPLAY_CLEARING_UNKNOWN"),
        ("PR-990100-209901-1", sw.BUREAU, "REPLAY_CLEARING_UNKNOWN"),
        ("MR-990100-202503-1", sw.hospital_claim("H001"), "ROLE_DENIED"),
    ],
)
async def test_what_cannot_be_done_again_is_refused(world, clearing_id, claim, reason):
    """A bundle holds a whole pool's cases: only its bureau gets it, and only of what was finished."""
    with pytest.raises(Fault) as caught:
        await replaying.export(world, clearing_id, claim)
    assert caught.value.reason.code == reason
