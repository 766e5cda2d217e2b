"""Products with factors of more than two axes, term by term: sums of Kronecker products, minors of a matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ricci.functions import apply
from ricci.functions.minors import as_inverses, is_minors
from ricci.notation.arithmetic import Entry, as_term, product, scaled
from ricci.notation.formula import Formula, cheapest
from ricci.notation.matrix.sums import factored, symmetrised
from ricci.notation.matrix.tangle import Tangled
from tensor_networks.networks import Factor, Network, Sum, network
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number
from tensor_networks.patterns import Pattern
from tensor_networks.rewrite import flatten

Write = Callable[[Node], Formula | None]


def is_outer(factor: Factor) -> bool:
    """Is it a factor of more than two axes, and no pattern?"""
    return factor.node.order > 2 and not isinstance(factor.node, Pattern)


def distributed(node: Network, scalars: Sequence[Entry], write: Write) -> Formula:
    """The formula of a product with the first of its factors of more than two axes taken apart; scalars stay outside.

    Raises:
        Tangled: there is none.
    """
    sizes = dict(enumerate(node.sizes))
    if any(not factor.slots for factor in node.factors):
        wide = [factor for factor in node.factors if factor.slots]
        body = _written(network(wide, node.outputs, sizes), write)
        term = as_term(body)
        return product(term._replace(scalars=(*scalars, *term.scalars)))
    place = next(k for k, factor in enumerate(node.factors) if is_outer(factor))
    factor = node.factors[place]
    rest = [*node.factors[:place], *node.factors[place + 1 :]]
    if is_minors(factor) and _stays(factor.node.children[0]):
        parts = _in_terms(as_inverses(node, place, rest), write)
        det = _written(apply("det", factor.node.children[0]), write)
        term = as_term(factored([part for _, _, part in parts]))
        return product(term._replace(scalars=((det, 1), *term.scalars)))
    if not isinstance(factor.node, Sum) or factor.exponent != 1 or all(len(group) == 1 for group in node.outputs):
        raise Tangled
    opened = [(network([*rest, factor._replace(node=term)], node.outputs, sizes), c) for term, c in factor.node.terms]
    parts = _in_terms(opened, write)
    terms = [(term, c, part) for (term, c), (_, _, part) in zip(factor.node.terms, parts, strict=True)]
    return cheapest([factored([part for _, _, part in parts]), *symmetrised(node, place, terms)])


def _stays(matrix: Node) -> bool:
    """Are the inverse and the determinant of a matrix read as such, and not as those of its factors?"""
    return not isinstance(matrix, Network) or (len(set(matrix.sizes)) > 1 and all(factor.slots for factor in matrix.factors))


def _in_terms(terms: Sequence[tuple[Node, Number]], write: Write) -> list[tuple[Node, Number, Formula]]:
    """The terms with their formulas, numbers in front."""
    written = [(term, number, _written(flatten(term)[0], write)) for term, number in terms]
    return [(term, number, scaled(number, formula, free=False)) for term, number, formula in written]


def _written(node: Node, write: Write) -> Formula:
    """The formula of a node.

    Raises:
        Tangled: it has none.
    """
    formula = write(node)
    if formula is None:
        raise Tangled
    return formula
