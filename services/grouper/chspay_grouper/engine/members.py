"""Who belongs to which set, as bit masks; prefix members where the manifest allows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from chspay_grouper.engine.conditions import CC_BIT, MCC_BIT, Bits
from chspay_grouper.engine.scheme import Scheme

_LEVEL_BITS = {"MCC": MCC_BIT, "CC": CC_BIT}


class _Lookup:
    """code -> mask, exact and, where allowed, by prefix."""

    def __init__(self, prefixes: bool) -> None:
        self._prefixes_allowed = prefixes
        self._exact: dict[str, int] = defaultdict(int)
        self._prefix: dict[str, int] = defaultdict(int)

    def add(self, members: Iterable[str], bit: int) -> None:
        for member in members:
            if self._prefixes_allowed and member.endswith("*"):
                self._prefix[member[:-1]] |= bit
            else:
                self._exact[member] |= bit

    def mask(self, code: str) -> int:
        mask = self._exact.get(code, 0)
        if self._prefix:
            for length in range(len(code) + 1):
                mask |= self._prefix.get(code[:length], 0)
        return mask


class Members:
    """Membership of codes in the sets that rules name, in the CC sheet and in exclusion tables."""

    def __init__(self, scheme: Scheme, bits: Bits) -> None:
        prefixes = scheme.options.member_prefix
        self._diagnosis, self._procedure = _Lookup(prefixes), _Lookup(prefixes)
        for name in bits.diagnosis_sets:
            self._diagnosis.add(scheme.sets[name], bits.of(name, diagnosis=True))
        for name in bits.procedure_sets:
            self._procedure.add(scheme.sets[name], bits.of(name, diagnosis=False))
        table_bits = {name: 1 << place for place, name in enumerate(sorted(scheme.exclusions))}
        self._excluding = _Lookup(prefixes)
        for name, members in scheme.exclusions.items():
            self._excluding.add(members, table_bits[name])
        self._cc = _Lookup(prefixes)
        row_bits: dict[tuple[int, int], int] = {}
        for (code, level), table in scheme.cc.items():
            row = (_LEVEL_BITS[level], table_bits.get(table, 0))
            self._cc.add([code], row_bits.setdefault(row, 1 << len(row_bits)))
        self._cc_rows = list(row_bits)
        self._rows_of: dict[int, tuple[tuple[int, int], ...]] = {}
        self._grey = _Lookup(prefixes)
        self._grey.add(scheme.options.grey_codes, 1)
        if scheme.options.grey_set:
            self._grey.add(scheme.sets[scheme.options.grey_set], 1)

    def diagnosis_mask(self, code: str) -> int:
        """The sets a diagnosis belongs to; MCC and CC are not among them."""
        return self._diagnosis.mask(code)

    def procedure_mask(self, code: str) -> int:
        """The sets a procedure belongs to."""
        return self._procedure.mask(code)

    def excluding_tables(self, code: str) -> int:
        """The exclusion tables a principal diagnosis is listed in, one bit each."""
        return self._excluding.mask(code)

    def complications(self, code: str) -> tuple[tuple[int, int], ...]:
        """The CC rows of a diagnosis: (MCC or CC bit, bit of its exclusion table or 0)."""
        held = self._cc.mask(code)
        if not held:
            return ()
        rows = self._rows_of.get(held)
        if rows is None:
            rows = tuple(row for place, row in enumerate(self._cc_rows) if held >> place & 1)
            self._rows_of[held] = rows
        return rows

    def memberships(self, code: str) -> tuple[int, int, int]:
        """All a scheme knows of a diagnosis: codes of equal memberships mean the same."""
        return self._diagnosis.mask(code), self._excluding.mask(code), self._cc.mask(code)

    def is_grey(self, code: str) -> bool:
        """Whether a procedure takes no part in grouping 灰码."""
        return bool(self._grey.mask(code))

    def knows_diagnosis(self, code: str) -> bool:
        """Whether the scheme mentions the diagnosis anywhere."""
        return bool(self._diagnosis.mask(code) or self._cc.mask(code) or self._excluding.mask(code))
