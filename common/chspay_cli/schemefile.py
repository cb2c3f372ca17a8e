"""Where schemes lie on disk: workbooks to import, imported schemes, and the schemes shipped inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chspay_cli.files import record_of, replace_file, save_record
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.manifest import Manifest, parse_manifest
from chspay_grouper.engine.scheme import Imported, Scheme, import_scheme, load_scheme
from chspay_grouper.engine.sheets import Rows, sheets_from_bytes, sheets_from_tables
from chspay_grouper.engine.workbook import Repair
from chspay_policy import ROOT

WORKBOOK_MISSING = Reason("WORKBOOK_MISSING", Kind.NOT_FOUND, "找不到分组方案文件“{value}”。")
WORKBOOK_LOCK = Reason(
    "WORKBOOK_LOCK", Kind.INVALID, "“{value}”是Excel打开文件时的临时锁文件，请选择同一文件夹中不带~$的文件。"
)
WORKBOOK_CHOICE = Reason(
    "WORKBOOK_CHOICE",
    Kind.INVALID,
    "文件夹“{value}”中应有六张CSV表或恰好一个.xlsx工作簿，找到{found}个工作簿。",
)
SCHEME_MISSING = Reason(
    "SCHEME_MISSING",
    Kind.NOT_FOUND,
    "找不到分组方案“{value}”：既不是 chspay scheme import 的结果，也不是自带方案（{shipped}）。",
)
SCHEME_ALTERED = Reason(
    "SCHEME_ALTERED",
    Kind.INVALID,
    "分组方案“{value}”的内容与导入时的摘要不符，可能被改动或损坏，请重新导入。",
)
OUT_OCCUPIED = Reason(
    "OUT_OCCUPIED", Kind.CONFLICT, "“{value}”已存在且不是导入的分组方案，请换一个输出位置。"
)
NOT_IMPORTED = Reason(
    "NOT_IMPORTED", Kind.INVALID, "“{value}”不是 chspay scheme import 的结果，不能封存；请先导入。"
)

SCHEME_FILE, IMPORT_FILE, MANIFEST_FILE = "scheme.json", "import.json", "manifest.json"
_SHIPPED = ROOT / "schemes"
_LOCK = "~$"


@dataclass(frozen=True, slots=True)
class Source:
    """A workbook read from disk, with what deserves to be said about how it lay there."""

    sheets: Mapping[str, Rows]
    manifest: Manifest
    digest: str  # SM3 of the file, or of the tables one after the other
    notes: tuple[Repair, ...]


def read_source(path: Path, manifest: Path | None) -> Source:
    """The workbook at a path: .xlsx, .zip, or a folder with one .xlsx or the six CSV tables.

    Without a manifest, one named ``manifest.json`` inside a folder is used; a lone workbook then takes
    its file name as its id.

    :raises Fault: WORKBOOK_MISSING, WORKBOOK_LOCK, WORKBOOK_CHOICE and the reasons of reading.
    """
    if not path.exists():
        raise Fault(WORKBOOK_MISSING, field="workbook", value=path)
    if path.name.startswith(_LOCK):
        raise Fault(WORKBOOK_LOCK, field="workbook", value=path.name)
    if path.is_dir() and manifest is None and (path / MANIFEST_FILE).is_file():
        manifest = path / MANIFEST_FILE
    if manifest is not None and not manifest.is_file():
        raise Fault(WORKBOOK_MISSING, field="manifest", value=manifest)
    known = parse_manifest(manifest.read_bytes()) if manifest else Manifest(_id_of(path), title=path.stem)
    tables = sorted(path.glob("*.csv")) if path.is_dir() else []
    if tables:
        contents = {file.name: file.read_bytes() for file in tables}
        digest = sm3_hex(b"".join(contents.values()))
        sheets = sheets_from_tables(contents, known.sheets)
    else:
        file = _only_workbook(path) if path.is_dir() else path
        content = file.read_bytes()
        sheets, digest = sheets_from_bytes(content, known.sheets), sm3_hex(content)
    folder = path if path.is_dir() else path.parent
    locks = [file.name for file in sorted(folder.glob(f"{_LOCK}*.xlsx"))]
    told = "是Excel的锁文件，已略过；工作簿可能还开着，未保存的修改不在本次导入之内"
    return Source(sheets, known, digest, tuple(Repair(name, 0, "LOCK_FILE", told) for name in locks))


def save_imported(out: Path, imported: Imported, source: Source) -> None:
    """Write an imported scheme as a folder: the sealed canonical form, and the record of its import.

    :raises Fault: OUT_OCCUPIED, ARTEFACT_SEALED.
    """
    check_out(out)
    out.mkdir(parents=True, exist_ok=True)
    record = {
        "scheme_id": imported.scheme.scheme_id,
        "digest": imported.scheme.digest,
        "source_sm3": source.digest,
        "counts": imported.scheme.counts(),
        "repairs": [
            {"sheet": repair.sheet, "row": repair.row, "kind": repair.kind, "text": repair.text}
            for repair in (*source.notes, *imported.repairs)
        ],
        "rows": dict(imported.rows),
    }
    replace_file(out / SCHEME_FILE, imported.scheme.content)
    save_record(out / IMPORT_FILE, record)


def check_out(out: Path) -> None:
    """Refuse a place that holds something else, or a sealed scheme.

    :raises Fault: OUT_OCCUPIED, ARTEFACT_SEALED.
    """
    # The life of artefacts draws in all that can be sealed; grouping needs none of it.
    from chspay_cli.lifefile import check_unsealed

    check_unsealed(out)
    ours = (out / SCHEME_FILE).is_file()
    if out.exists() and not ours and (not out.is_dir() or any(out.iterdir())):
        raise Fault(OUT_OCCUPIED, field="--out", value=out)


def find_scheme(name: str) -> tuple[Scheme, Mapping[str, int]]:
    """A scheme by the path it was imported to, by a folder of tables, or by the id of a shipped one.

    Answers also the sheet row of each group, ``"ADRG BB1" -> row``, as far as it is known.

    :raises Fault: SCHEME_MISSING, SCHEME_ALTERED, SCHEME_UNREADABLE.
    """
    path = Path(name)
    if (path / SCHEME_FILE).is_file():
        return _load(path)
    if path.is_dir() and (path / MANIFEST_FILE).is_file():
        return _import(path)
    shipped = shipped_schemes()
    if name in shipped:
        return _import(shipped[name])
    raise Fault(SCHEME_MISSING, field="--scheme", value=name, shipped="、".join(sorted(shipped)))


def imported_scheme(folder: Path) -> Scheme:
    """The scheme in a folder that ``chspay scheme import`` made, its digest checked.

    :raises Fault: NOT_IMPORTED and the reasons of loading.
    """
    if not (folder / SCHEME_FILE).is_file():
        raise Fault(NOT_IMPORTED, field="scheme", value=folder)
    return _load(folder)[0]


def shipped_schemes() -> dict[str, Path]:
    """The schemes inside the package, by id."""
    folders = [file.parent for file in _SHIPPED.glob(f"*/{MANIFEST_FILE}")]
    return {parse_manifest((folder / MANIFEST_FILE).read_bytes()).scheme_id: folder for folder in folders}


def _load(folder: Path) -> tuple[Scheme, Mapping[str, int]]:
    scheme = load_scheme((folder / SCHEME_FILE).read_bytes())
    record = record_of(folder / IMPORT_FILE, scheme.digest)
    if record is None or not isinstance(record.get("rows"), dict):
        raise Fault(SCHEME_ALTERED, field="--scheme", value=folder)
    return scheme, record["rows"]


def _import(folder: Path) -> tuple[Scheme, Mapping[str, int]]:
    source = read_source(folder, None)
    imported = import_scheme(source.sheets, source.manifest)
    return imported.scheme, imported.rows


def _only_workbook(folder: Path) -> Path:
    books = [file for file in sorted(folder.glob("*.xlsx")) if not file.name.startswith(_LOCK)]
    if len(books) != 1:
        raise Fault(WORKBOOK_CHOICE, field="workbook", value=folder, found=len(books))
    return books[0]


def _id_of(path: Path) -> str:
    plain = "".join(
        char if char.isascii() and (char.isalnum() or char in "_.-") else "_" for char in path.stem
    )
    return plain.strip("_.-")[:64] or "scheme"
