"""Pages of lists: sizes are clamped, tokens go on where the page ended and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_kit import paging

keys = st.lists(st.text(max_size=20) | st.integers(-(2**53), 2**53), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("asked", "given_size"), [(0, 50), (1, 1), (1000, 1000), (1001, 1000), (2**31 - 1, 1000)]
)
def test_sizes_are_clamped(asked: int, given_size: int) -> None:
    """A caller who asks for everything gets a page; nobody empties a table in one call."""
    assert paging.size(asked) == given_size


def test_a_negative_size_is_refused() -> None:
    """A negative size is a mistake, not a wish for the default."""
    with pytest.raises(Fault) as caught:
        paging.size(-1)
    assert caught.value.reason is paging.PAGE_SIZE_BAD


@given(keys, keys)
def test_a_token_goes_on_where_the_page_ended(query: list[object], after: list[str | int]) -> None:
    """Sort keys of any text or number must come back exactly, or rows are skipped or shown twice."""
    token = paging.encode(query, after)
    assert paging.decode(query, token) == after
    assert paging.decode(query, "") is None


@pytest.mark.parametrize("token", ["x", "====", "AAAA", "页", "A" * 500, paging.encode(["H2"], ["L9"])])
def test_a_token_of_another_query_is_refused(token: str) -> None:
    """A token made for one hospital must not page through another's lists."""
    with pytest.raises(Fault) as caught:
        paging.decode(["H1"], token)
    assert caught.value.reason is paging.PAGE_TOKEN_BAD
