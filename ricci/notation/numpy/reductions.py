"""NumPy's reductions on nodes: sum, mean, prod, var, std, max, min, with axes and keepdims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ricci.functions import Apply, apply
from ricci.notation.numpy.indexing import picked
from ricci.notation.numpy.shapes import Label, Operand, axis_numbers, operand, relabelled
from ricci.notation.numpy.ufuncs import combined, divide, multiply, root, scaled
from tensor_networks.axes import Axis, product, show
from tensor_networks.errors import OperandError, ShapeError, TraceError
from tensor_networks.filled import ones
from tensor_networks.networks import constant, elementwise_power, network, size_of, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import exact, ratio


def sum_(a: Operand, axis: Any = None, *, keepdims: bool = False) -> Node:
    """The sum over some axes, or over all."""
    node = operand(a)
    axes = axis_numbers(axis, node.order)
    outputs, ones = kept(node, axes, keepdims)
    return relabelled(node, outputs, ones)


def kept(node: Node, axes: Sequence[int], keepdims: bool) -> tuple[list[Label], list[Label]]:
    """The labels of a reduced node, and those among them that are new axes of size 1."""
    outputs: list[Label] = []
    for axis in range(node.order):
        if axis not in axes:
            outputs.append(axis)
        elif keepdims:
            outputs.append(f"one {axis}")
    return outputs, [label for label in outputs if isinstance(label, str)]


def count(node: Node, axes: Sequence[int]) -> Axis:
    """The number of entries along some axes, as a size."""
    return product(node.axes[axis] for axis in axes)


def mean(a: Operand, axis: Any = None, *, keepdims: bool = False) -> Node:
    """The mean over some axes, or over all."""
    node = operand(a)
    axes = axis_numbers(axis, node.order)
    return divide(sum_(node, axes, keepdims=keepdims), size_of(count(node, axes)))


def average(a: Operand, axis: Any = None, weights: Operand = None, *, keepdims: bool = False) -> Node:
    """The mean with weights, of the shape of a or along one axis."""
    node = operand(a)
    if weights is None:
        return mean(node, axis, keepdims=keepdims)
    weight = operand(weights)
    if weight.order < node.order:
        axes = axis_numbers(axis, node.order)
        if len(axes) != 1 or weight.order != 1:
            raise ShapeError("the weights of an average have the shape of the array, or lie along one axis")
        others: list[Label] = [f"one {k}" for k in range(node.order)]
        others[axes[0]] = 0
        weight = relabelled(weight, others, [label for label in others if label != 0])
    above = sum_(multiply(node, weight), axis, keepdims=keepdims)
    return divide(above, sum_(multiply(weight, ones(node.axes)), axis, keepdims=keepdims))


def var(a: Operand, axis: Any = None, *, ddof: float = 0, keepdims: bool = False, correction: float = 0) -> Node:
    """The mean square of the difference from the mean, over the count less ``ddof``."""
    node = operand(a)
    axes = axis_numbers(axis, node.order)
    away = combined("var", node, mean(node, axes, keepdims=True), 1, -1)
    less = exact(ddof or correction)
    number = size_of(count(node, axes))
    if less:
        number = total([(number, 1), (constant(less), -1)])
    return divide(sum_(elementwise_power(away, 2), axes, keepdims=keepdims), number)


def std(a: Operand, axis: Any = None, *, ddof: float = 0, keepdims: bool = False, correction: float = 0) -> Node:
    """The root of the variance."""
    return root(var(a, axis, ddof=ddof, keepdims=keepdims, correction=correction))


def prod(a: Operand, axis: Any = None, *, keepdims: bool = False) -> Node:
    """The product over some axes of integer size, or over all.

    Raises:
        TraceError: an axis has a symbol for a size.
    """
    node = operand(a)
    axes = axis_numbers(axis, node.order)
    if isinstance(node, Apply) and node.function.name == "eigvals" and axes == (node.order - 1,):
        value = apply("det", node.args[0])  # the product of the eigenvalues
        return with_ones(value, axes) if keepdims else value
    for number in sorted(axes, reverse=True):
        size = node.axes[number]
        if not isinstance(size, int):
            raise TraceError(f"a product over an axis of {show(size)} entries has no formula: {show(size)} is a symbol")
        parts = [picked(node, number, place) for place in range(size)]
        shape = node.axes[:number] + node.axes[number + 1 :]
        wires = range(len(shape))
        node = network([(part, wires) for part in parts], wires, dict(enumerate(shape)))
    return with_ones(node, axes) if keepdims else node


def with_ones(node: Node, axes: Sequence[int]) -> Node:
    """A reduced node with axes of size 1 where it had others."""
    rest = iter(range(node.order))
    outputs: list[Label] = [f"one {axis}" if axis in axes else next(rest) for axis in range(node.order + len(axes))]
    return relabelled(node, outputs, [label for label in outputs if isinstance(label, str)])


def reduced(name: str, node: Node, axes: Sequence[int], keepdims: bool) -> Node:
    """A function of vectors of the table, over some axes read as one."""
    if not axes:
        return node
    rest = [axis for axis in range(node.order) if axis not in axes]
    value = apply(name, relabelled(node, [*rest, tuple(sorted(axes))]))
    return with_ones(value, axes) if keepdims else value


def amax(a: Operand, axis: Any = None, *, keepdims: bool = False) -> Node:
    """The largest entry along some axes, or of all. Its derivative is shared among equal largest entries."""
    node = operand(a)
    return reduced("amax", node, axis_numbers(axis, node.order), keepdims)


def amin(a: Operand, axis: Any = None, *, keepdims: bool = False) -> Node:
    """The smallest entry along some axes, or of all."""
    node = scaled(operand(a), -1)
    return scaled(reduced("amax", node, axis_numbers(axis, node.order), keepdims), -1)


def ptp(a: Operand, axis: Any = None, *, keepdims: bool = False) -> Node:
    """The largest entry less the smallest."""
    return combined("ptp", amax(a, axis, keepdims=keepdims), amin(a, axis, keepdims=keepdims), 1, -1)


def logaddexp_reduce(a: Operand, axis: Any = 0, *, keepdims: bool = False) -> Node:
    """log(sum(exp(a))) over some axes, without overflow."""
    node = operand(a)
    return reduced("logsumexp", node, axis_numbers(axis, node.order), keepdims)


def norm_of(x: Operand, ord: Any, axes: Sequence[int], keepdims: bool) -> Node:
    """The norm of that order over some axes, all their entries taken as one vector.

    Raises:
        OperandError: the order is not a number from 1 on, or infinity.
    """
    node = operand(x)
    if ord in (None, 2, "fro", "f"):
        if len(axes) == node.order:
            value = apply("norm2", node)
            return with_ones(value, axes) if keepdims else value
        return root(sum_(elementwise_power(node, 2), tuple(axes), keepdims=keepdims))
    size = apply("abs", node)
    if ord == float("inf"):
        return reduced("amax", size, axes, keepdims)
    if ord == float("-inf"):
        return scaled(reduced("amax", scaled(size, -1), axes, keepdims), -1)
    if isinstance(ord, str) or ord == 0:
        raise OperandError(f"a norm of order {ord!r} has no formula here")
    if ord == 1:
        return sum_(size, tuple(axes), keepdims=keepdims)
    value = sum_(elementwise_power(size, ord), tuple(axes), keepdims=keepdims)
    return elementwise_power(value, ratio(1, exact(ord)))
