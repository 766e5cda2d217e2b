"""Operands and shapes as NumPy sees them: what is an array, broadcasting from the last axis, labelled products."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from numbers import Number
from typing import Any

import numpy as np

from ricci.constants import constant_array, selection
from ricci.notation.numpy.stand_ins import Extent, Untraceable
from tensor_networks.axes import Axis, atoms, show, show_shape
from tensor_networks.errors import OperandError, ShapeError, TraceError
from tensor_networks.networks import constant, network, size_of, total
from tensor_networks.nodes import Node

Operand = Any  # a node, a number, an array of numbers or nested lists of them
Label = Hashable
Shape = tuple[Axis, ...]
Sizes = dict[Any, Axis]  # by label


class SizeClash(ShapeError):
    """Two sizes that should be equal are not.

    ``binding`` is the symbol, and the number for it, that would make them equal; None if there is no such thing.
    """

    def __init__(self, message: str, first: Axis, second: Axis) -> None:
        super().__init__(message)
        self.binding = _binding(first, second) or _binding(second, first)


def _binding(symbolic: Axis, number: Axis) -> tuple[str, int] | None:
    symbols = [atom for atom in atoms(symbolic) if isinstance(atom, str)]
    factor = next((atom for atom in atoms(symbolic) if isinstance(atom, int)), 1)
    if len(symbols) == 1 and isinstance(number, int) and factor and number % factor == 0:
        return symbols[0], number // factor
    return None


def operand(value: Operand) -> Node:
    """The node of an operand: a node itself, a number, an array of numbers.

    Raises:
        OperandError: it is none of these.
        TraceError: it is a comparison, which has no formula.
    """
    if isinstance(value, Node):
        return value
    if isinstance(value, Extent):
        return size_of(value.size)
    if isinstance(value, Untraceable):
        return value.as_node()
    if isinstance(value, np.ndarray | np.generic) and not isinstance(value, np.matrix):
        return constant_array(value)
    if isinstance(value, complex):
        raise OperandError("complex numbers cannot be operands: expressions are real")
    if isinstance(value, Number):
        return constant(value)
    if isinstance(value, list | tuple):
        return stacked_list(value)
    raise OperandError(f"{type(value).__name__} cannot be an operand: an expression, a number or an array can")


def stacked_list(values: Sequence[Operand]) -> Node:
    """A list of operands of one shape as one node, its first axis along the list."""
    nodes = [operand(value) for value in values]
    if not any(isinstance(node, Node) and not _is_plain(value) for node, value in zip(nodes, values, strict=True)):
        return constant_array(values)
    shape = broadcast_shape("a list", *(node.axes for node in nodes))
    return stacked([stretched(node, shape) for node in nodes])


def _is_plain(value: Operand) -> bool:
    """Is a value made of numbers alone?"""
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return not isinstance(value, Node | Extent)


def stacked(nodes: Sequence[Node], axis: int = 0) -> Node:
    """Nodes of one shape along a new axis at that place."""
    terms = []
    for place, node in enumerate(nodes):
        wires: list[Label] = list(range(node.order))
        outputs = [*wires[:axis], "new", *wires[axis:]]
        terms.append((network([(selection(place, len(nodes)), ["new"]), (node, wires)], outputs), 1))
    return total(terms)


# sizes that must fit


def meet(what: str, first: Axis, second: Axis) -> Axis:
    """The common value of two sizes that must be equal.

    Raises:
        SizeClash: they are not.
    """
    if first != second:
        raise SizeClash(f"{what} cannot join axes of the sizes {show(first)} and {show(second)}", first, second)
    return first


def spread(what: str, first: Axis, second: Axis) -> Axis:
    """The common value of two sizes where a 1 is stretched to the other one.

    Raises:
        SizeClash: they differ and neither is 1.
    """
    if first == second or second == 1:
        return first
    if first == 1:
        return second
    return meet(what, first, second)


def broadcast_shape(what: str, *shapes: Shape) -> Shape:
    """The shape that shapes are stretched to, aligned at their last axes.

    Raises:
        SizeClash: two sizes do not fit.
    """
    longest = max(shapes, key=len)
    if all(shape == longest for shape in shapes):
        return longest
    out = list(longest)
    for shape in shapes:
        for place, size in enumerate(shape, len(out) - len(shape)):
            out[place] = spread(what, out[place], size)
    return tuple(out)


def slots_in(node: Node, shape: Shape, name: str = "") -> list[Label]:
    """The wires of a node stretched to a shape: those of the shape, and one of its own for every axis of size 1."""
    before = len(shape) - node.order
    return [place if size == shape[place] else f"one {name} {place}" for place, size in enumerate(node.axes, before)]


def stretched(node: Node, shape: Shape) -> Node:
    """The node with axes of size 1 and missing leading axes filled up to a shape that it fits."""
    if node.axes == shape:
        return node
    return network([(node, slots_in(node, shape))], range(len(shape)), dict(enumerate(shape)))


def broadcast(what: str, *values: Operand) -> list[Node]:
    """Operands stretched to their common shape."""
    nodes = [operand(value) for value in values]
    shape = broadcast_shape(what, *(node.axes for node in nodes))
    return [stretched(node, shape) for node in nodes]


def contracted(
    what: str,
    operands: Iterable[tuple[Node, Sequence[Label]]],
    outputs: Sequence[Label | tuple[Label, ...]],
    flexible: Collection[Label] = (),
) -> Node:
    """The product of nodes with labelled axes, summed over the labels that are not among the outputs.

    A label joins axes of one size; if it is flexible, an axis of size 1 is stretched to the others.

    Raises:
        SizeClash: the sizes of a label do not fit.
    """
    operands = list(operands)
    sizes: Sizes = {}
    for node, labels in operands:
        for label, size in zip(labels, node.axes, strict=True):
            fit = spread if label in flexible else meet
            sizes[label] = fit(what, sizes.get(label, size), size)
    factors = []
    for number, (node, labels) in enumerate(operands):
        wires = enumerate(zip(labels, node.axes, strict=True))
        factors.append((node, [label if sizes[label] == size else f"one {number} {axis}" for axis, (label, size) in wires]))
    used = [label for slot in outputs for label in (slot if isinstance(slot, tuple) else (slot,))]
    return network(factors, outputs, {label: sizes[label] for label in used})


# axes


def axis_number(axis: object, order: int) -> int:
    """An axis given as in NumPy, negative from the end, as 0 .. order-1.

    Raises:
        ShapeError: there is no such axis.
    """
    number = integer(axis, "an axis")
    if not -order <= number < order:
        raise ShapeError(f"there is no axis {number}: there are {order}")
    return number % order


def axis_numbers(axis: Any, order: int) -> tuple[int, ...]:
    """Axes given as in NumPy: None for all, an integer, or several.

    Raises:
        ShapeError: there is no such axis, or it is named twice.
    """
    if axis is None:
        return tuple(range(order))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    numbers = tuple(axis_number(one, order) for one in given)
    if len(set(numbers)) < len(numbers):
        raise ShapeError(f"an axis is named twice in {tuple(given)}")
    return numbers


def integer(value: Any, what: str) -> int:
    """A Python or NumPy integer.

    Raises:
        OperandError: it is something else.
        TraceError: it is the size of an axis, a symbol.
    """
    if isinstance(value, bool | np.bool_ | float | str) and not isinstance(value, Extent):
        raise OperandError(f"{what} must be an integer, not {value!r}")
    if isinstance(value, Node):
        raise TraceError(f"{what} must be a number that is known while the function is traced, not an expression")
    if not hasattr(value, "__index__"):
        raise OperandError(f"{what} must be an integer that is known, not {type(value).__name__}")
    return int(value.__index__())


def size_given(value: Any) -> Axis:
    """A size as a user passes it: an integer, or the symbol of an axis."""
    if isinstance(value, Extent):
        return value.size
    if isinstance(value, str):
        return value
    return integer(value, "a size")


def shape_given(value: Any) -> Shape:
    """A shape as a user passes it: one size or several."""
    return tuple(map(size_given, value)) if isinstance(value, tuple | list) else (size_given(value),)


def relabelled(node: Node, outputs: Sequence[Label | tuple[Label, ...]], ones: Iterable[Label] = ()) -> Node:
    """The node whose axes have the labels 0, 1, ..., read with other outputs; labels not among them are summed.

    ``ones`` are new labels of size 1.
    """
    return network([(node, range(node.order))], outputs, dict.fromkeys(ones, 1))


def shape_text(node: Node) -> str:
    """The shape of a node, for messages."""
    return show_shape(node.axes)
