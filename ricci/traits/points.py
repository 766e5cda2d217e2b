"""Arrays with the traits of a tensor: random ones, the closest one to an array, one modulo a prime; and is this one?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ricci.traits.probing import SMALL, probe
from ricci.traits.residues import Array as Residues
from ricci.traits.table import rows
from ricci.traits.trait import Array, Trait
from tensor_networks.errors import OperandError, clip
from tensor_networks.nodes import Tensor
from tensor_networks.symmetry import Signed, spelled

Check = Callable[[Array], None]


def drawn(array: Array, leaf: Tensor, shift: float = 0.0) -> Array:
    """A random array with the traits of a tensor, made of an array of random numbers.

    ``shift`` times the identity is added to a square matrix, where that keeps the traits.

    Raises:
        RicciError: there is none of that shape.
    """
    for row in _shaping(leaf):
        make = row.draw or row.near
        array = array if make is None else make(array, leaf)
    if array.ndim == 2 and array.shape[0] == array.shape[1] and all(row.shifts for row in rows(leaf)):
        array = array + shift * np.eye(len(array))
    return array


def nearest(array: Array, leaf: Tensor) -> Array:
    """The array with the traits of a tensor that is closest to one that nearly has them."""
    for row in _shaping(leaf):
        array = array if row.near is None else row.near(array, leaf)
    return array


def residues(array: Residues, leaf: Tensor) -> Residues:
    """An array of integers modulo a prime with the traits of a tensor, as far as they mean something there.

    Raises:
        NotExact: there is none, or not for those numbers.
    """
    for row in _shaping(leaf):
        array = array if row.residues is None else row.residues(array, leaf)
    return array


def _shaping(leaf: Tensor) -> list[Trait]:
    """The rows that say something of a tensor of that order: a vector has no mirror images."""
    return [row for row in rows(leaf) if not row.square or leaf.order > 1]


def trait_check(leaf: Tensor) -> Check | None:
    """What an array for that tensor must pass, because canonical forms rely on its traits; None if nothing.

    An array with symmetric axes is compared with its mirror images: entry by entry, or a large matrix in its product with a
    fixed vector, which costs two passes over the array. So are orthogonal and idempotent matrices.
    """
    checks = [_own_check(leaf, row) for row in _shaping(leaf) if row.holds is not None]
    if not leaf.symmetry.trivial and "diagonal" not in leaf.traits:
        checks.append(_symmetry_check(leaf))
    if len(checks) < 2:
        return checks[0] if checks else None

    def check_all(array: Array) -> None:
        for check in checks:
            check(array)

    return check_all


def is_symmetric_matrix(leaf: Tensor) -> bool:
    """Is it a matrix of which nothing needs a check but that it is symmetric?"""
    plain = all(row.holds is None for row in rows(leaf))
    return plain and leaf.order == 2 and not leaf.symmetry.trivial and not leaf.symmetry.odd


def _own_check(leaf: Tensor, row: Trait) -> Check:
    holds, hint = row.holds, row.hint.format(leaf.name) if leaf.name.isidentifier() else ""

    def check(array: Array) -> None:
        if not holds(array, _tolerance(array)):  # type: ignore[misc]
            raise OperandError(f"{clip(leaf.name)} was declared {row.name}, but the array given for it is not", hint=hint)

    return check


def _symmetry_check(leaf: Tensor) -> Check:
    trait = spelled(leaf.symmetry)
    generators = [generator for generator in leaf.symmetry.generators() if generator[0] != tuple(range(leaf.order))]
    return lambda array: _check_mirrored(leaf.name, array, generators, trait)


def _tolerance(array: Array) -> float:
    """How far an array may be off, relative to its entries: more than rounding leaves, also of an inverse."""
    return float(np.finfo(array.dtype).eps ** (2 / 3))


def _check_mirrored(name: str, array: Array, generators: Sequence[Signed], trait: str) -> None:
    """Refuse an array that changes when its axes are permuted (up to the sign, and up to rounding)."""
    for permutation, sign in generators:
        if permutation == (1, 0) and sign == 1 and len(array) <= SMALL and array.tobytes() == array.tobytes("F"):
            continue
        if array.ndim > 2 or len(array) <= SMALL:
            mirrored = array.transpose(permutation)
            mirrored = mirrored if sign == 1 else -mirrored
            if (array == mirrored).all():
                continue
            difference, scale = np.abs(array - mirrored), np.abs(array).max()
        else:
            seen = probe(len(array), array.dtype)
            difference, scale = np.abs(array @ seen - sign * (seen @ array)), np.sqrt(np.abs(np.vdot(array, array)))
        if np.any(difference > _tolerance(array) * scale):
            hint = f"give ({name} + {name}.T)/2" if trait == "symmetric" and name.isidentifier() else ""
            raise OperandError(f"{clip(name)} was declared {trait}, but the array given for it is not", hint=hint)
