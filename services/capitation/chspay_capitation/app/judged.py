"""Referrals on record with their judgements."""

from __future__ import annotations

from collections.abc import Sequence

from chspay_capitation.engine.referral import CATALOGUE_KEY, Judgement, Referral
from chspay_capitation.store.records import StoredReferral
from chspay_core.policy import Policy


def judged_by(found: Sequence[StoredReferral], policy: Policy) -> list[tuple[Referral, Judgement]]:
    """Referrals with the judgements as they were made then; the rules of today do not change them."""
    rule = policy.rule(CATALOGUE_KEY)
    return [
        (each.referral, Judgement(each.called_for, each.code, each.told, each.until, rule)) for each in found
    ]
