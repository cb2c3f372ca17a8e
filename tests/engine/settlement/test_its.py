"""Interrupted time series: certified figures, an independent implementation, and series that say nothing."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from chspay_core.errors import Fault
from chspay_core.period import Month
from chspay_settlement.engine.whatif.its import NAMES, evaluate, lag_of, newey_west
from chspay_settlement.engine.whatif.student import quantile, two_sided, within

# Longley's data (J. American Statistical Association 62, 1967) as NIST certifies them for linear regression
# (Statistical Reference Datasets): the hardest of the common tests, its matrix being nearly singular.
LONGLEY = """
60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962
"""
CERTIFIED = (
    "-3482258.63459582", "15.0618722713733", "-0.0358191792925910", "-2.02022980381683", "-1.03322686717359",
    "-0.0511041056535807", "1829.15146461355",
)  # fmt: skip


def months(number: int, first: Month) -> list[Month]:
    """So many months in a row."""
    found = [first]
    while len(found) < number:
        found.append(found[-1].next())
    return found


def test_least_squares_against_certified_figures():
    """Fifteen certified digits of a problem that defeats many programs."""
    cells = [[Fraction(cell) for cell in line.split()] for line in LONGLEY.split("\n") if line]
    found, _, _ = newey_west([[Fraction(1), *line[1:]] for line in cells], [line[0] for line in cells], 0)
    for value, certified in zip(found, CERTIFIED, strict=True):
        assert abs(value / Fraction(certified) - 1) < Fraction(1, 10**13)


@pytest.mark.parametrize(
    ("confidence", "df", "table"),
    [
        ("0.95", 1, "12.7062047"),
        ("0.95", 2, "4.3026527"),
        ("0.95", 10, "2.2281389"),
        ("0.99", 20, "2.8453397"),
        ("0.90", 29, "1.6991270"),
        ("0.95", 120, "1.9799304"),
    ],
)
def test_quantiles_of_the_printed_tables(confidence, df, table):
    """The tables of every textbook, to seven decimals."""
    found = quantile(Decimal(confidence), df)
    assert round(found, 7) == Decimal(table)
    assert abs(within(found, df) - Decimal(confidence)) < Decimal("1e-25")


def test_probabilities_against_an_integral():
    """The finite sums must be the area under the density, for even and odd degrees of freedom."""
    for df in (3, 8, 31, 44):
        x = np.linspace(0, 2.5, 200_001)
        density = (1 + x**2 / df) ** (-(df + 1) / 2)
        whole = np.sqrt(df * np.pi) * np.exp(_log_gamma(df / 2) - _log_gamma((df + 1) / 2))
        area = 2 * ((density[1:] + density[:-1]) / 2).sum() * (x[1] - x[0]) / whole
        assert abs(float(within(Decimal("2.5"), df)) - area) < 1e-9
        assert abs(float(two_sided(Decimal("-2.5"), df)) - (1 - area)) < 1e-9


def _log_gamma(x: float) -> float:
    from math import lgamma

    return lgamma(x)


def test_evaluation_against_an_independent_one():
    """The same study in floats with matrices of numpy, written from the formulas and sharing no code."""
    dice = np.random.default_rng(20260101)
    n, start = 40, 22
    noise = dice.normal(0, 30, n)
    for place in range(1, n):
        noise[place] += 0.6 * noise[place - 1]
    time = np.arange(n)
    after = (time >= start).astype(float)
    y = np.round(9000 + 12.5 * time - 400 * after - 20 * (time - start) * after + noise, 2)
    x = np.column_stack([np.ones(n), time, after, (time - start) * after])
    lag = 3
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    error = y - x @ beta
    middle = np.zeros((4, 4))
    for t in range(n):
        for s in range(n):
            if abs(t - s) <= lag:
                middle += (1 - abs(t - s) / (lag + 1)) * error[t] * error[s] * np.outer(x[t], x[s])
    bread = np.linalg.inv(x.T @ x)
    wanted = np.sqrt(np.diag(n / (n - 4) * bread @ middle @ bread))

    series = list(zip(months(n, Month(2023, 3)), (Fraction(str(value)) for value in y.tolist()), strict=True))
    found = evaluate(series, series[start][0], lag=None, confidence=Decimal("0.95"))
    assert (found.before, found.after, found.lag) == (start, n - start, lag)
    assert [one.name for one in found.estimates] == list(NAMES)
    for place, one in enumerate(found.estimates):
        assert float(one.value) == pytest.approx(beta[place], rel=1e-9)
        assert float(one.error) == pytest.approx(wanted[place], rel=1e-9)
        assert float(one.high - one.low) == pytest.approx(2 * 2.028094000980452 * wanted[place], rel=1e-9)
    drop = found.estimates[2]
    assert drop.low < -400 < drop.high
    assert drop.p is not None
    assert drop.p < Decimal("0.001")
    assert found.without[start - 1] is None
    assert float(found.without[start]) == pytest.approx(beta[0] + beta[1] * start)


def test_a_broken_line_without_noise_is_found_exactly():
    """What is certain must come out certain: no error, and no probability of an error."""
    values = [Fraction(100 + 2 * t + (7 + 3 * (t - 10) if t >= 10 else 0)) for t in range(24)]
    series = list(zip(months(24, Month(2024, 1)), values, strict=True))
    found = evaluate(series, Month(2024, 11), lag=0, confidence=Decimal("0.9"))
    assert [one.value for one in found.estimates] == [100, 2, 7, 3]
    assert all(one.error == 0 and one.p is None for one in found.estimates)


def test_the_rule_for_the_lag_in_whole_numbers():
    """Roots of nine are not for floats: ⌊4·(n/100)^(2/9)⌋ at its very steps."""
    assert [lag_of(n) for n in (16, 24, 27, 28, 100, 272, 273)] == [2, 2, 2, 3, 4, 4, 5]


@pytest.mark.parametrize(
    ("number", "change", "more", "reason"),
    [
        (15, 7, {}, "WHAT_IF_SERIES_SHORT"),
        (24, 20, {}, "WHAT_IF_SERIES_SHORT"),
        (24, 30, {}, "WHAT_IF_SERIES_CHANGE"),
        (24, 12, {"lag": 12}, "WHAT_IF_SERIES_LAG"),
        (24, 12, {"lag": -1}, "WHAT_IF_SERIES_LAG"),
        (24, 12, {"confidence": Decimal("1")}, "WHAT_IF_SERIES_CONFIDENCE"),
        (24, 12, {"confidence": Decimal("0.95001")}, "WHAT_IF_SERIES_CONFIDENCE"),
    ],
)
def test_a_series_that_says_nothing_is_refused(number, change, more, reason):
    """A figure from three months would be quoted as if it were one from three years."""
    every = months(40, Month(2024, 1))
    series = [(month, Fraction(place)) for place, month in enumerate(every[:number])]
    with pytest.raises(Fault) as caught:
        evaluate(series, every[change], **{"lag": None, "confidence": Decimal("0.95"), **more})
    assert caught.value.reason.code == reason


def test_a_month_that_is_missing_is_named():
    """A gap would shift every month after it."""
    series = [(month, Fraction(1)) for month in months(24, Month(2024, 1)) if month != Month(2024, 5)]
    with pytest.raises(Fault, match="2024-05"):
        evaluate(series, Month(2025, 1), lag=None, confidence=Decimal("0.95"))
