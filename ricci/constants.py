"""Arrays of numbers as nodes: ones, identities and numbers are networks, others are leaves that remember their data.

Such a leaf is a `Tensor` of integer sizes, named by its content. Its data lives in a table that holds the leaf weakly;
whoever evaluates adds `constants_of(...)` to the arrays it was given, in the number type it computes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations, permutations
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from tensor_networks.errors import LimitError, OperandError
from tensor_networks.filled import identity, ones
from tensor_networks.networks import constant, network, total, zero
from tensor_networks.nodes import Node, Tensor, tensor, walk
from tensor_networks.numbers import Number, exact

Array = np.ndarray[Any, np.dtype[Any]]

MOST_ENTRIES = 2**26
MOST_WRITTEN = 64  # entries of a constant that formulas show; a larger one has a name
DIGITS = (8, 16, 32)  # hexadecimal digits of the digest in a name, the longer ones should a shorter one be taken

_data: WeakKeyDictionary[Tensor, Array] = WeakKeyDictionary()
_lock = Lock()


def constant_array(values: object) -> Node:
    """An array of real numbers as a node with an axis (of integer size) for each of its axes.

    A 0-d array is a number, equal entries are a number times ones, and multiples of the identity are recognised.

    Raises:
        OperandError: the entries are not real numbers.
        LimitError: there are more than `MOST_ENTRIES` entries to remember.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise OperandError(f"an array of type {array.dtype} cannot be a constant: only real numbers can")
    if not array.ndim:
        return constant(array.item())
    kept = tuple(axis for axis, length in enumerate(array.shape) if length != 1)
    core = array.reshape([array.shape[axis] for axis in kept]).astype(float)
    return network([(_core(core), kept)], range(array.ndim), dict(enumerate(array.shape)))


def numbers(rows: Sequence[Sequence[Number]]) -> Node:
    """Rows of numbers, all of one length, as a constant; axes of size 1 are left out."""
    return constant_array(np.array([[float(entry) for entry in row] for row in rows]).squeeze())


def rows_of(node: Node) -> list[list[float]] | None:
    """The rows of a constant vector (one number each) or matrix that is small enough to be written out, else None."""
    data = data_of(node) if isinstance(node, Tensor) else None
    if data is None or not 1 <= data.ndim <= 2 or data.size > MOST_WRITTEN or not np.isfinite(data).all():
        return None
    return np.atleast_2d(data.T).T.tolist()  # type: ignore[no-any-return]


def selection(places: object, size: int) -> Node:
    """The constant that picks entries of an axis of that size: 1 where the last axis is at the place, else 0.

    Contracted with an axis it gives ``axis[places]``. Its axes are those of ``places`` (integers in range), then the
    picked one.

    Raises:
        LimitError: it has more than `MOST_ENTRIES` entries.
    """
    chosen = np.asarray(places)
    _check_entries(chosen.size * size)
    return constant_array(chosen[..., None] == np.arange(size))


def constants_of(*roots: Node) -> dict[str, Array]:
    """The data, by name, of all constant leaves below some nodes. The arrays are read-only."""
    leaves = [node for node in walk(*roots) if is_constant(node)]
    return {leaf.name: _numbers(leaf) for leaf in leaves if isinstance(leaf, Tensor)}


def is_constant(node: Node) -> bool:
    """Is the node a leaf that stands for an array of numbers (a Levi-Civita symbol too), not a variable?"""
    return isinstance(node, Tensor) and (node in _data or _is_levi_civita(node))


def _is_levi_civita(leaf: Tensor) -> bool:
    return "levicivita" in leaf.traits and all(isinstance(size, str) or size == leaf.order for size in leaf.axes)


def _numbers(leaf: Tensor) -> Array:
    return _data[leaf] if leaf in _data else levi_civita(leaf.order)


@lru_cache(maxsize=16)
def levi_civita(order: int) -> Array:
    """The Levi-Civita symbol with that many axes, of that size: 1 at even permutations, -1 at odd ones, else 0.

    Raises:
        LimitError: it has more than `MOST_ENTRIES` entries.
    """
    _check_entries(order**order)
    symbol = np.zeros((order,) * order)
    for places in permutations(range(order)):
        inversions = sum(second < first for first, second in combinations(places, 2))
        symbol[places] = -1 if inversions % 2 else 1
    symbol.setflags(write=False)
    return symbol


def data_of(leaf: Tensor) -> Array | None:
    """The numbers that a constant leaf stands for, read-only; None for a variable."""
    return _data.get(leaf)


def _core(array: Array) -> Node:
    """An array without axes of size 1 as a node."""
    if not array.size:
        return zero(array.shape)
    if not array.ndim:
        return constant(array.item())
    first = array.flat[0]
    if np.isfinite(first):
        if np.all(array == first):
            return _scaled(ones(array.shape), first)
        if first and _is_identity(array, first):
            return _scaled(identity(array.shape[0]), first)
    return constant_leaf(array)


def _is_identity(array: Array, number: float) -> bool:
    """Is the array that number times an identity matrix?"""
    if array.ndim != 2 or len(set(array.shape)) > 1:
        return False
    return np.count_nonzero(array) == len(array) and bool(np.all(np.diagonal(array) == number))


def _scaled(node: Node, number: float) -> Node:
    return total([(node, exact(number))], node.axes)


def constant_leaf(array: Array) -> Tensor:
    """The leaf of that data: the same for equal data.

    Raises:
        LimitError: there are more than `MOST_ENTRIES` entries to remember.
    """
    _check_entries(array.size)
    data = np.array(array, order="C")
    data.setflags(write=False)
    digest = _digest(data)
    for digits in DIGITS:
        leaf = tensor(f"constant_{digest[:digits]}", data.shape)
        with _lock:
            known = _data.setdefault(leaf, data)
        if np.array_equal(known, data, equal_nan=True):
            return leaf
    raise LimitError("two different constants have one digest")


def _digest(array: Array) -> str:
    digest = blake2b(repr(array.shape).encode(), digest_size=DIGITS[-1] // 2)
    digest.update(array.tobytes())
    return digest.hexdigest()


def _check_entries(count: int) -> None:
    if count > MOST_ENTRIES:
        raise LimitError(f"a constant of {count} entries: at most {MOST_ENTRIES} are kept in an expression")
