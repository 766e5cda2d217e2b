"""Are two expressions equal? By normal form, by expansion, or - where neither decides - by numbers; it says which."""

from __future__ import annotations

from dataclasses import dataclass

from ricci.expr import Expr
from ricci.simplify import settle
from ricci.verify import DOMAINS, random_point, size_numbers
from tensor_networks.errors import LimitError, RicciError
from tensor_networks.rewrite import expand

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Equality:
    """The answer, true or false, and how it was found: ``identical``, ``expanded``, ``numeric`` or ``shape``."""

    equal: bool
    how: str
    error: float = 0.0

    def __bool__(self) -> bool:
        return self.equal

    def __str__(self) -> str:
        return {
            "identical": "equal, proven: one normal form",
            "expanded": "equal, proven: one expanded form",
            "shape": "different: the shapes differ",
            "numeric": "equal at all points tried, not proven" if self.equal else f"different: by {self.error:.2g} at a random point",
        }[self.how]


def equal(one: Expr, other: Expr) -> Equality:
    """Compare two expressions.

    Identical normal forms or identical expanded forms prove equality. Otherwise both are evaluated at random points of two
    sizes: a difference refutes it, agreement to 1e-9 is reported as agreement, not as a proof.
    """
    if one.axes != other.axes:
        return Equality(False, "shape")
    if one == other:
        return Equality(True, "identical")
    try:
        if settle(expand(one.settled))[0] is settle(expand(other.settled))[0]:
            return Equality(True, "expanded")
    except LimitError:
        pass
    return _numerically(one, other)


def _numerically(one: Expr, other: Expr) -> Equality:
    import numpy as np

    worst, compared = 0.0, 0
    tensors = one.variables | other.variables
    for base in (2, 4):
        sizes = size_numbers([one, other], base)
        for seed in range(2):
            for domain, _, _ in DOMAINS:
                point = random_point(tensors, sizes, domain, seed)
                first, second = (np.asarray(e(**{n: a for n, a in point.items() if n in e.variables})) for e in (one, other))
                if not (np.all(np.isfinite(first)) and np.all(np.isfinite(second))):
                    continue
                compared += 1
                scale = max(1.0, float(np.max(np.abs(first), initial=0.0)))
                worst = max(worst, float(np.max(np.abs(first - second), initial=0.0)) / scale)
    if not compared:
        raise RicciError("no random point was found at which both are finite")
    return Equality(worst <= TOLERANCE, "numeric", worst)
