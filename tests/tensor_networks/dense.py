"""A second evaluator, for tests only: every network as one dense product over all its wires, by NumPy broadcasting."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from tensor_networks.axes import value
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node, Size, Tensor, walk


def dense(root: Node, arrays: Mapping[str, np.ndarray], sizes: Mapping[str, int]) -> Any:
    """The value of a node of tensors, sizes, networks and sums."""
    values: dict[Node, np.ndarray] = {}
    for node in walk(root):
        if isinstance(node, Tensor):
            values[node] = np.asarray(arrays[node.name], dtype=float)
        elif isinstance(node, Size):
            values[node] = np.asarray(float(sizes[node.size]))
        elif isinstance(node, Sum):
            shape = tuple(value(axis, sizes) for axis in node.axes)
            values[node] = sum((float(c) * values[term] for term, c in node.terms), np.zeros(shape))
        elif isinstance(node, Network):
            factors = [(values[f.node], f.slots, float(f.exponent)) for f in node.factors]
            values[node] = product(factors, node.outputs, [value(size, sizes) for size in node.sizes])
    return values[root]


def product(factors: list[Any], outputs: Any, sizes: list[int]) -> np.ndarray:
    """Sum over all wires that are not among the outputs of the product of the factors, written out in full."""
    grid = np.indices(tuple(sizes)) if sizes else np.zeros((0,), dtype=int)
    total = np.ones(tuple(sizes))
    for array, slots, exponent in factors:
        places = tuple(flattened(grid, group, sizes) for group in slots)
        total = total * array[places] ** exponent
    out = np.zeros(tuple(prod(sizes[wire] for wire in group) for group in outputs))
    places = tuple(flattened(grid, group, sizes) for group in outputs)
    np.add.at(out, places, total) if outputs else out.__iadd__(total.sum())
    return out


def flattened(grid: np.ndarray, group: tuple[int, ...], sizes: list[int]) -> np.ndarray:
    """The row-major index of a group of wires, over the grid of all wires."""
    index = np.zeros(tuple(sizes), dtype=int)
    for wire in group:
        index = index * sizes[wire] + grid[wire]
    return index
