"""Passes over products with half-vectorisation in them: what elimination, duplication and lower make of each other.

An elimination ``L_hij`` is 1 at one pair (i, j) on or below the diagonal for every h, and at one h at most for every pair; a
duplication ``D_ijh`` at one h for every pair. So two patterns that agree in h, or in the pair, agree in the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ricci.passes.common import remade, without
from tensor_networks.axes import product, triangle
from tensor_networks.filled import identity
from tensor_networks.networks import Factor, Network, Sum, network, size_of, total
from tensor_networks.nodes import Node, walk
from tensor_networks.patterns import Pattern, pattern
from tensor_networks.rewrite import substitute
from tensor_networks.wiring import Group

Slots = tuple[Group, ...]
Found = list[Factor] | None


def halves(node: Node) -> Node:
    """L*L' = I, L*D = I, D*L*vec(S) = vec(S) for symmetric S, and what is behind them."""
    if isinstance(node, Sum):
        return both_triangles(node)
    if not isinstance(node, Network) or not any(isinstance(factor.node, Pattern) for factor in node.factors):
        return node
    for step in STEPS:
        factors = step(node)
        if factors is not None:
            return remade(node, factors)
    return symmetrised(node)


def _patterns(node: Network, *names: str) -> Iterator[tuple[int, str, Slots]]:
    """The factors that are patterns of some names: place, name and slots."""
    for place, (child, slots, exponent) in enumerate(node.factors):
        if isinstance(child, Pattern) and child.name in names and exponent == 1:
            yield place, child.name, slots


def _equal(node: Network, one: Group, other: Group) -> list[Factor]:
    """A delta that makes two groups one."""
    if one == other:
        return []
    delta = identity(product(node.sizes[wire] for wire in one))
    return [Factor(delta, (one, other), 1)]


def _uses(node: Network) -> dict[int, int]:
    """How often each wire occurs."""
    counts: dict[int, int] = {}
    for groups in (node.outputs, *(factor.slots for factor in node.factors)):
        for group in groups:
            for wire in group:
                counts[wire] = counts.get(wire, 0) + 1
    return counts


def both_triangles(node: Sum) -> Node:
    """tril(X) + triu(X) = X + diag(diag(X))."""
    numbers = dict(node.terms)
    for term, number in node.terms:
        for place, _, slots in _patterns(term, "lower") if isinstance(term, Network) else ():
            made = _turned(term, place, slots)  # type: ignore[arg-type]
            if made[0] is not term and numbers.get(made[0]) == number:
                kept = [(other, n) for other, n in node.terms if other is not term and other is not made[0]]
                return total([*kept, (made[1], number), (made[2], number)], node.axes)
    return node


def _turned(term: Network, place: int, slots: Slots) -> tuple[Node, Node, Node]:
    """A product with its lower turned to upper; the same without it; the same on the diagonal only."""
    rest = without(term, place)
    upper = remade(term, [*rest, term.factors[place]._replace(slots=slots[::-1])])
    return upper, remade(term, [*rest, *_ones(term, slots)]), remade(term, [*rest, *_equal(term, *slots)])


def opened(node: Network) -> Found:
    """A sum that meets a pattern with a group of wires is split along it: its terms then show their symmetry."""
    met = {wire for factor in node.factors if isinstance(factor.node, Pattern) for g in factor.slots for wire in g}
    for place, (child, slots, exponent) in enumerate(node.factors):
        if isinstance(child, Sum) and exponent == 1 and any(len(group) > 1 and met & {*group} for group in slots):
            wires = {wire: node.sizes[wire] for group in slots for wire in group}
            terms = [(network([(term, slots)], wires, wires), number) for term, number in child.terms]
            split = total(terms, wires.values())
            return [*without(node, place), Factor(split, tuple((wire,) for wire in wires), 1)]
    return None


def powers(node: Network) -> Found:
    """Zeros and ones are their own powers."""
    for place, factor in enumerate(node.factors):
        if isinstance(factor.node, Pattern) and factor.exponent != 1 and factor.exponent > 0:
            return [*without(node, place), factor._replace(exponent=1)]
    return None


def same_pair(node: Network) -> Found:
    """Two that agree in the pair agree in h: L_hij D_ijk = L_hij delta_hk. Crossed eliminations meet on the diagonal."""
    found = list(_patterns(node, "elimination", "duplication"))
    for k, (one, name, slots) in enumerate(found):
        for other, second, groups in found[k + 1 :]:
            (h, pair), (g, others) = _parts(name, slots), _parts(second, groups)
            crossed = pair == others[::-1] and pair[0] != pair[1]
            if pair != others and not crossed:
                continue
            kept = node.factors[other if name == "duplication" else one]
            extra = _equal(node, h, g)
            if crossed and name == second == "elimination":
                extra += _equal(node, *pair)
            return [*without(node, one, other), kept, *extra]
    return None


def _parts(name: str, slots: Slots) -> tuple[Group, Slots]:
    """The slot of h and those of the pair."""
    return (slots[0], slots[1:]) if name == "elimination" else (slots[2], slots[:2])


def same_place(node: Network) -> Found:
    """Two eliminations that agree in h agree in the pair."""
    found = list(_patterns(node, "elimination"))
    for k, (_, _, slots) in enumerate(found):
        for other, _, groups in found[k + 1 :]:
            if slots[0] == groups[0] and all(len(a) == len(b) for a, b in zip(slots, groups, strict=True)):
                extra = [*_equal(node, slots[1], groups[1]), *_equal(node, slots[2], groups[2])]
                return [*without(node, other), *extra] if extra else without(node, other)
    return None


