"""NumPy: matrices as vectors of their half, or of their diagonals, and back.

Like those of `tensor_networks.backends.numpy`, the definitions are run, and copied into standalone source, as they
stand.
"""

# mypy: disable-error-code="no-any-return,no-untyped-def"

import numpy as np


def places_of_half(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the places on and below the diagonal, column by column."""
    columns, rows = np.triu_indices(size)
    return rows, columns


def size_of_half(count: int) -> int:
    """The size of the matrix whose half has that many entries."""
    return round(((8 * count + 1) ** 0.5 - 1) / 2)


def half(x: np.ndarray) -> np.ndarray:
    """The entries of the last two axes on and below the diagonal, column by column."""
    rows, columns = places_of_half(x.shape[-1])
    return x[..., rows, columns]


def folded(x: np.ndarray) -> np.ndarray:
    """The same, with those above the diagonal added to their mirror images."""
    rows, columns = places_of_half(x.shape[-1])
    both = x[..., rows, columns] + x[..., columns, rows]
    return np.where(rows == columns, both / 2, both)


def mirrored(x: np.ndarray) -> np.ndarray:
    """The symmetric matrix of a half-vector, the last axis."""
    rows, columns = places_of_half(size_of_half(x.shape[-1]))
    place = np.zeros((size_of_half(x.shape[-1]),) * 2, int)
    place[rows, columns] = place[columns, rows] = np.arange(x.shape[-1])
    return x[..., place]


def lowered(x: np.ndarray) -> np.ndarray:
    """The lower triangular matrix of a half-vector, the last axis."""
    return np.tril(mirrored(x))


def along_diagonals(x: np.ndarray) -> np.ndarray:
    """The sums along the diagonals of the last two axes, the lowest diagonal first."""
    size = x.shape[-1]
    wide = np.concatenate([x[..., ::-1, :], np.zeros_like(x)], -1).reshape(*x.shape[:-2], -1)
    return wide[..., : size * (2 * size - 1)].reshape(*x.shape[:-2], size, 2 * size - 1).sum(-2)


def from_diagonals(x: np.ndarray) -> np.ndarray:
    """The matrix that is constant along its diagonals, the last axis."""
    size = (x.shape[-1] + 1) // 2
    return x[..., np.arange(size) - np.arange(size)[:, None] + size - 1]
