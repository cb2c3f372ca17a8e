"""The recorded messages of real provinces, replayed; and our answers held against the recorded ones."""

from __future__ import annotations

import copy
import json
import os
import random

import national_client as client
import pytest
import pytest_asyncio
from gateway_world import COUNTY, PATH, POOL
from test_mutations import mutated

from chspay_cli.cli_client import issue
from chspay_gateway.envelope.example import EXAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

MASKED, ANNEX = "H00000000001", "100001"
MUTATIONS = 10_000 if os.environ.get("CHSPAY_LAWS") == "searching" else 250


@pytest.fixture(scope="module")
def examples(shared):
    """Number of an example -> its body."""
    found = {}
    for file in sorted((shared / "handbook/platform/examples").glob("*.json")):
        found[file.name[:2]] = json.loads(file.read_text("utf-8"))["body"]
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(gw):
    """The institutions and persons of the recordings, registered."""
    for code in (MASKED, ANNEX):
        gw.keys[code] = await issue(gw.admin_url, institution=code)
        body = {"name": "某定点医疗机构", "region_code": POOL, "area_code": COUNTY, "level": 2,
                "since": "2020-01-01"}  # fmt: skip
        assert (await gw.ask("PUT", f"/api/v1/hospitals/{code}", who="bureau", json=body)).status_code == 200
    facts = {"gend": "1", "brdy": "1990-01-01", "naty": "99", "insutype": "310", "psn_type": "11",
             "psn_insu_stas": "1", "cvlserv_flag": "0", "balc": "41509.0", "emp_name": "某单位",
             "psn_insu_date": "2010-01-01"}  # fmt: skip
    persons = [
        {"person_no": number, "name": name, "certificate_type": kind, "certificate_no": certificate,
         "insured_region": COUNTY, "facts": facts}
        for number, name, kind, certificate in (
            ("235940960", "测试甲", "01", "000000190001010000"),
            ("131000202001001", "李四", "2", "510000202001010000"),
        )
    ]  # fmt: skip
    answer = await gw.ask("POST", "/api/v1/persons", who="bureau", json={"persons": persons})
    assert answer.json()["written"] == 2
    return gw


async def send(gw, message, who: str):
    headers = {"Authorization": f"Bearer {gw.keys[who]}"}
    answer = await gw.http.post(PATH, content=client.written(message), headers=headers)
    assert answer.status_code == 200
    return answer.json()


def lacks(ours, theirs, path="output") -> list[str]:
    """Members of a recorded answer that ours lacks or writes in another type; null says nothing of a type."""
    if ours is None or theirs is None:
        return []
    if isinstance(theirs, dict):
        if isinstance(ours, list):
            ours = ours[0]
        if not isinstance(ours, dict):
            return [f"{path}: no object"]
        found = [f"{path}.{name} is missing" for name in theirs if name not in ours]
        for name in theirs.keys() & ours.keys():
            found += lacks(ours[name], theirs[name], f"{path}.{name}")
        return found
    if isinstance(theirs, list):
        if not isinstance(ours, list):
            return [f"{path}: no list"]
        return lacks(ours[0], theirs[0], f"{path}[]") if ours and theirs else []
    kinds = {bool: bool, int: (int, float), float: (int, float), str: str}
    return [] if isinstance(ours, kinds[type(theirs)]) else [f"{path}: {type(ours).__name__}"]


async def test_1101_as_recorded_twice(world, examples):
    """Two provinces ask for a person; both answers have the members and types of the recorded ones."""
    first = await send(world, examples["01"], MASKED)
    assert (first["infcode"], lacks(first["output"], examples["04"]["output"])) == ("0", [])
    second = await send(world, examples["17"], ANNEX)
    extra = [name for name in lacks(second["output"], examples["18"]["output"]) if "is missing" in name]
    # Two members that only this one printed answer has; the table of the same document names others.
    assert second["infcode"] == "0"
    assert sorted(extra) == [
        "output.insuinfo.insu_admdvs is missing",
        "output.insuinfo.psn_insu_rlts_id is missing",
    ]


async def test_4102_as_printed_and_as_meant(world, examples):
    """The printed sample names another transaction; the body wins, and that one is not open."""
    printed = await send(world, examples["02"], MASKED)
    assert "交易编号[4501]不存在或未开通" in printed["err_msg"]
    meant = await send(world, examples["02"] | {"infno": "4102"}, MASKED)
    assert "未查询到任何有效相关的记录" in meant["err_msg"]


async def test_4101a_as_recorded_waits_and_becomes_whole(world, examples):
    """The recorded list has neither person nor fees; its settlement and its person complete it."""
    message = examples["03"] | {"mdtrtarea_admvs": COUNTY, "insuplc_admdvs": COUNTY}
    answer = await send(world, message, MASKED)
    assert (answer["infcode"], len(answer["output"]["setl_list_id"])) == ("0", 30)
    assert "人员信息" in answer["warn_msg"]
    told = message["input"]["setlinfo"]
    data = {name: told[name] for name in ("psn_no", "mdtrt_id", "setl_id")}
    data |= {"medfee_sumamt": 8000, "psn_part_amt": "3000.00"}
    await send(world, client.envelope("2304", MASKED, {"data": data}), MASKED)
    person = {"person_no": told["psn_no"], "name": "测试甲", "insured_region": COUNTY,
              "facts": {"gend": "2", "brdy": "1975-01-01"}}  # fmt: skip
    done = await world.ask("POST", "/api/v1/persons", who="bureau", json={"persons": [person]})
    assert done.json()["completed"] == [answer["output"]["setl_list_id"]]


