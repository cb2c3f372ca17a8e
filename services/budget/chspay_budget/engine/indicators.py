"""The life of an indicator 考核指标: issued, revised, measured, settled, proposed for the next year; pure.

Issue, final figure and clearing of indicators are one duty of the agency (各项考核指标的下达、决算、清算
等管理, demand S22). An indicator belongs to an institution or to a medical community, for one year; every
step is kept, and the last one says where it stands. Who measured it does not settle it. The proposal for the
next year leans on what peers come to and on the holder's own change over two years (杭州2019征求意见稿
二(二)1(2)(3)), within the growth cap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from chspay_budget.engine.findings import check_line
from chspay_budget.engine.plan import CAP_KEY
from chspay_core.amounts import MICRO, from_micro, plain
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.policy_reading import broken, fraction
from chspay_core.worksheet import Worksheet

CATALOGUE_KEY = "indicator.catalogue"
PROPOSAL_KEY = "indicator.proposal"
PEER_WEIGHT_KEY = "indicator.peer_weight"


class State(StrEnum):
    """Where an indicator stands."""

    ISSUED = "issued"
    REVISED = "revised"
    MEASURED = "measured"
    SETTLED = "settled"
    PROPOSED = "proposed"


STATE_NAMES: Mapping[State, str] = MappingProxyType(
    {
        State.ISSUED: "已下达",
        State.REVISED: "已调整",
        State.MEASURED: "已测算",
        State.SETTLED: "已决算",
        State.PROPOSED: "已提出下年建议",
    }
)
_AFTER: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.REVISED: frozenset({State.ISSUED, State.REVISED}),
        State.MEASURED: frozenset({State.ISSUED, State.REVISED, State.MEASURED}),
        State.SETTLED: frozenset({State.MEASURED}),
        State.PROPOSED: frozenset({State.SETTLED, State.PROPOSED}),
    }
)
_TENS: tuple[int, ...] = tuple(10**n for n in range(7))
BETTER = ("lower", "higher", "none")

UNKNOWN = Reason(
    "INDICATOR_UNKNOWN",
    Kind.PRECONDITION,
    "{place}的指标目录中没有“{value}”，可用：{known}。请补充政策文件。",
)
CATALOGUE_WRONG = Reason(
    "INDICATOR_CATALOGUE_WRONG",
    Kind.PRECONDITION,
    "{place}的指标目录（indicator.catalogue）中“{value}”有误：better应为lower、higher或none，"
    "places应为0至6的整数。请更正政策文件。",
)
STATE_WRONG = Reason(
    "INDICATOR_STATE_WRONG",
    Kind.PRECONDITION,
    "{holder}{year}年的指标“{value}”现为“{state}”，不能办理“{step}”。",
)
VALUE_WRONG = Reason(
    "INDICATOR_VALUE_WRONG", Kind.INVALID, "指标“{value}”的数值不能为负，且最多保留{places}位小数。"
)
SAME_PERSON = Reason(
    "INDICATOR_SAME_PERSON", Kind.DENIED, "指标“{value}”的测算和决算须由不同的人办理，请由另一位经办人决算。"
)
OWN_MISSING = Reason(
    "INDICATOR_OWN_MISSING",
    Kind.PRECONDITION,
    "{holder}上一年度没有已决算的指标“{value}”，不能计算两年变化。请先决算上一年度。",
)
PEERS_MISSING = Reason(
    "INDICATOR_PEERS_MISSING",
    Kind.PRECONDITION,
    "同级同类测算{benchmark}中没有{holder}，不能提出指标“{value}”的建议。",
)


class Entry(NamedTuple):
    """An indicator of the catalogue: name, unit, which way is better, decimals."""

    code: str
    name: str
    unit: str
    better: str
    places: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step; the value is the target (issued, revised), the actual (measured, settled) or the proposal."""

    state: State
    value_micro: int
    document: str
    decision_no: str
    by: str
    outcome: str = ""
    worksheet: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of a holder for a year, with every step it has taken."""

    pool: str
    year: int
    holder: str
    code: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """The last step taken."""
        return self.steps[-1].state

    @property
    def target_micro(self) -> int:
        """The target in force."""
        return self._last(State.ISSUED, State.REVISED).value_micro

    @property
    def settled_micro(self) -> int | None:
        """The settled actual; ``None`` until it is."""
        return next((step.value_micro for step in self.steps if step.state is State.SETTLED), None)

    def _last(self, *states: State) -> Step:
        return next(step for step in reversed(self.steps) if step.state in states)


def catalogue(policy: Policy) -> dict[str, Entry]:
    """The indicators a place knows, by code.

    :raises Fault: POLICY_MISSING, INDICATOR_CATALOGUE_WRONG.
    """
    found = {}
    for row in policy.table(CATALOGUE_KEY):
        places = row.get("places", "")
        if row.get("better") not in BETTER or places not in {*"0123456"}:
            raise Fault(CATALOGUE_WRONG, field=CATALOGUE_KEY, value=row.get("code", ""), place=policy.place)
        found[row["code"]] = Entry(row["code"], row["name"], row["unit"], row["better"], int(places))
    return found


def entry(code: str, policy: Policy) -> Entry:
    """One indicator of the catalogue.

    :raises Fault: INDICATOR_UNKNOWN and those of :func:`catalogue`.
    """
    known = catalogue(policy)
    if code not in known:
        raise Fault(UNKNOWN, field="code", value=code, place=policy.place, known="、".join(known))
    return known[code]


def step(
    indicator: Indicator, state: State, value_micro: int, document: str, by: str, policy: Policy
) -> Step:
    """A revised target or a measured actual, checked.

    :raises Fault: INDICATOR_STATE_WRONG, INDICATOR_VALUE_WRONG, WATCH_TEXT_MISSING.
    """
    may(indicator, state)
    check_value(entry(indicator.code, policy), value_micro)
    return Step(state, value_micro, check_line("document", document), "", by)


def issue(known: Entry, value_micro: int, document: str, by: str) -> Step:
    """The target of a new indicator, checked.

    :raises Fault: INDICATOR_VALUE_WRONG, WATCH_TEXT_MISSING.
    """
    check_value(known, value_micro)
    return Step(State.ISSUED, value_micro, check_line("document", document), "", by)


def settle(indicator: Indicator, decision_no: str, by: str, policy: Policy) -> Step:
    """The measured actual made final by another person, and whether the target was met.

    :raises Fault: INDICATOR_STATE_WRONG, INDICATOR_SAME_PERSON, WATCH_TEXT_MISSING.
    """
    may(indicator, State.SETTLED)
    last = indicator.steps[-1]
    if by == last.by:
        raise Fault(SAME_PERSON, value=indicator.code)
    known = entry(indicator.code, policy)
    met = ""
    if known.better != "none":
        held = (
            last.value_micro <= indicator.target_micro
            if known.better == "lower"
            else last.value_micro >= indicator.target_micro
        )
        met = "met" if held else "missed"
    return Step(
        State.SETTLED, last.value_micro, last.document, check_line("decision_no", decision_no), by, met
    )


class Basis(NamedTuple):
    """What a proposal leans on: two settled years of the holder, and its peers' mean."""

    last_micro: int
    actual_micro: int
    peers: Fraction
    benchmark_id: str


