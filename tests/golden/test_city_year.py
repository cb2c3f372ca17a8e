"""A city-year settled once is settled the same ever after, byte for byte, on any machine."""

from __future__ import annotations

import bundles

from chspay_cli.replay_run import replay_bundle
from chspay_kit.package import open_package


def test_the_generator_still_makes_this_city(golden, city):
    """Told apart from a change of the engine: another city has other answers, and rightly so."""
    assert city.generated == golden["generated"], "the generator makes other cases than it did"
    assert city.grouped == golden["grouped"], "the grouper or its scheme gives other groups than it did"


def test_the_city_year_comes_out_as_stored(golden, city):
    """A single byte of a statement, a batch or a payment that moves is a changed engine, and is named."""
    assert city.grouped == golden["grouped"], "other cases, so other answers: see the test above"
    found = city.digests()
    assert {name for name in golden["digests"] if found.get(name) != golden["digests"][name]} == set()
    assert found == golden["digests"]


def test_every_kind_of_bundle_comes_out_again(tmp_path, city):
    """What is carried away as a file says the same as what was worked out in memory."""
    path = tmp_path / "one.chsreplay"
    bundles.period_bundle(path, city, range(3, 6))
    with open_package(path, "replay") as package:
        assert [(done.clearing, done.place) for done in replay_bundle(package)] == [
            (f"MR-990100-20260{month}-1", None) for month in (3, 4, 5)
        ]
    for reclearings, clearing in ((0, "YC-990100-2026-1"), (2, "RC-990100-2026-2")):
        bundles.year_bundle(path, city, reclearings)
        with open_package(path, "replay") as package:
            (done,) = replay_bundle(package)
        assert (done.clearing, done.place, done.stored) == (clearing, None, done.found)


def test_the_same_city_gives_the_same_file(tmp_path, city):
    """A bundle has no clock and no chance in it, so that its digest names it."""
    first = bundles.month_bundle(tmp_path / "a", city, 1)
    assert bundles.month_bundle(tmp_path / "b", city, 1) == first
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
