"""What a closed month has paid by the bed-day does not change, and a trial changes nothing."""

from __future__ import annotations

import asyncpg
import perdiem_world as pw
import pytest

from chspay.perdiem.v1 import perdiem_pb2 as pb
from chspay_kit.auth import use_claim


@pytest.fixture
async def here(migrated_db):
    async with pw.world(migrated_db) as running:
        yield running


async def test_a_paid_pricing_is_never_forgotten_nor_are_its_days(here):
    """A paid list keeps its days, whatever is asked about it later: else another list is paid for them."""
    code, person = f"H{pw.fresh()[:8]}", pw.fresh()
    one = pw.stay("A", code, "2026-03-01/2026-03-21", "A24", person_key=person)
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        (first,) = await pw.price(here, one)
        assert (
            await pw.refused(here.perdiem.ConfirmPricings(pw.confirmation(first.pricing_id))) == "ROLE_DENIED"
        )
    with use_claim(pw.SETTLEMENT):
        told = pw.confirmation(first.pricing_id)
        assert (await here.perdiem.ConfirmPricings(told)).confirmed == 1
        assert (await here.perdiem.ConfirmPricings(told)).confirmed == 1
        again = pw.confirmation(first.pricing_id, run_id="MR-2")
        assert (await here.perdiem.ConfirmPricings(again)).confirmed == 0
    with use_claim(pw.BUREAU):
        assert await pw.price(here, one) == [first]
        # Another department, fewer days, another month: each would have freed days that are paid.
        changed = (
            (pw.stay("A", code, "2026-03-01/2026-03-21", "A01", person_key=person), pw.MONTH),
            (pw.stay("A", code, "2026-03-01/2026-03-06", "A24", person_key=person), pw.MONTH),
            (pw.stay("A", code, "2026-03-21/2026-03-01", "A24", person_key=person), pw.MONTH),
            (one, "2026-04"),
        )
        for stay, month in changed:
            for trial in (False, True):
                (found,) = await pw.price(here, stay, month=month, trial=trial)
                assert (found.method, found.reason) == (pb.METHOD_REFUSED, "PER_DIEM_CONFIRMED"), stay
                assert "MR-1" in found.message
                assert "差额" in found.message
        other = pw.stay("B", code, "2026-03-10/2026-03-15", "A24", person_key=person)
        both = await pw.price(here, other, changed[1][0])
        assert [item.reason for item in both] == ["PER_DIEM_DAY_TWICE", "PER_DIEM_CONFIRMED"]
        kept = await here.perdiem.GetPricing(pb.GetPricingRequest(pricing_id=first.pricing_id))
        assert kept.pricing.replaced_by == ""


async def test_a_list_that_goes_on_after_a_paid_one_counts_from_what_was_paid(here):
    """Asked together with a paid list that changed, the next list must not count from the change."""
    code, person = f"H{pw.fresh()[:8]}", pw.fresh()
    one = pw.stay("A", code, "2026-01-01/2026-03-02", person_key=person)
    shorter = pw.stay("A", code, "2026-02-20/2026-03-02", person_key=person)
    following = pw.stay("B", code, "2026-03-02/2026-03-12", person_key=person)
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "psychiatry")
        (first,) = await pw.price(here, one)
    with use_claim(pw.SETTLEMENT):
        await here.perdiem.ConfirmPricings(pw.confirmation(first.pricing_id))
    with use_claim(pw.BUREAU):
        refused, found = await pw.price(here, shorter, following)
        assert refused.reason == "PER_DIEM_CONFIRMED"
        assert (found.days_before.value, found.points_micro) == (first.paid_days.value, 30_000_000)
        assert await pw.price(here, one, following) == [first, found]


async def test_only_what_stands_is_paid(here):
    """A pricing that was replaced, is of another month or unknown is refused before money moves."""
    code, person = f"H{pw.fresh()[:8]}", pw.fresh()
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        (first,) = await pw.price(here, pw.stay("A", code, "2026-03-01/2026-03-21", "A24", person_key=person))
        (second,) = await pw.price(
            here, pw.stay("A", code, "2026-03-01/2026-03-11", "A24", person_key=person)
        )
    with use_claim(pw.SETTLEMENT):
        for request, reason in (
            (pw.confirmation(second.pricing_id, first.pricing_id), "PER_DIEM_CONFIRM_REPLACED"),
            (pw.confirmation(second.pricing_id, month="2026-04"), "PER_DIEM_CONFIRM_MONTH"),
            (pw.confirmation("PD-0"), "PER_DIEM_CONFIRM_UNKNOWN"),
            (pw.confirmation(second.pricing_id, run_id=" "), "PER_DIEM_CONFIRM_RUN"),
            (pw.confirmation(*["PD-0"] * 20_001), "PER_DIEM_CONFIRM_MANY"),
        ):
            assert await pw.refused(here.perdiem.ConfirmPricings(request)) == reason
    with use_claim(pw.BUREAU):
        # Nothing of the refused calls was kept.
        (third,) = await pw.price(here, pw.stay("A", code, "2026-03-01/2026-03-21", "A24", person_key=person))
        assert third.pricing_id == first.pricing_id


async def test_a_trial_leaves_no_day_counted(here):
    """A month that is only tried must not take days from the list that is really paid."""
    code, person = f"H{pw.fresh()[:8]}", pw.fresh()
    one = pw.stay("A", code, "2026-03-01/2026-03-21", "A24", person_key=person)
    shorter = pw.stay("A", code, "2026-03-01/2026-03-06", "A24", person_key=person)
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        (tried,) = await pw.price(here, one, trial=True)
        assert tried.paid_days.value == "20"
        opened = await here.perdiem.GetPricing(pb.GetPricingRequest(pricing_id=tried.pricing_id))
        assert opened.pricing.answer == tried
        other = pw.stay("B", code, "2026-03-10/2026-03-15", "A24", person_key=person)
        (found,) = await pw.price(here, other)
        assert found.method == pb.METHOD_PER_DIEM
        await pw.price(here, pw.stay("B", code, "2026-03-10/2026-03-15", "A01", person_key=person))
        (first,) = await pw.price(here, one)
        assert first == tried
        await pw.price(here, shorter, trial=True)
        kept = await here.perdiem.GetPricing(pb.GetPricingRequest(pricing_id=first.pricing_id))
        assert kept.pricing.replaced_by == ""


async def test_the_database_holds_paid_days_against_everybody(migrated_db, here):
    """Even the administrator cannot free a day that was paid."""
    code = f"H{pw.fresh()[:8]}"
    with use_claim(pw.BUREAU):
        await pw.member(here, code, "hospice")
        one = pw.stay("A", code, "2026-03-01/2026-03-11", "A24", person_key=pw.fresh())
        (found,) = await pw.price(here, one)
    with use_claim(pw.SETTLEMENT):
        await here.perdiem.ConfirmPricings(pw.confirmation(found.pricing_id))
    connection = await asyncpg.connect(migrated_db.admin_url)
    try:
        for text in (
            "DELETE FROM perdiem.counted_span WHERE hospital_code = $1",
            "UPDATE perdiem.counted_span SET until = until - 1 WHERE hospital_code = $1",
            "DELETE FROM perdiem.standing WHERE hospital_code = $1",
            "INSERT INTO perdiem.counted_span SELECT hospital_code, case_id, until, until + 1, pool, ''"
            " FROM perdiem.counted_span WHERE hospital_code = $1",
        ):
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute(text, code)
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await connection.execute("DELETE FROM perdiem.confirmed WHERE hospital_code = $1", code)
        assert refusal.value.sqlstate == "CH001"
    finally:
        await connection.close()
