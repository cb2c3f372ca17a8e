"""The public register over HTTP: open to everybody, verified by outsiders, printed, followed."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pytest
from gateway_world import POOL
from typer.testing import CliRunner

from chspay_cli.cli_client import issue
from chspay_cli.cli_register import app as command

pytestmark = pytest.mark.asyncio(loop_scope="module")
NOTICE = {
    "pool": POOL,
    "kind": "violation",
    "title": "2026年第三季度违规行为公示",
    "content": {
        "text": "现将查实的违规行为公示如下。",
        "rows": [{"hospital": "演示第一医院", "reason": "分解住院", "doctor_name": "李某"}],
    },
    "redacted": ["rows.0.doctor_name"],
}


async def published(gw, **more) -> dict:
    if "publisher" not in gw.keys:
        gw.keys["publisher"] = await issue(gw.admin_url, region=POOL, duties=("audit",))
        gw.keys["abroad"] = await issue(gw.admin_url, region="330100", duties=("audit",))
    answer = await gw.ask("POST", "/api/v1/register", who="publisher", json=NOTICE | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def public(gw, path: str, status: int = 200, **headers: str):
    answer = await gw.ask("GET", path, who=None, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


def pdf_text(content: bytes) -> str:
    """What a reader copies out of the PDF: the shown strings, UTF-16 by the encoding of the font."""
    text = ""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        packed = stream.strip()
        if packed.endswith(b"~>"):
            import base64

            packed = base64.a85decode(packed[:-2].strip())
        for shown in re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", zlib.decompress(packed), re.S):
            plain = re.sub(
                rb"\\([0-7]{3}|.)",
                lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else
                {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}.get(found[1], found[1]),
                shown,
                flags=re.S,
            )  # fmt: skip
            text += plain.decode("utf-16-be", "replace")
    return text


async def test_everybody_reads_without_a_key_and_keeps_what_is_fresh(gw):
    """A public that must ask for a key is none; a page read by thousands must be kept by proxies."""
    new = await published(gw)
    rows = (await public(gw, f"/public/register?pool={POOL}&kind=violation")).json()["items"]
    assert rows[0]["entry_no"] == new["entry_no"]
    assert rows[0]["content"]["rows"][0]["doctor_name"] == "■■■"
    assert "李某" not in str(rows)
    first = await public(gw, "/public/register.atom")
    assert "max-age" in first.headers["cache-control"]
    assert (
        await public(gw, "/public/register.atom", 304, **{"If-None-Match": first.headers["etag"]})
    ).content == b""
    await public(gw, "/public/register/GS990100-999999", 404)
    assert (await gw.ask("GET", "/api/v1/hospitals", who=None)).status_code == 401


async def test_feeds_are_well_formed(gw):
    """Readers refuse a feed for one stray sign; a title is somebody's text."""
    new = await published(gw, title="<b>&“公示”")
    tree = ET.fromstring((await public(gw, "/public/register.atom")).content)
    name = "{http://www.w3.org/2005/Atom}"
    assert tree.find(f"{name}entry/{name}title").text == "<b>&“公示”"
    feed = (await public(gw, "/public/register.json")).json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["id"].endswith(new["entry_no"])
    assert "分解住院" not in feed["items"][0]["title"]


async def test_a_notice_is_printed_the_same_every_time_and_its_text_is_chinese(gw):
    """What hangs on the wall must be the entry: same bytes, searchable text, the chain's value on it."""
    new = await published(gw)
    one, two = [(await public(gw, f"/public/register/{new['entry_no']}.pdf")).content for _ in range(2)]
    assert one == two
    assert one.startswith(b"%PDF-")
    text = pdf_text(one)
    for part in (NOTICE["title"], "分解住院", "■■■", new["hash"], "发布章"[0], "第1页"):
        assert part in text, part
    assert b"UniGB-UCS2-H" in one


async def test_only_who_may_publishes_and_withdraws(gw):
    """A handler of cases, a hospital and the office of another city do not speak for this one."""
    new = await published(gw)
    for who in ("bureau", "own", "abroad"):
        answer = await gw.ask("POST", "/api/v1/register", who=who, json=NOTICE)
        assert answer.status_code == 403, (who, answer.text)
        path = f"/api/v1/register/{new['entry_no']}/withdraw"
        answer = await gw.ask("POST", path, who=who, json={"reason": "x"})
        assert answer.status_code == 403, (who, answer.text)
    answer = await gw.ask("POST", "/api/v1/register", who="publisher", json=NOTICE | {"kind": "result"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "REGISTER_KIND")
    answer = await gw.ask("POST", "/api/v1/register", who="publisher", json=NOTICE | {"redacted": []})
    assert (answer.status_code, answer.json()["reason"]) == (422, "REGISTER_PERSONAL")


async def test_an_outsider_verifies_offline_and_a_withdrawal_leaves_its_trace(gw, tmp_path: Path):
    """The whole promise, with the command an outsider has and the file he was given."""
    new = await published(gw, title="误列的公示")
    heads = (await public(gw, "/public/register/heads")).json()["items"]
    anchor = next(head["anchor"] for head in heads if head["pool"] == POOL)
    answer = await gw.ask(
        "POST", f"/api/v1/register/{new['entry_no']}/withdraw", who="publisher", json={"reason": "列入有误"}
    )
    assert answer.status_code == 201, answer.text
    gone = (await public(gw, f"/public/register/{new['entry_no']}")).json()
    assert (gone["title"], gone["content"], gone["content_sm3"]) == ("", {}, new["content_sm3"])
    assert gone["withdrawn_by"] == answer.json()["entry_no"]
    printed = pdf_text((await public(gw, f"/public/register/{new['entry_no']}.pdf")).content)
    assert "误列" not in printed
    assert "撤回" in printed
    file = tmp_path / "register.json"
    file.write_bytes((await public(gw, f"/public/register/chain/{POOL}")).content)
    arguments = ["verify", str(file), "--trust", heads[0]["key"], "--anchor", anchor]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    assert "相符" in result.output
    file.write_bytes(file.read_bytes().replace("列入有误".encode(), "列入无误".encode()))
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, "REGISTER_CHANGED" in result.output) == (1, True)
