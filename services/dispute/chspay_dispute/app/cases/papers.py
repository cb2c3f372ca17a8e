"""Whether the bytes of a paper are what they claim to be, and do nothing by themselves.

Allowed are PDF, JPEG, PNG, plain text, CSV, XLSX and DOCX. The kind is told from the bytes, the name only
has to agree. Refused are scripts and launches in a PDF, macros and embedded programs in office files,
archives that unpack to more than their share, and text that is not text.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from chspay_core.errors import Fault, Kind, Reason

PAPER_EMPTY = Reason("PAPER_EMPTY", Kind.INVALID, "文件是空的，请重新选择文件。")
PAPER_LARGE = Reason("PAPER_LARGE", Kind.TOO_LARGE, "文件超过{most}兆字节，请压缩图片或分成几份后再上传。")
PAPER_NAME = Reason("PAPER_NAME", Kind.INVALID, "文件名“{value}”不能使用，请改为不含路径的名称。")
PAPER_TYPE = Reason(
    "PAPER_TYPE", Kind.INVALID, "文件“{value}”不是可以上传的类型或与其扩展名不符；可以上传：{known}。"
)
PAPER_ACTIVE = Reason(
    "PAPER_ACTIVE",
    Kind.INVALID,
    "文件“{value}”含有可执行内容（{found}），请去掉宏和脚本后再上传。",
)
PAPER_BOMB = Reason("PAPER_BOMB", Kind.INVALID, "文件“{value}”展开后过大，不能上传。")
PAPER_BROKEN = Reason("PAPER_BROKEN", Kind.INVALID, "文件“{value}”已损坏，无法读取。")

#: Bytes of a paper at most; entries, bytes and ratio of an office file when unpacked.
MOST_BYTES: Final = 10 << 20
_MOST_ENTRIES, _MOST_UNPACKED, _MOST_RATIO = 2000, 60 << 20, 200
_LONGEST_NAME = 120

MEDIA: Final = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]+\.([A-Za-z]+)\Z")
#: What a PDF does by itself; a name may be written with #xx for any of its letters.
_PDF_ACTIVE: Final = ("JavaScript", "JS", "Launch", "EmbeddedFile", "RichMedia", "XFA",
                      "SubmitForm", "ImportData", "GoToE", "Encrypt")  # fmt: skip
_SPELLED = (b"".join(b"(?:%c|#(?i:%02x))" % (sign, sign) for sign in name.encode()) for name in _PDF_ACTIVE)
_PDF_NAME = re.compile(b"/(" + b"|".join(_SPELLED) + rb")[\x00-\x20()<>\[\]{}/%]")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_BEGIN, _END = b"stream", b"endstream"
#: Bytes looked through at a time, so that other threads get their turn; no name is longer than the rest.
_WINDOW, _LONGEST_ACTIVE = 1 << 20, 64
_OFFICE_ROOT: Final = {"xlsx": "xl/workbook.xml", "docx": "word/document.xml"}
_OFFICE_ACTIVE = re.compile(
    r"vbaproject|vbadata|activex|embeddings/|oleobject|\.(?:exe|dll|js|vbs|bat|ps1|scr)$"
)


def check_paper(name: str, content: bytes) -> str:
    """The media type of a paper that may be stored.

    :raises Fault: PAPER_EMPTY, PAPER_LARGE, PAPER_NAME, PAPER_TYPE, PAPER_ACTIVE, PAPER_BOMB, PAPER_BROKEN.
    """
    if not content:
        raise Fault(PAPER_EMPTY, field="content")
    if len(content) > MOST_BYTES:
        raise Fault(PAPER_LARGE, field="content", value=len(content), most=MOST_BYTES >> 20)
    named = _NAME.match(name)
    if named is None or len(name) > _LONGEST_NAME or name.startswith("."):
        raise Fault(PAPER_NAME, field="file_name", value=name)
    ending = named[1].lower()
    if ending not in MEDIA or not _is(ending, content):
        raise Fault(PAPER_TYPE, field="file_name", value=name, known="、".join(sorted(MEDIA)))
    if ending == "pdf":
        _check_pdf(name, content)
    elif ending in _OFFICE_ROOT:
        _check_office(name, ending, content)
    return MEDIA[ending]


def _is(ending: str, content: bytes) -> bool:
    if ending in {"jpg", "jpeg"}:
        return content.startswith(b"\xff\xd8\xff") and content.rstrip(b"\x00\r\n").endswith(b"\xff\xd9")
    if ending == "png":
        return content.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in content[-16:]
    if ending == "pdf":
        return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]
    if ending in _OFFICE_ROOT:
        return content.startswith(b"PK\x03\x04")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text) and not _markup(text)


def _markup(text: str) -> bool:
    """Whether a browser might take the text for a page."""
    return re.match(r"\s*<(?:!doctype|html|script|svg|\?xml)", text, re.IGNORECASE) is not None


def _check_pdf(name: str, content: bytes) -> None:
    # Objects may hide in compressed streams: those are looked through as well, within bounds.
    unpacked, at, around = 0, 0, bytearray()
    for since, until in _streams(content):
        head, at = content[at:since], until
        around += head
        inflater = zlib.decompressobj()
        try:
            plain = inflater.decompress(content[since:until], _MOST_UNPACKED - unpacked + 1)
        except zlib.error:
            # Not deflated (an image, or plain): names of objects stand in the dictionaries, not in here.
            continue
        unpacked += len(plain)
        if unpacked > _MOST_UNPACKED:
            raise Fault(PAPER_BOMB, field="content", value=name)
        if not _picture(head):
            _check_names(name, plain)
    _check_names(name, bytes(around) + content[at:])


def _streams(content: bytes) -> Iterator[tuple[int, int]]:
    """Where the bytes of each stream begin and end; every byte is looked at a fixed number of times."""
    at = 0
    while (found := content.find(_BEGIN, at)) >= 0:
        at = found + len(_BEGIN)
        since = at + (2 if content.startswith(b"\r\n", at) else 1)
        if content[since - 1 : since] != b"\n":
            continue
        until = content.find(_END, since)
        if until < 0:
            # Nothing ends from here on: the rest belongs to no stream.
            return
        yield since, until
        at = until + len(_END)


def _picture(head: bytes) -> bool:
    """Whether a stream is pixels, in which any name may turn up by chance: a reader finds objects only in
    streams whose dictionary says where the first one is."""
    return b"/Image" in head and not any(word in head for word in (b"First", b"ObjStm", b"#"))


def _check_names(name: str, part: bytes) -> None:
    """Refuses names of what a PDF does by itself; a name may stand at the very end."""
    ended = part + b" "
    for at in range(0, len(ended), _WINDOW):
        held = _PDF_NAME.search(ended, at, at + _WINDOW + _LONGEST_ACTIVE)
        if held is not None:
            spelled = _HEX.sub(lambda match: bytes([int(match[1], 16)]), held[1]).decode("latin-1")
            raise Fault(PAPER_ACTIVE, field="content", value=name, found=spelled)


def _check_office(name: str, ending: str, content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            sizes = sum(entry.file_size for entry in entries)
            if len(entries) > _MOST_ENTRIES or sizes > _MOST_UNPACKED or sizes > _MOST_RATIO * len(content):
                raise Fault(PAPER_BOMB, field="content", value=name)
            names = [entry.filename.lower() for entry in entries]
            if _OFFICE_ROOT[ending] not in names:
                raise Fault(PAPER_TYPE, field="file_name", value=name, known="、".join(sorted(MEDIA)))
            for entry in names:
                if _OFFICE_ACTIVE.search(entry):
                    raise Fault(PAPER_ACTIVE, field="content", value=name, found=entry)
            _measure(name, archive, entries)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Fault(PAPER_BROKEN, field="content", value=name) from error


def _measure(name: str, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpacks within bounds: what an entry says of its size need not be true."""
    total = 0
    for entry in entries:
        with archive.open(entry) as held:
            while chunk := held.read(1 << 16):
                total += len(chunk)
                if total > _MOST_UNPACKED:
                    raise Fault(PAPER_BOMB, field="content", value=name)
