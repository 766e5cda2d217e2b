"""einsum notation: strings and interleaved lists to nodes, and nodes to einsum rows or small einsum programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ricci.functions import Apply
from tensor_networks.axes import show_shape
from tensor_networks.einsum import Row, from_einsum, from_lists, rows
from tensor_networks.errors import ParseError
from tensor_networks.nodes import Node, Size, Tensor, walk
from tensor_networks.numbers import Number


def read_einsum(*operands: Any) -> Node:
    """`read_einsum("ij,j->i", A, x)` or, interleaved, `read_einsum(A, [0, 1], x, [1], [0])`.

    Raises:
        ParseError: the string is malformed.
        ShapeError: a label joins axes of two sizes; names the label and both.
        IndexNotationError: the labels do not fit the operands, or the output the labels.
    """
    if not operands:
        raise ParseError("einsum needs a string and operands", hint='such as einsum("ij,j->i", A, x)')
    if isinstance(operands[0], str):
        return from_einsum(operands[0], operands[1:])
    nodes, labels = operands[0::2], list(operands[1::2])
    output = None
    if len(operands) % 2:
        nodes, output = nodes[:-1], list(nodes[-1]) if _is_list(nodes[-1]) else _no_list(nodes[-1])
    return from_lists(nodes, [list(own) if _is_list(own) else _no_list(own) for own in labels], output)


def _is_list(labels: object) -> bool:
    nested = tuple | list | dict | set
    return isinstance(labels, list | tuple) and not any(isinstance(label, nested) for label in labels)


def _no_list(labels: object) -> list[Any]:
    raise ParseError(f"a list of labels should stand where {type(labels).__name__} does", hint="einsum(A, [0, 1], x, [1], [0])")


def write_einsum(node: Node) -> str:
    """The node as einsum: the terms of a sum one a line, a sign before each but the first; what is not a leaf is named in
    lines before, such as `t0 = tanh(x)`.

    A diagonal or broadcast output shows as a label that no operand carries or that is repeated: `'ab,ac->bdcd'`.
    """
    names = _Names(node)
    lines = []
    for part in walk(*_parts(node)):
        if names.needed(part):
            lines.append(f"{names.of(part)} = {_definition(part, names.of)}")
    return "\n".join([*lines, *_terms(node, names.of)])


def _parts(node: Node) -> list[Node]:
    """The operands of the rows of a node."""
    return list(dict.fromkeys(operand for row in rows(node) for operand, _ in row.operands))


class _Names:
    """Names for what the rows of a node are made of: leaves have theirs, other nodes get t0, t1, ..."""

    def __init__(self, root: Node) -> None:
        leaves = walk(root)
        taken = {leaf.name for leaf in leaves if isinstance(leaf, Tensor)}
        taken |= {leaf.size for leaf in leaves if isinstance(leaf, Size)}
        self.fresh = (name for name in (f"t{k}" for k in range(len(leaves) + len(taken))) if name not in taken)
        self.names: dict[Node, str] = {}
        stack, self.used = _parts(root), set[Node]()
        while stack:
            node = stack.pop()
            if node not in self.used:
                self.used.add(node)
                stack += list(node.args) if isinstance(node, Apply) else _parts(node) if node.children else []

    def needed(self, node: Node) -> bool:
        """Does this node get a line of its own?"""
        return node in self.used and not isinstance(node, Tensor | Size)

    def of(self, node: Node) -> str:
        if isinstance(node, Tensor):
            return node.name
        if isinstance(node, Size):
            return node.size
        if node not in self.names:
            self.names[node] = next(self.fresh)
        return self.names[node]


def _definition(node: Node, name: Callable[[Node], str]) -> str:
    """The right side of the line of a node that is no leaf."""
    if isinstance(node, Apply):
        return f"{node.function.name}({', '.join(map(name, node.args))})"
    return " ".join(_terms(node, name))


def _terms(node: Node, name: Callable[[Node], str]) -> list[str]:
    """The terms of a node, the second and later ones with their signs."""
    shown = [_written(row, name) for row in rows(node)]
    signed = [f"- {text[1:].removeprefix('1 * ')}" if text.startswith("-") else f"+ {text}" for text in shown[1:]]
    return [*shown[:1], *signed] or [f"0 ({show_shape(node.axes)})"]


def _written(row: Row, name: Callable[[Node], str]) -> str:
    """One row: `2 * 'ab,ac->bdcd' (Z, Z)`, or interleaved if letters do not suffice."""
    shown = [name(node) + _power(exponent) for node, exponent in row.operands]
    factor = "" if row.coefficient == 1 else f"{row.coefficient} * "
    spec = row.spec()
    if spec is not None:
        return f"{factor}'{spec}' ({', '.join(shown)})"
    places = row.wires
    lists = [_listed(groups, places) for groups in (*row.inputs, row.output)]
    pairs = [part for operand, own in zip(shown, lists, strict=False) for part in (operand, own)]
    return f"{factor}einsum({', '.join([*pairs, lists[-1]])})"


def _listed(groups: Sequence[Sequence[int]], places: dict[int, int]) -> str:
    words = (", ".join(str(places[wire]) for wire in group) for group in groups)
    parts = (word if len(group) == 1 else f"({word})" for word, group in zip(words, groups, strict=True))
    return f"[{', '.join(parts)}]"


def _power(exponent: Number) -> str:
    return "" if exponent == 1 else f"^{exponent}" if isinstance(exponent, int) else f"^({exponent})"
