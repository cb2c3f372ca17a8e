"""What makes a case fall into each group: recipes drawn from the starter scheme's own sets.

A recipe is a principal diagnosis, other diagnoses and procedures, plus the sexes, ages and birth
weights with which the grouper really answers that ADRG. Nothing is assumed: every recipe was grouped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from chspay_cli.schemefile import find_scheme
from chspay_cli.synth.profile import profile
from chspay_core.case import Case
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Group, Scheme
from chspay_grouper.engine.tree import Field, Hit, Node, Scalar, scalars_of, walk
from chspay_policy import ROOT

STARTER = ROOT / "schemes" / "starter"
#: At most this many recipes per ADRG; enough for variety, few enough to keep the start short.
PER_GROUP = 24
_TRIES = 600
_MEMBERS = 28
#: Age in days and birth weight in gram of a newborn or infant that some group asks for.
_INFANTS = ((2, 3250), (3, 1200), (5, 1750), (4, 2250), (60, 0))
_ADULT_YEARS = 45


@dataclass(frozen=True, slots=True)
class Recipe:
    """Codes and conditions under which a case falls into ``adrg``."""

    adrg: str
    diagnoses: tuple[str, ...]
    procedures: tuple[str, ...]
    sexes: int  # 1 male only, 2 female only, 3 either
    age_days: int  # 0 for an adult, else the age of the infant
    weight_g: int  # birth weight the group asks for; 0 where it does not


@cache
def starter_scheme() -> Scheme:
    """The starter scheme of the data package."""
    return find_scheme(str(STARTER))[0]


@cache
def starter_recipes() -> tuple[Recipe, ...]:
    """Recipes of every ADRG of the starter scheme that can be reached, in the scheme's order."""
    scheme = starter_scheme()
    grouper = Grouper(scheme)
    return tuple(recipe for mdc, adrg in scheme.adrgs() for recipe in _recipes(scheme, grouper, mdc, adrg))


def concrete(member: str) -> list[str]:
    """Insurance-edition codes 医保版编码 of a set member: ``I63*`` gives ``I63.900``, ``I63.800x001``, …"""
    prefix = member.removesuffix("*")
    if prefix == member:
        return [member]
    if prefix[0].isalpha():
        stems = (
            [prefix + ".900", prefix + ".800", prefix + ".100"]
            if len(prefix) == 3
            else [prefix.ljust(7, "0")]
        )
    else:
        stems = [prefix + tail for tail in _TAILS[len(prefix)]]
    return [code for stem in stems for code in (stem, stem + "x001")]


#: What completes a procedure prefix to four decimals, by its length.
_TAILS = {
    2: (".1100", ".5100", ".3900"),
    4: ("100", "900", "300", "200"),
    5: ("00", "01"),
    6: ("0",),
    7: ("",),
}


def _recipes(scheme: Scheme, grouper: Grouper, mdc: Group, adrg: Group) -> Iterator[Recipe]:
    infant = Scalar.XSRTL in scalars_of(adrg.tree) | scalars_of(mdc.tree)
    ages = _INFANTS if infant or Scalar.NL in scalars_of(mdc.tree) else ((0, 0),)
    usual = [code for prefix in profile(adrg.code).principals for code in concrete(f"{prefix}*")]
    tries = islice(_candidates(scheme, mdc.tree, adrg.tree, usual), _TRIES)
    found = 0
    seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for diagnoses, procedures in tries:
        if (diagnoses, procedures) in seen:
            continue
        seen.add((diagnoses, procedures))
        for days, weight in ages:
            sexes = _sexes(grouper, adrg.code, diagnoses, procedures, days, weight)
            if sexes:
                yield Recipe(adrg.code, diagnoses, procedures, sexes, days, weight)
                found += 1
                break
        if found >= PER_GROUP:
            return


def _sexes(
    grouper: Grouper,
    adrg: str,
    diagnoses: tuple[str, ...],
    procedures: tuple[str, ...],
    days: int,
    weight: int,
) -> int:
    """The sexes, as bits, with which the case falls into ``adrg``."""
    sexes = 0
    for sex in (1, 2):
        case = Case(
            case_id="recipe",
            sex=sex,
            age_years=0 if days else _ADULT_YEARS,
            age_days=days or None,
            newborn_weight_g=weight or None,
            diagnoses=diagnoses,
            procedures=procedures,
        )
        sexes |= sex if grouper.group(case).adrg == adrg else 0
    return sexes


def _candidates(
    scheme: Scheme, mdc: Node, adrg: Node, usual: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Diagnoses and procedures worth trying: usual principals, else members of the sets the rules name."""
    own = _codes(scheme, _sets(adrg, Field.ZYZD)) or _codes(scheme, _sets(mdc, Field.ZYZD))
    principals = list(usual) or own or _codes(scheme, _sets_of_all(scheme, Field.ZYZD))
    others: list[tuple[str, ...]] = [()]
    others += [(code,) for code in _codes(scheme, _sets(mdc, Field.QTZD))]
    mains = [(code,) for code in _codes(scheme, _sets(adrg, Field.ZYSS))]
    beside = [(code,) for code in _codes(scheme, _sets(adrg, Field.QTSS))]
    procedures: list[tuple[str, ...]] = [*mains] or [()]
    pairs = [one + two for one, two in product(mains[:40:2], beside[1::3]) if one != two] if beside else []
    for step in range(max(len(principals), len(procedures)) * 3):
        principal = principals[(step * 7) % len(principals)]
        other = others[(step * 3) % len(others)]
        for procedure in (procedures[(step * 5) % len(procedures)], *_one(pairs, step)):
            yield (principal, *other), procedure


def _one(pairs: Sequence[tuple[str, ...]], step: int) -> list[tuple[str, ...]]:
    return [pairs[(step * 11) % len(pairs)]] if pairs else []


def _sets(tree: Node, field: Field) -> list[str]:
    """Sets that a rule asks of ``field``, in the order it names them."""
    hits = [
        node for node in walk(tree) if isinstance(node, Hit) and field in node.fields and not node.negated
    ]
    return list(dict.fromkeys(name for node in hits for name in node.sets))


def _sets_of_all(scheme: Scheme, field: Field) -> list[str]:
    """Sets of every MDC; for rules that ask nothing of the principal diagnosis (MDC A)."""
    return list(dict.fromkeys(name for mdc in scheme.mdcs for name in _sets(mdc.tree, field)))


def _codes(scheme: Scheme, names: Iterable[str]) -> list[str]:
    """Concrete codes of some members of each set, spread evenly over it, the sets interleaved."""
    columns = []
    for name in names:
        members = sorted(scheme.sets[name])
        step = max(len(members) // _MEMBERS, 1)
        columns.append([code for member in members[::step] for code in concrete(member)])
    longest = max((len(column) for column in columns), default=0)
    return [column[row] for row in range(longest) for column in columns if row < len(column)]
