"""Groups and peers over the national paths, from a real month of two hospitals."""

from __future__ import annotations

import asyncio
import base64
import copy
import csv
from types import SimpleNamespace

import national_client as client
import pytest
import pytest_asyncio
from gateway_world import COUNTY, OTHER, OWN, PATH, POOL
from small_catalogue import catalogue

from chspay_gateway.envelope.example import EXAMPLE
from chspay_gateway.national.transactions import groups
from chspay_settlement.app.reading.peers import large_enough
from chspay_settlement.store.groupings import PeerSum

pytestmark = pytest.mark.asyncio(loop_scope="module")
#: The only list of its group: what it cost must stay unknown.
ALONE = 39
YEAR = f"/api/v1/budget/years/{POOL}/2026"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def month(gw):
    """Forty lists of two hospitals, one of a group of its own, and their March closed."""
    lines = ["case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,"
             "procedures,total_cost,patient_paid"]  # fmt: skip
    for number in range(40):
        diagnosis = "K35.900" if number == ALONE else ("I63.900", "J18.900", "Z99.900")[number % 3]
        hospital, day = (OWN, OTHER)[number % 2], 10 + number % 9
        money = f"{8000 + number * 37}.{number:02d},{1000 + number}.10"
        lines.append(
            f"G{number},{hospital},{COUNTY},2026-03-01,2026-03-{day},1,{30 + number},{diagnosis},,{money}"
        )
    found = await gw.ask(
        "POST", "/api/v1/lists/import?format=csv", who="bureau", content="\n".join(lines).encode()
    )
    assert found.json()["accepted"] == 40, found.text
    body = {"inpatient_fund": "12000000.00", "out_of_area": "0.00", "reserve": "0.00"}
    version = (await gw.ask("PUT", YEAR, who="bureau", json=body)).json()["version"]
    decision = {"version": version, "decision_no": "演示医保〔2026〕1号"}
    assert (await gw.ask("POST", f"{YEAR}/approve", who="second", json=decision)).status_code == 200
    started = await gw.ask(
        "POST", "/api/v1/runs", who="bureau", json={"pool": POOL, "year": 2026, "month": 3}
    )
    for _ in range(400):
        run = (await gw.ask("GET", f"/api/v1/runs/{started.json()['run_id']}", who="bureau")).json()
        if run["state"] in {"done", "failed"}:
            break
        await asyncio.sleep(0.05)
    assert run["state"] == "done", run
    return gw


async def ask(gw, infno, who="own", code=OWN, **data):
    message = client.envelope(infno, code, {"data": {"page_num": "1", "page_size": 100} | data})
    headers = {"Authorization": f"Bearer {gw.keys[who]}"}
    return (await gw.http.post(PATH, content=client.written(message), headers=headers)).json()


async def test_3605_tells_every_list_of_the_month_with_its_group(month, shared):
    """A hospital compares the platform's group with its own, list by list."""
    output = (await ask(month, "3605", setl_ym="202603"))["output"]
    assert (output["recordCounts"], output["pages"], len(output["data"])) == (20, 1, 20)
    grouped = {row["setl_id"]: row for row in output["data"]}
    first = grouped["G0"]
    assert first["grp_rslt"] == "1"
    assert first["drg_code"].startswith(first["adrg_code"])
    assert first["drg_name"]
    assert first["mdc_name"]
    assert first["setl_ym"] == "202603"
    assert all((row["grp_rslt"] == "1") == (row["err_info"] is None) for row in grouped.values())
    with (shared / "handbook/platform/drg_dip_transactions_fields.csv").open(encoding="utf-8-sig") as file:
        fields = {row["field"] for row in csv.DictReader(file)
                  if (row["infno"], row["direction"]) == ("3605", "output")}  # fmt: skip
    assert set(first) == fields
    page = (await ask(month, "3605", setl_ym="202603", page_num="2", page_size="4"))["output"]
    assert (len(page["data"]), page["pages"]) == (4, 5)
    one = (await ask(month, "3605", setl_ym="202603", setl_id="G4"))["output"]["data"]
    assert [row["setl_id"] for row in one] == ["G4"]
    assert (await ask(month, "3605", setl_ym="202603", setl_id="G1"))["output"]["data"] == []


