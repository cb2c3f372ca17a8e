"""One pool per service, one transaction per request, and row-level security in force in each.

A :class:`Unit` is the unit of work of one request or one background chunk. It takes a connection
and begins a transaction only when somebody first asks for one; in that moment it tells PostgreSQL who
asks (``SET LOCAL`` by way of ``set_config(..., true)``), so that the row policies of the tables apply
and vanish again with the transaction. A unit nobody asked costs nothing.

Stores never begin, commit or roll back: the gRPC interceptor (or ``async with database.unit(claim)`` in
a background job) does, once.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import asyncpg

from chspay_core.errors import Fault, Kind, Reason

if TYPE_CHECKING:
    from chspay_kit.auth import Claim

DATABASE_UNAVAILABLE = Reason(
    "DATABASE_UNAVAILABLE",
    Kind.UNAVAILABLE,
    "数据库暂时连接不上，请稍后重试；持续出现请联系管理员（{why}）",
)
DATABASE_REFUSED = Reason(
    "DATABASE_REFUSED", Kind.UNAVAILABLE, "数据库拒绝了服务的账号，请管理员核对数据库地址与口令（{why}）"
)
ROW_DENIED = Reason("ROW_DENIED", Kind.DENIED, "没有权限读写这条记录：它属于其他机构或其他地区")
APPEND_ONLY = Reason("APPEND_ONLY", Kind.PRECONDITION, "{table} 只能追加，不能修改或删除；更正请另记一条")
WRITE_CONFLICT = Reason("WRITE_CONFLICT", Kind.UNAVAILABLE, "同时有其他人在改同一批记录，请重试")
TEXT_UNWRITABLE = Reason(
    "TEXT_UNWRITABLE", Kind.INVALID, "请求中的文本含有空字符（U+0000）或其他不能保存的字符，请去掉后重试"
)
NUMBER_UNWRITABLE = Reason("NUMBER_UNWRITABLE", Kind.INVALID, "请求中的数超出可以保存的范围，请核对后重试")
NO_UNIT_OF_WORK = Reason("NO_UNIT_OF_WORK", Kind.INTERNAL, "程序错误：不在任何请求之内就访问了数据库")

APPEND_ONLY_SQLSTATE = "CH001"
"""SQLSTATE raised by the trigger that :func:`chspay_kit.ddl.forbid_update_delete` installs."""

_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    ConnectionError,
)
#: Text no database of ours can hold; what a caller sends may reach a query before anything refuses it.
_UNWRITABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
CLAIM_UNWRITABLE = Reason("CLAIM_UNWRITABLE", Kind.DENIED, "身份声明含有不能使用的字符：“{value}”。")

_SAFE = re.compile(r"[0-9A-Za-z._:/@*-]{0,200}\Z", re.ASCII)
_unit: ContextVar[Unit | None] = ContextVar("chspay_unit", default=None)


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that goes back to the pool as it is, without a round trip to reset it.

    A unit changes nothing that outlives its transaction (``set_config(..., true)``). Whoever takes a
    session-level lock on a connection of the pool gives it up before handing the connection back.
    """

    def get_reset_query(self) -> str:
        """Nothing to reset."""
        return ""


class Database:
    """The connection pool of one service.

    :param url: ``postgresql://role:password@host:port/database``.
    :param min_size: connections kept open; ``max_size``: connections at most.
    :param application: shown in ``pg_stat_activity``, so that an operator sees who holds a lock.
    """

    def __init__(
        self, url: str, *, min_size: int = 1, max_size: int = 10, application: str = "chspay"
    ) -> None:
        self._url = url
        self._min_size = min_size
        self._max_size = max_size
        self._application = application
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Open the pool; :data:`DATABASE_UNAVAILABLE` or :data:`DATABASE_REFUSED` when it cannot."""
        if self._pool is not None:
            return
        try:
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=self._min_size,
                max_size=self._max_size,
                timeout=10,
                connection_class=_Connection,
                server_settings={"application_name": self._application, "timezone": "UTC"},
            )
        except (TimeoutError, asyncpg.PostgresError, OSError) as error:
            why = type(error).__name__
            raise translate(error) or Fault(DATABASE_UNAVAILABLE, why=why) from error

    async def close(self) -> None:
        """Close the pool, waiting a little for work in flight; then cut what remains."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), timeout=10)
        except TimeoutError:
            pool.terminate()

    @property
    def pool(self) -> asyncpg.Pool:
        """The open pool, for work outside any request (health, start-up checks)."""
        if self._pool is None:
            raise Fault(DATABASE_UNAVAILABLE, why="pool is not open")
        return self._pool

    async def ready(self) -> bool:
        """Whether a connection answers within two seconds; for the readiness probe."""
        try:
            async with asyncio.timeout(2), self.pool.acquire() as connection:
                return bool(await connection.fetchval("SELECT true"))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, Fault):
            return False

    @contextlib.asynccontextmanager
    async def unit(self, claim: Claim) -> AsyncIterator[Unit]:
        """One unit of work for ``claim``: committed when the block ends, rolled back when it raises."""
        unit, outer = Unit(self, claim), _unit.get()
        _unit.set(unit)
        try:
            yield unit
            await unit.commit()
        except BaseException as error:
            lost = unit.lost()
            lost = await unit.broke_on_rollback() or lost
            fault = translate(error, lost=lost)
            if fault is not None:
                raise fault from error
            raise
        finally:
            # Set, not reset: a stream that was cut off is closed in another context than it began in.
            _unit.set(outer)


