"""Nouns of the domain, pure: amounts, periods, regions, cases, policy, worksheets, errors.

Nothing here reads a clock, the environment or a network, and nothing is a float.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    ENGINE_VERSION: str = version("chspay")
except PackageNotFoundError:  # a bare source tree that was never installed
    ENGINE_VERSION = "0+source"
