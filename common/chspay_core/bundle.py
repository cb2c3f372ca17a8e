"""Sealed policy bundles: one place's whole chain of rules, content-addressed.

Two clocks: ``since`` says when a rule applies; the digest says what we knew. The content is canonical
JSON and covers exactly one place's chain (county, city, province, nation), the documents it cites and
the digests of the schemes, DIP catalogues and weight tables it names, so an edit elsewhere changes
nothing here. A bundle parsed from its bytes answers exactly as the one that was loaded from the folders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from chspay_core.artefact import POLICY_KEYS
from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import parse_day
from chspay_core.policy import EVIDENCE, Document, Policy, Row, Rule, Value, canonical_json, plain_value
from chspay_core.regions import chain as place_chain

FORMAT = "chspay-policy/1"
MAX_BUNDLE_BYTES = 16_000_000
#: Keys whose values are sealed with a digest.
_NAMING = frozenset(POLICY_KEYS.values())

BUNDLE_BROKEN = Reason(
    "POLICY_BUNDLE_BROKEN", Kind.INVALID, "政策包内容不完整或被改动过（{value}），请按摘要重新获取。"
)
OVERLAP = Reason(
    "POLICY_OVERLAP",
    Kind.INVALID,
    "{place}的“{field}”在{value}这一天有两个值：{first}（依据{first_cite}）与{second}（依据{second_cite}）。"
    "请调整生效日期（since）或截止日期（until）。",
)
DATES = Reason(
    "POLICY_DATES", Kind.INVALID, "{place}的“{field}”：截止日期{value}早于生效日期{since}，请更正。"
)


@dataclass(frozen=True, eq=False)
class Bundle:
    """The sealed rules of one place. Equal when the digests are equal."""

    place: str
    names: Mapping[str, str]
    rules: tuple[Rule, ...]
    documents: Mapping[str, Document]
    schemes: Mapping[str, str]
    content: bytes = field(repr=False)
    digest: str

    @classmethod
    def load(cls, root: Path, place: str) -> Bundle:
        """Seals the chain of ``place`` from a policy folder, with the digests of the schemes it names.

        :raises Fault: ``POLICY_*`` naming file, key and line.
        """
        from chspay_core.policy_files import load_chain

        return load_chain(root, place)

    @classmethod
    def seal(
        cls,
        place: str,
        names: Mapping[str, str],
        rules: Iterable[Rule],
        documents: Mapping[str, Document],
        scheme_digests: Mapping[str, str] | None = None,
    ) -> Bundle:
        """Seals given rules; those of places outside the chain are left out.

        :raises Fault: ``POLICY_OVERLAP``, ``POLICY_DATES``.
        """
        chain = place_chain(place)
        kept = sorted(
            (rule for rule in rules if rule.place in chain),
            key=lambda rule: (rule.key, chain.index(rule.place), rule.since),
        )
        check_dates(kept)
        cited = {rule.cite.partition("#")[0] for rule in kept}
        named = {rule.value for rule in kept if rule.key in _NAMING}
        held = {code: names[code] for code in chain if code in names}
        docs = {name: documents[name] for name in sorted(cited)}
        schemes = {name: sm3 for name, sm3 in sorted((scheme_digests or {}).items()) if name in named}
        content = canonical_json(
            {
                "format": FORMAT,
                "place": place,
                "names": held,
                "documents": {name: _document_json(document) for name, document in docs.items()},
                "schemes": schemes,
                "rules": [_rule_json(rule) for rule in kept],
            }
        )
        return cls(
            place,
            MappingProxyType(held),
            tuple(kept),
            MappingProxyType(docs),
            MappingProxyType(schemes),
            content,
            sm3_hex(content),
        )

    @classmethod
    def parse(cls, content: bytes, digest: str = "") -> Bundle:
        """The bundle in ``content``; the bytes must be canonical, so digest and answers are the same.

        :param digest: the SM3 the content was asked for by; another content is refused.
        :raises Fault: ``POLICY_BUNDLE_BROKEN``.
        """
        if len(content) > MAX_BUNDLE_BYTES:
            raise Fault(BUNDLE_BROKEN, value="超过大小上限")
        try:
            data = json.loads(content, parse_float=_no_number, parse_int=_no_number)
            bundle = cls.seal(
                data["place"],
                _texts(data["names"]),
                [_rule_of(item) for item in data["rules"]],
                {name: _document_of(name, item) for name, item in data["documents"].items()},
                _texts(data["schemes"]),
            )
        except Fault as fault:
            raise Fault(BUNDLE_BROKEN, value=fault.reason.code) from fault
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Fault(BUNDLE_BROKEN, value=type(error).__name__) from error
        if bundle.content != content:
            raise Fault(BUNDLE_BROKEN, value="不是规范格式")
        if digest and bundle.digest != digest:
            raise Fault(BUNDLE_BROKEN, value="摘要不符")
        return bundle

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bundle) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def chain(self) -> tuple[str, ...]:
        """Nearest first: county, city, province, nation."""
        return tuple(place_chain(self.place))

    @cached_property
    def _spoken(self) -> dict[str, list[list[Rule]]]:
        """By key: one list per place that ever speaks, nearest place first, newest rule first."""
        places: dict[str, dict[str, list[Rule]]] = {}
        for rule in reversed(self.rules):
            places.setdefault(rule.key, {}).setdefault(rule.place, []).append(rule)
        return {key: list(reversed(by_place.values())) for key, by_place in places.items()}

    def to_json(self, rule: Rule) -> dict[str, object]:
        """A rule of this bundle as it stands in the content."""
        return _rule_json(rule)

    def on(self, day: date) -> Policy:
        """What holds on ``day``: for each key the nearest place that has spoken by then.

        Within a place the newest rule that has begun decides; when it has ended, the place is silent.
        """
        found: dict[str, Rule] = {}
        for key, places in self._spoken.items():
            for rules in places:
                begun = next((rule for rule in rules if rule.since <= day), None)
                if begun is not None and begun.covers(day):
                    found[key] = begun
                    break
        return Policy(
            place=self.place,
            place_name=self.names.get(self.place, ""),
            on=day,
            digest=self.digest,
            rules=found,
            documents=self.documents,
            schemes=self.schemes,
        )


def check_dates(rules: Iterable[Rule]) -> None:
    """Refuses two values of one key on one day in one place, and dates that run backwards."""
    last: dict[tuple[str, str], Rule] = {}
    for rule in sorted(rules, key=lambda rule: (rule.key, rule.place, rule.since)):
        if rule.until is not None and rule.until < rule.since:
            raise Fault(DATES, field=rule.key, value=rule.until, place=rule.place, since=rule.since)
        before = last.get((rule.key, rule.place))
        if before is not None:
            ends = before.until
            if before.since == rule.since or (ends is not None and ends >= rule.since):
                raise two_values(before, rule)
        last[rule.key, rule.place] = rule


def two_values(first: Rule, second: Rule) -> Fault:
    """The refusal of two values of one key on one day, naming place, key, day and both documents."""
    return Fault(
        OVERLAP,
        field=second.key,
        value=max(first.since, second.since),
        place=second.place,
        first=first.value_json,
        first_cite=first.cite,
        second=second.value_json,
        second_cite=second.cite,
    )


def _no_number(text: str) -> object:
    raise ValueError(f"a number in a bundle: {text}")


def _rule_json(rule: Rule) -> dict[str, object]:
    data: dict[str, object] = {
        "key": rule.key,
        "label": rule.label,
        "unit": rule.unit,
        "since": rule.since.isoformat(),
        "value": plain_value(rule.value),
        "cite": rule.cite,
        "evidence": rule.evidence,
        "place": rule.place,
    }
    if rule.until is not None:
        data["until"] = rule.until.isoformat()
    return data


def _rule_of(data: Mapping[str, object]) -> Rule:
    texts = {
        name: _text(data[name]) for name in ("key", "label", "unit", "cite", "evidence", "place", "since")
    }
    if texts["evidence"] not in EVIDENCE:
        raise ValueError("evidence")
    until = parse_day(_text(data["until"]), "until") if "until" in data else None
    since = parse_day(texts.pop("since"), "since")
    return Rule(**texts, since=since, until=until, value=value_of(data["value"]))


def value_of(data: object) -> Value:
    """A policy value from a text, a list of texts or a list of rows.

    :raises ValueError: anything else, such as a number or deeper nesting.
    """
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        return tuple(_row(item) if isinstance(item, dict) else _text(item) for item in data)
    raise ValueError("not a policy value")


def _row(data: Mapping[object, object]) -> Row:
    return Row(_texts(data))


def _texts(data: Mapping[object, object]) -> dict[str, str]:
    return {_text(name): _text(cell) for name, cell in data.items()}


def _text(data: object) -> str:
    if not isinstance(data, str):
        raise ValueError("not a text")
    return data


def _document_json(document: Document) -> dict[str, object]:
    return {
        "title": document.title,
        "number": document.number,
        "issuer": document.issuer,
        "issued": document.issued,
        "standing": document.standing,
    }


def _document_of(name: str, data: Mapping[str, object]) -> Document:
    return Document(
        id=name,
        title=_text(data["title"]),
        number=_text(data["number"]),
        issuer=_text(data["issuer"]),
        issued=_text(data["issued"]),
        standing=_text(data["standing"]),
    )
