"""Vectors of sixteen float32 inside compiled code: a register of AVX-512, two of AVX2, four of NEON.

Loops over components that LLVM vectorises by itself keep one row in registers at a time; tiles of several rows, where the
speed is, need the vectors by name. Every memory argument is a C-contiguous float32 array, or the address of one, with an index
into its flat data. An address costs nothing to hand on; references to an array are counted (arrays/borrowing.py).
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

LANES = 16
_HUGE_PAGE = 1 << 21  # bytes
_LARGE = 1 << 21  # components, 8 MB


class _Lanes(types.Type):
    def __init__(self) -> None:
        super().__init__(name="float32x16")


_lanes = _Lanes()
_FLOAT = ir.FloatType()
_VECTOR = ir.VectorType(_FLOAT, LANES)


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _address(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    if isinstance(kind, types.Integer):
        data = builder.inttoptr(array, _FLOAT.as_pointer())
    else:
        data = context.make_array(kind)(context, builder, array).data
    return builder.gep(data, [index])


def _shuffle(builder: Any, a: Any, b: Any, mask: list[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(ir.IntType(32), len(mask)), mask))


def _everywhere(builder: Any, value: Any) -> Any:
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    return _shuffle(builder, one, one, [0] * LANES)


@intrinsic
def address(typing: Any, array: Any) -> Any:
    """Where an array's data begins. The caller keeps the array alive: an address holds no reference."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        return builder.ptrtoint(data, ir.IntType(64))

    return types.int64(array), code


@intrinsic
def load(typing: Any, array: Any, index: Any) -> Any:
    """Sixteen components from array.flat[index] on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _address(context, builder, signature.args[0], args[0], args[1])
        vector = builder.load(builder.bitcast(pointer, _VECTOR.as_pointer()))
        vector.align = 4
        return vector

    return _lanes(array, types.int64), code


@intrinsic
def store(typing: Any, array: Any, index: Any, value: Any) -> Any:
    """Write sixteen components."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _address(context, builder, signature.args[0], args[0], args[1])
        builder.store(args[2], builder.bitcast(pointer, _VECTOR.as_pointer())).align = 4
        return context.get_dummy_value()

    return types.void(array, types.int64, _lanes), code


@intrinsic
def spread(typing: Any, array: Any, index: Any) -> Any:
    """The component array.flat[index] in all lanes."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _everywhere(builder, builder.load(_address(context, builder, signature.args[0], args[0], args[1])))

    return _lanes(array, types.int64), code


@intrinsic
def splat(typing: Any, value: Any) -> Any:
    """One float32 in all lanes."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _everywhere(builder, args[0])

    return _lanes(types.float32), code


@intrinsic
def multiply_add(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, rounded once."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 3)
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.fma.v16f32"), args)

    return _lanes(_lanes, _lanes, _lanes), code


@intrinsic
def add(typing: Any, a: Any, b: Any) -> Any:
    """a + b."""
    return _lanes(_lanes, _lanes), lambda context, builder, signature, args: builder.fadd(*args)


@intrinsic
def multiply(typing: Any, a: Any, b: Any) -> Any:
    """a * b."""
    return _lanes(_lanes, _lanes), lambda context, builder, signature, args: builder.fmul(*args)


@intrinsic
def divide(typing: Any, a: Any, b: Any) -> Any:
    """a / b."""
    return _lanes(_lanes, _lanes), lambda context, builder, signature, args: builder.fdiv(*args)


@intrinsic
def clamp(typing: Any, a: Any, limit: Any) -> Any:
    """a, or the limit of its sign where it lies beyond."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(_VECTOR, [_VECTOR] * 2)
        least = cgutils.get_or_insert_function(builder.module, kind, "llvm.minnum.v16f32")
        most = cgutils.get_or_insert_function(builder.module, kind, "llvm.maxnum.v16f32")
        return builder.call(most, [builder.call(least, [args[0], args[1]]), builder.fneg(args[1])])

    return _lanes(_lanes, _lanes), code


def _four_sums(builder: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """A vector of four: the sums of four vectors' lanes, in a third of the instructions that adding them one by one takes."""

    def halves(x: Any, y: Any) -> Any:
        low = _shuffle(builder, x, y, [*range(8), *range(16, 24)])
        return builder.fadd(low, _shuffle(builder, x, y, [*range(8, 16), *range(24, 32)]))

    ab, cd = halves(a, b), halves(c, d)
    low = _shuffle(builder, ab, cd, [*range(4), *range(8, 12), *range(16, 20), *range(24, 28)])
    abcd = builder.fadd(low, _shuffle(builder, ab, cd, [*range(4, 8), *range(12, 16), *range(20, 24), *range(28, 32)]))
    for step in (2, 1):
        abcd = builder.fadd(abcd, _shuffle(builder, abcd, abcd, [i ^ step for i in range(LANES)]))
    return _shuffle(builder, abcd, abcd, [0, 4, 8, 12])


@intrinsic
def sums(typing: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """The sums of four vectors' lanes."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        four = _four_sums(builder, *args)
        each = [builder.extract_element(four, ir.Constant(ir.IntType(32), i)) for i in range(4)]
        return context.make_tuple(builder, signature.return_type, each)

    return types.UniTuple(types.float32, 4)(_lanes, _lanes, _lanes, _lanes), code


@intrinsic
def store_sums(typing: Any, array: Any, index: Any, a: Any, b: Any, c: Any, d: Any) -> Any:
    """Write the sums of four vectors' lanes to array.flat[index : index + 4]."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        four = _four_sums(builder, *args[2:])
        pointer = _address(context, builder, signature.args[0], args[0], args[1])
        builder.store(four, builder.bitcast(pointer, four.type.as_pointer())).align = 4
        return context.get_dummy_value()

    return types.void(array, types.int64, _lanes, _lanes, _lanes, _lanes), code


@intrinsic
def prefetch(typing: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of array.flat[index], soon to be written."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        pointer = builder.bitcast(_address(context, builder, signature.args[0], args[0], args[1]), byte)
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(ask, [pointer, *(ir.Constant(word, i) for i in (1, 3, 1))])
        return context.get_dummy_value()

    return types.void(array, types.int64), code


@intrinsic
def take(typing: Any, counter: Any) -> Any:
    """counter[0] before it is raised by one, atomically: the next piece of work for a thread."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _address(context, builder, signature.args[0], args[0], ir.Constant(ir.IntType(64), 0))
        return builder.atomic_rmw("add", pointer, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(counter), code


def width(dim: int) -> int:
    """Components a row takes in memory: whole vectors of lanes; the surplus stays zero."""
    return -(-dim // LANES) * LANES


def aligned(height: int, dim: int) -> np.ndarray:
    """float32 [height, width(dim)] of zeros that starts at a cache line, so that no vector straddles two.

    A large one starts at a page of 2 MB, where the system has them (Linux gives NumPy's arrays of 4 MB and more such pages, but not
    those it gets zeroed): rows are fetched from everywhere, and each fetch from a small page has to look up where that page lies.
    """
    size = height * width(dim)
    line = 64 if size < _LARGE else _HUGE_PAGE
    raw = np.empty(size + line // 4, np.float32)
    start = -raw.ctypes.data % line // 4
    matrix = raw[start : start + size].reshape(height, width(dim))
    matrix[:] = 0
    return matrix


@njit
def buffer(height, columns):
    """float32 [height, columns] of zeros that starts at a cache line, inside compiled code."""
    raw = np.zeros(height * columns + 2 * LANES, np.float32)
    start = (-raw.ctypes.data % 64) // 4
    return raw[start : start + height * columns].reshape(height, columns)
