"""Networks without factors: what only the pattern of the outputs says."""

from __future__ import annotations

from collections.abc import Iterable

from tensor_networks.axes import Axis
from tensor_networks.networks import network
from tensor_networks.nodes import Node


def ones(axes: Iterable[Axis]) -> Node:
    """The tensor of ones of these axes: every output a wire of its own."""
    sizes = dict(enumerate(axes))
    return network((), sizes, sizes)


def identity(size: Axis) -> Node:
    """The identity matrix: one wire twice among the outputs."""
    return network((), "ii", {"i": size})
