"""What goes into a hospital's package, and under which names: its own cases, and what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chspay_core.digest import sm3_hex
from chspay_settlement.engine.case.regroup import regrouped
from chspay_settlement.engine.coefficient.table import CoefficientTable
from chspay_settlement.engine.model import GroupTable
from chspay_settlement.engine.proof.groups import extract_of
from chspay_settlement.engine.proof.inclusion import encode, hospital_proof
from chspay_settlement.engine.proof.own import Files
from chspay_settlement.engine.proof.own_cases import OwnCase, cases_content
from chspay_settlement.engine.proof.papers import Papers
from chspay_settlement.engine.proof.pool import Pool

#: What such a package is called.
KIND = "statement"
#: Members of the package by the field of :class:`Files`; the key travels among the facts.
MEMBERS = {
    "statement": "statement.json",
    "policy": "policy.json",
    "groups": "groups.json",
    "cases": "cases.json",
    "papers": "papers.json",
    "proof": "proof.bin",
    "coefficients": "coefficients.json",
}


def own_files(
    hospital_code: str,
    cases: Sequence[OwnCase],
    *,
    statement: bytes,
    policy: bytes,
    table: GroupTable,
    pool: Pool,
    papers: Papers,
    coefficients: CoefficientTable | None = None,
) -> Files:
    """The files of one hospital; nothing of another one is in them.

    :param cases: all its cases of the run.
    :param coefficients: those measured for the run, of which only rows that can concern it are taken.
    """
    groups = {drg for case in cases for drg in (case.inp.drg, regrouped(case.inp).drg)}
    known = hospital_code in pool.hospitals
    return Files(
        statement=statement,
        policy=policy,
        groups=extract_of(table, pool.seed, groups).content(),
        cases=cases_content(hospital_code, cases),
        papers=papers.content(),
        proof=encode(hospital_proof(pool, hospital_code)) if known else b"",
        coefficients=b"" if coefficients is None else own_rows(coefficients, hospital_code).content,
        key=pool.key(hospital_code),
        digest=sm3_hex(statement),
    )


def own_rows(table: CoefficientTable, hospital_code: str) -> CoefficientTable:
    """A measured table without the rows of other hospitals."""
    rows = tuple(row for row in table.rows if row.hospital_code in {"", hospital_code})
    return CoefficientTable(
        table.method, table.title, table.places, table.floor, table.ceiling, table.factor, table.new_is_one,
        table.exempt, rows,
    )  # fmt: skip


def members_of(files: Files) -> dict[str, bytes]:
    """The files by their names in the package; what there is none of is left out."""
    found = {name: getattr(files, field) for field, name in MEMBERS.items()}
    return {name: content for name, content in found.items() if content}


def files_of(members: Mapping[str, bytes], key: bytes, digest: str) -> Files:
    """The files of an opened package.

    :param key: the hospital's key to its leaves, and ``digest`` its statement's: of the package's facts.
    """
    return Files(**{field: members.get(name, b"") for field, name in MEMBERS.items()}, key=key, digest=digest)
