"""The pages as plain HTML over HTTP: who sees what, what is refused, and that figures are the gateway's."""

from __future__ import annotations

import re
from contextlib import closing
from html import unescape
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from portal_world import BAD_NAME, CASES, MONTH, SECONDS, YEAR

from chspay_core.amounts import fen_to_yuan, yuan_to_fen
from chspay_kit.markup import money

pytestmark = pytest.mark.timeout(180)


def hrefs(html: str, start: str) -> list[str]:
    """Addresses on a page, in its order."""
    return [
        unescape(found) for found in re.findall(r'href="([^"]+)"', html) if unescape(found).startswith(start)
    ]


def main_of(html: str) -> str:
    """What the page itself says, without the frame and what NiceGUI adds."""
    return html[html.index("<main") : html.index("</main>")]


@pytest.fixture(scope="module")
def bureau(settled):
    with closing(settled.reader()) as client:
        yield client


@pytest.fixture(scope="module")
def hospital(settled):
    code, key = next(iter(settled.keys.items()))
    with closing(settled.reader(key)) as client:
        client.code = code
        yield client


def test_nobody_reads_without_signing_in_and_everybody_goes_on_where_they_were_going(settled):
    """A colleague's link must not be lost on the way through the sign-in."""
    with httpx.Client(base_url=settled.url, timeout=SECONDS) as client:
        for path in (
            "/",
            f"/runs/{settled.run_id}",
            "/why?ref=run/x/pool/fund",
            "/what-if",
            "/clause?cite=a",
        ):
            answer = client.get(path)
            assert answer.status_code == 303, path
            asked = client.get(answer.headers["location"])
            assert 'type="password"' in asked.text
            assert unescape(re.search(r'name="next" value="([^"]*)"', asked.text)[1]) == path
        answer = client.post("/sign-in", data={"key": settled.bureau, "next": f"/runs/{settled.run_id}"})
        assert answer.headers["location"] == f"/runs/{settled.run_id}"
        for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
            answer = client.post("/sign-in", data={"key": settled.bureau, "next": elsewhere})
            assert answer.headers["location"] == "/", elsewhere


def test_the_key_stays_on_the_server(settled):
    """A key in a cookie, a page or a log is a key in somebody else's hands."""
    with httpx.Client(base_url=settled.url, timeout=SECONDS) as client:
        answer = client.post("/sign-in", data={"key": settled.bureau})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        secret = settled.bureau.split("_", 2)[2]
        pages = [client.get(path).text for path in ("/", f"/runs/{settled.run_id}", "/what-if")]
    assert all(secret not in text for text in (cookie, *pages, settled.log.read_text()))


def test_a_wrong_key_is_told_so_and_gets_nothing(settled):
    """A mistyped key is the commonest mistake there is."""
    with httpx.Client(base_url=settled.url, follow_redirects=True, timeout=SECONDS) as client:
        for key in ("cp_000000000000_wrongwrongwrongwrongwrong", "", "密钥", "a" * 5000):
            answer = client.post("/sign-in", data={"key": key})
            assert answer.status_code == 401, key
            assert "密钥无效或已停用" in answer.text
        assert client.cookies == {}
        assert "KEY_BAD" in client.post("/sign-in", data={"key": "cp_000000000000_" + "x" * 30}).text


def test_signing_out_ends_it_and_another_site_cannot(settled):
    """Leaving a shared computer; and a form on a foreign page must do nothing."""
    with closing(settled.reader()) as client:
        foreign = client.post("/sign-out", headers={"Origin": "https://evil.example"})
        assert (foreign.status_code, "PORTAL_OTHER_SITE" in foreign.text) == (403, True)
        assert (
            client.post("/sign-in", headers={"Sec-Fetch-Site": "cross-site"}, data={"key": "x"}).status_code
            == 403
        )
        client.post("/sign-out", data={"csrf": "guessed"})
        page = client.get("/").text
        assert "月度结算与年度清算" in page
        token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        client.post("/sign-out", data={"csrf": token})
        assert "访问密钥" in client.get("/").text


def test_home_lists_the_month_with_state_digest_and_warning(settled, bureau):
    """The first page answers: which months, are they done, may I rely on them."""
    page = main_of(bureau.get("/").text)
    run = settled.api(f"/runs/{settled.run_id}")
    assert f"{YEAR}年{MONTH}月" in page
    assert run["statements_digest"] in page
    assert "演示数据" in page
    assert money(run["fund"]) in page


