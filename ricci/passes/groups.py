"""Passes over grouped axes: wires that always stand side by side are one wire; the terms of a sum group their axes
alike; inverses of Kronecker products."""

from __future__ import annotations

from collections.abc import Iterable

from ricci.functions import apply
from ricci.passes.common import is_call
from tensor_networks.axes import Axis, product, refined
from tensor_networks.networks import Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number
from tensor_networks.wiring import Group

MOST_ROUNDS = 4


def side_by_side(node: Node) -> Node:
    """kron(I_m, I_n) = I_mn: wires that stand in one order next to each other wherever they occur are joined into one."""
    if not isinstance(node, Network):
        return node
    groups = [*node.outputs, *(group for factor in node.factors for group in factor.slots)]
    if not any(len(group) > 1 for group in groups):
        return node
    followers: dict[int, int] = {}  # a wire -> the one that always follows it, or -1
    leaders: dict[int, int] = {}
    for group in groups:
        for before, after in zip((-1, *group), (*group, -1), strict=True):
            for wire, other, known in ((before, after, followers), (after, before, leaders)):
                if wire >= 0:
                    known[wire] = other if known.setdefault(wire, other) == other else -1
    pairs = {a: b for a, b in followers.items() if b >= 0 and leaders[b] == a and a != b}
    if not pairs:
        return node
    sizes = dict(enumerate(node.sizes))
    first, second = next(iter(sorted(pairs.items())))
    sizes[first] = product((sizes[first], sizes.pop(second)))

    def joined(group: Group) -> Group:
        return tuple(wire for wire in group if wire != second)

    factors = [(f.node, tuple(map(joined, f.slots)), f.exponent) for f in node.factors]
    return network(factors, tuple(map(joined, node.outputs)), sizes)


def alike(node: Node) -> Node:
    """Terms with their axes grouped alike, so that the grouping can go outside: in I + K the identity is split as K is."""
    if not isinstance(node, Sum):
        return node
    terms = node.terms
    for _ in range(MOST_ROUNDS):  # a wire of two axes that is split for one of them splits the other
        grouped = _common_groups([term for term, _ in terms])
        if not grouped:
            return node
        made = tuple((_split(term, grouped), number) for term, number in terms)
        if made == terms:
            return total(terms, node.axes)
        terms = made
    return node


def _common_groups(terms: Iterable[Node]) -> dict[int, tuple[Axis, ...]]:
    """For the axes that are groups in some terms the sizes that all can be split into; none, if there are no such."""
    grouped: dict[int, tuple[Axis, ...]] = {}
    for term in terms:
        for axis, group in enumerate(term.outputs if isinstance(term, Network) else ()):
            sizes = tuple(term.sizes[wire] for wire in group)  # type: ignore[attr-defined]
            known = grouped.setdefault(axis, sizes) if len(group) != 1 else sizes
            common = known if known == sizes else refined(known, sizes)
            if common is None:
                return {}
            grouped |= {axis: common} if len(group) != 1 else {}
    return grouped


def _split(node: Node, grouped: dict[int, tuple[Axis, ...]]) -> Node:
    """A term with some axes split into parts, as far as they are not split already."""
    single = [axis for axis in grouped if not isinstance(node, Network) or len(node.outputs[axis]) < len(grouped[axis])]
    if not single:
        return node
    slots = [tuple(f"{axis} {k}" for k in range(len(grouped[axis]))) if axis in single else axis for axis in range(node.order)]
    sizes = {f"{axis} {k}": size for axis in single for k, size in enumerate(grouped[axis])}
    return network([(node, slots)], slots, sizes)


def kronecker_inverses(node: Node) -> Node:
    """inv(kron(A, B)) = kron(inv(A), inv(B)), with identities and commutations among the factors too."""
    if not is_call(node, "inv") or node.order != 2:
        return node
    arg = node.children[0]
    if not isinstance(arg, Network) or len(arg.outputs[0]) != len(arg.outputs[1]) or len(arg.outputs[0]) < 2:
        return node
    rows, columns = arg.outputs
    if len({*rows}) < len(rows) or len({*columns}) < len(columns):
        return node
    factors: list[tuple[Node, tuple[Group, ...], Number]] = []
    seen: set[int] = set()
    for child, slots, exponent in arg.factors:
        if not slots:
            factors.append((child, (), -exponent))
            continue
        ends = sorted(wire for group in slots for wire in group)
        row, column = next((w for w in ends if w in rows), -1), next((w for w in ends if w in columns), -1)
        if len(slots) != 2 or len(ends) != 2 or exponent != 1 or {row, column} != {*ends} or seen & {*ends}:
            return node
        if arg.sizes[row] != arg.sizes[column] or row in columns or column in rows:
            return node
        seen |= {*ends}
        block = network([(child, slots)], [(row,), (column,)])
        factors.append((apply("inv", block), ((column,), (row,)), 1))
    if {*rows} - seen != {*columns} - seen:  # ones have no inverse
        return node
    return network(factors, (columns, rows), dict(enumerate(arg.sizes)))
