"""Papers are judged by their bytes, quickly, however they are built."""

from __future__ import annotations

import time
import zlib

import pytest

from chspay_core.errors import Fault
from chspay_dispute.app.cases.papers import check_paper

HEAD, TAIL = b"%PDF-1.5\n", b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _pdf(plain: bytes, dictionary: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    return HEAD + b"1 0 obj<<%s>>\nstream\r\n%s\nendstream endobj" % (dictionary, zlib.compress(plain)) + TAIL


def _code(content: bytes) -> str:
    with pytest.raises(Fault) as fault:
        check_paper("病历.pdf", content)
    return fault.value.reason.code


@pytest.mark.parametrize(
    "plain",
    [
        b"1 0 <</S/JavaScript/JS(app.alert(1))>>",
        b" 1 0 <</S/JavaScript>>",  # White space is allowed before the first number.
        b"%x\n1 0 <</S/Java#53cript>>",
        b"1 0 " + b" " * 5000 + b"<</S/Launch>>",
        b"/JS",
    ],
)
def test_no_script_hides_in_an_object_stream(plain: bytes) -> None:
    # A reviewer opens the paper: what runs by itself must be found wherever a reader would find it.
    assert _code(_pdf(plain)) == "PAPER_ACTIVE"
    assert _code(_pdf(plain, b"/Subtype/Image/N 1/First 4/Filter/FlateDecode")) == "PAPER_ACTIVE"


def test_pixels_and_other_names_are_no_script() -> None:
    # A scan in which the letters turn up by chance, and names that only begin alike, must be taken.
    pixels = _pdf(b"\x07/JS \x09", b"/Type/XObject/Subtype/Image/Filter/FlateDecode")
    for content in (pixels, _pdf(b"1 0 <</JSX 1/Launcher 2/EmbeddedFiles 3>>"), HEAD + b"/JSX" + TAIL):
        assert check_paper("病历.pdf", content) == "application/pdf"
    assert _code(HEAD + b"<</S /Launch>>" + TAIL) == "PAPER_ACTIVE"
    assert _code(HEAD + b"stream\nxendstream <</S/Launch>>stream\n" + TAIL) == "PAPER_ACTIVE"
    assert _code(HEAD + b"stream\n<</S/Launch>>" + TAIL) == "PAPER_ACTIVE"


@pytest.mark.parametrize("part", [b"stream\n", b"stream", b"/", b"stream\nendstream", b"/#4a"])
def test_a_paper_of_many_beginnings_is_read_in_time(part: bytes) -> None:
    # 56 KB once took ten seconds of everybody's time; a megabyte takes a moment.
    begun = time.process_time()
    assert check_paper("病历.pdf", HEAD + part * (1_000_000 // len(part)) + TAIL) == "application/pdf"
    assert time.process_time() - begun < 2
