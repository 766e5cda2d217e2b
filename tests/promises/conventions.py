"""Promise 12: values and derivatives at points where definitions end or floating point does. One row, one promise."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import signature
from itertools import permutations
from typing import Any, NamedTuple

import numpy as np

import ricci as rc


class Row(NamedTuple):
    """The derivative of a text by some variables (none: the value) at arrays, and what it must be."""

    text: str
    wrt: str
    at: Mapping[str, Any]
    want: Any
    why: str = ""


def cofactors(x: np.ndarray) -> np.ndarray:
    places = range(len(x))
    minors = [[np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in places] for i in places]
    return np.multiply(minors, [[(-1) ** (i + j) for j in places] for i in places])


def levi_civita() -> np.ndarray:
    symbol = np.zeros((3, 3, 3))
    for order in permutations(range(3)):
        symbol[order] = np.linalg.det(np.eye(3)[list(order)])
    return symbol


SINGULAR = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 5.0]])
RANK_1 = np.outer([1.0, 2.0, 3.0], [1.0, 0.0, -1.0])
SECOND = np.einsum("ika,jlb,ab->ijkl", levi_civita(), levi_civita(), RANK_1)
ZERO, THREE_FOUR = np.zeros(2), np.array([3.0, 4.0])
FAR = {"a": np.array([800.0, -800.0])}


def _sigmoid_rows() -> list[Row]:
    """Each spelled as people write it, at +-800."""
    rows = []
    for text, value, slope in (
        ("log(1 + exp(a))", [800.0, 0.0], [1.0, 0.0]),
        ("log1p(exp(a))", [800.0, 0.0], [1.0, 0.0]),
        ("softplus(a)", [800.0, 0.0], [1.0, 0.0]),
        ("1 ./ (1 + exp(-a))", [1.0, 0.0], [0.0, 0.0]),
        ("exp(a) ./ (1 + exp(a))", [1.0, 0.0], [0.0, 0.0]),
        ("sigmoid(a)", [1.0, 0.0], [0.0, 0.0]),
        ("log(sigmoid(a))", [0.0, -800.0], [0.0, 1.0]),
        ("log(1 ./ (1 + exp(-a)))", [0.0, -800.0], [0.0, 1.0]),
        ("tanh(a)", [1.0, -1.0], [0.0, 0.0]),
    ):
        rows.append(Row(f"sum({text})", "", FAR, sum(value), "no overflow"))
        rows.append(Row(f"sum({text})", "a", FAR, slope, "no overflow"))
        rows.append(Row(f"sum({text})", "a a", FAR, np.zeros((2, 2)), "no overflow"))
    return rows


ROWS = [
    Row("norm2(x)", "x", {"x": ZERO}, ZERO, "0 at 0"),
    Row("norm2(x)^2", "x", {"x": ZERO}, ZERO, "norm2(x)^2 is x'*x"),
    Row("norm2(x)^2", "x x", {"x": ZERO}, 2 * np.eye(2), "norm2(x)^2 is x'*x"),
    Row("norm2(x)", "", {"x": 1e200 * THREE_FOUR}, 5e200, "scaled"),
    Row("norm2(x)", "", {"x": 1e-200 * THREE_FOUR}, 5e-200, "scaled"),
    Row("norm2(x)", "x", {"x": 1e200 * THREE_FOUR}, [0.6, 0.8], "scaled"),
    Row("norm2(x)", "x", {"x": 1e-200 * THREE_FOUR}, [0.6, 0.8], "scaled"),
    Row("sqrt(sum(x.^2))", "", {"x": 1e200 * THREE_FOUR}, 5e200, "is norm2"),
    Row("log(sum(exp(x)))", "", {"x": [1000.0, 0.0]}, 1000.0, "is logsumexp"),
    Row("log(sum(exp(x)))", "x", {"x": [1000.0, 0.0]}, [1.0, 0.0], "is logsumexp"),
    Row("log(sum(exp(x)))", "x x", {"x": [1000.0, 0.0]}, np.zeros((2, 2)), "is logsumexp"),
    *_sigmoid_rows(),
    Row("log(det(X))", "", {"X": 10 * np.eye(400)}, 921.0340371976182, "is logdet"),
    Row("det(X)", "X", {"X": SINGULAR}, cofactors(SINGULAR), "the cofactors, at a singular matrix"),
    Row("det(X)", "X", {"X": RANK_1}, np.zeros((3, 3)), "the cofactors, at rank 1"),
    Row("det(X)", "X X", {"X": RANK_1}, SECOND, "exact at rank 1"),
    Row("det(X)", "X X", {"X": np.zeros((3, 3))}, np.zeros((3, 3, 3, 3)), "exact at 0"),
    Row("abs(c)", "c", {"c": 0.0}, 0.0, "0 at 0"),
    Row("sign(c)", "c", {"c": 0.0}, 0.0, "0 everywhere"),
    Row("relu(c)", "c", {"c": 0.0}, 0.0, "0 at 0"),
    Row("maximum(c, 0)", "c", {"c": 0.0}, 0.0, "is relu"),
    Row("maximum(c, d)", "c", {"c": 1.0, "d": 1.0}, 0.5, "a tie is split evenly"),
    Row("minimum(c, d)", "d", {"c": 1.0, "d": 1.0}, 0.5, "a tie is split evenly"),
    Row("amax(x)", "x", {"x": [1.0, 2.0, 2.0]}, [0.0, 0.5, 0.5], "a tie is split evenly"),
    Row("power(c, d)", "d", {"c": -2.0, "d": 3.0}, np.nan, "a power of a negative base has no slope in the exponent"),
    Row("power(c, d)", "c", {"c": -2.0, "d": 3.0}, 12.0, ""),
]
SHAPES = {"x": "n", "a": "n", "X": "n n", "c": "", "d": ""}


def answer(row: Row, standalone: bool = False) -> Any:
    """What ricci gives, or what the standalone source that it writes gives."""
    expression = rc.parse(row.text, **{name: SHAPES[name] for name in row.at})
    result = rc.derivative(expression, *row.wrt.split()) if row.wrt else expression
    given = {name: np.asarray(value, float) for name, value in row.at.items()}
    if not standalone:
        return result(**given)
    space: dict[str, Any] = {}
    exec(compile(rc.source(result, "numpy"), "<generated>", "exec"), space)
    with np.errstate(all="ignore"):
        return space["program"](**{name: given[name] for name in signature(space["program"]).parameters})


def failure(row: Row, standalone: bool = False) -> str | None:
    """What is wrong, or None."""
    got, want = np.asarray(answer(row, standalone)), np.asarray(row.want)
    if got.shape == want.shape and np.allclose(got, want, rtol=1e-12, atol=1e-12, equal_nan=True):
        return None
    return f"{got}, not {want}"
