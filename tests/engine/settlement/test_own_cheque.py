"""A hospital works its own month out again from what it is handed; whatever was forged is caught."""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from own_month import OwnMonth, plain_month, random_month

from chspay_core.digest import sm3_hex
from chspay_core.errors import Fault
from chspay_settlement.engine.model import GroupTable, Origin
from chspay_settlement.engine.proof.groups import extract_of, parse_extract
from chspay_settlement.engine.proof.inclusion import case_proof, decode, encode
from chspay_settlement.engine.proof.leaves import CaseLeaf
from chspay_settlement.engine.proof.own import Files, Step, recompute
from chspay_settlement.engine.proof.pool import Pool
from chspay_settlement.engine.proof.sums import Sums


@pytest.fixture(scope="module")
def month() -> OwnMonth:
    """A month of five hospitals."""
    return plain_month()


def test_every_hospital_comes_to_its_statement_byte_for_byte(month: OwnMonth) -> None:
    """The purpose: zero fen of difference, from its own package alone."""
    for code in month.cases:
        steps: list[Step] = []
        own = recompute(month.files(code), steps)
        assert [step.key for step in steps] == [
            "statement", "policy", "groups", "points", "share", "funds", "bytes", "proof",
        ]  # fmt: skip
        amount = next(h for h in month.done.hospitals if h.hospital_code == code)
        assert own.division.hospitals == [amount]
        assert [row.fund_fen for row in own.cases] == [case.fund_fen for case in month.cases[code]]


def whatever_methods(number: int, seed: int) -> Counter[str]:
    """Recomputes every hospital of ``number`` random months; answers which forms were met."""
    chance, met = random.Random(seed), Counter[str]()
    for _ in range(number):
        found = random_month(chance, chance.randrange(6, 24))
        met[found.done.form.name] += 1
        for code in found.statements:
            recompute(found.files(code), [])
    return met


def test_whatever_methods_a_place_combines_the_statement_comes_out_again() -> None:
    """A place that pays in another way must not leave its hospitals without a proof."""
    assert len(whatever_methods(40, seed=3)) > 5


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_the_statement_comes_out_again_in_three_thousand_months() -> None:
    """The same three thousand times."""
    print(whatever_methods(3_000, seed=4))


def test_nothing_of_another_hospital_is_in_a_package(month: OwnMonth) -> None:
    """The other half of the purpose: no code, no case, no amount of anybody else."""
    own_code = "H02"
    files = month.files(own_code)
    text = b"\n".join(files[:-1]).decode("utf-8", "replace")
    numbers = numbers_in(json.loads(files.statement)) | numbers_in(json.loads(files.cases))
    numbers |= numbers_in(json.loads(files.groups)) | numbers_in(json.loads(files.papers))
    proof = decode(files.proof)
    for part in proof.parts:
        numbers |= {*part.sums, *(number for step in part.way for number in step.sibling.sums)}
    for code, cases in month.cases.items():
        if code == own_code:
            continue
        assert code not in text
        assert code.encode() not in files.proof
        amount = next(h for h in month.done.hospitals if h.hospital_code == code)
        assert not {amount.points_micro, amount.cost_fen, amount.patient_fen, amount.fund_fen} & numbers
        for case in cases:
            assert case.inp.case_id not in text
            # Points are those of the group: everybody's cases have them.
            money = {case.inp.cost_fen, case.fund_fen, case.inp.patient_fen}
            assert not (money - {0, None}) & numbers


def numbers_in(content: object) -> set[int]:
    """Every whole number in a structure, also those written as text."""
    if isinstance(content, bool) or content is None:
        return set()
    if isinstance(content, int):
        return {content}
    if isinstance(content, str):
        return {int(content)} if content.isdecimal() and len(content) < 30 else set()
    items = content.values() if isinstance(content, dict) else content
    return {number for item in items for number in numbers_in(item)}  # type: ignore[attr-defined]


def test_a_proof_is_small_and_quick() -> None:
    """D4: below 4 kB and 10 ms for a case of a large hospital in a large pool."""
    inputs = ("3", "BR25", "grouped", "A01", "9")
    big = [
        CaseLeaf(f"ZY2026030{n:08}", inputs, "normal", "", Sums(1, 10**8 + n, 0, 10**6, 10**5, 10**6, 0))
        for n in range(20_000)
    ]  # fmt: skip
    hospitals = {"H33010100001": big} | {f"H3301010{n:04}": [big[n]] for n in range(2, 300)}
    pool = Pool.of_cases(hospitals)
    content = encode(case_proof(pool, "H33010100001", big, big[12_345].case_id))
    best = min(_seconds(lambda: decode(content).check(pool.root)) for _ in range(5))
    print(f"{len(content)} bytes, {best * 1000:.2f} ms")
    assert len(content) < 4_000
    assert best < 0.010


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


