"""What is sealed 封存 under the SM3 of its canonical form: grouping schemes, DIP catalogues, weight tables.

An id says which thing it is over the years; a digest says which version, exactly. Policy names a version by a
name, the id or ``id@label`` where one id has several, and ``schemes.csv`` says by which digest; both are part
of the policy bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.policy import Policy

ARTEFACT_UNSEALED = Reason(
    "ARTEFACT_UNSEALED",
    Kind.PRECONDITION,
    "政策“{field}”所指的“{value}”没有SM3摘要，不能确认是哪一版；请在政策库的schemes.csv中登记。",
)
ARTEFACT_UNLIKE_POLICY = Reason(
    "ARTEFACT_UNLIKE_POLICY",
    Kind.PRECONDITION,
    "政策“{field}”规定{on}用“{value}”（SM3 {sealed}），给出的是{found}，不能使用。",
)


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


#: The policy key that names what is used of a kind.
POLICY_KEYS = {
    ArtefactKind.SCHEME: "grouping.scheme",
    ArtefactKind.DIP_CATALOGUE: "dip.catalogue",
    ArtefactKind.WEIGHT_TABLE: "grouping.weight_table",
}
_LABEL = "@"


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


def named(policy: Policy, kind: ArtefactKind) -> Artefact:
    """The version of a kind that policy names for its place and day.

    :raises Fault: POLICY_MISSING, POLICY_TYPE; ARTEFACT_UNSEALED when the bundle has no digest for it.
    """
    key = POLICY_KEYS[kind]
    name = policy.text(key)
    digest = policy.scheme_digest(name)
    if not digest:
        raise Fault(ARTEFACT_UNSEALED, field=key, value=name)
    return Artefact(kind, name.partition(_LABEL)[0], digest)


def require_named(policy: Policy, artefact: Artefact) -> None:
    """Refuse anything but the very version that policy names.

    :raises Fault: ARTEFACT_UNLIKE_POLICY, and those of :func:`named`.
    """
    wanted = named(policy, artefact.kind)
    if artefact != wanted:
        raise Fault(
            ARTEFACT_UNLIKE_POLICY,
            field=POLICY_KEYS[artefact.kind],
            value=wanted.id,
            on=policy.on,
            sealed=f"{wanted.digest[:16]}…",
            found=f"{artefact.id}（SM3 {artefact.digest[:16]}…）",
        )
