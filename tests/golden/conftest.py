"""Makes the golden city-year importable, and keeps it for the tests of a module."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def golden():
    """The stored parameters and digests."""
    import json

    return json.loads(Path(__file__).with_name("city_year.json").read_bytes())


@pytest.fixture(scope="session")
def city(golden):
    """The city-year the stored parameters name."""
    from city_year import CityYear, Parameters

    return CityYear(Parameters(**golden["parameters"]))