def on_the_diagonal(node: Network) -> Found:
    """A duplication with equal indices is an elimination; lower is 1 there."""
    for place, name, slots in _patterns(node, "duplication", "lower"):
        if slots[0] == slots[1]:
            if name == "lower":
                return [*without(node, place), *_ones(node, slots[:1])]
            made = pattern("elimination", node.factors[place].node.size)  # type: ignore[attr-defined]
            return [*without(node, place), Factor(made, (slots[2], slots[0], slots[1]), 1)]
    return None


def summed(node: Network) -> Found:
    """Sums of a pattern by itself: over h of L is lower, of D is 1; over all pairs of L is 1."""
    counts = _uses(node)

    def lone(group: Group) -> bool:
        return all(counts[wire] == 1 for wire in group)

    for place, _, pair in _patterns(node, "lower"):
        if pair[0] != pair[1] and lone(pair[0]) and lone(pair[1]):
            return [*without(node, place), Factor(size_of(triangle(node.sizes[pair[0][0]])), (), 1)]
    for place, name, slots in _patterns(node, "elimination", "duplication"):
        h, pair = _parts(name, slots)
        rest = without(node, place)
        if lone(h):
            made = pattern("lower", node.factors[place].node.size)  # type: ignore[attr-defined]
            return [*rest, *([Factor(made, pair, 1)] if name == "elimination" else _ones(node, pair))]
        if name == "elimination" and pair[0] != pair[1] and lone(pair[0]) and lone(pair[1]):
            return [*rest, *_ones(node, (h,))]
    return None


def _ones(node: Network, groups: Slots) -> list[Factor]:
    """Ones on some groups, so that their wires are still known."""
    out = []
    for group in groups:
        labels = {k: node.sizes[wire] for k, wire in enumerate(group)}
        out.append(Factor(network((), [tuple(labels)], labels), (group,), 1))
    return out


def lowers(node: Network) -> Found:
    """lower beside an elimination says nothing new, or that the pair is on the diagonal; so do lower and its transpose."""
    found = list(_patterns(node, "elimination", "lower"))
    for place, name, slots in found:
        if name != "lower":
            continue
        for other, second, groups in found:
            pair = groups[1:] if second == "elimination" else groups
            if other != place and pair == slots:
                return without(node, place)
            if other != place and pair == slots[::-1]:
                gone = (place,) if second == "elimination" else (place, other)
                return [*without(node, *gone), *_equal(node, *slots)]
    return None


def returning(node: Network) -> Found:
    """D_klh L_hij S_ij = S_kl, if what hangs on i and j is symmetric in them."""
    counts = _uses(node)
    for place, _, (h, i, j) in _patterns(node, "elimination"):
        if any(len(group) != 1 for group in (h, i, j)) or counts[h[0]] != 2 or i == j:
            continue
        for other, _, (k, l_, g) in _patterns(node, "duplication"):
            if g == h and k != l_:
                rest = without(node, place, other)
                held = {wire for factor in rest for group in factor.slots for wire in group}
                if (
                    {i[0], j[0]} <= held
                    and not node.free & {i[0], j[0]}
                    and _symmetric(rest, i, j, node.free | {*k, *l_}, node)
                ):
                    return [*rest, *_equal(node, i, k), *_equal(node, j, l_)]
    return None


def _symmetric(factors: list[Factor], i: Group, j: Group, ends: frozenset[int], node: Network) -> bool:
    """Is the product of some factors, open at some ends, the same with i and j exchanged?"""
    held = {wire for factor in factors for group in factor.slots for wire in group}
    kept = [(wire,) for wire in sorted(held & ends)]
    sizes = {wire: node.sizes[wire] for wire in held}
    return network(factors, [i, j, *kept], sizes) is network(factors, [j, i, *kept], sizes)


def symmetrised(node: Network) -> Node:
    """D'*vec(A + A') = 2*D'*vec(A): a sum on the pair of a duplication is taken apart where that makes terms alike."""
    for _, _, slots in _patterns(node, "duplication"):
        for place, factor in enumerate(node.factors):
            if not isinstance(factor.node, Sum) or factor.exponent != 1:
                continue
            wires = {wire for group in factor.slots for wire in group}
            if wires.issuperset(slots[0] + slots[1]) and len(factor.node.terms) > 1:
                rest = without(node, place)
                parts = [(remade(node, [*rest, factor._replace(node=term)]), c) for term, c in factor.node.terms]
                gathered = total(parts, node.axes)
                count = len(gathered.terms) if isinstance(gathered, Sum) else 1
                if count < len(factor.node.terms):
                    return gathered
    return node


def halved(root: Node) -> Node:
    """The root with duplications spelled as eliminations: ``D_ijh = L_hij + L_hji - L_hij delta_ij``."""
    found = [node for node in walk(root) if isinstance(node, Pattern) and node.name == "duplication"]
    mapping: dict[Node, Node] = {}
    for node in found:
        half = pattern("elimination", node.size)
        views = [network([(half, "hij")], "ijh"), network([(half, "hji")], "ijh"), network([(half, "hii")], "iih")]
        mapping[node] = total(zip(views, (1, 1, -1), strict=True))
    return substitute(root, mapping) if mapping else root


STEPS: tuple[Callable[[Network], Found], ...] = (
    opened,
    powers,
    on_the_diagonal,
    same_pair,
    same_place,
    lowers,
    summed,
    returning,
)
