"""A stay told in several messages: a list without person and fees becomes whole, in whatever order."""

from __future__ import annotations

import io
import itertools
import json
import zipfile

import national_client as client
import pytest
import pytest_asyncio
from gateway_world import COUNTY, OTHER, OWN, PATH, POOL

from chspay.settlement.v1 import episodes_pb2, settlement_pb2

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = itertools.count(1)
PERSON = {"psn_no": "99000000000000000077", "psn_name": "演示七", "certno": "99010119800505001X"}


class Hospital:
    """A hospital at work, its messages written from the document."""

    def __init__(self, gw, who: str = "own", code: str = OWN) -> None:
        self._gw, self._key, self.code = gw, gw.keys[who], code
        self.sent: dict[str, str] = {}

    async def raw(self, infno, content, **members):
        message = client.envelope(infno, self.code, content, **members)
        self.sent[infno] = message["msgid"]
        headers = {"Authorization": f"Bearer {self._key}"}
        return await self._gw.http.post(PATH, content=client.written(message), headers=headers)

    async def tell(self, infno, content, **members):
        answer = (await self.raw(infno, content, **members)).json()
        assert answer["infcode"] == "0", answer
        return answer

    async def refused(self, infno, content, **members) -> str:
        answer = (await self.raw(infno, content, **members)).json()
        assert (answer["infcode"], answer["output"]) == ("-1", None), answer
        return answer["err_msg"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hospital(gw):
    return Hospital(gw)


def v2_list(mdtrt_id: str, setl_id: str, psn_no: str, **more):
    """The short list: no sex, no birth, no fees."""
    setlinfo = {"psn_no": psn_no, "mdtrt_id": mdtrt_id, "setl_id": setl_id, "medcasno": "1",
                "adm_time": "2026-02-01 08:00:00", "dscg_time": "2026-02-07 10:00:00", "dscg_caty": "A03",
                "dscg_way": "1"} | more  # fmt: skip
    diseinfo = [{"diag_type": "1", "diag_code": "I63.900", "diag_name": "脑梗死", "maindiag_flag": "1"}]
    return {"setlinfo": setlinfo, "diseinfo": diseinfo, "oprninfo": None, "icuinfo": None}


async def register(gw, psn_no: str, **facts):
    """The insurance office registers a person."""
    known = {"gend": "2", "brdy": "1980-05-05", "insutype": "310", "psn_type": "11", "psn_insu_stas": "1",
             "cvlserv_flag": "0", "balc": "12.30"} | facts  # fmt: skip
    return await gw.ask("POST", "/api/v1/persons", who="bureau", json={"persons": [{
        "person_no": psn_no, "name": PERSON["psn_name"], "certificate_type": "01",
        "certificate_no": PERSON["certno"] + psn_no[-3:],
        "insured_region": COUNTY, "facts": known}]})  # fmt: skip


def admission(psn_no):
    return {"mdtrtinfo": {"psn_no": psn_no, "insutype": "310", "begntime": "2026-02-01 08:00:00",
                          "ipt_no": "1", "psn_name": PERSON["psn_name"], "tel": "13000000000"}}  # fmt: skip


def discharge(psn_no, mdtrt_id):
    return {"dscginfo": {"psn_no": psn_no, "mdtrt_id": mdtrt_id, "insutype": "310", "dscg_way": "1",
                         "endtime": "2026-02-07 10:00:00"}}  # fmt: skip


def fees(psn_no, mdtrt_id, *amounts):
    return {"feedetail": [
        {"feedetl_sn": str(n), "psn_no": psn_no, "mdtrt_id": mdtrt_id, "det_item_fee_sumamt": amount,
         "cnt": "1.0000", "pric": amount, "med_list_codg": f"X{n}", "bilg_dr_name": "某医生"}
        for n, amount in enumerate(amounts)]}  # fmt: skip


def settlement(psn_no, mdtrt_id, **more):
    data = {"psn_no": psn_no, "mdtrt_id": mdtrt_id, "psn_name": PERSON["psn_name"], "insutype": "310",
            "certno": PERSON["certno"], "medfee_sumamt": "3000.10", "fund_pay_sumamt": 2000, "clr_type": "21",
            "setl_time": "2026-02-07 11:00:00", "acct_pay": 0} | more  # fmt: skip
    return {"data": data, "setldetail": [{"fund_pay_type": "310100", "fund_payamt": "2000.00"}]}


async def waiting(gw):
    answer = await gw.ask("GET", f"/api/v1/waiting-lists?hospital_code={OWN}")
    return {row["setl_id"]: row for row in answer.json()["lists"]}


ORDERS = list(itertools.permutations(("person", "stay", "settlement", "list")))


@pytest.mark.parametrize("order", ORDERS[::4], ids="-".join)
async def test_parts_in_any_order_make_the_list_whole(gw, hospital, order):
    """Networks reorder; the last part, whichever it is, must complete the list."""
    number = f"{next(_numbers):04d}"
    psn_no, mdtrt_id, setl_id = f"990000000000000P{number}", f"V{number}", f"S{number}"
    list_id = ""
    for place, step in enumerate(order):
        if step == "person":
            assert (await register(gw, psn_no)).status_code == 200
        elif step == "stay":
            content = admission(psn_no)
            content["mdtrtinfo"]["mdtrt_id"] = mdtrt_id
            await hospital.tell("2401", content)
            await hospital.tell("2402", discharge(psn_no, mdtrt_id))
        elif step == "settlement":
            await hospital.tell("2304", settlement(psn_no, mdtrt_id, setl_id=setl_id))
        else:
            listed = v2_list(mdtrt_id, setl_id, psn_no, adm_time="", dscg_time="")
            answer = await hospital.tell("4101A", listed)
            list_id = answer["output"]["setl_list_id"]
            assert ("warn_msg" in answer) == (place < 3)
        if place < 3 and list_id:
            assert (await waiting(gw))[setl_id]["list_id"] == list_id
    assert setl_id not in await waiting(gw)
    case = (await gw.ask("GET", f"/api/v1/lists/{list_id}")).json()["case"]
    assert (case["total_cost"], case["patient_paid"], case["sex"], case["age_years"]) == (
        "3000.10", "1000.10", 2, 45,
    )  # fmt: skip
    assert (case["admission_date"], case["discharge_date"]) == ("2026-02-01", "2026-02-07")
    assert (case["insurance_type"], case["diagnoses"]) == ("310", ["I63.900"])


async def test_a_waiting_list_says_what_it_waits_for(gw, hospital):
    """A hospital must not have to guess which message got lost."""
    answer = await hospital.tell("4101A", v2_list("VW", "SW", "P-UNKNOWN"))
    for part in ("人员信息", "住院结算（2304）"):
        assert part in answer["warn_msg"]
    await hospital.tell("2304", settlement("P-UNKNOWN", "VW", setl_id="SW", fund_pay_sumamt=""))
    told = (await waiting(gw))["SW"]["missing"]
    assert any("psn_part_amt" in text for text in told)
    assert not any("住院结算（2304）" in text for text in told)
    assert any("人员信息" in text for text in told)


async def test_a_whole_stay_from_admission_to_reversal(gw, hospital):
    """Upload, retry, query, reverse: the life a hospital's client was written for."""
    psn_no = "9900000000000000LIFE"
    await register(gw, psn_no)
    sign = (await hospital.tell("9001", {"signIn": {"opter_no": "1", "mac": "-", "ip": "10.0.0.1"}}))[
        "output"
    ]
    number = sign["signinoutb"]["sign_no"]
    mdtrt_id = (await hospital.tell("2401", admission(psn_no), sign_no=number))["output"]["result"][
        "mdtrt_id"
    ]
    priced = (await hospital.tell("2301", fees(psn_no, mdtrt_id, "1000.05", "2000.05")))["output"]["result"]
    assert [row["det_item_fee_sumamt"] for row in priced] == [1000.05, 2000.05]
    first = await hospital.raw("2304", settlement(psn_no, mdtrt_id), msgid="LIFE-2304")
    again = await hospital.raw("2304", settlement(psn_no, mdtrt_id), msgid="LIFE-2304")
    assert first.content == again.content
    info = first.json()["output"]["setlinfo"]
    assert (info["medfee_sumamt"], info["fund_pay_sumamt"], info["hifp_pay"]) == (3000.1, 2000, None)
    assert (info["psn_name"], info["brdy"], info["medins_setl_id"]) == ("演示七", "1980-05-05", "LIFE-2304")
    assert "warn_msg" not in first.json()
    setl_id = info["setl_id"]
    asked = {"data": {"psn_no": psn_no, "setl_id": setl_id, "mdtrt_id": mdtrt_id}}
    found = (await hospital.tell("5203", asked))["output"]
    assert found["setlinfo"]["refd_setl_flag"] == "0"
    assert found["setldetail"][0]["fund_payamt"] == 2000.00
    lines = (await hospital.tell("5204", asked))["output"]
    assert [line["det_item_fee_sumamt"] for line in lines] == [1000.05, 2000.05]
    assert (await hospital.tell("4101A", v2_list(mdtrt_id, setl_id, psn_no))).get("warn_msg") is None
    reversal = {"data": {"psn_no": psn_no, "omsgid": "LIFE-2304", "oinfno": "2304"}}
    undone = await hospital.tell("2601", reversal)
    assert "暂停进入月结" in undone["warn_msg"]
    assert "未查询到任何有效相关的记录" in await hospital.refused("5203", asked)
    held = await gw.admin.fetchval(
        "SELECT count(*) FROM settlement.audit_finding"
        " WHERE rule_id = 'SETTLEMENT_TAKEN_BACK' AND case_id = $1",
        setl_id,
    )
    assert held == 1
    out = (await hospital.tell("9002", {"signOut": {"sign_no": number, "opter_no": "1"}}))["output"]
    assert out["sign_time"]["sign_time"]


async def test_a_cancelled_settlement_turns_its_signs_and_cannot_be_cancelled_twice(hospital):
    """Clients take the sentence for a cancel that was done before."""
    await hospital.tell("2304", settlement("PC", "VC", setl_id="SC"))
    back = {"data": {"psn_no": "PC", "mdtrt_id": "VC", "setl_id": "SC"}}
    info = (await hospital.tell("2305", back))["output"]["setlinfo"]
    assert (info["medfee_sumamt"], info["fund_pay_sumamt"], info["setl_type"]) == (-3000.1, -2000, "2")
    assert "该笔结算已撤销，请勿重复办理" in await hospital.refused("2305", back)
    answer = await hospital.tell("4101A", v2_list("VC", "SC", "PC"))
    assert "原结算已撤销" in answer["warn_msg"]


async def test_a_message_that_comes_after_its_own_reversal_has_no_effect(hospital):
    """The client gave up and reversed; the original was only slow."""
    reversal = {"data": {"psn_no": "PR", "omsgid": "SLOW-1", "oinfno": "2304"}}
    assert "未查询到任何有效相关的记录" in await hospital.refused("2601", reversal)
    late = await hospital.refused("2304", settlement("PR", "VR", setl_id="SR"), msgid="SLOW-1")
    assert "MESSAGE_REVERSED" in late
    assert "NOT_REVERSIBLE" in await hospital.refused(
        "2601", {"data": {"psn_no": "x", "omsgid": "1", "oinfno": "4101"}}
    )


async def test_fees_that_differ_from_the_settlement_are_told(hospital):
    """A lost batch of fee lines is the most common error of all."""
    await hospital.tell("2301", fees("PF", "VF", "10", "20"))
    await hospital.tell("2301", fees("PF", "VF", "10", "25"))
    answer = await hospital.tell("2304", settlement("PF", "VF", medfee_sumamt="40"))
    assert "合计35" in answer["warn_msg"]
    assert "费用明细List不能为空" in await hospital.refused("2301", {"feedetail": []})


async def test_lines_of_two_visits_are_not_taken_as_one(hospital):
    """Costs of a neighbour's stay would be counted in the first one's."""
    mixed = {"feedetail": fees("PF", "VF1", "10")["feedetail"] + fees("PF", "VF2", "20")["feedetail"]}
    assert "FSI_FEES_MIXED" in await hospital.refused("2301", mixed)


async def test_states_follow_their_machine(gw, hospital):
    """0 to 1, 3 to 0 or 1; 1 to 1 is refused."""
    await register(gw, "9900000000000000STAT")
    await hospital.tell("2304", settlement("9900000000000000STAT", "VT", setl_id="ST"))
    answer = await hospital.tell("4101A", v2_list("VT", "ST", "9900000000000000STAT", stas_type="0"))
    assert "提交（4102 stas_type=1）" in answer["warn_msg"]
    state = {"data": {"stastinfo": [{"psn_no": "", "setl_id": "ST", "stas_type": "1"}]}}
    await hospital.tell("4102", state)
    assert "ST" not in await waiting(gw)
    assert "LIST_STATUS_BAD" in await hospital.refused("4102", state)
    odd = v2_list("VU", "SU", "9900000000000000STAT", stas_type="7")
    assert "EPISODE_PART_BAD" in await hospital.refused("4101A", odd)
    nowhere = {"data": {"stastinfo": [{"psn_no": "", "setl_id": "NOWHERE", "stas_type": "1"}]}}
    assert "未查询到任何有效相关的记录" in await hospital.refused("4102", nowhere)


async def test_persons_are_found_by_certificate_and_kept_sealed(gw, hospital):
    """A dump of the database must not tell who is ill."""
    await register(gw, "9900000000000000SEAL", naty="01", emp_name="演示单位")
    asked = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": PERSON["certno"] + "EAL", "card_sn": "NULL",
                      "psn_cert_type": "01", "certno": "", "psn_name": ""}}  # fmt: skip
    answer = await hospital.tell("1101", asked)
    assert answer["output"]["baseinfo"]["psn_name"] == "演示七"
    assert answer["output"]["insuinfo"][0]["balc"] == 12.3
    assert answer["output"]["insuinfo"][0]["insuplc_admdvs"] == COUNTY
    asked["data"]["psn_name"] = "别人"
    assert "该参保人的基本信息为空" in await hospital.refused("1101", asked)
    for table in (
        "settlement.person",
        "settlement.episode_part",
        "gateway.exchange",
        "settlement.waiting_list",
    ):
        for row in await gw.admin.fetch(f"SELECT t::text AS line, t.* FROM {table} t"):
            whole = row["line"] + "".join(
                value.decode("utf-8", "replace") for value in row.values() if isinstance(value, bytes)
            )
            assert "演示七" not in whole, table
            assert PERSON["certno"] not in whole, table


