"""NumPy's products of arrays on nodes: matmul, dot, einsum, tensordot, kron and their relatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ricci.notation.numpy.shapes import (
    Label,
    Operand,
    Shape,
    axis_number,
    axis_numbers,
    contracted,
    operand,
    relabelled,
    shape_text,
)
from tensor_networks.einsum import Subscripts, labelled, subscripts
from tensor_networks.errors import OperandError, ParseError, ShapeError
from tensor_networks.networks import network
from tensor_networks.nodes import Node


def matmul(x1: Operand, x2: Operand) -> Node:
    """The matrix product of the last two axes; the axes before them are broadcast.

    Raises:
        ShapeError: an operand is a scalar, or the sizes do not fit.
    """
    first, second = operand(x1), operand(x2)
    left = ["row", "in"] if first.order > 1 else ["in"]
    right = ["in", "column"] if second.order > 1 else ["in"]
    kept = [label for label in (*left, *right) if label != "in"]
    return _batched("matmul", [(first, left), (second, right)], kept)


def vecdot(x1: Operand, x2: Operand, axis: int = -1) -> Node:
    """The sum of products along an axis; the other axes are broadcast."""
    first, second = (_axis_last(operand(x), axis) for x in (x1, x2))
    return _batched("vecdot", [(first, ["in"]), (second, ["in"])], [])


def matvec(x1: Operand, x2: Operand) -> Node:
    """Matrices times vectors; the axes before them are broadcast."""
    return _batched("matvec", [(operand(x1), ["row", "in"]), (operand(x2), ["in"])], ["row"])


def vecmat(x1: Operand, x2: Operand) -> Node:
    """Vectors times matrices; the axes before them are broadcast."""
    return _batched("vecmat", [(operand(x1), ["in"]), (operand(x2), ["in", "column"])], ["column"])


def _batched(what: str, operands: Sequence[tuple[Node, list[str]]], kept: Sequence[str]) -> Node:
    """A product of core axes at the end; the axes before them, counted from the last, are broadcast."""
    labelled: list[tuple[Node, list[Label]]] = []
    longest = 0
    for node, core in operands:
        batch = node.order - len(core)
        if batch < 0:
            raise ShapeError(f"{what} needs {len(core)} axes, not an operand of shape {shape_text(node)}")
        longest = max(longest, batch)
        labelled.append((node, [*range(batch - 1, -1, -1), *core]))
    lead = list(range(longest - 1, -1, -1))
    return contracted(what, labelled, [*lead, *kept], flexible=lead)


def _axis_last(node: Node, axis: int) -> Node:
    number = axis_number(axis, node.order)
    return relabelled(node, [*(k for k in range(node.order) if k != number), number])


def dot(a: Operand, b: Operand) -> Node:
    """``np.dot``: the last axis of a with the last but one (or only) axis of b; a product if one is a scalar."""
    first, second = operand(a), operand(b)
    return _sum_over(first, second, -1, -2 if second.order > 1 else -1)


def inner(a: Operand, b: Operand) -> Node:
    """The last axes of both, summed over."""
    return _sum_over(operand(a), operand(b), -1, -1)


def _sum_over(first: Node, second: Node, left: int, right: int) -> Node:
    if not first.order or not second.order:
        return multiply_scalar(first, second)
    return tensordot(first, second, ([left], [right]))


def multiply_scalar(first: Node, second: Node) -> Node:
    """A product of which one side at least is a scalar."""
    left, right = range(first.order), range(second.order)
    return network([(first, left), (second, right)], left or right)


def outer(a: Operand, b: Operand) -> Node:
    """All products of the entries of a and of b, each flattened."""
    first, second = raveled(operand(a)), raveled(operand(b))
    return network([(first, "a"), (second, "b")], "ab")


def vdot(a: Operand, b: Operand) -> Node:
    """The sum of products of the entries of a and of b, each flattened."""
    first, second = operand(a), operand(b)
    if first.axes != second.axes:
        first, second = raveled(first), raveled(second)
    labels = range(first.order)
    return contracted("vdot", [(first, labels), (second, labels)], [])


def raveled(node: Node) -> Node:
    """The node flattened in row-major order."""
    wires = tuple(axis for axis, size in enumerate(node.axes) if size != 1)
    return relabelled(node, [wires or "one"], () if wires else ["one"])


def unraveled(node: Node, axes: Shape) -> Node:
    """A vector with as many entries as a shape, in that shape, row by row."""
    wires = tuple(axis for axis, size in enumerate(axes) if size != 1)
    return network([(node, [wires or "one"])], range(len(axes)), dict(enumerate(axes)))


def tensordot(a: Operand, b: Operand, axes: Any = 2) -> Node:
    """``np.tensordot``: the last axes of a with the first of b, or the axes that are named.

    Raises:
        ShapeError: not as many axes on one side as on the other, or the sizes do not fit.
    """
    first, second = operand(a), operand(b)
    if hasattr(axes, "__index__"):
        count = int(axes)
        if count > min(first.order, second.order):
            raise ShapeError(f"tensordot over {count} axes needs as many on both sides")
        left, right = tuple(range(first.order - count, first.order)), tuple(range(count))
    else:
        left, right = axis_numbers(_several(axes[0]), first.order), axis_numbers(_several(axes[1]), second.order)
    if len(left) != len(right):
        raise ShapeError(f"tensordot over {len(left)} axes of one operand and {len(right)} of the other")
    labels: list[Label] = [f"b{axis}" for axis in range(second.order)]
    for one, other in zip(left, right, strict=True):
        labels[other] = one
    free = [axis for axis in range(first.order) if axis not in left]
    outputs: list[Label] = [*free, *(label for label in labels if isinstance(label, str))]
    return contracted("tensordot", [(first, range(first.order)), (second, labels)], outputs)


def _several(axes: Any) -> tuple[int, ...]:
    return (int(axes),) if hasattr(axes, "__index__") else tuple(axes)


def kron(a: Operand, b: Operand) -> Node:
    """The Kronecker product: each axis is one of a and one of b, flattened in row-major order."""
    first, second = operand(a), operand(b)
    order = max(first.order, second.order)
    groups: list[list[Label]] = [[] for _ in range(order)]
    for name, node in (("a", first), ("b", second)):
        for axis, size in enumerate(node.axes, order - node.order):
            if size != 1:
                groups[axis].append(f"{name}{axis}")
    outputs = [tuple(group) or f"one{axis}" for axis, group in enumerate(groups)]
    ones: dict[Any, Any] = {f"one{axis}": 1 for axis, group in enumerate(groups) if not group}
    factors = [
        (node, [f"{name}{axis}" for axis in range(order - node.order, order)]) for name, node in (("a", first), ("b", second))
    ]
    return network(factors, outputs, ones)


def multi_dot(arrays: Sequence[Operand]) -> Node:
    """The matrix product of several matrices; the first and the last may be vectors.

    Raises:
        ShapeError: there are fewer than two, or the sizes do not fit.
    """
    nodes = [operand(array) for array in arrays]
    if len(nodes) < 2:
        raise ShapeError("multi_dot needs at least two matrices")
    product = nodes[0]
    for node in nodes[1:]:
        product = matmul(product, node)
    return product


# einsum


def einsum(*operands: Any, optimize: object = False) -> Node:
    """``np.einsum``: a string and operands, or operands and lists of labels in turn; an ellipsis stands for other axes.

    A repeated output label (``i->ii``), which NumPy refuses, is a diagonal.

    Raises:
        ParseError: the string is malformed.
        ShapeError: labels and axes do not fit.
        IndexNotationError: the labels do not fit the operands, or the output the labels.
    """
    if not operands:
        raise ParseError("einsum needs a string and operands")
    text = operands[0] if isinstance(operands[0], str) else None
    if text is not None:
        nodes = [operand(value) for value in operands[1:]]
        inputs, output = subscripts(text)
    else:
        pairs, last = operands[: len(operands) // 2 * 2], operands[len(operands) // 2 * 2 :]
        nodes = [operand(value) for value in pairs[::2]]
        inputs, output = [_labels(given) for given in pairs[1::2]], _labels(last[0]) if last else None
    full, outputs = labelled(text, inputs, output, nodes)
    return contracted("einsum", zip(nodes, full, strict=True), outputs, flexible={label for own in full for label in own})


def _labels(given: Any) -> Subscripts:
    """The labels of the interleaved form: integers, and perhaps an Ellipsis."""
    if not isinstance(given, list | tuple | range):
        raise OperandError(f"einsum needs a list of labels after an operand, not {type(given).__name__}")
    return Subscripts(tuple(label if label is Ellipsis else _natural(label) for label in given))


def _natural(label: Any) -> int:
    if not hasattr(label, "__index__") or int(label) < 0:
        raise OperandError(f"a label of einsum is an integer from 0, not {label!r}")
    return int(label)
