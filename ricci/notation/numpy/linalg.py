"""``numpy.linalg`` on nodes: inverses, determinants, solutions, powers and norms."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ricci.constants import constant_array
from ricci.functions import apply
from ricci.functions.powers import matrix_power as power_of
from ricci.notation.numpy.arrays import diagonal, trace
from ricci.notation.numpy.products import matmul, raveled, unraveled
from ricci.notation.numpy.reductions import amax, amin, norm_of, sum_
from ricci.notation.numpy.shapes import (
    Label,
    Operand,
    axis_number,
    axis_numbers,
    contracted,
    integer,
    meet,
    operand,
    shape_text,
)
from ricci.notation.numpy.spectra import spectral_norm, square
from tensor_networks.composites import permuted
from tensor_networks.errors import OperandError, ShapeError
from tensor_networks.networks import network
from tensor_networks.nodes import Node


def inv(a: Operand) -> Node:
    """The inverse of the last two axes."""
    return apply("inv", square("inv", a))


def det(a: Operand) -> Node:
    """The determinant of the last two axes."""
    return apply("det", square("det", a))


class SlogdetResult(NamedTuple):
    """What ``np.linalg.slogdet`` returns."""

    sign: Node
    logabsdet: Node


def slogdet(a: Operand) -> SlogdetResult:
    """The sign, and the logarithm of the size, of the determinant."""
    node = square("slogdet", a)
    return SlogdetResult(apply("detsign", node), apply("logdet", node))


def solve(a: Operand, b: Operand) -> Node:
    """The x of ``a x = b``; b is a vector or a stack of matrices."""
    return matmul(inv(a), b)


def matrix_power(a: Operand, n: Any) -> Node:
    """A whole power of the last two axes as a matrix; of the inverse, for a negative n. It may be an expression."""
    node = square("matrix_power", a)
    if not isinstance(n, Node):
        return power_of(node, integer(n, "the power of a matrix"))
    if n.order:
        raise ShapeError(f"the power of a matrix is a scalar, not of shape {shape_text(n)}")
    batch = [f"b{axis}" for axis in range(node.order - 2)]
    return apply("powm", node, network([(n, ())], batch, dict(zip(batch, node.axes, strict=False))))


def norm(x: Operand, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Node:
    """``np.linalg.norm``: of all entries, along an axis, or of matrices in two axes.

    Raises:
        OperandError: an order that is not known.
    """
    node = operand(x)
    axes = axis_numbers(axis, node.order)
    if axis is None and ord is None:
        return norm_of(node, None, axes, keepdims)
    if len(axes) == 2:
        return matrix_norm_of(node, "fro" if ord is None else ord, axes, keepdims)
    if len(axes) != 1 or isinstance(ord, str):
        raise OperandError(f"norm: order {ord!r} over {len(axes)} axes has no meaning")
    return norm_of(node, ord, axes, keepdims)


def matrix_norm_of(node: Node, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Node:
    """The norm of matrices in two axes: Frobenius, largest (smallest) column sum (1, -1) or row sum (infinity),
    or of singular values."""
    if ord in ("fro", "f"):
        return norm_of(node, "fro", axes, keepdims)
    if ord in (2, -2, "nuc"):
        return spectral_norm(node, ord, axes, keepdims)
    if ord not in (1, -1, float("inf"), float("-inf")):
        raise OperandError(f"a matrix norm of order {ord!r} has no formula here")
    summed, kept = axes if ord in (1, -1) else axes[::-1]
    sums = sum_(apply("abs", node), summed, keepdims=True)
    extreme = (amax if ord > 0 else amin)(sums, kept, keepdims=True)
    return sum_(extreme, tuple(axes), keepdims=keepdims)


def vector_norm(x: Operand, *, axis: Any = None, ord: Any = 2, keepdims: bool = False) -> Node:
    """The norm of all entries along some axes as one vector."""
    node = operand(x)
    return norm_of(node, ord, axis_numbers(axis, node.order), keepdims)


def matrix_norm(x: Operand, *, ord: Any = "fro", keepdims: bool = False) -> Node:
    """The norm of matrices in the last two axes."""
    node = operand(x)
    return matrix_norm_of(node, ord, axis_numbers((-2, -1), node.order), keepdims)


def tensorsolve(a: Operand, b: Operand, axes: Any = None) -> Node:
    """The x of ``tensordot(a, x, x.ndim) = b``."""
    node, right = operand(a), operand(b)
    if axes is not None:
        moved = axis_numbers(axes, node.order)
        node = permuted(node, (*(k for k in range(node.order) if k not in moved), *moved))
    after = node.axes[right.order :]
    matrix = network([(node, range(node.order))], [tuple(range(right.order)), tuple(range(right.order, node.order))])
    return unraveled(solve(matrix, raveled(right)), after)


def tensorinv(a: Operand, ind: int = 2) -> Node:
    """The inverse of a tensor as a map from its last axes to the first ``ind``."""
    node = operand(a)
    first, last = tuple(range(ind)), tuple(range(ind, node.order))
    inverse = inv(network([(node, range(node.order))], [first, last]))
    return network([(inverse, [last, first])], [*last, *first], dict(enumerate(node.axes)))


def last_diagonal(x: Operand, *, offset: int = 0) -> Node:
    """The diagonal of the last two axes."""
    return diagonal(x, offset, -2, -1)


def last_trace(x: Operand, *, offset: int = 0) -> Node:
    """The trace of the last two axes."""
    return trace(x, offset, -2, -1)


def cross(a: Operand, b: Operand, axis: int = -1) -> Node:
    """The cross product of vectors with three entries along an axis."""
    first, second = operand(a), operand(b)
    factors: list[tuple[Node, list[Label]]] = []
    for node, name in ((first, "b"), (second, "c")):
        number = axis_number(axis, node.order)
        meet("cross", node.axes[number], 3)
        labels: list[Label] = list(range(node.order - 2, -1, -1))
        labels.insert(number, name)
        factors.append((node, labels))
    rest = list(range(max(first.order, second.order) - 2, -1, -1))
    outputs: list[Label] = list(rest)
    outputs.insert(axis_number(axis, len(rest) + 1), "a")
    signs = constant_array(np.cross(np.eye(3)[:, None], np.eye(3)[None, :]).transpose(2, 0, 1))
    return contracted("cross", [(signs, ["a", "b", "c"]), *factors], outputs, flexible=rest)
