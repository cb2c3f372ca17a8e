"""Sealed packages: one form only, every changed byte noticed and named, nothing foreign let in."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit import package as module
from chspay_kit import plainzip
from chspay_kit.package import MANIFEST, SIGNATURE, canonical, open_package, write_package
from chspay_kit.sm2 import Sm2Key

KIND = "trial"
MEMBERS = {"cases.csv": b"case_id\nc1\n", "policy/bundle.json": b"{}", "empty": b""}
FACTS = {"month": "2026-03", "cases": 1, "signed": True, "parts": ["a", "b"]}


@pytest.fixture(scope="module")
def key() -> Sm2Key:
    """A signing key."""
    return Sm2Key.generate()


def _made(path: Path, key: Sm2Key | None = None, **changes: Any) -> bytes:
    arguments = {"kind": KIND, "members": MEMBERS, "facts": FACTS, **changes}
    write_package(path, key=key, made_for="H01", **arguments)
    return path.read_bytes()


def _refused(path: Path, content: bytes) -> Fault:
    path.write_bytes(content)
    with pytest.raises(Fault) as caught:
        open_package(path, KIND).close()
    return caught.value


def _zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """What another program would write."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def _laid(members: list[tuple[str, bytes]]) -> bytes:
    """The members in the form of a package, whatever they hold."""
    entries = plainzip.lay_out([plainzip.Entry(n, len(c), plainzip.crc_of(c)) for n, c in members])
    body = b"".join(plainzip.header(e) + c for e, (_, c) in zip(entries, members, strict=True))
    return body + plainzip.directory(entries)


def _manifest(inside: dict[str, bytes], **changes: Any) -> bytes:
    listed = {name: {"bytes": len(c), "sm3": sm3_hex(c)} for name, c in inside.items()}
    content = {"format": module.FORMAT, "kind": KIND, "engine": "1", "made_for": "", "facts": {}}
    return canonical({**content, "members": listed} | changes)


def test_what_goes_in_comes_out(tmp_path: Path, key: Sm2Key) -> None:
    """The purpose: members, facts and signer arrive as they were, in memory and as files."""
    path = tmp_path / "p.zip"
    digest = write_package(path, KIND, MEMBERS, FACTS, key, "H01")
    with open_package(path, KIND) as found:
        assert (found.digest, found.made_for, found.facts) == (digest, "H01", FACTS)
        assert found.names == sorted(MEMBERS)
        assert found.size("cases.csv") == 11
        assert {name: found.read(name) for name in found.names} == MEMBERS
        laid = found.path("policy/bundle.json")
        assert laid.read_bytes() == b"{}"
        assert found.path("policy/bundle.json") == laid
        found.require_signer([key.public_hex()])
    assert not laid.exists()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(Fault, match="PACKAGE_CLOSED"):
        found.read("cases.csv")


def test_the_same_content_is_the_same_file_and_any_program_opens_it(tmp_path: Path) -> None:
    """Replay compares bytes; an auditor without our software must still be able to look inside."""
    (tmp_path / "cases.csv").write_bytes(MEMBERS["cases.csv"])
    turned = dict(reversed(MEMBERS.items())) | {"cases.csv": tmp_path / "cases.csv"}
    first, second = _made(tmp_path / "a"), _made(tmp_path / "b", members=turned)
    assert first == second
    with zipfile.ZipFile(tmp_path / "a") as file:
        assert file.testzip() is None
        assert file.namelist() == [MANIFEST, *sorted(MEMBERS)]
        assert {name: file.read(name) for name in MEMBERS} == MEMBERS


@pytest.mark.parametrize("signed", [False, True])
def test_every_flipped_byte_is_caught(tmp_path: Path, key: Sm2Key, signed: bool) -> None:
    """Accidents happen to any byte, also to those no program usually looks at."""
    content = _made(tmp_path / "p", key if signed else None)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << (place % 8)
        assert _refused(tmp_path / "q", bytes(changed)).reason.code.startswith(("PACKAGE_", "SIGNATURE_"))


def test_every_cut_and_every_addition_is_caught(tmp_path: Path) -> None:
    """A download that broke off, and a tail somebody added."""
    content = _made(tmp_path / "p")
    for end in range(len(content)):
        _refused(tmp_path / "q", content[:end])
    for more in (b"\x00", b"PK", content):
        _refused(tmp_path / "q", content + more)
        _refused(tmp_path / "q", more + content)


