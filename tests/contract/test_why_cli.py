"""``chspay why`` against a running settlement: the tree in words, as JSON and as a table."""

from __future__ import annotations

import asyncio
import json

import pyarrow.csv as csv
import pytest
import settlement_world as sw
import typer
from typer.testing import CliRunner

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_cli.cli_why import why
from chspay_core.errors import Fault
from chspay_kit import auth


@pytest.fixture
async def settled(migrated_db, monkeypatch):
    """A small settled month, and a command line that knows where."""
    async with sw.world(migrated_db.url("settlement")) as world:
        await world.put_hospital("H001")
        await world.put_hospital("H002")
        cases = [sw.case_of(number, f"H00{1 + number % 2}") for number in range(60)]
        await sw.import_lists(world.stub, "why", [sw.chunk(cases)])
        run = await world.month_run("why-run", 9_876_543)
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", sw.KEY.decode())
        monkeypatch.setenv("CHSPAY_SETTLEMENT_TARGET", world.target)
        yield world, run


async def run(*words: str) -> str:
    """What the command prints; it runs an event loop itself, so in a thread of its own."""
    app = typer.Typer()
    app.command()(why)
    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


async def test_an_amount_is_told_in_words_and_as_a_table(settled, tmp_path):
    """An operator without a browser asks why, and takes the answer along as a file."""
    world, done = settled
    with auth.use_claim(sw.BUREAU):
        request = pb.GetStatementRequest(run_id=done.run_id, hospital_code="H001")
        statement = (await world.stub.GetStatement(request)).statement
    name = statement.refs["payable"]
    told = await run(name, "--depth", "4")
    for word in ("本月应付", "预付", "＝ ", "依据 《", "点值", "已核对", "可展开："):
        assert word in told, word
    tree = json.loads(await run(name, "--json", "--depth", "2"))
    assert (tree["ref"], tree["checked"], tree["kind"]) == (name, True, "LINEAGE_KIND_LINE")
    assert {child["name"] for child in tree["inputs"]} >= {"prepaid", "deducted", "held"}
    file = tmp_path / "why.csv"
    assert "已写出" in await run(name, "--depth", "3", "--export", str(file))
    table = csv.read_csv(file)
    assert table["名称"][0].as_py() == "本月应付"
    assert "《" not in "".join(table.column_names)
    case = json.loads(await run(f"run/{done.run_id}/case/H001/C000000/cost", "--json"))
    assert case["source"]["member"] == "iteminfo.amt"
    assert len(case["source"]["digest"]) == 64
    with pytest.raises(Fault, match="LINEAGE_REF_BAD"):
        await run("nothing")