async def test_3606_groups_the_same_lists_by_the_catalogue_of_the_pool(month, monkeypatch):
    """Without a catalogue in policy it says so; with one, each list has its DIP group and score."""
    refused = await ask(month, "3606", setl_ym="202603")
    assert (refused["infcode"], refused["err_msg"][:4]) == ("-1", "DRG-")
    made = catalogue()
    put = await month.ask(
        "POST", "/api/v1/artefacts/dip-catalogues", who="admin", files={"content": ("c.json", made.content)}
    )
    assert put.status_code in {200, 201}, put.text
    monkeypatch.setattr(groups, "named", lambda *_: SimpleNamespace(digest=made.digest))
    rows = (await ask(month, "3606", setl_ym="202603"))["output"]["data"]
    assert len(rows) == 20
    assert {row["grp_stas"] for row in rows} <= {"0", "1"}
    assert all(row["grp_dise_sco"] is None for row in rows if row["grp_stas"] == "0")


@pytest.mark.parametrize(("first", "second"), [("3610", "3611"), ("3608", "3609")])
async def test_peers_are_told_without_names_and_add_up(month, first, second):
    """Sums of peers are the sums of the month; the pseudonym opens groups and nothing else."""
    data = (await ask(month, first, setl_mon="202603"))["output"]["data"]
    assert len(data) == 2
    assert OWN not in str(data)
    assert OTHER not in str(data)
    assert sum(row["setl_psntime"] for row in data) == 40
    assert {row["admdvs"] for row in data} == {POOL}
    cost = sum(8000 + n * 37 + n / 100 for n in range(40))
    assert round(sum(row["medfee_sumamt"] for row in data), 2) == round(cost, 2)
    opened = [
        (await ask(month, second, setl_mon="202603", fixmedins_code=row["fixmedins_code"]))["output"]["data"]
        for row in data
    ]
    for row, rows in zip(data, opened, strict=True):
        assert {each["admdvs"] for each in rows} == {POOL}
        assert all(each["setl_psntime"] >= 5 for each in rows)
        hidden = row["setl_psntime"] - sum(each["setl_psntime"] for each in rows)
        assert hidden == 0 or hidden >= 5
    assert sorted(row["grp_sum"] - len(rows) for row, rows in zip(data, opened, strict=True)) == [0, 2]
    mine = await ask(month, first, "other", OTHER, setl_mon="202603")
    assert mine["output"]["data"] == data
    unknown = await ask(month, second, setl_mon="202603", fixmedins_code="H0")
    assert "未查询到" in unknown["err_msg"]
    assert "未查询到" in (await ask(month, first, setl_mon="202604"))["err_msg"]


async def test_a_group_of_one_patient_is_not_told_to_competitors(month):
    """One case in a group is the exact bill of one patient; it and what would betray it are counted only."""
    data = (await ask(month, "3610", setl_mon="202603"))["output"]["data"]
    code = (await ask(month, "3605", "other", OTHER, setl_ym="202603", setl_id=f"G{ALONE}"))["output"]["data"]
    alone = code[0]["drg_code"]
    assert alone
    said = []
    for row in data:
        whole = await ask(month, "3611", setl_mon="202603", fixmedins_code=row["fixmedins_code"])
        assert alone not in {each["drg_code"] for each in whole["output"]["data"]}
        said.append(whole.get("warn_msg", ""))
        asked = {"fixmedins_code": row["fixmedins_code"], "dise_code": alone}
        assert (await ask(month, "3611", setl_mon="202603", **asked))["output"]["data"] == []
    assert sorted("有2行未列出：病例少于5例" in text for text in said) == [False, True]


@pytest.mark.parametrize(
    ("cases", "beside", "told"),
    [
        ([9, 7, 5], 0, [9, 7, 5]),
        ([9, 7, 1], 0, [9]),  # 1 alone could be worked out: the 7 goes with it
        ([9, 4, 3], 0, [9]),
        ([9, 1], 4, [9]),
        ([9, 6], 1, [9]),
        ([9, 1], 0, []),
        ([4], 0, []),
        ([], 3, []),
    ],
)
def test_what_is_left_out_cannot_be_worked_out_from_what_is_told(cases, beside, told):
    """A total less its told rows is the one row that was hidden."""
    rows = [PeerSum("H", f"G{at}", "", 1, count, 100) for at, count in enumerate(cases)]
    assert [row.cases for row in large_enough(rows, sum(cases) + beside, 5)] == told


