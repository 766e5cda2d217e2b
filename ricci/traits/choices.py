"""Traits of what chooses and weighs along the last axis: simplex, one-hot, selection, permutation; and constants.

A point of the simplex has tangents, the directions that sum to 0. Of zeros and ones there are finitely many: they have
none, nor have constants, and there is no derivative by them.
"""

from __future__ import annotations

import numpy as np

from ricci.constants import selection
from ricci.traits.residues import PRIME, NotExact
from ricci.traits.trait import UNLIMITED, Array, Axes, Trait
from tensor_networks.axes import show
from tensor_networks.errors import DerivativeError, RicciError, clip
from tensor_networks.networks import Sum, network, size_of, total
from tensor_networks.nodes import Node, Tensor

LAST = (-1,)
BOTH = (0, 1)


def _sums_to_zero(node: Node, variable: Tensor, axes: Axes) -> Node:
    """A derivative minus its mean along the last of some axes, term by term: what is the same along it vanishes."""
    if isinstance(node, Sum):
        return total([(_sums_to_zero(term, variable, axes), number) for term, number in node.terms], node.axes)
    labels: list[int | str] = list(range(node.order))
    summed = labels.copy()
    summed[axes[-1]] = "k"
    size = variable.axes[-1]
    mean = network([(node, summed), (size_of(size), (), -1)], labels, {axes[-1]: size})
    return total([(node, 1), (mean, -1)])


def _by_the_others(node: Node, variable: Tensor, axes: Axes) -> Node:
    """A derivative minus its last entry along the last of some axes: the last weight is 1 minus the others."""
    size = variable.axes[-1]
    if not isinstance(size, int):
        message = f"{clip(variable.name)} has a last entry, 1 minus the others, at no known place: its size is {show(size)}"
        raise DerivativeError(message, hint=f'declare it with a number: {variable.name}="3 simplex"')
    labels: list[int | str] = list(range(node.order))
    picked = labels.copy()
    picked[axes[-1]] = "last"
    chosen = network([(node, picked), (selection([size - 1], size), ["one", "last"])], labels, {axes[-1]: size})
    return total([(node, 1), (chosen, -1)])


# numbers


def _towards_simplex(array: Array, leaf: Tensor) -> Array:
    """The closest array that sums to 1 along the last axis."""
    return np.asarray(array + (1 - array.sum(axis=-1, keepdims=True)) / max(1, array.shape[-1]))


def _weights(array: Array, leaf: Tensor) -> Array:
    positive = np.abs(array) + 0.1
    return np.asarray(positive / positive.sum(axis=-1, keepdims=True))


def _weights_of_residues(array: Array, leaf: Tensor) -> Array:
    rest = array[..., :-1]
    return np.concatenate((rest, (1 - rest.sum(axis=-1, keepdims=True)) % PRIME), axis=-1)


def _one_hot(array: Array, leaf: Tensor) -> Array:
    """1 at the largest entry along the last axis."""
    if not array.shape[-1]:
        raise RicciError(f"{leaf.name} cannot be one-hot: its last axis has no entries")
    return np.asarray((array.argmax(axis=-1)[..., None] == np.arange(array.shape[-1])).astype(array.dtype))


def _chosen_rows(array: Array, leaf: Tensor) -> Array:
    """Different rows of an identity, in the order of the entries of the first row."""
    rows, columns = array.shape
    if rows > columns:
        raise NotExact(f"{leaf.name} cannot be a selection: it has {rows} rows of {columns} entries")
    if not rows:
        return array
    return np.asarray(np.eye(columns, dtype=array.dtype)[np.argsort(array[0], kind="stable")[:rows]])


def _is_simplex(array: Array, tolerance: float) -> bool:
    near = np.abs(array.sum(axis=-1) - 1) <= tolerance * max(1, array.shape[-1])
    return bool(np.all(near)) and not np.any(array < -tolerance)


def _is_one_hot(array: Array, tolerance: float) -> bool:
    return bool(np.all((array == 0) | (array == 1)) and np.all(array.sum(axis=-1) == 1))


def _is_selection(array: Array, tolerance: float) -> bool:
    return _is_one_hot(array, tolerance) and bool(np.all(array.sum(axis=0) <= 1))


def _is_permutation(array: Array, tolerance: float) -> bool:
    return _is_selection(array, tolerance) and array.shape[0] == array.shape[1]


CHOICES = (
    Trait(
        "simplex",
        "no entry is below 0, and those along the last axis sum to 1",
        part="the part that sums to 0 along the last axis",
        orders=(1, UNLIMITED),
        beside=("positive", "nonnegative"),
        project=_sums_to_zero,
        free=_by_the_others,
        near=_towards_simplex,
        draw=_weights,
        residues=_weights_of_residues,
        holds=_is_simplex,
        hint="{0}/{0}.sum(-1, keepdims=True) sums to 1",
        totals=LAST,
        nonnegative=True,
    ),
    Trait(
        "one-hot",
        "one entry along the last axis is 1, the others are 0",
        beside=("simplex", "nonnegative"),
        rigid=True,
        draw=_one_hot,
        residues=_one_hot,
        holds=_is_one_hot,
        exclusive=LAST,
        totals=LAST,
        nonnegative=True,
    ),
    Trait(
        "selection",
        "different rows of an identity, so that S*S' = I and S*x are some entries of x",
        orders=(2, 2),
        wide=True,
        beside=("one-hot", "simplex", "nonnegative"),
        rigid=True,
        draw=_chosen_rows,
        residues=_chosen_rows,
        holds=_is_selection,
        gram=(1,),
        exclusive=BOTH,
        totals=(1,),
        nonnegative=True,
    ),
    Trait(
        "permutation",
        "the rows of an identity in some order, so that P*x are the entries of x in that order",
        orders=(2, 2),
        square=True,
        beside=("selection", "one-hot", "simplex", "nonnegative", "orthogonal", "orthonormal"),
        rigid=True,
        draw=_chosen_rows,
        residues=_chosen_rows,
        holds=_is_permutation,
        gram=BOTH,
        exclusive=BOTH,
        totals=BOTH,
        nonnegative=True,
        invertible=True,
    ),
    Trait("constant", "nothing is differentiated by it", orders=(0, UNLIMITED), rigid=True, shifts=True),
)
