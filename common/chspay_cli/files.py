"""Files written whole or not at all, and the record of a making beside what was made."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def save_record(path: Path, record: Mapping[str, object]) -> None:
    """Write the record of a making as JSON."""
    replace_file(path, json.dumps(record, ensure_ascii=False, indent=1).encode())


def record_of(path: Path, digest: str) -> dict[str, Any] | None:
    """The record of the making of exactly this digest; ``None`` when it is missing or of something else."""
    try:
        record = json.loads(path.read_bytes())
        found: dict[str, Any] | None = record if record["digest"] == digest else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found