async def _checked_list(gw, infno, setl_id):
    """Sends a list and answers what its check found, once it has been checked."""
    content = copy.deepcopy(EXAMPLE["input"])
    content["setlinfo"] |= {"setl_id": setl_id, "fixmedins_code": OWN}
    headers = {"Authorization": f"Bearer {gw.keys['own']}"}
    sent = client.written(client.envelope("4101", OWN, content))
    assert (await gw.http.post(PATH, content=sent, headers=headers)).json()["infcode"] == "0"
    for _ in range(300):
        answer = await ask(gw, infno, setl_id=setl_id)
        rows = answer["output"]["data"] if answer["infcode"] == "0" else []
        if rows:
            break
        await asyncio.sleep(0.05)
    return rows


@pytest.mark.parametrize(("infno", "node"), [("4104", "detailinfo"), ("3607", "detl_list")])
async def test_findings_of_a_list_are_told_field_by_field(gw, infno, node, shared):
    """A hospital mends what is named; both transactions tell the same under their own names."""
    setl_id = f"QUALITY{infno}"
    rows = await _checked_list(gw, infno, setl_id)
    (row,) = rows
    assert (row["setl_id"], row["setl_ym"], row["grp_stas"]) == (setl_id, "202601", "1")
    assert row["qltctrl_rslt"] == ("0" if row["err_lv"] == "1" else "1")
    assert row[node]
    assert all(found["exam_data_fld"] and found["qltctrl_chk_rslt"] for found in row[node])
    listed = (await ask(gw, infno, setl_ym="202601"))["output"]
    assert setl_id in {each["setl_id"] for each in listed["data"]}
    with (shared / "handbook/platform/drg_dip_transactions_fields.csv").open(encoding="utf-8-sig") as file:
        told = list(csv.DictReader(file))
    wanted = ("3607", "output", "data")
    fields = {each["field"] for each in told if (each["infno"], each["direction"], each["node"]) == wanted}
    assert (set(row) - {node}) == (fields - {"detl_list"})


async def _checked_month(gw, lists):
    """So many checked lists of May 2026, copied from one: the last 200 have errors, 100 before warnings."""
    numbers = f"generate_series(1, {lists}) n"
    grade = f"CASE WHEN n > {lists - 200} THEN 1 ELSE 0 END"
    looked = f"CASE WHEN n > {lists - 300} THEN 1 ELSE 0 END"
    changes = {
        "list_version": "'case_id', 'MANY' || n",
        "list_head": "'case_id', 'MANY' || n, 'settle_period', 202605",
        "quality_result": f"'errors', {grade}, 'warnings', {looked}",
    }
    for table, change in changes.items():
        await gw.admin.execute(
            f"INSERT INTO settlement.{table} SELECT made.* FROM settlement.{table} head, {numbers},"
            " jsonb_populate_record(head, jsonb_build_object('list_id', 'MANY' || lpad(n::text, 6, '0'),"
            f" 'discharge_date', DATE '2026-05-01' + n / {lists // 30 + 1}, {change})) made"
            " WHERE head.list_id = (SELECT min(list_id) FROM settlement.quality_result)"
        )


