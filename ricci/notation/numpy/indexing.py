"""NumPy's indexing by constants on nodes, and what is made of it: take, flip, split, concatenate, stack.

An entry of an axis of integer size is picked by contracting with a constant that is 1 at its place; new axes are wires
of size 1; a whole slice is the wire itself, whatever its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ricci.constants import Array, selection
from ricci.notation.numpy.products import raveled, unraveled
from ricci.notation.numpy.shapes import (
    Label,
    Operand,
    Sizes,
    axis_number,
    axis_numbers,
    integer,
    meet,
    operand,
    stacked,
    stretched,
)
from tensor_networks.axes import Axis, show
from tensor_networks.errors import OperandError, ShapeError, TraceError
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node
from tensor_networks.patterns import pattern


def integer_size(size: Axis, what: str) -> int:
    """A size that must be a number.

    Raises:
        TraceError: it is a symbol.
    """
    if not isinstance(size, int):
        raise TraceError(
            f"{what} needs an axis whose size is a number, not {show(size)}",
            hint=f"declare the axis with a number instead of {show(size)}",
        )
    return size


def picked(node: Node, axis: int, places: Any) -> Node:
    """The entries at some places (in range) of an axis of integer size; the axes of ``places`` stand in its stead."""
    chosen = selection(places, integer_size(node.axes[axis], "picking an entry"))
    new: list[Label] = [f"new {k}" for k in range(chosen.order - 1)]
    before, after = range(axis), range(axis + 1, node.order)
    return network([(node, [*before, "picked", *after]), (chosen, [*new, "picked"])], [*before, *new, *after])


class _Part(NamedTuple):
    """What an index does: take an axis whole, pick entries of it by a slice, or by places; make a new axis; or nothing.

    The last is what an ellipsis does that stands for no axis: it only parts the indices beside it.
    """

    kind: str
    places: Array = np.asarray(0)


def indexed(node: Node, key: Any) -> Node:
    """``x[key]`` with integers, slices, None, an ellipsis, and arrays of integers or of truth values.

    Raises:
        TraceError: an index other than a whole slice meets an axis whose size is a symbol, or is no constant.
        ShapeError: too many indices, or one is out of range.
    """
    parts = _parts(node, key)
    shapes = [part.places.shape for part in parts if part.kind == "places"]
    try:
        shape = np.broadcast_shapes(*shapes) if shapes else ()
    except ValueError as error:
        raise ShapeError(f"the arrays of an index do not fit together: {error}") from None
    new: list[Label] = [f"index {k}" for k in range(len(shape))]
    factors: list[tuple[Node, Sequence[Label]]] = []
    outputs: list[Label] = []
    first: int | None = None
    axis = 0
    for part in parts:
        if part.kind == "new":
            outputs.append(f"one {len(outputs)}")
        elif part.kind == "whole":
            outputs.append(axis)
        elif part.kind == "slice":
            outputs.append(f"slice {axis}")
            factors.append((_chosen(part, node.axes[axis]), [outputs[-1], axis]))
        elif part.kind == "places":
            first = len(outputs) if first is None else first
            chosen = _chosen(part, node.axes[axis])
            factors.append((chosen, [*_slots(chosen.axes[:-1], new, axis), axis]))
        axis += part.kind in ("whole", "slice", "places")
    where = first if first is not None and _adjacent(parts) else 0
    outputs[where:where] = new
    sizes: Sizes = {label: 1 for label in outputs if str(label).startswith("one")}
    return network([(node, range(axis)), *factors], outputs, sizes | dict(zip(new, shape, strict=True)))


def _chosen(part: _Part, size: Axis) -> Node:
    return selection(part.places, integer_size(size, "an index"))


def _slots(axes: Sequence[Axis], new: Sequence[Label], axis: int) -> list[Label]:
    """The labels of an array of places: the last of the new ones, one of its own for an axis of size 1."""
    last = new[len(new) - len(axes) :]
    return [f"single {axis} {k}" if size == 1 else last[k] for k, size in enumerate(axes)]


def _adjacent(parts: Sequence[_Part]) -> bool:
    """Do the indices by places stand next to each other?"""
    places = [k for k, part in enumerate(parts) if part.kind == "places"]
    return not places or places[-1] - places[0] == len(places) - 1


def _parts(node: Node, key: Any) -> list[_Part]:
    """What is to be done with each axis of a node, for one index."""
    keys = list(key) if isinstance(key, tuple) else [key]
    known = [_known(one) for one in keys]
    used = sum(_axes_of(one) for one in known)
    hidden = node.order - used
    if hidden < 0:
        raise ShapeError(f"{used} indices for {node.order} axes")
    if sum(one is Ellipsis for one in known) > 1:
        raise ShapeError("an index can have one ellipsis")
    if not any(one is Ellipsis for one in known):
        known.append(Ellipsis)
    parts: list[_Part] = []
    axis = 0
    for one in known:
        count = hidden if one is Ellipsis else _axes_of(one)
        parts.extend(
            [_Part("gap"), *[_Part("whole")] * hidden] if one is Ellipsis else _part(one, node.axes[axis : axis + count])
        )
        axis += count
    return parts


def _known(one: Any) -> Any:
    """An index as None, an Ellipsis, a slice or an array."""
    if one is None or one is Ellipsis or isinstance(one, slice):
        return one
    if isinstance(one, Node):
        what = "an index must be a constant: the value of an expression is known only when arrays are given"
        raise TraceError(what, hint='x[labels] is Y @ x with a declared one-hot matrix, Y="m n one-hot"')
    array = np.asarray(one) if not hasattr(one, "__index__") or isinstance(one, np.ndarray) else np.asarray(int(one))
    if isinstance(one, bool | np.bool_) or array.dtype.kind not in "iub":
        if array.size or array.dtype.kind != "f":
            raise OperandError(f"{one!r} cannot be an index: integers, slices, None and arrays of integers can")
        array = array.astype(int)
    return array


def _axes_of(one: Any) -> int:
    """How many axes an index uses up."""
    if one is None or one is Ellipsis:
        return 0
    return one.ndim if isinstance(one, np.ndarray) and one.dtype.kind == "b" else 1


def _part(one: Any, axes: Sequence[Axis]) -> list[_Part]:
    """The parts of one index, on the axes that it uses up."""
    if one is None:
        return [_Part("new")]
    if isinstance(one, slice):
        return [_sliced(one, axes[0])]
    if one.dtype.kind == "b":
        for size, length in zip(axes, one.shape, strict=True):
            meet("a mask", size, length)
        return [_Part("places", places) for places in one.nonzero()]
    size = integer_size(axes[0], "an index")
    if one.size and not (-size <= one.min() and one.max() < size):
        raise ShapeError(f"an index is out of range: {one.min() if one.min() < 0 else one.max()} for {size} entries")
    return [_Part("places", one % size if size else one)]


def _sliced(one: slice, size: Axis) -> _Part:
    start, stop, step = (
        None if bound is None else integer(bound, "a bound of a slice") for bound in (one.start, one.stop, one.step)
    )
    if start in (None, 0) and stop is None and step in (None, 1):
        return _Part("whole")
    places = range(integer_size(size, "a slice"))[slice(start, stop, step)]
    return _Part("whole") if places == range(int(size)) else _Part("slice", np.asarray(places, int))  # type: ignore[arg-type]


def take(a: Operand, indices: Any, axis: Any = None) -> Node:
    """``np.take``: the entries at some places along an axis, or of the flattened array."""
    node = operand(a)
    if axis is None:
        node, axis = raveled(node), 0
    return indexed(node, (slice(None),) * axis_number(axis, node.order) + (np.asarray(indices),))


def flip(m: Operand, axis: Any = None) -> Node:
    """The entries along some axes (all, by default) in reverse."""
    node = operand(m)
    for number in axis_numbers(axis, node.order):
        node = picked(node, number, np.arange(integer_size(node.axes[number], "flip"))[::-1])
    return node


def roll(a: Operand, shift: Any, axis: Any = None) -> Node:
    """The entries along some axes, or of the flattened array, shifted round."""
    node = operand(a)
    if axis is None and node.order != 1:
        return unraveled(roll(raveled(node), shift), node.axes)
    axes = axis_numbers(0 if axis is None else axis, node.order)
    shifts = shift if isinstance(shift, tuple | list) else (shift,) * len(axes)
    for number, by in zip(axes, shifts, strict=True):
        places = np.roll(np.arange(integer_size(node.axes[number], "roll")), integer(by, "a shift"))
        node = picked(node, number, places)
    return node


def diff(a: Operand, n: int = 1, axis: int = -1, prepend: Operand = None, append: Operand = None) -> Node:
    """The differences of neighbours along an axis, n times; of the entries and some before and after them."""
    node = operand(a)
    number = axis_number(axis, node.order)
    shape = (*node.axes[:number], 1, *node.axes[number + 1 :])
    ends = [None if end is None else operand(end) for end in (prepend, append)]
    before, after = (stretched(end, shape) if end is not None and not end.order else end for end in ends)
    if before is not None or after is not None:
        node = concatenate([part for part in (before, node, after) if part is not None], number)
    for _ in range(n):
        size = integer_size(node.axes[number], "diff")
        later, earlier = picked(node, number, np.arange(1, size)), picked(node, number, np.arange(size - 1))
        node = total([(later, 1), (earlier, -1)], later.axes)
    return node


def cumsum(a: Operand, axis: Any = None) -> Node:
    """The sums of the entries so far along an axis, or of the flattened array."""
    node = raveled(operand(a)) if axis is None else operand(a)
    number = axis_number(axis or 0, node.order)
    wires: list[Label] = list(range(node.order))
    wires[number] = "new"
    return network([(node, range(node.order)), (pattern("lower", node.axes[number]), ["new", number])], wires)


def split(ary: Operand, indices_or_sections: Any, axis: int = 0) -> list[Node]:
    """The parts of an axis of integer size: so many equal ones, or cut at some places."""
    node = operand(ary)
    number = axis_number(axis, node.order)
    places = np.arange(integer_size(node.axes[number], "split"))
    try:
        parts = np.split(places, indices_or_sections)
    except ValueError as error:
        raise ShapeError(f"split: {error}") from None
    return [picked(node, number, part) for part in parts]


# putting together


def concatenate(arrays: Sequence[Operand], axis: Any = 0) -> Node:
    """Arrays along an axis they have, whose sizes are numbers.

    Raises:
        TraceError: a size along that axis is a symbol: the sum of two sizes is not a size.
        ShapeError: the other axes differ.
    """
    nodes = [operand(array) for array in arrays]
    if axis is None:
        nodes, axis = [raveled(node) for node in nodes], 0
    if not nodes or len({node.order for node in nodes}) > 1:
        raise ShapeError("concatenate needs arrays of one number of axes")
    number = axis_number(axis, nodes[0].order)
    lengths = [integer_size(node.axes[number], "concatenate") for node in nodes]
    for node in nodes[1:]:
        for place, (size, other) in enumerate(zip(nodes[0].axes, node.axes, strict=True)):
            if place != number:
                meet("concatenate", size, other)
    ends = np.cumsum([0, *lengths])
    terms = []
    for node, start, length in zip(nodes, ends, lengths, strict=False):
        placed = selection(np.arange(start, start + length), int(ends[-1]))
        wires: list[Label] = list(range(node.order))
        outputs = ["new" if wire == number else wire for wire in wires]
        terms.append((network([(node, wires), (placed, [number, "new"])], outputs), 1))
    return total(terms)


def stack(arrays: Sequence[Operand], axis: int = 0) -> Node:
    """Arrays of one shape along a new axis."""
    nodes = [operand(array) for array in arrays]
    if not nodes:
        raise ShapeError("stack needs at least one array")
    number = axis_number(axis, nodes[0].order + 1)
    for node in nodes[1:]:
        if node.order != nodes[0].order:
            raise ShapeError("stack needs arrays of one shape")
        for size, other in zip(nodes[0].axes, node.axes, strict=True):
            meet("stack", size, other)
    return stacked(nodes, number)


def vstack(tup: Sequence[Operand]) -> Node:
    """Arrays along the first axis, vectors as rows."""
    nodes = [operand(array) for array in tup]
    return concatenate([indexed(node, (None,) * (2 - node.order)) if node.order < 2 else node for node in nodes])


def hstack(tup: Sequence[Operand]) -> Node:
    """Arrays along the second axis, vectors along their only one."""
    nodes = [operand(array) for array in tup]
    nodes = [indexed(node, None) if not node.order else node for node in nodes]
    return concatenate(nodes, 0 if nodes[0].order == 1 else 1)


def column_stack(tup: Sequence[Operand]) -> Node:
    """Arrays along the second axis, vectors as columns."""
    nodes = [operand(array) for array in tup]
    return concatenate([indexed(node, (slice(None), None)) if node.order < 2 else node for node in nodes], 1)


def block(arrays: Any) -> Node:
    """Blocks in nested lists: the innermost along the last axis, the outermost along the first of them."""
    depth, inner = 0, arrays
    while isinstance(inner, list):
        depth, inner = depth + 1, inner[0]

    def joined(part: Any, level: int) -> Node:
        if not isinstance(part, list):
            node = operand(part)
            return indexed(node, (None,) * (depth - node.order)) if node.order < depth else node
        return concatenate([joined(each, level - 1) for each in part], -level)

    return joined(arrays, depth)
