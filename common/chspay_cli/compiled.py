"""The batch kernel, loaded only when a file is large enough to be worth it.

``python -m chspay_cli.compiled`` makes its machine code now, so that nobody waits for it later.
"""

from __future__ import annotations

import threading
from functools import partial

import pyarrow as pa

from chspay_cli.grouped import needed
from chspay_cli.schemefile import find_scheme
from chspay_core.tables import CASE_SCHEMA
from chspay_grouper.engine.batch import BatchGrouper
from chspay_grouper.engine.codemap import CodeMap
from chspay_grouper.engine.grouper import Grouper
from chspay_grouper.engine.kernel import SOURCES
from chspay_kit.machinecode import kept_code


def kernel_grouper(grouper: Grouper, codemap: CodeMap | None = None) -> BatchGrouper:
    """The compiled batch grouper, for threads to share; its machine code is kept for the next run."""
    from chspay_grouper.engine.kernel.batch import KernelGrouper

    return KernelGrouper(grouper, partial(kept_code, SOURCES), codemap, threading.Lock())


def warm() -> None:
    """Make the machine code where it is not there yet: some seconds, once on a machine."""
    nobody = pa.RecordBatch.from_pylist([], schema=CASE_SCHEMA)
    kernel_grouper(Grouper(find_scheme("chspay_starter")[0])).numbers(needed(nobody))


if __name__ == "__main__":
    warm()
