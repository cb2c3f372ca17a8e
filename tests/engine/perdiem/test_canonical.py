"""The fast spelling of what is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chspay_core.policy import canonical_json
from chspay_perdiem.app.plain import canonical

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_PLAIN = st.recursive(
    _WORDS | st.integers(-(2**63), 2**63 - 1) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(_PLAIN)
def test_the_fast_spelling_is_the_canonical_one(content):
    """Digests and numbers of pricings that were given out must stay what they are."""
    assert canonical(content) == canonical_json(content)
