"""What two arrays that ought to be equal have to do with each other: transposed, a factor, a sign, a symmetric part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ricci.expr import Expr
from ricci.proofs.verification import DOMAINS, random_point, regular, size_choices
from ricci.traits.points import nearest, trait_check
from tensor_networks.axes import Axis, show_shape
from tensor_networks.errors import OperandError, RicciError, clip
from tensor_networks.nodes import Tensor, leaves, tensor

TOLERANCE = 1e-8
Call = Callable[[Mapping[str, Any]], Any]
Array = np.ndarray[Any, np.dtype[Any]]


class Finding(NamedTuple):
    """A verdict and a sentence."""

    verdict: str
    detail: str


@dataclass(frozen=True)
class Pair:
    """The candidate's value and the right one at a point of some sizes."""

    got: Array
    want: Array
    point: Mapping[str, Any]
    sizes: Mapping[str, int]

    @property
    def agrees(self) -> bool:
        """Are the values equal?"""
        return close(self.got, self.want)


LINE = 240  # characters of an array that are shown


@dataclass(frozen=True)
class Counterexample:
    """A point at which the candidate is wrong."""

    point: Mapping[str, Any]
    sizes: Mapping[str, int]
    candidate: Array
    derivative: Array

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {shown(array)}" for name, array in self.point.items())
        return f"at {where}: the derivative is {shown(self.derivative)}, the candidate {shown(self.candidate)}"


def shown(array: Any) -> str:
    """An array in one line."""
    text = np.array2string(np.asarray(array), precision=4, separator=", ", threshold=24, suppress_small=True)
    return clip(re.sub(r" (?=[\],])", "", " ".join(text.split()).replace("[ ", "[")), LINE)


def close(got: Array, want: Array) -> bool:
    """Are two arrays of one shape and equal up to rounding?"""
    if got.shape != want.shape:
        return False
    scale = max(1.0, float(np.max(np.abs(want), initial=0.0)))
    return bool(np.all(np.abs(got - want) <= TOLERANCE * scale))


def squeezed(got: Array, want: Array) -> Array:
    """The first array in the shape of the second, if they differ in axes of size 1 only."""
    same = [n for n in got.shape if n != 1] == [n for n in want.shape if n != 1]
    return got.reshape(want.shape) if same else got


def points(
    expected: Expr, base: int, choice: int = 0, symmetric: Sequence[str] = ()
) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    """Random points of one of the choices of sizes, some matrices made symmetric."""
    sizes = (size_choices([expected], base) * 2)[choice]
    for seed in range(2):
        for domain, _, _ in DOMAINS:
            point = random_point(expected.variables, sizes, domain, seed)
            yield {n: _symmetric(n, a) if n in symmetric else a for n, a in point.items()}, sizes


def _symmetric(name: str, array: Array) -> Array:
    return nearest(array, tensor(name, array.shape, ["symmetric"]))


def compared(call: Call, expected: Expr, symmetric: Sequence[str] = ()) -> list[Pair]:
    """The values of a candidate and of the derivative at random points of two sizes where both are finite."""
    pairs: list[Pair] = []
    needed = set(expected.variables)
    for base in (2, 4):
        for choice in range(2):
            known = len(pairs)
            for point, sizes in points(expected, base, choice, symmetric):
                if not regular([expected], point):
                    continue
                try:
                    got = np.asarray(call(point), float)
                    want = np.asarray(expected(**{n: a for n, a in point.items() if n in needed}), float)
                except (OperandError, np.linalg.LinAlgError):
                    continue
                if np.all(np.isfinite(got)) and np.all(np.isfinite(want)):
                    pairs.append(Pair(squeezed(got, want), want, point, sizes))
            if len(pairs) > known:
                break
    return pairs


def counterexample(call: Call, expected: Expr) -> Counterexample | None:
    """A small point of round numbers at which the two differ."""
    occurring = {leaf.name: leaf for leaf in leaves(expected.settled)}
    candidates = [pair for base in (2, 3) for choice in range(2) for pair in points(expected, base, choice)]
    for point, sizes in candidates:
        rough = {name: _rounded(array, expected.variables[name]) for name, array in point.items()}
        try:
            got = np.asarray(call(rough), float)
            want = np.asarray(expected(**rough), float)
        except (RicciError, np.linalg.LinAlgError):
            continue
        got = squeezed(got, want)
        if np.all(np.isfinite(got)) and np.all(np.isfinite(want)) and not close(got, want):
            used = {name: array for name, array in rough.items() if name in occurring or len(rough) < 4}
            return Counterexample(used, sizes, got, want)
    return None


def _rounded(array: Array, leaf: Tensor) -> Array:
    """The array with round numbers, where they have the traits of its tensor."""
    rough = np.round(array, 1)
    check = trait_check(leaf)
    try:
        if check is not None:
            check(rough)
    except OperandError:
        return array
    return rough


# verdicts


def diagnosed(pairs: Sequence[Pair], expected: Expr, axes: Sequence[Axis] | None = None) -> Finding | None:
    """What a wrong candidate, of given axes, has to do with the right derivative at all points; None if nothing simple."""
    if not pairs:
        return None
    if any(pair.got.shape != pair.want.shape for pair in pairs):
        return _misshapen(pairs, expected, axes)
    return _scaled(pairs) or _turned(pairs, expected) or _halves(pairs)


