"""The public register: what was published stays as it was, and anybody finds what was changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chspay_core.errors import Fault
from chspay_dispute.app import register
from chspay_dispute.store import register as store
from chspay_kit import register as kit
from chspay_kit.auth import Claim, use_claim
from chspay_kit.db import Database, current_connection
from chspay_kit.sm2 import Sm2Key

POOL, ELSEWHERE = "990100", "330100"
BUREAU = Claim("user:1", "bureau", region="9901", duties=("administration",))
HOSPITAL = Claim("key-h", "hospital", institution="H1", region="990101")
KEY = Sm2Key.from_private_hex("11" * 32)


@pytest.fixture(scope="module")
def url(migrated_db) -> str:
    return migrated_db.url("dispute")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    found = Database(url, max_size=4)
    await found.open()
    yield found
    await found.close()


async def publish(
    database: Database, title: str = "评议结果", claim: Claim = BUREAU, **more: object
) -> register.Entry:
    given = {
        "kind": "result", "subject": "case/1", "pool": POOL, "region_code": "990101", "title": title,
        "content": {"outcome": "ADJUST", "amount": "12.50"},
    } | more  # fmt: skip
    with use_claim(claim):
        async with database.unit(claim):
            return await register.publish(await current_connection(), **given)


async def export(database: Database, pool: str = POOL) -> bytes:
    async with database.unit(BUREAU):
        connection = await current_connection()
        entries = [register.exported(one) for one in await store.chain(connection, pool, 0, 10_000)]
    last = entries[-1]
    anchor = kit.Anchor(pool, last["seq"], last["hash"], last["published_at"])
    return kit.export_bytes(kit.signed_head(anchor, KEY), entries)


async def test_whoever_takes_the_step_publishes_and_everybody_reads(database: Database) -> None:
    """A hospital's own step (accepting a result) opens the publicity; its row policies must not hide it."""
    new = await publish(database, claim=HOSPITAL)
    async with database.unit(Claim("public", "expert")):
        found = await store.one(await current_connection(), new.entry_no)
    assert found is not None
    assert register.entry_of(found) == new
    assert new.published_at.microsecond == 0


async def test_a_withdrawn_entry_keeps_its_hash_and_the_chain_holds(database: Database) -> None:
    """What must go goes entirely, title and all, and still nobody can pretend it never was."""
    before = await publish(database, "某医院张某")
    anchored = kit.check(await export(database), "x")
    with use_claim(BUREAU):
        async with database.unit(BUREAU):
            told = await register.withdraw(
                await current_connection(), entry_no=before.entry_no, reason="误列"
            )
    content = await export(database)
    assert "张某" not in content.decode()
    assert before.content_sm3 in content.decode()
    anchor = kit.Anchor(POOL, anchored.entries, anchored.head, anchored.published_at)
    checked = kit.check(content, "x", {KEY.public_hex()}, [anchor])
    assert (checked.withdrawn, checked.anchors, checked.trusted) == (1, 1, True)
    assert told.content["reason"] == "误列"
    for number, reason in ((before.entry_no, "ENTRY_WITHDRAWN"), (told.entry_no, "ENTRY_STAYS")):
        with use_claim(BUREAU), pytest.raises(Fault) as refused:
            async with database.unit(BUREAU):
                await register.withdraw(await current_connection(), entry_no=number, reason="再撤")
        assert refused.value.reason.code == reason


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE register_entry SET body = 'x' WHERE entry_no = $1",
        "UPDATE register_entry SET body = NULL, withdrawn_by = 'GS990100-000001' WHERE entry_no = $1",
        "UPDATE register_entry SET title = 'x' WHERE entry_no = $1",
        "DELETE FROM register_entry WHERE entry_no = $1",
    ],
)
async def test_no_statement_changes_an_entry(database: Database, change: str) -> None:
    """The guards of the database hold whatever a program of ours may try."""
    new = await publish(database)
    with pytest.raises((Fault, asyncpg.PostgresError)):
        async with database.unit(BUREAU):
            await (await current_connection()).execute(change, new.entry_no)
    async with database.unit(BUREAU):
        found = await store.one(await current_connection(), new.entry_no)
    assert found is not None
    assert register.entry_of(found) == new


async def test_every_changed_byte_is_found(database: Database) -> None:
    """The promise to outsiders: 100 % of single changed bytes, wherever they stand."""
    await publish(database, pool=ELSEWHERE)
    await publish(database, "第二条", pool=ELSEWHERE)
    content = await export(database, ELSEWHERE)
    kit.check(content, "x")
    for at in range(len(content)):
        broken = bytearray(content)
        broken[at] ^= 1
        with pytest.raises(Fault):
            kit.check(bytes(broken), "x")


async def test_left_out_swapped_and_resigned_entries_are_found(database: Database) -> None:
    """Whoever holds the key can sign another history; the anchor printed before convicts it."""
    for title in ("甲", "乙", "丙"):
        await publish(database, title, pool="330200")
    content = await export(database, "330200")
    held = kit.check(content, "x")
    data = json.loads(content)
    for entries in (data["entries"][:-1], data["entries"][1:], data["entries"][::-1]):
        with pytest.raises(Fault):
            kit.check(kit.export_bytes(data["head"], entries), "x")
    shorter = data["entries"][:2]
    head = kit.signed_head(kit.Anchor("330200", 2, shorter[1]["hash"], shorter[1]["published_at"]), KEY)
    forged = kit.export_bytes(head, shorter)
    kit.check(forged, "x")
    anchor = kit.anchors_in("公报第3期\n" + kit.Anchor("330200", 3, held.head, held.published_at).line())
    with pytest.raises(Fault) as found:
        kit.check(forged, "x", (), anchor)
    assert found.value.reason.code == "REGISTER_ANCHOR"
    with pytest.raises(Fault) as found:
        kit.check(forged, "x", {Sm2Key.generate().public_hex()})
    assert found.value.reason.code == "REGISTER_SIGNER"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"kind": "gossip"}, "REGISTER_KIND"),
        ({"title": "一\n二"}, "REGISTER_TEXT"),
        ({"content": {"rate": 0.5}}, "REGISTER_CONTENT"),
        ({"content": {"rows": [{"patient_name": "张某"}]}}, "REGISTER_PERSONAL"),
        ({"content": {"text": "证件号 330102199003071234 。"}}, "REGISTER_PERSONAL"),
        ({"title": "电话13800138000"}, "REGISTER_PERSONAL"),
        ({"redacted": ("rows.0.name",)}, "REGISTER_REDACT"),
        ({"content": {"text": "长" * 100_000}}, "REGISTER_CONTENT"),
    ],
)
async def test_what_must_not_be_published_is_refused(database: Database, more: dict, reason: str) -> None:
    """A name that was public for a minute was public: the register refuses it before it keeps anything."""
    with pytest.raises(Fault) as refused:
        await publish(database, **more)
    assert refused.value.reason.code == reason


async def test_redacted_values_are_never_kept(database: Database) -> None:
    """Blacked out in the database too, so that no copy of it holds the value."""
    content = {"rows": [{"hospital": "演示医院", "doctor_name": "李某"}], "points": 12}
    new = await publish(database, content=content, redacted=("rows.0.doctor_name", "points"))
    assert new.content == {
        "rows": [{"hospital": "演示医院", "doctor_name": register.REDACTED}], "points": register.REDACTED,
    }  # fmt: skip
    assert new.redacted == ("points", "rows.0.doctor_name")
    assert "李某" not in (await export(database)).decode()
