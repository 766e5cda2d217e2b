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

ROWS = (
    Row("log(sum(exp(x)))", "np.log(np.exp(x).sum())", np.array([1000.0, 0.0]), 0, np.array(1000.0)),
    Row("log(sum(exp(x)))", "np.log(np.exp(x).sum())", np.array([1000.0, 0.0]), 1, np.array([1.0, 0.0])),
    Row("log(sum(exp(x)))", "np.log(np.exp(x).sum())", np.array([1000.0, 0.0]), 2, np.zeros((2, 2))),
    Row("sum(log(1 + exp(x)))", "np.log(1 + np.exp(x)).sum()", BIG, 0, np.array(800 + np.log(2))),
    Row("sum(log(1 + exp(x)))", "np.log(1 + np.exp(x)).sum()", BIG, 1, np.array([0.0, 1.0, 0.5])),
    Row("sum(log(1 + exp(x)))", "np.log(1 + np.exp(x)).sum()", BIG, 2, np.diag([0.0, 0.0, 0.25])),
    Row("sum(1./(1 + exp(-x)))", "(1 / (1 + np.exp(-x))).sum()", BIG, 1, np.array([0.0, 0.0, 0.25])),
    Row("sum(log(1./(1 + exp(-x))))", "np.log(1 / (1 + np.exp(-x))).sum()", BIG, 0, np.array(-800 - np.log(2))),
    Row("sum(log(1./(1 + exp(-x))))", "np.log(1 / (1 + np.exp(-x))).sum()", BIG, 1, np.array([1.0, 0.0, 0.5])),
    Row(
        "sum(log(exp(x)/sum(exp(x))))",
        "np.log(np.exp(x) / np.exp(x).sum()).sum()",
        np.array([1000.0, 0.0]),
        1,
        np.array([-1.0, 1.0]),
    ),
    Row("log(det(X))", "np.log(np.linalg.det(x))", 10 * np.eye(400), 0, np.array(400 * np.log(10))),
    Row("log(det(X))", "np.log(np.linalg.det(x))", 10 * np.eye(400), 1, np.eye(400) / 10),
    Row("det(X)", "np.linalg.det(x)", SINGULAR, 1, np.zeros((3, 3)), "rank 1"),
    Row("det(X)", "np.linalg.det(x)", SINGULAR, 2, np.einsum("ace,bdf,ef->abcd", LEVI, LEVI, SINGULAR), "rank 1"),
    Row("norm2(x)", "np.sqrt((x * x).sum())", ZERO, 1, ZERO, "0 by convention"),
    Row("norm2(x)^2", "np.sqrt((x * x).sum()) ** 2", ZERO, 1, ZERO),
    Row("norm2(x)^2", "np.sqrt((x * x).sum()) ** 2", ZERO, 2, 2 * np.eye(2)),
    Row("norm2(x)", "np.sqrt((x * x).sum())", np.array([3e200, 4e200]), 0, np.array(5e200)),
    Row("norm2(x)", "np.sqrt((x * x).sum())", np.array([3e-200, 4e-200]), 1, np.array([0.6, 0.8])),
    Row("sum(abs(x))", "abs(x).sum()", ZERO, 1, ZERO, "0 by convention"),
    Row("sum(maximum(x, 0))", "np.maximum(x, 0 * x).sum()", ZERO, 1, ZERO, "0 by convention"),
    Row("sum(relu(x))", "((x + abs(x)) / 2).sum()", ZERO, 1, ZERO, "0 by convention"),
)


def ours(row: Row) -> np.ndarray:
    """The value of the derivative by this library."""
    name = "X" if row.point.ndim == 2 else "x"
    result = rc.parse(row.text, **{name: "n n" if name == "X" else "n"})
    for _ in range(row.order):
        result = rc.derivative(result, name)
    return np.asarray(result(**({name: row.point} if name in result.variables else {"n": len(row.point)})))


def of_jax() -> Function:
    """The derivative of a row by JAX."""
    import jax  # type: ignore[import-not-found]
    import jax.numpy as jnp  # type: ignore[import-not-found]

    jax.config.update("jax_enable_x64", True)

    def value(row: Row) -> np.ndarray:
        function = eval(f"lambda x: {row.source}", {"np": jnp})
        for _ in range(row.order):
            function = jax.jacobian(function)
        return np.asarray(function(jnp.asarray(row.point)))

    return value


def of_torch() -> Function:
    """The derivative of a row by PyTorch."""
    import torch  # type: ignore[import-not-found]

    def value(row: Row) -> np.ndarray:
        function = eval(f"lambda x: {row.source}", {"np": torch})
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
    if np.allclose(got, row.right, rtol=1e-9, atol=1e-12):
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
        shown = row.note or ("10 I, 400 x 400" if row.point.ndim == 2 else ", ".join(f"{x:g}" for x in row.point))
        if row.note and row.point.ndim == 1:
            shown = f"{', '.join(f'{x:g}' for x in row.point)} ({row.note})"
        print(f"| `{row.text}` | {row.order} | {shown} | {' | '.join(verdict(f, row) for f in columns.values())} |")


if __name__ == "__main__":
    main()
