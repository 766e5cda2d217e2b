"""Expanding: products distributed over the sums in them. A choice: kept where the formula gets shorter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from ricci.passes.common import is_ones
from tensor_networks.networks import Factor, Network, Sum, network, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number

MOST_TERMS = 12
Tidy = Callable[[Node], Node]
Part = tuple[Node, Number]


def expansions(node: Node, tidy: Tidy) -> Iterator[Node]:
    """A product distributed over one of its sums; a sum with one of its terms so distributed, or all that have one sum.

    Each new term is made tidy before the terms are added, so that what can be common to them is. Only forms in which terms
    merge are offered, and scalars moved into a sum of vectors or matrices: `p.*(1 - p)` is no sum to anybody, and products
    of two sums are more accurate than the sum of their products.
    """
    if isinstance(node, Network):
        for chosen in [[place] for place in sums_of(node)]:
            slack = _slack(node, chosen)
            hopeful = slack or _may_cancel(node, chosen) or _alike(_made_of(node, chosen, False))
            terms = distributed(node, chosen) if hopeful else []
            new = [(tidy(term), number) for term, number in terms]
            merged = gathered(new)
            if terms and (len(merged) < len(terms) + slack or _cancelled(node, chosen, new)):
                yield total(merged, node.axes)
    elif isinstance(node, Sum) and len(node.terms) > 1:
        yield from _opened(node, tidy)


def _opened(node: Sum, tidy: Tidy) -> Iterator[Node]:
    """A sum with some of its terms distributed."""
    kinds = [_made_of(term, sums_of(term), True) if isinstance(term, Network) else [{term}] for term, _ in node.terms]
    found = [[part] for part in node.terms]
    opened = list(found)
    for place, (term, number) in enumerate(node.terms):
        if not isinstance(term, Network) or len(sums_of(term)) != 1:
            continue
        others = [kind for index, own in enumerate(kinds) if index != place for kind in own]
        if len(kinds[place]) > 1 and (_alike(kinds[place]) or _alike(others, kinds[place])):
            terms = distributed(term, sums_of(term))
            opened[place] = [(tidy(part), c * number) for part, c in terms] or found[place]
    several = [place for place, terms in enumerate(opened) if terms is not found[place]]
    for group in [[place] for place in several] + ([several] if len(several) > 1 else []):
        parts = [part for k in range(len(found)) for part in (opened if k in group else found)[k]]
        merged = gathered(parts)
        if len(merged) < len(node.terms) or len(node.terms) == len(merged) < len(parts):
            yield total(merged, node.axes)


def _made_of(node: Network, places: Sequence[int], whole: bool) -> list[set[Node]]:
    """For every term of a product distributed at some places the vectors and matrices in it; `whole`: and those beside."""
    kinds: list[set[Node]] = [set()]
    for place, factor in enumerate(node.factors):
        if place in places:
            options = [_leaves(term) for term in factor.node.children]
            kinds = [kind | more for kind in kinds for more in options] if len(kinds) * len(options) <= 64 else kinds
        elif whole:
            kinds = [kind | _leaves(factor.node) for kind in kinds]
    return kinds


def _leaves(node: Node) -> set[Node]:
    """What products are made of, scalars left out."""
    found: set[Node] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, Network):
            stack += part.children
        elif part.order:
            found.add(part)
    return found


def _alike(kinds: Sequence[set[Node]], others: Sequence[set[Node]] | None = None) -> bool:
    """Are two of some terms, or one of each, made of the same? Only such terms can merge."""
    if others is not None:
        return any(kind in others for kind in kinds)
    return any(kind in kinds[:place] for place, kind in enumerate(kinds))


def gathered(parts: Iterable[Part]) -> list[Part]:
    """Like terms added, sums among them opened."""
    numbers: dict[Node, Number] = {}
    for part, number in parts:
        for term, c in part.terms if isinstance(part, Sum) else ((part, 1),):
            numbers[term] = numbers.get(term, 0) + number * c
    return [(term, number) for term, number in numbers.items() if number]


def _may_cancel(node: Network, places: Sequence[int]) -> bool:
    """Does something below a fraction bar stand in one of the sums as well, or has one a scalar that fills a shape?"""
    if any(_is_filled(term) for place in places for term in node.factors[place].node.children):
        return any(isinstance(factor.node, Sum) for place, factor in enumerate(node.factors) if place not in places)
    below = {factor.node for factor in node.factors if factor.exponent < 0}
    terms = [term for place in places for term in node.factors[place].node.children]
    return any(below & {term, *term.children} for term in terms) if below else False


def _is_filled(node: Node) -> bool:
    """Is it a scalar in every entry, or in those where axes agree?"""
    return isinstance(node, Network) and bool(node.order) and all(not factor.slots for factor in node.factors)


def _cancelled(node: Network, places: Sequence[int], terms: Sequence[Part]) -> bool:
    """Has one of the terms fewer factors than a product and a term of the sum in it: did something cancel?"""
    if len(places) != 1 or len(terms) != len(node.factors[places[0]].node.children):
        return False
    beside = sum(_count(factor.node) for place, factor in enumerate(node.factors) if place not in places)
    inside = node.factors[places[0]].node.children
    return any(_count(term) < beside + _count(part) - 1 for (term, _), part in zip(terms, inside, strict=True))


def _count(node: Node) -> int:
    """The number of factors, those of products in a product counted."""
    return sum(map(_count, node.children)) if isinstance(node, Network) else 1


def _slack(node: Network, places: Sequence[int]) -> int:
    """1 for scalars times a sum of vectors or matrices without ones among its terms, and for a sum of deltas; else 0."""
    child = node.factors[places[0]].node
    if child.order > 1 and all(_is_filled(term) for term in child.children):  # eye(n) - ones(n, n)/n
        return 1
    scalars = all(not factor.slots for place, factor in enumerate(node.factors) if place not in places)
    return 1 if scalars and len(places) == 1 and child.order and not any(map(is_ones, child.children)) else 0


def sums_of(node: Network) -> list[int]:
    """The places of the sums in a product that may be multiplied out: not of squares, which lose accuracy that way."""
    nodes = [factor.node for factor in node.factors]
    return [
        place
        for place, (child, _, exponent) in enumerate(node.factors)
        if isinstance(child, Sum) and exponent == 1 < len(child.terms) <= MOST_TERMS and nodes.count(child) == 1
    ]


def distributed(node: Network, places: Iterable[int]) -> list[Part]:
    """The terms of a product distributed over the sums at some places; none, if they are too many."""
    partial: list[tuple[list[Factor], Number]] = [([], 1)]
    places = set(places)
    for place, factor in enumerate(node.factors):
        if place not in places or not isinstance(factor.node, Sum):
            partial = [([*done, factor], c) for done, c in partial]
            continue
        for _ in range(int(factor.exponent)):
            terms = factor.node.terms
            partial = [([*done, Factor(term, factor.slots, 1)], c * number) for done, c in partial for term, number in terms]
            if len(partial) > MOST_TERMS:
                return []
    sizes = dict(enumerate(node.sizes))
    return [(network(factors, node.outputs, sizes), c) for factors, c in partial] if places else []
