"""Powers of matrices: products up to an exponent, above it (and for a symbol) the function `powm`."""

from __future__ import annotations

from ricci.functions.applying import apply
from tensor_networks.networks import constant, network
from tensor_networks.nodes import Node

LARGEST_POWER = 64  # a matrix power up to this is a product


def matrix_power(node: Node, exponent: int) -> Node:
    """The power of the last two axes of a node, square matrices; of the inverse, if the exponent is negative."""
    batch = [f"b{axis}" for axis in range(node.order - 2)]
    if abs(exponent) > LARGEST_POWER:
        return apply("powm", node, network([(constant(exponent), ())], batch, dict(zip(batch, node.axes, strict=False))))
    base = apply("inv", node) if exponent < 0 else node
    factors = [(base, (*batch, k, k + 1)) for k in range(abs(exponent))]
    return network(factors, (*batch, 0, abs(exponent)), dict(zip((*batch, 0), node.axes, strict=False)))
