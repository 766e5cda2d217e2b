"""Where a transpose is free: a skew matrix may be minus it, and a trace, a norm or a determinant does not see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product as product_of_choices

from ricci.notation.arithmetic import transposed
from ricci.notation.formula import Formula
from tensor_networks.networks import Factor

MOST_TURNED = 3  # skew matrices in one product that are tried both ways


def turnings(factors: Sequence[Factor]) -> Iterator[tuple[Sequence[Factor], int]]:
    """The factors, and the ways to write a few skew matrices among them as minus their transposes, with the signs."""
    skew = [k for k, f in enumerate(factors) if f.node.order == 2 and f.node.symmetry.powered(f.exponent).signed]
    for turned in product_of_choices((False, True), repeat=min(len(skew), MOST_TURNED)):
        chosen = dict(zip(skew, turned, strict=False))
        new = [f._replace(slots=f.slots[::-1]) if chosen.get(k) else f for k, f in enumerate(factors)]
        yield new, (-1) ** sum(turned)


def turned_freely(formula: Formula) -> Formula:
    """A formula, or its transpose if that is a shorter matrix, or the same without a mark behind it."""
    if formula.order == 2:
        formula = min(formula, transposed(formula), key=lambda option: option.cost)
    return formula.parts[0] if formula.order == 2 and formula.kind == "transpose" else formula
