"""Stays priced, tried and looked up."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import Month
from chspay_core.policy import Policy
from chspay_kit import paging
from chspay_kit.auth import current_claim
from chspay_perdiem.app import plain
from chspay_perdiem.app.access import may, may_of
from chspay_perdiem.app.confirming import unchanged
from chspay_perdiem.app.pilots import pilots_of
from chspay_perdiem.app.plain import Answer
from chspay_perdiem.app.records import with_records
from chspay_perdiem.clients import Rulebook
from chspay_perdiem.engine.allot import PER_DIEM
from chspay_perdiem.engine.batch import DAY_TWICE, Answered, Earlier, Factors, price_all
from chspay_perdiem.engine.price import Assessed, Priced
from chspay_perdiem.engine.stay import Span, Stay, Use
from chspay_perdiem.engine.terms import read_terms
from chspay_perdiem.store import assessments, confirmed, pricings, records
from chspay_perdiem.store.confirmed import Confirmed
from chspay_perdiem.store.pricings import CountedSpan, KeptPricing, NewPricing, Standing

MOST_PRICED, MOST_TRIED = 20_000, 1_000

TOO_MANY = Reason("PER_DIEM_TOO_MANY", Kind.TOO_LARGE, "一次最多{most}次住院，收到{value}次，请分批提交。")
NO_STAYS = Reason("PER_DIEM_NO_STAYS", Kind.INVALID, "没有一次住院。")
PRICING_UNKNOWN = Reason("PRICING_UNKNOWN", Kind.NOT_FOUND, "没有编号为“{value}”的床日计价。")


class Answers(NamedTuple):
    """Answers in the order asked, and the digest of the policy they were found by."""

    answers: list[Answer]
    policy_digest: str


class Found(NamedTuple):
    """Stays with the records kept of them, each priced or refused, and those whose pricing is final."""

    stays: list[Stay]
    answered: list[Answered]
    final: dict[tuple[str, str], Confirmed]


class Scope(NamedTuple):
    """Which cases of a month have to be asked for."""

    departments: list[tuple[str, str]]
    hospitals: list[str]
    own_lists: list[tuple[str, str]]
    policy_digest: str


class Pricing:
    """Prices stays of every pool the caller may act for."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook = rulebook

    async def price(
        self, pool: str, month_text: str, stays: Sequence[Stay], *, trial: bool = False
    ) -> Answers:
        """Prices stays and keeps the pricings; a list whose pricing is final keeps that.

        :param trial: nothing stands afterwards that did not before, and no day is counted.
        :raises Fault: PER_DIEM_*, POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        claim = may(pool, "bureau", "service")
        month = _checked(stays, month_text, MOST_PRICED)
        await pricings.lock_pool(pool)
        policy = await self._rulebook.policy(pool, month.last)
        full, found, final = await _found(pool, month, stays, policy)
        if not trial:
            await pricings.forget([_name(stay) for stay in full if _name(stay) not in final])
            found = await _counted(pool, found, final)
        # Worksheets and their digests take a while in a large batch, too.
        answers, new = await asyncio.to_thread(_written, pool, str(month), full, found, final, policy.digest)
        await pricings.put([item for item, _ in new], claim.subject)
        if not trial:
            await pricings.let_stand([item for _, item in new])
        return Answers(answers, policy.digest)

    async def attempt(self, pool: str, month_text: str, stays: Sequence[Stay]) -> Answers:
        """The same without keeping anything; an institution may try its own stays.

        :raises Fault: PER_DIEM_*, POLICY_*, ROLE_DENIED, REGION_DENIED, INSTITUTION_DENIED.
        """
        month = _checked(stays, month_text, MOST_TRIED)
        for code in {stay.hospital_code for stay in stays}:
            may_of(pool, code)
        policy = await self._rulebook.policy(pool, month.last)
        full, found, _ = await _found(pool, month, stays, policy)
        answers = await asyncio.to_thread(
            lambda: [plain.answer_of(stay, item) for stay, item in zip(full, found, strict=True)]
        )
        return Answers(answers, policy.digest)

    async def scope(self, pool: str, month_text: str) -> Scope:
        """Departments, institutions and own lists that a month has to ask for.

        :raises Fault: POLICY_*, ROLE_DENIED, REGION_DENIED.
        """
        may(pool, "bureau", "service")
        month = Month.parse(month_text)
        policy = await self._rulebook.policy(pool, month.last)
        terms, known = read_terms(policy), await pilots_of(pool)
        until = month.next().first
        return Scope(
            sorted(terms.departments.items()),
            known.hospitals(month.first, until),
            await records.own_lists(pool, month.first, until),
            policy.digest,
        )

    async def get(self, pricing_id: str) -> tuple[KeptPricing, Answer]:
        """A kept pricing the caller may see, with its worksheet.

        :raises Fault: PRICING_UNKNOWN.
        """
        current_claim().require_role("bureau", "hospital", "service")
        found = await pricings.one(pricing_id)
        if found is None:
            raise Fault(PRICING_UNKNOWN, field="pricing_id", value=pricing_id)
        kept, sheet = found
        return kept, replace(plain.kept_answer(kept.answer, kept.pricing_id), worksheet=sheet)

    async def page(
        self, pool: str, month: str, hospital_code: str, size: int, token: str
    ) -> tuple[list[KeptPricing], str]:
        """A page of the pricings the caller may see."""
        current_claim().require_role("bureau", "hospital", "service")
        query, wanted = ("pricings", pool, month, hospital_code), paging.size(size)
        after = paging.decode(query, token)
        found = await pricings.page(pool, month, hospital_code, str(after[0]) if after else "", wanted + 1)
        more = len(found) > wanted
        return found[:wanted], paging.encode(query, [found[wanted - 1].pricing_id]) if more else ""


def _checked(stays: Sequence[Stay], month: str, most: int) -> Month:
    if not stays:
        raise Fault(NO_STAYS, field="stays")
    if len(stays) > most:
        raise Fault(TOO_MANY, field="stays", value=len(stays), most=most)
    return Month.parse(month)


def _name(stay: Stay) -> tuple[str, str]:
    return stay.hospital_code, stay.case_id


async def _found(pool: str, month: Month, stays: Sequence[Stay], policy: Policy) -> Found:
    """Stays with the records kept of them, and each priced or refused.

    A list whose pricing is final is held to it, and is to the others what it was when it was paid.
    """
    terms = read_terms(policy)
    full = await with_records(stays)
    final = await confirmed.of_cases([_name(stay) for stay in full])
    persons = {stay.person_key for stay in full if stay.person_key}
    factors, known = await _factors(pool), await pilots_of(pool)
    answered: dict[int, Answered] = {}
    for paid in (False, True):
        at = [place for place, stay in enumerate(full) if (_name(stay) in final) is paid]
        if not at:
            continue
        chosen = [full[place] for place in at]
        earlier = await _earlier(persons, {_name(stay) for stay in chosen})
        # The worksheets of a large batch take seconds; other requests go on meanwhile.
        found = await asyncio.to_thread(price_all, chosen, terms, known, factors=factors, earlier=earlier)
        answered.update(zip(at, found, strict=True))
    told = [unchanged(pool, str(month), stay, answered[place], final) for place, stay in enumerate(full)]
    return Found(full, told, final)


async def _earlier(persons: set[str], priced_now: set[tuple[str, str]]) -> list[Earlier]:
    stands, counted = await pricings.of_persons(sorted(persons))
    spans: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in counted:
        spans[span.hospital_code, span.case_id].append(Span(span.since, span.until, Use.PAID))
    return [
        Earlier(
            item.person_key, item.hospital_code, item.case_id, item.category, item.admission, item.discharge,
            Fraction(item.position), tuple(spans[item.hospital_code, item.case_id]),
        )
        for item in stands
        if (item.hospital_code, item.case_id) not in priced_now
    ]  # fmt: skip


async def _factors(pool: str) -> Factors:
    """The decided assessments of the pool, looked up by institution, category and day."""
    known = await assessments.decided(pool)

    def factor(hospital_code: str, category: str, day: date) -> Assessed | None:
        for item in known:
            if (item.hospital_code, item.category) == (hospital_code, category) and (
                item.applies_since <= day < item.applies_until
            ):
                return Assessed(plain.factor_of(item.factor_micro), item.assessment_id)
        return None

    return factor


async def _counted(
    pool: str, found: Sequence[Answered], final: Mapping[tuple[str, str], Confirmed]
) -> list[Answered]:
    """Counts the bed-days; a stay with a day that is counted out of the caller's sight is refused.

    :param final: lists whose days are counted for good already.
    """
    wanted: dict[tuple[str, str], list[CountedSpan]] = {}
    for item in found:
        if isinstance(item, Priced) and item.route.method == PER_DIEM and _name(item.stay) not in final:
            stay = item.stay
            wanted[stay.hospital_code, stay.case_id] = [
                CountedSpan(stay.hospital_code, stay.case_id, span.since, span.until, pool, stay.person_key)
                for span in item.allotment.spans
                if span.use in (Use.PAID, Use.HELD)
            ]
    done = await pricings.count([span for spans in wanted.values() for span in spans])
    missed = {
        name: span
        for name, spans in wanted.items()
        for span in spans
        if (span.hospital_code, span.case_id, span.since) not in done
    }
    await pricings.forget(list(missed))
    return [_refused_if(item, missed) for item in found]


def _refused_if(item: Answered, missed: dict[tuple[str, str], CountedSpan]) -> Answered:
    if isinstance(item, Fault):
        return item
    span = missed.get((item.stay.hospital_code, item.stay.case_id))
    if span is None:
        return item
    return Fault(DAY_TWICE, field="stays", value=span.since, other="（其他统筹区）", stay=item.stay.case_id)


def _written(
    pool: str,
    month: str,
    stays: Sequence[Stay],
    found: Sequence[Answered],
    final: Mapping[tuple[str, str], Confirmed],
    digest: str,
) -> tuple[list[Answer], list[tuple[NewPricing, Standing]]]:
    """The answers, and what is new and has to be kept."""
    answers: list[Answer] = []
    new: list[tuple[NewPricing, Standing]] = []
    for stay, item in zip(stays, found, strict=True):
        answer, paid = plain.answer_of(stay, item), final.get(_name(stay))
        if isinstance(item, Priced) and paid is not None:
            answer = plain.kept_answer(paid.answer, paid.pricing_id)
        elif isinstance(item, Priced) and answer.method == PER_DIEM:
            answer = replace(answer, pricing_id=plain.pricing_id(pool, month, stay, answer, digest))
            new.append(_kept(pool, month, item, answer, digest))
        answers.append(answer)
    return answers, new


def _kept(pool: str, month: str, item: Priced, answer: Answer, digest: str) -> tuple[NewPricing, Standing]:
    stay = item.stay
    who = (stay.hospital_code, stay.case_id)
    new = NewPricing(
        answer.pricing_id, pool, month, *who, answer.category, stay.admission, stay.discharge,
        answer.points_micro, answer.standard_fen, answer.amount_fen,
        plain.canonical(plain.plain_stay(stay)).decode(), plain.canonical(answer.kept()).decode(),
        answer.worksheet, digest,
    )  # fmt: skip
    stands = Standing(
        *who, pool, answer.pricing_id, stay.person_key, answer.category, stay.admission, stay.discharge,
        str(item.counted), str(item.position), str(item.before.days + item.counted), item.before.case_id,
    )  # fmt: skip
    return new, stands
