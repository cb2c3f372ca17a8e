"""A month run under kill -9: the same lists every time, a calm run, and runs whose processes are killed.

Everything lies in one folder. A harness that is stopped itself goes on where it was when it is started
on the same folder again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import settlement_world as sw
from psycopg import sql

from chspay.settlement.v1 import settlement_pb2 as pb
from chspay_kit import auth, migrate
from chspay_kit.pg import EmbeddedPostgres, create_database, password_name

FUND = 9_876_543_21
LISTS = "lists"
ROLE = "chspay_settlement"
SETTLEMENT, POSTGRES = "settlement", "postgres"


@dataclass(frozen=True)
class Seen:
    """How far a run is."""

    state: str
    stage: str
    done: int
    total: int
    failure: str

    @property
    def over(self) -> bool:
        """Whether the run has ended."""
        return self.state in ("done", "failed")


#: Says when a run that is watched is to be hit: told what is seen and for how many seconds it was watched.
When = Callable[[Seen, float], bool]


@dataclass
class Blow:
    """One kill: who, and when."""

    victim: str
    when: When


@dataclass
class Storm:
    """What a storm has done so far."""

    kills: Counter = field(default_factory=Counter)
    stages: Counter = field(default_factory=Counter)
    #: How often settlement ended by itself although only the database was killed.
    fell: int = 0


class Ground:
    """The folder with PostgreSQL, the lists, and settlement as a process beside its neighbours."""

    def __init__(self, home: Path, cases: int, hospitals: int, *, durable: bool = False) -> None:
        self.home = home
        self.pg = EmbeddedPostgres(home, durable=durable)
        self.cases, self.codes = cases, [f"H{number:03d}" for number in range(hospitals)]
        self.beside: sw.Neighbours | None = None
        self.process: sw.Process | None = None

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[Ground]:
        """PostgreSQL and the neighbours running; everything is stopped at the end."""
        self.home.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(self.pg.start)
        try:
            async with (
                sw.opened(self.pg.url(database="postgres")) as database,
                sw.neighbours(database) as beside,
            ):
                self.beside = beside
                beside.servicers["budget"].months[sw.POOL, 2026, 3] = FUND
                yield self
        finally:
            self.leave()
            await asyncio.to_thread(self.pg.stop)

    def enter(self, database: str) -> sw.Process:
        """Settlement as a process over a database."""
        assert self.beside is not None
        self.leave()
        url = self.pg.url(ROLE, self.pg.home.secret(password_name(ROLE)), database)
        self.process = sw.Process(url, self.beside.ports, self.home / "settlement.log")
        self.process.start()
        return self.process

    def leave(self) -> None:
        """No settlement any more."""
        if self.process is not None:
            self.process.kill()
            self.process = None

    async def world(self) -> sw.World:
        """Settlement over a new connection, as soon as it takes one."""
        assert self.beside is not None
        assert self.process is not None
        channel = self.beside.channel(self.process.port)
        assert await channel.ready(60)
        return sw.World(channel, None, self.beside.servicers)

    async def prepare(self) -> None:
        """The database with the lists of the month, unless it is there already."""
        kept = self.home / "lists.json"
        if kept.exists() and json.loads(kept.read_text()) == [self.cases, len(self.codes)]:
            return
        create_database(self.pg.url(database="postgres"), LISTS)
        password = self.pg.home.secret(password_name(ROLE))
        await asyncio.to_thread(migrate.upgrade, "settlement", self.pg.url(database=LISTS), password)
        self.enter(LISTS)
        world = await self.world()
        for code in self.codes:
            await world.put_hospital(code, level=1 + int(code[1:]) % 3)
        cases = (sw.case_of(number, self.codes[number % len(self.codes)]) for number in range(self.cases))
        chunks = [sw.chunk(list(part)) for part in _parts(cases, 4000)]
        answers = await sw.import_lists(world.stub, "storm", chunks)
        assert sum(answer.accepted for answer in answers) == self.cases
        self.leave()
        kept.write_text(json.dumps([self.cases, len(self.codes)]))

    def clone(self, name: str) -> None:
        """A database with the same lists under another name, and the same settings of roles."""
        with psycopg.connect(self.pg.url(database="postgres"), autocommit=True) as admin:
            if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            # Another session on it, even one that is just leaving, would forbid the copy.
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [LISTS]
            )
            names = sql.Identifier(name), sql.Identifier(LISTS)
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
            settings = admin.execute(
                "SELECT r.rolname, unnest(s.setconfig) FROM pg_db_role_setting s"
                " JOIN pg_database d ON d.oid = s.setdatabase JOIN pg_roles r ON r.oid = s.setrole"
                " WHERE d.datname = %s",
                [LISTS],
            ).fetchall()
            for role, setting in settings:
                key, _, value = setting.partition("=")
                words = sql.SQL("ALTER ROLE {} IN DATABASE {} SET {} = {}")
                value = sql.SQL(value) if key == "search_path" else sql.Literal(value)
                admin.execute(words.format(sql.Identifier(role), names[0], sql.Identifier(key), value))

    async def start(self) -> str:
        """Begins the month run; answers its id."""
        world = await self.world()
        with auth.use_claim(sw.BUREAU):
            request = pb.StartMonthRunRequest(request_id="month", pool=sw.POOL, year=2026, month=3)
            return str((await world.stub.StartMonthRun(request)).run.run_id)

    def strike(self, victim: str) -> None:
        """``kill -9``, and the victim is started again."""
        assert self.process is not None
        if victim == SETTLEMENT:
            self.process.kill()
            self.process.start()
            return
        pid = self.pg.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self.pg.start()


class Watch:
    """Looks at a run in the database, whatever happens to the database."""

    def __init__(self, ground: Ground, database: str, run_id: str) -> None:
        self._ground, self._database, self._run_id = ground, database, run_id
        self._connection: psycopg.Connection | None = None

    def look(self) -> Seen | None:
        """What is seen; ``None`` when the database does not answer."""
        try:
            if self._connection is None:
                url = self._ground.pg.url(database=self._database)
                self._connection = psycopg.connect(url, autocommit=True, connect_timeout=5)
            row = self._connection.execute(
                "SELECT state, stage, done, total, failure_message FROM settlement.month_run"
                " WHERE run_id = %s",
                [self._run_id],
            ).fetchone()
            return None if row is None else Seen(*row)
        except psycopg.OperationalError:
            self.close()
            return None

    def close(self) -> None:
        """No connection any more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def weather(
    ground: Ground,
    database: str,
    run_id: str,
    blows: Iterator[Blow],
    storm: Storm,
    tell: Callable[[str], None],
) -> Seen:
    """Carries a run to its end under ``blows``; as many as come before it ends."""
    watch = Watch(ground, database, run_id)
    try:
        for blow in blows:
            began = time.monotonic()
            while True:
                seen = await asyncio.to_thread(watch.look)
                if seen is not None and (seen.over or blow.when(seen, time.monotonic() - began)):
                    break
                await asyncio.sleep(0.002)
            if seen.over:
                return seen
            await asyncio.to_thread(ground.strike, blow.victim)
            storm.kills[blow.victim] += 1
            storm.stages[seen.stage] += 1
            tell(f"kill {sum(storm.kills.values())}: {blow.victim} in {seen.stage} {seen.done}/{seen.total}")
            if ground.process is not None and ground.process.ended():
                storm.fell += 1
                ground.process.start()
        while True:
            seen = await asyncio.to_thread(watch.look)
            if seen is not None and seen.over:
                return seen
            await asyncio.sleep(0.02)
    finally:
        watch.close()


