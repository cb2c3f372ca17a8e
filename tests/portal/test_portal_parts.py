"""What the pages are made of, without a browser or a gateway: sign-ins, names of amounts, forms, words."""

from __future__ import annotations

import re

import httpx
import pytest
from starlette.datastructures import FormData

from chspay_kit.markup import Safe, join, money, put, tag
from chspay_portal.gateway import Gateway, Refused
from chspay_portal.guard import _from_elsewhere
from chspay_portal.pages.signin import local
from chspay_portal.pages.whatif import percent, signed
from chspay_portal.pages.whatif_form import _CHOICE, scenario_of
from chspay_portal.sessions import Sessions
from chspay_portal.view.layout import Sheet, paper
from chspay_portal.view.parts import four_places, href
from chspay_portal.view.tree import value_text

RULES = [
    {"key": "outlier.low_multiple", "label": "低倍率界限（费用）", "value": "0.4"},
    {"key": "coefficient.by_level", "label": "差异系数", "value": [{"level": "3", "value": "1.05"}]},
]


def test_a_sign_in_ends_by_rest_by_time_and_by_will() -> None:
    """A computer left alone signs itself out, and a stolen cookie does not live for ever."""
    now = [0.0]
    sessions = Sessions(30, 100, lambda: now[0])
    who = {"subject": "k", "role": "hospital", "institution": "H1", "region": ""}
    first, second = sessions.begin("cp_secret", **who), sessions.begin("cp_secret", **who)
    assert first != second
    assert "cp_secret" not in repr(sessions.find(first))
    for now[0] in (20.0, 40.0, 60.0, 80.0, 99.0):
        assert sessions.find(first) is not None
    assert sessions.find(second) is None
    now[0] = 100.0
    assert sessions.find(first) is None
    third = sessions.begin("cp_secret", **who)
    sessions.end(third)
    assert sessions.find(third) is None
    assert sessions.find("") is None


