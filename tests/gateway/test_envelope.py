"""The national envelope: what real clients send is accepted, once, and every refusal is explained."""

from __future__ import annotations

import asyncio
import copy
import json

import orjson
import pytest
from gateway_world import COUNTY, OTHER, OWN, PATH

from chspay_gateway.envelope.example import EXAMPLE

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEMBERS = {"infcode", "inf_refmsgid", "refmsg_time", "respond_time", "err_msg", "output"}


def message(setl_id: str, msgid: str = "", infno: str = "4101", **changes):
    """A baseline 4101 of the own hospital; ``changes`` go into setlinfo, ``None`` takes a member out."""
    body = copy.deepcopy(EXAMPLE)
    body |= {"msgid": msgid or f"{OWN}-{setl_id}", "fixmedins_code": OWN, "infno": infno}
    setlinfo = body["input"]["setlinfo"]
    setlinfo |= {"setl_id": setl_id, "fixmedins_code": OWN} | changes
    for name in [name for name, value in changes.items() if value is None]:
        del setlinfo[name]
    return body


async def send(gw, body, *, who: str | None = "own", content: bytes | None = None, **headers: str):
    """Posts an envelope; the answer's JSON, its six members checked."""
    sent = content if content is not None else json.dumps(body, ensure_ascii=False).encode()
    answer = await gw.ask("POST", PATH, who=who, key=None, content=sent, headers=headers)
    parsed = answer.json()
    assert set(parsed) == MEMBERS
    assert len(parsed["inf_refmsgid"]) == 30
    assert len(parsed["refmsg_time"]) == len(parsed["respond_time"]) == 17
    return answer.status_code, parsed


async def stored(gw, list_id: str):
    """The case as settlement keeps it."""
    return (await gw.ask("GET", f"/api/v1/lists/{list_id}")).json()["case"]


async def test_a_baseline_list_becomes_a_canonical_case(gw):
    """The 82-field list carries everything grouping and pricing need."""
    body = message("S1", nwbbirwt="0", lv1Nurscare_Days="3", age="67.0", unknown_member={"a": 1})
    body["input"]["diseinfo"] = [
        {"diag_type": "1", "diag_code": "I10.x00", "maindiag_flag": "0"},
        {"diag_type": "3", "diag_code": "B02.03.01.02", "maindiag_flag": "1"},
        {"diag_type": "2", "diag_code": "A03.06.04.05", "maindiag_flag": "1"},
        {"diag_type": "2", "diag_code": "E11.900", "maindiag_flag": "0"},
        {"diag_type": "1", "diag_code": "I63.900", "maindiag_flag": "1"},
    ]
    body["input"]["oprninfo"] = [
        {"oprn_oprt_type": "2", "oprn_oprt_code": "88.9100"},
        {"oprn_oprt_type": "无", "oprn_oprt_code": "无", "oprn_oprt_name": "无"},
        {"oprn_oprt_type": "1", "oprn_oprt_code": "39.5000"},
    ]
    body["input"]["icuinfo"] = [
        {"scs_cutd_ward_type": "1", "scs_cutd_sum_dura": "1/2/40"},
        {"scs_cutd_ward_type": "4", "scs_cutd_sum_dura": "0/3/30"},
    ]
    status, answer = await send(gw, body)
    assert (status, answer["infcode"], answer["err_msg"]) == (200, "0", "")
    list_id = answer["output"]["setl_list_id"]
    assert answer["output"] == {"setl_list_id": list_id, "data": {"setl_list_id": list_id}}
    case = await stored(gw, list_id)
    assert case["diagnoses"] == ["I63.900", "I10.x00", "E11.900"]
    assert case["procedures"] == ["39.5000", "88.9100"]
    assert case["icu_hours"] == 30
    assert (case["total_cost"], case["patient_paid"]) == ("12345.60", "3021.17")
    assert (case["sex"], case["age_years"], case["age_days"]) == (1, 67, None)
    assert (case["admission_date"], case["discharge_date"]) == ("2026-01-05", "2026-01-12")
    assert (case["region_code"], case["insured_region"], case["insurance_type"]) == (COUNTY, COUNTY, "310")
    assert (case["leaving_type"], case["department"], case["los_days"]) == ("1", "A03.05", 7)
    assert case["newborn_weight_g"] is None
    assert len(case["person_key"]) == 64


