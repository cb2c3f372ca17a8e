"""The compiled loop as machine code: made by numba, kept by the caller, and loaded without numba.

Loading numba and all it knows takes most of a second, loading a piece of machine code some hundredths.
Threads may share a loop: it runs outside the interpreter's lock.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np

from chspay_grouper.engine.kernel.tables import Classes, Codes, Rules, Setting

#: Cases that are looked at ahead of being answered: two tight loops, and what was seen stays in the cache.
BLOCK = 1024
#: Answers the machine code for arrays of the kinds named: as it was kept, or made now by the function given.
Keep = Callable[[str, Callable[[], bytes]], bytes]

_NAME = "group_rows"
_WORD = ctypes.c_int64


class Work(NamedTuple):
    """Everything the loops look at."""

    rules: Rules
    classes: Classes
    dx: Codes
    px: Codes
    scalars: np.ndarray  # int64, one row per scalar of the program, one column per case; -1 where unknown
    seen: np.ndarray  # per case of a block, what its codes say together; columns as in ``program.Seen``


class Loop:
    """``loops.group_rows`` as a function of arrays."""

    def __init__(self, keep: Keep) -> None:
        """:param keep: where machine code is kept; called at the first batch."""
        self._keep = keep
        self._entries: dict[str, Any] = {}
        self._engines: list[llvm.ExecutionEngine] = []  # the code is freed with them

    def group(self, rules: Rules, classes: Classes, dx: Codes, px: Codes, scalars: np.ndarray) -> np.ndarray:
        """The number of the answer of each case, as int32."""
        seen = np.zeros((BLOCK, rules.settings[Setting.SEEN]), np.uint64)
        work, out = Work(rules, classes, dx, px, scalars, seen), np.empty(scalars.shape[1], np.int32)
        arrays = [*rules, *classes, *dx, *px, scalars, seen, out]
        kinds = " ".join(f"{array.dtype.str}{array.ndim}" for array in arrays)
        entry = self._entries.get(kinds)
        if entry is None:
            entry = self._entries[kinds] = self._load(self._keep(kinds, partial(_make, work, out)), arrays)
        told = (_WORD * 2)()  # where compiled functions put what they answer and what they raise
        status = entry(ctypes.addressof(told), ctypes.addressof(told) + ctypes.sizeof(_WORD), *_words(arrays))
        if status:
            raise RuntimeError(f"the compiled loop ended with status {status}")
        return out

    def _load(self, code: bytes, arrays: Sequence[np.ndarray]) -> Any:
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _processor())
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        self._engines.append(engine)
        arguments = [_WORD] * (2 + sum(1 for _ in _words(arrays)))
        return ctypes.CFUNCTYPE(ctypes.c_int32, *arguments)(engine.get_function_address(_NAME))


def _words(arrays: Sequence[np.ndarray]) -> Iterator[int]:
    """Arrays as compiled functions take them: owners (none), size, item size, place, shape, strides.

    :raises ValueError: an array that does not lie in one piece, as the compiled code expects.
    """
    for array in arrays:
        if not (array.flags.c_contiguous and array.flags.aligned):
            raise ValueError("the compiled loop takes arrays in one piece only")
        yield from (0, 0, array.size, array.itemsize, array.ctypes.data, *array.shape, *array.strides)


def _make(work: Work, out: np.ndarray) -> bytes:
    """Machine code for such arrays and for this processor; takes some seconds."""
    from numba import typeof

    from chspay_grouper.engine.kernel.loops import group_rows

    kinds = tuple(map(typeof, (work, out)))
    group_rows.compile(kinds)
    module = llvm.parse_assembly(group_rows.inspect_llvm(kinds))
    entry = module.get_function(group_rows.overloads[kinds].fndesc.llvm_func_name)
    arrays = [*work.rules, *work.classes, *work.dx, *work.px, work.scalars, work.seen, out]
    expected = ["ptr", "ptr"]
    for array in arrays:
        expected += ["ptr", "ptr", "i64", "i64", "ptr", *["i64"] * (2 * array.ndim)]
    foreign = [each.name for each in module.functions if each.is_declaration and "llvm." not in each.name]
    if [str(argument.type) for argument in entry.arguments] != expected or foreign:
        raise RuntimeError("this version of numba compiles functions in a form this program does not know")
    entry.name = _NAME
    code: bytes = _processor().emit_object(module)
    return code


def _processor() -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_triple(llvm.get_process_triple()).create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="pic",
        jit=True,
    )