def test_a_form_belongs_to_its_sign_in() -> None:
    """A token that is guessed, empty or of another reader opens nothing."""
    sessions = Sessions(30, 100)
    who = {"subject": "k", "role": "bureau", "institution": "", "region": "99"}
    one, other = (sessions.find(sessions.begin("k", **who)) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.sent_by(one.csrf)
    assert not any(one.sent_by(token) for token in ("", "guess", other.csrf, "密"))


@pytest.mark.parametrize(
    ("method", "headers", "foreign"),
    [
        ("GET", {"origin": "https://evil.example", "host": "portal"}, False),
        ("POST", {"host": "portal"}, False),
        ("POST", {"origin": "http://portal", "host": "portal"}, False),
        ("POST", {"origin": "https://Portal:8443", "host": "portal:8443"}, False),
        ("POST", {"origin": "https://evil.example", "host": "portal"}, True),
        ("POST", {"origin": "null", "host": "portal"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "host": "portal"}, True),
        ("", {"origin": "https://evil.example", "host": "portal"}, True),
        ("", {"origin": "http://portal", "host": "portal"}, False),
    ],
)
def test_what_another_site_begins_is_seen(method: str, headers: dict[str, str], foreign: bool) -> None:
    """Writes and sockets (no method) of a foreign page are refused before anything reads them."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http" if method else "websocket", "method": method, "headers": raw}
    assert _from_elsewhere(scope) is foreign


def test_text_stays_text() -> None:
    """Every way for text to get into a page escapes it."""
    bad = "<b>\"'&</b>"
    assert put(bad) == "&lt;b&gt;&quot;&#x27;&amp;&lt;/b&gt;"
    assert tag("a", bad, href=bad, title=None, hidden=True, draggable=False).html.count("<") == 2
    assert join(bad, Safe("<i>")).html.endswith("<i>")
    assert "<" not in href("runs", bad, q=bad)
    styles = paper(Sheet(title='x"}</style><script>', parts=[]))
    assert styles.count("<") == 2
    assert styles.count('"') == 4


def test_figures_are_shown_exactly() -> None:
    """No figure goes through a float on its way to the eye."""
    assert money("-1234567890123456789.05") == "-1,234,567,890,123,456,789.05"
    assert [money(text) for text in ("0.00", "12", "-999.5", "稳定", "")] == [
        "0.00",
        "12",
        "-999.5",
        "稳定",
        "",
    ]
    assert [four_places(text) for text in (None, "4816", "71.4", "1.23456")] == [
        "0.0000", "4816.0000", "71.4000", "1.23456",
    ]  # fmt: skip
    assert [signed(text) for text in ("5.00", "-5.00", "0.00")] == ["+5.00", "-5.00", "0.00"]
    assert [percent(text) for text in ("-0.0830", "0.1", "")] == ["-8.30%", "+10.00%", "—"]
    assert value_text({"value": "75670.9", "unit": "yuan"}) == "75,670.90 元"
    assert value_text({"value": "4148.098", "unit": "points"}) == "4,148.0980 点"
    assert value_text({"value": "H001", "unit": "text"}) == "H001"


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil", "/a\nb", "", "evil", "javascript:x"]
)
def test_one_never_goes_on_to_another_site(path: str) -> None:
    """A link to the sign-in page must not end elsewhere."""
    assert local(path) == "/"
    assert local("/runs/a?b=c") == "/runs/a?b=c"


def test_a_form_becomes_what_was_changed_and_nothing_else() -> None:
    """Untouched boxes stay the law; a table is sent whole with its changed cells."""
    form = {"rule:outlier.low_multiple": " 0.3 ", "cell:coefficient.by_level:0:value": "1.1",
            "groups": "A1=1.2\n", "price:fee_drug": "0.9", "patient": "kept",
            "fund_factor": "1.05"}  # fmt: skip
    found = scenario_of(FormData(form), RULES)
    assert found == {
        "name": "低倍率界限 0.4→0.3；差异系数 改表；A1×1.2；换价；基金×1.05",
        "rules": {"outlier.low_multiple": "0.3", "coefficient.by_level": [{"level": "3", "value": "1.1"}]},
        "point_factors": {"A1": "1.2"},
        "prices": {"factors": {"fee_drug": "0.9"}, "patient": "kept"},
        "fund_factor": "1.05",
    }
    assert scenario_of(FormData({"fund_factor": "1.1", "name": "甲/乙"}), RULES)["name"] == "甲／乙"
    for bad in (
        {},
        {"rule:outlier.low_multiple": "0.4"},
        {"groups": "A1"},
        {"groups": "=1"},
        {"groups": "A1="},
    ):
        with pytest.raises(Refused, match="PORTAL_FORM_INCOMPLETE"):
            scenario_of(FormData(bad), RULES)


def test_choices_are_read_from_the_label() -> None:
    """A label that lists all words becomes a list to choose from; any other stays a box."""
    assert _CHOICE.findall("高倍率界限的比较方式（gt高于，ge不低于）") == [("gt", "高于"), ("ge", "不低于")]
    assert _CHOICE.findall("低倍率界限（费用与病组均费之比）") == []


async def test_a_gateway_that_is_away_or_odd_is_told_so() -> None:
    """Nothing listens there: a reason and a status, not a trace."""
    gateway = Gateway("http://127.0.0.1:9", 1.0)
    try:
        with pytest.raises(Refused) as caught:
            await gateway.get("cp_key", "runs", "a/../b")
        assert (caught.value.status, caught.value.code) == (503, "PORTAL_GATEWAY_AWAY")
        assert re.search("[一-龥]", caught.value.detail)
        assert not await gateway.ready()
    finally:
        await gateway.close()


async def test_a_sign_in_tells_whose_browser_it_is() -> None:
    """Without it all people behind the portal would share one allowance, and one of them could use it up."""
    seen: list[str | None] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("x-forwarded-for"))
        return httpx.Response(200, json={})

    gateway = Gateway("http://gateway", 1.0)
    await gateway.close()
    gateway._client = httpx.AsyncClient(base_url="http://gateway", transport=httpx.MockTransport(answer))
    await gateway.send("", "POST", "sessions", body={}, address="192.0.2.7")
    await gateway.send("cs_x", "DELETE", "sessions", "current")
    await gateway.close()
    assert seen == ["192.0.2.7", None]