def random_blows(chance: random.Random, number: int, longest: float = 3.0) -> Iterator[Blow]:
    """Kills at random, one in four of PostgreSQL. When nothing moves on between them they come later."""
    last, waited = None, longest
    for _ in range(number):
        victim = POSTGRES if chance.random() < 0.25 else SETTLEMENT
        after = chance.uniform(0, waited)
        held: list[Seen] = []

        def when(seen: Seen, seconds: float, after: float = after, held: list[Seen] = held) -> bool:
            held[:] = [seen]
            return seconds >= after

        yield Blow(victim, when)
        moved = not held or held[0] != last
        waited = max(longest, waited * 0.8) if moved else waited * 1.3
        last = held[0] if held else last


def facts(ground: Ground, database: str) -> dict[str, tuple[int, str]]:
    """Rows of every table and a digest over them; moments and numbers of transactions left out."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(ground.pg.url(database=database)) as connection:
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'settlement'"
            " AND data_type <> 'timestamp with time zone' AND column_name NOT IN ('opened_in', 'written_in')"
            " AND (table_name, column_name) <> ('event', 'seq')"
            " AND table_name IN (SELECT relname FROM pg_class WHERE relkind = 'r')"
            " ORDER BY table_name, column_name"
        ).fetchall()
        tables: dict[str, list[str]] = {}
        for table, column in columns:
            tables.setdefault(table, []).append(column)
        for table, names in tables.items():
            row = sql.SQL(", ").join(map(sql.Identifier, names))
            query = sql.SQL(
                "SELECT count(*), coalesce(sum(('x' || left(md5(ROW({})::text), 15))::bit(60)::bigint), 0)"
                "::text FROM settlement.{}"
            ).format(row, sql.Identifier(table))
            found[table] = connection.execute(query).fetchone()
    return found


def statements_digest(ground: Ground, database: str) -> str:
    """The digest over every statement of the month run."""
    with psycopg.connect(ground.pg.url(database=database)) as connection:
        rows = connection.execute("SELECT statements_digest FROM settlement.month_run").fetchall()
    assert len(rows) == 1
    return str(rows[0][0])


def _parts(cases: Iterator, size: int) -> Iterator[list]:
    part: list = []
    for case in cases:
        part.append(case)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
