"""Disputes in the portal: filed in three actions, clocks, only lawful buttons; and the open register."""

from __future__ import annotations

import json
import re
from contextlib import closing
from datetime import date
from html import unescape
from importlib.resources import files
from typing import Any

import httpx
import pytest
from dispute_month import Disputed, settle_disputed
from portal_world import POOL, SECONDS

from chspay_core.errors import Fault
from chspay_dispute.app.shelf import calendar
from chspay_portal.pages.dispute import _result
from chspay_portal.pages.disputes import clock

pytestmark = pytest.mark.timeout(240)
REASON = "入组依据与手术记录不符，应按主要手术入组。"


@pytest.fixture(scope="module")
def disputed(settled) -> Disputed:
    try:
        calendar().after(date.today(), 12)  # noqa: DTZ011 - the legal day of the machine will do
    except Fault as fault:
        pytest.skip(f"the processes count working days from today: {fault.message}")
    return settled.stack.run(settle_disputed(settled))


@pytest.fixture(scope="module")
def filed(chromium, disputed) -> str:
    """The case a hospital filed in a real browser: its number."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{disputed.url}/sign-in")
    page.get_by_text("用访问密钥登录").click()
    page.fill("#key", disputed.keys["hospital"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{disputed.url}/")
    page.goto(f"{disputed.url}/runs/{disputed.run_id}/statement?hospital={disputed.hospital}")
    # One: the line of the statement.
    page.locator("#cases tbody tr").first.get_by_role("link", name="申请").click()
    page.wait_for_url(re.compile("/disputes/new"))
    assert "19,8" in page.inner_text("main")
    page.fill("#reason", REASON)
    paper = {"name": "说明.txt", "mimeType": "text/plain", "buffer": "术中所见与主要诊断一致。".encode()}
    page.set_input_files('[id="paper:records"]', paper)
    # Two: reason and paper.
    page.get_by_role("button", name="填好了").click()
    page.wait_for_url(re.compile("/disputes/of/"))
    assert "说明.txt" in page.inner_text("main")
    # Three: read once more and hand in.
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_selector("text=待受理")
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    page.evaluate((files(axe) / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    grave = [
        (item["id"], item["nodes"][0]["html"]) for item in found if item["impact"] in {"serious", "critical"}
    ]
    assert grave == []
    number = page.url.rsplit("/", 1)[1]
    context.close()
    return number


def reader(disputed: Disputed, who: str) -> httpx.Client:
    return disputed.settled.reader(disputed.keys[who])


def csrf(html: str) -> str:
    return unescape(re.search(r'name="csrf" value="([^"]+)"', html)[1])


def act(client: httpx.Client, number: str, event: str, **fields: Any) -> str:
    """A step taken by the form of the case's page."""
    html = client.get(f"/disputes/of/{number}").text
    version = re.search(
        rf'name="event" value="{event}"><input type="hidden" name="version" value="(\d+)"', html
    )
    assert version, f"no form for {event}"
    data = {"csrf": csrf(html), "event": event, "version": version[1]} | fields
    answer = client.post(f"/disputes/of/{number}/act", data=data)
    assert answer.status_code == 200
    return answer.text


def test_a_hospital_files_from_a_statement_line_in_three_actions(filed, disputed):
    """What every hospital's office will judge this by: three clicks, nothing typed that the system knows."""
    case = disputed.api("hospital", "GET", f"/disputes/{filed}")
    assert (case["state"], case["reason"], case["type"]) == ("SUBMITTED", REASON, "T2")
    assert [item["file_name"] for item in case["attachments"]] == ["说明.txt"]
    assert case["figures"]["case_id"].startswith("D")
    with closing(reader(disputed, "hospital")) as client:
        listed = client.get("/disputes").text
    assert filed in listed
    assert re.search("还剩 [0-9]+ 个工作日", listed)


def test_officers_see_only_what_the_machine_lets_them_do(filed, disputed):
    """A button that is always refused teaches people to mistrust the page; one that is missing stops them."""
    with closing(reader(disputed, "county")) as county, closing(reader(disputed, "city")) as city:
        page = county.get(f"/disputes/of/{filed}").text
        for event in ("accept", "return", "reject"):
            assert f'value="{event}"' in page
        assert 'value="submit"' not in page
        assert 'value="accept"' not in city.get(f"/disputes/of/{filed}").text
        refused = act(county, filed, "accept", checked="subject", unrelated="yes")
        assert "GUARD_FAILED" in refused
        done = act(county, filed, "accept", checked=["subject", "materials", "period"], unrelated="yes")
        assert "待初审" in done
        # Who accepted does not review: the form is there, the machine says no, the words stay.
        kept = act(county, filed, "county_opinion", opinion="support", reason="记录支持申请。")
        assert "GUARD_FAILED" in kept
        assert "记录支持申请。" in kept
    with closing(reader(disputed, "second")) as second:
        page = act(second, filed, "county_opinion", opinion="support", reason="记录支持申请。")
    assert "出具初审意见" in page