async def test_a_bare_person_number_opens_nobody(gw, hospital):
    """Numbers can be counted through: whoever does must learn nothing, not even that somebody exists."""
    psn_no = "9900000000000000BARE"
    await register(gw, psn_no)
    bare = {"psn_no": psn_no, "certno": "", "psn_name": ""}
    unknown = await hospital.refused("1101", {"data": bare | {"psn_no": "9900000000000000NONE"}})
    assert await hospital.refused("1101", {"data": bare}) == unknown
    for wrong in ({"psn_name": "别人"}, {"certno": "0"}, {"certno": PERSON["certno"], "psn_name": "演示七"}):
        assert await hospital.refused("1101", {"data": bare | wrong}) == unknown
    for second in ({"psn_name": PERSON["psn_name"]}, {"certno": PERSON["certno"] + psn_no[-3:]}):
        answer = await hospital.tell("1101", {"data": bare | second})
        assert answer["output"]["baseinfo"]["psn_no"] == psn_no
    await hospital.tell("2401", admission(psn_no), msgid="BARE-1")
    answer = await hospital.tell("1101", {"data": bare})
    assert answer["output"]["baseinfo"]["psn_name"] == PERSON["psn_name"]
    assert "该参保人的基本信息为空" in await Hospital(gw, "other", OTHER).refused("1101", {"data": bare})


