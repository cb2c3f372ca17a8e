"""A complete policy of capitation for tests, in which any rule can be replaced; and rosters to hold it to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from chspay_capitation.engine.catchment import Catchment, Entry
from chspay_capitation.engine.roster import ROSTER_SCHEMA, Spell
from chspay_core.bundle import Bundle, value_of
from chspay_core.policy import Document, Policy, Rule

PLACE = "990100"
ON = date(2026, 1, 1)
ORDER = [
    {"person_type": "*", "by": "signed"},
    {"person_type": "resident", "by": "region"},
    {"person_type": "flexible", "by": "region"},
    {"person_type": "student", "by": "university"},
    {"person_type": "employee", "by": "employer"},
    {"person_type": "*", "by": "rest"},
]
BASE: dict[str, object] = {
    "capitation.order": ORDER,
    "capitation.unsigned_by": "household",
    "capitation.tie": "least_code@1",
    "capitation.rest_community": "C9",
    "capitation.risk": "age_sex_times_greatest@1",
    "capitation.risk_age": [
        {"from_age": "0", "sex": "", "factor": "1.2"},
        {"from_age": "7", "sex": "", "factor": "0.6"},
        {"from_age": "18", "sex": "1", "factor": "0.8"},
        {"from_age": "18", "sex": "2", "factor": "0.95"},
        {"from_age": "60", "sex": "", "factor": "1.8"},
    ],
    "capitation.risk_chronic": [
        {"condition": "E11", "factor": "1.5"},
        {"condition": "I10", "factor": "1.3"},
    ],
    "capitation.budget": "given@1",
    "capitation.settlement": "shared_by_quota@1",
    "capitation.keep": "0.85",
    "capitation.bear": "0.85",
    "capitation.assessment": "none@1",
    "capitation.chronic": "none@1",
    "capitation.apg_scale": "100",
    "capitation.apg_places": "4",
    "benefit.level_catalogue": [
        {"level": "1", "code": "J06", "name": "急性上呼吸道感染"},
        {"level": "2", "code": "K35", "name": "急性阑尾炎"},
    ],
    "benefit.referral_reasons": [{"reason": "critical", "name": "病情危重"}],
    "benefit.referral_days": "30",
    "benefit.deductible": [
        {"level": "1", "yuan": "300"},
        {"level": "2", "yuan": "600"},
        {"level": "3", "yuan": "1200"},
    ],
    "benefit.ratio": [
        {"level": "1", "member": "yes", "ratio": "0.90"},
        {"level": "1", "member": "", "ratio": "0.85"},
        {"level": "2", "member": "", "ratio": "0.80"},
        {"level": "3", "member": "", "ratio": "0.70"},
    ],
    "benefit.link_days": "3",
    "benefit.unreferred_form": "first_self_pay@1",
    "benefit.unreferred_share": "0.10",
    "benefit.unreferred_share_min": "0.10",
    "benefit.emergency_exempt": "yes",
}


def policy_of(
    changes: Mapping[str, object] | None = None, *, on: date = ON, without: tuple[str, ...] = ()
) -> Policy:
    """The policy above with some rules replaced or left out."""
    values = {key: value for key, value in {**BASE, **(changes or {})}.items() if key not in without}
    rules = [
        Rule(
            key=key, label=key, unit="text", since=date(2020, 1, 1), value=value_of(value),
            cite="test#第一条", evidence="demo", place=PLACE,
        )
        for key, value in values.items()
    ]  # fmt: skip
    document = Document("test", "测试办法", "测〔2020〕1号", "测试", "2020-01-01", "demo")
    return Bundle.seal(PLACE, {PLACE: "演示市"}, rules, {"test": document}).on(on)


def key_of(name: object) -> str:
    """A person key for a name."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def spell(name: object = "p", **changes: object) -> Spell:
    """A resident of the first county, all year, with some facts replaced."""
    facts: dict[str, object] = {
        "person_key": key_of(name), "region_code": "990101", "person_type": "resident",
        "insurance_type": "390", "signed_institution": "", "household_region": "990101",
        "residence_region": "990102", "university": "", "employer": "", "birth_date": date(1980, 5, 1),
        "sex": "1", "chronic_conditions": "", "valid_from": date(2020, 1, 1), "valid_to": None,
    }  # fmt: skip
    return Spell(**{**facts, **changes})  # type: ignore[arg-type]


