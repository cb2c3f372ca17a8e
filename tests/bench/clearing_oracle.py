"""A third clearing, for large files: numpy for sorting and sums, Python's whole numbers for every product.

Written from the rules of the bench's policy alone; it shares no code with the engine. Sums go through
halves of 32 bits, for numpy's own would wrap; products live in object arrays, where nothing wraps.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction as F

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

FACTORS = {1: F(9512, 10000), 2: F(1), 3: F(10547, 10000)}
DAY_POINTS, CV_MAX, DISCOUNT = F("3.5"), F("0.55"), F("0.7")
CHUNK = 500_000


def half_up(x: F) -> int:
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def exact_sum(numbers: np.ndarray) -> int:
    return (int((numbers >> 32).sum()) << 32) + int((numbers & 0xFFFFFFFF).sum())


def multiple(base: F) -> F:
    return F(3) if base <= 100 else F(5, 2) if base <= 200 else F(2)


def read(path) -> dict[str, np.ndarray]:
    """Whole columns as numpy arrays; texts as numpy strings of codes and their list."""
    table = pq.read_table(path, read_dictionary=["hospital_code", "drg", "status", "department"])
    found: dict = {}
    for name in ("hospital_code", "drg", "status", "department"):
        column = table.column(name).unify_dictionaries().combine_chunks()
        column = column if isinstance(column, pa.DictionaryArray) else column.chunk(0)
        found[name] = column.indices.to_numpy(), column.dictionary.to_pylist()
    for name in ("total_cost", "patient_paid"):
        halves = np.frombuffer(table.column(name).combine_chunks().buffers()[1], np.int64)
        found[name] = halves[::2]
    found["days"] = table.column("los_days").to_numpy().astype(np.int64)
    found["case_id"] = table.column("case_id").to_numpy()
    return found


def figures(costs: np.ndarray, overall: F) -> tuple[bool, F, F, F]:
    """Stable, mean, median and base points of one group."""
    costs = np.sort(costs)
    kept, stable = costs, False
    for _ in range(2):
        if stable or not len(kept):
            break
        mean = F(exact_sum(kept), len(kept))
        k = multiple(F(half_up(mean / overall * 100 * 10_000), 10_000))
        low, high = mean * F(2, 5), mean * k
        first = np.searchsorted(kept, -(-low.numerator // low.denominator), "left")
        last = np.searchsorted(kept, high.numerator // high.denominator, "right")
        kept = kept[first:last]
        n, total = len(kept), exact_sum(kept)
        if n > 5:
            squares = sum(int(c) * int(c) for c in kept.tolist())
            stable = F(n * squares - total * total, total * total) <= CV_MAX**2
    middle = F(int(costs[(len(costs) - 1) // 2]) + int(costs[len(costs) // 2]), 2)
    mean = F(exact_sum(kept), len(kept)) if len(kept) else F(0)
    base = F(half_up((mean if stable else middle) / overall * 100 * 10_000), 10_000)
    return stable, mean, middle, base


def line(costs: np.ndarray, slope: F, fixed: F) -> np.ndarray:
    """Points in ten-thousandths, half up, of a straight line, in Python's whole numbers."""
    slope, fixed = slope * 10_000, fixed * 10_000
    over = slope.denominator * fixed.denominator
    a, b = slope.numerator * fixed.denominator * 2, fixed.numerator * slope.denominator * 2 + over
    return ((costs.astype(object) * a + b) // (2 * over)).astype(np.int64)


def points_of(data: dict, level_of: dict[str, int]) -> np.ndarray:
    """Points of every case in ten-thousandths; -1 where it is excluded."""
    status, statuses = data["status"]
    department, departments = data["department"]
    drg, drgs = data["drg"]
    hospital, hospitals = data["hospital_code"]
    cost = data["total_cost"]
    per_diem = department == departments.index("A15")
    grouped = (status == statuses.index("grouped")) & ~per_diem
    overall = F(exact_sum(cost[grouped]), int(grouped.sum()))
    level = np.array([level_of[code] for code in hospitals])[hospital]
    points = np.full(len(cost), -1, np.int64)
    points[per_diem] = half_up(DAY_POINTS * 10_000) * data["days"][per_diem]
    for name in ("ungrouped", "ambiguous"):
        own = np.flatnonzero((status == statuses.index(name)) & ~per_diem)
        points[own] = line(cost[own], F(100) / overall * DISCOUNT, F(0))
    order = np.argsort(np.where(grouped, drg, len(drgs)), kind="stable")
    ends = np.searchsorted(np.where(grouped, drg, len(drgs))[order], np.arange(len(drgs) + 1))
    for code in range(len(drgs)):
        own = order[ends[code] : ends[code + 1]]
        if len(own):
            points[own] = of_group(cost[own], level[own], overall)
    points[status == statuses.index("invalid")] = -1
    return points


def of_group(cost: np.ndarray, level: np.ndarray, overall: F) -> np.ndarray:
    """Points of the cases of one group."""
    stable, mean, median, base = figures(cost, overall)
    if not stable:
        return line(cost, base / median, F(0))
    k = multiple(base)
    low, high = mean * F(2, 5), mean * k
    is_low = cost < -(-low.numerator // low.denominator)
    is_high = cost > high.numerator // high.denominator
    points = np.zeros(len(cost), np.int64)
    points[is_low] = np.minimum(line(cost[is_low], base / mean, F(0)), half_up(base * 10_000))
    for number, factor in FACTORS.items():
        at = level == number
        points[at & ~is_low & ~is_high] = half_up(base * factor * 10_000)
        points[at & is_high] = line(cost[at & is_high], base / mean, base * (factor - k))
    return points


def hand_out(total: int, weights: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Largest remainder over Python's whole numbers; ties by larger weight, then smaller case number."""
    whole = exact_sum(weights)
    given, rest = np.empty(len(weights), np.int64), np.empty(len(weights), np.int64)
    for start in range(0, len(weights), CHUNK):
        part = slice(start, start + CHUNK)
        product = weights[part].astype(object) * total
        given[part] = product // whole
        rest[part] = product % whole
    left = total - exact_sum(given)
    edge = np.sort(rest)[::-1][left - 1] if left else 0
    sure = rest > edge if left else np.zeros(len(rest), bool)
    given[sure] += 1
    level = np.flatnonzero(rest == edge).tolist() if left else []
    level.sort(key=lambda row: (-int(weights[row]), ids[row]))
    given[level[: left - int(sure.sum())]] += 1
    return given


def payments(path, fund: int, level_of: dict[str, int]) -> np.ndarray:
    """The fund of every case, fen, in the order of the file; excluded cases get zero. V1."""
    data = read(path)
    points = points_of(data, level_of)
    hospital, hospitals = data["hospital_code"]
    counted = points >= 0
    rows = {code: np.flatnonzero(counted & (hospital == place)) for place, code in enumerate(hospitals)}
    names = sorted(code for code in hospitals if len(rows[code]))
    patients = [exact_sum(data["patient_paid"][rows[code]]) for code in names]
    totals = np.array([exact_sum(points[rows[code]]) for code in names])
    shares = hand_out(fund + sum(patients), totals, np.array(names))
    funds = np.zeros(len(points), np.int64)
    for code, share in zip(names, shares.tolist(), strict=True):
        own = rows[code]
        funds[own] = hand_out(share, points[own], data["case_id"][own]) - data["patient_paid"][own]
    return funds


def digest(funds: np.ndarray) -> str:
    """SHA-256 over every payment in the order of the file."""
    return hashlib.sha256(funds.astype("<i8").tobytes()).hexdigest()
