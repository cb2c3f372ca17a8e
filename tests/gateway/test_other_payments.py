"""Other payments and payment methods over HTTP alone, against the real settlement."""

from __future__ import annotations

import pytest
from gateway_world import POOL

from chspay_gateway.rest.other_payments import BillsIn, OtherIn

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSPITAL = "H990101OP1"


async def register(gw) -> None:
    """A hospital that money can be paid to."""
    body = {"name": "演示医院", "region_code": POOL, "level": 3, "since": "2020-01-01"}
    answer = await gw.ask("PUT", f"/api/v1/hospitals/{HOSPITAL}", who="bureau", json=body)
    assert answer.status_code in {200, 201}, answer.text


def payment(number: str, **changes):
    """A payment as the joint meeting decided it."""
    return {
        "source_service": "joint", "source_id": number, "pool": POOL, "month": "2041-01", "method": "bundle",
        "payee": HOSPITAL, "amount": "1234.56", "fund_book": "outpatient", "document": "联席〔2041〕1号",
    } | changes  # fmt: skip


async def test_a_payment_is_booked_once_listed_and_summed(gw):
    """S101 over HTTP: the same source twice is one payment, and the year's sum is that of the books."""
    await register(gw)
    first = await gw.ask("POST", "/api/v1/other-payments", who="bureau", json=payment("a"))
    assert first.status_code == 201, first.text
    assert (first.json()["amount"], first.json()["payee_name"]) == ("1234.56", "演示医院")
    same = await gw.ask("POST", "/api/v1/other-payments", who="bureau", json=payment("a"))
    assert same.json() == first.json()
    other = await gw.ask("POST", "/api/v1/other-payments", who="bureau", json=payment("a", amount="1.00"))
    assert (other.status_code, other.json()["reason"]) == (409, "OTHER_PAYMENT_OTHER")
    wrong = await gw.ask("POST", "/api/v1/other-payments", who="bureau",
                         json=payment("b", method="per_diem"))  # fmt: skip
    assert wrong.json()["reason"] == "OTHER_BOOK_WRONG"
    listed = await gw.ask("GET", f"/api/v1/other-payments?pool={POOL}&payee={HOSPITAL}", who="bureau")
    assert [one["payment_id"] for one in listed.json()["items"]] == [first.json()["payment_id"]]
    one = await gw.ask("GET", f"/api/v1/other-payments/{first.json()['payment_id']}", who="bureau")
    assert one.json()["basis"] is None
    sums = (await gw.ask("GET", f"/api/v1/other-payment-sums/{POOL}/2041", who="bureau")).json()
    assert (sums["amount"], sums["inpatient"]) == ("1234.56", "0.00")


async def test_a_hospital_neither_books_payments_nor_sees_those_of_others(gw):
    """Money is booked by the bureau alone."""
    answer = await gw.ask("POST", "/api/v1/other-payments", who="own", json=payment("c"))
    assert answer.status_code == 403
    answer = await gw.ask("GET", "/api/v1/other-payments", who="own")
    assert HOSPITAL not in answer.text


async def test_the_examples_of_the_description_run(gw):
    """What an integrator copies from the interface description works as it stands."""
    await register(gw)
    for path, body in (("other-payments", OtherIn), ("bill-accounts", BillsIn)):
        example = {**body.model_config["json_schema_extra"]["examples"][0], "payee": HOSPITAL}
        answer = await gw.ask("POST", f"/api/v1/{path}", who="bureau", json=example)
        assert answer.status_code == 201, answer.text
    assert answer.json()["bills"][0]["fund"] == "70.00"


async def test_the_method_of_facts_is_told_with_row_reason_and_document(gw):
    """S12 over HTTP: whoever asks learns which row of which document decides."""
    facts = {"pool": POOL, "on": "2041-01-31", "institution": "pharmacy", "medical_type": "41"}
    found = (await gw.ask("GET", "/api/v1/payment-method", who="bureau", params=facts)).json()
    assert (found["method"], found["reason"], found["row"]) == ("by_item", "pharmacy", 2)
    assert found["cite"] == "demo-routing-2027#第一条"
    facts |= {"institution": "hospital", "medical_type": "21", "bed_days": "paid"}
    found = (await gw.ask("GET", "/api/v1/payment-method", who="bureau", params=facts)).json()
    assert found["method"] == "per_diem"
