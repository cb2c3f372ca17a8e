"""What a case costs, who pays, and of what the bill consists: whole fen that always add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chspay_cli.synth.columns import Bools, Ints

if TYPE_CHECKING:
    from chspay_cli.synth.admissions import Block

_LEVEL_COST = np.array([0, 0.68, 1.0, 1.28])
_SEVERITY_COST = np.array([1.0, 1.18, 1.6])
#: Patient's share by level: of employees 职工 and of residents 居民.
_EMPLOYEE = np.array([0, 0.16, 0.20, 0.26])
_RESIDENT = np.array([0, 0.27, 0.35, 0.46])
#: Shares of drugs, consumables and tests: operations, and other cases.
_OPERATION, _OTHER = (0.19, 0.34, 0.17), (0.34, 0.08, 0.29)
_LEAST_FEN = 20_000
_HUGE, _TINY = 0.012, 0.012


@dataclass(frozen=True, slots=True)
class Bill:
    """Amounts in fen; drug + consumable + test + service = total = patient + fund."""

    total: Ints
    patient: Ints
    fund: Ints
    drug: Ints
    consumable: Ints
    test: Ints
    service: Ints
    tcm: Ints  # part of ``service``
    is_tcm: Bools


def bill(block: Block) -> Bill:
    """The bill of every case of the block."""
    total = _total(block)
    patient = _patient(block, total)
    surgical = block.tables.groups.surgical[block.group]
    noise = np.exp(0.22 * block.rng.standard_normal((len(total), 3)))
    shares = np.where(surgical[:, None], _OPERATION, _OTHER) * noise
    # Services keep at least a twelfth of the bill.
    shares /= np.maximum(shares.sum(axis=1, keepdims=True) / 0.92, 1)
    drug, consumable, test = (total[:, None] * shares).astype(np.int64).T
    service = total - drug - consumable - test
    is_tcm = block.tables.hospital_tcm[block.hospital]
    tcm = np.where(is_tcm, (service * (0.2 + 0.5 * block.uniform())).astype(np.int64), 0)
    return Bill(total, patient, total - patient, drug, consumable, test, service, tcm, is_tcm)


def _total(block: Block) -> Ints:
    """Log-normal around the group's median, by level, severity and stay, with both tails."""
    groups, held = block.tables.groups, block.tables
    level = held.hospital_level[block.hospital]
    usual = groups.median_yuan[block.group] * _LEVEL_COST[level] * _SEVERITY_COST[block.severity]
    stay = np.sqrt(block.los / groups.days[block.group]) / np.sqrt(_SEVERITY_COST[block.severity])
    yuan = usual * stay * np.exp(0.36 * block.normal()) * held.hospital_cost[block.hospital]
    tail, size = block.uniform(), block.uniform()
    yuan = np.where(tail < _HUGE, yuan * (2.2 + 4 * size), yuan)
    yuan = np.where(tail > 1 - _TINY, yuan * (0.12 + 0.25 * size), yuan)
    per_day = groups.per_diem_yuan[block.group]
    yuan = np.where(per_day > 0, block.los * per_day * (0.85 + 0.3 * size), yuan)
    yuan += block.icu_hours * 120.0
    fen: Ints = np.maximum(np.rint(yuan * 100), _LEAST_FEN).astype(np.int64)
    return fen


def _patient(block: Block, total: Ints) -> Ints:
    level = block.tables.hospital_level[block.hospital]
    share = np.where(block.employee, _EMPLOYEE[level], _RESIDENT[level])
    share = share + 0.10 * (block.insured >= 3) + 0.04 * block.normal()
    fen: Ints = np.rint(total * np.clip(share, 0.03, 0.9)).astype(np.int64)
    return fen
