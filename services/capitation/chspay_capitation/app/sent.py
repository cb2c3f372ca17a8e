"""Where a referral really goes: levels and area of both institutions as registered on its day."""

from __future__ import annotations

from chspay_capitation.clients import Registered, Registry
from chspay_capitation.engine.referral import Referral
from chspay_core.errors import Fault, Kind, Reason

LEVEL_WRONG = Reason("BENEFIT_LEVEL_WRONG", Kind.INVALID, "“{field}”应为1至3级，收到{value}。")
LEVEL_DIFFERS = Reason(
    "REFERRAL_LEVEL_DIFFERS",
    Kind.INVALID,
    "机构{institution}在{day}登记为{registered}级，转诊单填写为{value}级；请更正转诊单，或先更正登记。",
)
AREA_DIFFERS = Reason(
    "REFERRAL_AREA_DIFFERS",
    Kind.INVALID,
    "转入机构{institution}在{day}登记在统筹区{registered}，转诊单填写为{value}；请更正转诊单，或先更正登记。",
)
UNREGISTERED = Reason(
    "REFERRAL_INSTITUTION_UNREGISTERED",
    Kind.PRECONDITION,
    "机构{value}在{day}没有登记为定点机构，不能据以判断转诊；请核对代码，或先登记机构。",
)
_LEVELS = (1, 2, 3)


async def placed(registry: Registry, pool: str, asked: Referral) -> Referral:
    """The referral with levels and area of the registry; what was typed must not say otherwise.

    The level decides whether the catalogue limits a referral, so it is not taken on trust. Only the receiver
    may be unregistered, and only as one out of the area, which the catalogue limits whatever its level.

    :param asked: levels may be 0: left to the registry.
    :raises Fault: REFERRAL_LEVEL_DIFFERS, REFERRAL_AREA_DIFFERS, REFERRAL_INSTITUTION_UNREGISTERED,
        BENEFIT_LEVEL_WRONG.
    """
    sender = await registry.on(asked.from_institution, asked.day)
    receiver = await registry.on(asked.to_institution, asked.day)
    if sender is None:
        raise Fault(UNREGISTERED, field="from_institution", value=asked.from_institution, day=asked.day)
    outside = asked.out_of_area
    if receiver is not None:
        outside = receiver.pool != pool
        _same_area(asked, receiver, outside)
    elif not outside:
        raise Fault(UNREGISTERED, field="to_institution", value=asked.to_institution, day=asked.day)
    return asked._replace(
        from_level=_level("from_level", asked.from_level, sender, asked),
        to_level=_level("to_level", asked.to_level, receiver, asked),
        out_of_area=outside,
    )


def _same_area(asked: Referral, receiver: Registered, outside: bool) -> None:
    if outside != asked.out_of_area:
        raise Fault(
            AREA_DIFFERS,
            field="out_of_area",
            value="统筹区外" if asked.out_of_area else "统筹区内",
            registered=receiver.pool,
            institution=receiver.code,
            day=asked.day,
        )


def _level(field: str, typed: int, found: Registered | None, asked: Referral) -> int:
    if found is not None and typed and typed != found.level:
        raise Fault(
            LEVEL_DIFFERS, field=field, value=typed, registered=found.level, institution=found.code,
            day=asked.day,
        )  # fmt: skip
    level = typed if found is None else found.level
    if level not in _LEVELS:
        raise Fault(LEVEL_WRONG, field=field, value=level)
    return level