class Unit:
    """One transaction at most, begun at the first :meth:`connection` and ended once."""

    def __init__(self, database: Database, claim: Claim) -> None:
        self._database = database
        self._claim = claim
        self._connection: Any = None
        self._lock = asyncio.Lock()

    async def connection(self) -> asyncpg.Connection:
        """The connection of this unit, inside its transaction, with the claim in force."""
        async with self._lock:
            if self._connection is None:
                await self._begin()
            return self._connection

    def lost(self) -> bool:
        """Whether the connection broke; the pool has then taken it back already."""
        if self._connection is None:
            return False
        try:
            return bool(self._connection.is_closed())
        except asyncpg.InterfaceError:
            return True

    async def _begin(self) -> None:
        try:
            connection = await self._database.pool.acquire()
        except OSError as error:
            raise Fault(DATABASE_UNAVAILABLE, why=type(error).__name__) from error
        try:
            await connection.execute(_opening(scope_of(self._claim)))
        except BaseException:
            await self._database.pool.release(connection)
            raise
        self._connection = connection

    async def commit(self) -> None:
        """Commit what was done and give the connection back; nothing done, nothing happens."""
        await self._end(commit=True)

    async def rollback(self) -> None:
        """Undo what was done and give the connection back."""
        await self._end(commit=False)

    async def broke_on_rollback(self) -> bool:
        """Undo what was done; whether the connection proved broken, so that nothing needed undoing."""
        try:
            await self.rollback()
        except Exception as error:
            if translate(error, lost=True) is None:
                raise
            return True
        return False

    async def _end(self, *, commit: bool) -> None:
        connection, lost = self._connection, self.lost()
        self._connection = None
        if connection is None:
            return
        try:
            if lost:
                if commit:
                    raise Fault(DATABASE_UNAVAILABLE, why="connection lost before commit")
            else:
                await connection.execute("COMMIT" if commit else "ROLLBACK")
        finally:
            await self._database.pool.release(connection)


def _opening(scope: tuple[str, str, str]) -> str:
    """The transaction's beginning and who asks, in one message: the most frequent round trip saved.

    Several statements in one message take no parameters, so the values are held to a closed alphabet,
    in which nothing can end a literal.
    """
    for value in scope:
        if not _SAFE.match(value):
            raise Fault(CLAIM_UNWRITABLE, value=value)
    institution, region, subject = scope
    return (
        f"BEGIN; SELECT set_config('chspay.institution', '{institution}', true),"
        f" set_config('chspay.region', '{region}', true), set_config('chspay.subject', '{subject}', true)"
    )


def scope_of(claim: Claim) -> tuple[str, str, str]:
    """What a claim may see, as ``(institution, region, subject)`` for the row policies.

    A hospital is held to its own institution even though its claim also names a region: were the
    region told to PostgreSQL as well, it would see its neighbours.
    """
    institution = claim.institution if claim.role == "hospital" else ""
    region = claim.region if claim.role in {"bureau", "service"} else ""
    return institution, region, claim.subject


def current_unit() -> Unit:
    """The unit of work of the request being served."""
    unit = _unit.get()
    if unit is None:
        raise Fault(NO_UNIT_OF_WORK)
    return unit


async def current_connection() -> asyncpg.Connection:
    """The connection of the request being served, in its transaction; what a store works with."""
    return await current_unit().connection()


def translate(error: BaseException, *, lost: bool = False) -> Fault | None:
    """The fault a database error means to the reader, or ``None`` when it is a defect of ours.

    :param lost: the connection broke; whatever the driver then says of its use is the same news.
    """
    if isinstance(error, asyncpg.InvalidAuthorizationSpecificationError | asyncpg.InvalidCatalogNameError):
        return Fault(DATABASE_REFUSED, why=type(error).__name__)
    # A server that dies says so to an idle connection; the driver's next word is of its own failed state.
    failed = isinstance(error, asyncpg.InternalClientError) and (lost or '"failed" state' in str(error))
    if failed or isinstance(error, _UNREACHABLE) or (lost and isinstance(error, asyncpg.InterfaceError)):
        return Fault(DATABASE_UNAVAILABLE, why=type(error).__name__)
    if isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError):
        return Fault(WRITE_CONFLICT)
    if isinstance(error, _UNWRITABLE):
        return Fault(TEXT_UNWRITABLE)
    if isinstance(error, asyncpg.NumericValueOutOfRangeError) or (
        isinstance(error, asyncpg.DataError) and "out of int" in str(error)
    ):
        return Fault(NUMBER_UNWRITABLE)
    if isinstance(error, asyncpg.InsufficientPrivilegeError) and "row-level security" in str(error):
        return Fault(ROW_DENIED)
    if isinstance(error, asyncpg.PostgresError) and error.sqlstate == APPEND_ONLY_SQLSTATE:
        return Fault(APPEND_ONLY, table=str(getattr(error, "table_name", None) or "账"))
    return None