def test_a_changed_member_is_named_with_what_was_expected(tmp_path: Path) -> None:
    """Whoever repairs a package needs to know which file, even if the checksums were put right."""
    manifest = _manifest(MEMBERS)
    forged = sorted((MEMBERS | {"cases.csv": b"case_id\nc2\n"}).items())
    fault = _refused(tmp_path / "p", _laid([(MANIFEST, manifest), *forged]))
    assert fault.reason is module.PACKAGE_CHANGED
    assert fault.value == "cases.csv"
    assert fault.facts["expected"] == sm3_hex(MEMBERS["cases.csv"])
    assert fault.facts["found"] == sm3_hex(b"case_id\nc2\n")


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ([*sorted(MEMBERS.items()), ("zz", b"x")], "多出 zz"),
        (sorted(MEMBERS.items())[1:], "缺少 cases.csv"),
        (sorted(MEMBERS.items(), reverse=True), "顺序不符"),
    ],
)
def test_foreign_missing_and_turned_members_are_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], problem: str
) -> None:
    """A package holds what its manifest says, no more, no less, in the one order."""
    fault = _refused(tmp_path / "p", _laid([(MANIFEST, _manifest(MEMBERS)), *members]))
    assert fault.reason is module.PACKAGE_MEMBERS
    assert fault.facts["problem"] == problem


@pytest.mark.parametrize(
    "name",
    ["../up", "/root", "a//b", "a/./b", "..", ".hidden", "a\\b", "c:x", "x/", "病例", "a\x00b", "a" * 201],
)  # fmt: skip
def test_names_that_play_tricks_are_refused_both_ways(tmp_path: Path, name: str) -> None:
    """A path out of the folder must neither be written nor followed."""
    with pytest.raises(Fault, match="PACKAGE_NAME"):
        write_package(tmp_path / "p", KIND, {name: b"x"}, {})
    made = _zipped([(MANIFEST, _manifest({name: b"x"})), (name, b"x")])
    assert _refused(tmp_path / "p", made).reason.code in {"PACKAGE_NAME", "PACKAGE_BROKEN", "PACKAGE_MEMBERS"}


def test_two_names_for_one_file_are_refused(tmp_path: Path) -> None:
    """On a file system that does not tell case apart the second would replace the first."""
    with pytest.raises(Fault, match="PACKAGE_NAME"):
        write_package(tmp_path / "p", KIND, {"A.csv": b"1", "a.csv": b"2"}, {})
    with pytest.raises(Fault, match="PACKAGE_NAME"):
        write_package(tmp_path / "p", KIND, {MANIFEST: b"1"}, {})


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    """Nothing compressed is read, so nothing can unfold into more than the file itself."""
    bomb = _zipped([(MANIFEST, _manifest({})), ("bomb", bytes(50_000_000))], zipfile.ZIP_DEFLATED)
    fault = _refused(tmp_path / "p", bomb)
    assert fault.reason is plainzip.PACKAGE_BROKEN
    assert fault.facts["problem"] == "含有压缩的内容"


def test_sizes_that_overlap_or_reach_outside_are_refused(tmp_path: Path) -> None:
    """Members laid over each other (the quine bomb) break the one layout there is."""
    content = _made(tmp_path / "p")
    central = content.index(b"PK\x01\x02")
    for offset in (20, 24, 42):
        changed = bytearray(content)
        changed[central + offset : central + offset + 4] = (0xFFFFFFF0).to_bytes(4, "little")
        _refused(tmp_path / "q", bytes(changed))


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (_manifest({}, format="chspay-package/2"), "PACKAGE_FORMAT"),
        (_manifest({}, kind="other"), "PACKAGE_KIND"),
        (_manifest({}, facts=[]), "PACKAGE_BROKEN"),
        (_manifest({}, more="x"), "PACKAGE_BROKEN"),
        (_manifest({}, engine=1), "PACKAGE_BROKEN"),
        (_manifest({}, members=[]), "PACKAGE_BROKEN"),
        (_manifest({}, facts={"a": None}), "PACKAGE_BROKEN"),
        (b'{"a":"\\ud800"}', "PACKAGE_BROKEN"),
        (b'{"format":1.5}', "PACKAGE_BROKEN"),
        (b'{"a":"1","a":"2"}', "PACKAGE_BROKEN"),
        (b"[" * 100_000, "PACKAGE_BROKEN"),
        (b"\xff", "PACKAGE_BROKEN"),
        (_manifest({}) + b" ", "PACKAGE_BROKEN"),
    ],
)  # fmt: skip
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, manifest: bytes, code: str) -> None:
    """One form only: what could be read in two ways is not read at all."""
    assert _refused(tmp_path / "p", _laid([(MANIFEST, manifest)])).reason.code == code


