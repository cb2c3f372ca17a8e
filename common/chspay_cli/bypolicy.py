"""Each case by the scheme that policy names for its place on its discharge day; several schemes at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chspay_cli.schemefile import find_scheme
from chspay_core.artefact import POLICY_KEYS, ArtefactKind
from chspay_core.bundle import Bundle
from chspay_core.case import Status
from chspay_core.errors import Fault, Kind, Reason
from chspay_core.period import NOT_A_DAY
from chspay_core.policy_files import PLACE_UNKNOWN
from chspay_core.regions import NOT_A_REGION
from chspay_core.tables import ANSWER_COLUMNS, COLUMN_MISSING
from chspay_grouper.engine.answers import SENTENCES
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.columns import dates
from chspay_grouper.engine.given import READ, check_columns
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.scheme import Scheme
from chspay_policy import ROOT

SCHEME_NOT_GIVEN = Reason(
    "SCHEME_NOT_GIVEN",
    Kind.NOT_FOUND,
    "{place}的政策规定{on}起用方案“{value}”，它不是自带方案；请用 --scheme 给出它的导入文件夹。",
)
SCHEME_UNLIKE_POLICY = Reason(
    "SCHEME_UNLIKE_POLICY", Kind.PRECONDITION, "方案“{value}”的内容与政策库封存的摘要不同，请核对版本。"
)
CASE_WITHOUT_SCHEME = Reason(
    "CASE_WITHOUT_SCHEME", Kind.PRECONDITION, "病例{value}没有可用的分组方案：{problem}［{code}］"
)

SCHEME_KEY = POLICY_KEYS[ArtefactKind.SCHEME]
#: Output columns: which scheme grouped the row, and its SM3.
SCHEME_COLUMNS = ("scheme", "scheme_digest")
#: Why a row has no scheme; it is ``invalid``, and nobody groups it by a default.
NO_PLACE, NO_RULE = "PLACE_MISSING", "SCHEME_NOT_RULED"
REFUSALS = {
    NO_PLACE: "病例没有写明地区，不知道按哪里的政策分组。",
    PLACE_UNKNOWN.code: "地区不在政策库的地区表中。",
    NO_RULE: "该地区在出院日没有规定用哪个分组方案。",
    NOT_A_DAY.code: SENTENCES[NOT_A_DAY.code],
}
_EPOCH = date(1970, 1, 1)


class PlaceOf(StrEnum):
    """Whose policy chooses the scheme of a case."""

    TREATMENT = "treatment"
    INSURED = "insured"


_COLUMN = {PlaceOf.TREATMENT: "region_code", PlaceOf.INSURED: "insured_region"}
Make = Callable[[Scheme], BatchGrouper]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What policy says of a place and day: a scheme by its digest, or why there is none."""

    digest: str = ""
    reason: str = ""


