"""Traits that hold on a curved surface of matrices: orthogonal, with orthonormal columns (Stiefel), idempotent.

A derivative is projected onto the tangent space at the point. So it does not depend on how the formula goes on off the
surface, and equal formulas have equal derivatives: that of ``tr(Q'*Q)`` is 0.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ricci.traits.probing import SMALL, probe
from ricci.traits.residues import PRIME, NotExact, inverse, product
from ricci.traits.trait import Array, Axes, Trait
from tensor_networks.errors import RicciError
from tensor_networks.networks import network, total
from tensor_networks.nodes import Node, Tensor
from tensor_networks.numbers import Number

MOST_STEPS = 60
HALF = Fraction(1, 2)
Chain = list[tuple[Tensor, str]]


def _turned(node: Node, axes: Axes, ends: str, beside: Chain, number: Number) -> tuple[Node, Number]:
    """A derivative, its two axes called as ``ends`` say, times copies of the variable; what is left are i and j."""
    labels: list[int | str] = list(range(node.order))
    inside, outside = labels.copy(), labels.copy()
    inside[axes[0]], inside[axes[1]] = ends[0], ends[1]
    outside[axes[0]], outside[axes[1]] = "i", "j"
    return network([(node, inside), *beside], outside), number


def _tangent_to_rotations(node: Node, variable: Tensor, axes: Axes) -> Node:
    """(G - Q*G'*Q)/2, where Q'*Q = I is square."""
    return total([(node, HALF), _turned(node, axes, "kl", [(variable, "il"), (variable, "kj")], -HALF)])


def _tangent_to_frames(node: Node, variable: Tensor, axes: Axes) -> Node:
    """G - V*(V'*G + G'*V)/2, where V'*V = I (Edelman, Arias and Smith 1998, 2.2)."""
    if variable.axes[0] == variable.axes[1]:
        return _tangent_to_rotations(node, variable, axes)
    return total(
        [
            (node, 1),
            _turned(node, axes, "kj", [(variable, "il"), (variable, "kl")], -HALF),
            _turned(node, axes, "kl", [(variable, "il"), (variable, "kj")], -HALF),
        ]
    )


def _tangent_to_projections(node: Node, variable: Tensor, axes: Axes) -> Node:
    """P'*G + G*P' - 2*P'*G*P', where P*P = P: what the directions P*Z*(I - P) + (I - P)*Z*P see of G."""
    left, right = (variable, "ki"), (variable, "jl")
    return total(
        [
            _turned(node, axes, "kj", [left], 1),
            _turned(node, axes, "il", [right], 1),
            _turned(node, axes, "kl", [left, right], -2),
        ]
    )


# numbers


def _closest_frame(array: Array, leaf: Tensor) -> Array:
    """The factor with orthonormal columns of the polar decomposition."""
    if array.shape[0] < array.shape[1]:
        raise RicciError(f"{leaf.name} cannot be orthonormal: it has {array.shape[1]} columns of {array.shape[0]} entries")
    left, _, right = np.linalg.svd(array, full_matrices=False)
    return np.asarray(left @ right)


def _frame_of_residues(array: Array, leaf: Tensor) -> Array:
    """Columns of Cayley's (I - S)*inv(I + S) for a skew S; a reflection, if it must be symmetric."""
    rows, columns = array.shape
    if rows < columns:
        raise NotExact(f"{leaf.name} has more columns than rows")
    identity = np.eye(rows, dtype=np.int64)
    if not leaf.symmetry.trivial:
        vector = array[:, :1]
        return np.asarray((identity - 2 * product(product(vector, inverse(product(vector.T, vector))[0]), vector.T)) % PRIME)
    whole = np.zeros((rows, rows), np.int64)
    whole[:, :columns] = array
    skew = (whole - whole.T) % PRIME
    return product((identity - skew) % PRIME, inverse((identity + skew) % PRIME)[0])[:, :columns]


def _closest_projection(array: Array, leaf: Tensor) -> Array:
    """The projection that 3*P^2 - 2*P^3, repeated, leads to."""
    for _ in range(MOST_STEPS):
        square = array @ array
        better = 3 * square - 2 * array @ square
        if np.abs(better - array).max(initial=0.0) <= 1e-14 * (1 + np.abs(array).max(initial=0.0)):
            break
        array = better
    return array


def _random_projection(array: Array, leaf: Tensor) -> Array:
    """A projection onto about half of the space, orthogonal if it is symmetric."""
    basis = array + 2 * np.eye(len(array))
    basis = basis if leaf.symmetry.trivial else np.linalg.qr(basis)[0]
    kept = np.diag(np.arange(len(array)) < (len(array) + 1) // 2).astype(float)
    return np.asarray(basis @ kept @ np.linalg.inv(basis))


def _projection_of_residues(array: Array, leaf: Tensor) -> Array:
    half = array[:, : max(1, len(array) // 2)]
    other = half if not leaf.symmetry.trivial else (half * half + 1) % PRIME
    return product(product(half, inverse(product(other.T, half))[0]), other.T)


def _is_frame(array: Array, tolerance: float) -> bool:
    """Is V'*V the identity? Seen by its product with a vector, where it is large."""
    seen = np.eye(array.shape[1]) if array.shape[1] <= SMALL else probe(array.shape[1])
    return bool(np.all(np.abs(array.T @ (array @ seen) - seen) <= tolerance * max(1, len(array))))


def _is_projection(array: Array, tolerance: float) -> bool:
    once = array if len(array) <= SMALL else array @ probe(len(array))
    scale = 1.0 + float(np.abs(array).max(initial=0.0)) ** 2 * len(array)
    return bool(np.all(np.abs(array @ once - once) <= tolerance * scale))


CURVED = (
    Trait(
        "orthogonal",
        "square, Q'*Q = Q*Q' = I",
        part="the part tangent to Q'*Q = I",
        orders=(2, 2),
        square=True,
        beside=("symmetric",),
        project=_tangent_to_rotations,
        curved=True,
        near=_closest_frame,
        residues=_frame_of_residues,
        holds=_is_frame,
        hint="np.linalg.qr({})[0] is orthogonal",
        gram=(0, 1),
        invertible=True,
    ),
    Trait(
        "orthonormal",
        "the columns are orthonormal: V'*V = I",
        part="the part tangent to V'*V = I",
        orders=(2, 2),
        tall=True,
        beside=("orthogonal",),
        project=_tangent_to_frames,
        curved=True,
        near=_closest_frame,
        residues=_frame_of_residues,
        holds=_is_frame,
        hint="np.linalg.qr({})[0] has orthonormal columns",
        gram=(0,),
    ),
    Trait(
        "idempotent",
        "a projection: P*P = P",
        part="the part tangent to P*P = P",
        orders=(2, 2),
        square=True,
        beside=("symmetric", "psd"),
        project=_tangent_to_projections,
        curved=True,
        near=_closest_projection,
        draw=_random_projection,
        residues=_projection_of_residues,
        holds=_is_projection,
        idempotent=True,
    ),
)
