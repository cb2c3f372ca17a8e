"""An unbalanced, edited, late, foreign or unchained posting is impossible, for service and owner alike."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chspay_kit import journal

_numbers = itertools.count(1)
UNBALANCED, CLOSED, FOREIGN, UNCHAINED, CHANGED = "CH003", "CH004", "CH005", "CH006", "CH001"
ACCOUNTS = [
    ("fund_pool/990100", "990100", "990100", ""),
    ("payable/990100/L1", "990100", "990101", "L1"),
    ("fund_pool/880100", "880100", "880100", ""),
]


@pytest.fixture(params=["service", "owner"])
async def writer(request, migrated_db) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may write postings: the service's role, then the owner of the tables."""
    admin = await asyncpg.connect(migrated_db.admin_url)
    for row in ACCOUNTS:
        await admin.execute(
            "INSERT INTO settlement.ledger_account VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING", *row
        )
    await admin.close()
    url = migrated_db.url("settlement") if request.param == "service" else migrated_db.admin_url
    connection = await asyncpg.connect(url, server_settings={"search_path": "settlement"})
    yield connection
    await connection.close()


async def begin(writer: asyncpg.Connection, region: str = "*") -> asyncpg.transaction.Transaction:
    """A transaction that may see the ledger."""
    transaction = writer.transaction()
    await transaction.start()
    await writer.execute("SELECT set_config('chspay.region', $1, true)", region)
    return transaction


async def head(writer: asyncpg.Connection, pool: str = "990100", *, chained: bool = True) -> str:
    """An empty batch of a pool, in its journal or not."""
    batch = f"B{next(_numbers)}"
    found = b"not in the journal"
    if chained:
        found = await journal.append(writer, f"ledger/{pool}", batch.encode())
    await writer.execute(
        "INSERT INTO settlement.posting_batch (batch_id, pool, period, run_id, kind, corrects, cause, hash)"
        " VALUES ($1, $2, 202603, '', 'month', '', '', $3)",
        batch, pool, found,
    )  # fmt: skip
    return batch


async def line(
    writer: asyncpg.Connection, batch: str, number: int, amount: int, account: str = "", hospital: str = ""
) -> None:
    """One line, by default of the pool's fund."""
    await writer.execute(
        "INSERT INTO settlement.posting (batch_id, line_no, account, region_code, hospital_code, amount_fen,"
        " note) VALUES ($1, $2, $3, '990100', $4, $5, '')",
        batch, number, account or "fund_pool/990100", hospital, amount,
    )  # fmt: skip


async def posted(writer: asyncpg.Connection) -> str:
    """A sound batch, committed."""
    transaction = await begin(writer)
    batch = await head(writer)
    await line(writer, batch, 1, 100)
    await line(writer, batch, 2, -100, "payable/990100/L1", "L1")
    await transaction.commit()
    return batch


def state(caught: pytest.ExceptionInfo[asyncpg.PostgresError]) -> str:
    """The SQLSTATE of a refusal."""
    return str(caught.value.sqlstate)


async def test_a_sound_batch_stands(writer):
    """The guards must let through what is right."""
    batch = await posted(writer)
    transaction = await begin(writer)
    rows = await writer.fetch("SELECT amount_fen FROM settlement.posting WHERE batch_id = $1", batch)
    await transaction.rollback()
    assert sorted(row[0] for row in rows) == [-100, 100]


async def test_a_batch_may_be_written_after_a_savepoint(writer):
    """Work done in steps of one transaction is still one transaction."""
    transaction = await begin(writer)
    async with writer.transaction():
        batch = await head(writer)
    async with writer.transaction():
        await line(writer, batch, 1, 7)
        await line(writer, batch, 2, -7, "payable/990100/L1", "L1")
    await transaction.commit()


@pytest.mark.parametrize("amounts", [(100, -99), (5,), ()])
async def test_an_unbalanced_batch_cannot_be_committed(writer, amounts):
    """Money that comes from nowhere stops at the last door, for the owner too."""
    transaction = await begin(writer)
    batch = await head(writer)
    for number, amount in enumerate(amounts, 1):
        await line(writer, batch, number, amount)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await transaction.commit()
    assert state(caught) == UNBALANCED


