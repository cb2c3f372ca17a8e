"""All SQL of accounts, sessions and what happened to them; every function works in its caller's unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from chspay_kit import journal, smcrypto
from chspay_kit.auth import Claim

STREAM = "access"
#: Wrong passwords in a row before a login has to wait, and how long then, doubling: seconds.
FREE_TRIES, FIRST_WAIT, LONGEST_WAIT = 5, 60, 3600
#: How long an address stays known after a sign-in, or the last attempt from it.
KNOWN_DAYS = 14
_ACCOUNT = "account_id, login, name, home, identity, password_hash, must_change, start_until, state"
_ROLE = "role_id, account_id, kind, role, institution, region, expert, duties, since, until, revoked_at"


@dataclass(frozen=True, slots=True)
class Account:
    """A person who signs in.

    :param home: six-digit code of the office whose accounts manager looks after it.
    :param identity: what the identity provider calls the person; empty when it signs in by password only.
    :param start_until: until when the one-time start password is good; ``None`` for the person's own.
    """

    account_id: str
    login: str
    name: str
    home: str
    identity: str | None
    password_hash: str
    must_change: bool
    start_until: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Role:
    """What an account may act as."""

    role_id: str
    account_id: str
    kind: str
    role: str
    institution: str
    region: str
    expert: str
    duties: tuple[str, ...]
    since: datetime
    until: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A living session with its account and the role it acts as."""

    account: Account
    role: Role
    ends: datetime
    means: str

    @property
    def must_change(self) -> bool:
        """Whether a start password began it; whom the identity provider vouches for needs none of ours."""
        return self.account.must_change and self.means == "password"


def login_hash(login: str) -> bytes:
    """What attempts are counted under: people also type passwords where the login belongs."""
    return smcrypto.sm3(f"login:{login}".encode())


def place_hash(login: str, address: str) -> bytes:
    """What attempts from a known address are counted under; it begins with :func:`login_hash`."""
    return login_hash(login) + smcrypto.sm3(f"address:{address}".encode())[:16]


async def add(connection: asyncpg.Connection, account: Account) -> bool:
    """Keeps a new account; ``False`` when the login or the identity is taken."""
    done = await connection.fetchval(
        f"INSERT INTO account ({_ACCOUNT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"  # noqa: S608
        " ON CONFLICT DO NOTHING RETURNING true",
        account.account_id, account.login, account.name, account.home, account.identity,
        account.password_hash, account.must_change, account.start_until, account.state,
    )  # fmt: skip
    return bool(done)


async def find(connection: asyncpg.Connection, column: str, value: str) -> Account | None:
    """The account whose ``account_id``, ``login`` or ``identity`` this is."""
    if column not in {"account_id", "login", "identity"}:
        raise ValueError(column)
    row = await connection.fetchrow(
        f"SELECT {_ACCOUNT} FROM account WHERE {column} = $1",  # noqa: S608 - of the set above
        value,
    )
    return None if row is None else Account(**row)


async def page(connection: asyncpg.Connection, after: str, limit: int) -> list[Account]:
    """Accounts by login."""
    rows = await connection.fetch(
        f"SELECT {_ACCOUNT} FROM account WHERE login > $1 ORDER BY login LIMIT $2",  # noqa: S608
        after, limit,
    )  # fmt: skip
    return [Account(**row) for row in rows]


async def set_password(
    connection: asyncpg.Connection, account_id: str, kept: str, start_until: datetime | None
) -> None:
    """Another password; one with an end must be changed at the first sign-in."""
    await connection.execute(
        "UPDATE account SET password_hash = $2, must_change = $3, start_until = $4 WHERE account_id = $1",
        account_id, kept, start_until is not None, start_until,
    )  # fmt: skip


async def set_state(connection: asyncpg.Connection, account_id: str, state: str) -> None:
    """Closes or opens an account."""
    await connection.execute("UPDATE account SET state = $2 WHERE account_id = $1", account_id, state)


async def grant(connection: asyncpg.Connection, role: Role, home: str, by: str) -> None:
    """Gives a role."""
    await connection.execute(
        "INSERT INTO account_role (role_id, account_id, home, kind, role, institution, region, expert,"
        " duties, until, granted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        role.role_id, role.account_id, home, role.kind, role.role, role.institution, role.region,
        role.expert, list(role.duties), role.until, by,
    )  # fmt: skip


