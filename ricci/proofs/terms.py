"""Two formulas term by term: what is missing in one, what it has too much, which coefficient is wrong."""

from __future__ import annotations

from ricci.calculus.simplify import settle
from ricci.expr import Expr
from ricci.proofs.diagnosis import Finding
from tensor_networks.errors import LimitError
from tensor_networks.networks import Sum, total
from tensor_networks.nodes import Node
from tensor_networks.numbers import Number, exact
from tensor_networks.rewrite import distributed

Terms = dict[Node, Number]
MOST_TERMS = 1000


def terms_of(expression: Expr) -> Terms:
    """The terms that the normal form has when all products are distributed over sums, and their coefficients.

    Raises:
        LimitError: there are more than `MOST_TERMS`.
    """
    found: Terms = {}
    stack: list[tuple[Node, Number]] = [(expression.settled, 1)]
    done = 0
    while stack:
        node, number = stack.pop()
        done += 1
        if done > MOST_TERMS:
            raise LimitError(f"there are more than {MOST_TERMS} terms")
        parts = list(node.terms) if isinstance(node, Sum) else distributed(node)
        if parts is None:
            (settled,) = settle(node)
            whole = dict(settled.terms) if isinstance(settled, Sum) else {settled: 1}
            for term, inner in whole.items():
                found[term] = exact(found.get(term, 0) + number * inner)
        else:
            stack += [(part, exact(number * inner)) for part, inner in parts]
    return {term: number for term, number in found.items() if number}


def told_apart(candidate: Expr, expected: Expr) -> tuple[Expr | None, Finding | None]:
    """The right expression minus the candidate, settled, and what that says."""
    declared = expected.variables
    difference = Expr(settle(total([(expected.settled, 1), (candidate.settled, -1)]))[0], declared=declared)
    try:
        right, given = terms_of(expected), terms_of(candidate)
    except LimitError:
        return difference, None
    missing = {term: number for term, number in right.items() if term not in given}
    extra = {term: number for term, number in given.items() if term not in right}
    changed = {term: number for term, number in right.items() if term in given and given[term] != number}
    if missing and not extra and not changed and len(missing) < len(right):
        return difference, Finding("missing term", f"the {_count(missing)} {_text(missing, expected)} missing")
    if extra and not missing and not changed:
        return difference, Finding("extra term", f"the {_count(extra)} {_text(extra, expected)} too much")
    if changed and not missing and not extra and len(changed) < len(right):
        return difference, Finding("coefficient", _coefficients(changed, given, expected))
    return difference, None


def _count(terms: Terms) -> str:
    return "term" if len(terms) == 1 else "terms"


def _text(terms: Terms, expected: Expr) -> str:
    shown = Expr(settle(total(terms.items(), expected.axes))[0])
    return f"{shown} {'is' if len(terms) == 1 else 'are'}"


def _coefficients(changed: Terms, given: Terms, expected: Expr) -> str:
    ratios = {number / given[term] for term, number in changed.items()}
    shown = Expr(settle(total(changed.items(), expected.axes))[0])
    have = Expr(settle(total([(term, given[term]) for term in changed], expected.axes))[0])
    if ratios == {-1}:
        return f"the sign of {have} is wrong"
    return f"there is {have} where {shown} should be"