class Proposal(NamedTuple):
    """A registered way to propose, and the keys it reads."""

    name: str
    propose: Callable[[Entry, Basis, Policy, Worksheet], int]
    params: tuple[str, ...]


METHODS: Registry[Proposal] = Registry(PROPOSAL_KEY)


def peer_and_own(known: Entry, basis: Basis, policy: Policy, sheet: Worksheet) -> int:
    """Peers' mean and the own figure carried on by its two-year change, weighted, within the growth cap.

    :raises Fault: POLICY_VALUE, POLICY_MISSING.
    """
    share, cap = fraction(policy, PEER_WEIGHT_KEY), fraction(policy, CAP_KEY)
    if share > 1:
        raise broken(policy, PEER_WEIGHT_KEY, policy.text(PEER_WEIGHT_KEY), "不能大于1")
    actual = Fraction(basis.actual_micro, MICRO)
    change = Fraction(basis.actual_micro, basis.last_micro) - 1 if basis.last_micro else Fraction(0)
    own = actual * (1 + change)
    blend = share * basis.peers + (1 - share) * own
    most = actual * (1 + cap)
    places = known.places
    wanted = _rounded(blend, places)
    scaled = most * _TENS[places]
    limit = scaled.numerator // scaled.denominator * _TENS[6 - places]
    value = min(wanted, limit)
    for key, name in ((PEER_WEIGHT_KEY, "weight"), (CAP_KEY, "growth_cap")):
        rule = policy.rule(key)
        sheet.rule(name, rule.label, policy.text(key), rule.unit, rule=rule)
    lines = (
        ("change", "两年变化", _rounded(change, 6), "ratio", "actual ÷ last − 1", ["actual", "last"],
         "half_up_6"),
        ("own", "按两年变化推算", _rounded(own, 6), known.unit, "actual × (1 + change)", ["actual", "change"],
         "half_up_6"),
        ("blend", "加权", wanted, known.unit, "weight × peers + (1 − weight) × own",
         ["weight", "peers", "own"], f"half_up_{places}"),
        ("most", "按增幅上限的最高值", limit, known.unit, "actual × (1 + growth_cap)",
         ["actual", "growth_cap"], f"down_{places}"),
    )  # fmt: skip
    for key, label, micro, unit, formula, inputs, rounding in lines:
        capped = policy.rule(CAP_KEY) if key == "most" else None
        sheet.line(key, label, plain(from_micro(micro)), unit, formula=formula, inputs=inputs,
                   rounding=rounding, rule=capped)  # fmt: skip
    return value


