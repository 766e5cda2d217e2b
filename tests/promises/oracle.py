"""Derivatives of trees that ricci has no part in: complex steps, and differences of them; and how numbers are compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import ricci as rc
from tensor_networks.axes import symbols
from tensor_networks.nodes import Size, walk
from tests.promises.meanings import Unsuitable
from tests.promises.trees import SHAPE_OF, Tree, value

STEP, TOLERANCE, LOOSE = 2e-3, 1e-7, 2e-5
Arrays = dict[str, np.ndarray]


class Wrong(Exception):
    """A check failed."""


def along(tree: Tree, env: Arrays, directions: Mapping[str, np.ndarray]) -> np.ndarray:
    """The derivative of a tree along directions, by a complex step."""
    moved = {name: env[name] + 1e-30j * directions[name] if name in directions else env[name] for name in env}
    return np.asarray(np.imag(value(tree, moved)) / 1e-30)


def higher(tree: Tree, env: Arrays, steps: list[dict[str, np.ndarray]]) -> np.ndarray:
    """The derivative along several directions in turn: differences, extrapolated twice, of `along`."""
    if len(steps) == 1:
        return along(tree, env, steps[0])
    first, *rest = steps

    def central(h: float) -> np.ndarray:
        ahead, behind = ({k: v + s * h * first.get(k, 0) for k, v in env.items()} for s in (1, -1))
        return np.asarray((higher(tree, ahead, rest) - higher(tree, behind, rest)) / (2 * h))

    width = STEP * (1 if len(steps) == 2 else 5)
    coarse, middle, fine = central(4 * width), central(2 * width), central(width)
    better, best = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    result: np.ndarray = (16 * best - better) / 15
    if np.max(np.abs(result - best), initial=0) > LOOSE * max(1.0, np.max(np.abs(result), initial=0)):
        raise Unsuitable
    return result


def compare(got: Any, want: Any, tolerance: float, what: str) -> None:
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        raise Wrong(f"{what}: shape {got.shape} instead of {want.shape}")
    if not np.all(np.isfinite(want)):
        raise Unsuitable
    error = np.max(np.abs(got - want), initial=0) / max(1.0, np.max(np.abs(want), initial=0))
    if not error <= tolerance:
        raise Wrong(f"{what}: relative error {error:.1e}")


def evaluated(expression: rc.Expr, env: Mapping[str, Any]) -> np.ndarray:
    known = expression.variables
    given = {name: array for name, array in env.items() if name in known}
    told = {size for name in given for size in known[name].axes}
    asked = symbols_of(expression) - told
    return np.asarray(expression(**given, **{size: number for size, number in sizes_of(env).items() if size in asked}))


def sizes_of(env: Mapping[str, Any]) -> dict[str, int]:
    known = [(SHAPE_OF[name], array.shape) for name, array in env.items() if name in SHAPE_OF]
    return {size: length for axes, shape in known for size, length in zip(axes, shape, strict=True)}


def symbols_of(expression: rc.Expr) -> set[str]:
    """The plain size symbols below an expression."""
    sizes = [size for node in walk(expression.settled) for size in (*node.axes, *getattr(node, "sizes", ()))]
    sizes += [node.size for node in walk(expression.settled) if isinstance(node, Size)]
    return {symbol for size in sizes for symbol in symbols(size)}


def declared(tensor: Any) -> str:
    return " ".join([*("*".join(map(str, s)) if isinstance(s, tuple) else str(s) for s in tensor.axes), *sorted(tensor.traits)])
