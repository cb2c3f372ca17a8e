"""Test institutions: what they send is checked and grouped like the real thing, and enters nothing.

They are told by their code. No service registers such a code, so a list of one finds no hospital, no pool
and no month anywhere, whatever door it tries.
"""

from __future__ import annotations

#: What codes of test institutions begin with; national codes begin with H or P.
PREFIX = "SBX"


def is_sandbox(institution: str) -> bool:
    """Whether a code is a test institution's."""
    return institution.upper().startswith(PREFIX)
