"""The rules in force for a place on a day.

An engine gets a :class:`Policy` and reads figures and method names from it; it never reads a file.
What it has read is remembered (:attr:`Policy.used`), so that a statement can say which documents it
rests on and how good the evidence is. A value nobody has set is a fault, never a default.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from chspay_core.amounts import decimal_text
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason

#: Best first: read in an issued document; known but not checked against one; written for trial only.
EVIDENCE: Final = ("official", "unverified", "demo")

POLICY_MISSING = Reason(
    "POLICY_MISSING",
    Kind.PRECONDITION,
    "{place}在{on}没有“{field}”的规定，不能继续计算。请补充有依据的规则，系统不会使用默认值。",
)
POLICY_TYPE = Reason(
    "POLICY_TYPE", Kind.PRECONDITION, "{place}的“{field}”应为{wanted}，现为“{value}”，请更正政策文件。"
)


class Row(Mapping[str, str]):
    """One row of a policy table: column to text, immutable and hashable."""

    __slots__ = ("_cells",)

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = dict(sorted(cells.items()))

    def __getitem__(self, column: str) -> str:
        return self._cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def __hash__(self) -> int:
        return hash(tuple(self._cells.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self._cells == other._cells

    def __repr__(self) -> str:
        return f"Row({self._cells!r})"


#: Text, a list of texts, or a table of rows. Never a number: figures are text until used.
Value = str | tuple[str | Row, ...]


def plain_value(value: Value) -> object:
    """``value`` as text, list and dict, for JSON."""
    if isinstance(value, str):
        return value
    return [item if isinstance(item, str) else dict(item) for item in value]


def _plain(values: Mapping[str, Value]) -> dict[str, object]:
    return {key: plain_value(value) for key, value in values.items()}


def canonical_json(content: object) -> bytes:
    """One spelling of a structure of text, list and dict: sorted keys, no blanks, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Document:
    """A document that rules cite.

    ``standing``: ``issued`` (in force or once in force), ``draft`` (published for comment), ``notes``
    (our notes, not checked against an issued text) or ``demo``. ``effective`` is its first day in force,
    ``repealed`` the first day it no longer is; ``based_on`` names the documents it rests on.
    """

    id: str
    title: str
    number: str
    issuer: str
    issued: str
    standing: str
    articles: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    effective: str = ""
    repealed: str = ""
    based_on: tuple[str, ...] = ()


#: What a value cites that was only tried.
TRIED: Final = Document("tried", "本次试算另行指定", "", "", "", "demo")


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated value of one key, with the document and article that set it.

    In force from ``since``; through ``until`` (that day included) when it is given, otherwise until a
    later rule of the same place takes its place.
    """

    key: str
    label: str
    unit: str
    since: date
    value: Value
    cite: str
    evidence: str
    place: str
    until: date | None = None

    @property
    def value_json(self) -> str:
        """The value as canonical JSON; numbers are written as text."""
        return canonical_json(plain_value(self.value)).decode()

    def covers(self, day: date) -> bool:
        """Whether the rule's own dates include ``day``."""
        return self.since <= day and (self.until is None or day <= self.until)