def _misshapen(pairs: Sequence[Pair], expected: Expr, axes: Sequence[Axis] | None) -> Finding:
    """Of another shape: transposed, or the diagonal of the right one, or something else."""
    turned = [Pair(pair.got.T, pair.want, pair.point, pair.sizes) for pair in pairs]
    if all(pair.got.shape == pair.want.shape for pair in turned):
        if all(pair.agrees for pair in turned):
            return Finding("transposed", _transposed(expected))
        more = _scaled(turned)
        if more is not None:
            return Finding("transposed", f"{_transposed(expected)}, and {more.detail}")
    if all(p.want.ndim == 2 and p.got.ndim == 1 and close(np.diag(p.got), p.want) for p in pairs):
        return Finding("diagonal", "it is the diagonal only: the derivative is a diagonal matrix with that diagonal")
    for sentence, part in PARTS.items():
        if all(0 not in p.want.shape and close(p.got, np.asarray(part(p.want))) for p in pairs):
            return Finding("diagonal" if "diagonal" in sentence else "shape", sentence)
    got, wanted = (axes, expected.axes) if axes is not None else (pairs[0].got.shape, pairs[0].want.shape)
    return Finding("shape", f"it is {described(got)}, the derivative {described(wanted)}")


PARTS: Mapping[str, Callable[[Array], Any]] = {
    "it is the diagonal of the derivative, whose other entries are not 0": lambda a: np.diag(a) if a.ndim == 2 else a,
    "it is the sum of the entries of the derivative: a sum is too much": np.sum,
    "it is the trace of the derivative: a trace is too much": lambda a: np.trace(a) if a.ndim == 2 else a,
}


def described(axes: Sequence[Axis]) -> str:
    """A shape in words: a scalar, a vector of size n, a matrix n x m, a tensor n x m x k."""
    if not axes:
        return "a scalar"
    return f"a {('vector of size', 'matrix', 'tensor')[min(len(axes), 3) - 1]} {show_shape(axes)}"


def _transposed(expected: Expr) -> str:
    layout = ""
    if len(expected.split) == 2:
        layout = " (numerator layout)" if expected.split[0] == 0 else " (denominator layout)"
    return f"it is transposed{layout}"


def _turned(pairs: Sequence[Pair], expected: Expr) -> Finding | None:
    if any(pair.want.ndim != 2 or pair.want.shape[0] != pair.want.shape[1] for pair in pairs):
        return None
    turned = [Pair(pair.got.T, pair.want, pair.point, pair.sizes) for pair in pairs]
    if all(pair.agrees for pair in turned):
        return Finding("transposed", _transposed(expected))
    more = _scaled(turned)
    return None if more is None else Finding("transposed", f"{_transposed(expected)}, and {more.detail}")


def _halves(pairs: Sequence[Pair]) -> Finding | None:
    """Right up to symmetrisation."""
    if any(pair.want.ndim != 2 or pair.want.shape[0] != pair.want.shape[1] for pair in pairs):
        return None
    if all(close((p.got + p.got.T) / 2, p.want) for p in pairs):
        return Finding("symmetric part", "its symmetric part is right: (C + C')/2 is missing")
    forms = {
        "it is the symmetric part of the derivative: the gradient for a symmetric variable": lambda g: (g + g.T) / 2,
        "it is the derivative plus its transpose": lambda g: g + g.T,
        "it counts the entries off the diagonal twice: the gradient over the free entries of a symmetric variable": (
            lambda g: g + g.T - np.diag(np.diag(g))
        ),
        "only the diagonal of the derivative is there": lambda g: np.diag(np.diag(g)),
    }
    for sentence, form in forms.items():
        if all(close(p.got, form(p.want)) for p in pairs):
            return Finding("symmetric part" if "diagonal of" not in sentence else "diagonal", sentence)
    return None


def _scaled(pairs: Sequence[Pair]) -> Finding | None:
    """Off by a factor that is the same at all points, or that is made of sizes."""
    factors = [factor_of(pair) for pair in pairs]
    known = [factor for factor in factors if factor is not None]
    if len(known) < len(factors) or not known:
        return None
    plain = np.full(len(known), known[0])
    if np.allclose(known, plain, rtol=TOLERANCE, atol=0):
        if abs(known[0] + 1) < TOLERANCE:
            return Finding("sign", "the sign is wrong")
        return Finding("factor", _factor_text(known[0]))
    symbols = sorted(pairs[0].sizes)
    for words, power in [((s,), p) for s in symbols for p in (1, -1)] + [
        ((s, t), p) for s in symbols for t in symbols if s < t for p in (1, -1)
    ]:
        sizes = np.array([np.prod([pair.sizes[word] for word in words]) for pair in pairs], float) ** power
        rest = np.array(known) / sizes
        if np.allclose(rest, rest[0], rtol=TOLERANCE, atol=0):
            return Finding("factor", f"it is off by the factor {_of_sizes(float(rest[0]), words, power)}")
    return None


def _of_sizes(number: float, words: Sequence[str], power: int) -> str:
    """2*n, n*m, 1/n, 2/(n*m)."""
    body, plain = "*".join(words), abs(number - 1) < TOLERANCE
    if power > 0:
        return body if plain else f"{number_text(number)}*{body}"
    return f"{'1' if plain else number_text(number)}/{body if len(words) == 1 else f'({body})'}"


def factor_of(pair: Pair) -> float | None:
    """The number that the candidate is times the derivative, if there is one."""
    got, want = pair.got.ravel(), pair.want.ravel()
    if not len(want) or not np.any(want):
        return None
    place = int(np.argmax(np.abs(want)))
    factor = float(got[place] / want[place])
    return factor if factor != 0 and close(got, factor * want) else None


def _factor_text(factor: float) -> str:
    return f"it is off by the factor {number_text(factor)}: multiply it by {number_text(1 / factor)}"


def number_text(value: float) -> str:
    """A number as a person writes it: 2, 1/3, 0.318..."""
    fraction = Fraction(value).limit_denominator(1000)
    return str(fraction) if abs(fraction - value) < 1e-7 * max(1.0, abs(value)) else f"{value:.6g}"