@pytest.mark.parametrize("infno", ["4104", "3607"])
async def test_a_level_of_findings_is_chosen_from_the_whole_month(gw, infno):
    """Faults late in a month of thousands of lists were never found: the answer was an empty page of 0."""
    if not await gw.admin.fetchval("SELECT count(*) FROM settlement.quality_result WHERE list_id ~ '^MANY'"):
        assert await _checked_list(gw, infno, "FIRST")
        await _checked_month(gw, 3000)
    whole = {"setl_ym": "202605"}
    listed = (await ask(gw, infno, **whole))["output"]
    assert (listed["recordCounts"], listed["pages"], len(listed["data"])) == (3000, 30, 100)
    for level, count in {"1": 200, "2": 100}.items():
        found = (await ask(gw, infno, err_lv=level, page_size="60", **whole))["output"]
        assert (found["recordCounts"], found["pages"], len(found["data"])) == (count, -(-count // 60), 60)
        assert {row["err_lv"] for row in found["data"]} == {level}
    last = (await ask(gw, infno, err_lv="1", page_size="60", page_num="4", **whole))["output"]
    assert (last["recordCounts"], len(last["data"])) == (200, 20)
    assert (await ask(gw, infno, err_lv="9", **whole))["output"]["recordCounts"] == 0
    beyond = (await ask(gw, infno, err_lv="2", page_num="500", **whole))["output"]
    assert (beyond["recordCounts"], beyond["data"]) == (100, [])


async def test_a_special_case_is_applied_for_followed_and_taken_back_over_3601_to_3604(month, monkeypatch):
    """What hospitals' programs already speak must reach the same cases as everything else."""
    setl_id = "G0"
    unchecked = await ask(month, "3602", setl_id=setl_id, exit_rea="病情复杂")
    assert "尚未完成质量检查" in unchecked["err_msg"]
    # Lists of a file are not checked; this one had come over the envelope.
    await month.admin.execute(
        "INSERT INTO settlement.quality_result (list_id, version, rule_set, hospital_code, region_code,"
        " discharge_date, errors, warnings, undecided, filled, wanted, decided, wrong, codes, findings)"
        " SELECT list_id, version, 'test', hospital_code, region_code, discharge_date, 0, 0, 0, 1, 1, 1, 0,"
        " '{}', '[]' FROM settlement.list_version WHERE case_id = $1",
        setl_id,
    )
    # What makes a case critical is told over the dispute interface; the message has no member for it.
    file_case = month.services.disputes.FileCase

    async def critical(request):
        request.stated.organ_support = True
        return await file_case(request)

    monkeypatch.setattr(month.services.disputes, "FileCase", critical)
    saved = await ask(month, "3602", setl_id=setl_id, exit_rea="病情复杂", exit_type="1")
    assert saved["infcode"] == "0", saved["err_msg"]
    done = saved["output"]["data"]
    assert (done["code"], done["type"]) == (0, "success")
    case_no = done["appy_chk_setl_list_id"]
    listed = (await ask(month, "3601", pageNum="1", pageSize="10", setl_id=setl_id))["output"]
    assert [row["appy_chk_setl_list_id"] for row in listed["data"]] == [case_no]
    steps = (await ask(month, "3604", setl_id=setl_id))["output"]["appy_chk_opnn_evt_list"]
    assert {row["appy_chk_setl_list_id"] for row in steps} <= {case_no}
    assert "未查询到" in (await ask(month, "3604", "other", OTHER, appy_chk_setl_list_id=case_no))["err_msg"]
    assert (await ask(month, "3601", "other", OTHER))["output"]["data"] == []
    taken = await ask(month, "3603", appy_chk_setl_list_id=case_no, vali_flag="0", exit_rea="不再申请")
    assert taken["infcode"] == "0", taken["err_msg"]
    again = await ask(month, "3603", appy_chk_setl_list_id=case_no, vali_flag="1")
    assert "FSI_CASE_STEP" in again["err_msg"]
    (row,) = (await ask(month, "3601", appy_chk_setl_list_id=case_no))["output"]["data"]
    assert row["vali_flag"] == "0"


PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


async def say(gw, infno, **content):
    """A message of the appeals: its members stand in ``input`` itself."""
    message = client.envelope(infno, OWN, content)
    headers = {"Authorization": f"Bearer {gw.keys['own']}"}
    return (await gw.http.post(PATH, content=client.written(message), headers=headers)).json()


def suspicion(number, **members):
    told = {"docSusptId": number, "applyFlag": "1", "susptAmt": "120.50", "auditOpinion": "确属必需"}
    return told | members


async def test_deductions_are_appealed_against_over_3701_to_3704(month, shared, monkeypatch):
    """An appeal by a hospital's own program is the same case as one from the desk, with its papers."""
    signed = [byte - 256 if byte > 127 else byte for byte in PAPER]
    first = {"name": "说明.pdf", "bytes": base64.b64encode(PAPER).decode()}
    many = await say(month, "3704", fsiAppealFileDTOList=[first | {"name": f"{n}.pdf"} for n in range(6)])
    assert "FSI_APPEAL_FILES" in many["err_msg"]
    assert (
        "FSI_APPEAL_BYTES"
        in (await say(month, "3704", fsiAppealFileDTOList=[first | {"bytes": "?"}]))["err_msg"]
    )
    kept = (await say(month, "3704", fsiAppealFileDTOList=[first]))["output"]["attUploadId"]
    more = {"attUploadId": kept, "fsiAppealFileDTOList": [{"name": "明细.pdf", "bytes": signed}, first]}
    assert (await say(month, "3704", **more))["output"] == {"attUploadId": kept}
    docs = [
        {"docId": "G2", "docSusptDTOS": [
            suspicion("KK-1", attUploadId=kept), suspicion("KK-2", applyFlag="0"),
            suspicion("KK-3", attUploadId="absent"), suspicion("KK-4", attUploadId=kept, susptAmt=""),
        ]},
        {"docId": "G999", "docSusptDTOS": [suspicion("KK-5", attUploadId=kept)]},
    ]  # fmt: skip
    answer = await say(month, "3702", medinsCodg=OWN, medinsName="演示医院", docs=docs)
    assert answer["infcode"] == "0", answer["err_msg"]
    good, bad = answer["output"]
    assert [(each["susptId"], each["susptCode"]) for each in good["docsuspt"]] == [
        ("KK-1", "0"), ("KK-2", "0"), ("KK-3", "1"), ("KK-4", "1"),
    ]  # fmt: skip
    assert (good["docCode"], bad["docCode"]) == ("0", "1")
    assert "FSI_APPEAL_UPLOAD" in good["docsuspt"][2]["susptReason"]
    span = {
        "startTime": "2020-01-01",
        "endTime": "2099-12-31",
        "medinsCodg": OWN,
        "currentPage": 1,
        "pageSize": 10,
    }
    listed = (await say(month, "3701", **span, stage="1"))["output"]
    (document,) = listed["data"]
    (told,) = document["docSusptDTOS"]
    assert (listed["recordCounts"], document["docId"], told["docSusptId"]) == (1, "G2", "KK-1")
    assert (told["applAmt"], told["applUpldAttFlag"], told["passRvisAmt"]) == (120.5, "0", None)
    case = (await month.ask("GET", f"/api/v1/disputes/{told['rid']}")).json()
    assert (case["type"], case["state"], len(case["attachments"])) == ("T3", "SUBMITTED", 2)
    with (shared / "handbook/platform/drg_dip_transactions_fields.csv").open(encoding="utf-8-sig") as file:
        known = {row["field"] for row in csv.DictReader(file) if row["infno"] == "3701"}
    assert {*document, *told} <= known
    assert (await say(month, "3701", **span, stage="2"))["output"]["data"] == []
    assert "FSI_APPEAL_STAGE" in (await say(month, "3701", **span, stage="3"))["err_msg"]
    assert (await say(month, "3701", **span | {"medinsCodg": OTHER}, stage="1"))["infcode"] == "-1"
    # The same again is refused, and a paper the service does not take leaves no draft behind.
    twice = await say(
        month, "3702", docs=[{"docId": "G2", "docSusptDTOS": [suspicion("KK-1", attUploadId=kept)]}]
    )
    assert "FILING_TWICE" in twice["output"][0]["docsuspt"][0]["susptReason"]
    wrong = await say(month, "3704", fsiAppealFileDTOList=[{"name": "a.exe", "bytes": [77, 90]}])
    docs = [{"docId": "G2", "docSusptDTOS": [suspicion("KK-6", attUploadId=wrong["output"]["attUploadId"])]}]
    for _ in range(2):
        refused = await say(month, "3702", docs=docs)
        assert "PAPER_TYPE" in refused["output"][0]["docsuspt"][0]["susptReason"]
    # 合议 comes after the result was told: the machine says so, and what is asked for is its event.
    docs = [
        {
            "docId": "G2",
            "docSusptDTOS": [suspicion("KK-1", attUploadId=kept), suspicion("KK-7", attUploadId=kept)],
        }
    ]
    early = (await say(month, "3703", docs=docs))["output"][0]["docsuspt"]
    assert "FSI_CASE_STEP" in early[0]["susptReason"]
    assert "FSI_NOT_FOUND" in early[1]["susptReason"]
    asked, get_case = [], month.services.disputes.GetCase

    async def act(request):
        asked.append(request)

    async def notified(request):
        found = await get_case(request)
        found.case.state = "NOTIFIED"
        return found

    monkeypatch.setattr(month.services.disputes, "ActOnCase", act)
    monkeypatch.setattr(month.services.disputes, "GetCase", notified)
    done = (await say(month, "3703", docs=docs))["output"][0]
    assert (done["docCode"], done["docsuspt"][0]["susptCode"]) == ("0", "0")
    assert (asked[0].event, asked[0].reason) == ("request_reconsider", "确属必需（争议金额120.50元）")
