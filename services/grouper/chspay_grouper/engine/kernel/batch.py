"""Record batches through the kernel: the same numbers as the plain batch engine."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import pyarrow as pa

from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.given import Given
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.kernel.machine import Keep, Loop
from chspay_grouper.engine.kernel.tables import Tables


class KernelGrouper(BatchGrouper):
    """Groups record batches with compiled loops, outside the interpreter's lock."""

    def __init__(
        self,
        grouper: Grouper,
        keep: Keep,
        codemap: CodeMap | None = None,
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        """``codemap`` only when the caller says the codes are of the clinical edition.

        :param keep: where machine code is kept; called at the first batch.
        :param guard: a lock, when threads share the grouper.
        """
        super().__init__(grouper, codemap)
        self._group = Loop(keep).group
        self._tables = Tables(grouper, codemap, guard or nullcontext())

    def numbers(self, batch: pa.RecordBatch) -> np.ndarray:
        """Per row the number of its answer, as int32; see :meth:`BatchGrouper.numbers`."""
        given = Given(batch)
        diagnoses, procedures, classes = self._tables.codes(given.diagnoses, given.procedures)
        asked = self._tables.program.scalars
        scalars = np.empty((len(asked), batch.num_rows), np.int64)
        for row, scalar in enumerate(asked):
            scalars[row] = given.numbers(scalar)
        found = self._group(self._tables.rules, classes, diagnoses, procedures, scalars)
        self._mark_bad(given, found)
        return found