async def test_a_newborn_is_counted_in_days(gw):
    """Below one year the grouping rules ask for days and for the birth weight."""
    body = message("S2", brdy="2026-01-02", nwb_bir_wt="3250.00", nwb_adm_wt="3100")
    _, answer = await send(gw, body)
    case = await stored(gw, answer["output"]["setl_list_id"])
    assert (case["age_years"], case["age_days"], case["newborn_weight_g"]) == (0, 3, 3250)


async def test_a_v2_list_that_nothing_can_be_joined_to_says_which_parts_it_lacks(gw, shared):
    """Without person and visit no other message will ever complete it: it must say so, not wait."""
    example = json.loads((shared / "handbook/platform/examples/03_4101A_request_sichuan.json").read_text())
    body = example["body"] | {"fixmedins_code": OWN}
    body["input"]["setlinfo"] |= {"psn_no": "", "mdtrt_id": "-"}
    before = await gw.rows()
    status, answer = await send(gw, body)
    assert (status, answer["infcode"], answer["output"]) == (200, "-1", None)
    for part in ("gend", "brdy", "iteminfo.amt", "psn_selfpay", "4101A", "FSI_PARTS_MISSING"):
        assert part in answer["err_msg"]
    after = await gw.rows()
    assert {name for name in after if after[name] != before[name]} == {"gateway.exchange"}


async def test_a_v2_list_with_the_missing_parts_is_taken(gw, shared):
    """Some clients send both shapes in one body; what is there is used."""
    example = json.loads((shared / "handbook/platform/examples/03_4101A_request_sichuan.json").read_text())
    body = example["body"] | {"fixmedins_code": OWN, "msgid": "V2-COMPLETE", "mdtrtarea_admvs": COUNTY}
    body["input"]["setlinfo"] |= {"gend": "2", "brdy": "1980-05-05", "psn_selfpay": "100", "psn_ownpay": "0",
                                  "dscg_time": "2026-02-05 14:23:27", "adm_time": "2026-02-01",
                                  "setl_id": "V2S"}  # fmt: skip
    body["input"]["iteminfo"] = [{"med_chrgitm": "01", "amt": "2000.5"}]
    _, answer = await send(gw, body)
    assert answer["infcode"] == "0", answer
    case = await stored(gw, answer["output"]["setl_list_id"])
    assert case["diagnoses"] == ["D27.x00", "N73.602"]
    assert case["procedures"] == ["65.2501", "54.5100x009"]
    assert (case["total_cost"], case["patient_paid"]) == ("2000.50", "100.00")


async def test_the_same_message_gets_the_same_bytes(gw):
    """Clients time out and resend; whatever they match on must not change."""
    body = message("S3")
    text = json.dumps(body, ensure_ascii=False).encode()
    first = await gw.ask("POST", PATH, key=None, content=text)
    before = await gw.rows()
    again = await gw.ask("POST", PATH, key=None, content=text)
    # Another encoding, spacing, member order and sending time: still the same message.
    other = {"inf_time": "2026-01-12 10:31:00"} | {k: v for k, v in body.items() if k != "inf_time"}
    spaced = json.dumps(other, ensure_ascii=False, indent=1).encode("gb18030")
    third = await gw.ask("POST", PATH, key=None, content=spaced, headers={"Content-Type": "text/plain"})
    assert first.json()["infcode"] == "0"
    assert first.content == again.content == third.content
    assert await gw.rows() == before


async def test_resending_while_the_first_one_runs_writes_one_list(gw):
    """Duplicates arrive at the same time, not politely one after another."""
    text = json.dumps(message("S4"), ensure_ascii=False).encode()
    answers = await asyncio.gather(*(gw.ask("POST", PATH, key=None, content=text) for _ in range(8)))
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["infcode"] == "0"


async def test_another_body_under_an_accepted_msgid_is_refused(gw):
    """Second-resolution message ids collide; the second list must not vanish silently."""
    await send(gw, message("S5", msgid="COLLIDE"))
    before = await gw.rows()
    status, answer = await send(gw, message("S6", msgid="COLLIDE"))
    assert (status, answer["infcode"]) == (200, "-1")
    assert "FSI_MSGID_REUSED" in answer["err_msg"]
    assert await gw.rows() == before


