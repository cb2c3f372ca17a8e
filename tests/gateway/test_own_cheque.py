"""Own cheque as a hospital does it: fetch the package with its own key, carry it away, work it out again.

Everything behind the gateway is real; the check runs as another process in an empty folder, with sockets
forbidden and nothing of the services' settings in its environment.
"""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import pytest_asyncio
from gateway_world import COUNTY, OTHER, OWN, POOL, STRANGER

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_kit.package import open_package, write_package
from chspay_kit.sm2 import Sm2Key
from chspay_settlement.engine.proof.inclusion import decode
from chspay_settlement.engine.proof.tree import Node

pytestmark = pytest.mark.asyncio(loop_scope="module")

YEAR = f"/api/v1/budget/years/{POOL}/2026"
HOSPITALS = (OWN, OTHER, STRANGER, "H99010100004")
#: Runs the command where nothing but the file can help it.
_ALONE = """
import socket, sys
def refused(*_a, **_k): raise AssertionError("no network")
socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = refused
socket.getaddrinfo = socket.create_connection = refused
sys.argv = ["chspay", *sys.argv[1:]]
from chspay_cli.main import main
main()
"""


async def asked(gw: Any, method: str, path: str, *, who: str = "bureau", **more: Any) -> Any:
    """An answer that is not a refusal."""
    answer = await gw.ask(method, path, who=who, **more)
    assert answer.status_code < 300, answer.text
    return answer.json()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run_id(gw: Any) -> str:
    """March of four hospitals, with a deduction, a decision and a hold, settled to its end."""
    for code in HOSPITALS[2:]:
        body = {"name": f"演示医院{code[-1]}", "region_code": POOL, "area_code": COUNTY, "level": 3,
                "since": "2020-01-01"}  # fmt: skip
        await asked(gw, "PUT", f"/api/v1/hospitals/{code}", json=body)
    lines = ["case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,"
             "procedures,total_cost,patient_paid"]  # fmt: skip
    for number in range(120):
        diagnosis = ("I63.900", "J18.900", "Z99.900")[0 if number < 60 else 1 if number < 110 else 2]
        days = f"2026-03-01,2026-03-{10 + number % 9}"
        money = f"{8000 + number * 37}.{number % 100:02d},{1000 + number}.10"
        # Not evenly: hospitals with the same points tie for the last fen.
        code = HOSPITALS[number % (4 if number < 90 else 3)]
        lines.append(f"Q{number:03},{code},{COUNTY},{days},1,{30 + number % 50},{diagnosis},,{money}")
    content = "\n".join(lines).encode()
    found = await asked(gw, "POST", "/api/v1/lists/import?format=csv", content=content)
    assert found["accepted"] == 120
    body = {"inpatient_fund": "24000000.00", "out_of_area": "1000000.00", "reserve": "500000.00"}
    version = (await asked(gw, "PUT", YEAR, json=body))["version"]
    decision = {"version": version, "decision_no": "演示医保〔2026〕1号"}
    await asked(gw, "POST", f"{YEAR}/approve", who="second", json=decision)
    csv = "finding_id,hospital_code,case_id,rule_id,evidence,amount\r\n"
    csv += f"F1,{OWN},Q000,重复收费,同日两次,120.50\r\n"
    await asked(gw, "POST", "/api/v1/findings/import", files={"file": ("f.csv", csv.encode("gb18030"))})
    step = {"state": "upheld", "reason": "核实", "amount": "100.00", "decision_no": "稽〔2026〕1号"}
    await asked(gw, "POST", "/api/v1/findings/F1/steps", json=step)
    wanted = {
        "decision_no": "评〔2026〕1号", "hospital_code": OWN, "case_id": "Q004", "kind": "review",
        "value": "150", "mode": "points", "citation": "演示纪要",
    }  # fmt: skip
    await asked(gw, "POST", "/api/v1/decisions", json=wanted)
    hold = {"hospital_code": OWN, "pool": POOL, "since": "2026-03", "amount": "500.00", "rule_id": "核查中",
            "evidence": "材料不全", "citation": "演示通知"}  # fmt: skip
    await asked(gw, "POST", "/api/v1/holds", json=hold)
    started = await asked(gw, "POST", "/api/v1/runs", json={"pool": POOL, "year": 2026, "month": 3})
    for _ in range(600):
        run = await asked(gw, "GET", f"/api/v1/runs/{started['run_id']}")
        if run["state"] in {"done", "failed"}:
            break
        await asyncio.sleep(0.05)
    assert run["state"] == "done", run
    return str(run["run_id"])


async def package_of(gw: Any, run_id: str, code: str, who: str = "own") -> bytes:
    """The package, as its hospital fetches it."""
    answer = await gw.ask("GET", f"/api/v1/runs/{run_id}/packages/{code}", who=who)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return bytes(answer.content)


