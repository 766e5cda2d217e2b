"""What the index writer asks of a network: which wires are outputs, how often their letters occur, who says their sizes,
and which axes have to be protected from being summed too early."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ricci.functions import Apply
from tensor_networks.networks import Factor, Network, Sum
from tensor_networks.nodes import Node, Size, Tensor


class Unwritable(Exception):
    """The node has no form in index notation: an axis is grouped in a way that has no letters."""


def groups_of(node: Network) -> list[tuple[int]]:
    """The output wires, which must be single ones."""
    if any(len(group) != 1 for group in node.outputs):
        raise Unwritable
    return node.outputs  # type: ignore[return-value]


def is_grouped(node: Network) -> bool:
    """Is an axis a group of wires, or of none?"""
    return any(len(group) != 1 for group in node.outputs)


def wires_of(factor: Factor) -> list[int]:
    """The wires of a factor."""
    return [wire for group in factor.slots for wire in group]


def unsized(node: Network) -> set[int]:
    """The wires whose size no factor says, because they are in groups only."""
    alone = {group[0] for factor in node.factors for group in factor.slots if len(group) == 1}
    return {wire for factor in node.factors for wire in wires_of(factor)} - alone


def primaries(node: Network) -> dict[int, int]:
    """For every output wire its first axis."""
    first: dict[int, int] = {}
    for axis, (wire,) in enumerate(groups_of(node)):
        first.setdefault(wire, axis)
    return first


def occurrences(node: Network) -> dict[int, int]:
    """How often the letter of each wire occurs: in the factors, and in the deltas."""
    counts: dict[int, int] = {wire: 0 for (wire,) in groups_of(node)}
    for factor in node.factors:
        for wire in wires_of(factor):
            counts[wire] = counts.get(wire, 0) + 1
    for wire in unsized(node):
        counts[wire] += 1
    for axis, (wire,) in enumerate(groups_of(node)):
        if primaries(node)[wire] != axis:
            counts[wire] += 1
    for (wire,) in groups_of(node):
        if not counts[wire]:
            counts[wire] = 1
    return counts


def sized_of(order: Sequence[Node]) -> dict[Node, frozenset[int]]:
    """For every node the axes whose size its text says: those that hang on a leaf, not those of ones and deltas alone."""
    sized: dict[Node, frozenset[int]] = {}
    for node in order:
        if isinstance(node, Network) and not is_grouped(node):
            wires = sized_wires(node, sized)
            sized[node] = frozenset(axis for axis, (wire,) in enumerate(groups_of(node)) if wire in wires)
        elif isinstance(node, Sum) or (isinstance(node, Apply) and node.function.elementwise):
            sized[node] = frozenset(axis for child in node.children for axis in sized[child])
        else:
            sized[node] = frozenset(range(node.order))
    return sized


def visible_of(order: Sequence[Node]) -> dict[Node, frozenset[int]]:
    """For every node the axes whose index its text shows, but as that of a one."""
    visible: dict[Node, frozenset[int]] = {}
    for node in order:
        if isinstance(node, Network) and not is_grouped(node):
            wires = [wire for (wire,) in groups_of(node)]
            shown = {g[0] for f in node.factors for axis, g in enumerate(f.slots) if len(g) == 1 and axis in visible[f.node]}
            visible[node] = frozenset(axis for axis, wire in enumerate(wires) if wire in shown or wires.count(wire) > 1)
        elif isinstance(node, Sum) or (isinstance(node, Apply) and node.function.elementwise):
            visible[node] = frozenset(axis for child in node.children for axis in visible[child])
        else:
            visible[node] = frozenset(range(node.order))
    return visible


def sized_wires(node: Network, sized: Mapping[Node, frozenset[int]]) -> set[int]:
    """The wires of a network whose size a factor says."""
    return {g[0] for f in node.factors for axis, g in enumerate(f.slots) if len(g) == 1 and axis in sized[f.node]}


def is_structured(node: Node) -> bool:
    """Is it a function that takes its argument whole?"""
    return isinstance(node, Apply) and not node.function.elementwise


def ranked(factors: Iterable[Factor]) -> list[Factor]:
    """Factors in the order in which people write them: scalars, then matrices and vectors along their wires."""

    def rank(factor: Factor) -> tuple[object, ...]:
        simple = isinstance(factor.node, Tensor | Size) or is_structured(factor.node)
        name = factor.node.name if isinstance(factor.node, Tensor) else ""
        named = isinstance(factor.node, Tensor | Size) or bool(factor.slots)
        return (len(factor.slots) > 0, not named, not simple, -len(factor.slots), name, factor.slots)

    return sorted(factors, key=rank)


def needs_of(order: Sequence[Node]) -> dict[Node, frozenset[int]]:
    """For every node the axes whose index occurs twice in a product within: they must be protected from outside."""
    needs: dict[Node, frozenset[int]] = {}
    for node in order:
        if isinstance(node, Network):
            needs[node] = _protected(node, needs)
        elif isinstance(node, Sum):
            needs[node] = frozenset(axis for term, _ in node.terms for axis in needs[term])
        elif isinstance(node, Apply) and node.function.elementwise:
            needs[node] = frozenset(axis for arg in node.args for axis in needs[arg])
        elif isinstance(node, Apply):
            needs[node] = frozenset(range(node.batch))
        else:
            needs[node] = frozenset()
    return needs


def _protected(node: Network, needs: Mapping[Node, frozenset[int]]) -> frozenset[int]:
    """The axes of a network to be protected; none of one that is written with an arrow of its own."""
    if is_grouped(node):
        return frozenset()
    counts, concealed, primary = occurrences(node), hidden(node, needs), primaries(node)
    wires = [wire for (wire,) in groups_of(node)]
    return frozenset(a for a, w in enumerate(wires) if (primary[w] == a and counts[w] > 1) or w in concealed)


def hidden(node: Network, needs: Mapping[Node, frozenset[int]]) -> set[int]:
    """The wires of a network that a factor needs to be protected: `M_ii^2` and `1 / M_ii` alone would be powers of a trace."""
    found = set()
    for factor in node.factors:
        powered = factor.exponent != 1
        needed = needs[factor.node]
        for axis, group in enumerate(factor.slots):
            found |= {w for w in group if axis in needed or (powered and wires_of(factor).count(w) > 1)}
    return found
