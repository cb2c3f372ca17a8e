"""Opinions that say the same 意见归并: exact and explainable.

Two opinions are alike when they are on the same target and the pairs of characters they share are at least
a share of all pairs in either (Jaccard). Alikeness is carried on: opinions linked by a chain are one
cluster, named after its first opinion.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Voice:
    """One opinion: its number, what it is on, and its words."""

    opinion_id: str
    target_kind: str
    target: str
    text: str


def tokens(text: str, size: int) -> frozenset[str]:
    """Runs of ``size`` letters, digits and characters; width, case and punctuation do not matter."""
    plain = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(letter for letter in plain if letter.isalnum())
    if len(kept) <= size:
        return frozenset({kept} if kept else ())
    return frozenset(kept[place : place + size] for place in range(len(kept) - size + 1))


def likeness(left: frozenset[str], right: frozenset[str]) -> Fraction:
    """Shared tokens ÷ all tokens; 0 when there are none."""
    union = len(left | right)
    return Fraction(len(left & right), union) if union else Fraction(0)


def clusters(voices: Sequence[Voice], size: int, least: Fraction) -> dict[str, str]:
    """The first opinion of the cluster of every opinion.

    :param voices: in the order they came.
    :param least: from which likeness on two opinions are one.
    """
    lead = {voice.opinion_id: voice.opinion_id for voice in voices}
    order = {voice.opinion_id: place for place, voice in enumerate(voices)}

    def root(name: str) -> str:
        while lead[name] != name:
            lead[name] = lead[lead[name]]
            name = lead[name]
        return name

    by_target: dict[tuple[str, str], list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for voice in voices:
        said = tokens(voice.text, size)
        others = by_target[voice.target_kind, voice.target]
        for other, words in others:
            if likeness(said, words) >= least:
                first, second = sorted((root(other), root(voice.opinion_id)), key=order.__getitem__)
                lead[second] = first
        others.append((voice.opinion_id, said))
    return {voice.opinion_id: root(voice.opinion_id) for voice in voices}