#: What a statement calls things, and figures that may be others as long as nobody's share is: only the
#: statement's digest and signature speak for these.
NAMES = r"hospital\.name|nature|run\.(engine|id)|scheme\..*|payment\.\d+\.(case|refers)"
FREE = re.compile(NAMES + r"|proof\.cuts\.\d+\.(at|tied)|proof\.(fixed|base)_micro")


@dataclass(frozen=True)
class Forgery:
    """What was changed, and the files with it."""

    what: str
    files: Files


def forgeries(month: OwnMonth, chance: random.Random) -> Iterator[Forgery]:
    """Endless forgeries: a total, a case, a parameter, a group figure, a paper, a proof, a key.

    Each is sealed again with good checksums, as the sender itself could: only the content can give it away.
    """
    codes = sorted(month.statements)
    while True:
        files = month.files(chance.choice(codes))
        field = chance.choice(
            ["statement", "statement", "cases", "cases", "policy", "groups", "papers", "proof", "key"]
        )
        content = getattr(files, field)
        if field in {"proof", "key"}:
            place = chance.randrange(len(content))
            changed = bytes(
                [*content[:place], content[place] ^ 1 << chance.randrange(8), *content[place + 1 :]]
            )
            yield Forgery(f"{field} byte {place}", files._replace(**{field: changed}))
            continue
        data = json.loads(content)
        path = change_somewhere(data, chance)
        raw = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        if raw == content or (field == "cases" and _of_excluded(data, path)):
            continue
        forged = files._replace(**{field: raw})
        if field == "statement" and chance.random() < 0.7 and not FREE.fullmatch(path):
            # The sender tells the forged statement's own digest.
            forged = forged._replace(digest=sm3_hex(raw))
        yield Forgery(f"{field} {path}", forged)


def _of_excluded(data: dict, path: str) -> bool:
    """Whether this is the cost or the patient's part of a case that counts nowhere."""
    rows, row, column, *_ = [*path.split("."), "", ""]
    return rows == "rows" and column in {"6", "7"} and data["rows"][int(row)][9] == "excluded"


def change_somewhere(data: object, chance: random.Random) -> str:
    """Changes one leaf of a structure a little; answers where."""
    path = []
    while True:
        keys = sorted(data) if isinstance(data, dict) else list(range(len(data)))  # type: ignore[arg-type]
        if not keys:
            return "nothing"
        key = chance.choice(keys)
        path.append(str(key))
        value = data[key]  # type: ignore[index]
        if isinstance(value, (dict, list)) and value:
            data = value
            continue
        data[key] = another(value, chance)  # type: ignore[index]
        return ".".join(path)


def another(value: object, chance: random.Random) -> object:
    """A value like this one, but not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 100, -value - value or 7])
    if isinstance(value, str) and value:
        place = chance.randrange(len(value))
        return value[:place] + chance.choice("0123456789abX") + value[place + 1 :]
    return chance.choice(["1", 1])


def caught(month: OwnMonth, number: int, seed: int) -> Counter[str]:
    """Forges ``number`` times; answers the reasons it was caught for. A forgery that passes is an error."""
    found = Counter[str]()
    for forgery, _ in zip(forgeries(month, random.Random(seed)), range(number), strict=False):
        try:
            recompute(forgery.files, [])
        except Fault as fault:
            found[fault.reason.code] += 1
            continue
        raise AssertionError(f"passed: {forgery.what}")
    return found


def test_every_forgery_is_caught(month: OwnMonth) -> None:
    """D4: a forged total, case, parameter or proof never passes, whoever sealed it."""
    found = caught(month, 120, seed=1)
    assert found.total() == 120
    assert len(found) > 3, found


@pytest.mark.prove
@pytest.mark.timeout(3600)
def test_a_thousand_forgeries_of_many_months_are_caught(month: OwnMonth) -> None:
    """The same a thousand times, and in months of other methods."""
    print(caught(month, 1_000, seed=2))
    chance = random.Random(8)
    for _ in range(20):
        print(caught(random_month(chance, 20), 50, seed=chance.randrange(10**6)))


def test_a_published_weight_table_travels_with_its_origin(month: OwnMonth) -> None:
    """Weights by level and groups without coefficient must price at home as they did at the bureau."""
    groups = month.done.table.groups
    origin = Origin("W", "ab" * 32, {"G1": {2: 90_000_000, 3: 110_000_000}}, frozenset({"G2"}))
    whole = GroupTable.of(5_000_000, 7, groups.values(), origin)
    extract = parse_extract(extract_of(whole, b"s" * 32, ["G1", "G2"]).content())
    extract.check(extract_of(whole, b"s" * 32).digest)
    table = extract.table
    assert (table.origin, table.overall_mean) == (origin, whole.overall_mean)
    assert table.group("G1", 3) == whole.group("G1", 3)
    assert set(table.groups) == {"G1", "G2"}
    salt, row = extract.rows["G1"]
    forged = extract._replace(rows={"G1": (salt, [*row[:-2], [[3, 120_000_000]], row[-1]])})
    with pytest.raises(Fault, match="PROOF_GROUPS_DIFFER"):
        forged.check(extract.digest)
