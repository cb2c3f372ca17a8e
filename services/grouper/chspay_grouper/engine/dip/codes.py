"""What the rule tables say of each code, worked out once per distinct code."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chspay_grouper.engine.dip.tables import Prefixes, Tables, codes_of
from chspay_grouper.engine.normalise import canonical_code

#: Kinds of procedures that take part in grouping, lightest first.
TAKES_PART = ("diagnostic", "therapeutic", "operation")
#: A diagnosis code as ICD-10 writes it: a letter and at least two more characters.
_ICD10 = re.compile(r"[A-Z][0-9][0-9A-Z]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis code and what the tables say of it.

    ``category`` is its 3 characters (类目), ``subcategory`` its 4 (亚目, e.g. ``I21.0``); both are empty
    when the code is no ICD-10 code. ``label`` is what groups are named by: 3 characters where the
    mergers say so, else 4.
    """

    code: str
    category: str
    subcategory: str
    label: str
    merged: str  # id of the merger that made the label 3 characters
    excluded: str  # why it may not be a principal diagnosis
    subdivides: bool  # some subdivision asks for it as the principal
    conditions: frozenset[str]  # Charlson conditions
    severity: frozenset[str]  # malignant, metastasis, failure, lesion
    #: Equal numbers group alike as the principal, unless a subdivision asks for other codes.
    alike: int


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure code and what the tables say of it; ``label`` is the code cut to policy's length."""

    code: str
    label: str
    kind: str  # simple, diagnostic, therapeutic, operation; empty when unlisted
    excluded: str  # why it takes no part
    early: bool  # some early group asks for it
    merges: bool  # some merger asks for it
    #: Equal numbers group alike; 0 takes no part and starts nothing.
    alike: int


class Lexicon:
    """The facts of codes under one set of tables; each distinct code is met once."""

    def __init__(self, tables: Tables, characters: int) -> None:
        rows = tables.rows
        self._characters = characters
        self._no_principal = Prefixes(_excluded(tables, "principal"))
        self._no_procedure = Prefixes(_excluded(tables, "procedure"))
        merges = [row for row in rows["merge"] if row["kind"] == "diagnosis3"]
        self._to_category = Prefixes({code: row["id"] for row in merges for code in codes_of(row["codes"])})
        self._subdivides = {code for row in rows["subdivision"] for code in codes_of(row["principal"])}
        self._kinds = Prefixes(
            {canonical_code(row["prefix"]): row["class"] for row in rows["procedure_class"]}
        )
        self._conditions = _marks(tables, "cci", "condition")
        self._severity = _marks(tables, "severity", "class")
        self._early = {
            code
            for row in rows["early"]
            for cell in (row["procedures"], row["also"])
            for code in codes_of(cell)
        }
        self._merges = {
            code
            for row in rows["merge"]
            if row["kind"] != "diagnosis3"
            for part in row["codes"].split("+")
            for code in codes_of(part)
        }
        self._alike: dict[tuple[object, ...], int] = {}
        self._diagnoses: dict[str, Diagnosis] = {}
        self._procedures: dict[str, Procedure] = {}

    def diagnosis(self, text: str) -> Diagnosis:
        """The facts of a diagnosis code, as written by a hospital."""
        found = self._diagnoses.get(text)
        if found is None:
            found = self._diagnoses[text] = self._diagnosis(canonical_code(text))
        return found

    def procedure(self, text: str) -> Procedure:
        """The facts of a procedure code, as written by a hospital."""
        found = self._procedures.get(text)
        if found is None:
            found = self._procedures[text] = self._procedure(canonical_code(text))
        return found

    def _procedure(self, code: str) -> Procedure:
        label, kind, excluded = (
            code[: self._characters],
            self._kinds.find(code),
            self._no_procedure.find(code),
        )
        early, merges = _begins(code, self._early), _begins(code, self._merges)
        takes_part = not excluded and kind in TAKES_PART
        if early or merges:
            alike = self._number("procedure", code)
        else:
            alike = self._number("label", label, kind) if code and takes_part else 0
        return Procedure(code, label, kind, excluded, early, merges, alike)

    def _diagnosis(self, code: str) -> Diagnosis:
        known = _ICD10.match(code) is not None
        category = code[:3] if known else ""
        merged = self._to_category.find(code) if known else ""
        short = subcategory(code) if known else ""
        label = category if merged else short
        excluded = self._no_principal.find(code)
        return Diagnosis(
            code=code,
            category=category,
            subcategory=short,
            label=label,
            merged=merged,
            excluded=excluded,
            subdivides=_begins(code, self._subdivides),
            conditions=_marked(code, self._conditions),
            severity=_marked(code, self._severity),
            alike=self._number("principal", bool(code), category, label, merged, excluded),
        )

    def _number(self, *parts: object) -> int:
        return self._alike.setdefault(parts, len(self._alike) + 1)


def subcategory(code: str) -> str:
    """The 4-character code 亚目 of a canonical code: ``I21.000x001`` is ``I21.0``, ``I10`` stays ``I10``."""
    rest = code[3:].removeprefix(".")
    return f"{code[:3]}.{rest[0]}" if rest and rest[0] not in "+*" else code[:3]


def _begins(code: str, prefixes: set[str]) -> bool:
    return any(code[:length] in prefixes for length in range(1, len(code) + 1))


def _marks(tables: Tables, table: str, column: str) -> dict[str, set[str]]:
    """Prefix -> the names of the rows that list it."""
    found: dict[str, set[str]] = {}
    for row in tables.rows[table]:
        for code in codes_of(row["codes"]):
            found.setdefault(code, set()).add(row[column])
    return found


def _marked(code: str, marks: dict[str, set[str]]) -> frozenset[str]:
    met = (marks[code[:length]] for length in range(1, len(code) + 1) if code[:length] in marks)
    return frozenset().union(*met)


def _excluded(tables: Tables, kind: str) -> dict[str, str]:
    rows = tables.rows["exclusion"]
    return {canonical_code(row["prefix"]): row["note"] or "排除表" for row in rows if row["kind"] == kind}
