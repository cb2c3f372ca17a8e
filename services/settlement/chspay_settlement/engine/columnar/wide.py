"""Whole numbers of 128 bits in two limbs, compiled: product, sum and division without any rounding.

Everything is ``uint64``; a number of 128 bits is its high and its low limb, a negative one in two's
complement.
"""

# mypy: disable-error-code="no-any-return,untyped-decorator"
from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

#: Without the interpreter's lock, and without counting references: nothing is made or freed in here.
OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
inlined: Any = njit(**OPTIONS, forceinline=True)
_intrinsic: Any = intrinsic

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_HALF, _LOW_HALF = np.uint64(32), np.uint64(2**32 - 1)
_BASE, _BITS, _TOP = np.uint64(2**32), np.uint64(64), np.uint64(2**63)


@_intrinsic
def high_product(context: Any, a: Any, b: Any) -> Any:  # noqa: ARG001 - numba asks for it
    """The high limb of ``a · b``."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), build


@_intrinsic
def leading_zeros(context: Any, word: Any) -> Any:  # noqa: ARG001 - numba asks for both
    """How many high bits of a number above zero are not set."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ARG001
        return builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), build


@inlined
def divide(high: Any, low: Any, by: Any) -> tuple[Any, Any]:
    """Quotient and remainder of a number of two limbs; ``high`` is below ``by``.

    Schoolbook division in digits of 32 bits (Knuth, The Art of Computer Programming 2, 4.3.1, D).
    """
    if high == _ZERO:
        return low // by, low % by
    shift = leading_zeros(by)
    by <<= shift
    top = by >> _HALF
    bottom = by & _LOW_HALF
    if shift:
        high = high << shift | low >> (_BITS - shift)
        low <<= shift
    first, high = _digit(high, low >> _HALF, top, bottom, by)
    second, high = _digit(high, low & _LOW_HALF, top, bottom, by)
    return first << _HALF | second, high >> shift


@inlined
def _digit(rest: Any, following: Any, top: Any, bottom: Any, by: Any) -> tuple[Any, Any]:
    """One digit of a quotient, and the rest that is carried on."""
    digit = rest // top
    left = rest - digit * top
    while digit >= _BASE or digit * bottom > (left << _HALF | following):
        digit -= _ONE
        left += top
        if left >= _BASE:
            break
    return digit, (rest << _HALF | following) - digit * by
