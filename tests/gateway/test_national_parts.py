"""The parts of the national paths, each against the published vectors and its own worst inputs."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import threading
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chspay_core.errors import Fault
from chspay_gateway.envelope.exchange import Call
from chspay_gateway.envelope.message import Message, Received
from chspay_gateway.envelope.node import Node
from chspay_gateway.envelope.spans import member_spans
from chspay_gateway.national import oauth, paydata, signatures
from chspay_gateway.national.opening import PartnersFile
from chspay_gateway.national.partners import Dated, Partner, Partners, read_partners
from chspay_gateway.national.profiles import ROOT, Transport, load, refusals, shipped, texts
from chspay_gateway.national.transactions import files
from chspay_gateway.national.wire import PartnerWire
from chspay_gateway.store import WireFile
from chspay_kit import smcrypto
from chspay_kit.sm2 import Sm2Key, raw_to_der
from chspay_settlement.app.episodes import facts
from chspay_settlement.engine.episodes.parts import Part, PartKind

DAY = date(2026, 6, 1)
KEY = b"0123456789abcdef"


@pytest.fixture(scope="module")
def vectors(shared) -> dict[str, dict[str, str]]:
    return json.loads((shared / "handbook/platform/signature_test_vectors.json").read_text("utf-8"))


def test_the_published_vectors_hold(vectors):
    """A formula that differs in one byte locks a whole province out."""
    rio, csb = vectors["x_tif_signature"], vectors["csb_hmac_sha1"]
    assert signatures.rio(rio["token"], rio["timestamp"], rio["nonce"]) == rio["signature_lower"]
    parameters = dict(part.split("=", 1) for part in csb["string"].split("&"))
    assert signatures.csb(csb["sk"], parameters) == csb["signature"]
    assert smcrypto.sm3(b"abc").hex() == vectors["sm3"]["abc"]
    sealed = vectors["sm4_ecb_pkcs7_base64"]
    cipher = smcrypto.sm4_ecb_encrypt(sealed["key_text"].encode(), sealed["plain_text"].encode())
    assert base64.b64encode(cipher).decode() == sealed["cipher_base64"]
    block = vectors["sm4_ecb_standard"]
    cipher = smcrypto.sm4_ecb_encrypt(bytes.fromhex(block["key_hex"]), bytes.fromhex(block["plain_hex"]))
    assert cipher[:16].hex() == block["cipher_hex"]


def test_every_profile_is_whole_and_cites_where_it_comes_from():
    """A profile is policy: it says its evidence, and nothing in it is guessed by the program."""
    profiles = shipped()
    assert {profile.transport for profile in profiles.by_name.values()} == set(Transport)
    for profile in profiles.by_name.values():
        assert profile.cite
        assert profile.evidence == "unverified"
    assert {name for name, profile in profiles.by_name.items() if profile.infcode == "number"} == {
        "chongqing",
        "shanghai",
    }
    assert profiles.infno_of_path["/fsi/api/medinfoupload/setllistinfoupldA"] == "4101A"


def test_the_path_table_holds_every_path_of_the_handbook(shared):
    """An unmounted path is a hospital that cannot call; only a copy error of the source is left out."""
    import csv

    with (shared / "handbook/platform/infno_url_paths.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if not row["remark"].startswith(("front", "suspect"))]
    assert len(rows) > 70
    known = shipped().infno_of_path
    assert [row for row in rows if known.get(row["path"]) != row["infno"]] == []


def test_the_sentences_clients_search_for_are_kept_word_for_word(shared):
    """Clients match on these texts; one changed sign breaks them."""
    source = (shared / "handbook/platform/error_texts.csv").read_text("utf-8")
    for sentence in texts().values():
        assert sentence in source
    for transport in refusals().values():
        for members in transport.values():
            assert (members.get("message") or members.get("errmsg") or "?") in source


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("transport: fax", "GATEWAY_PROFILE_BAD"),
        ("colour: red", "GATEWAY_PROFILE_BAD"),
        ("past_seconds: soon", "GATEWAY_PROFILE_BAD"),
        ("signature_required: maybe", "GATEWAY_PROFILE_BAD"),
        ("places: ['99']", "NOT_A_REGION"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_line(tmp_path, change, reason):
    """A typing error in a profile is found at the start, not by the first hospital."""
    (tmp_path / "profiles").mkdir()
    base = (ROOT / "profiles/baseline.yaml").read_text("utf-8")
    (tmp_path / "profiles/baseline.yaml").write_text(base, "utf-8")
    (tmp_path / "paths.yaml").write_text((ROOT / "paths.yaml").read_text("utf-8"), "utf-8")
    assert load(tmp_path).named("baseline").transport is Transport.KEY
    (tmp_path / "profiles/other.yaml").write_text(f"title: 其他\n{change}\n", "utf-8")
    with pytest.raises(Fault) as found:
        load(tmp_path)
    assert found.value.reason.code == reason


def test_the_bytes_of_input_are_found_as_they_came():
    """A signature is over what was sent: spaces, escapes, order and numbers as they were."""
    inner = '{ "b":1.50, "a":"\\u5f20\\"{三" ,"c":[ {} ]}'
    text = '{"x":"\\"input\\": 1", "InPut" : ' + inner + ' , "cainfo":"{"}'
    (span,) = member_spans(text, "input")
    assert text[slice(*span)] == inner
    for codec in ("utf-8", "utf-8-sig", "gb18030"):
        national = text.replace("三", "乗")
        assert Received(national.encode(codec)).input_bytes() == inner.replace("三", "乗").encode(
            "utf-8" if codec == "utf-8-sig" else codec
        )
    with pytest.raises(Fault, match="FSI_INPUT_TWICE"):
        Received(b'{"input":{"a":1},"INPUT":{"a":2}}').input_bytes()


OLD, NEW, OURS = Sm2Key.generate(), Sm2Key.generate(), Sm2Key.generate()


def jilin(**changes) -> tuple[Partner, Partners]:
    """A partner that signs and encrypts; its keys were changed in the middle of the year."""
    given = {
        "sm4": (Dated("a", "client-id-no-001"), Dated("b", "client-id-no-002", since=date(2026, 5, 1))),
        "sm2": (
            Dated("old", OLD.public_hex(), until=date(2026, 7, 1)),
            Dated("new", NEW.public_hex(), since=date(2026, 5, 1)),
        ),
    } | changes
    partner = Partner("p", shipped().named("jilin"), "H1", **given)
    return partner, Partners({"p": partner}, own=(Dated("ours", OURS.private_hex()),))


def signed(content: bytes, key: Sm2Key, *, user: bytes = b"1234567812345678", **more) -> bytes:
    raw = base64.b64encode(key.sign_raw(content, user)).decode()
    return json.dumps({"signtype": "SM2", "cainfo": raw} | more).encode()[:-1] + b',"input":' + content + b"}"


def test_sm2_is_checked_over_the_received_bytes_by_old_and_new_keys():
    """While keys are changed both hold; after that the old one does not."""
    content = b'{"z": 1.0, "a":"\\u5f20"}'
    partner, partners = jilin()
    for key in (OLD, NEW):
        PartnerWire(partner, partners, DAY).open(Received(signed(content, key)))
    with pytest.raises(Fault, match="FSI_SIGNATURE_WRONG"):
        PartnerWire(partner, partners, date(2026, 8, 1)).open(Received(signed(content, OLD)))
    with pytest.raises(Fault, match="FSI_SIGNATURE_WRONG"):
        PartnerWire(partner, partners, DAY).open(Received(signed(content, NEW).replace(b"1.0", b"1.00")))
    with pytest.raises(Fault, match="FSI_UNSIGNED"):
        PartnerWire(partner, partners, DAY).open(Received(b'{"input":{}}'))


@pytest.mark.parametrize("form", ["raw", "der", "either"])
def test_both_forms_of_a_signature_and_an_agreed_user_id(form):
    """Raw and DER, default and custom user id: the four ways in which bureaus and hospitals miss."""
    from dataclasses import replace

    partner, partners = jilin(user_id="HOSPITAL-7")
    partner = replace(partner, profile=replace(partner.profile, signature_form=form))
    content = b'{"a": 1}'
    raw = NEW.sign_raw(content, b"HOSPITAL-7")
    for signature, kind in ((raw, "raw"), (raw_to_der(raw), "der")):
        body = json.dumps({"signtype": "SM2", "cainfo": base64.b64encode(signature).decode()}).encode()
        received = Received(body[:-1] + b',"input":' + content + b"}")
        if form in {kind, "either"}:
            PartnerWire(partner, partners, DAY).open(received)
        else:
            with pytest.raises(Fault, match="FSI_SIGNATURE_WRONG"):
                PartnerWire(partner, partners, DAY).open(received)
    with pytest.raises(Fault, match="FSI_SIGNATURE_WRONG"):
        PartnerWire(partner, partners, DAY).open(Received(signed(content, NEW)))


def test_an_encrypted_message_is_opened_and_its_answer_encrypted_and_signed():
    """The signature is over the plain text; the answer goes back under the key the message came with."""
    partner, partners = jilin()
    content = '{"data":{"a":"张"}}'.encode()
    for key in (b"client-id-no-001", b"client-id-no-002"):
        sealed = base64.b64encode(smcrypto.sm4_ecb_encrypt(key, content)).decode()
        message = {
            "signtype": "SM2",
            "cainfo": base64.b64encode(NEW.sign_raw(content)).decode(),
            "enc_type": "SM4",
            "input": sealed,
        }
        wire = PartnerWire(partner, partners, DAY)
        assert json.loads(str(wire.open(Received(json.dumps(message).encode())))) == {"data": {"a": "张"}}
        dress = wire.style().dress
        assert dress is not None
        told = dress(b'{"ok":1}')
        assert len(str(told["cainfo"])) == 88
        assert OURS.verify_raw(base64.b64decode(str(told["cainfo"])), b'{"ok":1}')
        assert smcrypto.sm4_ecb_decrypt(key, base64.b64decode(str(told["output"]))) == b'{"ok":1}'
    wrong = base64.b64encode(smcrypto.sm4_ecb_encrypt(b"another-key-0000", content)).decode()
    with pytest.raises(Fault, match="FSI_CIPHER_BAD"):
        PartnerWire(partner, partners, DAY).open(Received(json.dumps({"input": wrong}).encode()))


def test_an_sm3_digest_is_checked_when_it_is_there():
    """Guangdong sends a digest instead of a signature; some clients declare one and send none."""
    from dataclasses import replace

    partner, partners = jilin()
    partner = replace(partner, profile=shipped().named("guangdong"))
    content = b'{"a": 1}'
    head = {"signtype": "SM3", "cainfo": smcrypto.sm3(content).hex().upper()}
    good = json.dumps(head).encode()[:-1] + b',"input":' + content + b"}"
    PartnerWire(partner, partners, DAY).open(Received(good))
    PartnerWire(partner, partners, DAY).open(Received(b'{"signtype":"SM3","cainfo":"","input":{"a":1}}'))
    with pytest.raises(Fault, match="FSI_SIGNATURE_WRONG"):
        PartnerWire(partner, partners, DAY).open(Received(good.replace(b'"a": 1', b'"a": 2')))


def test_pay_data_is_signed_over_its_canonical_text():
    """Members in the order of ASCII, nothing that says nothing, the secret at the end."""
    members = {"version": "1.0", "appId": "APP0000000000001", "data": {"b": 1, "a": "x"}, "extra": "y",
               "empty": "", "none": None, "encData": "AA"}  # fmt: skip
    text = b'appId=APP0000000000001&data={"a":"x","b":1}&version=1.0&key=secret-of-the-app'
    assert paydata.canonical(members, "secret-of-the-app") == text
    members["signData"] = paydata.sign(members, "secret-of-the-app", OURS)
    assert paydata.holds(members, "secret-of-the-app", OURS)
    assert not paydata.holds(members | {"version": "1.1"}, "secret-of-the-app", OURS)
    assert not paydata.holds(members | {"signData": "?"}, "secret-of-the-app", OURS)
    sealed = paydata.encrypt("APP0000000000001", "secret-of-the-app", b'{"a":1}')
    assert sealed == sealed.upper()
    assert paydata.decrypt("APP0000000000001", "secret-of-the-app", sealed) == b'{"a":1}'
    with pytest.raises(Fault):
        paydata.decrypt("APP0000000000001", "secret-of-the-app", "zz")


def test_tokens_end_and_belong_to_one_partner():
    """A token is nothing but its MAC and its end."""
    token = oauth.new_token("p", KEY, 1000.0)
    assert oauth.read_token(token, KEY, 1001.0) == "p"
    assert oauth.read_token(token, KEY, 1000.0 + oauth.LIVES_SECONDS) == ""
    assert oauth.read_token(token, b"another key 1234", 1001.0) == ""
    for broken in ("ot_", "ot_x.y", token[:-2], "ot_" + token[9:]):
        assert oauth.read_token(broken, KEY, 1001.0) == ""


def write(path, **entry) -> None:
    whole = {"id": "p", "profile": "guangdong", "institution": "H1"} | entry
    path.write_text(json.dumps({"partners": [whole], "own": {"sm2": []}}), "utf-8")


@pytest.mark.parametrize(
    "entry",
    [
        {"id": ""},
        {"secrets": [{"id": "a", "value": 5}]},
        {"secrets": [{"id": "a", "value": "top-secret", "since": "tomorrow"}]},
        {"sm4": [{"id": "a", "value": "top-secret"}]},
        {"sm2": [{"id": "a", "value": "top-secret"}]},
        {"networks": ["top-secret"]},
        {"secrets": [{"id": "a", "value": "top-secret"}, {"id": "a", "value": "x"}]},
    ],
)
def test_a_wrong_partners_file_is_refused_without_telling_a_secret(tmp_path, entry):
    """The fault goes to a log."""
    write(tmp_path / "partners.json", **entry)
    with pytest.raises(Fault) as found:
        read_partners(tmp_path / "partners.json", shipped())
    assert "top-secret" not in f"{found.value} {found.value.message} {found.value.value}"


def test_partners_are_read_again_when_the_file_changes(tmp_path):
    """Keys are changed without stopping; a broken change leaves the old keys in force."""
    import os

    file = tmp_path / "partners.json"
    write(file, secrets=[{"id": "a", "value": "one"}])
    partners = PartnersFile(file, shipped())
    assert partners().by_id["p"].secrets[0].value == "one"
    write(file, secrets=[{"id": "a", "value": "the-new-one"}])
    assert partners().by_id["p"].secrets[0].value == "the-new-one"
    file.write_text("{", "utf-8")
    os.utime(file, ns=(1, 1))
    assert partners().by_id["p"].secrets[0].value == "the-new-one"
    assert "the-new-one" not in repr(partners())


def zipped(text: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("a.txt", text)
    return packed.getvalue()


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_damaged_file_is_refused_in_words_wherever_it_is_damaged(method):
    """Half a transfer is the hospital's everyday life: it must be told, not be an error of ours."""
    good = zipped(b"".join(b"S%d\tV\tP\t1.00\t1\t0\t0\n" % n for n in range(300)), method)
    files.reconciled("a", good, [])
    refused = 0
    for place in range(0, len(good), max(1, len(good) // 300)):
        for spoiled in (good[:place], good[:place] + bytes([good[place] ^ 0x41]) + good[place + 1 :]):
            # Names and times of a zip are not covered by any check: what is spoiled there is read as it was.
            with contextlib.suppress(Fault):
                files.reconciled("a", spoiled, [])
                refused -= 1
            refused += 1
    assert refused > 300


def test_a_file_of_more_lines_than_can_be_compared_is_refused(monkeypatch):
    """A small zip can hold millions of lines."""
    monkeypatch.setattr(files, "MOST_LINES", 3)
    line = b"S\tV\tP\t1\t1\t0\t0\r\n"
    with zipfile.ZipFile(io.BytesIO(files.reconciled("a", zipped(line * 3), []))) as answer:
        assert answer.read("a").count(b"\n") == 3
    with pytest.raises(Fault, match="FSI_FILE_LONG"):
        files.reconciled("a", zipped(line * 4), [])


async def test_a_long_file_is_compared_beside_the_other_messages(monkeypatch):
    """Unpacking and comparing takes seconds: everybody else would wait."""
    where = []
    monkeypatch.setattr(files, "reconciled", lambda *_: where.append(threading.current_thread()) or b"")

    class Store:
        async def file(self, _institution, number):
            return WireFile(number, "H1", "a.zip", b"", datetime(2026, 6, 1, tzinfo=UTC))

        async def put_file(self, _file): ...

    async def nothing(*_):
        return []

    monkeypatch.setattr(files, "settlements_of", nothing)
    asked = {"data": {"stmt_begndate": "2026-04-01", "stmt_enddate": "2026-04-30", "file_qury_no": "F"}}
    message = Message("3202", "M1", "H1", "", "", Node(asked, ""), b"{}")
    await files.details(Call(message, "3202", None, Store(), datetime(2026, 6, 1, tzinfo=UTC)))
    assert where
    assert where[0] is not threading.main_thread()


def test_a_part_of_a_stay_is_checked_by_the_service_itself():
    """Other programs than the gateway may record parts; an unknown status would break 4102 later."""
    fees = Part(PartKind.FEES, "2301", "M", "V1", rows=({"mdtrt_id": "V1"}, {"feedetl_sn": "1"}))
    facts.check(fees)
    with pytest.raises(Fault, match="EPISODE_PART_BAD"):
        facts.check(replace(fees, rows=({"mdtrt_id": "V1"}, {"mdtrt_id": "V2"})))
    for status in ("", "0", "1", "3"):
        facts.check(Part(PartKind.LIST, "4101A", "M", "V1", "S1", facts={"stas_type": status}))
    for status in ("2", "7", "01"):
        with pytest.raises(Fault, match="EPISODE_PART_BAD"):
            facts.check(Part(PartKind.LIST, "4101A", "M", "V1", "S1", facts={"stas_type": status}))
