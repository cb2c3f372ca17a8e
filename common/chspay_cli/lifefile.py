"""The signed records of an artefact on disk: ``life.json`` beside its sealed canonical form.

An artefact is a folder: the canonical form, the record of its making, and this. The file holds the
records as they were signed, and what a publication refers to: run statements and evaluations. Private
keys are read from files only, never from arguments or the environment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chspay_cli.files import replace_file
from chspay_core.artefact import Artefact, Sealed
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.canonical import Signed
from chspay_grouper.engine.life import (
    PUBLICATION_UNFOUNDED,
    Event,
    Life,
    Record,
    check_next,
    check_predecessor,
    check_publication,
    follow,
    parse_evaluation,
    parse_record,
    require_trusted,
    trusted_keys,
)
from chspay_grouper.engine.runstatement import parse_statement
from chspay_kit.sm2 import Sm2Key, require_signature

LIFE_UNREADABLE = Reason(
    "LIFE_UNREADABLE", Kind.INVALID, "“{value}”不能读取，可能被改动或损坏，请用备份恢复。"
)
ARTEFACT_SEALED = Reason(
    "ARTEFACT_SEALED", Kind.CONFLICT, "“{value}”中的内容已经封存，不能覆盖；新版本请写到另一个文件夹。"
)
KEY_FILE_MISSING = Reason("KEY_FILE_MISSING", Kind.NOT_FOUND, "找不到密钥文件“{value}”。")
KEY_FILE_EXISTS = Reason("KEY_FILE_EXISTS", Kind.CONFLICT, "“{value}”已存在，不会覆盖密钥，请换一个文件名。")
PREDECESSOR_OTHER = Reason(
    "PREDECESSOR_OTHER", Kind.PRECONDITION, "封存时指明的前一版本是{value}，给出的是{found}。"
)


#: The signed records of a sealed artefact, beside it.
LIFE_FILE = "life.json"


@dataclass(slots=True)
class LifeFile:
    """What ``life.json`` holds; runs and evaluations by the digest records refer to them with."""

    records: list[Signed] = field(default_factory=list)
    runs: dict[str, bytes] = field(default_factory=dict)
    evaluations: dict[str, Signed] = field(default_factory=dict)

    def life(self, artefact: Artefact, trusted: frozenset[str] | None = None) -> Life:
        """The life of an artefact, every signature, link and reference checked.

        :param trusted: public keys that may have signed; ``None`` accepts any key that fits.
        :raises Fault: what does not hold.
        """
        found = []
        for number, signed in enumerate(self.records, 1):
            record = parse_record(signed.content)
            what = f"第{number}条记录"
            _check_signed(record.signer, signed, what, trusted)
            if record.artefact != artefact:
                raise Fault(LIFE_UNREADABLE, field="life", value=f"{what}说的是另一个{artefact.called}")
            if record.event is Event.PUBLISH:
                self._check_publication(record, trusted)
            found.append(record)
        return follow(found)

    def add(self, record: Record, key: Sm2Key) -> None:
        """Signs a record and puts it at the end.

        :raises Fault: the record may not come next.
        """
        check_next(self.life(record.artefact), record)
        if record.event is Event.PUBLISH:
            self._check_publication(record, None)
        self.records.append(Signed(record.content, key.sign_raw(record.content)))

    def _check_publication(self, record: Record, trusted: frozenset[str] | None) -> None:
        run, signed = self.runs.get(record.run), self.evaluations.get(record.evaluation)
        if run is None or signed is None:
            raise Fault(PUBLICATION_UNFOUNDED, field="run", problem="引用的内容没有一并保存")
        evaluation = parse_evaluation(signed.content)
        _check_signed(evaluation.signer, signed, "评估", trusted)
        check_publication(record, parse_statement(run).artefact, evaluation)


def read_life(folder: Path) -> LifeFile:
    """The records beside an artefact; none when it was never sealed.

    :raises Fault: LIFE_UNREADABLE.
    """
    path = folder / LIFE_FILE
    if not path.exists():
        return LifeFile()
    try:
        data = json.loads(path.read_bytes())
        evaluations = [_signed(item) for item in data["evaluations"]]
        runs = [str(text).encode() for text in data["runs"]]
        return LifeFile(
            [_signed(item) for item in data["records"]],
            {sm3_hex(run): run for run in runs},
            {signed.digest: signed for signed in evaluations},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(LIFE_UNREADABLE, field="life", value=path) from error


def write_life(folder: Path, life: LifeFile) -> None:
    """Keep the records beside the artefact."""
    data = {
        "records": [_text(signed) for signed in life.records],
        "runs": [run.decode() for run in life.runs.values()],
        "evaluations": [_text(signed) for signed in life.evaluations.values()],
    }
    replace_file(folder / LIFE_FILE, json.dumps(data, ensure_ascii=False, indent=1).encode())


def read_signed(path: Path) -> Signed:
    """A signed document from its file.

    :raises Fault: LIFE_UNREADABLE.
    """
    try:
        return _signed(json.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Fault(LIFE_UNREADABLE, field="file", value=path) from error


def write_signed(path: Path, signed: Signed) -> None:
    """Keep a signed document as a file."""
    replace_file(path, json.dumps(_text(signed), ensure_ascii=False, indent=1).encode())


def check_unsealed(folder: Path) -> None:
    """Refuse to write over an artefact that is sealed.

    :raises Fault: ARTEFACT_SEALED.
    """
    if (folder / LIFE_FILE).exists():
        raise Fault(ARTEFACT_SEALED, field="--out", value=folder)


def private_key(path: Path) -> Sm2Key:
    """A private key from a file: PEM, or 64 hex digits.

    :raises Fault: KEY_FILE_MISSING, SM2_KEY_BAD, SM2_NO_PRIVATE.
    """
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise Fault(KEY_FILE_MISSING, field="--key", value=path) from error
    return Sm2Key.from_pem(text) if "BEGIN" in text else Sm2Key.from_private_hex(text)


def new_key(path: Path) -> Sm2Key:
    """A new private key in a file only its owner can read.

    :raises Fault: KEY_FILE_EXISTS.
    """
    key = Sm2Key.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Fault(KEY_FILE_EXISTS, field="file", value=path) from error
    with os.fdopen(handle, "w") as file:
        file.write(key.private_pem())
    return key


def read_trusted(path: Path) -> frozenset[str]:
    """The public keys of a list on disk.

    :raises Fault: KEY_FILE_MISSING, TRUST_BAD.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Fault(KEY_FILE_MISSING, field="--trust", value=path) from error
    return trusted_keys(text)


def check_named(life: Life, older: Sealed) -> None:
    """Refuse a version that the seal does not name as the one before, or that is another thing.

    :raises Fault: PREDECESSOR_OTHER, PREDECESSOR_FOREIGN.
    """
    named = life.records[0].predecessor if life.records else ""
    if named != older.artefact.digest:
        raise Fault(
            PREDECESSOR_OTHER, field="--previous", value=named or "（无）", found=older.artefact.digest
        )
    check_predecessor(life.records[0].artefact, older.artefact)


def _check_signed(signer: str, signed: Signed, what: str, trusted: frozenset[str] | None) -> None:
    require_signature(signer, signed.signature, signed.content, what)
    if trusted is not None:
        require_trusted(signer, trusted, what)


def _signed(item: Mapping[str, str]) -> Signed:
    return Signed(item["content"].encode(), bytes.fromhex(item["signature"]))


def _text(signed: Signed) -> dict[str, str]:
    return {"content": signed.content.decode(), "signature": signed.signature.hex()}
