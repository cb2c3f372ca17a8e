"""A hospital's month as a signed package, worked out again from its own bytes before it is handed out."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg

from chspay_core.errors import Fault, Kind, Reason
from chspay_kit.auth import current_claim
from chspay_kit.db import current_connection
from chspay_kit.package import write_package
from chspay_kit.plainzip import PACKAGE_TOO_LARGE
from chspay_kit.sm2 import ORDER, Sm2Key
from chspay_kit.smcrypto import hmac_sm3
from chspay_settlement import faults
from chspay_settlement.app.intake.keys import read_keys
from chspay_settlement.app.intake.lists import month_of
from chspay_settlement.app.month.runs import Runs, claim_of_pool
from chspay_settlement.app.proof.proving import leaves_of, stored_pool
from chspay_settlement.app.reading.lineage import stored_table
from chspay_settlement.clients import Policies
from chspay_settlement.engine.coefficient.table import CoefficientTable, coefficient_table_of
from chspay_settlement.engine.month.payment import LineKind
from chspay_settlement.engine.proof.inclusion import case_proof, encode
from chspay_settlement.engine.proof.own import Files, Step, recompute
from chspay_settlement.engine.proof.own_cases import OwnCase
from chspay_settlement.engine.proof.own_files import KIND, members_of, own_files
from chspay_settlement.engine.proof.papers import KINDS, OF_LINE, Papers
from chspay_settlement.store import decisions, findings, holds, ledger, run_cases, run_inputs, scope
from chspay_settlement.store import runs as runs_store

PACKAGE_NOT_SOUND = Reason(
    "PACKAGE_NOT_SOUND",
    Kind.INTERNAL,
    "医疗机构{hospital}的数据包没有通过出具前的自核（{value}），没有发出，请联系管理员核查。",
)
#: What fits an answer.
_MOST_BYTES = 60 << 20


class Exported(NamedTuple):
    """A package and its digest."""

    content: bytes
    digest: str
    file_name: str


class Packages:
    """Hands out packages and proofs, each only to whom it concerns.

    :param package_key: the SM2 key packages are signed with, PEM or hex; left empty, one is derived from
        the identity keys, and stays the same as long as their oldest does.
    """

    def __init__(self, runs: Runs, policies: Policies, identity_keys: bytes, package_key: str = "") -> None:
        self._runs = runs
        self._policies = policies
        self._identity_keys = identity_keys
        self._package_key = package_key

    @cached_property
    def key(self) -> Sm2Key:
        """The signing key.

        :raises Fault: SM2_UNAVAILABLE, SM2_KEY_BAD.
        """
        if self._package_key:
            given = self._package_key
            return Sm2Key.from_pem(given) if "BEGIN" in given else Sm2Key.from_private_hex(given)
        drawn = hmac_sm3(read_keys(self._identity_keys).body, b"package signing key")
        scalar = int.from_bytes(drawn, "big") % (ORDER - 2) + 1
        return Sm2Key.from_private_hex(f"{scalar:064x}")

    async def export(self, run_id: str, hospital_code: str) -> Exported:
        """The package of one hospital for a finished run.

        :raises Fault: not found (or not the asker's), not finished; PROOF_ABSENT; PACKAGE_NOT_SOUND when
            what was stored does not come out again; PACKAGE_TOO_LARGE.
        """
        run, statement = await self._seen(run_id, hospital_code)
        connection = await current_connection()
        pool = await stored_pool(connection, run_id)
        rows = await run_cases.priced_of(connection, run_id, hospital_code)
        cases = [OwnCase(row.inp, row.points, row.fund_fen or 0) for row in rows if row.points is not None]
        bundle = await self._policies.sealed(run.policy_digest)
        files = own_files(
            hospital_code,
            cases,
            statement=statement.content,
            policy=bundle.content,
            table=await stored_table(connection, run_id),
            pool=pool,
            papers=await _papers(connection, run, statement.content, cases),
            coefficients=await _coefficients(connection, run_id),
        )
        await asyncio.to_thread(_check, hospital_code, files)
        month = month_of(run.period)
        facts = {
            "run": run_id,
            "pool": run.pool,
            "month": str(month),
            "hospital": hospital_code,
            "cases": len(cases),
            "statement_digest": files.digest,
            "root": pool.root.hash.hex(),
            "leaf_key": files.key.hex(),
        }
        name = f"{hospital_code}-{month}-{run_id}.chspay.zip"
        content, digest = await asyncio.to_thread(_write, members_of(files), facts, self.key, hospital_code)
        if len(content) > _MOST_BYTES:
            raise Fault(PACKAGE_TOO_LARGE, value=f"{len(content)}字节")
        return Exported(content, digest, name)

    async def case_proof(self, run_id: str, hospital_code: str, case_id: str) -> tuple[bytes, str]:
        """The proof that a case is counted, and the root (hex) it is counted under.

        :raises Fault: as :meth:`export`; RUN_CASE_NOT_FOUND.
        """
        await self._seen(run_id, hospital_code)
        connection = await current_connection()
        pool = await stored_pool(connection, run_id)
        leaves = leaves_of(await run_cases.priced_of(connection, run_id, hospital_code))
        if all(leaf.case_id != case_id for leaf in leaves):
            raise Fault(faults.RUN_CASE_NOT_FOUND, field="case_id", value=case_id)
        proof = await asyncio.to_thread(case_proof, pool, hospital_code, leaves, case_id)
        return encode(proof), pool.root.hash.hex()

    async def _seen(self, run_id: str, hospital_code: str) -> tuple[runs_store.Run, ledger.StatementRow]:
        """A run and a statement the asker may see; from here on the service looks at all of the pool."""
        if not hospital_code:
            raise Fault(faults.FIELD_MISSING, field="hospital_code")
        statement = await self._runs.statement(run_id, hospital_code)
        run = await self._runs.get(run_id)
        claim = current_claim()
        if claim.role == "hospital" and claim.institution != hospital_code:
            raise Fault(faults.STATEMENT_NOT_FOUND, field="hospital_code", value=hospital_code)
        await scope.act_as(await current_connection(), claim_of_pool(run.pool))
        return run, statement


def _check(hospital_code: str, files: Files) -> None:
    """What is handed out holds, worked out as the hospital will."""
    steps: list[Step] = []
    try:
        recompute(files, steps)
    except Fault as fault:
        raise Fault(PACKAGE_NOT_SOUND, value=fault.message, hospital=hospital_code) from fault


def _write(
    members: dict[str, bytes], facts: dict[str, Any], key: Sm2Key, hospital_code: str
) -> tuple[bytes, str]:
    with tempfile.TemporaryDirectory(prefix="chspay-export-") as folder:
        path = Path(folder) / "package.zip"
        digest = write_package(path, KIND, members, facts, key, hospital_code)
        return path.read_bytes(), digest


async def _coefficients(connection: asyncpg.Connection, run_id: str) -> CoefficientTable | None:
    found = await run_inputs.one(connection, run_id, run_inputs.COEFFICIENTS)
    return None if found is None else coefficient_table_of(found[0])


async def _papers(
    connection: asyncpg.Connection, run: runs_store.Run, statement: bytes, cases: list[OwnCase]
) -> Papers:
    """The papers behind a statement's lines and behind the marks people decided."""
    lines: dict[tuple[str, str], list[list[object]]] = defaultdict(list)
    for line in json.loads(statement)["payment"]:
        lines[OF_LINE[LineKind(line["kind"])], line["number"]].append([line["note"], line["amount_fen"]])
    of: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
    for (kind, number), found in lines.items():
        of[kind][number] = {"lines": found, **await _told(connection, kind, number)}
    for case in cases:
        for mark in case.inp.marks:
            decision = await decisions.one(connection, mark.cite)
            if decision is not None:
                of["decisions"][mark.cite] = {
                    "case": case.inp.case_id,
                    "kind": decision.kind,
                    "value": decision.value,
                    "mode": decision.mode,
                    "citation": decision.citation,
                }
    return Papers(tuple(run.rules_used), of)


async def _told(connection: asyncpg.Connection, kind: str, number: str) -> dict[str, Any]:
    """What the paper says besides its lines."""
    if kind == "findings":
        finding = await findings.one(connection, number)
        if finding is not None:
            return {
                "case": finding.case_id,
                "rule": finding.rule_id,
                "evidence": finding.evidence,
                "reason": finding.reason,
                "decision": finding.decision_no,
            }
    if kind == "holds":
        hold = await holds.one(connection, number)
        if hold is not None:
            return {"rule": hold.rule_id, "evidence": hold.evidence, "citation": hold.citation}
    return {}
