"""The machines and the calendar that ship, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from chspay_core.errors import Fault
from chspay_dispute.engine.calendar import CALENDAR_BAD, Calendar, read_calendar
from chspay_dispute.engine.machine import Machine, read_machine
from chspay_policy import ROOT

_FOLDER = ROOT / "dispute"
#: Which machine moves which owner of a docket.
MACHINES = {"case": "case_machine.yaml", "topic": "negotiation_machine.yaml"}


@cache
def machines() -> Mapping[str, Machine]:
    """The machine of each owner: ``case`` and ``topic``."""
    return {owner: read_machine(_read(_FOLDER / name)) for owner, name in MACHINES.items()}


@cache
def calendar(file: Path | None = None) -> Calendar:
    """The working-day calendar that ships, or that of ``file``.

    :raises Fault: CALENDAR_BAD.
    """
    try:
        return read_calendar(_read(file or _FOLDER / "calendar.yaml"))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise Fault(CALENDAR_BAD, field="dispute_calendar", value=type(error).__name__) from error


def _read(file: Path) -> Mapping[str, Any]:
    # Everything stays text: the engine knows no number it did not read itself.
    content: Mapping[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=_Texts)  # noqa: S506 - safe
    return content


class _Texts(yaml.SafeLoader):
    """Reads days, figures and ``off`` as text, and nothing but plain data."""


_Texts.yaml_implicit_resolvers = {}