async def test_another_hospital_sees_and_undoes_nothing(gw, hospital):
    """Isolation holds below the gateway too."""
    await hospital.tell("2304", settlement("PO", "VO", setl_id="SO"), msgid="MINE-1")
    other = Hospital(gw, "other", OTHER)
    asked = {"data": {"psn_no": "PO", "setl_id": "SO", "mdtrt_id": "VO"}}
    assert "未查询到任何有效相关的记录" in await other.refused("5203", asked)
    assert "未查询到任何有效相关的记录" in await other.refused("2305", asked)
    reversal = {"data": {"psn_no": "PO", "omsgid": "MINE-1", "oinfno": "2304"}}
    assert "未查询到任何有效相关的记录" in await other.refused("2601", reversal)
    assert (await hospital.tell("5203", asked))["output"]["setlinfo"]["setl_id"] == "SO"
    assert (await gw.ask("GET", f"/api/v1/waiting-lists?hospital_code={OWN}", who="other")).json()[
        "lists"
    ] == []
    refused = await gw.ask("POST", "/api/v1/persons", json={"persons": []})
    assert refused.status_code == 403


def zipped(*rows) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "".join("\t".join(row) + "\n" for row in rows))
    return packed.getvalue()


async def test_reconciliation_by_totals_and_by_file(gw):
    """3201 says level or not; 3202 names each line and the message that can be reversed."""
    other = Hospital(gw, "other", OTHER)
    day = {"setl_time": "2026-04-02 09:00:00"}
    for number in range(3):
        await other.tell(
            "2304", settlement("PZ", f"VZ{number}", setl_id=f"SZ{number}", **day), msgid=f"Z{number}"
        )
    await other.tell("2305", {"data": {"psn_no": "PZ", "mdtrt_id": "VZ2", "setl_id": "SZ2"}})
    span = {"stmt_begndate": "2026-04-01", "stmt_enddate": "2026-04-30", "clr_type": "21", "insutype": "310"}
    total = span | {
        "medfee_sumamt": "6000.20",
        "fund_pay_sumamt": 4000,
        "acct_pay": "0",
        "fixmedins_setl_cnt": 2,
    }
    assert (await other.tell("3201", {"data": total}))["output"]["stmtinfo"]["stmt_rslt"] == "0"
    wrong = (await other.tell("3201", {"data": total | {"fixmedins_setl_cnt": 3}}))["output"]["stmtinfo"]
    assert (wrong["stmt_rslt"], "笔数" in wrong["stmt_rslt_dscr"]) == ("1", True)
    counted = (await other.tell("4105", {"data": {"setl_ym": "202604"}}))["output"]
    assert (counted["needUploadCnt"], counted["uploadedCnt"]) == (2, 0)

    rows = [("SZ0", "VZ0", "PZ", "3000.10", "2000.00", "0.00", "0"),
            ("SZ1", "VZ1", "PZ", "1", "2000", "null", "0"),
            ("GHOST", "V", "P", "1", "1", "1", "0")]  # fmt: skip
    headers = {"Authorization": f"Bearer {gw.keys['other']}"}
    upload = client.envelope("9101", OTHER, {"fsUploadIn": {"filename": "a.zip", "fixmedins_code": OTHER}})
    form = {"jsonStr": (None, client.written(upload)), "file": ("a.zip", zipped(*rows))}
    number = (await gw.http.post(PATH, files=form, headers=headers)).json()["output"]["file_qury_no"]
    info = (await other.tell("3202", {"data": span | {"file_qury_no": number}}))["output"]["fileinfo"]
    answer = await other.raw("9102", {"fsDownloadIn": {"file_qury_no": info["file_qury_no"]}})
    assert answer.headers["content-type"] == "application/octet-stream"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        lines = [line.split("\t") for line in archive.read(archive.namelist()[0]).decode().splitlines()]
    results = {line[2]: (line[3], line[4], line[5]) for line in lines}
    assert results == {"SZ0": ("Z0", "0", "0"), "SZ1": ("Z1", "1", "0"), "GHOST": ("null", "1", "0"),
                       "SZ2": ("Z2", "1", "1")}  # fmt: skip
    own = Hospital(gw)
    assert "FSI_FILE_UNKNOWN" in await own.refused("9102", {"fsDownloadIn": {"file_qury_no": number}})
    assert "FSI_FILE_MISSING" in await own.refused("9101", {"fsUploadIn": {}})
    assert "文件查询号不能为空" in await own.refused("9102", {"fsDownloadIn": {}})
    broken = form | {"jsonStr": (None, client.written(upload | {"msgid": "B"})), "file": ("a", b"no zip")}
    number = (await gw.http.post(PATH, files=broken, headers=headers)).json()["output"]["file_qury_no"]
    assert "FSI_FILE_BAD" in await other.refused("3202", {"data": span | {"file_qury_no": number}})


