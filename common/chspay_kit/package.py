"""Sealed packages 数据包: files that leave the house and must come back, or be checked elsewhere, unchanged.

A package is a plain ZIP (``plainzip``) whose first member, ``manifest.json``, says what it is and names the
SM3 of every other member; ``manifest.sig`` signs the manifest with SM2. The manifest has one form only
(compact JSON, sorted keys), so its SM3 is the digest of the whole package. Nothing in it comes from a clock;
unsigned, the same members and facts are the same file, byte for byte (a signature holds a random number).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

from chspay_core import ENGINE_VERSION
from chspay_core.digest import Sm3, sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_kit import plainzip
from chspay_kit.plainzip import BLOCK, PACKAGE_BROKEN, PACKAGE_TOO_LARGE, Entry
from chspay_kit.sm2 import Sm2Key, require_signature

FORMAT = "chspay-package/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
PACKAGE_FORMAT = Reason(
    "PACKAGE_FORMAT", Kind.INVALID, "数据包 {value} 的格式是“{found}”，本程序认识的是“{expected}”。"
)
PACKAGE_KIND = Reason(
    "PACKAGE_KIND", Kind.INVALID, "数据包 {value} 是“{found}”，这里需要的是“{expected}”，请核对文件。"
)
PACKAGE_CHANGED = Reason(
    "PACKAGE_CHANGED",
    Kind.PRECONDITION,
    "数据包里的 {value} 被改动过：应为 {expected}，实为 {found}；请重新取得一份。",
)
PACKAGE_MEMBERS = Reason(
    "PACKAGE_MEMBERS", Kind.INVALID, "数据包 {value} 的文件与清单不符（{problem}），请重新取得一份。"
)
PACKAGE_MEMBER_UNKNOWN = Reason("PACKAGE_MEMBER_UNKNOWN", Kind.NOT_FOUND, "数据包里没有 {value}。")
PACKAGE_FACTS = Reason(
    "PACKAGE_FACTS", Kind.INVALID, "数据包的说明只能有文字、整数、是否和它们的列表：{value}"
)
PACKAGE_UNSIGNED = Reason(
    "PACKAGE_UNSIGNED", Kind.PRECONDITION, "数据包 {value} 没有签名，不能确认是谁发出的。"
)
PACKAGE_SIGNER = Reason(
    "PACKAGE_SIGNER", Kind.DENIED, "数据包由公钥 {value} 签发，不是您信任的公钥，请向发出单位核对。"
)
PACKAGE_CLOSED = Reason("PACKAGE_CLOSED", Kind.INTERNAL, "数据包 {value} 已经关闭，不能再读。")

_MANIFEST_MOST, _SIGNATURE_MOST = 16 << 20, 1024
#: What :meth:`Package.read` gives at once; larger members are read as files.
READ_MOST = 512 << 20
_DEEPEST = 16


class _Member(NamedTuple):
    content: bytes | Path
    digest: str
    entry: Entry


def write_package(
    path: Path,
    kind: str,
    members: Mapping[str, bytes | Path],
    facts: Mapping[str, Any],
    key: Sm2Key | None = None,
    made_for: str = "",
) -> str:
    """Writes a package; the file appears whole or not at all, readable by its owner only.

    :param kind: what it is for, e.g. ``statement``; :func:`open_package` wants the same.
    :param members: by name (ASCII letters, digits, ``_ - . /``), bytes or a file.
    :param facts: what it says of itself: text, whole numbers, truth values, lists and objects of them.
    :param key: signs the manifest; without it the package only notices accidents, not forgery.
    :param made_for: whom it is for, e.g. a hospital's code.
    :return: the digest of the package: SM3 (hex) of its manifest.
    :raises Fault: PACKAGE_NAME, PACKAGE_FACTS, PACKAGE_TOO_LARGE; PACKAGE_CHANGED when a file changes
        while it is read.
    """
    plainzip.check_names([MANIFEST, SIGNATURE, *members])
    _check_plain(facts)
    read = {name: _measure(name, content) for name, content in sorted(members.items())}
    manifest = canonical(
        {
            "format": FORMAT,
            "kind": kind,
            "engine": ENGINE_VERSION,
            "made_for": made_for,
            "facts": dict(facts),
            "members": {name: {"bytes": m.entry.size, "sm3": m.digest} for name, m in read.items()},
        }
    )
    if len(manifest) > _MANIFEST_MOST:
        raise Fault(PACKAGE_TOO_LARGE, value=f"{MANIFEST} {len(manifest)}字节")
    heads = [_measure(MANIFEST, manifest)]
    if key is not None:
        signature = {"key": key.public_hex(), "signature": key.sign_raw(manifest).hex()}
        heads.append(_measure(SIGNATURE, canonical(signature)))
    every = [*heads, *read.values()]
    entries = plainzip.lay_out([member.entry for member in every])
    with _appearing(path) as file:
        for member, entry in zip(every, entries, strict=True):
            file.write(plainzip.header(entry))
            digest = Sm3()
            for block in _content(member.content):
                digest.add(block)
                file.write(block)
            if digest.hex() != member.digest:
                raise Fault(PACKAGE_CHANGED, value=entry.name, expected=member.digest, found=digest.hex())
        file.write(plainzip.directory(entries))
    return sm3_hex(manifest)


def open_package(path: Path, kind: str) -> Package:
    """Opens a package after every byte of it was checked; close it, or use it with ``with``.

    :raises Fault: PACKAGE_BROKEN, PACKAGE_NAME, PACKAGE_TOO_LARGE (not a whole package), PACKAGE_FORMAT,
        PACKAGE_KIND, PACKAGE_MEMBERS, PACKAGE_CHANGED (which member, expected and found), SIGNATURE_BAD.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise Fault(PACKAGE_BROKEN, value=path, problem=error.strerror or "不能读取") from error
    try:
        return Package(path, file, kind)
    except BaseException:
        file.close()
        raise