async def test_a_committed_batch_is_closed_even_to_balanced_lines(writer):
    """Two lines that cancel out, slipped into last year's batch, would move money unseen."""
    batch = await posted(writer)
    transaction = await begin(writer)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await line(writer, batch, 3, 9)
    await transaction.rollback()
    assert state(caught) == CLOSED


async def test_a_batch_cannot_claim_another_transaction(writer):
    """The mark that keeps a batch open is the database's own; a forged one is overwritten."""
    transaction = await begin(writer)
    found = await journal.append(writer, "ledger/990100", b"forged")
    batch = f"B{next(_numbers)}"
    await writer.execute(
        "INSERT INTO settlement.posting_batch (batch_id, pool, period, run_id, kind, corrects, cause, hash,"
        " opened_in, posted_at) VALUES ($1, '990100', 202603, '', 'month', '', '', $2, 9223372036854775807,"
        " '1999-01-01')",
        batch, found,
    )  # fmt: skip
    await line(writer, batch, 1, 1)
    await line(writer, batch, 2, -1)
    year = await writer.fetchval(
        "SELECT extract(year FROM posted_at)::int FROM settlement.posting_batch WHERE batch_id = $1", batch
    )
    await transaction.commit()
    assert year > 1999


async def test_an_account_of_another_pool_is_refused(writer):
    """One pool's fund must never pay for another's hospitals."""
    transaction = await begin(writer)
    batch = await head(writer)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await line(writer, batch, 1, 5, "fund_pool/880100")
    await transaction.rollback()
    assert state(caught) == FOREIGN


async def test_a_line_cannot_hide_behind_another_hospital(writer):
    """A hospital sees its own lines: a line on its account under another name would be invisible to it."""
    transaction = await begin(writer)
    batch = await head(writer)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await line(writer, batch, 1, 5, "payable/990100/L1", "L2")
    await transaction.rollback()
    assert state(caught) == FOREIGN


async def test_a_batch_outside_the_hash_chain_cannot_be_committed(writer):
    """A batch the journal does not know could be exchanged without a trace."""
    transaction = await begin(writer)
    batch = await head(writer, chained=False)
    await line(writer, batch, 1, 5)
    await line(writer, batch, 2, -5)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await transaction.commit()
    assert state(caught) == UNCHAINED


@pytest.mark.parametrize(
    "row",
    [
        ("slush/990100", "990100", "990100", ""),
        ("payable/990100", "990100", "990100", ""),
        ("fund_pool/990100/L1", "990100", "990101", "L1"),
        ("payable/880100/L1", "990100", "990101", "L1"),
        ("payable/990100/L2", "990100", "990101", "L1"),
    ],
)
async def test_an_account_outside_the_chart_cannot_be_opened(writer, row):
    """Accounts nobody named are where money disappears."""
    transaction = await begin(writer)
    with pytest.raises(asyncpg.CheckViolationError):
        await writer.execute("INSERT INTO settlement.ledger_account VALUES ($1, $2, $3, $4)", *row)
    await transaction.rollback()


@pytest.mark.parametrize("table", ["posting", "posting_batch", "ledger_account", "journal_batch"])
@pytest.mark.parametrize("change", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_nothing_posted_is_edited(writer, table, change):
    """The refusal is loud: a privilege the service lacks, a trigger the owner meets."""
    await posted(writer)
    column = {"journal_batch": "payload = ''", "posting": "amount_fen = 1"}.get(table, "pool = 'X'")
    statement = {
        "UPDATE": f"UPDATE settlement.{table} SET {column}",
        "DELETE": f"DELETE FROM settlement.{table}",
        "TRUNCATE": f"TRUNCATE settlement.{table} CASCADE",
    }[change]
    transaction = await begin(writer)
    with pytest.raises(asyncpg.PostgresError) as caught:
        await writer.execute(statement)
    await transaction.rollback()
    assert state(caught) in {CHANGED, asyncpg.InsufficientPrivilegeError.sqlstate}
