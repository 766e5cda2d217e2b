"""Which sign and which order of its terms is natural to a sum: `x - a`, `1 - p`, `A + c*eye(n)`; the order of factors."""

from __future__ import annotations

from ricci.functions import FUNCTIONS
from ricci.notation.formula import POWER, Formula

ODD = frozenset(name for name, function in FUNCTIONS.items() if function.parity < 0 and function.arity == 1)


def is_diagonal(formula: Formula) -> bool:
    """Is it diag of a vector?"""
    return formula.callee == "diag" and formula.order == 2


def is_mixed(formula: Formula) -> bool:
    """Has the sum terms of both signs?"""
    return len(set(formula.detail)) > 1


def is_natural(formula: Formula) -> bool:
    """Is the 1 or the diagonal matrix, or else the term that comes first by degree, a positive one?"""
    terms = list(zip(formula.detail, formula.parts, strict=True))
    if not is_mixed(formula):
        return bool(formula.detail[0] > 0)
    sizes = [sign for sign, part in terms if part.kind == "name" and not part.degree]
    for sign, part in terms:
        if part.text == "1" and len(sizes) == 1 == len(terms) - 1:  # n - 1, but 1 - p
            return bool(sizes[0] > 0)
        if part.text == "1" or part.kind == "eye" or is_diagonal(part) or part.detail in ("delta", "one"):
            return bool(sign > 0)
    widest = max(part.order for _, part in terms)
    sign, _ = min((term for term in terms if term[1].order == widest), key=lambda term: natural_rank(term[1]))
    return bool(sign > 0)


def natural_rank(part: Formula) -> tuple[int, bool, bool, bool, bool, bool, int, str]:
    """Terms of high degree first, exchanged ones last, multiples of the identity before them, then longer ones, unknowns
    before data, powers of traces before traces of powers, and by the alphabet."""
    text = part.text
    exchanged = text.startswith("commutation")
    unknown = text.startswith(("x", "X"))
    raised = part.kind == "power" and not part.order and [base.kind for base in part.parts] == ["call"]
    return (-part.degree, exchanged, is_eye(part), part.cost <= 2, not unknown, not raised, text.count("'"), text)


def is_eye(part: Formula) -> bool:
    """Is it the identity, or a multiple of it?"""
    body = part.detail.body if part.kind == "product" else part
    return body is not None and body.kind == "eye"


def factor_rank(part: Formula) -> tuple[int, int, str]:
    """Names first, then sums of sizes, powers, calls, what needs parentheses."""
    kinds = {"number": 0, "name": 0, "power": 1, "variable power": 1, "transpose": 1, "call": 2, "eye": 9}
    kind = part.parts[0].kind if part.kind == "power" and part.parts[0].kind == "call" else part.kind
    return (1 if kind == "sum" and not part.degree else kinds.get(kind, 3), part.cost if part.level >= POWER else 0, part.text)
