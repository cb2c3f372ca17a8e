"""Log lines hold no person: a closed list of fields, event names without data, errors without texts."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from chspay_kit import logs

PERSONAL = [
    "name",
    "person_no",
    "certno",
    "psn_name",
    "person_key",
    "case_id",
    "diagnoses",
    "body",
    "message",
]


@pytest.fixture
def production(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Logging as in a running service; ``production()`` reads the lines written so far."""
    root = logging.getLogger()
    handlers, level, structure = root.handlers[:], root.level, structlog.get_config()
    logs.configure("settlement", "info")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.configure(**structure)
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def strict() -> Iterator[None]:
    """Logging as it is before ``configure``: what every test sees."""
    structure = structlog.get_config()
    logs._install(strict=True, threshold=logging.INFO)
    yield
    structlog.configure(**structure)


@pytest.mark.parametrize("field", PERSONAL)
def test_a_forbidden_field_fails_where_it_is_written(strict: None, field: str) -> None:
    """The author of such a line must learn it from the first test that runs it."""
    with pytest.raises(logs.LogFieldError, match=field):
        logs.get_logger("t").info("list.received", **{field: "张三"})


@pytest.mark.parametrize("event", ["张三 出院", "case 12 failed", "Event", "", "x" * 99])
def test_an_event_is_a_name_not_a_sentence(strict: None, event: str) -> None:
    """A sentence is where names slip in; an event is letters and dots."""
    with pytest.raises(logs.LogFieldError, match="event"):
        logs.get_logger("t").info(event)


def test_in_a_service_the_field_is_dropped_and_counted(production: Any) -> None:
    """A log line must not stop a payment, and must not leak either."""
    before = logs.dropped_fields
    logs.get_logger("t").warning("list.received", list_id="L1", name="张三", certno="330106199001011234")
    logs.get_logger("t").warning("病人张三")
    first, second = production()
    assert (first["event"], first["list_id"], first["dropped"]) == ("list.received", "L1", 2)
    assert (second["event"], second["dropped"]) == ("unnamed", 1)
    assert logs.dropped_fields == before + 3
    assert "张三" not in json.dumps([first, second], ensure_ascii=False)


def test_a_line_says_when_where_and_how_bad(production: Any) -> None:
    """Collectors sort by these; the time is UTC."""
    logs.get_logger("chspay_settlement.app").info("run.done", run_id="R1", seconds=1.5, rows=20000)
    logs.get_logger("t").debug("run.step")
    (line,) = production()
    assert line["level"] == "info"
    assert line["service"] == "settlement"
    assert line["module"] == "chspay_settlement.app"
    assert line["time"].endswith("Z")
    assert (line["run_id"], line["seconds"], line["rows"]) == ("R1", 1.5, 20000)


def test_a_long_value_is_cut(production: Any) -> None:
    """A 5 MB value in an allowed field must not flood the disk."""
    logs.get_logger("t").info("policy.loaded", path="x" * 5_000_000)
    (line,) = production()
    assert len(line["path"]) == 300


def test_an_exception_is_a_type_and_places(production: Any) -> None:
    """Texts of exceptions quote what they met; type and place are enough to find the defect."""
    try:
        int("身份证330106")
    except ValueError as error:
        logs.get_logger("t").error("run.failed", **logs.failure(error))
    (line,) = production()
    assert line["error_type"] == "ValueError"
    assert any("test_an_exception_is_a_type_and_places" in frame for frame in line["where"])
    assert "330106" not in json.dumps(line)


def test_warnings_of_libraries_come_without_ready_made_texts(production: Any) -> None:
    """asyncio prints whole tasks with their exceptions; only constant templates may pass."""
    logging.getLogger("asyncio").error("Task exception: ValueError('330106199001011234')")
    try:
        raise KeyError("330106199001011234")
    except KeyError:
        logging.getLogger("grpc").exception("Unexpected [%s] raised in [%s]", "330106199001011234", "x")
    logging.getLogger("grpc").info("chatter")
    first, second = production()
    assert (first["event"], first["module"], first["level"]) == ("library", "asyncio", "error")
    assert second["template"] == "Unexpected [%s] raised in [%s]"
    assert second["error_type"] == "KeyError"
    assert "330106" not in json.dumps([first, second])
