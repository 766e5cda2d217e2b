"""A brute-force evaluator of nodes, for tests: slow, dense and simple enough to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import numpy as np

from ricci.constants import data_of
from ricci.functions import Apply
from tensor_networks.axes import value
from tensor_networks.networks import Network, Sum
from tensor_networks.nodes import Node, Size, Tensor, walk

Array = np.ndarray[Any, np.dtype[Any]]

FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.logaddexp(x, 0),
    "softmax": lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(),
    "logsumexp": lambda x: np.log(np.exp(x - x.max()).sum()) + x.max(),
    "norm2": lambda x: np.sqrt((x**2).sum()),
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "adj": lambda x: np.linalg.det(x) * np.linalg.inv(x),
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
}


def sizes_of(root: Node, inputs: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of the size symbols, read off the inputs."""
    found: dict[str, int] = {}
    for node in walk(root):
        if isinstance(node, Tensor) and node.name in inputs:
            for size, length in zip(node.axes, np.shape(inputs[node.name]), strict=True):
                if isinstance(size, str):
                    assert found.setdefault(size, length) == length
    return found


def dense(root: Node, inputs: Mapping[str, Any], sizes: Mapping[str, int] | None = None) -> Array:
    """The value of a node at arrays by name."""
    known = sizes_of(root, inputs) | dict(sizes or {})
    values: dict[Node, Array] = {}
    for node in walk(root):
        if isinstance(node, Tensor):
            numbers = data_of(node)
            symbol = levi_civita(node.order) if "levicivita" in node.traits else numbers
            values[node] = np.asarray(inputs[node.name] if symbol is None else symbol, float)
        elif isinstance(node, Size):
            values[node] = np.asarray(float(value(node.size, known)))
        elif isinstance(node, Network):
            values[node] = _network(node, values, known)
        elif isinstance(node, Sum):
            shape = [value(size, known) for size in node.axes]
            values[node] = sum((float(c) * values[term] for term, c in node.terms), np.zeros(shape))
        elif isinstance(node, Apply):
            function = FUNCTIONS.get(node.function.name) or getattr(np, node.function.name)
            values[node] = np.asarray(function(*(values[arg] for arg in node.args)))
    return values[root]


def _network(node: Network, values: Mapping[Node, Array], sizes: Mapping[str, int]) -> Array:
    lengths = [value(size, sizes) for size in node.sizes]
    operands: list[Any] = []
    for factor in node.factors:
        wires = [wire for group in factor.slots for wire in group]
        array = values[factor.node] ** float(factor.exponent)
        operands += [array.reshape([lengths[wire] for wire in wires]), wires]
    outputs = [wire for group in node.outputs for wire in group]
    core = list(dict.fromkeys(outputs))
    for wire in core:
        operands += [np.ones(lengths[wire]), [wire]]
    value_ = np.einsum(*operands, core, optimize=True) if operands else np.asarray(1.0)
    out = np.zeros([lengths[wire] for wire in outputs])
    places = np.indices([lengths[wire] for wire in core]) if core else np.zeros((0,))
    out[tuple(places[core.index(wire)] for wire in outputs)] = value_
    return out.reshape([int(np.prod([lengths[wire] for wire in group])) for group in node.outputs])


def levi_civita(order: int) -> Array:
    """The antisymmetric symbol."""
    out = np.zeros((order,) * order)
    for places in permutations(range(order)):
        out[places] = np.linalg.det(np.eye(order)[list(places)])
    return out
