"""Stability: formulas at points where the obvious code fails, for us and for the peers that are installed.

    python -m benchmarks.stability > docs/stability.md

Every row is a formula as a person writes it, a point, and what is right there. The peers get the same formula, written out, and
differentiate it in double precision.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import ricci as rc

Function = Callable[..., Any]


@dataclass(frozen=True)
class Row:
    """A formula: our text, its source for array libraries (`np` is the library), a point, the order, what is right."""

    text: str
    source: str
    point: np.ndarray
    order: int
    right: np.ndarray
    note: str = ""


BIG = np.array([-800.0, 800.0, 0.0])
ZERO = np.zeros(2)
SINGULAR = np.outer([1.0, 2.0, 3.0], [1.0, 1.0, 2.0])
LEVI = np.cross(np.eye(3)[:, None], np.eye(3)[None]).transpose(2, 0, 1)

FAR, LONG, SHORT = np.array([1000.0, 0.0]), np.array([3e200, 4e200]), np.array([3e-200, 4e-200])
LARGE, TINY = 10 * np.eye(400), 1e-120 * np.eye(3)
OFFSET = np.array([1e9, 1e9 + 1, 1e9 + 2])
CROSS = np.array([[0.64, -0.48], [-0.48, 0.36]]) / 5  # the Hessian of norm2 at (3, 4)
HILBERT = 1 / (np.arange(9)[:, None] + np.arange(9) + 1.0)  # with a condition number of 5e11
IMAGE = HILBERT @ np.ones(9)
SPREAD = (np.eye(3) - 1 / 3) * 2 / 3


def rows(
    text: str, source: str, point: np.ndarray, *right: Any, orders: tuple[int, ...] = (0, 1, 2), note: str = ""
) -> list[Row]:
    """A formula at a point, in several orders."""
    return [Row(text, source, point, order, np.asarray(each), note) for order, each in zip(orders, right, strict=True)]


AT_ZERO = "0 by convention"
LSE = "log(sum(exp(x)))", "np.log(np.exp(x).sum())"
SOFTPLUS = "sum(log(1 + exp(x)))", "np.log(1 + np.exp(x)).sum()"
SIGMOID = "sum(1./(1 + exp(-x)))", "(1 / (1 + np.exp(-x))).sum()"
LOGSIGMOID = "sum(log(1./(1 + exp(-x))))", "np.log(1 / (1 + np.exp(-x))).sum()"
SOFTMAX = "exp(x)/sum(exp(x))", "np.exp(x) / np.exp(x).sum()"
LOGSOFTMAX = "sum(log(exp(x)/sum(exp(x))))", "np.log(np.exp(x) / np.exp(x).sum()).sum()"
TWO = "sum(log(exp(x) + exp(2*x)))", "np.log(np.exp(x) + np.exp(2 * x)).sum()"
COSH = "sum(log(cosh(x)))", "np.log(np.cosh(x)).sum()"
REFERENCE = "log(1 + sum(exp(x)))", "np.log(1 + np.exp(x).sum())"
MEAN = "log(sum(exp(x))/n)", "np.log(np.exp(x).mean())"
NORM = "norm2(x)", "np.sqrt((x * x).sum())"
VARIANCE = "sum(x.^2)/n - (sum(x)/n)^2", "(x * x).mean() - x.mean() ** 2"
LOGDET = "log(det(X))", "np.log(np.linalg.det(x))"
DET = "det(X)", "np.linalg.det(x)"
HESSIAN_AT_RANK_1 = np.einsum("ace,bdf,ef->abcd", LEVI, LEVI, SINGULAR)

ROWS = (
    *rows(*LSE, FAR, 1000.0, [1.0, 0.0], np.zeros((2, 2))),
    *rows(*SOFTPLUS, BIG, 800 + np.log(2), [0.0, 1.0, 0.5], np.diag([0.0, 0.0, 0.25])),
    *rows(*SIGMOID, BIG, 1.5, [0.0, 0.0, 0.25], np.zeros((3, 3))),
    *rows(*LOGSIGMOID, BIG, -800 - np.log(2), [1.0, 0.0, 0.5], np.diag([0.0, 0.0, -0.25])),
    *rows(*TWO, BIG, 800 + np.log(2), [1.0, 2.0, 1.5], np.diag([0.0, 0.0, 0.25])),
    *rows(*COSH, BIG, 1600 - 2 * np.log(2), [-1.0, 1.0, 0.0], np.diag([0.0, 0.0, 1.0])),
    *rows(*REFERENCE, FAR, 1000.0, [1.0, 0.0], np.zeros((2, 2))),
    *rows(*MEAN, FAR, 1000 - np.log(2), [1.0, 0.0], np.zeros((2, 2))),
    *rows("sum(log(1 + x))", "np.log(1 + x).sum()", np.array([1e-12, 0.0]), 1e-12 - 5e-25, orders=(0,)),
    *rows("sum(exp(x) - 1)", "(np.exp(x) - 1).sum()", np.array([1e-12, 0.0]), 1e-12 + 5e-25, orders=(0,)),
    *rows(*SOFTMAX, FAR, [1.0, 0.0], np.zeros((2, 2)), np.zeros((2, 2, 2))),
    *rows(*LOGSOFTMAX, FAR, -1000.0, [-1.0, 1.0], np.zeros((2, 2))),
    *rows(*LOGDET, LARGE, 400 * np.log(10), np.eye(400) / 10, orders=(0, 1), note="10 I, 400 x 400"),
    *rows(
        *LOGDET,
        TINY,
        -360 * np.log(10),
        1e120 * np.eye(3),
        -1e240 * np.einsum("jk,li->ijkl", np.eye(3), np.eye(3)),
        note="1e-120 I, 3 x 3",
    ),
    *rows(*DET, SINGULAR, np.zeros((3, 3)), HESSIAN_AT_RANK_1, orders=(1, 2), note="rank 1"),
    *rows(*NORM, ZERO, 0.0, ZERO, orders=(0, 1), note=AT_ZERO),
    *rows("norm2(x)^2", "np.sqrt((x * x).sum()) ** 2", ZERO, 0.0, ZERO, 2 * np.eye(2)),
    *rows(*NORM, LONG, 5e200, [0.6, 0.8], CROSS * 1e-200),
    *rows(*NORM, SHORT, 5e-200, [0.6, 0.8], CROSS * 1e200),
    *rows(*VARIANCE, OFFSET, 2 / 3, [-2 / 3, 0.0, 2 / 3], SPREAD),
    *rows(
        "b'*inv(A)*b",
        "x @ np.linalg.inv(A) @ x",
        IMAGE,
        IMAGE.sum(),
        np.full(9, 2.0),
        orders=(0, 1),
        note="A is the Hilbert matrix of 9 rows, b = A*ones(9)",
    ),
    *rows("sum(abs(x))", "abs(x).sum()", ZERO, ZERO, np.zeros((2, 2)), orders=(1, 2), note=AT_ZERO),
    *rows("sum(maximum(x, 0))", "np.maximum(x, 0 * x).sum()", ZERO, ZERO, np.zeros((2, 2)), orders=(1, 2), note=AT_ZERO),
    *rows("sum(relu(x))", "((x + abs(x)) / 2).sum()", ZERO, ZERO, np.zeros((2, 2)), orders=(1, 2), note=AT_ZERO),
    *rows("max(x)", "x.max()", ZERO, [0.5, 0.5], np.zeros((2, 2)), orders=(1, 2), note="ties are split evenly, by convention"),
    *rows("sum((-2).^x)", "((0 * x - 2) ** x).sum()", np.array([0.5]), [np.nan], [[np.nan]], orders=(1, 2), note="NaN"),
)


def ours(row: Row) -> np.ndarray:
    """The value of the derivative by this library."""
    name = next(name for name in ("X", "x", "b") if name in row.text.replace("exp", "").replace("max", "").replace("abs", ""))
    matrix = {"A": HILBERT} if "A" in row.text else {}
    result = rc.parse(row.text, **{name: "n n" if name == "X" else "n"}, **dict.fromkeys(matrix, "n n"))
    for _ in range(row.order):
        result = rc.derivative(result, name)
    given = {known: array for known, array in {name: row.point, **matrix}.items() if known in result.variables}
    return np.asarray(result(**given or {"n": len(row.point)}))


def of_jax() -> Function:
    """The derivative of a row by JAX."""
    import jax  # type: ignore[import-not-found]
    import jax.numpy as jnp  # type: ignore[import-not-found]

    jax.config.update("jax_enable_x64", True)

    def value(row: Row) -> np.ndarray:
        function = eval(f"lambda x: {row.source}", {"np": jnp, "A": HILBERT})
        for _ in range(row.order):
            function = jax.jacobian(function)
        return np.asarray(function(jnp.asarray(row.point)))

    return value


def of_torch() -> Function:
    """The derivative of a row by PyTorch."""
    import torch  # type: ignore[import-not-found]

    def value(row: Row) -> np.ndarray:
        function = eval(f"lambda x: {row.source}", {"np": torch, "A": torch.as_tensor(HILBERT)})
        for _ in range(row.order):
            function = torch.func.jacrev(function)
        return np.asarray(function(torch.as_tensor(row.point)))

    return value


def verdict(function: Function, row: Row) -> str:
    """What came out: right, or how it failed."""
    try:
        with np.errstate(all="ignore"):
            got = function(row)
    except Exception as error:
        return f"raises {type(error).__name__}"
    if got.shape != row.right.shape:
        return "another shape"
    tolerance = 1e-4 if "A" in row.text else 1e-9  # a solution has as many digits as the matrix lets it have
    size = np.abs(row.right[np.isfinite(row.right)]).max(initial=0.0)
    if np.allclose(got, row.right, rtol=tolerance, atol=1e-12 * size if size else 1e-12, equal_nan=True):
        return "right"
    if np.any(np.isnan(got)):
        return "**NaN**"
    if np.any(np.isinf(got)):
        return "**infinite**"
    return "another convention" if "convention" in row.note else "**wrong**"


def main() -> None:
    """Print the page."""
    columns: dict[str, Function] = {"ricci": ours}
    if importlib.util.find_spec("jax"):
        columns["JAX"] = of_jax()
    if importlib.util.find_spec("torch"):
        columns["PyTorch"] = of_torch()
    print("# Stability\n")
    print("Formulas as they are written, at points where the obvious code fails: the value (order 0) or the derivative of")
    print("that order, in double precision. Peers differentiate the same formula, written out in their own functions;")
    print("a careful user of theirs would call `logsumexp`, `softplus` or `slogdet` by hand.\n")
    print("Made by `python -m benchmarks.stability`.\n")
    print(f"| formula | order | at | {' | '.join(columns)} |")
    print(f"|---|---|---|{'---|' * len(columns)}")
    for row in ROWS:
        point = "" if row.point.size > 3 else ", ".join(f"{x:.10g}" for x in row.point)
        shown = f"{point} ({row.note})" if point and row.note else point or row.note
        print(f"| `{row.text}` | {row.order} | {shown} | {' | '.join(verdict(f, row) for f in columns.values())} |")


if __name__ == "__main__":
    main()
