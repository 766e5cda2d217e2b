"""Tensor networks: products and sums of index-labelled tensors as immutable, interned nodes. Knows no calculus."""

from tensor_networks.networks import (
    Factor,
    Network,
    Sum,
    constant,
    elementwise_power,
    network,
    one,
    size_of,
    total,
    zero,
)
from tensor_networks.nodes import Node, Size, Tensor, tensor, walk
from tensor_networks.rewrite import expand, flatten, substitute

__all__ = [
    "Factor",
    "Network",
    "Node",
    "Size",
    "Sum",
    "Tensor",
    "constant",
    "elementwise_power",
    "expand",
    "flatten",
    "network",
    "one",
    "size_of",
    "substitute",
    "tensor",
    "total",
    "walk",
    "zero",
]