def batch_of(spells: list[Spell]) -> pa.RecordBatch:
    """Rows of a roster as a batch."""
    columns = zip(*spells, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(values, ROSTER_SCHEMA.field(name).type)
            for name, values in zip(Spell._fields, columns, strict=True)
        ],
        names=list(Spell._fields),
    ).select(ROSTER_SCHEMA.names)


DAY = date(2020, 1, 1)
CATCHMENT = (
    Entry("institution", "H1", "C1", DAY, None),
    Entry("institution", "H2", "C2", DAY, date(2026, 7, 1)),
    Entry("institution", "H2", "C3", date(2026, 7, 1), None),
    Entry("region", "990101", "C1", DAY, None),
    Entry("region", "990102", "C2", DAY, None),
    Entry("region", "990102", "C3", DAY, None),
    Entry("region", "990102003", "C3", DAY, None),
    Entry("university", "U1", "C2", DAY, None),
    Entry("employer", "E1", "C1", DAY, None),
    Entry("employer", "E2", "C2", DAY, date(2026, 3, 1)),
)


def catchment() -> Catchment:
    """Three communities; one institution and one employer change during 2026."""
    return Catchment(CATCHMENT)


def random_roster(count: int, seed: int = 1, *, year: int = 2026) -> pa.RecordBatch:
    """A roster in which every branch of the order occurs; nobody appears twice."""
    chance = np.random.default_rng(seed)

    def drawn(values: list[str], odds: list[float]) -> pa.Array:
        indices = chance.choice(len(values), count, p=odds).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(indices), pa.array(values)).dictionary_decode()

    def days(first: date, width: int) -> np.ndarray:
        return (first.toordinal() - date(1970, 1, 1).toordinal() + chance.integers(0, width, count)).astype(
            np.int32
        )

    raw = chance.integers(0, 256, (count, 32), dtype=np.uint8)
    letters = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.empty((count, 64), np.uint8)
    text[:, 0::2], text[:, 1::2] = letters[raw >> 4], letters[raw & 15]
    offsets = pa.py_buffer((np.arange(count + 1, dtype=np.int32) * 64).tobytes())
    keys = pa.Array.from_buffers(pa.string(), count, [None, offsets, pa.py_buffer(text.tobytes())])
    moved = chance.random(count) < 0.1
    since = np.where(moved, days(date(year, 1, 1), 300), days(date(2015, 1, 1), 3000)).astype(np.int32)
    until = np.where(chance.random(count) < 0.05, since + chance.integers(1, 400, count), 0).astype(np.int32)
    columns = {
        "person_key": keys,
        "region_code": drawn(["990101", "990102"], [0.5, 0.5]),
        "person_type": drawn(["resident", "employee", "flexible", "student"], [0.55, 0.3, 0.1, 0.05]),
        "insurance_type": drawn(["390", "310"], [0.65, 0.35]),
        "signed_institution": drawn(["", "H1", "H2", "H0"], [0.55, 0.2, 0.2, 0.05]),
        "household_region": drawn(["990101", "990102", "990102003", "330100"], [0.4, 0.3, 0.2, 0.1]),
        "residence_region": drawn(["990101", "990102", ""], [0.5, 0.4, 0.1]),
        "university": drawn(["", "U1"], [0.3, 0.7]),
        "employer": drawn(["", "E1", "E2", "E3"], [0.1, 0.4, 0.4, 0.1]),
        "sex": drawn(["1", "2"], [0.5, 0.5]),
        "chronic_conditions": drawn(["", "E11", "I10", "E11;I10", "Z00"], [0.8, 0.05, 0.08, 0.05, 0.02]),
        "birth_date": pa.array(days(date(1930, 1, 1), 34_000)).cast(pa.date32()),
        "valid_from": pa.array(since).cast(pa.date32()),
        "valid_to": pa.array(until, mask=until == 0).cast(pa.date32()),
    }
    return pa.RecordBatch.from_arrays([columns[name] for name in ROSTER_SCHEMA.names], schema=ROSTER_SCHEMA)