class Policy:
    """What holds in ``place`` on ``on``; made by ``Bundle.on``. Equal when bundle and day are equal.

    Make one per calculation: :attr:`used` grows as the rules are read.
    """

    __slots__ = ("_asked", "_documents", "_rules", "_schemes", "_used", "digest", "on", "place", "place_name")

    def __init__(
        self,
        *,
        place: str,
        place_name: str,
        on: date,
        digest: str,
        rules: Mapping[str, Rule],
        documents: Mapping[str, Document],
        schemes: Mapping[str, str],
    ) -> None:
        self.place = place
        self.place_name = place_name
        self.on = on
        self.digest = digest
        self._rules = rules
        self._documents = documents
        self._schemes = schemes
        self._used: dict[str, Rule] = {}
        self._asked: set[str] = set()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and (self.digest, self.on) == (other.digest, other.on)

    def __hash__(self) -> int:
        return hash((self.digest, self.on))

    def has(self, key: str) -> bool:
        """Whether any place of the chain has spoken on ``key`` by this day."""
        self._asked.add(key)
        return key in self._rules

    def rule(self, key: str) -> Rule:
        """The rule in force.

        :raises Fault: ``POLICY_MISSING`` naming key, place and day.
        """
        rule = self._rules.get(key)
        self._asked.add(key)
        if rule is None:
            raise Fault(POLICY_MISSING, field=key, place=self._named(self.place), on=self.on)
        self._used[key] = rule
        return rule

    def text(self, key: str) -> str:
        """A text, a choice or a method name such as ``linear_add@1``."""
        value = self.rule(key).value
        if not isinstance(value, str):
            raise self._type(key, "一个文本")
        return value

    def decimal(self, key: str) -> Decimal:
        """A number, exact as written."""
        return decimal_text(self.text(key), key)

    def integer(self, key: str) -> int:
        """A whole number; ``3.0`` is refused."""
        number = self.decimal(key)
        if number.as_tuple().exponent != 0:
            raise self._type(key, "整数")
        return int(number)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.rule(key).value
        if isinstance(value, tuple):
            found = tuple(item for item in value if isinstance(item, str))
            if len(found) == len(value):
                return found
        raise self._type(key, "一列文本")

    def table(self, key: str) -> list[dict[str, str]]:
        """A table: one dict of text per row, in the order of the document."""
        value = self.rule(key).value
        if isinstance(value, tuple):
            found = [dict(item) for item in value if isinstance(item, Row)]
            if len(found) == len(value):
                return found
        raise self._type(key, "一张表")

    @property
    def used(self) -> frozenset[Rule]:
        """The rules read so far."""
        return frozenset(self._used.values())

    @property
    def asked(self) -> frozenset[str]:
        """The keys looked at so far, whether or not anybody has spoken on them.

        A result made with this policy stays the same under any policy that answers alike for these keys.
        """
        return frozenset(self._asked)

    def rules(self) -> list[Rule]:
        """All rules in force, by key; reading them here does not count as use."""
        return [self._rules[key] for key in sorted(self._rules)]

    def weakest_evidence(self) -> str:
        """The weakest evidence among the rules read (among all in force, when none was read yet)."""
        return weakest(rule.evidence for rule in self._used.values() or self._rules.values())

    def tried(self, values: Mapping[str, Value]) -> Policy:
        """The same policy with other values for some keys, to compare what they would do.

        Such a rule cites nothing but the trial and is marked ``demo``; the digest is another one, so that
        nothing made with it is taken for the policy.

        :raises Fault: ``POLICY_TYPE`` for a text where the policy has a list or a table, or the reverse.
        """
        rules = dict(self._rules)
        for key, value in values.items():
            old = self._rules.get(key)
            if old is not None and isinstance(old.value, str) is not isinstance(value, str):
                wanted = "一个文本" if isinstance(old.value, str) else "一个列表或表"
                raise self._type(key, f"{wanted}，试用时不能换成另一种")
            label, unit = (old.label, old.unit) if old is not None else (key, "text")
            rules[key] = Rule(key, label, unit, self.on, value, TRIED.id, "demo", self.place)
        return Policy(
            place=self.place,
            place_name=self.place_name,
            on=self.on,
            digest=sm3_hex(canonical_json([self.digest, self.on.isoformat(), _plain(values)])),
            rules=rules,
            documents={**self._documents, TRIED.id: TRIED},
            schemes=self._schemes,
        )

    def scheme_digest(self, scheme: str) -> str:
        """SM3 of the scheme, catalogue or weight table of this name as the bundle sealed it; else empty."""
        return self._schemes.get(scheme, "")

    def document(self, rule: Rule) -> Document:
        """The document a rule of this policy cites."""
        return self._documents[rule.cite.partition("#")[0]]

    def citation(self, rule: Rule) -> str:
        """The citation in words: 《标题》（文号）条款."""
        document = self.document(rule)
        number = f"（{document.number}）" if document.number else ""
        return f"《{document.title}》{number}{rule.cite.partition('#')[2]}"

    def _named(self, place: str) -> str:
        return f"{self.place_name}（{place}）" if self.place_name else place

    def _type(self, key: str, wanted: str) -> Fault:
        rule = self._rules[key]
        return Fault(
            POLICY_TYPE, field=key, value=rule.value_json, place=self._named(rule.place), wanted=wanted
        )


def weakest(evidence: Iterable[str]) -> str:
    """The weakest of several evidence marks; ``official`` when there is none."""
    return max(evidence, key=EVIDENCE.index, default="official")
