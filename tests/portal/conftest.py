"""One settled month for all tests of the pages, and a real Chromium for those that need one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def settled(stack) -> object:
    """A portal with one settled month behind it (``portal_world.Settled``)."""
    from portal_world import settle

    return stack.run(settle(stack))


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A real Chromium, driven by Playwright.

    Not for longer than a module: while it lives, an event loop runs in this thread and tests that have
    one of their own cannot.
    """
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    program = Path(os.environ.get("CHSPAY_CHROMIUM") or "/usr/bin/chromium")
    if not program.exists():
        pytest.skip(f"there is no Chromium at {program}; set CHSPAY_CHROMIUM")
    quiet = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(program), args=quiet.split())
        yield browser
        browser.close()
