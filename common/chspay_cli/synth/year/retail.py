"""Retail pharmacies 零售药店 of the city, and what they sell on the account of the fund; paid by item."""

from __future__ import annotations

from typing import NamedTuple

from chspay_cli.synth.city import CITY, COUNTIES
from chspay_cli.synth.year.size import YearSize

#: Codes and places; the national form: P, the region's six digits, five of a serial number.
PHARMACIES = {"P99010000001": CITY, "P99010100001": COUNTIES[0], "P99010200001": COUNTIES[1]}
PHARMACY_NAMES = {
    "P99010000001": "演示市第一大药房",
    "P99010100001": "演示一区惠民药店",
    "P99010200001": "演示二县康宁药店",
}
_EACH_THOUSAND = 1
_LEAST, _MOST = 2_000, 40_000


class RetailBill(NamedTuple):
    """One bill; fen."""

    bill_id: str
    pharmacy: str
    insurance_type: str
    total_fen: int
    patient_fen: int


def retail_bills(size: YearSize, month: int) -> list[RetailBill]:
    """The bills of a month: for each pharmacy about one for each thousand insured, and three at least."""
    random = size.random(7, month)
    found = []
    for pharmacy in PHARMACIES:
        count = max(3, size.persons * _EACH_THOUSAND // 1000)
        for number, total in enumerate(random.integers(_LEAST, _MOST, count)):
            whole = int(total)
            found.append(
                RetailBill(
                    f"{pharmacy}-{size.year}{month:02d}-{number:06d}", pharmacy, ("310", "390")[number % 2],
                    whole, whole * 30 // 100,
                )
            )  # fmt: skip
    return found
