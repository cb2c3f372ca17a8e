"""Clinical edition 国临版 to insurance edition 医保版 2.0, only when the caller says the input is clinical.

249 codes mean different things in the two editions, so nothing is ever converted on a guess.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from chspay_core.errors import Fault, Kind, Reason
from chspay_grouper.engine.normalise import canonical_code

CODE_MAP_BAD = Reason(
    "CODE_MAP_BAD",
    Kind.INVALID,
    "编码对照表第{row}行有误：{problem}。需要列 clinical_code 与 insurance_code。",
)

_FROM, _TO = "clinical_code", "insurance_code"


@dataclass(frozen=True, slots=True)
class CodeMap:
    """Two maps from clinical to insurance codes; a code without an entry stays as it is."""

    diagnoses: Mapping[str, str]
    procedures: Mapping[str, str]

    def diagnosis(self, code: str) -> str:
        """The insurance code of a clinical diagnosis code, normalised first."""
        plain = canonical_code(code)
        return self.diagnoses.get(plain, plain)

    def procedure(self, code: str) -> str:
        """The insurance code of a clinical procedure code, normalised first."""
        plain = canonical_code(code)
        return self.procedures.get(plain, plain)


def parse_code_map(content: bytes) -> dict[str, str]:
    """One map from CSV with the columns ``clinical_code, insurance_code``.

    :raises Fault: CODE_MAP_BAD, also when one clinical code has two insurance codes.
    """
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if rows.fieldnames is None or not {_FROM, _TO} <= set(rows.fieldnames):
            raise Fault(CODE_MAP_BAD, row=1, problem="表头不对")
        found: dict[str, str] = {}
        for number, row in enumerate(rows, 2):
            source, target = canonical_code(row[_FROM] or ""), canonical_code(row[_TO] or "")
            if not source or not target:
                raise Fault(CODE_MAP_BAD, row=number, problem="编码为空")
            if found.setdefault(source, target) != target:
                raise Fault(CODE_MAP_BAD, row=number, problem=f"{source}对应了两个编码")
    except (UnicodeDecodeError, csv.Error) as error:
        raise Fault(CODE_MAP_BAD, row=0, problem=str(error)) from error
    return found
