"""What is sealed 封存 under the SM3 of its canonical form: grouping schemes, DIP catalogues, weight tables.

An id says which thing it is over the years; a digest says which version, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class ArtefactKind(StrEnum):
    """What an artefact is; the values are the field names of signed documents."""

    SCHEME = "scheme"
    DIP_CATALOGUE = "dip_catalogue"
    WEIGHT_TABLE = "weight_table"


KIND_NAMES = {
    ArtefactKind.SCHEME: "分组方案",
    ArtefactKind.DIP_CATALOGUE: "DIP目录",
    ArtefactKind.WEIGHT_TABLE: "权重表",
}


@dataclass(frozen=True, slots=True)
class Artefact:
    """One version of one thing: its kind, its id, and the SM3 (hex) of its canonical form."""

    kind: ArtefactKind
    id: str
    digest: str

    @property
    def called(self) -> str:
        """What it is, in Chinese."""
        return KIND_NAMES[self.kind]


class Sealed(Protocol):
    """Anything that has a canonical form."""

    @property
    def artefact(self) -> Artefact: ...
    @property
    def content(self) -> bytes: ...
