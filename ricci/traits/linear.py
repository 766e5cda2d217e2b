"""Traits that hold on a linear space, or on a cone in one: symmetric, diagonal, triangular, Toeplitz, positive (definite).

The projections onto these spaces commute, so that traits can be declared together; their derivatives by the free entries
are sums over the places where an entry stands (Matrix Cookbook, section 2.8).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from ricci.traits.residues import PRIME
from ricci.traits.trait import UNLIMITED, Array, Axes, Spread, Trait
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.patterns import pattern

LEAST = 0.1  # of the entries of a random positive array

# derivatives


def _symmetrised(node: Node, variable: Tensor, axes: Axes) -> Node:
    """The signed mean over the orders of the axes that the symmetry of the variable allows."""
    labels: list[int] = list(range(node.order))
    terms = []
    for order, sign in variable.symmetry.elements():
        outputs = labels.copy()
        for axis, place in zip(axes, order, strict=True):
            outputs[axis] = axes[place]
        terms.append((network([(node, labels)], outputs), Fraction(sign, len(variable.symmetry))))
    return total(terms)


def _on_the_diagonal(node: Node, variable: Tensor, axes: Axes) -> Node:
    labels = [axes[0] if label in axes else label for label in range(node.order)]
    return network([(node, labels)], labels)


def _masked(node: Node, variable: Tensor, axes: Axes) -> Node:
    """The part on and below the diagonal."""
    mask = pattern("lower", variable.axes[0])
    return network([(node, range(node.order)), (mask, axes)], range(node.order))


def _masked_above(node: Node, variable: Tensor, axes: Axes) -> Node:
    return _masked(node, variable, axes[::-1])


def _averaged(node: Node, variable: Tensor, axes: Axes) -> Node:
    """The mean along every diagonal of two axes, at every place of that diagonal."""
    return _along_diagonals(node, variable, axes, mean=True)


def _along_diagonals(node: Node, variable: Tensor, axes: Axes, mean: bool = False) -> Node:
    """The sum along every diagonal of two axes, at every place of that diagonal."""
    inside: list[int | str] = list(range(node.order))
    inside[axes[0]], inside[axes[1]] = "i", "j"
    band = pattern("toeplitz", variable.axes[0])
    count = [(network([(band, "dij")], "d"), ("d",), -1)] if mean else []
    return network([(node, inside, 1), (band, ("d", "i", "j"), 1), (band, ("d", *axes), 1), *count], range(node.order))


def _views(*views: tuple[str, int]) -> Spread:
    """A combination of a derivative with those two axes as they are (``ij``), exchanged, or kept on their diagonal."""

    def combined(node: Node, variable: Tensor, axes: Axes) -> Node:
        terms = []
        for view, sign in views:
            labels: list[int | str] = list(range(node.order))
            labels[axes[0]], labels[axes[1]] = view[0], view[1]
            outputs: list[int | str] = list(range(node.order))
            outputs[axes[0]], outputs[axes[1]] = "i", "i" if view == "ii" else "j"
            terms.append((network([(node, labels)], outputs), sign))
        return total(terms, node.axes)

    return combined


# numbers


def _equal_places(array: Array) -> Array:
    """Where all indices are equal: 1, elsewhere 0."""
    places = np.indices(array.shape)
    return np.asarray((places == places[:1]).all(axis=0).astype(array.dtype))


def _diagonal(array: Array, leaf: Tensor) -> Array:
    return np.asarray(array * _equal_places(array))


def _drawn_diagonal(array: Array, leaf: Tensor) -> Array:
    return np.asarray((array + np.where(array < 0, -0.5, 0.5)) * _equal_places(array))


def _mirror_images(array: Array, leaf: Tensor) -> list[Array]:
    return [sign * array.transpose(order) for order, sign in leaf.symmetry.elements()]


def _mean(array: Array, leaf: Tensor) -> Array:
    """The closest array of the symmetry of a tensor."""
    images = _mirror_images(array, leaf)
    return np.asarray(sum(images) / len(images))


def _summed(array: Array, leaf: Tensor) -> Array:
    return np.asarray(sum(_mirror_images(array, leaf)) % PRIME)


def _toeplitz(array: Array, leaf: Tensor) -> Array:
    """The mean along every diagonal."""
    out = np.zeros_like(array)
    for offset in range(1 - len(array), len(array)):
        out += array.diagonal(offset).mean() * np.eye(len(array), k=offset)
    return out


def _toeplitz_residues(array: Array, leaf: Tensor) -> Array:
    """That of the first column and the first row."""
    count = len(array)
    diagonals = np.concatenate((array[::-1, 0], array[0, 1:])) if count else array[:0].ravel()
    offset = np.arange(count) - np.arange(count)[:, None]
    return np.asarray(diagonals[count - 1 + offset])


def _lower(array: Array, leaf: Tensor) -> Array:
    return np.tril(array)


def _upper(array: Array, leaf: Tensor) -> Array:
    return np.triu(array)


def _above_zero(array: Array, leaf: Tensor) -> Array:
    return np.asarray(np.abs(array) + LEAST)


def _definite(array: Array, leaf: Tensor) -> Array:
    """A symmetric matrix with a multiple of the identity added, so that its eigenvalues are at least 1."""
    array = _mean(array, leaf)
    least = np.linalg.eigvalsh(array).min(initial=0.0) if array.ndim == 2 else 0.0
    return np.asarray(array + (1 - least) * _equal_places(array))


def _is_zero(array: Array, whole: Array, tolerance: float) -> bool:
    return not np.any(array) or bool(np.abs(array).max() <= tolerance * np.abs(whole).max())


def _constant_along_diagonals(array: Array, tolerance: float) -> bool:
    return _is_zero(array[1:, 1:] - array[:-1, :-1], array, tolerance)


def _without_upper(array: Array, tolerance: float) -> bool:
    return _is_zero(np.triu(array, 1), array, tolerance)


def _without_lower(array: Array, tolerance: float) -> bool:
    return _is_zero(np.tril(array, -1), array, tolerance)


def _only_diagonal(array: Array, tolerance: float) -> bool:
    if array.ndim != 2:
        return _is_zero(array * (1 - _equal_places(array)), array, tolerance)
    diagonal = array.diagonal()
    if np.count_nonzero(array) == np.count_nonzero(diagonal):
        return True
    return _is_zero(array - np.diag(diagonal), array, tolerance)


def _not_negative(array: Array, tolerance: float) -> bool:
    return not bool(np.any(array < 0))


# the rows, in the order in which they are applied to one array

BOTH: Sequence[tuple[str, int]] = (("ij", 1), ("ji", 1), ("ii", -1))
POSITIVE = ("positive", "nonnegative")
MIRRORED = ("symmetric", "spd", "psd")
HALF = ("diagonal", "toeplitz", *MIRRORED, *POSITIVE)

SYMMETRIC = Trait(
    "symmetric",
    "entries with exchanged indices are equal",
    part="the symmetric part",
    square=True,
    project=_symmetrised,
    free=_views(*BOTH),
    along="symmetric",
    near=_mean,
    residues=_summed,
)


def _mirrored(name: str, says: str, *beside: str, invertible: bool = False) -> Trait:
    """A symmetric matrix that is positive definite, or nearly so."""
    return Trait(
        name,
        says,
        part="the symmetric part",
        square=True,
        beside=(*MIRRORED, *POSITIVE, *beside),
        project=_symmetrised,
        free=SYMMETRIC.free,
        along="symmetric",
        near=_mean,
        draw=_definite,
        residues=_summed,
        invertible=invertible,
    )


def _triangle(name: str, other: str, project: Spread) -> Trait:
    """The row of a triangle, lower or upper."""
    lower = name == "lower"
    return Trait(
        name,
        f"entries {'above' if lower else 'below'} the diagonal are 0",
        part=f"the {name} triangle",
        orders=(2, 2),
        square=True,
        beside=(*HALF, other),
        project=project,
        free=project,
        along=name,
        near=_lower if lower else _upper,
        residues=_lower if lower else _upper,
        shifts=True,
        holds=_without_upper if lower else _without_lower,
    )


LINEAR = (
    Trait(
        "positive",
        "all entries are above 0",
        orders=(0, UNLIMITED),
        beside=("symmetric", "nonnegative", "toeplitz"),
        draw=_above_zero,
        shifts=True,
        holds=_not_negative,
        nonnegative=True,
        positive=True,
    ),
    Trait(
        "nonnegative",
        "no entry is below 0",
        orders=(0, UNLIMITED),
        beside=("symmetric", "toeplitz"),
        draw=_above_zero,
        shifts=True,
        holds=_not_negative,
        nonnegative=True,
    ),
    Trait(
        "diagonal",
        "entries off the diagonal are 0",
        part="the diagonal part",
        square=True,
        beside=("symmetric", "toeplitz", *POSITIVE),
        project=_on_the_diagonal,
        free=_on_the_diagonal,
        along="diagonal",
        near=_diagonal,
        draw=_drawn_diagonal,
        residues=_diagonal,
        holds=_only_diagonal,
    ),
    Trait(
        "toeplitz",
        "entries along each diagonal are equal",
        part="the mean along each diagonal",
        orders=(2, 2),
        square=True,
        beside=("symmetric", "skew"),
        project=_averaged,
        free=_along_diagonals,
        along="toeplitz",
        near=_toeplitz,
        residues=_toeplitz_residues,
        shifts=True,
        holds=_constant_along_diagonals,
    ),
    _triangle("lower", "upper", _masked),
    _triangle("upper", "lower", _masked_above),
    SYMMETRIC,
    Trait(
        "skew",
        "an exchange of two indices turns the sign",
        part="the skew part",
        square=True,
        project=_symmetrised,
        free=_views(("ij", 1), ("ji", -1)),
        along="skew",
        near=_mean,
        residues=_summed,
    ),
    Trait("levicivita", "the Levi-Civita symbol", square=True, rigid=True, near=_mean, residues=_summed),
    _mirrored("psd", "symmetric and positive semidefinite", "diagonal", "toeplitz"),
    _mirrored("spd", "symmetric and positive definite", "diagonal", "toeplitz", invertible=True),
)

EQUATIONS = Trait(
    "=",
    "the entries are equal up to signs under those orders of the indices",
    part="the part of that symmetry",
    project=_symmetrised,
    near=_mean,
    residues=_summed,
    beside=(*POSITIVE, "symmetric", "skew"),
)