def test_a_forger_with_the_right_checksums_fails_at_the_signature(tmp_path: Path, key: Sm2Key) -> None:
    """Checksums stop accidents; only the signature stops people."""
    manifest, other = _manifest({"a": b"1"}), _manifest({"a": b"2"})
    signature = canonical({"key": key.public_hex(), "signature": key.sign_raw(manifest).hex()})
    good = _laid([(MANIFEST, manifest), (SIGNATURE, signature), ("a", b"1")])
    (tmp_path / "good").write_bytes(good)
    open_package(tmp_path / "good", KIND).close()
    forged = _laid([(MANIFEST, other), (SIGNATURE, signature), ("a", b"2")])
    assert _refused(tmp_path / "p", forged).reason.code == "SIGNATURE_BAD"
    for broken in ({"key": key.public_hex()}, {"key": 1, "signature": "00"}, {"key": "x", "signature": "zz"}):
        assert _refused(
            tmp_path / "p", _laid([(MANIFEST, manifest), (SIGNATURE, canonical(broken)), ("a", b"1")])
        )


def test_the_wrong_signer_and_no_signer_are_told_apart(tmp_path: Path, key: Sm2Key) -> None:
    """A key found inside proves nothing; the reader says whom he trusts."""
    _made(tmp_path / "unsigned")
    _made(tmp_path / "signed", Sm2Key.generate())
    with open_package(tmp_path / "unsigned", KIND) as found, pytest.raises(Fault, match="PACKAGE_UNSIGNED"):
        found.require_signer([key.public_hex()])
    with open_package(tmp_path / "signed", KIND) as found, pytest.raises(Fault, match="PACKAGE_SIGNER"):
        found.require_signer([key.public_hex()])


def test_facts_have_one_form(tmp_path: Path) -> None:
    """A float or a null reads differently in other languages."""
    for value in (1.5, None, {1: "x"}, "\ud800", (1,)):
        with pytest.raises(Fault, match="PACKAGE_FACTS"):
            write_package(tmp_path / "p", KIND, {}, {"a": value})
    assert not list(tmp_path.iterdir())


def test_a_file_that_changes_meanwhile_leaves_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the manifest names is what was written, or nothing is written."""
    source = tmp_path / "source"
    source.write_bytes(b"one")
    plain = plainzip.lay_out

    def change(entries: list[plainzip.Entry]) -> list[plainzip.Entry]:
        source.write_bytes(b"two")
        return plain(entries)

    monkeypatch.setattr(plainzip, "lay_out", change)
    with pytest.raises(Fault, match="PACKAGE_CHANGED"):
        write_package(tmp_path / "p", KIND, {"a": source}, {})
    assert list(tmp_path.iterdir()) == [source]


def test_what_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds hold before memory or disk fills."""
    _made(tmp_path / "p")
    monkeypatch.setattr(module, "READ_MOST", 5)
    with open_package(tmp_path / "p", KIND) as found, pytest.raises(Fault, match="PACKAGE_TOO_LARGE"):
        found.read("cases.csv")
    monkeypatch.setattr(plainzip, "MOST_MEMBERS", 2)
    with pytest.raises(Fault, match="PACKAGE_TOO_LARGE"):
        write_package(tmp_path / "q", KIND, MEMBERS, {})
    monkeypatch.setattr(plainzip, "LARGEST", 10)
    with pytest.raises(Fault, match="PACKAGE_TOO_LARGE"):
        write_package(tmp_path / "q", KIND, {}, {})


def test_a_missing_file_and_a_missing_member_are_told_plainly(tmp_path: Path) -> None:
    """The commonest mistakes are a wrong path and an old format."""
    with pytest.raises(Fault, match="PACKAGE_BROKEN"):
        open_package(tmp_path / "none", KIND)
    _made(tmp_path / "p")
    with open_package(tmp_path / "p", KIND) as found, pytest.raises(Fault, match="PACKAGE_MEMBER_UNKNOWN"):
        found.read("other")


_NAMES = st.from_regex(r"[a-z]{1,4}(/[a-z]{1,4})?", fullmatch=True)


@given(members=st.dictionaries(_NAMES, st.binary(max_size=40), max_size=5))
def test_any_members_come_back(tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes]) -> None:
    """A law: writing and opening is the identity, whatever the members."""
    path = tmp_path_factory.mktemp("p") / "p.zip"
    digest = write_package(path, KIND, members, {})
    assert json.loads(path.read_bytes()[30 + len(MANIFEST) :].split(b"PK")[0])["kind"] == KIND
    with open_package(path, KIND) as found:
        assert found.digest == digest
        assert {name: found.read(name) for name in found.names} == members
