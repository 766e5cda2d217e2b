"""NumPy's functions that rearrange arrays, on nodes: transposes, shapes, diagonals, repetitions, triangles, bounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ricci.constants import constant_array
from ricci.functions import apply
from ricci.notation.numpy.indexing import indexed, integer_size, picked
from ricci.notation.numpy.products import raveled
from ricci.notation.numpy.shapes import (
    Label,
    Operand,
    Shape,
    SizeClash,
    Sizes,
    axis_number,
    axis_numbers,
    broadcast,
    broadcast_shape,
    integer,
    meet,
    operand,
    relabelled,
    shape_given,
    shape_text,
    stretched,
)
from tensor_networks.axes import Axis, product, quotient, show_shape
from tensor_networks.composites import permuted
from tensor_networks.errors import ShapeError
from tensor_networks.filled import identity
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node
from tensor_networks.patterns import pattern

# orders of axes


def transpose(a: Operand, axes: Any = None) -> Node:
    """The axes reversed, or in the given order."""
    node = operand(a)
    order = tuple(reversed(range(node.order))) if axes is None else axis_numbers(tuple(axes), node.order)
    if len(order) != node.order:
        raise ShapeError(f"transpose needs all {node.order} axes, not {len(order)}")
    return permuted(node, order)


def swapaxes(a: Operand, axis1: int, axis2: int) -> Node:
    """Two axes exchanged."""
    node = operand(a)
    first, second = axis_number(axis1, node.order), axis_number(axis2, node.order)
    order = list(range(node.order))
    order[first], order[second] = second, first
    return permuted(node, tuple(order))


def matrix_transpose(x: Operand) -> Node:
    """The last two axes exchanged."""
    return swapaxes(x, -1, -2)


def moveaxis(a: Operand, source: Any, destination: Any) -> Node:
    """Some axes moved to new places, the others in their order."""
    node = operand(a)
    origin, target = axis_numbers(source, node.order), axis_numbers(destination, node.order)
    if len(origin) != len(target):
        raise ShapeError(f"moveaxis cannot move {len(origin)} axes to {len(target)} places")
    order = [axis for axis in range(node.order) if axis not in origin]
    for place, axis in sorted(zip(target, origin, strict=True)):
        order.insert(place, axis)
    return permuted(node, tuple(order))


# shapes


def reshape(a: Operand, shape: Any, order: str = "C") -> Node:
    """Another shape of as many entries; one size may be -1.

    Raises:
        ShapeError: the number of entries is another one, as far as that can be told.
    """
    node = operand(a)
    if order == "F":
        wanted = shape_given(shape)
        return transpose(reshape(transpose(node), wanted[::-1]))
    target = _completed(shape_given(shape), node)
    split = _refined(node.axes, target)
    if split is None:
        flat = raveled(node)
        split = _refined(flat.axes, target)
        node = flat
    if split is None:
        raise _no_reshape(node, target)
    slots, outputs, sizes = split
    return network([(node, slots)], outputs, sizes)


def _completed(shape: Shape, node: Node) -> Shape:
    """A shape with the size that was left open (-1)."""
    whole = product(node.axes)
    if -1 not in shape:
        if product(shape) != whole:
            raise _no_reshape(node, shape)
        return shape
    rest = quotient(whole, product(size for size in shape if size != -1))
    if shape.count(-1) > 1 or rest is None:
        raise ShapeError(f"cannot reshape {shape_text(node)} to {tuple(shape)}")
    return tuple(rest if size == -1 else size for size in shape)


def _no_reshape(node: Node, shape: Shape) -> SizeClash:
    message = f"cannot reshape {shape_text(node)} to {show_shape(shape)}: not as many entries"
    return SizeClash(message, product(node.axes), product(shape))


Refined = tuple[list[Label | tuple[Label, ...]], list[Label | tuple[Label, ...]], Sizes]


def _refined(before: Shape, after: Shape) -> Refined | None:
    """Two shapes as groups of common wires; None where their sizes do not divide each other in turn."""
    slots: list[list[Label]] = [[] for _ in before]
    outputs: list[list[Label]] = [[] for _ in after]
    sizes: Sizes = {}
    left = [(size, slot) for size, slot in zip(before, slots, strict=True) if size != 1]
    right = [(size, slot) for size, slot in zip(after, outputs, strict=True) if size != 1]
    while left and right:
        (one, slot), (other, output) = left[0], right[0]
        smaller = one if quotient(other, one) is not None else other
        rests = quotient(one, smaller), quotient(other, smaller)
        if None in rests:
            return None
        wire = len(sizes)
        sizes[wire] = smaller
        slot.append(wire)
        output.append(wire)
        left[:1] = [(rests[0], slot)] if rests[0] != 1 else []  # type: ignore[list-item]
        right[:1] = [(rests[1], output)] if rests[1] != 1 else []  # type: ignore[list-item]
    if left or right:
        return None
    return _groups(slots, "old", sizes), _groups(outputs, "new", sizes), sizes


def _groups(groups: Sequence[list[Label]], name: str, sizes: Sizes) -> list[Label | tuple[Label, ...]]:
    """Groups as slots; an empty one is a wire of size 1 of its own."""
    for place, group in enumerate(groups):
        if not group:
            group.append(f"{name} {place}")
            sizes[f"{name} {place}"] = 1
    return [group[0] if len(group) == 1 else tuple(group) for group in groups]


def ravel(a: Operand, order: str = "C") -> Node:
    """All entries along one axis, row by row (column by column for ``order="F"``)."""
    node = operand(a)
    return raveled(transpose(node) if order == "F" else node)


def expand_dims(a: Operand, axis: Any) -> Node:
    """New axes of size 1 at some places of the result."""
    node = operand(a)
    count = len(axis) if isinstance(axis, tuple | list) else 1
    new = axis_numbers(axis, node.order + count)
    rest = iter(range(node.order))
    outputs: list[Label] = [f"one {k}" if k in new else next(rest) for k in range(node.order + count)]
    return relabelled(node, outputs, [label for label in outputs if isinstance(label, str)])


def squeeze(a: Operand, axis: Any = None) -> Node:
    """Without some axes of size 1, or without all of them."""
    node = operand(a)
    gone = [k for k, size in enumerate(node.axes) if size == 1] if axis is None else axis_numbers(axis, node.order)
    for number in gone:
        meet("squeeze", node.axes[number], 1)
    return relabelled(node, [k for k in range(node.order) if k not in gone])


def broadcast_to(array: Operand, shape: Any) -> Node:
    """Stretched to a shape: axes of size 1, and missing leading axes."""
    node, target = operand(array), shape_given(shape)
    fitted = broadcast_shape("broadcast_to", node.axes, target)
    for size, wanted in zip(fitted[::-1], target[::-1], strict=False):
        meet("broadcast_to", size, wanted)
    if len(fitted) != len(target):
        raise ShapeError(f"cannot broadcast {shape_text(node)} to {show_shape(target)}")
    return stretched(node, target)


def broadcast_arrays(*args: Operand) -> tuple[Node, ...]:
    """Arrays stretched to their common shape."""
    return tuple(broadcast("broadcast_arrays", *args))


def at_least(order: int) -> Any:
    """``np.atleast_1d`` and ``np.atleast_2d``: new leading axes of size 1 up to that order."""

    def promoted(*arys: Operand) -> Any:
        nodes = [operand(array) for array in arys]
        made = [indexed(node, (None,) * (order - node.order)) if node.order < order else node for node in nodes]
        return made[0] if len(made) == 1 else tuple(made)

    return promoted


def at_least_3d(*arys: Operand) -> Any:
    """``np.atleast_3d``: vectors get an axis before and after, matrices one after."""
    keys = {0: (None, None, None), 1: (None, slice(None), None), 2: (..., None)}
    made = [indexed(node, keys.get(node.order, ...)) for node in map(operand, arys)]
    return made[0] if len(made) == 1 else tuple(made)


def full_like(a: Operand, fill_value: Operand) -> Node:
    """A value at every entry of the shape of a."""
    return stretched(operand(fill_value), operand(a).axes)


def tile(A: Operand, reps: Any) -> Node:
    """The array so many times along each axis."""
    node = operand(A)
    counts = shape_given(reps)
    order = max(node.order, len(counts))
    counts = (1,) * (order - len(counts)) + counts
    outputs: list[Any] = []
    for axis in range(node.order - order, node.order):
        outputs.append((f"times {axis}", axis) if axis >= 0 else f"times {axis}")
    sizes: Sizes = {f"times {axis}": count for axis, count in enumerate(counts, node.order - order)}
    return network([(node, range(node.order))], outputs, sizes)


def repeat(a: Operand, repeats: Any, axis: Any = None) -> Node:
    """Every entry so many times (or each its own number), along an axis or of the flattened array."""
    node = operand(a)
    if axis is None:
        node, axis = raveled(node), 0
    number = axis_number(axis, node.order)
    if np.ndim(repeats):
        places = np.arange(integer_size(node.axes[number], "np.repeat"))
        return picked(node, number, np.repeat(places, np.asarray(repeats)))
    outputs: list[Any] = list(range(node.order))
    outputs[number] = (number, "times")
    return network([(node, range(node.order))], outputs, {"times": integer(repeats, "the number of repeats")})


# diagonals and triangles


def diag(v: Operand, k: int = 0) -> Node:
    """A vector on the (k-th) diagonal of a square matrix, or the diagonal of a matrix."""
    node = operand(v)
    if node.order == 2:
        return diagonal(node, k)
    if node.order != 1:
        raise ShapeError(f"diag needs a vector or a matrix, not {shape_text(node)}")
    offset = integer(k, "the number of a diagonal")
    if not offset:
        return network([(node, "i")], "ii")
    size = integer_size(node.axes[0], "a diagonal off the middle")
    square = size + abs(offset)
    rows, columns = np.arange(size) - min(offset, 0), np.arange(size) + max(offset, 0)
    places = [constant_array(place[:, None] == np.arange(square)) for place in (rows, columns)]
    return network([(node, "i"), (places[0], "ia"), (places[1], "ib")], "ab")


def diagflat(v: Operand, k: int = 0) -> Node:
    """All entries on the (k-th) diagonal of a square matrix."""
    return diag(raveled(operand(v)), k)


def diagonal(a: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Node:
    """The diagonal of two axes, as the last axis.

    Raises:
        ShapeError: the two axes have different symbols for sizes.
    """
    node = operand(a)
    first, second = axis_numbers((axis1, axis2), node.order)
    shift = integer(offset, "the number of a diagonal")
    if shift or (isinstance(node.axes[first], int) and isinstance(node.axes[second], int)):
        sizes = [integer_size(node.axes[axis], "a diagonal off the middle") for axis in (first, second)]
        rows = np.arange(max(0, -shift), min(sizes[0], sizes[1] - shift))
        node = _kept(_kept(node, first, rows), second, rows + shift)
    meet("diagonal", node.axes[first], node.axes[second])
    wires: list[Label] = list(range(node.order))
    wires[first] = wires[second] = "both"
    return network([(node, wires)], [*(wire for wire in wires if wire != "both"), "both"])


def _kept(node: Node, axis: int, places: Any) -> Node:
    """Some entries of an axis; the node itself if they are all."""
    return node if len(places) == node.axes[axis] else picked(node, axis, places)


def trace(a: Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Node:
    """The sum of the diagonal of two axes."""
    node = diagonal(a, offset, axis1, axis2)
    return relabelled(node, range(node.order - 1))


def triangle(upper: bool) -> Any:
    """``np.tril`` and ``np.triu``: zeros on one side of the (k-th) diagonal of the last two axes."""

    def cut(m: Operand, k: int = 0) -> Node:
        node = operand(m)
        mask = _triangle_of_ones(node.axes[-2:], integer(k, "the number of a diagonal"), upper)
        wires = range(node.order)
        return network([(node, wires), (mask, wires[-2:])], wires)

    return cut


def _triangle_of_ones(axes: Shape, k: int, upper: bool) -> Node:
    """Ones on and below (or above) the k-th diagonal; of sizes that are symbols only next to the main diagonal."""
    shift = -k if upper else k
    if len(set(axes)) > 1 or isinstance(axes[0], int) or shift not in (-1, 0):
        sizes = [integer_size(size, "a triangle of a matrix") for size in axes]
        return constant_array((np.triu if upper else np.tril)(np.ones(sizes), k))
    ones: Node = pattern("lower", axes[0])
    if shift:
        ones = total([(ones, 1), (identity(axes[0]), -1)])
    return network([(ones, "ij")], "ji" if upper else "ij")


def places(function: Any, arr: Operand, k: int = 0) -> Any:
    """``np.tril_indices_from`` and the like: the places of entries, which are constants, of an array of such a shape."""
    shape = [integer_size(size, function.__name__) for size in operand(arr).axes]
    return function(np.empty(shape), *([k] if k else []))


# bounds


def clip(a: Operand, a_min: Operand = None, a_max: Operand = None, *, min: Operand = None, max: Operand = None) -> Node:
    """Entries below a bound raised to it, those above another lowered to it."""
    node = operand(a)
    for name, bound in (("maximum", a_min if min is None else min), ("minimum", a_max if max is None else max)):
        if bound is not None and not (isinstance(bound, float) and np.isinf(bound)):
            node = apply(name, *broadcast("clip", node, bound))
    return node


def size(a: Operand, axis: Any = None) -> Axis:
    """The number of entries, or of those along some axes."""
    node = operand(a)
    return product(node.axes[k] for k in axis_numbers(axis, node.order))
