"""Products of formulas entry by entry: `x.*y./z`, and the triangles of matrices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ricci.notation.arithmetic import Entry, collected, factor_rank
from ricci.notation.formula import POWER, PRODUCT, Formula, joined, power, simple_call, wrapped, wrapped_latex


def hadamard(entries: Iterable[Entry], order: int) -> Formula:
    """The entrywise product of formulas to exponents: ``x.*y./z``."""
    entries = list(entries)
    listed = collected(entries) or entries
    masked = _masked(listed, order)
    if masked is not None:
        return masked
    over = sorted((power(part, exponent) for part, exponent in listed if exponent > 0), key=factor_rank)
    under = sorted((power(part, -exponent) for part, exponent in listed if exponent < 0), key=factor_rank)
    if not under and len(over) == 1:
        return over[0]
    pieces = joined([wrapped(part, POWER) for part in over], ".*") or ["1"]
    latex = joined([wrapped_latex(part, POWER) for part in over], r" \odot ") or ["1"]
    for part in under:
        pieces += ["./", *wrapped(part, POWER)]
        latex += [r" \oslash ", *wrapped_latex(part, POWER)]
    degree = sum(part.degree for part in (*over, *under))
    return Formula(
        "hadamard",
        pieces,
        latex,
        order=order,
        level=PRODUCT,
        parts=[*over, *under],
        detail=tuple(listed),
        degree=degree,
        remake=hadamard,
    )


def _masked(entries: Sequence[Entry], order: int) -> Formula | None:
    """tril or triu of the other entries, if one entry is the lower or the upper triangle of ones."""
    for place, (part, exponent) in enumerate(entries):
        triangle = part.callee in ("tril", "triu") and part.parts[0].kind == "ones"
        if exponent == 1 and order == 2 and len(entries) > 1 and triangle:
            inner = hadamard([*entries[:place], *entries[place + 1 :]], order)
            return simple_call(part.callee, [inner], 2, degree=inner.degree)
    return None
