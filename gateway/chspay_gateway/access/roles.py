"""The roles an account may have, and what each of them is in a claim."""

from __future__ import annotations

from collections.abc import Sequence

from chspay_core import regions
from chspay_core.errors import Fault, Kind, Reason
from chspay_gateway.auth import Scope, scope_of
from chspay_kit.auth import LEVEL_NAMES

ROLE_UNKNOWN = Reason("ACCOUNT_ROLE_UNKNOWN", Kind.INVALID, "没有角色“{value}”，可选：{known}。")
ROLE_PLACE = Reason("ACCOUNT_ROLE_PLACE", Kind.INVALID, "角色“{value}”应写明{needed}，且只写这一项。")
ROLE_LEVEL = Reason(
    "ACCOUNT_ROLE_LEVEL", Kind.INVALID, "行政区划{value}不是{needed}的代码，请核对角色或代码。"
)
ROLE_DUTIES = Reason(
    "ACCOUNT_ROLE_DUTIES", Kind.INVALID, "角色“{value}”的职责是固定的，不能另写；经办与稽核应由不同的人担任。"
)

#: The roles and what their place is called.
NAMES = {
    "hospital": "医疗机构",
    "lead": "医共体牵头医院",
    **LEVEL_NAMES,
    "auditor": "稽核审计人员",
    "expert": "专家",
}
_LENGTHS = {"county": 6, "city": 4, "province": 2, "nation": 0}


def scope_of_role(
    kind: str, *, institution: str = "", region: str = "", expert: str = "", duties: Sequence[str] = ()
) -> Scope:
    """What an account with this role may see and do.

    :param kind: of :data:`NAMES`.
    :param region: six-digit code, of the office's own level.
    :raises Fault: the place is missing or of another level, or the duties are not the role's.
    """
    if kind not in NAMES:
        raise Fault(ROLE_UNKNOWN, field="role", value=kind, known="、".join(NAMES))
    if kind in {"hospital", "lead"}:
        _only(kind, "医疗机构编码", institution, region, expert)
        return scope_of(institution=institution, duties=_fixed(kind, duties, ("lead",) * (kind == "lead")))
    if kind == "expert":
        _only(kind, "专家编号", expert, institution, region)
        return scope_of(expert=expert, duties=_fixed(kind, duties, ()))
    _only(kind, "行政区划代码", region, institution, expert)
    regions.check_code(region)
    if kind == "auditor":
        return scope_of(region=region, duties=_fixed(kind, duties, ("audit",)))
    if len(regions.prefix(region)) != _LENGTHS[kind]:
        raise Fault(ROLE_LEVEL, field="region", value=region, needed=LEVEL_NAMES[kind])
    if "audit" in duties:
        raise Fault(ROLE_DUTIES, field="duties", value=NAMES[kind])
    return scope_of(region=region, duties=duties)


def _only(kind: str, needed: str, given: str, *others: str) -> None:
    if not given or any(others):
        raise Fault(ROLE_PLACE, field="role", value=NAMES[kind], needed=needed)


def _fixed(kind: str, given: Sequence[str], fixed: Sequence[str]) -> Sequence[str]:
    if given and set(given) != set(fixed):
        raise Fault(ROLE_DUTIES, field="duties", value=NAMES[kind])
    return fixed
