"""How many of an institution's lists are looked at 抽查: by its share of anomalous lists, exactly.

The rate of a period is a fraction of counted lists; a table of the policy turns it into a share, and whoever
passes the threshold is put on the warning list 警示名单, where a share of its own holds at least. Which lists
are drawn is a plain function of list and period: anybody who knows both can draw again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from chspay_core.amounts import decimal_text
from chspay_core.digest import sm3_bytes, sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.method_registry import Registry
from chspay_core.policy import Policy
from chspay_core.worksheet import Worksheet

SHARES = "sampling.shares"
WARNING_RATE, WARNING_LISTS, WARNING_SHARE = (
    "sampling.warning_above", "sampling.warning_lists_min", "sampling.warning_share",
)  # fmt: skip
SAMPLING_TABLE_BAD = Reason(
    "SAMPLING_TABLE_BAD",
    Kind.PRECONDITION,
    "抽查比例表“{field}”应由0起、逐行升高，各比例在0与1之间；“{value}”不合要求，请更正政策文件。",
)
#: Draws are whole numbers below this.
DRAWS = 2**64
_DRAW_BYTES = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """Counts of an institution's checked lists; they add."""

    lists: int
    #: With an error.
    errors: int
    #: With an error or a warning.
    findings: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """What counts as an anomalous list."""

    name: str
    label: str
    count: Callable[[Checked], int]


ANOMALY = Registry[Anomaly]("sampling.anomaly")
ANOMALY.add(Anomaly("lists_with_errors@1", "有错误的清单", lambda counted: counted.errors))
ANOMALY.add(Anomaly("lists_with_findings@1", "有错误或提示的清单", lambda counted: counted.findings))


@dataclass(frozen=True, slots=True)
class ShareMethod:
    """How a rate becomes a share of lists to be looked at."""

    name: str
    of: Callable[[Fraction, Policy], Fraction]


def _by_table(rate: Fraction, policy: Policy) -> Fraction:
    """The last row of the table that the rate reaches."""
    found, before = Fraction(0), Fraction(-1)
    for number, row in enumerate(policy.table(SHARES)):
        reached = Fraction(decimal_text(row["from"], SHARES))
        share = Fraction(decimal_text(row["share"], SHARES))
        if reached <= before or (not number and reached) or not 0 <= share <= 1:
            raise Fault(SAMPLING_TABLE_BAD, field=SHARES, value=f"{row['from']}：{row['share']}")
        before = reached
        if rate >= reached:
            found = share
    return found


SHARE = Registry[ShareMethod]("sampling.method")
SHARE.add(ShareMethod("table_by_rate@1", _by_table))


@dataclass(frozen=True, slots=True)
class Sampling:
    """What an institution's checked lists lead to in a period."""

    counted: Checked
    anomalous: int
    rate: Fraction
    share: Fraction
    #: On the warning list.
    warned: bool
    sheet: Worksheet


def sampling_of(counted: Checked, policy: Policy, title: str) -> Sampling:
    """Rate, share and warning of an institution with at least one checked list.

    :raises Fault: POLICY_MISSING, METHOD_UNKNOWN, SAMPLING_TABLE_BAD.
    """
    anomaly, method = ANOMALY.chosen(policy), SHARE.chosen(policy)
    anomalous = anomaly.count(counted)
    rate = Fraction(anomalous, counted.lists)
    share = method.of(rate, policy)
    limit, least = Fraction(policy.decimal(WARNING_RATE)), policy.integer(WARNING_LISTS)
    warned = rate > limit and counted.lists >= least
    sheet = Worksheet(title)
    sheet.given("lists", "已质控清单", counted.lists, "份")
    sheet.line(
        "anomalous", anomaly.label, anomalous, "份", formula=f"已质控清单中{anomaly.label}的份数",
        inputs=["lists"], rule=policy.rule(ANOMALY.key),
    )  # fmt: skip
    sheet.line(
        "rate", "异常率", str(rate), "份额", formula="异常 ÷ 已质控清单", inputs=["anomalous", "lists"]
    )
    sheet.line(
        "by_rate", "按异常率的抽查比例", str(share), "份额", formula="分档表中异常率达到的最高一档",
        inputs=["rate"], rule=policy.rule(SHARES),
    )  # fmt: skip
    for key, label, value, unit in (
        (WARNING_RATE, "警示的异常率（高于）", str(limit), "份额"),
        (WARNING_LISTS, "警示的清单数（不少于）", str(least), "份"),
    ):
        sheet.rule(key, label, value, unit, rule=policy.rule(key))
    sheet.line(
        "warned", "列入警示名单", "是" if warned else "否", "", formula="异常率与清单数都达到",
        inputs=["rate", "lists", WARNING_RATE, WARNING_LISTS],
    )  # fmt: skip
    inputs = ["by_rate", "warned"]
    if warned:
        floor = _share_of(policy)
        sheet.rule(
            WARNING_SHARE, "警示机构的抽查比例（至少）", str(floor), "份额", rule=policy.rule(WARNING_SHARE)
        )
        inputs.append(WARNING_SHARE)
        share = max(share, floor)
    sheet.line(
        "share", "抽查比例", str(share), "份额", formula="按异常率与警示机构两个比例中较高的", inputs=inputs
    )
    return Sampling(counted, anomalous, rate, share, warned, sheet)


def _share_of(policy: Policy) -> Fraction:
    share = Fraction(policy.decimal(WARNING_SHARE))
    if not 0 <= share <= 1:
        raise Fault(SAMPLING_TABLE_BAD, field=WARNING_SHARE, value=str(share))
    return share


def draw_of(period: str, list_id: str) -> int:
    """The draw of a list: the first 64 bits of SM3 over ``period``, a line feed and ``list_id`` in UTF-8."""
    return int.from_bytes(sm3_bytes(f"{period}\n{list_id}".encode())[:_DRAW_BYTES], "big")


def is_drawn(draw: int, share: Fraction) -> bool:
    """Whether a draw falls under a share: below that part of all draws, so a larger share draws more."""
    return draw * share.denominator < share.numerator * DRAWS


def drawn(period: str, list_ids: Iterable[str], share: Fraction) -> list[tuple[str, int]]:
    """The lists that are looked at with their draws, by number of list."""
    draws = ((list_id, draw_of(period, list_id)) for list_id in sorted(list_ids))
    return [(list_id, draw) for list_id, draw in draws if is_drawn(draw, share)]


def digest_of(list_ids: Iterable[str]) -> str:
    """SM3 over numbers of lists in order, each ended by a line feed: two samples are the same or not."""
    return sm3_hex("".join(f"{list_id}\n" for list_id in sorted(list_ids)).encode())
