"""Broken policy stops before anything is written, naming key, place, day and document."""

from __future__ import annotations

import shutil

import asyncpg
import pytest
import rulebook_world as rw

import chspay_policy
from chspay_core.errors import Fault

CITY = "990100-demo-city/settlement.yaml"
SPOILED = {
    "two values on one day": (
        CITY,
        "since: 2025-01-01, value: 0.95",
        "since: 2020-01-01, value: 0.95",
        "POLICY_OVERLAP",
        ("prepay.share", "990100", "2020-01-01", "demo-city-2020#第六条", "demo-city-2025#第一条"),
    ),
    "a value that runs into the next": (
        CITY,
        "since: 2020-01-01, value: 0.90",
        "since: 2020-01-01, until: 2025-01-01, value: 0.90",
        "POLICY_OVERLAP",
        ("prepay.share", "990100", "2025-01-01", "demo-city-2020#第六条", "demo-city-2025#第一条"),
    ),
    "documents that rest on each other": (
        "documents.yaml",
        "demo-city-2025:\n",
        "demo-city-2025:\n  based_on: [demo-city-2020]\n",
        "POLICY_DOCUMENT_CIRCLE",
        ("demo-city-2020", "demo-city-2025"),
    ),
    "a document that had ended": (
        "documents.yaml",
        "demo-city-2025:\n",
        "demo-city-2025:\n  repealed: 2024-12-31\n",
        "POLICY_DOCUMENT_ENDED",
        ("prepay.share", "990100", "2025-01-01", "demo-city-2025", "2024-12-31"),
    ),
    "a rule without a document": (
        CITY,
        "cite: demo-city-2025#第一条, ",
        "",
        "POLICY_CITE_MISSING",
        ("prepay.share", "990100"),
    ),
    "an article that is not there": (
        CITY,
        "demo-city-2025#第一条",
        "demo-city-2025#第九条",
        "POLICY_ARTICLE_ABSENT",
        ("prepay.share", "第九条"),
    ),
}


@pytest.mark.parametrize("what", SPOILED)
async def test_a_broken_folder_seals_nothing(migrated_db, tmp_path, what):
    """A run asks for the bundle first; refused there, it has written nothing, and nor has the rulebook."""
    file, old, new, reason, named = SPOILED[what]
    root = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, root)
    path = root / file
    text = path.read_text("utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    if what == "documents that rest on each other":
        text = text.replace("demo-city-2020:\n", "demo-city-2020:\n  based_on: [demo-city-2025]\n", 1)
    path.write_text(text, "utf-8")
    admin = await asyncpg.connect(migrated_db.admin_url)
    before = await admin.fetchval("SELECT count(*) FROM rulebook.sealed_bundle")
    async with rw.world(migrated_db.url("rulebook"), root=root) as world:
        with pytest.raises(Fault) as caught:
            await world.law.ResolveBundle(rw.resolve("990100"))
        sound = await world.law.ResolveBundle(rw.resolve("330000")) if file == CITY else None
    assert caught.value.reason.code == reason
    told = caught.value.message
    assert all(part in told for part in named), told
    after = await admin.fetchval("SELECT count(*) FROM rulebook.sealed_bundle WHERE place <> '330000'")
    await admin.close()
    assert after <= before
    # Another place's law is not held up by it.
    assert sound is None or sound.digest


async def test_a_folder_mended_is_served_at_once(migrated_db, tmp_path):
    """Nobody restarts a service to put a citation right."""
    root = tmp_path / "policy"
    shutil.copytree(chspay_policy.ROOT, root)
    path = root / CITY
    good = path.read_text("utf-8")
    async with rw.world(migrated_db.url("rulebook"), root=root) as world:
        first = await world.law.ResolveBundle(rw.resolve("990100"))
        path.write_text(good.replace("cite: demo-city-2025#第一条, ", ""), "utf-8")
        with pytest.raises(Fault):
            await world.law.ResolveBundle(rw.resolve("990100"))
        path.write_text(good, "utf-8")
        assert (await world.law.ResolveBundle(rw.resolve("990100"))).digest == first.digest
