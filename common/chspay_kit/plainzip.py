"""A ZIP archive that has one form only: members stored as they are, in a given order, with a fixed time.

Any program opens it, and every byte of it is accounted for: a reader rebuilds the headers from the names,
sizes and checksums and compares. So nothing can hide between members, nothing is inflated (a bomb would
have to be as large as what it holds), and two archives of the same members are the same bytes. Layout:
PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16; no ZIP64, hence below 4 GiB.
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from chspay_core.errors import Fault, Kind, Reason

PACKAGE_BROKEN = Reason(
    "PACKAGE_BROKEN", Kind.INVALID, "数据包 {value} 不是完整的chspay数据包（{problem}），请重新取得一份。"
)
PACKAGE_NAME = Reason("PACKAGE_NAME", Kind.INVALID, "数据包内的文件名“{value}”不合规范，不能写入或读取。")
PACKAGE_TOO_LARGE = Reason(
    "PACKAGE_TOO_LARGE", Kind.TOO_LARGE, "数据包超出上限（{value}），请分成几个较小的数据包。"
)

MOST_MEMBERS = 4096
LARGEST = (1 << 32) - (1 << 20)
LONGEST_NAME = 200
BLOCK = 1 << 20

#: Version 2.0; names are plain ASCII; 1980-01-01 00:00, the first day a ZIP can tell.
_VERSION, _FLAGS, _STORED, _TIME, _DAY = 20, 0, 0, 0, 0x0021
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
#: Made by UNIX, a plain file readable by all.
_MADE_BY, _MODE = (3 << 8) | _VERSION, 0o100644 << 16
_PART = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*", re.ASCII)


class Entry(NamedTuple):
    """One member: its name, its size in bytes, the CRC-32 of its bytes, and where its header begins."""

    name: str
    size: int
    crc: int
    offset: int = 0

    @property
    def start(self) -> int:
        """Where its bytes begin."""
        return self.offset + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        """Where its bytes end."""
        return self.start + self.size


def check_names(names: Sequence[str]) -> None:
    """Refuse names that could leave a folder, mean two things, or collide where case is not told apart.

    :raises Fault: PACKAGE_NAME, PACKAGE_TOO_LARGE.
    """
    if len(names) > MOST_MEMBERS:
        raise Fault(PACKAGE_TOO_LARGE, value=f"{len(names)}个文件")
    seen: set[str] = set()
    for name in names:
        if len(name) > LONGEST_NAME or not _NAME.fullmatch(name) or name.lower() in seen:
            raise Fault(PACKAGE_NAME, field="member", value=name)
        seen.add(name.lower())


def lay_out(members: Sequence[Entry]) -> list[Entry]:
    """The members at their places, one after the other.

    :raises Fault: PACKAGE_NAME, PACKAGE_TOO_LARGE.
    """
    check_names([member.name for member in members])
    placed, offset = [], 0
    for member in members:
        entry = member._replace(offset=offset)
        placed.append(entry)
        offset = entry.end
    if offset > LARGEST:
        raise Fault(PACKAGE_TOO_LARGE, value=f"{offset}字节")
    return placed


def header(entry: Entry) -> bytes:
    """What stands before a member's bytes."""
    fixed = (_VERSION, _FLAGS, _STORED, _TIME, _DAY, entry.crc, entry.size, entry.size, len(entry.name), 0)
    return _LOCAL.pack(_LOCAL_MARK, *fixed) + entry.name.encode("ascii")


def directory(entries: Sequence[Entry]) -> bytes:
    """What stands after the last member."""
    parts = []
    for entry in entries:
        fixed = (_MADE_BY, _VERSION, _FLAGS, _STORED, _TIME, _DAY, entry.crc, entry.size, entry.size)
        tail = (len(entry.name), 0, 0, 0, 0, _MODE, entry.offset)
        parts.append(_CENTRAL.pack(_CENTRAL_MARK, *fixed, *tail) + entry.name.encode("ascii"))
    listed = b"".join(parts)
    start = entries[-1].end if entries else 0
    end = _END.pack(_END_MARK, 0, 0, len(entries), len(entries), len(listed), start, 0)
    return listed + end


def read_directory(file: BinaryIO, shown: str) -> list[Entry]:
    """The members of an archive, after every byte outside of them was found as it must be.

    :param shown: how the file is called in a refusal.
    :raises Fault: PACKAGE_BROKEN, PACKAGE_NAME, PACKAGE_TOO_LARGE.
    """
    size = file.seek(0, io.SEEK_END)
    if size > LARGEST + (1 << 20):
        raise Fault(PACKAGE_TOO_LARGE, value=f"{size}字节")
    listed = _listed(file, size, shown)
    entries = lay_out(_members(listed, shown))
    if directory(entries)[: len(listed)] != listed:
        raise Fault(PACKAGE_BROKEN, value=shown, problem="目录不合规范")
    if not entries or entries[-1].end + len(directory(entries)) != size:
        raise Fault(PACKAGE_BROKEN, value=shown, problem="有多余或缺少的内容")
    for entry in entries:
        expected = header(entry)
        file.seek(entry.offset)
        if file.read(len(expected)) != expected:
            raise Fault(PACKAGE_BROKEN, value=shown, problem=f"{entry.name} 的文件头不符")
    return entries


def blocks(file: BinaryIO, entry: Entry, shown: str) -> Iterator[bytes]:
    """A member's bytes, piece by piece.

    :raises Fault: PACKAGE_BROKEN when the file ends early.
    """
    file.seek(entry.start)
    left = entry.size
    while left:
        block = file.read(min(left, BLOCK))
        if not block:
            raise Fault(PACKAGE_BROKEN, value=shown, problem=f"{entry.name} 不完整")
        left -= len(block)
        yield block


def crc_of(content: bytes, before: int = 0) -> int:
    """CRC-32 of ``content``, going on from ``before``."""
    return zlib.crc32(content, before)


def _listed(file: BinaryIO, size: int, shown: str) -> bytes:
    """The bytes of the central directory, found from the end of the file."""
    if size < _END.size:
        raise Fault(PACKAGE_BROKEN, value=shown, problem="不完整")
    file.seek(size - _END.size)
    mark, disk, first, here, count, length, start, comment = _END.unpack(file.read(_END.size))
    if mark != _END_MARK:
        raise Fault(PACKAGE_BROKEN, value=shown, problem="没有结尾，可能没有传完")
    if disk or first or comment or here != count or count > MOST_MEMBERS:
        raise Fault(PACKAGE_BROKEN, value=shown, problem="结尾不合规范")
    if start + length + _END.size != size or length > count * (_CENTRAL.size + LONGEST_NAME):
        raise Fault(PACKAGE_BROKEN, value=shown, problem="有多余或缺少的内容")
    file.seek(start)
    return file.read(length)


def _members(listed: bytes, shown: str) -> list[Entry]:
    found, place = [], 0
    while place < len(listed):
        if len(listed) - place < _CENTRAL.size:
            raise Fault(PACKAGE_BROKEN, value=shown, problem="目录不完整")
        fixed = _CENTRAL.unpack_from(listed, place)
        mark, method, crc, packed, size, length = fixed[0], fixed[4], fixed[7], fixed[8], fixed[9], fixed[10]
        if mark != _CENTRAL_MARK:
            raise Fault(PACKAGE_BROKEN, value=shown, problem="目录不合规范")
        if method != _STORED or packed != size:
            raise Fault(PACKAGE_BROKEN, value=shown, problem="含有压缩的内容")
        place += _CENTRAL.size
        name = listed[place : place + length].decode("latin-1")
        place += length
        found.append(Entry(name, size, crc))
    return found