def verify(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``chspay verify`` in a folder, alone."""
    return subprocess.run(
        [sys.executable, "-c", _ALONE, "verify", *arguments], cwd=folder, capture_output=True, text=True,
        timeout=120, check=False, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )  # fmt: skip


async def test_a_hospital_recomputes_its_cheque_in_an_empty_folder(
    gw: Any, run_id: str, tmp_path: Path
) -> None:
    """The promise of the page: zero fen, without database and network, and a report one can read."""
    (tmp_path / "p.zip").write_bytes(await package_of(gw, run_id, OWN))
    key = (await asked(gw, "GET", "/api/v1/package-key", who="own"))["public_key"]
    (tmp_path / "key.txt").write_text(key)
    done = await asyncio.to_thread(verify, tmp_path, "p.zip", "--trust", "key.txt", "--xlsx", "cases.xlsx")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "全部相同，差额0分" in done.stdout
    assert "由您信任的公钥签发" in done.stdout
    sheet = openpyxl.load_workbook(tmp_path / "cases.xlsx", read_only=True).active
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 1 + 33
    assert {row[-1] for row in rows[1:]} == {"0.00"}
    told = json.loads((await asyncio.to_thread(verify, tmp_path, "p.zip", "--json")).stdout)
    statement = await gw.ask("GET", f"/api/v1/runs/{run_id}/statements/{OWN}?format=canonical")
    said = json.loads(statement.content)
    assert (told["ok"], told["trusted"], told["difference_fen"]) == (True, False, 0)
    assert told["fund_fen"] == said["totals"]["fund_fen"]
    assert told["root"] == said["proof"]["root"]
    assert {line["kind"] for line in said["payment"]} == {"deduction", "hold"}
    assert [(row["case"], row["cite"]) for row in said["adjustments"]] == [("Q004", "评〔2026〕1号")]


async def test_every_hospital_gets_the_same_root_and_only_its_own_package(
    gw: Any, run_id: str, tmp_path: Path
) -> None:
    """Nobody is shown another pool, and nobody another hospital."""
    roots = set()
    for code in HOSPITALS:
        path = tmp_path / code
        path.write_bytes(await package_of(gw, run_id, code, who="bureau"))
        with open_package(path, "statement") as package:
            roots.add(package.facts["root"])
            # The policy is public law, and may name hospitals it rules about.
            inside = {name: package.read(name) for name in package.names if name != "policy.json"}
            own = json.loads(package.read("cases.json"))["rows"]
        for other in HOSPITALS:
            found = {name for name, text in inside.items() if other.encode() in text}
            assert bool(found) is (other == code), found
        foreign = {f"Q{number:03}" for number in range(120)} - {row[0] for row in own}
        assert not any(case_id.encode() in text for case_id in foreign for text in inside.values())
        assert (await asyncio.to_thread(verify, tmp_path, code)).returncode == 0
    assert len(roots) == 1
    for who, code in (("own", OTHER), ("stranger", OWN), ("elsewhere", OWN)):
        refused = await gw.ask("GET", f"/api/v1/runs/{run_id}/packages/{code}", who=who)
        assert refused.status_code == 404, refused.text
    journal = await gw.admin.fetchval(
        "SELECT payload FROM settlement.journal_batch WHERE stream = $1", f"proof/{POOL}"
    )
    assert {json.loads(journal)["proof"]["root"]} == roots


async def test_one_case_is_proven_to_whoever_is_shown_it(gw: Any, run_id: str) -> None:
    """A proof of one case stands by itself: below 4 kB, under the root everybody has."""
    path = f"/api/v1/runs/{run_id}/packages/{OWN}/proof"
    answer = await asked(gw, "GET", f"{path}?case_id=Q004", who="own")
    content = bytes.fromhex(answer["proof"])
    assert len(content) < 4_000
    proof = decode(content)
    statement = await gw.ask("GET", f"/api/v1/runs/{run_id}/statements/{OWN}?format=canonical")
    said = json.loads(statement.content)["proof"]
    root = Node(bytes.fromhex(said["root"]), type(proof.own.sums)(**said["totals"]))
    assert answer["root"] == said["root"]
    proof.check(root)
    assert proof.case is not None
    with pytest.raises(Fault, match="PROOF_FAILS"):
        proof._replace(case=proof.case._replace(salt=bytes(32))).check(root)
    assert (await gw.ask("GET", f"{path}?case_id=Q005")).status_code == 404
    assert (await gw.ask("GET", f"{path}?case_id=Q004", who="other")).status_code == 404


async def test_what_was_changed_on_the_way_is_named(gw: Any, run_id: str, tmp_path: Path) -> None:
    """A flipped byte, a package sealed again by somebody else, and the wrong file: three plain answers."""
    content = await package_of(gw, run_id, OWN)
    (tmp_path / "good.zip").write_bytes(content)
    key = (await asked(gw, "GET", "/api/v1/package-key", who="own"))["public_key"]
    changed = bytearray(content)
    changed[content.index(b'"points_micro"') + 400] ^= 1
    (tmp_path / "flipped.zip").write_bytes(bytes(changed))
    done = await asyncio.to_thread(verify, tmp_path, "flipped.zip")
    assert done.returncode == 1
    assert "PACKAGE_CHANGED" in done.stdout
    with open_package(tmp_path / "good.zip", "statement") as package:
        members = {name: package.read(name) for name in package.names}
        facts = package.facts
    said = json.loads(members["cases.json"])
    said["rows"][0][6] += 1
    forged = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    write_package(
        tmp_path / "forged.zip", "statement", members | {"cases.json": forged}, facts, Sm2Key.generate(), OWN
    )
    stranger = await asyncio.to_thread(verify, tmp_path, "forged.zip", "--trust", key)
    assert (stranger.returncode, "PACKAGE_SIGNER" in stranger.stdout) == (1, True)
    done = await asyncio.to_thread(verify, tmp_path, "forged.zip", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["difference"]["reason"] in {"OWN_DIFFERS", "PROOF_FAILS"}
    (tmp_path / "other.zip").write_bytes(io.BytesIO(b"PK").getvalue())
    assert (await asyncio.to_thread(verify, tmp_path, "other.zip")).returncode == 2
    assert sm3_hex(members["statement.json"]) == facts["statement_digest"]
