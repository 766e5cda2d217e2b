"""Matrices of integers modulo a prime: products and inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from tensor_networks.errors import RicciError

Array = np.ndarray[Any, np.dtype[np.int64]]

PRIME = 2**31 - 1


class NotExact(RicciError):
    """The value does not exist at this point, or is too large to be computed this way."""


def product(one: Array, other: Array) -> Array:
    """The product of two matrices."""
    return np.asarray((one[:, :, None] * other[None] % PRIME).sum(axis=1) % PRIME)


def inverse(matrix: Array) -> tuple[Array, int]:
    """The inverse of a matrix and its determinant.

    Raises:
        NotExact: it is singular.
    """
    count, det = len(matrix), 1
    work = np.concatenate((matrix % PRIME, np.eye(count, dtype=np.int64)), axis=1)
    for column in range(count):
        pivots = np.flatnonzero(work[column:, column])
        if not len(pivots):
            raise NotExact("a matrix is singular")
        row = column + int(pivots[0])
        if row != column:
            work[[column, row]] = work[[row, column]]
            det = -det
        pivot = int(work[column, column])
        det = det * pivot % PRIME
        work[column] = work[column] * pow(pivot, -1, PRIME) % PRIME
        others = work[:, column].copy()
        others[column] = 0
        work = (work - others[:, None] * work[column] % PRIME) % PRIME
    return work[:, count:], det % PRIME