def test_the_hospital_table_adds_up_to_the_run_and_to_the_books(settled, bureau):
    """A table whose sum is not the ledger's is worth nothing."""
    page = main_of(bureau.get(f"/runs/{settled.run_id}").text)
    statements = settled.api(f"/runs/{settled.run_id}/statements", page_size=1000)["items"]
    foot = re.search(r"<tfoot>(.*?)</tfoot>", page, re.DOTALL)[1]
    for field in ("fund", "patient", "total", "prepaid", "retained", "payable"):
        summed = fen_to_yuan(sum(yuan_to_fen(each[field]) for each in statements))
        assert f">{money(summed)}<" in foot, field
    assert page.count("一致，相差 0.00 元") == 2
    assert "请联系系统管理员" not in page
    assert len(re.findall('<th scope="row"', page)) == len(statements) == 6


def test_a_hospital_sees_itself_and_nobody_else(settled, bureau, hospital):
    """Another hospital's figures read as not found, its name appears nowhere."""
    page = main_of(hospital.get(f"/runs/{settled.run_id}").text)
    assert len(re.findall('<th scope="row"', page)) == 1
    other = next(code for code in settled.keys if code != hospital.code)
    assert other not in page
    for path in (
        f"/runs/{settled.run_id}/statement?hospital={other}",
        f"/why?ref=run/{settled.run_id}/hospital/{other}/fund",
    ):
        assert bureau.get(path).status_code == 200, path
        refused = hospital.get(path)
        assert refused.status_code == 404, path
        assert "没有找到" in refused.text
        assert re.search(r"<code>[A-Z_]{6,}</code>", refused.text)
    own = main_of(hospital.get(f"/runs/{settled.run_id}/statement").text)
    assert hospital.code in own
    refused = hospital.get("/what-if")
    assert (refused.status_code, "BUREAU_ONLY" in refused.text) == (403, True)
    assert "测算模拟</a>" not in page


def test_every_amount_of_a_statement_says_why(settled, bureau):
    """An amount without an answer to "why" is the one that will be disputed."""
    code = next(iter(settled.keys))
    page = main_of(bureau.get(f"/runs/{settled.run_id}/statement", params={"hospital": code}).text)
    links = hrefs(page, "/why?")
    of_statement = [link for link in links if "/hospital/" in unquote(link)]
    assert len(of_statement) == 12
    assert len(links) == 12 + 4 * CASES // 6
    of_case = [link for link in links if "/case/" in unquote(link)][:4]
    for link in (*of_statement, *of_case):
        answer = bureau.get(link)
        assert answer.status_code == 200, link
        assert 'role="tree"' in answer.text, link


def test_from_the_table_to_the_clause_in_two_steps(settled, bureau):
    """Two clicks, whichever amount of the table one starts from."""
    page = main_of(bureau.get(f"/runs/{settled.run_id}").text)
    rows = re.findall(r"<tr>.*?</tr>", page[page.index("<tbody>") :], re.DOTALL)
    for link in hrefs(rows[0], "/why?"):
        tree = main_of(bureau.get(link).text)
        if unquote(link).endswith("/patient"):
            # No clause says what patients have paid: it is a field of the settlement list.
            assert "国家清单报文字段" in tree
        else:
            assert hrefs(tree, "/clause?"), link
    clause = bureau.get(hrefs(main_of(bureau.get(hrefs(rows[0], "/why?")[1]).text), "/clause?")[0])
    assert clause.status_code == 200
    shown = main_of(clause.text)
    for part in ("《", "条", "<blockquote>", "演示", "文号", "参数"):
        assert part in shown, part


def test_a_branch_opens_below_itself(settled, bureau, hospital):
    """Deeper levels come when they are asked for, as a piece of the tree; a refusal comes as words."""
    code = hospital.code
    page = main_of(bureau.get("/why", params={"ref": f"run/{settled.run_id}/hospital/{code}/points"}).text)
    more = [unescape(found) for found in re.findall(r'data-more="([^"]+)"', page)]
    assert more
    piece = bureau.get(more[0])
    assert piece.text.startswith('<ul role="group"')
    assert 'role="treeitem"' in piece.text
    foreign = next(other for other in settled.keys if other != code)
    refused = hospital.get("/why/inside", params={"ref": f"run/{settled.run_id}/hospital/{foreign}/fund"})
    assert refused.status_code == 404
    assert "<" not in refused.text
    with httpx.Client(base_url=settled.url) as nobody:
        assert nobody.get(more[0]).status_code == 401