class ByPolicy:
    """The schemes of one place, or of the places of the cases, loaded as cases ask for them.

    :param place: a region code for all cases, or which column of each case names its place.
    :param given: imported schemes that policy may name.
    :param make: compiles a scheme.
    :raises Fault: a single place that policy does not know.
    """

    def __init__(
        self, place: str, given: Iterable[Scheme], make: Make = lambda scheme: BatchGrouper(Grouper(scheme))
    ) -> None:
        self._of = PlaceOf(place) if place in set(PlaceOf) else None
        self._place = place
        self._given = list(given)
        self._make = make
        self._bundles: dict[str, Bundle | None] = {} if self._of else {place: Bundle.load(ROOT, place)}
        self._schemes: dict[str, Scheme] = {}
        self._groupers: dict[str, BatchGrouper] = {}
        self._chosen: dict[tuple[str, int], Chosen] = {}
        self.tally: Counter[tuple[str, str, str]] = Counter()

    def grouped(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with the scheme and the answer of each case, in the same order.

        A case whose place or discharge day is not known, or whose place names no scheme, is ``invalid``.

        :raises Fault: the single place asked for never names a scheme, or one named is not at hand.
        """
        rows, choices = self._choices(batch)
        found = {name: np.full(len(rows), "", dtype=object) for name in (*ANSWER_COLUMNS, *SCHEME_COLUMNS)}
        needed = batch.select([name for name in READ if name in batch.schema.names])
        for number, choice in enumerate(choices):
            at = np.flatnonzero(rows == number)
            if choice.reason:
                found["status"][at], found["reason"][at] = Status.INVALID.value, choice.reason
                continue
            grouper = self._groupers[choice.digest]
            for name, column in grouper.columns(grouper.numbers(needed.take(pa.array(at)))).items():
                found[name][at] = column.to_pylist()
            found["scheme"][at] = self._schemes[choice.digest].scheme_id
            found["scheme_digest"][at] = choice.digest
        told = (found[name].tolist() for name in ("scheme", "status", "reason"))
        self.tally.update(zip(*told, strict=True))
        kept = batch.select([name for name in batch.schema.names if name not in found])
        columns = {name: pa.array(values, pa.string()) for name, values in found.items()}
        fields = [*kept.schema, *(pa.field(name, pa.string()) for name in columns)]
        return pa.RecordBatch.from_arrays([*kept.columns, *columns.values()], schema=pa.schema(fields))

    def scheme_of(self, batch: pa.RecordBatch, case_id: str) -> Scheme:
        """The scheme of the only case of a batch.

        :raises Fault: CASE_WITHOUT_SCHEME.
        """
        _, (choice, *_) = self._choices(batch)
        if choice.reason:
            problem = REFUSALS[choice.reason]
            raise Fault(CASE_WITHOUT_SCHEME, value=case_id, problem=problem, code=choice.reason)
        return self._schemes[choice.digest]

    def _choices(self, batch: pa.RecordBatch) -> tuple[np.ndarray, list[Chosen]]:
        """Per row the number of its choice, and the choices."""
        check_columns(batch.schema)
        days = dates(batch, "discharge_date")
        numbers = np.array([-1 if day is None else day for day in days.values.to_pylist()], dtype=np.int64)
        numbers[days.bad] = -1
        places, which = self._places(batch)
        pairs = np.stack([which, numbers], axis=1)
        distinct, rows = np.unique(pairs, axis=0, return_inverse=True)
        choices = [self._choice(places[at], day) for at, day in distinct.tolist()]
        return rows.reshape(-1), choices

    def _places(self, batch: pa.RecordBatch) -> tuple[list[str], np.ndarray]:
        """The places of a batch, and per row which one is its own."""
        if self._of is None:
            return [self._place], np.zeros(batch.num_rows, dtype=np.int64)
        name = _COLUMN[self._of]
        if name not in batch.schema.names:
            raise Fault(COLUMN_MISSING, field=name)
        texts = pc.utf8_trim_whitespace(pc.fill_null(batch.column(name).cast(pa.string()), ""))
        encoded = texts.dictionary_encode()
        return encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int64)

    def _choice(self, place: str, day: int) -> Chosen:
        found = self._chosen.get((place, day))
        if found is None:
            found = self._chosen[place, day] = self._decide(place, day)
        return found

    def _decide(self, place: str, day: int) -> Chosen:
        if day < 0:
            return Chosen(reason=NOT_A_DAY.code)
        if not place:
            return Chosen(reason=NO_PLACE)
        bundle = self._bundle(place)
        if bundle is None:
            return Chosen(reason=PLACE_UNKNOWN.code)
        policy = bundle.on(_EPOCH + timedelta(days=day))
        spoken = any(rule.key == SCHEME_KEY for rule in bundle.rules)
        if not policy.has(SCHEME_KEY) and (self._of or spoken):
            return Chosen(reason=NO_RULE)
        name = policy.text(SCHEME_KEY)
        scheme = self._find(name, policy.scheme_digest(name), policy.on, place)
        if scheme.digest not in self._schemes:
            self._schemes[scheme.digest], self._groupers[scheme.digest] = scheme, self._make(scheme)
        return Chosen(digest=scheme.digest)

    def _bundle(self, place: str) -> Bundle | None:
        """The policy of a place; ``None`` for one that is not in the table of regions."""
        if place not in self._bundles:
            try:
                self._bundles[place] = Bundle.load(ROOT, place)
            except Fault as fault:
                if fault.reason not in {PLACE_UNKNOWN, NOT_A_REGION}:
                    raise
                self._bundles[place] = None
        return self._bundles[place]

    def _find(self, name: str, sealed: str, day: date, place: str) -> Scheme:
        """The scheme policy names: of several versions given the one with the sealed digest."""
        scheme_id = name.partition("@")[0]
        given = [scheme for scheme in self._given if scheme.scheme_id == scheme_id]
        found = next((scheme for scheme in given if sealed in {"", scheme.digest}), None)
        if found is None and given:
            raise Fault(SCHEME_UNLIKE_POLICY, field=SCHEME_KEY, value=name)
        if found is None:
            found = _shipped(scheme_id, day, place)
        if sealed and sealed != found.digest:
            raise Fault(SCHEME_UNLIKE_POLICY, field=SCHEME_KEY, value=name)
        return found


def _shipped(name: str, day: date, place: str) -> Scheme:
    try:
        return find_scheme(name)[0]
    except Fault as fault:
        raise Fault(SCHEME_NOT_GIVEN, field="--scheme", value=name, on=day, place=place) from fault
