"""Are two expressions equal? By normal form, by expansion, in exact arithmetic, or by numbers; it says which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from ricci.arguments import Expression, as_both
from ricci.calculus.simplify import settle
from ricci.expr import Expr
from ricci.passes.halves import halved
from ricci.proofs import modular
from ricci.proofs.elementary import spelled
from ricci.proofs.verification import DOMAINS, random_point, regular, size_choices
from tensor_networks.axes import show_shape
from tensor_networks.errors import LimitError, OperandError, RicciError, ShapeError
from tensor_networks.nodes import Node, leaves
from tensor_networks.rewrite import expand

TOLERANCE = 1e-9
BASES = (2, 4)
EXACT_POINTS = 3  # at each of the two sizes
ATTEMPTS = 4


@dataclass(frozen=True)
class Equality:
    """The answer, true or false, and how it was found.

    ``how`` is ``identical``, ``expanded``, ``exact``, ``numeric`` or ``shape``; ``points`` were compared; ``error`` is
    the largest relative difference that floating-point numbers showed.
    """

    equal: bool
    how: str
    error: float = 0.0
    points: int = 0

    @property
    def proven(self) -> bool:
        """Is the answer certain? Agreement at points leaves a doubt, a difference in exact arithmetic does not."""
        return self.how in ("identical", "expanded", "shape") or (self.how == "exact" and not self.equal)

    def __bool__(self) -> bool:
        return self.equal

    def __str__(self) -> str:
        at = f"at {self.points} random points of two sizes"
        if self.equal:
            return {
                "identical": "equal, proven: one normal form",
                "expanded": "equal, proven: one expanded form",
                "exact": f"equal in exact arithmetic modulo {modular.PRIME} {at}",
                "numeric": f"equal numerically {at}, to {TOLERANCE:g}; not proven",
            }[self.how]
        return {
            "shape": "different, proven: the shapes differ",
            "exact": f"different, proven: exact arithmetic modulo {modular.PRIME} at a random point",
            "numeric": f"different: by {self.error:.2g} at a random point",
        }[self.how]

    __repr__ = __str__


def equal(one: Expression, other: Expression) -> Equality:
    """Compare two expressions. In a text the names of the other one, if that is no text, mean what they mean there.

    Identical normal forms or identical expanded forms prove equality. Otherwise both are evaluated at random points, of
    the traits of the variables and of two sizes, exactly, modulo a large prime: a difference of rational functions
    refutes equality, agreement leaves a chance of 1 in 10^8 a point. Where that finds no equality, elementary functions are
    spelled with few others (`elementary.spelled`) and both are compared like this once more: ``sin(a)^2 + cos(a)^2`` is 1.
    What is left is compared in floating point, where agreement to 1e-9 is no proof either.

    Raises:
        ShapeError: a name stands for one tensor here and for another one there.
        RicciError: there is no random point at which both are finite.
    """
    one, other = as_both(one, other)
    same_tensors(one, other)
    if one.axes != other.axes:
        return Equality(False, "shape")
    if one == other:
        return Equality(True, "identical")
    try:
        if _expanded(one) is _expanded(other):
            return Equality(True, "expanded")
    except LimitError:
        pass
    for comparison in (_exactly, _spelled_out):
        found = comparison(one, other)
        if found is not None:
            return found
    return _numerically(one, other)


def _spelled_out(one: Expr, other: Expr) -> Equality | None:
    """The answer when functions are spelled with few others; None if that shows no equality."""
    try:
        first, second = (Expr(spelled(e.settled), declared=e.variables) for e in (one, other))
        if first.node is one.settled and second.node is other.settled:
            return None
        if expand(first.node) is expand(second.node):
            return Equality(True, "expanded")
        return _exactly(first, second, settled=False)
    except LimitError:
        return None


def same_tensors(one: Expr, other: Expr) -> None:
    """Check that a name stands for the same tensor in both.

    Raises:
        ShapeError: it does not.
    """
    known = {leaf.name: leaf for leaf in leaves(one.node)}
    for leaf in sorted(leaves(other.node), key=lambda leaf: leaf.name):
        found = known.get(leaf.name, leaf)
        if found is not leaf:
            shapes = [" ".join((show_shape(t.axes), *sorted(t.traits))) for t in (found, leaf)]
            where = f"{shapes[0]} in one and {shapes[1]} in the other"
            raise ShapeError(f"{leaf.name} is {where}", hint="declare it in both")


def _expanded(expression: Expr) -> Node:
    """The normal form with products distributed over sums, and duplications as sums of eliminations."""
    (node,) = settle(expand(expression.settled))
    spelled = halved(node)
    return node if spelled is node else settle(expand(settle(expand(spelled))[0]))[0]


def _exactly(one: Expr, other: Expr, settled: bool = True) -> Equality | None:
    """The answer of exact arithmetic on the normal forms, or on what was given; None if it has none."""
    pair = (one.settled, other.settled) if settled else (one.node, other.node)
    compared = 0
    for base in BASES:
        found = 0
        for sizes, seed in product(size_choices([one, other], base), range(EXACT_POINTS + ATTEMPTS)):
            try:
                (first, second), rational = modular.values(pair, sizes, seed)
            except modular.NotExact:
                continue
            if not np.array_equal(first, second):
                return Equality(False, "exact", points=1) if rational else None
            found += 1
            if found == EXACT_POINTS:
                break
        if not found:
            return None
        compared += found
    return Equality(True, "exact", points=compared)


def _numerically(one: Expr, other: Expr) -> Equality:
    worst, compared = 0.0, 0
    for first, second in _values(one, other):
        compared += 1
        scale = max(1.0, float(np.max(np.abs(first), initial=0.0)))
        worst = max(worst, float(np.max(np.abs(first - second), initial=0.0)) / scale)
    if not compared:
        raise RicciError("no random point was found at which both are finite")
    return Equality(worst <= TOLERANCE, "numeric", worst, compared)


def _values(one: Expr, other: Expr) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Both values at random points, where they are finite."""
    tensors = one.variables | other.variables
    for base in BASES:
        for sizes in size_choices([one, other], base):
            some = False
            for seed, (domain, _, _) in product(range(2), DOMAINS):
                point = random_point(tensors, sizes, domain, seed)
                if not regular([one, other], point):
                    continue
                given = [{name: array for name, array in point.items() if name in e.variables} for e in (one, other)]
                try:
                    first, second = (np.asarray(e(**arrays)) for e, arrays in zip((one, other), given, strict=True))
                except OperandError:  # a singular matrix
                    continue
                if np.all(np.isfinite(first)) and np.all(np.isfinite(second)):
                    some = True
                    yield first, second
            if some:
                break
