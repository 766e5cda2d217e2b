"""Convolutions and correlations on nodes: two indices that a third is the sum, or the difference, of.

The tie of vectors of one size, be it a symbol, is the pattern ``toeplitz``, which is never an array; others are filled up to
it. That of a few entries is a constant leaf.
"""

from __future__ import annotations

import numpy as np

from ricci.constants import constant_array, selection
from ricci.notation.numpy.indexing import integer_size, picked
from ricci.notation.numpy.shapes import Operand, integer, operand, shape_text
from tensor_networks.errors import ShapeError, TraceError
from tensor_networks.networks import network
from tensor_networks.nodes import Node
from tensor_networks.patterns import pattern

MOST_IN_A_TIE = 2**12  # a tie of up to so many entries is a constant leaf


def vector(what: str, a: Operand) -> Node:
    """The operand, if it is a vector."""
    node = operand(a)
    if node.order != 1:
        raise ShapeError(f"{what} needs vectors, not {shape_text(node)}")
    return node


def convolve(a: Operand, v: Operand, mode: str = "full") -> Node:
    """``sum_j a[i - j] v[j]``, for vectors of integer size.

    Raises:
        TraceError: a size is a symbol, or the mode is unknown.
    """
    first, second = vector("convolve", a), vector("convolve", v)
    one, other = (integer_size(node.axes[0], "convolve") for node in (first, second))
    if one * other * (one + other - 1) > MOST_IN_A_TIE:
        return _cut(_along_diagonals(first, second), one, other, mode)
    return _cut(network([(_tie(one, other), "kij"), (first, "i"), (second, "j")], "k"), one, other, mode)


def _along_diagonals(first: Node, second: Node) -> Node:
    """The full convolution as sums along the diagonals of a product: the second vector reversed, the shorter one filled up."""
    sizes = [integer_size(node.axes[0], "convolve") for node in (first, second)]
    size = max(sizes)
    placed = [selection(np.arange(sizes[0]), size), selection(size - 1 - np.arange(sizes[1]), size)]
    factors = [(first, "a"), (placed[0], "ai"), (second, "b"), (placed[1], "bj")]
    if sizes[0] == size:
        factors[:2] = [(first, "i")]
    whole = network([(pattern("toeplitz", size), "kji"), *factors], "k")
    count = sum(sizes) - 1
    return whole if count == 2 * size - 1 else picked(whole, 0, np.arange(count))


def _tie(one: int, other: int) -> Node:
    """1 where the first index is the sum of the others, of those sizes."""
    places = np.arange(one)[:, None] + np.arange(other)
    return constant_array(np.arange(one + other - 1)[:, None, None] == places)


def convolution_matrix(a: Operand, n: int, mode: str = "full") -> Node:
    """The matrix that convolves a vector of n entries with a."""
    node, count = vector("convolution_matrix", a), integer(n, "a size")
    one = integer_size(node.axes[0], "convolution_matrix")
    return _cut(network([(_tie(one, count), "kij"), (node, "i")], "kj"), one, count, mode)


def correlate(a: Operand, v: Operand, mode: str = "valid") -> Node:
    """``sum_i a[i + k] v[i]`` for all shifts k; with vectors of one symbolic size in the mode "full" only.

    Raises:
        TraceError: a size is a symbol where it must be a number, or the mode is unknown.
    """
    first, second = vector("correlate", a), vector("correlate", v)
    if mode == "full" and first.axes == second.axes:
        return network([(pattern("toeplitz", first.axes[0]), "kij"), (second, "i"), (first, "j")], "k")
    one, other = (integer_size(node.axes[0], "correlate") for node in (first, second))
    if one < other:
        return _reversed(correlate(second, first, mode))
    return convolve(first, _reversed(second), mode)


def _reversed(node: Node) -> Node:
    return picked(node, 0, np.arange(integer_size(node.axes[0], "correlate"))[::-1])


def _cut(whole: Node, one: int, other: int, mode: str) -> Node:
    """The part of a full convolution that a mode keeps."""
    low, high = min(one, other), max(one, other)
    if mode == "full":
        return whole
    if mode == "same":
        start = (low - 1) // 2
        return picked(whole, 0, np.arange(start, start + high))
    if mode == "valid":
        return picked(whole, 0, np.arange(low - 1, high))
    raise TraceError(f"there is no mode {mode!r} of a convolution", hint="full, same or valid")
