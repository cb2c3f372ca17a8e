"""Claims: what is signed is what is read, nothing else is, and what they allow."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.errors import Fault
from chspay_kit import auth, deadline
from chspay_kit.auth import Claim

KEY = b"0123456789abcdef0123456789abcdef"
NOW = 1_800_000_000

claims = st.builds(
    Claim,
    subject=st.text(min_size=1, max_size=40),
    role=st.sampled_from(sorted(auth.ROLES)),
    institution=st.text(max_size=30),
    region=st.sampled_from(["", "*", "33", "3301", "990101"]),
    expires=st.integers(NOW + 1, NOW + 100_000),
    duties=st.lists(st.sampled_from(sorted(auth.DUTIES)), unique=True).map(lambda d: tuple(sorted(d))),
)


@given(claims)
def test_a_signed_claim_reads_back(claim: Claim) -> None:
    """Any subject, Chinese included, must survive the token, which must fit a metadata value (ASCII)."""
    token = auth.sign(claim, KEY)
    assert token.isascii()
    assert auth.verify(token, KEY, NOW) == claim


@given(claims, st.data())
def test_any_changed_character_is_noticed(claim: Claim, data: st.DataObject) -> None:
    """A hospital must not turn its claim into a neighbour's by editing it."""
    token = auth.sign(claim, KEY)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from([c for c in "AQgw.-_0" if c != token[at]]))
    changed = token[:at] + other + token[at + 1 :]
    read = None
    with contextlib.suppress(Fault):
        read = auth.verify(changed, KEY, NOW)
    # Only the unused bits of a last base64 digit may differ.
    assert read in (None, claim)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "1.e30.e30", "2.W10.AAAA", "1..", "令牌", "1.W10" + "." * 9]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    """Whatever arrives in the metadata, the answer is the one refusal."""
    with pytest.raises(Fault) as caught:
        auth.verify(token, KEY, NOW)
    assert caught.value.reason is auth.CLAIM_BAD


def test_an_unknown_role_is_refused() -> None:
    """A role of a later version must not slip through as one with fewer checks."""
    token = auth.sign(Claim("s", "root", expires=NOW + 1), KEY)
    with pytest.raises(Fault) as caught:
        auth.verify(token, KEY, NOW)
    assert caught.value.reason is auth.CLAIM_BAD


def test_a_claim_ends() -> None:
    """A stolen token is worth minutes, not years; a claim without an end is never valid on the wire."""
    for expires in (0, NOW - 1, NOW):
        with pytest.raises(Fault) as caught:
            auth.verify(auth.sign(Claim("s", "service", expires=expires), KEY), KEY, NOW)
        assert caught.value.reason is auth.CLAIM_EXPIRED


def test_a_token_is_sent_on_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Services pass on what they got; for long work they vouch anew, for the same caller only."""
    monkeypatch.setattr("time.time", lambda: float(NOW))
    came = auth.verify(auth.sign(Claim("s", "hospital", "H1", "3301", NOW + 60), KEY), KEY, NOW)
    assert auth.token_for(came, KEY, 10) == came.token
    anew = auth.verify(auth.token_for(came, KEY, 61), KEY, NOW)
    assert anew.expires == NOW + auth.CLAIM_SECONDS
    assert (anew.subject, anew.role, anew.institution, anew.region) == ("s", "hospital", "H1", "3301")
    job = auth.verify(auth.token_for(auth.service_claim("settlement"), KEY, 10), KEY, NOW)
    assert (job.role, job.region) == ("service", "*")


def test_what_is_remembered_still_ends() -> None:
    """Remembering spares work on every call; it must not let an ended claim live on, nor grow for ever."""
    book = auth.Claims(KEY)
    token = auth.sign(Claim("s", "service", region="*", expires=NOW + 60), KEY)
    assert book.read(token, NOW) is book.read(token, NOW + 59)
    for _ in range(2):
        with pytest.raises(Fault) as caught:
            book.read(token, NOW + 60)
        assert caught.value.reason is auth.CLAIM_EXPIRED
    with pytest.raises(Fault):
        auth.Claims(b"x" * 32).read(token, NOW)
    for i in range(auth._REMEMBERED + 10):
        book.token(auth.service_claim(f"s{i}"), 10)
    assert len(book._signed) <= auth._REMEMBERED


def test_an_unsigned_claim_is_signed_once_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway sends one claim per key and request; equal claims share a token until it is too old."""
    now = [float(NOW)]
    monkeypatch.setattr("time.time", lambda: now[0])
    book = auth.Claims(KEY)
    first = book.token(auth.service_claim("a"), 10)
    assert book.token(auth.service_claim("a"), 10) == first
    assert book.token(auth.service_claim("a", "9901"), 10) != first
    now[0] += auth.CLAIM_SECONDS - 5
    anew = book.token(auth.service_claim("a"), 10)
    assert anew != first
    assert auth.verify(anew, KEY, now[0]).expires == int(now[0]) + auth.CLAIM_SECONDS