def test_the_negotiation_room_takes_a_topic_and_what_is_said_about_it(disputed):
    """A hospital that cannot raise a topic from the page will not be in the room when it is voted on."""
    topic = {
        "pool": POOL,
        "kind": "coefficient",
        "title": "调整差异系数",
        "statement": "重症较多，建议提高。",
    }
    with closing(reader(disputed, "hospital")) as client:
        page = client.post("/negotiations", data={"csrf": csrf(client.get("/negotiations").text)} | topic)
        assert "准备数据" in page.text
        where = page.url.path
        assert 'value="freeze"' not in page.text
        # Comments are taken when data and drafts are on the table, not before: no form, and a no in words.
        assert 'value="comment"' not in page.text
        words = {"csrf": csrf(page.text), "kind": "comment", "text": "建议同时公布历年均费。", "ref": ""}
        assert "PAPER_CLOSED" in client.post(f"{where}/papers", data=words).text
    with closing(reader(disputed, "city")) as client:
        page = client.get(where).text
        assert 'value="freeze"' in page
        assert "数据" in page
        assert topic["title"] in client.get("/negotiations").text


def test_draws_are_shown_with_their_commitment_before_anybody_is_drawn(disputed):
    """The page that opens a batch is what the public later holds the draw against."""
    with closing(reader(disputed, "secretary")) as client:
        page = client.get("/draws").text
        form = {
            "csrf": csrf(page), "pool": POOL, "commitment": "ab" * 32,
            "beacon_source": "双色球第2036136期开奖号码", "beacon_at": "2036-11-24T13:15:00Z",
        }  # fmt: skip
        opened = client.post("/draws", data=form)
        assert "ab" * 32 in opened.text
        assert "全部相符" in opened.text
        assert "关闭名单" in opened.text


def test_a_paper_comes_back_as_it_was_and_only_as_a_download(filed, disputed):
    """A file somebody uploaded must never be shown by the browser as a page of ours."""
    with closing(reader(disputed, "city")) as city:
        page = city.get(f"/disputes/of/{filed}").text
        answer = city.get(re.search(rf'href="(/disputes/of/{filed}/papers/[^"]+)"', page)[1])
    assert answer.content.decode() == "术中所见与主要诊断一致。"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_another_hospital_and_a_foreign_form_get_nothing(filed, disputed):
    """A case is its hospital's and its officers'; a form another site sends must do nothing."""
    stranger = list(disputed.settled.keys.values())[1]
    with closing(disputed.settled.reader(stranger)) as client:
        answer = client.get(f"/disputes/of/{filed}")
        assert (answer.status_code, REASON in answer.text) == (404, False)
    before = disputed.api("hospital", "GET", f"/disputes/{filed}")["version"]
    with closing(reader(disputed, "hospital")) as client:
        data = {"csrf": "guessed", "event": "withdraw", "version": str(before), "reason": "x"}
        assert "PORTAL_FORM_STALE" in client.post(f"/disputes/of/{filed}/act", data=data).text
        sent = client.post(f"/disputes/of/{filed}/act", data=data, headers={"Origin": "http://elsewhere"})
        assert sent.status_code == 403
    assert disputed.api("hospital", "GET", f"/disputes/{filed}")["version"] == before


def test_everybody_reads_the_register_without_signing_in(disputed):
    """What is published is for the public: pages, paper and the chain, with no key and no cookie."""
    notice = {
        "pool": POOL, "kind": "violation", "title": "<b>违规</b>公示",
        "content": {"text": "现公示如下。", "rows": [{"hospital": "演示第一医院", "reason": "分解住院"}]},
    }  # fmt: skip
    entry = disputed.api("audit", "POST", "/register", **notice)
    with httpx.Client(base_url=disputed.url, timeout=SECONDS) as client:
        listed = client.get("/register").text
        assert "&lt;b&gt;违规&lt;/b&gt;公示" in listed
        assert "chspay-register/1" in listed
        shown = client.get(f"/register/{entry['entry_no']}")
        assert (shown.status_code, "分解住院" in shown.text, entry["hash"] in shown.text) == (200, True, True)
        assert client.get(f"/register/{entry['entry_no']}/pdf").content.startswith(b"%PDF")
        chain = client.get(f"/register/chain/{POOL}/file")
        assert json.loads(chain.content)["head"]["entries"] >= 1
        assert client.get("/register/GS990100-999999").status_code == 404


@pytest.mark.parametrize(
    ("left", "overdue", "word", "cls"),
    [
        (7, False, "还剩 7 个工作日", "official"),
        (2, False, "还剩 2 个工作日", "unverified"),
        (0, False, "今天到期", "failed"),
        (-3, True, "已逾期 3 个工作日", "failed"),
    ],
)
def test_a_clock_is_told_in_words_and_not_by_colour_alone(left, overdue, word, cls):
    """Many officers do not see red and green apart."""
    shown = clock({"due": "2026-11-27", "left_wd": left, "overdue": overdue}).html
    assert word in shown
    assert cls in shown


def test_a_result_shows_the_fen_that_change():
    """What a hospital reads first: how much, to the fen, and by which decision."""
    decision = {
        "decision_no": "演裁〔2026〕1号", "outcome": "ADJUST", "reasons": "理由充分", "cites": ["第三条"],
        "decided_on": "2026-11-20", "delta_points": "12.5", "delta": "1234.56", "signatures": 2,
        "digest": "ab" * 32, "dropped": False,
    }  # fmt: skip
    shown = _result({"decisions": [decision]}, {"point_value_delta": "-0.0012"}).html
    for part in ("调整点数", "+12.5", "+1,234.56", "+123,456 分", "-0.0012"):
        assert part in shown, part
    assert _result({"decisions": [decision | {"dropped": True}]}, {}).html == ""