async def roles(connection: asyncpg.Connection, account_id: str, *, standing: bool = True) -> list[Role]:
    """Roles of an account in the order they were given; by default those that stand now."""
    rows = await connection.fetch(
        f"SELECT {_ROLE} FROM account_role WHERE account_id = $1"  # noqa: S608
        " AND (NOT $2 OR revoked_at IS NULL AND (until IS NULL OR until > now()))"
        " ORDER BY since, role_id",
        account_id, standing,
    )  # fmt: skip
    return [_role(row) for row in rows]


async def revoke(connection: asyncpg.Connection, account_id: str, role_id: str) -> bool:
    """Takes a role back and ends its sessions; ``False`` when the account has none of that number."""
    done = await connection.fetchval(
        "UPDATE account_role SET revoked_at = now() WHERE account_id = $1 AND role_id = $2"
        " AND revoked_at IS NULL RETURNING true",
        account_id, role_id,
    )  # fmt: skip
    if done:
        await connection.execute(
            "UPDATE login_session SET ended = now() WHERE role_id = $1 AND ended IS NULL", role_id
        )
    return bool(done)


async def begin(
    connection: asyncpg.Connection, token_hash: bytes, role: Role, means: str, ends: datetime
) -> None:
    """Begins a session."""
    await connection.execute(
        "INSERT INTO login_session (token_hash, account_id, role_id, means, ends)"
        " VALUES ($1, $2, $3, $4, $5)",
        token_hash, role.account_id, role.role_id, means, ends,
    )  # fmt: skip


async def session(connection: asyncpg.Connection, token_hash: bytes, idle: float) -> SignedIn | None:
    """The session of a token, which counts as used now; ``None`` when it has ended in any way."""
    row = await connection.fetchrow(
        "UPDATE login_session AS s SET seen = now() WHERE token_hash = $1 AND ended IS NULL AND ends > now()"
        " AND seen > now() - make_interval(secs => $2) RETURNING account_id, role_id, ends, means",
        token_hash, idle,
    )  # fmt: skip
    if row is None:
        return None
    account = await find(connection, "account_id", row["account_id"])
    standing = await roles(connection, row["account_id"])
    role = next((each for each in standing if each.role_id == row["role_id"]), None)
    if account is None or account.state != "active" or role is None:
        return None
    return SignedIn(account, role, row["ends"], row["means"])


async def end(connection: asyncpg.Connection, token_hash: bytes) -> str:
    """Ends a session; its account, or empty when there was none."""
    found = await connection.fetchval(
        "UPDATE login_session SET ended = now() WHERE token_hash = $1 AND ended IS NULL RETURNING account_id",
        token_hash,
    )
    return found or ""


async def end_all(connection: asyncpg.Connection, account_id: str, but: bytes = b"") -> int:
    """Ends the sessions of an account, but for one; how many."""
    rows = await connection.fetch(
        "UPDATE login_session SET ended = now() WHERE account_id = $1 AND ended IS NULL AND token_hash <> $2"
        " RETURNING 1",
        account_id, but,
    )  # fmt: skip
    return len(rows)


async def counted_under(connection: asyncpg.Connection, login: str, address: str) -> bytes:
    """Under what an attempt is counted: an address this login signed in from has an allowance of its own.

    Else anybody who types wrong passwords could keep the person out.
    """
    own = place_hash(login, address)
    known = await connection.fetchval("SELECT true FROM sign_in_failure WHERE login_hash = $1", own)
    return own if known else login_hash(login)


