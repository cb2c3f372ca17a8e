"""A seeded synthetic year of the demonstration city: what happens to its hospitals and its insured."""

from chspay_cli.synth.year.size import COMMUNITY_NAMES, COMMUNITY_OF, MONTHS, YearSize
from chspay_cli.synth.year.year import CityYear, city_year

__all__ = ["COMMUNITY_NAMES", "COMMUNITY_OF", "MONTHS", "CityYear", "YearSize", "city_year"]
