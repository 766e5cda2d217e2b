"""The forms that a product or a sum may take: factored and expanded ones. `ricci.calculus.simplify` keeps the shortest."""

from __future__ import annotations

from collections.abc import Iterator

from ricci.passes.common import remade, with_factor
from ricci.passes.expanding import Tidy, distributed, expansions, gathered, sums_of
from ricci.passes.factoring import factorings
from ricci.passes.length import weight
from ricci.passes.lone import termwise
from ricci.passes.mirrors import mirrored
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node

HEAVIEST = 120  # nodes of the tree; longer formulas are left as they come
MOST_OFFERS = 24


def offers(node: Node, tidy: Tidy) -> Iterator[Node]:
    """Other forms of a node, the node itself left out."""
    if weight(node) > HEAVIEST:
        return
    seen = {node}
    for form in _forms(node, tidy):
        if form not in seen and len(seen) <= MOST_OFFERS:
            seen.add(form)
            yield form


def _forms(node: Node, tidy: Tidy) -> Iterator[Node]:
    if isinstance(node, Sum):
        yield from factorings(node, tidy)
        yield from mirrored(node, tidy)
    elif isinstance(node, Network):
        for place, factor in enumerate(node.factors):
            for form in _inner(factor, tidy):
                yield with_factor(node, place, factor._replace(node=form))
            yield from _beside(node, place, tidy)
        yield from termwise(node)
        yield from _apart(node, tidy)
    yield from expansions(node, tidy)


def _beside(node: Network, place: int, tidy: Tidy) -> Iterator[Node]:
    """A sum in a product multiplied by what stands beside it entry by entry: ``(sinh(u).*tanh(u) - cosh(u))./cosh(u)``."""
    child, slots, exponent = node.factors[place]
    near = [other for other, factor in enumerate(node.factors) if other != place and {*factor.slots} == {*slots}]
    if isinstance(child, Sum) and slots and exponent == 1 and near and len(near) + 1 < len(node.factors):
        wires = {wire for group in slots for wire in group}
        inside = [node.factors[other] for other in (place, *near)]
        product = network(inside, slots, {wire: node.sizes[wire] for wire in wires})
        rest = [factor for other, factor in enumerate(node.factors) if other not in (place, *near)]
        for form in expansions(product, tidy):
            yield remade(node, [*rest, Factor(form, slots, 1)])


def _inner(factor: Factor, tidy: Tidy) -> Iterator[Node]:
    """Other forms of a sum in a product, and of the sums in a scalar in it."""
    child, slots, exponent = factor
    if isinstance(child, Sum):
        yield from factorings(child, tidy)
    elif isinstance(child, Network) and not slots and exponent == 1:
        for place, inside in enumerate(child.factors):
            for form in factorings(inside.node, tidy) if isinstance(inside.node, Sum) else ():
                yield with_factor(child, place, inside._replace(node=form))


def _apart(node: Network, tidy: Tidy) -> Iterator[Node]:
    """A scalar multiplied out over a sum whose terms fall apart there: ``tr((tr(B)*A - B)*A) = tr(B)*tr(A^2) - tr(B*A)``,
    ``tr((eye(n) - x*y')*A) = tr(A) - y'*A*x``."""
    for place, (child, slots, exponent) in enumerate(node.factors) if not node.order else ():
        if isinstance(child, Network) and not slots and exponent == 1:
            for form in _apart(child, tidy):
                yield with_factor(node, place, Factor(form, (), 1))
        elif slots and place in sums_of(node) and any(_is_doubled(term) or _is_scaled(term) for term in child.children):
            terms = distributed(node, [place])
            if terms:
                yield total(gathered([(tidy(term), number) for term, number in terms]), ())


def _is_doubled(node: Node) -> bool:
    """Is it a diagonal matrix?"""
    return isinstance(node, Network) and node.order == 2 and node.outputs[0] == node.outputs[1]


def _is_scaled(node: Node) -> bool:
    """Is it a product with a scalar in it that is a product or a function of tensors?"""
    return isinstance(node, Network) and any(not f.slots and f.node.children for f in node.factors)
