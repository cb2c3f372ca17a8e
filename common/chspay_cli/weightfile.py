"""Where weight tables that can be sealed lie on disk: a folder beside the table people read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chspay_cli.files import record_of, replace_file, save_record
from chspay_cli.lifefile import check_unsealed
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.weight_table import WeightTable, load_weight_table

WEIGHT_TABLE_MISSING = Reason(
    "WEIGHT_TABLE_MISSING",
    Kind.NOT_FOUND,
    "“{value}”不是权重表文件夹，请用 chspay weights measure --table 生成。",
)
WEIGHT_TABLE_ALTERED = Reason(
    "WEIGHT_TABLE_ALTERED",
    Kind.INVALID,
    "权重表“{value}”的内容与测算时的摘要不符，可能被改动或损坏，请重新测算。",
)
WEIGHT_OUT_OCCUPIED = Reason(
    "WEIGHT_OUT_OCCUPIED", Kind.CONFLICT, "“{value}”已存在且不是权重表，请换一个输出位置。"
)

TABLE_FILE, MEASURE_FILE = "weight_table.json", "measure.json"


def check_out(out: Path) -> None:
    """Refuse a place that holds something else, or a sealed table.

    :raises Fault: WEIGHT_OUT_OCCUPIED, ARTEFACT_SEALED.
    """
    check_unsealed(out)
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / TABLE_FILE).is_file()):
        raise Fault(WEIGHT_OUT_OCCUPIED, field="--table", value=out.name)


def save_table(out: Path, table: WeightTable, record: Mapping[str, object]) -> None:
    """Write a table as a folder: the canonical form, and the record of its making."""
    check_out(out)
    out.mkdir(parents=True, exist_ok=True)
    replace_file(out / TABLE_FILE, table.content)
    save_record(out / MEASURE_FILE, {"table": table.table_id, "digest": table.digest, **record})


def find_table(folder: Path) -> WeightTable:
    """The table in a folder, checked against the digest of its making.

    :raises Fault: WEIGHT_TABLE_MISSING, WEIGHT_TABLE_ALTERED, WEIGHT_TABLE_UNREADABLE.
    """
    if not (folder / TABLE_FILE).is_file():
        raise Fault(WEIGHT_TABLE_MISSING, value=folder)
    table = load_weight_table((folder / TABLE_FILE).read_bytes())
    if record_of(folder / MEASURE_FILE, table.digest) is None:
        raise Fault(WEIGHT_TABLE_ALTERED, value=folder.name)
    return table