async def test_the_registry_of_institutions_answers_1201(gw, hospital):
    """The institution's own entry, from the registry that everybody shares."""
    entry = {"name": "演示市第一医院", "kind": "hospital", "level": 3, "pool": POOL, "area": COUNTY,
             "agreement": "active", "since": "2020-01-01"}  # fmt: skip
    put = await gw.ask("PUT", f"/api/v1/institutions/{OWN}", who="bureau", json=entry)
    assert put.status_code == 200, put.text
    info = (await hospital.tell("1201", {"medinsinfo": {"fixmedins_code": OWN}}))["output"]["medinsinfo"][0]
    assert (info["fixmedins_name"], info["hosp_lv"], info["fixmedins_type"]) == ("演示市第一医院", "3", "1")
    assert "未查询到" in await hospital.refused("1201", {"medinsinfo": {"fixmedins_code": "H0"}})


async def test_personal_answers_are_kept_sealed_and_still_the_same(gw, hospital):
    """Byte for byte on retry, unreadable in the table."""
    message = settlement("PX", "VX", setl_id="SX")
    first = await hospital.raw("2304", message, msgid="SEALED-1")
    row = await gw.admin.fetchrow("SELECT personal, answer FROM gateway.exchange WHERE msgid = 'SEALED-1'")
    assert row["personal"] is True
    assert PERSON["psn_name"].encode() not in row["answer"]
    assert (await hospital.raw("2304", message, msgid="SEALED-1")).content == first.content
    assert json.loads(first.content)["output"]["setlinfo"]["psn_name"] == PERSON["psn_name"]
    # The table's answer cannot be moved to another message.
    with pytest.raises(Exception, match="append-only"):
        await gw.admin.execute("UPDATE gateway.exchange SET msgid = 'X' WHERE msgid = 'SEALED-1'")


def test_the_wire_names_what_the_service_keeps():
    """Two lists of members, one on each side of the wire; a member missing on one side is lost silently."""
    from chspay_gateway.national.transactions import stays, values
    from chspay_settlement.app.episodes import facts
    from chspay_settlement.engine.episodes.parts import PartKind

    assert set(stays._ADMISSION) == facts.KNOWN[PartKind.ADMISSION]
    assert set(stays._DISCHARGE) == facts.KNOWN[PartKind.DISCHARGE]
    assert set(stays._SETTLEMENT) | set(values.AMOUNTS) == facts.KNOWN[PartKind.SETTLEMENT]
    assert set(stays._FEE) == facts.ROWS[PartKind.FEES]
    assert set(stays._FUND) == facts.ROWS[PartKind.SETTLEMENT]
    assert episodes_pb2.Person.DESCRIPTOR.fields_by_name["identity"].message_type is (
        settlement_pb2.Identity.DESCRIPTOR
    )
