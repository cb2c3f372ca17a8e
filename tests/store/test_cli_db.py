"""``chspay db`` as an operator types it: answers, exit codes, nothing left running unasked."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from chspay_cli.cli_db import app
from chspay_core.errors import Fault
from chspay_kit import migrate
from chspay_kit.pg import EmbeddedPostgres


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    home = tmp_path_factory.mktemp("cli") / "home"
    yield home
    EmbeddedPostgres(home).stop()


def db(home: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    if isinstance(result.exception, Fault):
        raise result.exception
    return result


def test_nothing_is_there_before_the_first_start(home: Path) -> None:
    # Questions must not create anything.
    assert db(home, "status").exit_code == 1
    assert db(home, "stop").exit_code == 0
    with pytest.raises(Fault, match="PG_NEVER_STARTED"):
        db(home, "url")
    assert not home.exists()


def test_migrate_and_check_run_on_a_server_of_their_own(home: Path) -> None:
    # On a laptop nobody should have to start a server first, nor find one left running.
    unready = db(home, "check")
    assert unready.exit_code == 1
    assert "budget" in unready.output
    assert db(home, "migrate").exit_code == 0
    assert db(home, "check").exit_code == 0
    assert db(home, "status").exit_code == 1


def test_start_url_stop(home: Path) -> None:
    # The address works as printed, for the administrator and for a service's role.
    assert db(home, "start").exit_code == 0
    assert "已在运行" in db(home, "start").output
    assert db(home, "status").exit_code == 0
    with psycopg.connect(db(home, "url").output.strip()) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("postgres",)
    with psycopg.connect(db(home, "url", "--service", "budget").output.strip()) as connection:
        assert connection.execute("SELECT current_schema").fetchone() == ("budget",)
    with pytest.raises(Fault, match="MIGRATION_UNKNOWN_SERVICE"):
        db(home, "url", "--service", "nobody")
    assert db(home, "stop").exit_code == 0
    assert db(home, "status").exit_code == 1


def test_an_external_database_with_mounted_passwords(home: Path, pg, fresh_db: str, tmp_path: Path) -> None:
    # The migration job of a cluster: an administrator's address, one password file per service.
    for service in migrate.services():
        (tmp_path / service).write_text(pg.home.secret(f"database-chspay_{service}") + "\n")
    arguments = ["--database-url", fresh_db, "--passwords", str(tmp_path)]
    assert db(home, "migrate", *arguments).exit_code == 0
    url = pg.url("chspay_budget", database=fresh_db.rsplit("/", 1)[1])
    psycopg.connect(url).close()
    (tmp_path / "budget").unlink()
    with pytest.raises(Fault, match="ROLE_PASSWORD_UNREADABLE") as caught:
        db(home, "migrate", "--service", "budget", *arguments)
    assert "budget" in caught.value.message