async def test_a_refused_message_may_be_corrected_under_its_msgid(gw):
    """A refusal leaves the id free, and repeats itself byte for byte for the wrong body."""
    wrong = message("S7", msgid="CORRECT", dscg_time="2026-01-01 00:00:00")
    text = json.dumps(wrong).encode()
    first = await gw.ask("POST", PATH, key=None, content=text)
    assert "DISCHARGE_BEFORE_ADMISSION setlinfo.dscg_time" in first.json()["err_msg"]
    assert (await gw.ask("POST", PATH, key=None, content=text)).content == first.content
    _, answer = await send(gw, message("S7", msgid="CORRECT"))
    assert answer["infcode"] == "0"


async def test_bytes_in_the_national_encoding_are_read(gw):
    """Older clients send the encoding of their Windows."""
    body = message("S8", psn_name="演示二")
    _, answer = await send(gw, body, content=json.dumps(body, ensure_ascii=False).encode("gb18030"))
    assert answer["infcode"] == "0", answer


async def test_input_as_text_and_numbers_as_numbers_are_read(gw):
    """Some clients nest JSON as text and write amounts as numbers; no amount passes through a float."""
    body = message("S9")
    body["input"]["iteminfo"] = [{"med_chrgitm": "01", "amt": 0.1}, {"med_chrgitm": "02", "amt": 12345.5}]
    body["input"]["setlinfo"] |= {"gend": 1, "psn_selfpay": 0.3, "psn_ownpay": 0}
    body["input"] = json.dumps(body["input"])
    body["MSGID"] = body.pop("msgid")
    body["Dev_No"] = None
    _, answer = await send(gw, body)
    assert answer["infcode"] == "0", answer
    case = await stored(gw, answer["output"]["setl_list_id"])
    assert (case["total_cost"], case["patient_paid"]) == ("12345.60", "0.30")


async def test_4103_gives_the_list_back_without_the_person(gw):
    """A hospital can compare what we keep with what it sent."""
    await send(gw, message("S10"))
    ask = message("S10", msgid="Q1", infno="4103") | {"input": {"data": {"psn_no": "x", "setl_id": "S10"}}}
    _, answer = await send(gw, ask)
    assert answer["infcode"] == "0", answer
    setlinfo = answer["output"]["setlinfo"]
    assert (setlinfo["setl_id"], setlinfo["mdtrt_id"]) == ("S10", "MZ20260100001")
    assert (setlinfo["medfee_sumamt"], setlinfo["gend"]) == ("12345.60", "1")
    assert answer["output"]["diseinfo"][0] == {"diag_type": "1", "diag_code": "I63.900", "maindiag_flag": "1"}
    assert "演示一" not in json.dumps(answer, ensure_ascii=False)
    assert "DEMO-0001" not in json.dumps(answer)


async def test_4103_of_another_hospital_finds_nothing(gw):
    """The words are those that clients look for."""
    _, mine = await send(gw, message("S11"))
    for wanted in ({"setl_id": "S11"}, {"setl_list_id": mine["output"]["setl_list_id"]}):
        ask = EXAMPLE | {"msgid": "Q2", "infno": "4103", "fixmedins_code": OTHER, "input": wanted}
        _, answer = await send(gw, ask, who="other")
        assert answer["infcode"] == "-1"
        assert "未查询到任何有效相关的记录" in answer["err_msg"]


