"""REST, gRPC, the command line and Python give one case the same answer and the same reason."""

from __future__ import annotations

import asyncio
import csv
import subprocess
import sys

import httpx
import pytest

from chspay.grouper.v1 import grouper_pb2, grouper_pb2_grpc
from chspay_cli.cli_client import issue
from chspay_cli.schemefile import find_scheme
from chspay_core.tables import case_from_row
from chspay_grouper.engine.grouper import Grouper
from chspay_kit import auth, convert
from chspay_kit.grpc_client import Channel

SCHEME = "chspay_starter"
#: One of each kind: medical, surgical with a complication, newborn, ungrouped.
ROWS = [
    {"case_id": "F1", "sex": "1", "age_years": "67", "diagnoses": "I63.900|I10.x00", "procedures": ""},
    {"case_id": "F2", "sex": "2", "age_years": "58", "diagnoses": "K80.100|A41.900", "procedures": "51.2300"},
    {"case_id": "F3", "sex": "1", "age_years": "0", "age_days": "3", "newborn_weight_g": "2300",
     "diagnoses": "P07.300", "procedures": ""},
    {"case_id": "F4", "sex": "1", "age_years": "40", "diagnoses": "QQQ.999", "procedures": ""},
]  # fmt: skip
FIELDS = ("mdc", "adrg", "drg", "status", "reason")


def _by_python():
    grouper = Grouper(find_scheme(SCHEME)[0])
    answers = [grouper.group(case_from_row(row)) for row in ROWS]
    return [
        {name: str(getattr(getattr(a, name), "value", getattr(a, name))) for name in FIELDS} for a in answers
    ]


def _by_command(folder):
    source, target = folder / "cases.csv", folder / "out.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        names = ("case_id", "sex", "age_years", "age_days", "newborn_weight_g", "diagnoses", "procedures")
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(ROWS)
    command = [sys.executable, "-c", "from chspay_cli.main import main; main()"]
    words = ["group", "--scheme", SCHEME, str(source), "-o", str(target)]
    subprocess.run([*command, *words], check=True, capture_output=True, timeout=120)
    with target.open(encoding="utf-8", newline="") as file:
        return [{name: row[name] for name in FIELDS} for row in csv.DictReader(file)]


async def _by_grpc(stack):
    channel = Channel(stack.stack.target("grouper"), stack.stack.claim_key)
    stub = grouper_pb2_grpc.GrouperServiceStub(channel)
    found = []
    with auth.use_claim(auth.service_claim("test")):
        for row in ROWS:
            case = convert.case_to_pb(case_from_row(row))
            answer = (await stub.GroupCase(grouper_pb2.GroupCaseRequest(scheme=SCHEME, case=case))).answer
            told = convert.answer_from_pb(answer)
            found.append(
                {name: str(getattr(getattr(told, name), "value", getattr(told, name))) for name in FIELDS}
            )
    await channel.close()
    return found


async def _by_rest(url, key):
    headers = {"Authorization": f"Bearer {key}"}
    found = []
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", headers=headers, trust_env=False) as http:
        for row in ROWS:
            case = {name: int(row[name]) for name in ("sex", "age_years", "age_days") if row.get(name)}
            if row.get("newborn_weight_g"):
                case["newborn_weight_g"] = int(row["newborn_weight_g"])
            for name in ("diagnoses", "procedures"):
                case[name] = [code for code in row[name].split("|") if code]
            answer = await http.post(
                "/group", json={"scheme": SCHEME, "case": {"case_id": row["case_id"], **case}}
            )
            assert answer.status_code == 200, answer.text
            found.append({name: answer.json()[name] for name in FIELDS})
    return found


@pytest.mark.timeout(180)
async def test_one_case_one_answer_whichever_way_it_is_asked(stack, tmp_path):
    """A hospital that checks offline must see what the bureau's service will say."""
    key = await issue(stack.stack.admin_url, region="990100")
    python = _by_python()
    assert [row["status"] for row in python] == ["grouped", "grouped", "grouped", "ungrouped"]
    assert await asyncio.to_thread(_by_command, tmp_path) == python
    assert await _by_grpc(stack) == python
    assert await _by_rest(stack.gateway_url, key) == python