async def test_2207_is_not_ours_and_2601_finds_nothing(world, examples):
    """Outpatient settlement is said to be unsupported; reversing it has nothing to reverse."""
    assert "交易编号[2207]不存在或未开通" in (await send(world, examples["14"], MASKED))["err_msg"]
    reversal = examples["15"] | {"fixmedins_code": MASKED}
    assert "未查询到任何有效相关的记录" in (await send(world, reversal, MASKED))["err_msg"]


async def test_a_stay_is_answered_with_the_recorded_members(world, examples):
    """9001, 2301, 2304, 2305: clients read these names and types."""

    async def ask(infno, content):
        return await send(world, client.envelope(infno, MASKED, content), MASKED)

    signed = await ask("9001", {"signIn": {"opter_no": "1", "mac": "", "ip": ""}})
    assert lacks(signed["output"], examples["07"]["output"]) == []
    line = {"feedetl_sn": "1", "mdtrt_id": "VX1", "psn_no": "235940960", "cnt": 1, "pric": "1.5",
            "det_item_fee_sumamt": 1.5}  # fmt: skip
    priced = await ask("2301", {"feedetail": [line]})
    assert lacks(priced["output"], examples["10"]["output"]) == []
    data = {
        "mdtrt_id": "VX1",
        "psn_no": "235940960",
        "medfee_sumamt": "1.5",
        "fund_pay_sumamt": 1,
        "insutype": "310",
    }
    funds = [{"fund_pay_type": "330101", "fund_payamt": 1, "inscp_scp_amt": 1}]
    settled = await ask("2304", {"data": data, "setldetail": funds})
    assert lacks(settled["output"], examples["05"]["output"]) == []
    back = {"mdtrt_id": "VX1", "setl_id": settled["output"]["setlinfo"]["setl_id"], "psn_no": "235940960"}
    undone = await ask("2305", {"data": back})
    # One province's own additions stand outside of the document's tables.
    own = {"othfund_pay", "insu_admdvs", "mdtrt_cert_no", "ownpay_hosp_part", "inscp_amt", "cashPayamt",
           "dedc_std", "crt_dedc", "psn_insu_rlts_id"}  # fmt: skip
    found = {name.split(".")[-1].split(" ")[0] for name in lacks(undone["output"], examples["06"]["output"])}
    assert found <= own
    # Every answer of the envelope has the six members the recorded ones have.
    six = {"infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output"}
    for number in ("04", "05", "06", "07", "10"):
        assert six <= set(examples[number])
        assert six <= set(undone)


@pytest.mark.timeout(1200)
async def test_mutated_envelopes_are_refused_with_a_known_reason(world):
    """Whatever comes in: infcode 0, or -1 with a reason of ours; never a failure, never silence."""
    dice = random.Random(20260701)
    stay = {"psn_no": "235940960", "mdtrt_id": "VM", "setl_id": "SM", "medfee_sumamt": "10",
            "begntime": "2026-01-01",
            "endtime": "2026-01-02", "oinfno": "2304", "omsgid": "M", "opter_no": "1", "sign_no": "1",
            "setl_ym": "202601", "page_num": "1", "page_size": "10", "file_qury_no": "x"}  # fmt: skip
    listed = copy.deepcopy(EXAMPLE["input"])
    short = {"setlinfo": {name: stay[name] for name in ("psn_no", "mdtrt_id", "setl_id")},
             "diseinfo": [{"diag_type": "1", "diag_code": "I63.900", "maindiag_flag": "1"}]}  # fmt: skip
    lines = {"feedetail": [{"feedetl_sn": "1", "mdtrt_id": "VM", "det_item_fee_sumamt": "1"}]}
    states = {"data": {"stastinfo": [{"setl_id": "SM", "stas_type": "1"}]}}
    nodes = {
        "2401": "mdtrtinfo",
        "2402": "dscginfo",
        "9001": "signIn",
        "9002": "signOut",
        "9102": "fsDownloadIn",
    }
    contents = {"4101": listed, "4101A": short, "2301": lines, "4102": states}
    others = ("1101", "1201", "2304", "2305", "2601", "3201", "3202", "4103", "4105", "5203", "5204", "9101")
    numbers = sorted({*nodes, *contents, *others})
    for number in range(MUTATIONS):
        infno = numbers[number % len(numbers)]
        content = contents.get(infno) or {nodes.get(infno, "data"): dict(stay)}
        message = client.envelope(infno, MASKED, content, msgid=f"MU{number}")
        body = mutated(message, dice)
        headers = {"Authorization": f"Bearer {world.keys[MASKED]}"}
        sent = json.dumps(body).encode()
        answer = await world.http.post(PATH, content=sent, headers=headers)
        assert answer.status_code == 200, (body, answer.text)
        found = answer.json()
        assert found["infcode"] in {"0", "-1"}, body
        if found["infcode"] == "-1":
            assert found["err_msg"].startswith("DRG-"), (body, found)
            assert "INTERNAL" not in found["err_msg"], (body, found)
