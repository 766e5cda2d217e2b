"""NumPy's functions that put arrays together and take them apart, on nodes, beyond those of `indexing`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ricci.notation.numpy.arrays import broadcast_to, swapaxes
from ricci.notation.numpy.indexing import concatenate, flip, indexed, integer_size, picked
from ricci.notation.numpy.products import raveled
from ricci.notation.numpy.shapes import Operand, axis_number, axis_numbers, integer, operand, shape_given
from tensor_networks.composites import permuted
from tensor_networks.errors import OperandError, ShapeError, TraceError
from tensor_networks.nodes import Node

REPEATING = ("edge", "reflect", "symmetric", "wrap")


def pad(array: Operand, pad_width: Any, mode: str = "constant", **options: Any) -> Node:
    """Entries added around: constants, or those of the array again (`edge`, `reflect`, `symmetric`, `wrap`).

    Raises:
        TraceError: another mode, or an axis that is padded has a symbol for a size.
    """
    node = operand(array)
    values = options.pop("constant_values", 0)
    if options or mode not in ("constant", *REPEATING):
        raise TraceError(f"np.pad in the mode {mode!r} has no formula here: constant, {', '.join(REPEATING)} have")
    widths = np.broadcast_to(np.asarray(pad_width, int), (node.order, 2))
    bounds = np.broadcast_to(np.asarray(values, float), (node.order, 2)) if mode == "constant" else np.zeros((node.order, 2))
    for axis, (before, after) in enumerate(widths):
        if before or after:
            node = _padded(node, axis, (int(before), int(after)), mode, bounds[axis])
    return node


def _padded(node: Node, axis: int, widths: tuple[int, int], mode: str, values: Any) -> Node:
    """The node with entries added before and after those of an axis."""
    size = integer_size(node.axes[axis], "np.pad")
    if mode != "constant":
        return picked(node, axis, np.pad(np.arange(size), widths, mode=mode))  # type: ignore[call-overload]
    sides = [(*node.axes[:axis], width, *node.axes[axis + 1 :]) for width in widths]
    before, after = (broadcast_to(value, side) for value, side in zip(values, sides, strict=True))
    parts = [part for part, width in ((before, widths[0]), (node, 1), (after, widths[1])) if width]
    return concatenate(parts, axis)


def append(arr: Operand, values: Operand, axis: Any = None) -> Node:
    """Another array at the end; both flattened, if no axis is named."""
    return concatenate([operand(arr), operand(values)], axis)


def delete(arr: Operand, obj: Any, axis: Any = None) -> Node:
    """Without the entries at some places of an axis."""
    node, number = _along(arr, axis)
    return picked(node, number, np.delete(np.arange(integer_size(node.axes[number], "np.delete")), obj))


def insert(arr: Operand, obj: Any, values: Operand, axis: Any = None) -> Node:
    """With values before one place of an axis."""
    node, number = _along(arr, axis)
    size = integer_size(node.axes[number], "np.insert")
    place = range(size + 1)[int(obj)]
    new = broadcast_to(operand(values), (*node.axes[:number], 1, *node.axes[number + 1 :]))
    parts = [picked(node, number, np.arange(place)), new, picked(node, number, np.arange(place, size))]
    return concatenate([part for part in parts if part.axes[number]], number)


def _along(arr: Operand, axis: Any) -> tuple[Node, int]:
    """The operand and the number of an axis, the operand flattened if none is named."""
    node = operand(arr)
    return (raveled(node), 0) if axis is None else (node, axis_number(axis, node.order))


def array_split(ary: Operand, indices_or_sections: Any, axis: int = 0) -> list[Node]:
    """The parts of an axis: so many about equal ones, or cut at some places."""
    node = operand(ary)
    number = axis_number(axis, node.order)
    places = np.arange(integer_size(node.axes[number], "array_split"))
    return [picked(node, number, part) for part in np.array_split(places, indices_or_sections)]


def splitter(axis: int) -> Callable[..., list[Node]]:
    """``np.vsplit``, ``np.hsplit`` and ``np.dsplit``: the equal parts of an axis."""

    def parts(ary: Operand, indices_or_sections: Any) -> list[Node]:
        node = operand(ary)
        along = 0 if node.order == 1 and axis == 1 else axis
        if isinstance(indices_or_sections, int) and integer_size(node.axes[along], "split") % indices_or_sections:
            raise ShapeError(f"{node.axes[along]} entries are not {indices_or_sections} equal parts")
        return array_split(node, indices_or_sections, along)

    return parts


def dstack(tup: Sequence[Operand]) -> Node:
    """Arrays along the third axis, matrices and vectors as layers."""
    nodes = [operand(array) for array in tup]
    return concatenate([_with_depth(node) for node in nodes], 2)


def _with_depth(node: Node) -> Node:
    """A node with a third axis; a vector is the row of a layer."""
    if node.order > 2:
        return node
    return indexed(node, (None, ..., None) if node.order < 2 else (..., None))


def unstack(x: Operand, /, *, axis: int = 0) -> tuple[Node, ...]:
    """The entries of an axis, each by itself."""
    node = operand(x)
    number = axis_number(axis, node.order)
    return tuple(picked(node, number, place) for place in range(integer_size(node.axes[number], "unstack")))


def rollaxis(a: Operand, axis: int, start: int = 0) -> Node:
    """An axis moved before another one."""
    node = operand(a)
    number = axis_number(axis, node.order)
    place = start + node.order if start < 0 else start
    order = [k for k in range(node.order) if k != number]
    order.insert(place - (number < place), number)
    return permuted(node, tuple(order))


def rot90(m: Operand, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Node:
    """Turned by a right angle, k times."""
    node = operand(m)
    for _ in range(k % 4):
        node = flip(swapaxes(node, *axes), axes[0])
    return node


def fliplr(m: Operand) -> Node:
    """The columns in reverse."""
    return flip(m, 1)


def flipud(m: Operand) -> Node:
    """The rows in reverse."""
    return flip(m, 0)


def meshgrid(*xi: Operand, indexing: str = "xy", sparse: bool = False, copy: bool = True) -> tuple[Node, ...]:
    """Vectors spread over the grid that they span."""
    nodes = [raveled(operand(x)) for x in xi]
    order = list(range(len(nodes)))
    if indexing == "xy" and len(nodes) > 1:
        order[:2] = [1, 0]
    elif indexing not in ("xy", "ij"):
        raise OperandError(f"np.meshgrid knows the orders xy and ij, not {indexing!r}")
    shape = tuple(nodes[place].axes[0] for place in order)
    grids = []
    for place, node in enumerate(nodes):
        wide = indexed(node, tuple(slice(None) if axis == place else None for axis in order))
        grids.append(wide if sparse else broadcast_to(wide, shape))
    return tuple(grids)


def take_along_axis(arr: Operand, indices: Any, axis: Any = -1) -> Node:
    """The entries of an axis at places, which are constants, that differ along the other axes."""
    node, number = _along(arr, axis)
    places = np.asarray(indices)
    if places.ndim != node.order:
        raise ShapeError(f"take_along_axis needs as many axes of places as of entries, {node.order}")
    grids: Sequence[Any] = np.indices(places.shape, sparse=True)
    shape = [integer_size(size, "take_along_axis") for size in node.axes]
    key = [places if k == number else np.minimum(grid, shape[k] - 1) for k, grid in enumerate(grids)]
    return indexed(node, tuple(key))


def compress(condition: Any, a: Operand, axis: Any = None) -> Node:
    """The entries of an axis where a constant condition holds."""
    node, number = _along(a, axis)
    return picked(node, number, np.nonzero(np.asarray(condition))[0])


def sliding_window_view(x: Operand, window_shape: Any, axis: Any = None, **_: Any) -> Node:
    """The windows of some lengths along some axes (all, by default), as further axes at the end."""
    node = operand(x)
    axes = axis_numbers(axis, node.order)
    lengths = shape_given(window_shape)
    if len(lengths) != len(axes):
        raise ShapeError(f"sliding_window_view needs a length for each of {len(axes)} axes, not {len(lengths)}")
    for number, length in zip(axes, lengths, strict=True):
        count = integer_size(node.axes[number], "sliding_window_view") - integer(length, "the length of a window") + 1
        if count < 1:
            raise ShapeError(f"a window of {length} is larger than the axis, {node.axes[number]}")
        windows = picked(node, number, np.arange(count)[:, None] + np.arange(int(length)))  # type: ignore[arg-type]
        order = [k for k in range(windows.order) if k != number + 1]
        node = permuted(windows, (*order, number + 1))
    return node


PIECES: dict[str, Callable[..., Any]] = {
    "pad": pad,
    "append": append,
    "delete": delete,
    "insert": insert,
    "array_split": array_split,
    "vsplit": splitter(0),
    "hsplit": splitter(1),
    "dsplit": splitter(2),
    "dstack": dstack,
    "unstack": unstack,
    "rollaxis": rollaxis,
    "rot90": rot90,
    "fliplr": fliplr,
    "flipud": flipud,
    "meshgrid": meshgrid,
    "take_along_axis": take_along_axis,
    "compress": compress,
    "extract": compress,
    "concat": concatenate,
    "lib.stride_tricks.sliding_window_view": sliding_window_view,
}
