"""Where DIP catalogues and rule tables lie on disk."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from chspay_cli.casefile import FILE_MISSING
from chspay_cli.files import record_of, replace_file, save_record
from chspay_cli.lifefile import check_unsealed
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.tables import COLUMN_MISSING
from chspay_grouper.engine.dip.build import Built
from chspay_grouper.engine.dip.catalogue import Catalogue, load_catalogue
from chspay_grouper.engine.dip.tables import Tables, tables_from_files
from chspay_policy import ROOT

DIP_CATALOGUE_MISSING = Reason(
    "DIP_CATALOGUE_MISSING", Kind.NOT_FOUND, "找不到DIP目录“{value}”，请先用 chspay dip build 建立。"
)
DIP_CATALOGUE_ALTERED = Reason(
    "DIP_CATALOGUE_ALTERED",
    Kind.INVALID,
    "DIP目录“{value}”的内容与建立时的摘要不符，可能被改动或损坏，请重新建立。",
)
DIP_TABLES_MISSING = Reason("DIP_TABLES_MISSING", Kind.NOT_FOUND, "找不到DIP规则表文件夹“{value}”。")
DIP_OUT_OCCUPIED = Reason(
    "DIP_OUT_OCCUPIED", Kind.CONFLICT, "“{value}”已存在且不是DIP目录，请换一个输出位置。"
)

CATALOGUE_FILE, BUILD_FILE = "catalogue.json", "build.json"


def read_tables(folder: Path) -> Tables:
    """The rule tables of a folder.

    :raises Fault: DIP_TABLES_MISSING, DIP_TABLE_BAD.
    """
    if not folder.is_dir():
        raise Fault(DIP_TABLES_MISSING, value=folder.name)
    return tables_from_files({path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))})


def shipped_tables(name: str) -> Path:
    """The folder of rule tables shipped under a name."""
    return ROOT / "dip" / Path(name).name


def read_names(paths: Iterable[Path]) -> dict[str, str]:
    """Code -> name from CSV files with the columns ``code`` and ``name``.

    :raises Fault: FILE_MISSING, COLUMN_MISSING.
    """
    names: dict[str, str] = {}
    for path in paths:
        if not path.is_file():
            raise Fault(FILE_MISSING, field="--names", value=path.name)
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            for column in ("code", "name"):
                if column not in (rows.fieldnames or ()):
                    raise Fault(COLUMN_MISSING, field=column)
            names.update({row["code"]: row["name"] for row in rows})
    return names


def check_out(out: Path) -> None:
    """Refuse to write over anything that is not a catalogue of ours.

    :raises Fault: DIP_OUT_OCCUPIED, ARTEFACT_SEALED.
    """
    check_unsealed(out)
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / CATALOGUE_FILE).is_file()):
        raise Fault(DIP_OUT_OCCUPIED, field="--out", value=out.name)


def save_built(out: Path, built: Built, sources: Mapping[str, str]) -> None:
    """Write a catalogue as a folder: the sealed canonical form, and the record of its making."""
    check_out(out)
    out.mkdir(parents=True, exist_ok=True)
    catalogue = built.catalogue
    record = {
        "catalogue": catalogue.catalogue_id,
        "digest": catalogue.digest,
        "sources": dict(sources),
        "counts": catalogue.counts(),
        "placed": dict(catalogue.placed),
        "unused": dict(sorted(built.unused.items())),
    }
    replace_file(out / CATALOGUE_FILE, catalogue.content)
    save_record(out / BUILD_FILE, record)


def find_catalogue(path: Path) -> Catalogue:
    """The catalogue in a folder, checked against the digest of its making.

    :raises Fault: DIP_CATALOGUE_MISSING, DIP_CATALOGUE_ALTERED, DIP_CATALOGUE_UNREADABLE.
    """
    content = path / CATALOGUE_FILE
    if not content.is_file() or not (path / BUILD_FILE).is_file():
        raise Fault(DIP_CATALOGUE_MISSING, value=path.name)
    catalogue = load_catalogue(content.read_bytes())
    if record_of(path / BUILD_FILE, catalogue.digest) is None:
        raise Fault(DIP_CATALOGUE_ALTERED, value=path.name)
    return catalogue