def test_names_are_text_wherever_they_stand(settled, bureau):
    """A hospital may call itself what it likes; a browser must not run it."""
    code = list(settled.keys)[1]
    paths = ("", f"/statement?hospital={code}")
    pages = [bureau.get(f"/runs/{settled.run_id}{path}").text for path in paths]
    pages.append(bureau.get("/why", params={"ref": f"run/{settled.run_id}/pool/points"}).text)
    for page in pages:
        assert BAD_NAME not in page
        assert "&lt;img src=x" in page
    for path in (
        "/runs/<script>x</script>",
        "/why?ref=<script>x</script>",
        "/clause?cite=<script>x</script>%23y",
    ):
        assert "<script>x" not in bureau.get(path).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404), ("/runs/none", 404), ("/runs/none/statement?hospital=H1", 404),
        ("/runs/RUN/statement?hospital=none", 404), ("/runs/RUN/statement", 404), ("/why", 422),
        ("/runs/RUN/statement?hospital=OWN&page_token=%20", 422), ("/why?ref=nonsense", 422),
        ("/why?ref=run/none/pool/fund", 404), ("/clause", 404), ("/clause?cite=none%23x", 404),
        ("/what-if/of/none", 404), ("/what-if/of/none?by=moon", 404), ("/what-if/new?run=none", 404),
        ("/runs/RUN/statement?hospital=%00", 422), ("/runs/..%2f..%2fme", 404),
    ],
)  # fmt: skip
def test_a_wrong_address_is_a_page_with_a_reason(settled, bureau, path, status):
    """Whatever is typed, the answer is a Chinese page with a stable code and a way on."""
    answer = bureau.get(path.replace("RUN", settled.run_id).replace("OWN", next(iter(settled.keys))))
    assert answer.status_code == status, answer.text[-500:]
    assert re.search(r"原因代码 <code>[A-Z][A-Z_]{4,}</code>", answer.text)
    assert 'href="/"' in answer.text


def test_downloads_are_the_gateways_bytes(settled, bureau, hospital):
    """Two exports of one table that differ would be worse than none; a hospital's holds its own row."""
    for form in ("csv", "xlsx"):
        found = bureau.get(f"/runs/{settled.run_id}/statements.{form}")
        headers = {"X-API-Key": settled.bureau}
        path = f"{settled.gateway}/api/v1/runs/{settled.run_id}/statements"
        same = httpx.get(path, params={"format": form}, headers=headers)
        assert found.headers["content-disposition"] == same.headers["content-disposition"]
        if form == "csv":
            assert found.content == same.content
    own = hospital.get(f"/runs/{settled.run_id}/statements.csv").text
    assert len(own.strip().splitlines()) == 2


def test_nothing_may_come_from_elsewhere(settled, bureau):
    """A page of a closed network that asks another host hangs; one of an open network leaks."""
    answer = bureau.get(f"/runs/{settled.run_id}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert answer.headers["cache-control"] == "no-store"
    hosts = {urlsplit(found).netloc for found in re.findall(r'(?:href|src|url)[="(]+([^")]+)', answer.text)}
    assert hosts <= {""}


def test_what_if_by_form_alone(settled, bureau):
    """Also without scripts: the form is sent, and a mistake comes back with what was typed."""
    page = bureau.get("/what-if/new", params={"run": settled.run_id}).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    asked = {"csrf": token, "run": settled.run_id, "rule:outlier.low_multiple": "0.35", "groups": "BR25"}
    back = bureau.post("/what-if", data=asked).text
    assert 'class="alert"' in back
    assert 'value="0.35"' in back
    assert ">BR25</textarea>" in back
    assert 'class="alert"' not in bureau.get("/what-if/new", params={"run": settled.run_id}).text
    stale = bureau.post("/what-if", data=asked | {"csrf": "guessed"}).text
    assert "PORTAL_FORM_STALE" in stale
    unchanged = bureau.post("/what-if", data={"csrf": token, "run": settled.run_id}).text
    assert "没有改动任何一项" in unchanged


def test_the_gateway_away_is_told_calmly(settled, bureau):
    """The page stays, says that nothing is lost, and comes back by itself when the gateway does."""
    settled.stack.kill("gateway")
    try:
        answer = bureau.get("/")
        assert answer.status_code == 503
        assert "PORTAL_GATEWAY_AWAY" in answer.text
        assert "没有受影响" in answer.text
        assert bureau.get("/readyz").status_code == 503
        assert bureau.get("/healthz").status_code == 200
    finally:
        settled.stack.restart("gateway")
    assert bureau.get("/").status_code == 200
    assert bureau.get("/readyz").status_code == 200