async def attempt(connection: asyncpg.Connection, login_hash: bytes) -> int:
    """Counts an attempt before it is looked at; 0 when it may go on, else the seconds to wait.

    Counted first, so that many attempts at one moment are not all the first one.
    """
    done = await connection.fetchval(
        "INSERT INTO sign_in_failure AS f (login_hash, failures, until, last) VALUES ($1, 1, now(), now())"
        " ON CONFLICT (login_hash) DO UPDATE SET last = now(),"
        " failures = CASE WHEN f.last < now() - interval '1 day' THEN 1 ELSE f.failures + 1 END,"
        " until = now() + make_interval(secs => CASE"
        "  WHEN f.last < now() - interval '1 day' OR f.failures + 1 < $2 THEN 0"
        "  ELSE least($3 * power(2, least(f.failures + 1 - $2, 20)), $4) END)"
        " WHERE f.until <= now() RETURNING true",
        login_hash, FREE_TRIES, float(FIRST_WAIT), float(LONGEST_WAIT),
    )  # fmt: skip
    if done:
        return 0
    wait = await connection.fetchval(
        "SELECT ceil(extract(epoch FROM until - now()))::int FROM sign_in_failure WHERE login_hash = $1",
        login_hash,
    )
    return max(1, wait or 1)


async def forgive(connection: asyncpg.Connection, counted: bytes, place: bytes) -> None:
    """Forgets the failures counted, remembers the address that got in, and drops what is old.

    :param counted: of :func:`counted_under`.
    :param place: of :func:`place_hash`.
    """
    await connection.execute(
        "DELETE FROM sign_in_failure WHERE login_hash = $1 OR last < now() - make_interval(days => $2)",
        counted, KNOWN_DAYS,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO sign_in_failure (login_hash, failures, until, last) VALUES ($1, 0, now(), now())"
        " ON CONFLICT (login_hash) DO UPDATE SET failures = 0, until = now(), last = now()",
        place,
    )


async def forgive_all(connection: asyncpg.Connection, login: str) -> None:
    """Forgets the failures of a login, wherever they came from, and the addresses it came from."""
    await connection.execute(
        "DELETE FROM sign_in_failure WHERE substring(login_hash FROM 1 FOR 32) = $1", login_hash(login)
    )


async def put_pending(
    connection: asyncpg.Connection, state_hash: bytes, nonce: str, verifier: str, seconds: float
) -> None:
    """A sign-in that is away at the identity provider."""
    await connection.execute("DELETE FROM oidc_pending WHERE until < now()")
    await connection.execute(
        "INSERT INTO oidc_pending (state_hash, nonce, verifier, until)"
        " VALUES ($1, $2, $3, now() + make_interval(secs => $4))",
        state_hash, nonce, verifier, seconds,
    )  # fmt: skip


async def take_pending(connection: asyncpg.Connection, state_hash: bytes) -> tuple[str, str] | None:
    """Nonce and verifier of a sign-in that came back; each comes back once."""
    row = await connection.fetchrow(
        "DELETE FROM oidc_pending WHERE state_hash = $1 RETURNING nonce, verifier, until > now() AS lives",
        state_hash,
    )
    return (row["nonce"], row["verifier"]) if row is not None and row["lives"] else None


async def record(
    connection: asyncpg.Connection, event: str, by: str, home: str, account_id: str, facts: Mapping[str, Any]
) -> None:
    """Writes down what happened, chained to what happened before."""
    content = {"event": event, "by": by, "home": home, "account": account_id, **facts}
    await journal.append(connection, STREAM, orjson.dumps(content, option=orjson.OPT_SORT_KEYS))


async def events(
    connection: asyncpg.Connection, claim: Claim, account_id: str, before: int, limit: int
) -> list[tuple[int, datetime, dict[str, Any]]]:
    """What happened, newest first, in the region of who asks."""
    rows = await connection.fetch(
        "SELECT seq, created_at, payload FROM (SELECT seq, created_at, payload,"
        " convert_from(payload, 'UTF8')::jsonb AS content FROM journal_batch WHERE stream = $1) AS told"
        " WHERE seq < $2 AND ($3 = '*' OR $3 <> '' AND starts_with(content ->> 'home', $3))"
        " AND ($4 = '' OR content ->> 'account' = $4) ORDER BY seq DESC LIMIT $5",
        STREAM, before, claim.region, account_id, limit,
    )  # fmt: skip
    return [(row["seq"], row["created_at"], orjson.loads(row["payload"])) for row in rows]


def _role(row: asyncpg.Record) -> Role:
    return Role(**{**row, "duties": tuple(row["duties"])})
