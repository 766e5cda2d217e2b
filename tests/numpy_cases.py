"""What the tests of NumPy notation share: one function, called on arrays and on expressions of the same shapes."""

from collections.abc import Callable
from typing import Any

import numpy as np

import ricci as rc
from ricci.constants import constants_of
from ricci.evaluation.compiled import evaluate
from tensor_networks.networks import Network
from tensor_networks.nodes import Size, walk

SYMBOLS = {2: "m", 3: "n", 4: "p", 5: "q"}  # a size in the tests below, and the symbol it may be
Function = Callable[..., Any]
MASK = np.array([[True, False, True], [False, False, True]])
ARRAY = np.array([[0.5, -1.0, 2.0], [3.0, 0.25, -4.0]])


def given(*shapes: tuple[int, ...], low: float = 0.2, high: float = 0.9, seed: int = 0) -> list[np.ndarray]:
    """Random arrays; square matrices are well conditioned."""
    random = np.random.default_rng(seed)
    arrays = []
    for shape in shapes:
        array = random.uniform(low, high, shape)
        if len(shape) >= 2 and shape[-1] == shape[-2]:
            array = array + 2 * np.eye(shape[-1])
        arrays.append(array)
    return arrays


def tensors(arrays: list[np.ndarray], symbols: bool) -> list[rc.Expr]:
    """A tensor for each array, its sizes as numbers or as symbols."""
    names = SYMBOLS if symbols else {}
    sizes = [" ".join(str(names.get(size, size)) for size in array.shape) for array in arrays]
    return [rc.tensor(f"x{k}", declared) for k, declared in enumerate(sizes)]


def value(expression: rc.Expr, arrays: list[np.ndarray]) -> np.ndarray:
    named = {f"x{k}": array for k, array in enumerate(arrays)}
    used = {name: named[name] for name in named if name in expression.variables}
    sizes = {symbol: size for size, symbol in SYMBOLS.items() if symbol_in(expression, symbol)}
    return evaluate([expression.node], used | constants_of(expression.node) | sizes)[0]


def symbol_in(expression: rc.Expr, symbol: str) -> bool:
    nodes = walk(expression.node)
    held = any(isinstance(node, Size) and node.size == symbol for node in nodes)
    wires = any(symbol in node.sizes for node in nodes if isinstance(node, Network))
    told = any(symbol in leaf.axes for leaf in expression.variables.values())
    return (held or wires) and not told


def assert_same(function: Function, arrays: list[np.ndarray], symbols: bool) -> None:
    want = function(*arrays)
    got = function(*tensors(arrays, symbols))
    if not isinstance(want, tuple | list):
        want, got = [want], [got]
    assert len(got) == len(want)
    for one, other in zip(got, want, strict=True):
        assert isinstance(one, rc.Expr)
        found = value(one, arrays)
        assert found.shape == np.shape(other)
        np.testing.assert_allclose(found, other, rtol=1e-9, atol=1e-12)