def test_a_token_is_not_shown() -> None:
    """A claim printed in a log or a failing test must not hand out its token."""
    came = auth.verify(auth.sign(Claim("s", "service", expires=NOW + 60), KEY), KEY, NOW)
    assert came.token not in repr(came)


def test_outside_a_request_nobody_asks() -> None:
    """Code that forgot whom it works for must fail, not act as somebody."""
    assert auth.claim_or_none() is None
    with pytest.raises(Fault) as caught:
        auth.current_claim()
    assert caught.value.reason is auth.CLAIM_MISSING
    with auth.use_claim(auth.service_claim("a")), auth.use_claim(auth.service_claim("b")) as inner:
        assert auth.current_claim() is inner
    assert auth.claim_or_none() is None


def test_what_a_claim_allows() -> None:
    """A hospital acts for itself only, a bureau inside its region only, a service as its job says."""
    hospital, city = Claim("h", "hospital", "H1", "3301"), Claim("b", "bureau", "", "3301")
    service, narrow = auth.service_claim("s"), auth.service_claim("s", "9901")
    assert [c.covers("330102") for c in (city, service, narrow, Claim("n", "bureau"))] == [
        True,
        True,
        False,
        False,
    ]
    hospital.require_institution("H1")
    city.require_institution("H2")
    city.require_region("330102")
    city.require_role("bureau", "service")
    for refused, reason in (
        (lambda: hospital.require_institution("H2"), auth.INSTITUTION_DENIED),
        (lambda: city.require_region("330200"), auth.REGION_DENIED),
        (lambda: hospital.require_role("bureau"), auth.ROLE_DENIED),
    ):
        with pytest.raises(Fault) as caught:
            refused()
        assert caught.value.reason is reason


def test_a_deadline_only_shrinks() -> None:
    """An inner step may give itself less time than the request has, never more."""
    assert deadline.remaining(30) == 30
    with deadline.limit(5):
        assert 4 < deadline.remaining(30) <= 5
        assert deadline.remaining(1) == 1
        with deadline.limit(100):
            assert deadline.remaining(30) <= 5
        with deadline.limit(0):
            assert deadline.remaining(30) == 0
    assert deadline.remaining(30) == 30


@pytest.mark.parametrize(
    ("region", "level"),
    [("990101", "county"), ("9901", "city"), ("99", "province"), ("*", "nation"), ("", "")],
)
def test_the_level_of_an_office_is_the_length_of_its_region(region: str, level: str) -> None:
    """County opinion and city decision are different offices: a prefix says which one asks."""
    assert Claim("key", "bureau", region=region).level == level
    assert Claim("key", "hospital", "H1", region).level == ""


def test_a_missing_duty_and_a_wrong_level_are_refused() -> None:
    """Nobody decides what his office does not decide."""
    clerk = Claim("key", "bureau", region="990101", duties=("handling",))
    clerk.require_duty("handling", "secretary")
    clerk.require_level("county", "city")
    with pytest.raises(Fault) as duty:
        clerk.require_duty("secretary")
    assert duty.value.reason is auth.DUTY_DENIED
    assert duty.value.message == "当前身份没有此操作所需的职责：专家库秘书。"
    with pytest.raises(Fault) as level:
        clerk.require_level("city")
    assert level.value.reason is auth.LEVEL_DENIED
    assert level.value.message == "此操作由市级医保部门办理，当前身份属于县（区）级医保部门。"


def test_a_claim_with_an_unknown_duty_is_refused() -> None:
    """A newer process must not smuggle in a duty this one cannot judge."""
    token = auth.sign(Claim("key", "bureau", region="99", expires=NOW + 9, duties=("king",)), KEY)
    with pytest.raises(Fault) as caught:
        auth.verify(token, KEY, NOW)
    assert caught.value.reason is auth.CLAIM_BAD