WRONG = {
    "no key": ({}, None, 401, "KEY_MISSING"),
    "another hospital's key": ({}, "other", 200, "NOT_YOUR_HOSPITAL"),
    "a bureau's key": ({}, "bureau", 200, "NOT_YOUR_HOSPITAL"),
    "unknown transaction": ({"infno": "9999"}, "own", 200, "交易编号[9999]不存在或未开通[FSI_INFNO_UNKNOWN"),
    "no msgid": ({"msgid": ""}, "own", 200, "FSI_MEMBER_MISSING msgid"),
    "msgid with blanks": ({"msgid": "a b"}, "own", 200, "FSI_MEMBER_BAD msgid"),
    "encrypted": ({"enc_type": "SM4", "input": "AAAA"}, "own", 200, "FSI_ENCRYPTED"),
    "input is a number": ({"input": 5}, "own", 200, "FSI_INPUT_BAD"),
    "input is empty": ({"input": {}}, "own", 200, "FSI_PARTS_MISSING"),
    "setlinfo is text": ({"input": {"setlinfo": "x"}}, "own", 200, "FSI_NODE_BAD"),
    "diseinfo holds text": ({"input": EXAMPLE["input"] | {"diseinfo": ["x"]}}, "own", 200, "FSI_NODE_BAD"),
    "no diagnosis": (
        {"input": EXAMPLE["input"] | {"diseinfo": None}},
        "own",
        200,
        "DIAGNOSIS_MISSING diseinfo",
    ),
    "an amount in words": (
        {"input": EXAMPLE["input"] | {"iteminfo": [{"amt": "many"}]}},
        "own",
        200,
        "NOT_A_NUMBER iteminfo.amt",
    ),
    "a duration in words": (
        {"input": EXAMPLE["input"] | {"icuinfo": [{"scs_cutd_sum_dura": "两天"}]}},
        "own",
        200,
        "FSI_DURATION_BAD icuinfo.scs_cutd_sum_dura",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_refusal_is_infcode_minus_one_with_a_known_reason(gw, wrong):
    """Whatever is wrong, the answer has the shape clients parse and a reason people can look up."""
    changes, who, status, told = WRONG[wrong]
    body = message("W1", msgid=f"WRONG{abs(hash(wrong)) % 10**8}") | copy.deepcopy(changes)
    if isinstance(body["input"], dict) and isinstance(body["input"].get("setlinfo"), dict):
        body["input"]["setlinfo"]["fixmedins_code"] = OWN
    lists = (await gw.rows())["settlement.list_version"]
    answered, answer = await send(gw, body, who=who)
    assert (answered, answer["infcode"]) == (status, "-1"), answer
    assert told in answer["err_msg"]
    assert answer["err_msg"].startswith("DRG-")
    assert (await gw.rows())["settlement.list_version"] == lists


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"", 200, "BODY_NOT_JSON"),
        (b"[1,2]", 200, "BODY_NOT_JSON"),
        (b"\xff\xff\xff", 200, "BODY_NOT_JSON"),
        (b'{"a": NaN}', 200, "BODY_NOT_JSON"),
        (b'{"a":' * 60 + b"1" + b"}" * 60, 200, "BODY_TOO_DEEP"),
        (b"x" * 5_000_000, 413, "BODY_TOO_LARGE"),
        (orjson.dumps(EXAMPLE).replace(b"MZ20260100001", b"\\ud800"), 200, "BODY_NOT_JSON"),
    ],
)
async def test_what_is_no_message_is_refused_in_shape(gw, content, status, told):
    """Even rubbish gets the six members: clients parse before they think."""
    answered, answer = await send(gw, None, content=content)
    assert (answered, answer["infcode"]) == (status, "-1")
    assert told in answer["err_msg"]


async def test_many_rows_in_the_national_encoding_are_not_mistaken_for_depth(gw):
    """A second byte of GB18030 may look like a bracket or a backslash."""
    body = message("S12")
    body["input"]["diseinfo"] += [
        {"diag_type": "1", "diag_code": f"I{n}.900", "diag_name": "乗乛乕僛僜" * 3} for n in range(10, 60)
    ]
    _, answer = await send(gw, body, content=json.dumps(body, ensure_ascii=False).encode("gb18030"))
    assert answer["infcode"] == "0", answer


async def test_an_outage_takes_no_msgid(gw):
    """When a service is down nothing is kept, so the same message succeeds later."""
    from chspay_gateway.clients import on_channels
    from chspay_kit.grpc_client import Channel

    nowhere = {name: Channel("127.0.0.1:1", b"a claim key for tests only") for name in gw.services.channels}
    gateway = gw.app.state.gateway
    object.__setattr__(gateway, "services", on_channels(nowhere))
    try:
        status, answer = await send(gw, message("S13"))
        assert (status, answer["infcode"]) == (503, "-1")
    finally:
        object.__setattr__(gateway, "services", gw.services)
        for channel in nowhere.values():
            await channel.close()
    _, answer = await send(gw, message("S13"))
    assert answer["infcode"] == "0"
