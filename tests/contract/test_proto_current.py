"""The generated modules are what the protos say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def generator(root: Path) -> ModuleType:
    """``proto/generate.py`` as a module."""
    spec = importlib.util.spec_from_file_location("proto_generate", root / "proto/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_code_is_current(generator: ModuleType, tmp_path: Path) -> None:
    """A proto edited without ``./run proto`` would be served in its old form."""
    generator.generate(tmp_path)
    made = generator.contents(tmp_path)
    assert len(made) > 10
    assert generator.stale(made) == []


def test_a_stale_a_missing_and_a_left_over_file_are_seen(generator: ModuleType, tmp_path: Path) -> None:
    """The check itself must not be blind: each way of being stale is told by file name."""
    generator.generate(tmp_path)
    made = generator.contents(tmp_path)
    changed, removed = sorted(name for name in made if name.endswith("_pb2.py"))[:2]
    made[changed] += b"#"
    del made[removed]
    made["chspay/new_pb2.py"] = b""
    assert generator.stale(made) == sorted([changed, removed, "chspay/new_pb2.py"])
