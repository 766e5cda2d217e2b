"""Rewrites of whole graphs: `flatten`, `expand`, `substitute`. All are iterative and keep what is shared shared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, count
from operator import is_

from tensor_networks.axes import Axis
from tensor_networks.errors import LimitError
from tensor_networks.limits import current
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node, walk
from tensor_networks.numbers import Number
from tensor_networks.wiring import Group

MOST_ROUNDS = 8
SMALL = 4


def transform(roots: Iterable[Node], step: Callable[[Node], Node]) -> tuple[Node, ...]:
    """The roots with ``step`` applied to every node, children first."""
    roots = tuple(roots)
    changed: dict[Node, Node] = {}
    for node in walk(*roots):
        new = step(_renewed(node, changed))
        if new is not node:
            changed[node] = new
    return tuple([changed.get(root, root) for root in roots])


def _renewed(node: Node, changed: Mapping[Node, Node]) -> Node:
    """The node over what became of its children."""
    children = node.children
    if changed.keys().isdisjoint(children):
        return node
    return rebuilt(node, [changed.get(child, child) for child in children])


def rebuilt(node: Node, children: Sequence[Node]) -> Node:
    """The same node over other children of the same axes, in the order of its children."""
    if isinstance(node, Network):
        factors = [(child, f.slots, f.exponent) for child, f in zip(children, node.factors, strict=True)]
        return network(factors, node.outputs, dict(enumerate(node.sizes)))
    if isinstance(node, Sum):
        return total(((child, number) for child, (_, number) in zip(children, node.terms, strict=True)), node.axes)
    return node.rebuild(children)


def substitute(root: Node, mapping: Mapping[Node, Node]) -> Node:
    """The root with nodes replaced by others of the same axes, all at once (a replacement is not looked into)."""
    changed: dict[Node, Node] = {}
    for node in walk(root):
        new = mapping[node] if node in mapping else _renewed(node, changed)
        if new is not node:
            changed[node] = new
    return changed.get(root, root)


def flatten(*roots: Node, small: int = SMALL) -> tuple[Node, ...]:
    """The roots with every network that is used once, over all roots together, unfolded into the network that uses it.

    What is used more often stays a node of its own, so that nothing is computed twice - unless it is ``small`` (at most so
    many factors, unfolded), so that a short formula has one form however it came about. A sum is never distributed.
    """
    for _ in range(MOST_ROUNDS):
        flat = _flatten_once(roots, small)
        if all(map(is_, flat, roots)):
            break
        roots = flat
    return roots


def _flatten_once(roots: tuple[Node, ...], most: int) -> tuple[Node, ...]:
    order = walk(*roots)
    networks = [node for node in order if type(node) is Network]
    nested = {child for node in networks for child in node.children if type(child) is Network}
    if not nested:
        return roots
    uses = Counter(chain(roots, chain.from_iterable([node.children for node in order])))
    inlined = _used_once(networks, uses)
    small = _small(networks, inlined, most) if most else set()
    summing = _summing(networks, inlined) if small else set()
    opened = (small | inlined.keys()) & nested
    if not opened:
        return roots

    def opens(factor: Factor, outer: Number) -> bool:
        child, exponent = factor.node, factor.exponent * outer
        return child in inlined or (child in small and _unfolds(child, exponent) and (exponent == 1 or child not in summing))

    changed: dict[Node, Node] = {}
    for node in order:
        if node in inlined:
            continue
        if type(node) is Network and not opened.isdisjoint(node.children) and any(opens(factor, 1) for factor in node.factors):
            new = _unfolded(node, opens, changed)
        else:
            new = _renewed(node, changed)
        if new is not node:
            changed[node] = new
    return tuple([changed.get(root, root) for root in roots])


def _used_once(networks: list[Network], uses: Mapping[Node, int]) -> dict[Node, Number]:
    """The networks to unfold into the one network that uses them, and the exponent they have there in the end."""
    inlined: dict[Node, Number] = {}
    for node in reversed(networks):
        for child, _, exponent in node.factors:
            if type(child) is Network and uses[child] == 1 and _unfolds(child, exponent * inlined.get(node, 1)):
                inlined[child] = exponent * inlined.get(node, 1)
    return inlined


def _small(networks: list[Network], inlined: Mapping[Node, Number], most: int) -> set[Node]:
    """The networks of at most so many factors, those counted that are unfolded into them."""
    counts: dict[Node, int] = {}  # of those that are unfolded
    small: set[Node] = set()
    for node in networks:
        total_count = sum([counts.get(child, 1) for child in node.children])
        if node in inlined:
            counts[node] = total_count
        elif total_count <= most and _unfolds(node, 1):
            small.add(node)
            counts[node] = total_count
    return small


def _summing(networks: list[Network], inlined: Mapping[Node, Number]) -> set[Node]:
    """The networks that sum, themselves or in a network that is unfolded into them: their powers cannot be unfolded."""
    summing: set[Node] = set()
    for node in networks:
        if len(node.free) < len(node.sizes) or any(part in summing and part in inlined for part in node.children):
            summing.add(node)
    return summing


def _unfolds(child: Node, exponent: Number) -> bool:
    """Can the factors of a child, each to that power, take its place?"""
    if type(child) is not Network or not child.outputs or not child.plain:
        return False
    return exponent == 1 or (isinstance(exponent, int) and len(child.free) == len(child.sizes))


def _unfolded(node: Network, opens: Callable[[Factor, Number], bool], new: Mapping[Node, Node]) -> Node:
    """The network with some factors replaced by theirs, at any depth, and the others by their new nodes."""
    labels = count(len(node.sizes))
    sizes: dict[Hashable, Axis] = dict(enumerate(node.sizes))
    gathered: list[tuple[Node, tuple[Group, ...], Number]] = []
    start: list[Group] = [(wire,) for wire in range(len(node.sizes))]
    stack: list[tuple[Network, list[Group], Number]] = [(node, start, 1)]
    while stack:
        parent, wires, outer = stack.pop()
        for factor in reversed(parent.factors):
            slots = tuple(tuple(label for wire in group for label in wires[wire]) for group in factor.slots)
            child = factor.node
            if not isinstance(child, Network) or not opens(factor, outer):
                gathered.append((new.get(child, child), slots, factor.exponent * outer))
                continue
            inside: list[Group] = [()] * len(child.sizes)
            for (wire,), group in zip(child.outputs, slots, strict=True):
                inside[wire] = group
            inside = [group or (next(labels),) for group in inside]
            sizes |= {group[0]: size for group, size in zip(inside, child.sizes, strict=True) if len(group) == 1}
            stack.append((child, inside, factor.exponent * outer))
    return network(gathered, node.outputs, sizes)


def ingredients(node: Node, most_factors: int) -> frozenset[tuple[Node, Number]] | None:
    """What a network is made of, networks below it unfolded: nodes and how often. None, if it is too many factors."""
    counts: dict[Node, Number] = {}
    stack: list[tuple[Node, Number]] = [(node, 1)]
    seen = 0
    while stack:
        parent, outer = stack.pop()
        for child, _, exponent in parent.factors if isinstance(parent, Network) else ((parent, (), 1),):
            seen += 1
            if seen > most_factors:
                return None
            if isinstance(child, Network) and _unfolds(child, exponent * outer):
                stack.append((child, exponent * outer))
            else:
                counts[child] = counts.get(child, 0) + exponent * outer
    return frozenset(counts.items())


def unfolded(node: Node) -> Node:
    """A network with all networks below it unfolded into it, shared ones too."""
    if type(node) is not Network or not any(_unfolds(factor.node, factor.exponent) for factor in node.factors):
        return node
    return _unfolded(node, lambda factor, outer: _unfolds(factor.node, factor.exponent * outer), {})


def expand(root: Node, most_terms: int | None = None) -> Node:
    """The root with products distributed over sums and all networks unfolded: a normal form of polynomials.

    Raises:
        LimitError: more than ``most_terms`` terms came out (20,000 where no limit is set).
    """
    most = current().terms if most_terms is None else most_terms

    def step(node: Node) -> Node:
        return _expanded(node, most) if type(node) is Network else node

    return transform((root,), step)[0]


def _expanded(node: Network, most_terms: int) -> Node:
    """A network whose children are expanded already, as a sum of networks of leaves."""
    labels = count(len(node.sizes))
    partial: list[tuple[list[tuple[Node, tuple[Group, ...], Number]], Number]] = [([], 1)]
    for child, slots, exponent in node.factors:
        copies = exponent if isinstance(exponent, int) and exponent > 0 and isinstance(child, Sum | Network) else 0
        for _ in range(copies):
            options = child.terms if isinstance(child, Sum) else ((child, 1),)
            opened = [(_opened(term, slots, labels), number) for term, number in options]
            partial = [(done + more, c * number) for done, c in partial for more, number in opened]
            if len(partial) > most_terms:
                raise LimitError(f"expanding gives more than {most_terms} terms", hint="limits(terms=...) sets the limit")
        if not copies:
            for done, _ in partial:
                done.append((child, slots, exponent))
    if len(partial) == 1 and len(partial[0][0]) == len(node.factors):
        return node
    sizes = dict(enumerate(node.sizes))
    terms = []
    for factors, number in partial:
        term = network(factors, node.outputs, sizes)
        inner = term.terms if isinstance(term, Sum) else ((term, 1),)
        terms += [(part, Fraction(number) * c) for part, c in inner]
    return total(terms, node.axes)


def _opened(term: Node, slots: tuple[Group, ...], labels: count[int]) -> list[tuple[Node, tuple[Group, ...], Number]]:
    """A term in place of a factor: its own factors, with the wires of the slots and fresh ones inside."""
    if not isinstance(term, Network) or not (term.plain and term.outputs):
        return [(term, slots, 1)]
    inside: list[Group] = [()] * len(term.sizes)
    for (wire,), group in zip(term.outputs, slots, strict=True):
        inside[wire] = group
    inside = [group or (next(labels),) for group in inside]
    return [
        (child, tuple(tuple(label for wire in group for label in inside[wire]) for group in groups), exponent)
        for child, groups, exponent in term.factors
    ]


def distributed(node: Node) -> list[tuple[Node, Number]] | None:
    """A product with one of the sums in it distributed; None if there is none."""
    if not isinstance(node, Network):
        return None
    for place, (child, slots, exponent) in enumerate(node.factors):
        if isinstance(child, Sum) and isinstance(exponent, int) and exponent > 0:
            rest = [*node.factors[:place], *node.factors[place + 1 :]]
            if exponent > 1:
                rest.append(Factor(child, slots, exponent - 1))
            sizes = dict(enumerate(node.sizes))
            return [(network([*rest, (term, slots)], node.outputs, sizes), number) for term, number in child.terms]
    return None