class Package:
    """An open package, whole and unchanged. Made by :func:`open_package`."""

    def __init__(self, path: Path, file: BinaryIO, kind: str) -> None:
        self._path, self._file = path, file
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        entries = {entry.name: entry for entry in plainzip.read_directory(file, str(path))}
        manifest = self._small(entries, MANIFEST, _MANIFEST_MOST)
        content = self._parsed(manifest, MANIFEST)
        if content.get("format") != FORMAT:
            raise Fault(PACKAGE_FORMAT, value=path, found=content.get("format"), expected=FORMAT)
        if content.get("kind") != kind:
            raise Fault(PACKAGE_KIND, value=path, found=content.get("kind"), expected=kind)
        #: SM3 (hex) of the manifest: names the package.
        self.digest: str = sm3_hex(manifest)
        #: Public key (hex) that signed it; empty when nobody did.
        self.signer: str = self._signer(entries, manifest)
        self.kind: str = kind
        self.engine, self.made_for, self.facts = self._head(content)
        self._entries = self._checked(entries, content)

    @property
    def names(self) -> list[str]:
        """Its members, sorted."""
        return sorted(self._entries)

    def size(self, name: str) -> int:
        """How many bytes a member has."""
        return self._entry(name).size

    def read(self, name: str) -> bytes:
        """A member's bytes.

        :raises Fault: PACKAGE_MEMBER_UNKNOWN, PACKAGE_TOO_LARGE (use :meth:`path`).
        """
        entry = self._entry(name)
        if entry.size > READ_MOST:
            raise Fault(PACKAGE_TOO_LARGE, value=f"{name} {entry.size}字节")
        return b"".join(plainzip.blocks(self._file, entry, str(self._path)))

    def path(self, name: str) -> Path:
        """A member as a file, in a private folder that goes when the package is closed.

        :raises Fault: PACKAGE_MEMBER_UNKNOWN.
        """
        entry = self._entry(name)
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="chspay-package-")
        target = Path(self._folder.name) / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with _appearing(target) as file:
                for block in plainzip.blocks(self._file, entry, str(self._path)):
                    file.write(block)
        return target

    def require_signer(self, trusted: Collection[str]) -> None:
        """Refuse a package that none of these public keys (hex) signed.

        :raises Fault: PACKAGE_UNSIGNED, PACKAGE_SIGNER.
        """
        if not self.signer:
            raise Fault(PACKAGE_UNSIGNED, value=self._path)
        if self.signer not in trusted:
            raise Fault(PACKAGE_SIGNER, field="signature", value=self.signer)

    def close(self) -> None:
        """Closes the file and removes what :meth:`path` laid out."""
        self._file.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _entry(self, name: str) -> Entry:
        if self._file.closed:
            raise Fault(PACKAGE_CLOSED, value=self._path)
        if name not in self._entries:
            raise Fault(PACKAGE_MEMBER_UNKNOWN, field="member", value=name)
        return self._entries[name]

    def _small(self, entries: Mapping[str, Entry], name: str, most: int) -> bytes:
        """The manifest or its signature, whose checksum only the archive knows."""
        if name not in entries:
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"没有 {name}")
        entry = entries[name]
        if entry.size > most:
            raise Fault(PACKAGE_TOO_LARGE, value=f"{name} {entry.size}字节")
        content = b"".join(plainzip.blocks(self._file, entry, str(self._path)))
        found = plainzip.crc_of(content)
        if found != entry.crc:
            raise Fault(PACKAGE_CHANGED, value=name, expected=f"{entry.crc:08x}", found=f"{found:08x}")
        return content

    def _parsed(self, content: bytes, name: str) -> dict[str, Any]:
        try:
            data = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{name} 不能识别") from error
        if not isinstance(data, dict) or not _is_plain(data) or canonical(data) != content:
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{name} 不合规范")
        return data

    def _signer(self, entries: Mapping[str, Entry], manifest: bytes) -> str:
        if SIGNATURE not in entries:
            return ""
        signed = self._parsed(self._small(entries, SIGNATURE, _SIGNATURE_MOST), SIGNATURE)
        try:
            key, signature = signed["key"], bytes.fromhex(signed["signature"])
        except (KeyError, TypeError, ValueError) as error:
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{SIGNATURE} 不能识别") from error
        if set(signed) != {"key", "signature"} or not isinstance(key, str) or key != key.lower():
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{SIGNATURE} 不合规范")
        require_signature(key, signature, manifest, str(self._path))
        return Sm2Key.from_public_hex(key).public_hex()

    def _head(self, content: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
        wanted = {"format", "kind", "engine", "made_for", "facts", "members"}
        engine, made_for, facts = content.get("engine"), content.get("made_for"), content.get("facts")
        if set(content) != wanted or not isinstance(facts, dict):
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{MANIFEST} 不合规范")
        if not isinstance(engine, str) or not isinstance(made_for, str):
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{MANIFEST} 不合规范")
        return engine, made_for, facts

    def _checked(self, entries: dict[str, Entry], content: Mapping[str, Any]) -> dict[str, Entry]:
        """The members the manifest names, each with the bytes it names, in the one order there is."""
        listed = content["members"]
        if not isinstance(listed, dict):
            raise Fault(PACKAGE_BROKEN, value=self._path, problem=f"{MANIFEST} 不合规范")
        heads = [MANIFEST, SIGNATURE] if self.signer else [MANIFEST]
        inside = {name: entry for name, entry in entries.items() if name not in heads}
        for name in sorted(set(inside) ^ set(listed)):
            problem = f"多出 {name}" if name in inside else f"缺少 {name}"
            raise Fault(PACKAGE_MEMBERS, value=self._path, problem=problem)
        if list(entries) != [*heads, *sorted(listed)]:
            raise Fault(PACKAGE_MEMBERS, value=self._path, problem="顺序不符")
        for name, entry in inside.items():
            self._check_member(entry, listed[name])
        return inside

    def _check_member(self, entry: Entry, said: object) -> None:
        digest, crc = Sm3(), 0
        for block in plainzip.blocks(self._file, entry, str(self._path)):
            digest.add(block)
            crc = plainzip.crc_of(block, crc)
        found = {"bytes": entry.size, "sm3": digest.hex()}
        if found != said:
            expected = said.get("sm3") if isinstance(said, dict) else said
            raise Fault(PACKAGE_CHANGED, value=entry.name, expected=expected, found=found["sm3"])
        if crc != entry.crc:
            raise Fault(PACKAGE_CHANGED, value=entry.name, expected=f"{entry.crc:08x}", found=f"{crc:08x}")


def canonical(content: Mapping[str, Any]) -> bytes:
    """Compact JSON with sorted keys in UTF-8: the same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _check_plain(facts: Mapping[str, Any]) -> None:
    if not _is_plain(dict(facts)):
        raise Fault(PACKAGE_FACTS, field="facts", value=facts)


def _is_plain(value: object, depth: int = 0) -> bool:
    """Whether a value has one form in JSON: text, whole numbers, truth values, lists and objects of them."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v, depth + 1) for k, v in value.items())
    if isinstance(value, list):
        return all(_is_plain(item, depth + 1) for item in value)
    return isinstance(value, str | int) and not (isinstance(value, str) and _half_characters(value))


def _half_characters(text: str) -> bool:
    """Whether a text holds halves of characters, which no UTF-8 can write."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def _measure(name: str, content: bytes | Path) -> _Member:
    digest, size, crc = Sm3(), 0, 0
    for block in _content(content):
        digest.add(block)
        crc = plainzip.crc_of(block, crc)
        size += len(block)
    if size > plainzip.LARGEST:
        raise Fault(PACKAGE_TOO_LARGE, value=f"{name} {size}字节")
    return _Member(content, digest.hex(), Entry(name, size, crc))


def _content(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        for start in range(0, len(content), BLOCK):
            yield content[start : start + BLOCK]
        return
    with content.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only when it is complete."""
    draft = path.with_name(f".{path.name[:100]}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
