"""The Python client against a running gateway: what an integrator's program does on a good and a bad day."""

from __future__ import annotations

import asyncio

import pytest
import pytest_asyncio
from gateway_world import COUNTY, OTHER, OWN, POOL, SOUND

from chspay_client import Client, Denied, NotFound, Refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(gw):
    """The gateway's address while it serves on a socket."""
    server, task = await gw.serve()
    yield gw.url
    server.should_exit = True
    await task


async def test_a_program_submits_groups_pages_and_reads(gw, url):
    """The frequent jobs by name; every answer is plain data."""

    def program():
        with Client(url, gw.keys["own"]) as chspay:
            told = [chspay.submit_list(SOUND | {"case_id": f"PY{n}"}, {"person_no": "P9"}) for n in range(3)]
            listed = list(chspay.each("lists", page_size=1))
            grouped = chspay.group(SOUND, place=POOL, on="2026-03-31")
            why = chspay.explain_group(SOUND, place=POOL, on="2026-03-31")
            return told, listed, grouped, why, chspay.get("me")

    told, listed, grouped, why, me = await asyncio.to_thread(program)
    assert {row["list_id"] for row in told} == {row["list_id"] for row in listed}
    assert grouped["drg"] == told[0]["group"]["drg"] == why["answer"]["drg"]
    assert why["prose"]
    assert me["institution"] == OWN


async def test_refusals_are_exceptions_that_say_what_to_do(gw, url):
    """A program must tell what to mend, what it may not do, and what is not there."""

    def program():
        with Client(url, gw.keys["own"]) as chspay:
            with pytest.raises(Refused) as wrong:
                chspay.submit_list(SOUND | {"case_id": "PYX", "sex": 3})
            with pytest.raises(Denied):
                chspay.submit_list(SOUND | {"case_id": "PYX", "hospital_code": OTHER})
            with pytest.raises(NotFound):
                chspay.get("lists", "nothing/../here")
        with Client(url, "cp_wrong_key") as nobody, pytest.raises(Denied) as denied:
            nobody.get("me")
        return wrong.value, denied.value

    wrong, denied = await asyncio.to_thread(program)
    assert wrong.reason == "SEX_BAD"
    assert wrong.errors[0]["field"] == "sex"
    assert denied.status == 401


async def test_a_month_is_started_followed_and_read(gw, url):
    """Long work is followed to its end; before there is a budget it is refused, and says so."""
    year = ("budget", "years", POOL, "2026")
    amounts = {"inpatient_fund": "1200000.00", "out_of_area": "0.00", "reserve": "0.00"}

    def program():
        steps = []
        with Client(url, gw.keys["bureau"]) as chspay, Client(url, gw.keys["second"]) as second:
            with pytest.raises(Refused) as early:
                chspay.start_month(POOL, 2026, 3)
            chspay.send("PUT", *year, body=amounts)
            second.send("POST", *year, "approve", body={"version": 1, "decision_no": "联席〔2026〕1号"})
            run = chspay.start_month(POOL, 2026, 3)
            over = chspay.wait_for_run(run["run_id"], steps.append, every=0.05)
            statement = chspay.statement(run["run_id"], OWN)
            return early.value, over, steps, statement, chspay.why(statement["refs"]["fund"], depth=2)

    early, over, steps, statement, why = await asyncio.to_thread(program)
    assert early.reason == "BUDGET_MISSING"
    assert over["state"] == "done", over
    assert steps[-1]["state"] == "done"
    assert statement["cases"] >= 3
    assert why["value"] == statement["fund"]


async def test_a_file_goes_in_as_it_is(gw, url, tmp_path):
    """Bulk upload with the media type of the file, counted row by row."""
    path = tmp_path / "lists.csv"
    head = (
        "case_id,hospital_code,region_code,admission_date,discharge_date,sex,age_years,diagnoses,total_cost"
    )
    row = f"PYF,{OWN},{COUNTY},2026-03-01,2026-03-08,1,67,I63.900,100.00"
    path.write_text(f"{head}\n{row}\n", "utf-8")

    def program():
        with Client(url, gw.keys["own"]) as chspay:
            return chspay.import_lists(path)

    told = await asyncio.to_thread(program)
    assert told["accepted"] == 1, told