METHODS.add(Proposal("peer_and_own@1", peer_and_own, (PEER_WEIGHT_KEY, CAP_KEY)))


def propose(indicator: Indicator, basis: Basis, by: str, policy: Policy) -> Step:
    """The value proposed for the next year, with its worksheet.

    :raises Fault: INDICATOR_STATE_WRONG, METHOD_UNKNOWN, POLICY_MISSING and those of the method.
    """
    may(indicator, State.PROPOSED)
    known, method = entry(indicator.code, policy), METHODS.chosen(policy)
    sheet = Worksheet(f"{indicator.holder}{indicator.year + 1}年指标建议：{known.name}")
    sheet.given("last", f"{indicator.year - 1}年决算值", plain(from_micro(basis.last_micro)), known.unit)
    sheet.given("actual", f"{indicator.year}年决算值", plain(from_micro(basis.actual_micro)), known.unit)
    peers = f"同级同类水平（测算{basis.benchmark_id}）"
    sheet.given("peers", peers, plain(from_micro(_rounded(basis.peers, 6))), known.unit)
    value = method.propose(known, basis, policy, sheet)
    sheet.line(
        "proposed", f"{indicator.year + 1}年建议值", plain(from_micro(value)), known.unit,
        formula="min(blend, most)", inputs=["blend", "most"], rule=policy.rule(PROPOSAL_KEY),
    )  # fmt: skip
    return Step(State.PROPOSED, value, basis.benchmark_id, "", by, "", sheet.to_json())


def may(indicator: Indicator, state: State) -> None:
    """Whether the indicator may come to ``state`` now.

    :raises Fault: INDICATOR_STATE_WRONG.
    """
    if indicator.state not in _AFTER[state]:
        raise Fault(
            STATE_WRONG, field="code", value=indicator.code, holder=indicator.holder, year=indicator.year,
            state=STATE_NAMES[indicator.state], step=STATE_NAMES[state].removeprefix("已"),
        )  # fmt: skip


def check_value(known: Entry, value_micro: int) -> None:
    """A value must not be negative and no finer than the catalogue says.

    :raises Fault: INDICATOR_VALUE_WRONG.
    """
    if value_micro < 0 or value_micro % _TENS[6 - known.places]:
        raise Fault(VALUE_WRONG, field="value", value=known.name, places=known.places)


def control_total(heads: int, visits_per_head_micro: int, cost_per_visit_micro: int) -> int:
    """Heads × visits per head × cost per visit: millionths of a yuan, rounded to the fen."""
    exact = Fraction(heads * visits_per_head_micro * cost_per_visit_micro, MICRO * MICRO)
    return _rounded(exact, 2)


def _rounded(value: Fraction, places: int) -> int:
    """A fraction to ``places`` decimals, half up, in millionths."""
    scaled = value * _TENS[places]
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return (whole if scaled >= 0 else -whole) * _TENS[6 - places]
