"""The command line against a running rulebook: what it writes is what the service keeps."""

from __future__ import annotations

import asyncio
import json

import asyncpg
import pytest
import rulebook_world as rw
from typer.testing import CliRunner

from chspay_cli.cli_policy import app as policy
from chspay_cli.cli_registry import app as registry
from chspay_core.bundle import Bundle
from chspay_core.errors import Fault
from chspay_core.policy_files import load_tree
from chspay_rulebook.engine.institutions import COLUMNS

HEAD = ",".join(COLUMNS)


@pytest.fixture
async def world(migrated_db, monkeypatch):
    """A running rulebook, and a command line that knows its address and key."""
    connection = await asyncpg.connect(migrated_db.admin_url)
    await connection.execute("SET session_replication_role = replica")
    tables = ("retraction", "publication", "amendment_step", "amendment", "journal_batch", "institution")
    for table in tables:
        await connection.execute(f"DELETE FROM rulebook.{table}")
    await connection.close()
    async with rw.world(migrated_db.url("rulebook")) as running:
        monkeypatch.setenv("CHSPAY_CLAIM_KEY", rw.KEY.decode())
        monkeypatch.setenv("CHSPAY_RULEBOOK_TARGET", running.target)
        yield running


async def run(app, *words):
    """The command in a thread of its own: it runs an event loop itself."""
    runner = CliRunner()
    return await asyncio.to_thread(
        runner.invoke, app, list(words), catch_exceptions=False, env={"COLUMNS": "200"}
    )


async def test_export_gives_the_same_digests_from_files_alone(world, tmp_path):
    """The law must outlive the service: tree plus amendments is again a tree, bundle for bundle."""
    await world.publish(rw.text("joint-1"))
    corrects = ", corrects: {since: 2025-01-01, cite: demo-city-2025#第一条}"
    await world.publish(rw.text("county-1", place="990101"))
    done = await world.publish(rw.text("fix-1", since="2025-01-01", value="0.97", more=corrects))
    await world.publish(rw.text("gone-1", since="2027-06-01"))
    await world.step("Withdraw", "gone-1", rw.FOURTH)
    out = tmp_path / "exported"
    told = await run(policy, "export", str(out))
    assert told.exit_code == 0, told.output
    assert "3份修订" in told.stdout
    assert Bundle.load(out, "990100").digest == done.digest_after
    names = sorted(path.relative_to(out).as_posix() for path in out.glob("*/amendments/*.yaml"))
    homes = [name.partition("/")[0] for name in names]
    assert homes == ["990100-demo-city", "990100-demo-city", "990101-amended", "990102-demo-west"]
    assert load_tree(out).shared.faults == []
    ids = [item.id for item in load_tree(out).amendments]
    assert ids == ["joint-1", "fix-1", "county-1", "demo-west-joint-2026-1"]
    async with rw.world(world.url, root=out) as again:
        fault = None
        try:
            await again.law.ResolveBundle(rw.resolve("990100"))
        except Fault as caught:
            fault = caught
    # Served over the exported folder, the same amendments stand twice: that is told, not doubled.
    assert fault is not None
    assert fault.reason.code == "AMENDMENT_TWICE"


async def test_export_refuses_what_it_cannot_prove(world, tmp_path):
    """Another folder than the service's gives other digests; an existing one is not overwritten."""
    await world.publish(rw.text("joint-1"))
    out = tmp_path / "exported"
    assert (await run(policy, "export", str(out))).exit_code == 0
    with pytest.raises(Fault) as caught:
        await run(policy, "export", str(out))
    assert caught.value.reason.code == "POLICY_OUT_TAKEN"
    other = tmp_path / "other"
    one = out / "990100-demo-city" / "settlement.yaml"
    one.write_text(one.read_text("utf-8").replace("value: 7,", "value: 8,"), "utf-8")
    for file in out.glob("*/amendments/*.yaml"):
        file.unlink()
    with pytest.raises(Fault) as caught:
        await run(policy, "export", str(other), "--policy-root", str(out))
    assert caught.value.reason.code == "POLICY_EXPORT_DIFFERS"
    assert not other.exists()


async def test_the_registry_is_imported_listed_and_shown(world, tmp_path):
    """An operator without a page: a file in, a day out, the history of one institution."""
    file = tmp_path / "institutions.csv"
    file.write_text(f"{HEAD}\nH1,演示医院,hospital,3,990100,990101,C1,lead,active,2020-01-01,\n"
                    "H1,演示医院,hospital,2,990100,990101,C1,lead,active,2026-03-01,\n"
                    "P1,演示药店,pharmacy,,990100,,,,suspended,2020-01-01,2027-01-01\n", "utf-8")  # fmt: skip
    assert "写入3行" in (await run(registry, "import", str(file))).stdout
    assert "写入0行，3行" in (await run(registry, "import", str(file))).stdout
    found = json.loads(
        (await run(registry, "list", "--on", "2026-02-28", "--place", "990100", "--json")).stdout
    )
    assert [(row["code"], row["level"], row["agreement"]) for row in found] == [
        ("H1", "3", "active"), ("P1", "9", "suspended"),
    ]  # fmt: skip
    told = (await run(registry, "list", "--on", "2026-03-01", "--kind", "hospital")).stdout
    for part in ("H1", "2级", "C1（牵头）", "有效", "共1家"):
        assert part in told
    rows = json.loads((await run(registry, "show", "H1", "--json")).stdout)
    assert {(row["level"], row["since"], row["until"], bool(row["superseded_at"])) for row in rows} == {
        ("3", "2020-01-01", "2026-03-01", False), ("2", "2026-03-01", "", False),
    }  # fmt: skip
    assert "cli/" in (await run(registry, "show", "H1")).stdout


async def test_a_bad_file_names_every_line_and_ends_with_one(world, tmp_path):
    """Nothing half-written, nothing guessed."""
    file = tmp_path / "institutions.csv"
    file.write_text(
        f"{HEAD}\nH1,医院,hotel,3,990100,,,,active,2020-01-01,\nH2,医院,hospital,7,990100,,,,x,2020-01-01,\n"
    )
    told = await run(registry, "import", str(file))
    assert told.exit_code == 1
    assert "第2行 kind INSTITUTION_WORD_BAD" in told.stderr
    assert "第3行 level INSTITUTION_LEVEL_BAD" in told.stderr
    assert "没有写入任何一行" in told.stderr
    for words, reason in (
        (["list", "--kind", "shop"], "REGISTRY_KIND_UNKNOWN"),
        (["show", "NONE"], "INSTITUTION_UNKNOWN"),
        (["import", str(tmp_path / "none.csv")], "FILE_MISSING"),
    ):
        with pytest.raises(Fault) as caught:
            await run(registry, *words)
        assert caught.value.reason.code == reason


async def test_an_unreachable_service_is_told_as_such(monkeypatch):
    """Exit code 3, so that a script tries again later."""
    monkeypatch.setenv("CHSPAY_CLAIM_KEY", rw.KEY.decode())
    monkeypatch.setattr("chspay_cli.remote._SECONDS", 1.0)
    with pytest.raises(Fault) as caught:
        await run(registry, "list", "--target", "127.0.0.1:1")
    assert caught.value.reason.kind.value == "unavailable"
