"""A seeded synthetic city for trial, teaching and measuring; every person and hospital is invented."""

from chspay_cli.synth.admissions import DEFAULT_FAULTS, generate
from chspay_cli.synth.city import DEFAULT_HOSPITALS, Hospital, hospitals

__all__ = ["DEFAULT_FAULTS", "DEFAULT_HOSPITALS", "Hospital", "generate", "hospitals"]
